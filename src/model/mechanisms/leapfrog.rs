//! Leapfrog: betting on another paradigm of computing.
//!
//! A state puts a share ℓ of its spending S on compute into a paradigm that needs no leading node. The paradigm's performance
//! per cost follows its own science and experience X, c_p = c_0 e^(gt) (X/X_0)^b (Wright 1936), where dX = S (ℓ + (1 − ℓ) a): what
//! is spent on developing it, and on making it. With payoff π = ln(c_p p), p the price of silicon's compute where the buyers
//! are, so that being denied it makes the bet pay sooner, buyers lean to the share
//! a* = 1/(1 + exp(−k (π − w (1 − a)))), w the cost of switching that an installed base lowers, and
//! da = v (a* − a). It makes (1 − ℓ) a S c_p, and fabs, export controls and blockades do not touch it.

use super::price::{Price, Prices};
use crate::{
    maths,
    model::{
        clock::Clock,
        geography::Geography,
        keep::Keep,
        ledger::{Faults, Ledger},
        phase::{Mechanism, MonthPlan, Phase},
        state::{Industry, Levers, Supply},
        states::{StateId, States},
    },
    parameters,
    scenario::Lever,
};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of the alternative paradigm.
    #[derive(Resource)]
    pub struct Leapfrog {
        /// Factor on the share of spending that policies put into it.
        effort: f64 = 1.0, "1", range 0.0..=1.0, plausible 0.5..=1.0 or null 0.0, assumption "the shares stand with the policies";
        /// Performance per cost with the reference experience, against silicon's at the start (c_0).
        start_performance: f64 = 0.1, "1", range 0.0..=1000.0, plausible 0.03..=0.4, assumption "photonic, analogue and neuromorphic chips of 2023 were prototypes; the middle of the range, by factors";
        /// Growth of that without experience, by what science and other uses bring (g).
        progress_per_year: f64 = 0.18, "nats/year", range 0.0..=2.0, plausible 0.0..=0.35 or null 0.0, assumption "devices and packaging get better for all, silicon's accelerators by about 0.33 a year; half as fast";
        /// Experience to which that applies (X_0).
        reference_experience: f64 = 8.0, "billion USD of 2023", range 0.001..=100000.0, plausible 2.0..=30.0, assumption "a few years of a large programme";
        /// Experience exponent (b): 0.4 is 1.32 times the performance per cost with each doubling.
        exponent: f64 = 0.4, "1", range 0.0..=3.0, plausible 0.2..=0.6, assumption "solar modules, which lost 20 % of their price per doubling, had 0.32; young digital technologies learn faster";
        /// How sharply buyers answer to the payoff (k).
        steepness: f64 = 3.0, "1/nat", range 0.0..=100.0, plausible 1.0..=6.0, assumption "at equal payoff a nat moves nineteen in twenty";
        /// Cost of switching for the first buyer (w): software, skills.
        switching: f64 = 0.7, "nats", range 0.0..=20.0, plausible 0.2..=1.5, assumption "the first buyers want twice the performance";
        /// Speed with which shares follow (v).
        speed: f64 = 0.5, "1/year", range 0.0..=12.0, plausible 0.2..=1.0, assumption "fleets are renewed in four years, plans in two";
    }
}

impl Mechanism for Leapfrog {
    const NAME: &'static str = "leapfrog";
    const MEANING: &'static str = "effort put into another paradigm of computing may pay once experience is gained";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Policy, choose_effort).add(Phase::Allocation, make);
    }

    fn register(world: &mut World) {
        world.keep_with::<StateId, Paradigm>();
    }
}

/// An alternative paradigm of computing.
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub struct Paradigm {
    /// Experience with it (X), billion USD; 0 until something is put into it.
    pub experience: f64,
    /// Share of the state's spending on compute that develops it (ℓ).
    pub effort: f64,
    /// Share of the rest that buys it (a).
    pub share: f64,
}

impl Paradigm {
    /// Share of the state's spending on compute that is left for silicon.
    #[inline]
    pub fn silicon(&self) -> f64 {
        (1.0 - self.effort) * (1.0 - self.share)
    }
}

/// Performance per cost against that of the reference experience: (X/X_0)^b.
///
/// ```
/// use redqueen::model::mechanisms::leapfrog::experience_curve;
/// assert_eq!(experience_curve(40.0, 10.0, 0.5), 2.0);
/// assert_eq!(experience_curve(10.0, 10.0, 0.5), 1.0);
/// ```
pub fn experience_curve(experience: f64, reference: f64, exponent: f64) -> f64 {
    maths::pow(experience / reference, exponent)
}

/// Share of buyers that lean to the paradigm when `share` have it: 1/(1 + exp(−k (π − w (1 − a)))), π in nats.
pub fn leaning(payoff: f64, share: f64, steepness: f64, switching: f64) -> f64 {
    1.0 / (1.0 + maths::exp(-steepness * (payoff - switching * (1.0 - share))))
}

/// Set before chips are shared, for it takes spending from them.
fn choose_effort(leapfrog: Res<Leapfrog>, mut states: Query<(&Levers, &mut Paradigm)>) {
    for (levers, mut paradigm) in &mut states {
        paradigm.effort = leapfrog.effort * levers.of(Lever::Leapfrog);
    }
}

fn make(
    leapfrog: Res<Leapfrog>,
    (price, prices): (Res<Price>, Res<Prices>),
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut ledger: ResMut<Ledger>,
    mut faults: ResMut<Faults>,
    mut states: States<(&mut Paradigm, &mut Supply, &mut Industry)>,
) {
    let science = maths::exp(leapfrog.progress_per_year * clock.years());
    for (s, (mut paradigm, mut supply, mut industry)) in states.iter_mut() {
        let spending = clock.per_step(supply.bids);
        let making = (1.0 - paradigm.effort) * paradigm.share * spending;
        paradigm.experience += paradigm.effort * spending + making;
        if paradigm.experience <= 0.0 {
            continue;
        }
        let curve = experience_curve(paradigm.experience, leapfrog.reference_experience, leapfrog.exponent);
        let relative = leapfrog.start_performance * science * curve;
        let made = making * relative / price.start;
        supply.alternative = made;
        supply.received += made;
        supply.undisturbed += made;
        ledger.made += made;
        if made > 0.0 {
            for stage in &mut industry.self_sufficiency {
                *stage = ((*stage * supply.intended + made) / (supply.intended + made)).min(1.0);
            }
        }
        supply.intended += made;
        let payoff = maths::ln(relative * prices.at(s) / price.start);
        let target = leaning(payoff, paradigm.share, leapfrog.steepness, leapfrog.switching);
        paradigm.share = (paradigm.share + clock.per_step(leapfrog.speed) * (target - paradigm.share)).clamp(0.0, 1.0);
        let (name, numbers) = (&geography.names[s], [paradigm.share, paradigm.experience, made]);
        faults.check(&clock, Leapfrog::NAME, "alternative compute", name, &numbers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        measure::record::Record,
        model::{Model, Seed, testing, testing::of_state},
        scenario::Scenario,
    };
    use bevy_ecs::system::RunSystemOnce;

    fn with_effort(effort: f64) -> Scenario {
        let mut scenario = crate::baseline();
        scenario.time.months = 120;
        scenario.policies.push(testing::policy("bet", 0, Lever::Leapfrog, effort));
        scenario
    }

    fn after(scenario: &Scenario, steps: u32) -> (Paradigm, Supply, Industry) {
        let mut simulation = Model::standard().simulate(scenario).unwrap();
        for _ in 0..steps {
            simulation.step().unwrap();
            simulation.world_mut().resource_mut::<Clock>().advance();
        }
        let world = simulation.world();
        (
            of_state::<Paradigm>(world, 0).clone(),
            of_state::<Supply>(world, 0).clone(),
            of_state::<Industry>(world, 0).clone(),
        )
    }

    #[test]
    fn doubling_experience_adds_the_same_factor_again() {
        let curve = |experience| experience_curve(experience, 10.0, 0.5);
        assert!((curve(20.0) / curve(10.0) - std::f64::consts::SQRT_2).abs() < 1e-15);
        assert!((curve(80.0) / curve(40.0) - std::f64::consts::SQRT_2).abs() < 1e-15);
    }

    #[test]
    fn buyers_lean_to_payoff_and_an_installed_base_makes_it_easier() {
        assert_eq!(leaning(0.7, 0.0, 3.0, 0.7), 0.5);
        assert!(leaning(1.0, 0.0, 3.0, 0.7) > leaning(0.5, 0.0, 3.0, 0.7));
        assert!(leaning(0.5, 0.5, 3.0, 0.7) > leaning(0.5, 0.0, 3.0, 0.7));
        assert_eq!(leaning(f64::NEG_INFINITY, 0.0, 3.0, 0.7), 0.0);
    }

    #[test]
    fn effort_gains_experience_and_then_compute_of_its_own() {
        let (little, much) = (after(&with_effort(0.05), 60).0, after(&with_effort(0.5), 60).0);
        assert!(much.experience > little.experience && little.experience > 0.0);
        assert!(much.share > little.share && little.share > 0.0);
        let (_, supply, industry) = after(&with_effort(0.5), 60);
        assert!(supply.alternative > 0.0 && supply.received >= supply.alternative);
        assert!(industry.self_sufficiency.iter().all(|share| *share > 0.0 && *share <= 1.0));
    }

    #[test]
    fn half_the_step_makes_half_the_error() {
        let at = |steps_per_year: u32| {
            let mut scenario = with_effort(0.3);
            scenario.set("mechanisms.leapfrog.start_performance", 1.0).unwrap();
            // Steady spending, so that only the paradigm's own steps differ.
            let mut simulation = Model::standard().simulate(&scenario).unwrap();
            let world = simulation.world_mut();
            scenario.time.steps_per_year = steps_per_year;
            world.insert_resource(Clock::new(&scenario.time));
            for _ in 0..5 * steps_per_year {
                for mut supply in world.query::<&mut Supply>().iter_mut(world) {
                    (supply.bids, supply.received) = (50.0, 0.0);
                }
                for mut paradigm in world.query::<&mut Paradigm>().iter_mut(world) {
                    paradigm.effort = 0.3;
                }
                world.run_system_once(make).unwrap();
                world.resource_mut::<Clock>().advance();
            }
            world.query::<&Paradigm>().iter(world).next().unwrap().share
        };
        let [month, half, quarter] = [12, 24, 48].map(at);
        let ratio = (month - half) / (half - quarter);
        assert!((month - half).abs() < 0.05 * month, "{month} {half}");
        assert!((ratio - 2.0).abs() < 0.2, "{ratio}");
    }

    #[test]
    fn a_world_that_puts_nothing_into_it_is_one_without_it() {
        let seed = Seed { master: 7, replicate: 0 };
        let with = Model::standard().simulate(&with_effort(0.0)).unwrap().run(seed, Record::ALL).unwrap();
        let mut off = crate::baseline();
        off.time.months = 120;
        testing::disable(&mut off, Leapfrog::NAME);
        let without = Model::standard().simulate(&off).unwrap().run(seed, Record::ALL).unwrap();
        assert!(with == without);
        assert_eq!(after(&with_effort(0.0), 24).0, Paradigm::default());
    }
}
