//! Induced innovation: denied states build an industry of their own.
//!
//! ψ = ψ_0 + ψ_1 · pressure(t − L) + ψ_2 · s/(s + v), s a year's subsidies and v what the state's plants cost; the maturity M of a state's equipment industry takes the exact logistic step of
//! dM = ψ M (1 − M), and the experience of its logic fabs grows by the induced part, the second term. Pressure is the
//! denied share of demand, of whatever is denied most: chips, equipment or memory (Hicks 1932: what becomes scarce is what
//! invention saves). No pressure is remembered from before the start. Who has been denied chips also comes to shun them:
//! db = (ψ_b · pressure(t − L) + ψ_p · lever) (1 − b) − d_b b, and buyers at home give foreign designs only the part 1 − b of the
//! weight that others give them. Of refined materials that rules keep from it (a share q of the world's) it replaces a part R by sources of its
//! own and of friends: dR = ρ q (1 − R) − d_r R.

use super::{build_out::BuildOut, diffusion::logistic_step};
use crate::{
    maths,
    model::{
        accelerator::ChipDesign,
        clock::Clock,
        fab::{Capacity, Craft, FabIndex, Site},
        geography::{Geography, PerState},
        keep::Keep,
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        relations::Barriers,
        state::{Industry, Levers, Supply, Traits},
        states::{StateId, States},
    },
    parameters,
    scenario::{Goods, Lever, MAX_FABS, MAX_STATES, Scenario, Stage},
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of induced_innovation.
    #[derive(Resource)]
    pub struct InducedInnovation {
        /// Growth of a young equipment industry without pressure (ψ_0).
        growth: f64 = 0.10, "1/year", range 0.0..=5.0, plausible 0.03..=0.2 or null 0.0, assumption "a generation of tools takes about a decade to learn";
        /// What full pressure adds to it (ψ_1).
        pressure_weight: f64 = 0.15, "1/year", range 0.0..=5.0, plausible 0.0..=0.4 or null 0.0, assumption "being cut off more than doubles the pace";
        /// What subsidies add to it that pay for all (ψ_2).
        subsidy_weight: f64 = 0.2, "1/year", range 0.0..=10.0, plausible 0.0..=0.5 or null 0.0, assumption "money that doubles what plants are worth does about what being cut off does";
        /// Growth of the preference for designs of one's own under full pressure (ψ_b).
        preference_growth: f64 = 0.25, "1/year", range 0.0..=12.0, plausible 0.0..=0.6 or null 0.0, assumption "buyers who may be cut off test a second source within a year or two, and move what they can";
        /// The same that rules on procurement bring (ψ_p).
        procurement_weight: f64 = 0.5, "1/year", range 0.0..=12.0, plausible 0.1..=1.0 or null 0.0, assumption "state-owned and public buyers hold half of demand and change within a year or two";
        /// Rate at which that preference is forgotten (d_b).
        preference_fade: f64 = 0.2, "1/year", range 0.0..=12.0, plausible 0.05..=0.5, assumption "software and habits of the leading designs pull back within about five years";
        /// Growth of own sources of refined materials where all are kept from a state (ρ).
        replacement_growth: f64 = 0.4, "1/year", range 0.0..=12.0, plausible 0.1..=1.0 or null 0.0, assumption "mines take a decade, plants that refine by-products and scrap three to five years";
        /// Rate at which own sources close again (d_r): where none are kept from it the old ones are cheaper.
        replacement_fade: f64 = 0.1, "1/year", range 0.0..=12.0, plausible 0.02..=0.3, assumption "mines outside China closed within a decade after prices fell in 2012";
        /// Time from pressure to its effect (L).
        lag_months: u32 = 12, "months", range 0..=240, plausible 6..=36, assumption "teams and tools take about a year";
    }
}

impl Mechanism for InducedInnovation {
    const NAME: &'static str = "induced_innovation";
    const MEANING: &'static str = "denied states build an industry of their own";
    const FIXED: &'static [&'static str] = &["lag_months"];

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Chips, (feel_pressure, learn).chain().run_if(anything_grows));
    }

    fn register(world: &mut World) {
        world.keep_resource::<Memory>();
    }

    fn begin(_scenario: &Scenario, clock: &Clock, world: &mut World) {
        let memory = Memory::new(clock, world.resource());
        world.insert_resource(memory);
    }
}

impl InducedInnovation {
    /// The part of ψ that pressure (share of demand) and subsidies (billion USD a year) induce where plants cost `value`, 1/year.
    ///
    /// ```
    /// use redqueen::model::mechanisms::induced_innovation::InducedInnovation;
    /// let numbers = InducedInnovation { pressure_weight: 0.4, subsidy_weight: 0.2, ..Default::default() };
    /// assert_eq!(numbers.induced(0.5, 0.0, 0.0), 0.2);
    /// assert_eq!(numbers.induced(0.0, 3.0, 9.0), 0.05);
    /// ```
    pub fn induced(&self, pressure: f64, subsidy: f64, value: f64) -> f64 {
        let part = if subsidy > 0.0 { subsidy / (subsidy + value) } else { 0.0 };
        self.pressure_weight * pressure + self.subsidy_weight * part
    }
}

/// At the null nothing is done or measured.
fn anything_grows(induced: Res<InducedInnovation>) -> bool {
    let own = induced.growth > 0.0 || induced.pressure_weight > 0.0 || induced.subsidy_weight > 0.0;
    let buyers = induced.preference_growth > 0.0 || induced.procurement_weight > 0.0;
    own || buyers || induced.replacement_growth > 0.0
}

/// Time over which the share of chips that was denied is taken: one delivery that stays out is no embargo.
const MEMORY_MONTHS: u32 = 12;

/// Compute that was meant for a state in a step, MH100e.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    /// Part that controls kept from it.
    denied: f64,
    intended: f64,
}

/// What states remember of what they were denied.
#[derive(Resource, Clone, Debug)]
pub struct Memory {
    /// Pressure in each of the steps of the lag, in turn.
    pressure: Vec<PerState>,
    /// Compute meant for states in each step of the memory, in turn.
    flows: Vec<[Flow; MAX_STATES]>,
}

impl Memory {
    /// Nothing to remember.
    pub fn new(clock: &Clock, induced: &InducedInnovation) -> Self {
        Self {
            pressure: vec![[0.0; MAX_STATES]; clock.steps(induced.lag_months) as usize],
            flows: vec![[Flow::default(); MAX_STATES]; clock.steps(MEMORY_MONTHS) as usize],
        }
    }

    /// Puts the pressure of this step into memory and takes out that of a lag ago.
    fn lagged(&mut self, step: u32, now: PerState) -> PerState {
        let turns = self.pressure.len();
        if turns == 0 { now } else { std::mem::replace(&mut self.pressure[step as usize % turns], now) }
    }

    /// Share of the flow to a state that was denied, as far as memory goes back.
    fn denied_share(&self, state: StateId) -> f64 {
        let (denied, intended) = self.flows.iter().fold((0.0, 0.0), |(denied, intended), flows| {
            (denied + flows[state].denied, intended + flows[state].intended)
        });
        if intended > 0.0 { denied / intended } else { 0.0 }
    }
}

/// A fab, as far as it is denied anything.
#[derive(QueryData)]
struct DeniedFab {
    index: &'static FabIndex,
    site: &'static Site,
    capacity: &'static Capacity,
    craft: &'static Craft,
}

fn feel_pressure(
    clock: Res<Clock>,
    barriers: Res<Barriers>,
    mut memory: ResMut<Memory>,
    fabs: Query<DeniedFab>,
    designs: Query<&ChipDesign>,
    mut states: States<(&Supply, &mut Industry)>,
) {
    let mut equipment: PerState = [0.0; MAX_STATES];
    for DeniedFabItem { site, capacity, craft, .. } in &fabs {
        if site.stage == Stage::Logic && capacity.kwpm > 0.0 {
            let denied = barriers.equipment(site.location, craft.node_nm);
            equipment[site.location] = maths::larger(equipment[site.location], denied);
        }
    }
    let memory_denied = denied_memory(&clock, &barriers, &fabs, &designs);
    // What was allocated is that of the step before.
    let slot = clock.step() as usize % memory.flows.len();
    for (s, (supply, mut industry)) in states.iter_mut() {
        memory.flows[slot][s] = Flow { denied: supply.denied, intended: supply.intended };
        industry.pressure =
            (equipment[s] * (1.0 - industry.maturity)).max(memory.denied_share(s)).max(memory_denied[s]);
    }
}

/// Mean share of the memory that is stopped, over the plants that designers of each state book.
fn denied_memory(
    clock: &Clock,
    barriers: &Barriers,
    fabs: &Query<DeniedFab>,
    designs: &Query<&ChipDesign>,
) -> PerState {
    let mut denied: PerState = [0.0; MAX_STATES];
    if barriers.memory.iter().flatten().all(|stopped| *stopped == 0.0) {
        return denied;
    }
    let mut location = [StateId::new(0); MAX_FABS];
    for plant in fabs {
        location[plant.index.0] = plant.site.location;
    }
    let mut booked: PerState = [0.0; MAX_STATES];
    for design in designs.iter().filter(|design| design.is_made(clock.step())) {
        for (plant, _) in &design.contracts[Stage::Memory as usize] {
            denied[design.home] += barriers.memory[location[*plant]][design.home];
            booked[design.home] += 1.0;
        }
    }
    for (denied, booked) in denied.iter_mut().zip(booked) {
        if booked > 0.0 {
            *denied /= booked;
        }
    }
    denied
}

/// Part of the materials kept from it that a state has replaced a step later, where the share `denied` is kept from it.
fn replaced_after(induced: &InducedInnovation, clock: &Clock, replaced: f64, denied: f64) -> f64 {
    let grown = induced.replacement_growth * denied * (1.0 - replaced);
    (replaced + clock.per_step(grown - induced.replacement_fade * replaced)).clamp(0.0, 1.0)
}

fn learn(
    (induced, build_out): (Res<InducedInnovation>, Res<BuildOut>),
    (clock, geography): (Res<Clock>, Res<Geography>),
    barriers: Res<Barriers>,
    mut memory: ResMut<Memory>,
    mut faults: ResMut<Faults>,
    mut states: States<(&Traits, &Levers, &mut Industry)>,
    mut fabs: Query<(&Site, &Capacity, &mut Craft)>,
) {
    let parts = barriers.rules_on(Goods::Materials).then(|| states.map(|(traits, ..)| traits.0.materials_share));
    let pressure = memory.lagged(clock.step(), states.map(|(.., industry)| industry.pressure));
    let mut growth: PerState = [1.0; MAX_STATES];
    let (costs, mut value) = (build_out.costs(), [0.0; MAX_STATES]);
    for (site, capacity, _) in &fabs {
        value[site.location] += costs[site.stage as usize] * capacity.kwpm;
    }
    for (s, (_, levers, mut industry)) in states.iter_mut() {
        industry.learning = induced.induced(pressure[s], levers.of(Lever::ChipSubsidy), value[s]);
        industry.maturity = logistic_step(industry.maturity, clock.per_step(induced.growth + industry.learning));
        let shunning =
            induced.preference_growth * pressure[s] + induced.procurement_weight * levers.of(Lever::Procurement);
        let shift = shunning * (1.0 - industry.preference) - induced.preference_fade * industry.preference;
        industry.preference = (industry.preference + clock.per_step(shift)).clamp(0.0, 1.0);
        if parts.is_some() || industry.materials_replaced > 0.0 {
            let denied = parts.as_ref().map_or(0.0, |parts| barriers.materials_denied(parts, s));
            industry.materials_replaced = replaced_after(&induced, &clock, industry.materials_replaced, denied);
        }
        if industry.learning > 0.0 {
            growth[s] = maths::exp(clock.per_step(industry.learning));
        }
        faults.check(&clock, InducedInnovation::NAME, "maturity", &geography.names[s], &[industry.maturity, growth[s]]);
    }
    for (site, capacity, mut craft) in &mut fabs {
        if site.stage == Stage::Logic && capacity.kwpm > 0.0 {
            craft.wafers *= growth[site.location];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Model, testing},
        scenario::{ControlNumbers, ControlSpec, FabNumbers, FabSpec, Goods, Scenario},
    };

    const PARAMETERS: [&str; 3] = ["growth", "pressure_weight", "subsidy_weight"];

    #[test]
    fn pressure_and_procurement_turn_buyers_to_their_own_designs_as_far_as_they_forget() {
        let mut scenario = world([0.0, 0.0, 0.0]);
        testing::set(&mut scenario, "induced_innovation", "preference_growth", 0.6);
        testing::set(&mut scenario, "induced_innovation", "lag_months", 0.0);
        scenario.time.months = 600;
        let (industry, _) = after(&scenario, 480, 0.0);
        // At rest, ψ p (1 − b) = d b.
        let pull = 0.6 * industry.pressure;
        assert!((industry.preference - pull / (pull + 0.2)).abs() < 1e-3, "{industry:?}");
        testing::set(&mut scenario, "induced_innovation", "preference_growth", 0.0);
        assert_eq!(after(&scenario, 24, 0.0).0.preference, 0.0);
    }

    /// A world in which only the first state has a logic fab, under a rule on equipment from month 2 on.
    fn world(weights: [f64; 3]) -> Scenario {
        let mut scenario = crate::baseline();
        scenario.time.months = 40;
        scenario.accelerators.clear();
        scenario.policies.clear();
        scenario.shocks.clear();
        // Tests pull the levers by hand.
        testing::disable(&mut scenario, "policy");
        // Nor does the fab gain experience by making anything.
        testing::disable(&mut scenario, "chip_supply");
        scenario.fabs = vec![FabSpec {
            name: "fab".to_owned(),
            state: 0,
            owner: String::new(),
            stage: Stage::Logic,
            enters: None,
            numbers: FabNumbers::default(),
        }];
        scenario.controls = vec![ControlSpec {
            name: "tools".to_owned(),
            what: Goods::Equipment,
            by: vec![1],
            against: vec![0],
            from: Some(scenario.time.start.plus(2)),
            by_chance: None,
            to: None,
            numbers: ControlNumbers { strictness: 1.0, leak: 0.5, ..ControlNumbers::default() },
        }];
        scenario.states[0].numbers.equipment_maturity = 0.2;
        for (parameter, weight) in PARAMETERS.into_iter().zip(weights) {
            testing::set(&mut scenario, "induced_innovation", parameter, weight);
        }
        scenario
    }

    /// The first state's industry and its fab's experience after so many steps.
    fn after(scenario: &Scenario, steps: u32, subsidy: f64) -> (Industry, f64) {
        let mut simulation = Model::standard().simulate(scenario).unwrap();
        let world = simulation.world_mut();
        for mut levers in world.query::<&mut Levers>().iter_mut(world) {
            levers.0[Lever::ChipSubsidy as usize] = subsidy;
        }
        testing::live(&mut simulation, steps);
        let world = simulation.world_mut();
        let industry = testing::of_state::<Industry>(world, 0).clone();
        (industry, world.query::<&Craft>().single(world).unwrap().wafers)
    }

    #[test]
    fn maturity_grows_logistically_without_pressure_and_experience_does_not() {
        let mut scenario = world([0.6, 0.0, 0.0]);
        scenario.controls.clear();
        let (industry, wafers) = after(&scenario, 24, 0.0);
        // ln (M / (1 − M)) grows by the rate times the time.
        let expected = maths::ln(0.2 / 0.8) + 1.2;
        let found = maths::ln(industry.maturity / (1.0 - industry.maturity));
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        assert_eq!(wafers, 30.0);
        assert_eq!((industry.pressure, industry.learning), (0.0, 0.0));
    }

    #[test]
    fn pressure_acts_after_its_lag_on_industry_and_fabs() {
        let scenario = world([0.0, 0.3, 0.0]);
        let felt = after(&scenario, 3, 0.0).0;
        assert!((felt.pressure - 0.5 * 0.8).abs() < 1e-12, "{}", felt.pressure);
        // The rule comes in step 2, so its pressure counts from step 14 on, the fifteenth.
        let before = after(&scenario, 14, 0.0);
        assert_eq!((before.0.maturity, before.1, before.0.learning), (0.2, 30.0, 0.0));
        let (industry, wafers) = after(&scenario, 15, 0.0);
        assert!((industry.learning - 0.3 * 0.4).abs() < 1e-12);
        assert!((wafers - 30.0 * maths::exp(0.01)).abs() < 1e-9);
        assert!((industry.maturity - logistic_step(0.2, 0.01)).abs() < 1e-12);
    }

    #[test]
    fn a_subsidy_counts_at_once_against_what_plants_cost() {
        let scenario = world([0.0, 0.0, 0.36]);
        // The fab is worth as much as its capacity; twice as much in subsidies makes two thirds.
        let subsidy = 2.0 * scenario.fabs[0].numbers.capacity_kwpm * BuildOut::default().cost_logic;
        let (industry, wafers) = after(&scenario, 1, subsidy);
        assert!((industry.learning - 0.24).abs() < 1e-12);
        assert!((wafers - 30.0 * maths::exp(0.02)).abs() < 1e-9);
    }

    #[test]
    fn the_share_denied_is_that_of_a_year() {
        let clock = Clock::new(&crate::baseline().time);
        let mut memory = Memory::new(&clock, &InducedInnovation::default());
        assert_eq!(memory.denied_share(StateId::new(0)), 0.0);
        memory.flows[3][0] = Flow { denied: 1.0, intended: 2.0 };
        memory.flows[4][0] = Flow { denied: 0.0, intended: 2.0 };
        assert_eq!(memory.denied_share(StateId::new(0)), 0.25);
        assert_eq!(memory.denied_share(StateId::new(1)), 0.0);
    }

    #[test]
    fn at_its_null_induced_innovation_is_absent() {
        testing::assert_null_is_absent(&world([0.1, 0.2, 0.3]), "induced_innovation");
    }
}
