//! Chip shortage: what an economy loses that runs out of advanced chips.
//!
//! Accelerators are a small part of what advanced logic goes into. A state's industry uses chips from its own fabs as far as
//! they go, o_s = min(1, W_s/(d_s W)) with W what is booked of all logic fabs undisturbed, in transistors (wafers over the square
//! of the node), and d its share of the world's output. It buys the rest from the fabs that have more than their own states
//! use. The part that is missing is m_s = o_s m_own + (1 − o_s) m_world, m being what outages take. Stores of a few months bridge
//! it; what is missing then costs the share ι of output.

use crate::{
    model::{
        clock::Clock,
        fab::{Capacity, Craft, Outage, Site},
        geography::{Geography, PerState},
        keep::Keep,
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        state::{Burden, Economy},
        states::{StateId, States},
    },
    parameters,
    scenario::{MAX_STATES, Stage},
};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of chip shortage.
    #[derive(Resource)]
    pub struct ChipShortage {
        /// Output lost where all advanced logic is missing (ι), as a share (log form).
        output_loss: f64 = 0.08, "1", range 0.0..=1.0, plausible 0.02..=0.15 or null 0.0, assumption "published estimates of a blockade of Taiwan: about 5 % of the world's output in its first year, 10 % in a war";
        /// Chips that industry keeps in store.
        stores_months: f64 = 2.0, "months", range 0.0..=60.0, plausible 0.5..=6.0, assumption "two to three months of stock in electronics and cars after 2021";
    }
}

impl Mechanism for ChipShortage {
    const NAME: &'static str = "chip_shortage";
    const MEANING: &'static str = "economies that run out of advanced chips lose output";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Chips, miss.run_if(anything_is_lost));
    }

    fn register(world: &mut World) {
        world.keep_with::<StateId, Used>();
    }
}

/// Time in which empty stores are filled again, months.
const REFILL_MONTHS: f64 = 12.0;

/// Chips that industry has used out of its stores, months of its use.
#[derive(Component, Clone, Copy, Debug, Default)]
struct Used(f64);

fn anything_is_lost(shortage: Res<ChipShortage>) -> bool {
    shortage.output_loss > 0.0
}

/// Part of a state's chips that its own fabs make: W_s/(d W), 1 at most.
///
/// ```
/// use redqueen::model::mechanisms::chip_shortage::own_part;
/// assert_eq!(own_part(1.0, 10.0, 0.25), 0.4);
/// assert_eq!(own_part(8.0, 10.0, 0.01), 1.0);
/// ```
pub fn own_part(own: f64, world: f64, share: f64) -> f64 {
    if own >= share * world { 1.0 } else { own / (share * world) }
}

/// Takes `missing` of a step of `months` out of stores that have lent `used` of `most` months of use; gives what stores lack then,
/// and the part that is still missing.
fn bridged(missing: f64, months: f64, used: f64, most: f64, refill_months: f64) -> (f64, f64) {
    if missing <= 0.0 {
        return ((used - months * most / refill_months).max(0.0), 0.0);
    }
    let wanted = missing * months;
    let lent = wanted.min((most - used).max(0.0));
    (used + lent, (wanted - lent) / months)
}

fn miss(
    shortage: Res<ChipShortage>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut faults: ResMut<Faults>,
    fabs: Query<(&Site, &Capacity, &Craft, &Outage)>,
    mut states: States<(&Economy, &mut Burden, &mut Used)>,
) {
    let (mut whole, mut stopped): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
    for (site, capacity, craft, outage) in fabs.iter().filter(|(site, ..)| site.stage == Stage::Logic) {
        let used = capacity.kwpm * capacity.booked / (craft.node_nm * craft.node_nm);
        whole[site.location] += used;
        stopped[site.location] += used * outage.0;
    }
    let world: f64 = whole[..geography.states].iter().sum();
    let output: f64 = states.iter().map(|(_, (economy, ..))| economy.output).sum();
    // What fabs make beyond their own states' use, and what of it is missing.
    let (mut sold, mut unsold) = (0.0, 0.0);
    for (s, (economy, ..)) in states.iter().filter(|(s, _)| whole[*s] > 0.0) {
        let left = (whole[s] - world * economy.output / output).max(0.0);
        sold += left;
        unsold += left * stopped[s] / whole[s];
    }
    let abroad = if sold > 0.0 { unsold / sold } else { 0.0 };
    let months = 1.0 / clock.steps_per_month();
    for (s, (economy, mut burden, mut used)) in states.iter_mut() {
        let own = if whole[s] > 0.0 { own_part(whole[s], world, economy.output / output) } else { 0.0 };
        let at_home = if whole[s] > 0.0 { stopped[s] / whole[s] } else { 0.0 };
        let missing = own * at_home + (1.0 - own) * abroad;
        let lost;
        (used.0, lost) = bridged(missing, months, used.0, shortage.stores_months, REFILL_MONTHS);
        burden.chips = shortage.output_loss * lost;
        faults.check(&clock, ChipShortage::NAME, "output lost", &geography.names[s], &[burden.chips, used.0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Model, testing},
        scenario::{FabNumbers, FabSpec, Scenario, ShockNumbers, ShockSpec},
    };

    #[test]
    fn stores_bridge_what_is_missing_and_fill_again() {
        assert_eq!(bridged(0.5, 1.0, 0.0, 2.0, 12.0), (0.5, 0.0));
        assert_eq!(bridged(0.5, 1.0, 1.75, 2.0, 12.0), (2.0, 0.25));
        assert_eq!(bridged(0.5, 0.5, 2.0, 2.0, 12.0), (2.0, 0.5));
        assert_eq!(bridged(0.0, 1.0, 2.0, 2.0, 8.0), (1.75, 0.0));
    }

    /// Two states of equal output, of which the first alone has a logic fab, which stands still from month 2 on.
    fn blockaded(fabs_of_the_second: f64) -> Scenario {
        let mut scenario = crate::baseline();
        scenario.time.months = 12;
        scenario.accelerators.clear();
        // Without accelerators fabs count as booked, as long as nobody books them.
        testing::disable(&mut scenario, "chip_supply");
        scenario.policies.clear();
        let fab = |name: &str, state, capacity_kwpm| FabSpec {
            name: name.to_owned(),
            state,
            owner: String::new(),
            stage: Stage::Logic,
            enters: None,
            numbers: FabNumbers { capacity_kwpm, expansion_per_year: 0.0, ..FabNumbers::default() },
        };
        scenario.fabs = vec![fab("a", 0, 10.0)];
        if fabs_of_the_second > 0.0 {
            scenario.fabs.push(fab("b", 1, fabs_of_the_second));
        }
        let numbers = ShockNumbers { severity: 1.0, months: 24, output_loss: 0.0, ..ShockNumbers::default() };
        scenario.shocks = vec![ShockSpec {
            name: "stop".to_owned(),
            location: 0,
            stages: [true, false, false],
            from: Some(scenario.time.start.plus(2)),
            between: None,
            numbers,
        }];
        scenario
    }

    fn lost(scenario: &Scenario, months: u32, state: usize) -> f64 {
        let mut simulation = Model::standard().simulate(scenario).unwrap();
        testing::live(&mut simulation, months);
        testing::of_state::<Burden>(simulation.world(), state).chips
    }

    #[test]
    fn who_depends_on_others_loses_and_who_does_not_does_not() {
        let dependent = blockaded(0.0);
        assert_eq!(lost(&dependent, 2, 1), 0.0);
        assert!(lost(&dependent, 4, 1) < 1e-15, "stores last two months");
        assert!((lost(&dependent, 5, 1) - 0.08).abs() < 1e-15);
        assert_eq!(lost(&blockaded(100.0), 8, 1), 0.0);
    }

    #[test]
    fn at_its_null_chip_shortage_is_absent() {
        testing::assert_null_is_absent(&blockaded(1.0), "chip_shortage");
    }
}
