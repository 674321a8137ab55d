//! Build-out: fabs order capacity, which arrives after a time to build, and move to finer nodes.
//!
//! A fab orders rate · Δ · (installed + under construction), with the rate γ + κ ln(need · demand) between 0 and a largest rate. γ is
//! the growth of the world's spending on compute of late, demand what that spending would buy over what accelerators make,
//! need how far the fab is the bottleneck. Chip subsidies order capacity at home on top. Until the time to build has passed, what
//! arrives was under construction when the fab was first there: it grows by the fab's own rate. Where a rule on equipment covers
//! a logic fab, its orders and its progress to finer nodes are multiplied by 1 − x (1 − M), M being the maturity of equipment
//! made at home.

use super::money::Money;
use crate::{
    maths,
    model::{
        accelerator::Line,
        clock::Clock,
        fab::{Capacity, Craft, Site},
        geography::PerState,
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        relations::Barriers,
        state::{Industry, Levers, Supply},
        states::{StateId, States},
    },
    parameters,
    scenario::{Lever, MAX_STATES, Scenario, Stage},
};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of build_out.
    #[derive(Resource)]
    pub struct BuildOut {
        /// Factor on what arrives, on what is ordered and on the progress of nodes.
        scale: f64 = 1.0, "1", range 0.0..=10.0, plausible 0.5..=2.0 or null 0.0, assumption "rates as given";
        /// Time to build a logic fab.
        logic_months: u32 = 36, "months", range 2..=240, plausible 24..=60, assumption "announcement to volume took three to five years at recent leading fabs, shells for extensions stand";
        /// Time to build a packaging plant.
        packaging_months: u32 = 12, "months", range 2..=240, plausible 9..=24, assumption "capacity of advanced packaging doubled within about a year twice";
        /// Time to build a memory plant.
        memory_months: u32 = 24, "months", range 2..=240, plausible 12..=36, assumption "between packaging and logic: lines are converted as well as built";
        /// Time over which fabs look back to see how fast the world's spending on compute grows.
        growth_months: u32 = 12, "months", range 1..=240, plausible 6..=36, assumption "as annual reports do";
        /// Growth that fabs expect while the world is younger than that.
        trend_per_year: f64 = 0.25, "1/year", range 0.0..=5.0, plausible 0.1..=0.6, assumption "cautious against the growth of spending in 2022-2024";
        /// Growth of orders for each nat by which demand exceeds supply (κ).
        response: f64 = 0.5, "1/year", range 0.0..=10.0, plausible 0.1..=1.5 or null 0.0, assumption "makers fear gluts and follow a shortage by half";
        /// The largest rate of orders.
        max_rate: f64 = 1.0, "1/year", range 0.0..=10.0, plausible 0.3..=1.5, assumption "tools and builders are short: at most about doubling in a year";
        /// Demand of clouds and firms outside the model, as a share of that of the model's firms.
        other_demand: f64 = 0.5, "1", range 0.0..=10.0, plausible 0.2..=2.0, assumption "most accelerators go to a few developers and their clouds";
        /// Cost of logic capacity.
        cost_logic: f64 = 1.0, "billion USD of 2023 per thousand wafers/month", range 0.001..=1000.0, plausible 0.5..=1.5, assumption "order of magnitude: a leading fab of 20-30 thousand wafers a month costs 20-30 billion";
        /// Cost of packaging capacity.
        cost_packaging: f64 = 0.2, "billion USD of 2023 per thousand wafers/month", range 0.001..=1000.0, plausible 0.05..=0.5, assumption "order of magnitude: a fifth of logic";
        /// Cost of memory capacity.
        cost_memory: f64 = 0.3, "billion USD of 2023 per thousand wafers/month", range 0.001..=1000.0, plausible 0.1..=0.6, assumption "order of magnitude: a third of logic";
        /// Progress of logic fabs to finer nodes, nats of the node's name a year.
        node_progress_per_year: f64 = 0.12, "1/year", range 0.0..=2.0, plausible 0.08..=0.2 or null 0.0, assumption "5 nm to 2 nm took six to seven years from volume to volume";
    }
}

impl Mechanism for BuildOut {
    const NAME: &'static str = "build_out";
    const MEANING: &'static str = "fabs order capacity, which arrives after a time to build, and move to finer nodes";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Chips, (look_ahead, arrive, order, refine).chain().run_if(anything_moves));
    }

    fn always(month: &mut MonthPlan) {
        // Before the phase in which fabs are asked for chips.
        month.add(Phase::Controls, enter);
    }

    fn begin(_scenario: &Scenario, clock: &Clock, world: &mut World) {
        let outlook = Outlook::new(clock, world.resource());
        world.insert_resource(outlook);
    }
}

impl BuildOut {
    /// Time to build capacity of a stage, steps.
    fn time_to_build(&self, stage: Stage, clock: &Clock) -> usize {
        clock.steps(match stage {
            Stage::Logic => self.logic_months,
            Stage::Packaging => self.packaging_months,
            Stage::Memory => self.memory_months,
        }) as usize
    }

    /// Cost of capacity by stage, in the order of [`Stage`].
    fn costs(&self) -> [f64; Stage::COUNT] {
        [self.cost_logic, self.cost_packaging, self.cost_memory]
    }
}

/// Rate at which a fab orders capacity, 1/year: γ + κ ln(tightness), from 0 to `max_rate`, given the growth γ of demand and how far
/// demand exceeds supply as a ratio; 0 if nothing is demanded.
///
/// ```
/// use redqueen::model::mechanisms::build_out::order_rate;
/// assert_eq!(order_rate(0.25, 0.5, 1.0, 1.0), 0.25);
/// assert_eq!(order_rate(0.25, 0.5, 100.0, 1.0), 1.0);
/// assert_eq!(order_rate(0.25, 0.5, 0.1, 1.0), 0.0);
/// ```
pub fn order_rate(growth: f64, response: f64, tightness: f64, max_rate: f64) -> f64 {
    if tightness <= 0.0 {
        return 0.0;
    }
    (growth + if response > 0.0 { response * maths::ln(tightness) } else { 0.0 }).clamp(0.0, max_rate)
}

/// What growth at `rate` (1/year) from `capacity` adds in each of `steps` steps of Δ years: capacity (e^(rate Δ (k+1)) − e^(rate Δ k)).
fn growth_of(capacity: f64, rate_in_step: f64, steps: usize) -> impl Iterator<Item = f64> {
    let factor = maths::exp(rate_in_step);
    let mut level = capacity;
    (0..steps).map(move |_| {
        let before = level;
        level *= factor;
        level - before
    })
}

/// What fabs know of demand.
#[derive(Resource, Clone, Debug)]
pub struct Outlook {
    /// The world's spending on compute in each step of a year, in turn, billion USD a year.
    spending: Vec<f64>,
    /// Its growth (γ), 1/year.
    growth: f64,
    /// What it would buy over what accelerators make.
    demand: f64,
}

impl Outlook {
    /// Before anything is known.
    pub fn new(clock: &Clock, build_out: &BuildOut) -> Self {
        Self { spending: vec![0.0; clock.steps(build_out.growth_months) as usize], growth: 0.0, demand: 1.0 }
    }
}

fn anything_moves(build_out: Res<BuildOut>) -> bool {
    build_out.scale > 0.0
}

fn enter(clock: Res<Clock>, mut fabs: Query<(&Site, &mut Capacity)>) {
    for (site, mut capacity) in &mut fabs {
        if site.enters == Some(clock.step()) {
            capacity.kwpm += site.numbers.capacity_kwpm;
        }
    }
}

fn look_ahead(
    build_out: Res<BuildOut>,
    money: Res<Money>,
    clock: Res<Clock>,
    states: Query<&Supply>,
    lines: Query<&Line>,
    mut outlook: ResMut<Outlook>,
) {
    let spending: f64 = states.iter().map(|supply| supply.spending).sum();
    let slot = clock.step() as usize % outlook.spending.len();
    let before = std::mem::replace(&mut outlook.spending[slot], spending);
    let years = clock.per_step(outlook.spending.len() as f64);
    outlook.growth =
        if before > 0.0 && spending > 0.0 { maths::ln(spending / before) / years } else { build_out.trend_per_year };
    // Without outages, which nobody builds against.
    let made = clock.per_year(lines.iter().map(|line| line.packages_undisturbed * line.performance).sum());
    let wanted = spending * (1.0 + build_out.other_demand) / money.price(clock.years());
    outlook.demand = if made > 0.0 { wanted / made } else { 1.0 };
}

/// Capacity under construction moves on by a step. Of a fab that is not there yet, what is ready waits for it.
fn arrive(build_out: Res<BuildOut>, clock: Res<Clock>, mut fabs: Query<(&Site, &mut Capacity)>) {
    let step = clock.step();
    for (site, mut capacity) in &mut fabs {
        // What is ordered in this step will be the last of so many entries.
        let ahead = build_out.time_to_build(site.stage, &clock) - 1;
        if step == 0 {
            capacity.building.clear();
            capacity.building.resize(ahead, 0.0);
        } else {
            let ready = capacity.building.pop_front().unwrap_or(0.0);
            if site.is_there(step) {
                capacity.kwpm = (capacity.kwpm + ready).max(0.0);
            } else if let Some(next) = capacity.building.front_mut() {
                *next += ready;
            }
        }
        if site.enters.unwrap_or(0) == step {
            let rate = clock.per_step(build_out.scale * site.numbers.expansion_per_year);
            let growth = growth_of(site.numbers.capacity_kwpm, rate, ahead);
            for (building, more) in capacity.building.iter_mut().zip(growth) {
                *building += more;
            }
        }
    }
}

/// Share of a fab's orders and progress that rules on equipment take: x (1 − M) where one covers it.
#[inline]
fn slowed(barriers: &Barriers, site: &Site, craft: &Craft, maturity: &PerState) -> f64 {
    if site.stage != Stage::Logic {
        return 0.0;
    }
    barriers.equipment(site.location, craft.node_nm) * (1.0 - maturity[site.location])
}

fn order(
    build_out: Res<BuildOut>,
    clock: Res<Clock>,
    barriers: Res<Barriers>,
    outlook: Res<Outlook>,
    mut faults: ResMut<Faults>,
    states: States<(&Industry, &Levers)>,
    mut fabs: Query<(&Site, &Craft, &mut Capacity)>,
) {
    let step = clock.step();
    let maturity = states.map(|(industry, _)| industry.maturity);
    let held = fabs.iter().map(|(site, _, capacity)| (site, weight(site, capacity, step)));
    let granted = grants(&build_out, &clock, states.iter().map(|(s, (_, levers))| (s, levers)), held);
    for (site, craft, mut capacity) in &mut fabs {
        let held = weight(site, &capacity, step);
        let own = if site.is_there(step) {
            let tightness = capacity.need * outlook.demand;
            clock.per_step(order_rate(outlook.growth, build_out.response, tightness, build_out.max_rate))
        } else {
            0.0
        };
        let rate = own + granted[site.location];
        let ordered = build_out.scale * rate * held * (1.0 - slowed(&barriers, site, craft, &maturity));
        capacity.building.push_back(ordered);
        faults.check(&clock, BuildOut::NAME, "capacity", &site.name, &[capacity.kwpm, ordered]);
    }
}

/// Capacity that a fab counts with: installed and under construction, or as planned before it is there.
#[inline]
fn weight(site: &Site, capacity: &Capacity, step: u32) -> f64 {
    if site.is_there(step) { capacity.kwpm + capacity.under_construction() } else { site.numbers.capacity_kwpm }
}

/// Capacity that subsidies order in this step, for each unit of capacity, by state. Money is split over the stages by the value
/// of what a state has, so that all grow alike; a state without plants cannot spend it.
fn grants<'a>(
    build_out: &BuildOut,
    clock: &Clock,
    states: impl Iterator<Item = (StateId, &'a Levers)>,
    fabs: impl Iterator<Item = (&'a Site, f64)>,
) -> PerState {
    let costs = build_out.costs();
    let mut value: PerState = [0.0; MAX_STATES];
    for (site, weight) in fabs {
        value[site.location] += costs[site.stage as usize] * weight;
    }
    let mut granted: PerState = [0.0; MAX_STATES];
    for (s, levers) in states {
        let subsidy = levers.of(Lever::ChipSubsidy);
        if subsidy > 0.0 && value[s] > 0.0 {
            granted[s] = clock.per_step(subsidy) / value[s];
        }
    }
    granted
}

fn refine(
    build_out: Res<BuildOut>,
    clock: Res<Clock>,
    barriers: Res<Barriers>,
    mut faults: ResMut<Faults>,
    states: States<&Industry>,
    mut fabs: Query<(&Site, &mut Craft)>,
) {
    let maturity = states.map(|industry| industry.maturity);
    let progress = clock.per_step(build_out.scale * build_out.node_progress_per_year);
    let free = maths::exp(-progress);
    for (site, mut craft) in &mut fabs {
        if site.stage != Stage::Logic || !site.is_there(clock.step()) {
            continue;
        }
        let slowed = slowed(&barriers, site, &craft, &maturity);
        craft.node_nm *= if slowed > 0.0 { maths::exp(-progress * (1.0 - slowed)) } else { free };
        faults.check(&clock, BuildOut::NAME, "node", &site.name, &[craft.node_nm]);
    }
}

#[cfg(test)]
#[path = "build_out_tests.rs"]
mod tests;
