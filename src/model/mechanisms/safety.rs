//! Safety effort: how much of its effort a firm gives to safety (σ).
//!
//! σ = scale · max(floor, rule). The floor is its state's: the lever's, or what incidents brought about. The rule is `fixed` (as
//! configured); or `race`, the equilibrium with private information of the race to the precipice (Armstrong, Bostrom and
//! Shulman 2016), σ = min(1, x/(1 + e (n − 1))), x the firm's quantile by capability among the n firms that race × μ; or
//! `imitate`, where a firm now and then looks at another and copies its choice with the Fermi probability
//! 1/(1 + exp(−β (π_other − π_own))) (Traulsen, Nowak and Pacheco 2006), the payoff π being ln of its share of world usage.

use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Offer, Precaution, Usage},
        noise::{Draw, Key, Luck, Noise},
        phase::{Mechanism, MonthPlan, Phase},
        precipice::private_safety,
        state::{Governance, Levers},
        states::States,
    },
    parameters,
    scenario::{Lever, SafetyRule},
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of safety.
    #[derive(Resource)]
    pub struct Safety {
        /// Factor on every firm's effort.
        scale: f64 = 1.0, "1", range 0.0..=100.0, plausible 0.5..=2.0 or null 0.0, assumption "the efforts stand with the firms: safety_effort";
        /// How much a racing firm minds that another wins, against a disaster (e).
        enmity: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.1..=0.9, assumption "between friends and enemies";
        /// Weight of capability against safety in a race (μ).
        capability_weight: f64 = 1.0, "1", range 0.0..=100.0, plausible 0.5..=4.0, assumption "the weight at which capability and safety decide a race alike";
        /// How often an imitating firm looks at another.
        imitation_per_year: f64 = 1.0, "1/year", range 0.0..=100.0, plausible 0.2..=4.0, assumption "policies are reviewed once a year";
        /// How surely it copies a firm that fares better (β), per e-fold of usage.
        selection: f64 = 1.0, "1", range 0.0..=100.0, plausible 0.1..=5.0, assumption "success is seen, its causes are not";
    }
}

impl Mechanism for Safety {
    const NAME: &'static str = "safety";
    const MEANING: &'static str = "firms choose how much they do for safety";

    fn build(_month: &mut MonthPlan) {}

    // Without the mechanism the scale is 0: nobody does anything for safety, and research does not pay for it.
    fn always(month: &mut MonthPlan) {
        month.add(Phase::Budgets, (set_floors, choose).chain());
    }
}

/// Where the firm at `place` stands among those that race, in (0, 1): rank/(n + 1), which is where the firm of that rank is on
/// average when n draw evenly from 0 to 1. Among equals the earlier ranks lower.
///
/// ```
/// use redqueen::model::mechanisms::safety::quantile;
/// assert_eq!([0, 1, 2].map(|place| quantile(&[7.0, -3.0, 7.0], place)), [0.5, 0.25, 0.75]);
/// ```
pub fn quantile(capabilities: &[f64], place: usize) -> f64 {
    let own = capabilities[place];
    let below = |(other, capability): (usize, &f64)| *capability < own || (*capability == own && other < place);
    let rank = 1 + capabilities.iter().enumerate().filter(|other| below(*other)).count();
    rank as f64 / (capabilities.len() + 1) as f64
}

/// The probability of copying another whose payoff is higher by `difference` (Fermi rule).
///
/// ```
/// use redqueen::model::mechanisms::safety::fermi;
/// assert_eq!(fermi(0.0, 3.0), 0.5);
/// assert!(fermi(1.0, 3.0) > 0.95 && fermi(1.0, -3.0) < 0.05);
/// ```
pub fn fermi(selection: f64, difference: f64) -> f64 {
    1.0 / (1.0 + maths::exp(-selection * difference))
}

/// Whether a firm imitates another in this step, and which.
const IMITATION: Draw = Draw::named("safety/imitation").places(2);

/// Share of world usage below which a firm's payoff falls no further: a logarithm needs some.
const LEAST_USAGE: f64 = 1e-6;

/// Payoff of a firm with this share of world usage.
fn payoff(usage: f64) -> f64 {
    maths::ln(usage.max(LEAST_USAGE))
}

fn set_floors(mut states: Query<(&Levers, &mut Governance)>) {
    for (levers, mut governance) in &mut states {
        governance.floor = maths::larger(levers.of(Lever::SafetyFloor), governance.reaction);
    }
}

/// A firm as others see it.
struct Example {
    /// What it chose in the step before.
    chosen: f64,
    /// Its share of world usage.
    usage: f64,
}

/// What firms see of each other in a step.
#[derive(Default)]
struct Seen {
    /// Every firm as an example.
    examples: Vec<Example>,
    /// Capability of those that race.
    racing: Vec<f64>,
}

/// A firm that chooses its safety effort.
#[derive(QueryData)]
#[query_data(mutable)]
struct Chooser {
    key: &'static Key,
    character: &'static Character,
    offer: &'static Offer,
    usage: &'static Usage,
    precaution: &'static mut Precaution,
}

fn choose(
    params: Res<Safety>,
    clock: Res<Clock>,
    mut seen: Local<Seen>,
    states: States<&Governance>,
    noise: Noise,
    mut firms: Query<Chooser>,
) {
    if params.scale == 0.0 {
        for mut firm in &mut firms {
            firm.precaution.effort = 0.0;
        }
        return;
    }
    let floors = states.map(|governance| governance.floor);
    let Seen { examples, racing } = &mut *seen;
    examples.clear();
    racing.clear();
    for firm in &firms {
        examples.push(Example { chosen: firm.precaution.chosen, usage: firm.usage.world });
        if firm.precaution.rule == SafetyRule::Race {
            racing.push(firm.offer.capability);
        }
    }
    let looks = clock.probability(params.imitation_per_year);
    let mut place = 0;
    for ChooserItem { key, character, usage, mut precaution, .. } in &mut firms {
        match precaution.rule {
            SafetyRule::Fixed => {}
            SafetyRule::Race => {
                let x = params.capability_weight * quantile(racing, place);
                precaution.chosen = private_safety(x, racing.len() as u32, params.enmity);
                place += 1;
            }
            SafetyRule::Imitate => {
                if let Some(copied) = imitate(&params, noise.of(IMITATION, *key), looks, usage.world, examples) {
                    precaution.chosen = copied;
                }
            }
        }
        precaution.effort = (params.scale * precaution.chosen.max(floors[character.home])).min(1.0);
    }
}

/// The choice of another firm that a firm copies in this step, if it looks at one and is won over.
fn imitate(params: &Safety, mut luck: Luck, looks: f64, usage: f64, examples: &[Example]) -> Option<f64> {
    let draw = luck.uniform();
    if draw >= looks {
        return None;
    }
    let example = examples.get((luck.uniform() * examples.len() as f64) as usize)?;
    (draw < looks * fermi(params.selection, payoff(example.usage) - payoff(usage))).then_some(example.chosen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        measure::record::Record,
        model::{Model, Seed, Simulation, firm::Label, states::StateId},
        scenario::Source,
    };

    fn world(overrides: &[&str], rule: SafetyRule) -> Simulation {
        let overrides: Vec<_> = overrides.iter().map(|&text| text.to_owned()).collect();
        let mut scenario =
            Model::standard().load_with(&Source::Builtin("baseline".to_owned()), &overrides).unwrap().scenario;
        scenario.time.months = 12;
        for firm in &mut scenario.firms {
            firm.safety = rule;
        }
        Model::standard().simulate(&scenario).unwrap()
    }

    fn efforts(simulation: &mut Simulation) -> Vec<f64> {
        let world = simulation.world_mut();
        world.query::<&Precaution>().iter(world).map(|precaution| precaution.effort).collect()
    }

    #[test]
    fn the_scale_at_0_is_bit_identical_to_disabled_and_costs_research_nothing() {
        let run = |overrides: &[&str]| {
            let mut simulation = world(overrides, SafetyRule::Imitate);
            let trajectory = simulation.run(Seed { master: 1, replicate: 0 }, Record::ALL).unwrap();
            (trajectory, efforts(&mut simulation))
        };
        let (disabled, none) = run(&["mechanisms.safety.enabled=false"]);
        assert!(none.iter().all(|effort| *effort == 0.0));
        assert!(run(&["mechanisms.safety.scale=0"]).0 == disabled);
        let (enabled, some) = run(&[]);
        assert!(some.iter().any(|effort| *effort > 0.0));
        let knows = |rows: &[crate::measure::record::FirmRow]| rows.iter().map(|row| row.knowledge).sum::<f64>();
        assert!(knows(&enabled.firms) < knows(&disabled.firms));
        assert!(run(&["mechanisms.research.safety_cost=0"]).0.firms != enabled.firms);
    }

    #[test]
    fn in_a_race_the_able_are_safer_and_a_common_level_of_capability_cancels() {
        let mut simulation = world(&[], SafetyRule::Race);
        let inner = simulation.world_mut();
        let chooses = inner.register_system(choose);
        inner.run_system(chooses).unwrap();
        let before = efforts(&mut simulation);
        let inner = simulation.world_mut();
        let capability: Vec<_> = inner.query::<&Offer>().iter(inner).map(|offer| offer.capability).collect();
        let at = |best: fn(f64, f64) -> bool| {
            (1..capability.len()).fold(0, |i, j| if best(capability[j], capability[i]) { j } else { i })
        };
        assert!(before[at(|a, b| a > b)] > before[at(|a, b| a < b)]);
        let n = capability.len() as f64;
        let top = n / (n + 1.0) / (1.0 + 0.5 * (n - 1.0));
        assert!((before[at(|a, b| a > b)] - top).abs() < 1e-15);
        for mut offer in inner.query::<&mut Offer>().iter_mut(inner) {
            offer.capability += 1000.0;
        }
        inner.run_system(chooses).unwrap();
        assert_eq!(efforts(&mut simulation), before);
    }

    #[test]
    fn a_floor_binds_those_below_it_at_home_alone() {
        let mut simulation = world(&[], SafetyRule::Fixed);
        let inner = simulation.world_mut();
        let home = inner.query::<&Character>().iter(inner).next().unwrap().home;
        for (state, mut levers) in inner.query::<(&StateId, &mut Levers)>().iter_mut(inner) {
            levers.0[Lever::SafetyFloor as usize] = if *state == home { 0.9 } else { 0.0 };
        }
        let (floors, chooses) = (inner.register_system(set_floors), inner.register_system(choose));
        inner.run_system(floors).unwrap();
        inner.run_system(chooses).unwrap();
        for (character, precaution) in inner.query::<(&Character, &Precaution)>().iter(inner) {
            let expected = if character.home == home { precaution.chosen.max(0.9) } else { precaution.chosen };
            assert_eq!(precaution.effort, expected);
        }
    }

    #[test]
    fn imitators_come_to_do_what_others_do_and_fixed_firms_do_not() {
        let mut simulation = world(&["mechanisms.safety.imitation_per_year=50"], SafetyRule::Imitate);
        let inner = simulation.world_mut();
        for (label, mut precaution) in inner.query::<(&Label, &mut Precaution)>().iter_mut(inner) {
            let fixed = &*label.0 == "OpenAI";
            precaution.chosen = if fixed { 0.77 } else { 0.0 };
            precaution.rule = if fixed { SafetyRule::Fixed } else { SafetyRule::Imitate };
        }
        simulation.run_on(12);
        let efforts = efforts(&mut simulation);
        assert!(efforts.contains(&0.77));
        assert!(efforts.iter().filter(|effort| **effort == 0.77).count() > 1, "{efforts:?}");
    }

    impl Simulation {
        fn run_on(&mut self, steps: u32) {
            for _ in 0..steps {
                self.step().unwrap();
                self.world_mut().resource_mut::<Clock>().advance();
            }
        }
    }
}
