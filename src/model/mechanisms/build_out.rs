//! Build-out: fabs order capacity, which arrives after a time to build, and move to finer nodes.
//!
//! A fab of capacity C with U under construction wants C* = C · need · q^κ · e^(gL): as much as the scarcest stage of what it makes
//! carries (need ≤ 1 unless a reserve stands in), more where its chips sell above their normal price (Tobin's q: the price over
//! what it takes to make them), and what demand will have grown to when orders of today arrive, after the time to build L. It
//! orders at the rate (g C* + (C* − C − γ U)/T)/(C + U), between 0 and a largest rate: γ = 1 counts all that is under construction,
//! less orders a shortage again and again (Sterman 1989). g is the growth of the world's spending on compute of late. Outages
//! are mostly looked through (foresight). Chip subsidies order capacity at home on top. Until the time to build has passed, what
//! arrives was under construction when the fab was first there: it grows by the fab's own rate. Where a rule on equipment covers
//! a logic or memory fab, its orders and a logic fab's progress to finer nodes are multiplied by 1 − E, what it lacks:
//! E = w x (1 − M), M being the maturity of equipment made at home.

use crate::{
    maths,
    model::{
        clock::Clock,
        fab::{Capacity, Craft, Site},
        geography::PerState,
        keep::Keep,
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
        trend_per_year: f64 = 0.4, "1/year", range 0.0..=5.0, plausible 0.1..=0.6, assumption "cautious against the growth of spending in 2022-2024";
        /// Capacity wanted for each nat by which chips sell above their normal price (κ).
        response: f64 = 1.3, "nats/nat", range 0.0..=10.0, plausible 0.5..=2.0 or null 0.0, assumption "makers fear gluts: at 2 they would want all that is demanded, for a price that goes with the root of demand";
        /// Time in which fabs want to close what they are short of (T).
        adjust_years: f64 = 0.75, "years", range 0.05..=20.0, plausible 0.4..=2.0, assumption "budgets are set once a year and reviewed";
        /// Part of what is under construction that fabs count when they order more (γ).
        supply_line: f64 = 1.0, "1", range 0.0..=1.0, plausible 0.5..=1.0, assumption "makers know their own building sites; people in experiments counted about a third of what they had ordered (Sterman 1989)";
        /// How far makers look through outages, and through orders that wait, when they judge what their chips will sell at.
        foresight: f64 = 0.95, "1", range 0.0..=1.0, plausible 0.5..=1.0, assumption "nobody builds for three years against an outage of one";
        /// The largest rate of orders.
        max_rate: f64 = 0.9, "1/year", range 0.0..=10.0, plausible 0.5..=1.3, assumption "tools and builders are short: advanced packaging, which grew fastest, took a year to go from 13 to 35 thousand wafers a month";
        /// Cost of logic capacity.
        cost_logic: f64 = 1.0, "billion USD of 2023 per thousand wafers/month", range 0.001..=1000.0, plausible 0.5..=1.5, assumption "order of magnitude: a leading fab of 20-30 thousand wafers a month costs 20-30 billion";
        /// Cost of packaging capacity.
        cost_packaging: f64 = 0.2, "billion USD of 2023 per thousand wafers/month", range 0.001..=1000.0, plausible 0.05..=0.5, assumption "order of magnitude: a fifth of logic";
        /// Cost of memory capacity.
        cost_memory: f64 = 0.3, "billion USD of 2023 per thousand wafers/month", range 0.001..=1000.0, plausible 0.1..=0.6, assumption "order of magnitude: a third of logic";
        /// Progress of logic fabs to finer nodes, nats of the node's name a year.
        node_progress_per_year: f64 = 0.12, "1/year", range 0.0..=2.0, plausible 0.08..=0.2 or null 0.0, assumption "5 nm to 2 nm took six to seven years from volume to volume";
        /// What a memory plant lacks under rules on equipment, against a logic fab (w).
        memory_lack: f64 = 0.8, "1", range 0.0..=1.0, plausible 0.3..=1.0 or null 0.0, assumption "stacked memory needs fewer of the tools that are controlled";
    }
}

impl Mechanism for BuildOut {
    const NAME: &'static str = "build_out";
    const MEANING: &'static str = "fabs order capacity, which arrives after a time to build, and move to finer nodes";
    const FIXED: &'static [&'static str] = &["logic_months", "packaging_months", "memory_months", "growth_months"];

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Chips, (look_ahead, arrive, refine).chain().run_if(anything_moves));
        // When the step's prices are known.
        month.add(Phase::Budgets, order.run_if(anything_moves));
    }

    fn always(month: &mut MonthPlan) {
        // Before the phase in which fabs are asked for chips.
        month.add(Phase::Controls, enter);
    }

    fn register(world: &mut World) {
        world.keep_resource::<Outlook>();
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
    pub fn costs(&self) -> [f64; Stage::COUNT] {
        [self.cost_logic, self.cost_packaging, self.cost_memory]
    }
}

/// What a fab knows when it orders.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Capacity (C).
    pub installed: f64,
    /// Under construction (U).
    pub building: f64,
    /// Wanted now over capacity: need · q^κ.
    pub wanted: f64,
    /// Growth of demand (g), 1/year.
    pub growth: f64,
    /// Time to build (L), years.
    pub years: f64,
}

impl BuildOut {
    /// Rate at which a fab orders capacity, as a share of what it has and builds, 1/year.
    ///
    /// ```
    /// use redqueen::model::mechanisms::build_out::{BuildOut, Plan};
    /// // Where everything grows at one rate and nothing is short, orders keep it growing at that rate.
    /// let (growth, years) = (0.3, 3.0);
    /// let building = (growth * years as f64).exp() - 1.0;
    /// let plan = Plan { installed: 1.0, building, wanted: 1.0, growth, years };
    /// assert!((BuildOut::default().order_rate(plan) - growth).abs() < 1e-12);
    /// ```
    pub fn order_rate(&self, plan: Plan) -> f64 {
        let held = plan.installed + plan.building;
        if held <= 0.0 {
            return 0.0;
        }
        let target = plan.installed * plan.wanted * maths::exp(plan.growth * plan.years);
        let short = target - plan.installed - self.supply_line * plan.building;
        ((plan.growth * target + short / self.adjust_years) / held).clamp(0.0, self.max_rate)
    }
}

/// What plants lack of the equipment that they need.
pub struct Lack<'a> {
    /// The rules.
    pub barriers: &'a Barriers,
    /// What a memory plant lacks against a logic fab.
    pub memory: f64,
    /// Maturity of each state's own equipment industry.
    pub maturity: PerState,
}

impl Lack<'_> {
    /// What a plant lacks: E = w x (1 − M) where a rule covers it.
    #[inline]
    pub fn of(&self, site: &Site, craft: &Craft) -> f64 {
        let denied = match site.stage {
            Stage::Logic => self.barriers.equipment(site.location, craft.node_nm),
            Stage::Memory => self.memory * self.barriers.tools(site.location),
            Stage::Packaging => 0.0,
        };
        denied * (1.0 - self.maturity[site.location])
    }
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
    /// Its growth (g), 1/year.
    growth: f64,
}

impl Outlook {
    /// Before anything is known.
    pub fn new(clock: &Clock, build_out: &BuildOut) -> Self {
        Self { spending: vec![0.0; clock.steps(build_out.growth_months) as usize], growth: 0.0 }
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

fn look_ahead(build_out: Res<BuildOut>, clock: Res<Clock>, states: Query<&Supply>, mut outlook: ResMut<Outlook>) {
    let spending: f64 = states.iter().map(|supply| supply.spending).sum();
    let slot = clock.step() as usize % outlook.spending.len();
    let before = std::mem::replace(&mut outlook.spending[slot], spending);
    let years = clock.per_step(outlook.spending.len() as f64);
    let growth =
        if before > 0.0 && spending > 0.0 { maths::ln(spending / before) / years } else { build_out.trend_per_year };
    outlook.growth = growth.clamp(-build_out.max_rate, build_out.max_rate);
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
    let lack = Lack { barriers: &barriers, memory: build_out.memory_lack, maturity };
    let held = fabs.iter().map(|(site, _, capacity)| (site, weight(site, capacity, step)));
    let granted = grants(&build_out, &clock, states.iter().map(|(s, (_, levers))| (s, levers)), held);
    for (site, craft, mut capacity) in &mut fabs {
        let held = weight(site, &capacity, step);
        let own = if site.is_there(step) {
            let plan = Plan {
                installed: capacity.kwpm,
                building: held - capacity.kwpm,
                wanted: capacity.need * maths::exp(build_out.response * capacity.margin),
                growth: outlook.growth,
                years: clock.per_step(build_out.time_to_build(site.stage, &clock) as f64),
            };
            // Exact for a rate that stays, whatever the step.
            maths::exp_m1(clock.per_step(build_out.order_rate(plan)))
        } else {
            0.0
        };
        let rate = own + granted[site.location];
        let ordered = build_out.scale * rate * held * (1.0 - lack.of(site, craft));
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
    let lack = Lack { barriers: &barriers, memory: build_out.memory_lack, maturity };
    let progress = clock.per_step(build_out.scale * build_out.node_progress_per_year);
    let free = maths::exp(-progress);
    for (site, mut craft) in &mut fabs {
        if site.stage != Stage::Logic || !site.is_there(clock.step()) {
            continue;
        }
        let lacked = lack.of(site, &craft);
        craft.node_nm *= if lacked > 0.0 { maths::exp(-progress * (1.0 - lacked)) } else { free };
        faults.check(&clock, BuildOut::NAME, "node", &site.name, &[craft.node_nm]);
    }
}

#[cfg(test)]
#[path = "build_out_tests.rs"]
mod tests;
