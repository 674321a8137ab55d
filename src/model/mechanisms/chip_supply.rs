//! Chip supply: accelerators are made in stages, and shipped to those who pay for them.
//!
//! A package needs dies, memory and packaging: output is the least of what the three stages can carry, and the stage that
//! limits it is recorded. Good dies are wafers × dies per wafer × (1 + A D/α)^−α, with a density of defects
//! D = D∞ + (D_start − D∞)(X/X₀)^−b that falls with experience X (Wright 1936; Stapper 1973). Where rules on equipment leave a
//! plant without tools, E_j = w x (1 − M) is what it lacks (w = 1 for logic): it starts (1 − uptime · E) of its wafers, with
//! (1 + defects · E) of those defects, or so many times fewer good memory stacks from each. What leaves the line is sold in proportion to what buyers in states bid for compute, of
//! which foreign designs get the part 1 − b where buyers shun them by b; export controls turn part of that away. Rules on `materials`
//! bind the makers of whatever firms of a state designed: of their chips the part 1 − d q (1 − R) is made, with the share q = Σ_b m_b x_b (1 − ℓ_b)
//! of the world's refining that is kept from it (m: `materials_share`) and the part R that it has replaced (`induced_innovation`).

mod shipping;

use super::{
    build_out::{BuildOut, Lack},
    price::Prices,
};
use crate::{
    maths,
    model::{
        accelerator::{Binding, ChipDesign, Line},
        clock::Clock,
        fab::{Capacity, Craft, FabIndex, Outage, Site},
        geography::PerState,
        ledger::{Faults, Ledger},
        phase::{Mechanism, MonthPlan, Phase},
        relations::Barriers,
        state::{Industry, Supply, Traits},
        states::{StateId, States},
        yields::{defect_density, dies_per_wafer, negative_binomial_yield},
    },
    parameters,
    scenario::{Choice, Goods, MAX_FABS, MAX_STATES, Scenario, Stage},
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of chip supply.
    #[derive(Resource)]
    pub struct ChipSupply {
        /// Factor on the output of every fab.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "capacities stand with the fabs";
        /// How fast defects fall with experience (b): a doubling leaves 2^−b of those that experience can remove.
        learning_exponent: f64 = 0.3, "1", range 0.0..=2.0, plausible 0.1..=0.6, assumption "a fifth less with each doubling is 0.32 (Wright 1936)";
        /// How little defects cluster on a wafer (α).
        clustering: f64 = 3.0, "1", range 0.1..=1000.0, plausible 2.0..=5.0, figure "Stapper 1973: 2 to 5 in practice";
        /// How long a design is sold unchanged, before successors improve on it.
        generation_months: u32 = 24, "months", range 0..=240, plausible 12..=36, assumption "A100 2020, H100 2022, B200 2024";
        /// Growth of performance of a package by design, after that.
        design_progress: f64 = 0.25, "nats/year", range 0.0..=2.0, plausible 0.1..=0.45, assumption "A100 to H100 to B200 gained 0.45 a year, partly by larger packages";
        /// Performance gained with each nat by which nodes shrink, after that.
        node_gain: f64 = 0.7, "nats/nat", range 0.0..=3.0, plausible 0.3..=1.5, assumption "density gains more, but power limits it";
        /// Output that sellers keep in store (I).
        inventory_months: f64 = 1.0, "months", range 0.0..=60.0, plausible 0.5..=4.0, assumption "as chip makers report";
        /// Time in which sellers fill what their store lacks of that, or empty what it holds beyond.
        fill_months: u32 = 6, "months", range 1..=120, plausible 3..=12, assumption "orders stand for about half a year";
        /// Diameter of a logic wafer.
        wafer_mm: f64 = 300.0, "mm", range 100.0..=1000.0, plausible 200.0..=450.0, figure "SEMI M1: 300 mm at all leading fabs since about 2001; 200 mm before, 450 mm was given up";
        /// Output that is lost where all refined materials are kept from the makers of a chip (d).
        materials_dependence: f64 = 0.4, "1", range 0.0..=1.0, plausible 0.1..=0.8 or null 0.0, assumption "stocks, recycling and thrift stretch what there is; magnets, lasers and substrates stand in every fab and data centre";
        /// Part of its output that a fab without any of the equipment that it needs would lose.
        lack_uptime: f64 = 0.6, "1", range 0.0..=1.0, plausible 0.3..=0.9 or null 0.0, assumption "tools stand still for parts and service before they fail";
        /// Growth of its defects, as a share.
        lack_defects: f64 = 1.0, "1", range 0.0..=20.0, plausible 0.4..=2.0 or null 0.0, assumption "7 nm without EUV takes about twice the exposures of a layer, each with its defects";
    }
}

impl Mechanism for ChipSupply {
    const NAME: &'static str = "chip_supply";
    const MEANING: &'static str = "accelerators are made in stages and shipped to states by what these spend";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Chips, make.run_if(anything_is_made));
        month.add(Phase::Allocation, shipping::ship.run_if(anything_is_made));
        month.add(Phase::Stocks, ask_for_capacity.run_if(anything_is_made));
    }

    fn always(month: &mut MonthPlan) {
        // Behind those who still read the flows of the step before.
        month.add(Phase::Chips, shipping::clear);
    }

    fn go_on(_scenario: &Scenario, _clock: &Clock, world: &mut World) {
        if world.resource::<Self>().scale == 0.0 {
            // Lines stand still, and nobody would say so.
            for mut line in world.query::<&mut Line>().iter_mut(world) {
                (line.packages, line.packages_undisturbed, line.shipped) = (0.0, 0.0, 0.0);
                (line.carried, line.binding) = ([0.0; Stage::COUNT], Binding::None);
            }
        }
    }
}

fn anything_is_made(supply: Res<ChipSupply>) -> bool {
    supply.scale > 0.0
}

/// A fab that makes something.
#[derive(QueryData)]
#[query_data(mutable)]
struct Plant {
    index: &'static FabIndex,
    site: &'static Site,
    capacity: &'static Capacity,
    craft: &'static mut Craft,
    outage: &'static Outage,
}

/// The fabs in a step, by index.
struct Plants {
    location: [StateId; MAX_FABS],
    /// Thousand wafers started, and what would have been without outages.
    wafers: [[f64; MAX_FABS]; 2],
    /// Wafers that would be started if nothing held plants up.
    capacity: [f64; MAX_FABS],
    defects: [f64; MAX_FABS],
    stacks: [f64; MAX_FABS],
    ln_node: [f64; MAX_FABS],
}

/// As it is, and without outages.
const NOW: usize = 0;
const UNDISTURBED: usize = 1;

impl Plants {
    fn run<'a>(supply: &ChipSupply, clock: &Clock, lack: &Lack, fabs: impl Iterator<Item = PlantItem<'a, 'a>>) -> Self {
        let none = [0.0; MAX_FABS];
        let mut plants = Self {
            location: [StateId::new(0); MAX_FABS],
            wafers: [none; 2],
            capacity: none,
            defects: none,
            stacks: none,
            ln_node: none,
        };
        let months = 1.0 / clock.steps_per_month();
        for PlantItem { index, site, capacity, mut craft, outage } in fabs {
            let (j, numbers) = (index.0, &site.numbers);
            let lacked = lack.of(site, &craft);
            plants.capacity[j] = capacity.kwpm * months;
            let full = supply.scale * plants.capacity[j] * (1.0 - supply.lack_uptime * lacked);
            plants.location[j] = site.location;
            plants.wafers[UNDISTURBED][j] = full;
            plants.wafers[NOW][j] = full * (1.0 - outage.0);
            plants.stacks[j] = numbers.stacks_per_wafer;
            if lacked > 0.0 {
                plants.stacks[j] /= 1.0 + supply.lack_defects * lacked;
            }
            if site.stage == Stage::Logic {
                let factor = craft.wafers / numbers.wafers_before;
                let learned =
                    defect_density(numbers.defects_start, numbers.defects_mature, factor, supply.learning_exponent);
                craft.defects = learned * (1.0 + supply.lack_defects * lacked);
                plants.defects[j] = craft.defects;
                plants.ln_node[j] = maths::ln(craft.node_nm);
            }
            craft.wafers += plants.wafers[NOW][j];
        }
        plants
    }
}

/// What the stages can carry of an accelerator, million packages, in the order of [`Stage`].
type Carried = [f64; Stage::COUNT];

/// Number of the stage that carries least, the first of equals.
fn least(carried: &Carried) -> usize {
    (1..Stage::COUNT).fold(0, |least, stage| if carried[stage] < carried[least] { stage } else { least })
}

/// The least of what the other stages carry.
fn least_other(carried: &Carried, own: usize) -> f64 {
    (0..Stage::COUNT).filter(|stage| *stage != own).map(|stage| carried[stage]).fold(f64::INFINITY, f64::min)
}

struct Maker<'a> {
    supply: &'a ChipSupply,
    plants: &'a Plants,
    barriers: &'a Barriers,
    /// Cost of a unit of capacity by stage.
    costs: [f64; Stage::COUNT],
}

impl Maker<'_> {
    /// Packages that a thousand wafers of a plant carry, million.
    fn per_wafer(&self, design: &ChipDesign, stage: Stage, plant: usize, dies: f64) -> f64 {
        let numbers = &design.numbers;
        let packages = match stage {
            Stage::Logic => {
                // From 1/cm² and mm².
                let fatal = numbers.die_area_mm2 * self.plants.defects[plant] * 0.01;
                dies * negative_binomial_yield(fatal, self.supply.clustering) / numbers.dies_per_package
            }
            Stage::Packaging => numbers.packages_per_wafer,
            Stage::Memory => {
                let stopped = self.barriers.memory[self.plants.location[plant]][design.home];
                self.plants.stacks[plant] * (1.0 - stopped) / numbers.stacks_per_package
            }
        };
        packages * 1e-3
    }

    /// What each stage carries now and undisturbed; where it comes from, and what a package takes of plants.
    fn carried(&self, design: &ChipDesign, line: &mut Line) -> [Carried; 2] {
        let dies = dies_per_wafer(design.numbers.die_area_mm2, self.supply.wafer_mm);
        let mut carried = [[0.0; Stage::COUNT]; 2];
        line.cost = 0.0;
        for (stage, (_, named)) in Stage::WORDS.iter().enumerate() {
            if *named == Stage::Memory && design.numbers.stacks_per_package == 0.0 {
                carried.iter_mut().for_each(|carried| carried[stage] = f64::INFINITY);
                continue;
            }
            let mut origin: PerState = [0.0; MAX_STATES];
            let mut booked = 0.0;
            for &(plant, share) in &design.contracts[stage] {
                let each = share * self.per_wafer(design, *named, plant, dies);
                for (carried, wafers) in carried.iter_mut().zip(&self.plants.wafers) {
                    carried[stage] += each * wafers[plant];
                }
                booked += share * self.plants.capacity[plant];
                origin[self.plants.location[plant]] += each * self.plants.wafers[NOW][plant];
            }
            if carried[UNDISTURBED][stage] > 0.0 {
                line.cost += self.costs[stage] * booked / carried[UNDISTURBED][stage];
            }
            let whole = carried[NOW][stage];
            if whole > 0.0 {
                line.origin[stage + 1] = [0.0; MAX_STATES];
                for (plant, _) in &design.contracts[stage] {
                    let place = self.plants.location[*plant];
                    line.origin[stage + 1][place] = origin[place] / whole;
                }
            }
        }
        carried
    }

    /// Adds memory out of the reserve where memory is what limits; gives the stacks used, million.
    fn top_up(&self, design: &ChipDesign, line: &Line, carried: &mut Carried) -> f64 {
        let memory = Stage::Memory as usize;
        let short = least_other(carried, memory) - carried[memory];
        if line.memory_reserve <= 0.0 || !(short > 0.0 && short.is_finite()) {
            return 0.0;
        }
        let used = (short * design.numbers.stacks_per_package).min(line.memory_reserve);
        carried[memory] += used / design.numbers.stacks_per_package;
        used
    }

    /// Performance of a package: unchanged for a generation, then better by design and by finer nodes.
    fn improve(&self, clock: &Clock, design: &ChipDesign, line: &mut Line) {
        let (booked, sum) =
            design.contracts[Stage::Logic as usize].iter().fold((0.0, 0.0), |(booked, sum), &(plant, share)| {
                (booked + share, sum + share * self.plants.ln_node[plant])
            });
        let ln_node = if booked > 0.0 { Some(sum / booked) } else { None };
        let age = i64::from(clock.step()) - design.enters.max(0);
        if age >= i64::from(clock.steps(self.supply.generation_months)) {
            let finer = line.ln_node.zip(ln_node).map_or(0.0, |(before, now)| before - now);
            let gained = clock.per_step(self.supply.design_progress) + self.supply.node_gain * finer;
            line.performance *= maths::exp(gained);
        }
        line.ln_node = ln_node;
    }
}

/// Part of the chips designed in each state that can be made of the materials left to their makers; `None` without a rule on them.
fn materials_left(supply: &ChipSupply, barriers: &Barriers, states: &States<(&Industry, &Traits)>) -> Option<PerState> {
    barriers.rules_on(Goods::Materials).then(|| {
        let parts = states.map(|(_, traits)| traits.0.materials_share);
        let mut left = [1.0; MAX_STATES];
        for (s, (industry, _)) in states.iter() {
            let lacking = barriers.materials_denied(&parts, s) * (1.0 - industry.materials_replaced);
            left[s] = 1.0 - supply.materials_dependence * lacking;
        }
        left
    })
}

fn make(
    (supply, build_out): (Res<ChipSupply>, Res<BuildOut>),
    clock: Res<Clock>,
    barriers: Res<Barriers>,
    states: States<(&Industry, &Traits)>,
    (mut ledger, mut faults): (ResMut<Ledger>, ResMut<Faults>),
    mut fabs: Query<Plant>,
    mut accelerators: Query<(&ChipDesign, &mut Line)>,
) {
    let lack =
        Lack { barriers: &barriers, memory: build_out.memory_lack, maturity: states.map(|(own, _)| own.maturity) };
    let plants = Plants::run(&supply, &clock, &lack, fabs.iter_mut());
    let left = materials_left(&supply, &barriers, &states);
    let maker = Maker { supply: &supply, plants: &plants, barriers: &barriers, costs: build_out.costs() };
    for (design, mut line) in &mut accelerators {
        let line = &mut *line;
        (line.packages, line.packages_undisturbed, line.binding) = (0.0, 0.0, Binding::None);
        line.carried = [0.0; Stage::COUNT];
        if !design.is_made(clock.step()) {
            continue;
        }
        maker.improve(&clock, design, line);
        let [mut now, mut undisturbed] = maker.carried(design, line);
        if let Some(left) = &left {
            now.iter_mut().chain(&mut undisturbed).for_each(|carried| *carried *= left[design.home]);
        }
        (line.carried, line.plain_cost) = (undisturbed, line.cost * supply.scale);
        line.memory_reserve -= maker.top_up(design, line, &mut now);
        maker.top_up(design, line, &mut undisturbed);
        let limit = least(&now);
        line.packages = now[limit];
        line.packages_undisturbed = undisturbed[least(&undisturbed)].max(line.packages);
        if undisturbed.iter().any(|carried| *carried > 0.0) {
            line.binding = Binding::Stage(Stage::WORDS[limit].1);
        }
        ledger.lost += (line.packages_undisturbed - line.packages) * line.performance;
        let name = &design.name;
        faults.check(&clock, ChipSupply::NAME, "packages", name, &[line.packages, line.performance, line.store]);
    }
}

/// What is wanted of each fab: that all stages carry what the scarcest does, and more where its chips sell above their normal
/// price.
fn ask_for_capacity(
    clock: Res<Clock>,
    prices: Res<Prices>,
    states: States<&Supply>,
    accelerators: Query<(&ChipDesign, &Line)>,
    mut fabs: Query<(&FabIndex, &mut Capacity)>,
) {
    let bids = states.map(|supply| supply.bids);
    let (mut need, mut margin, mut booked) = ([0.0; MAX_FABS], [0.0; MAX_FABS], [0.0; MAX_FABS]);
    for (design, line) in accelerators.iter().filter(|(design, _)| design.is_made(clock.step())) {
        let (mut sold, mut above) = (0.0, 0.0);
        for (s, _) in states.iter() {
            let weight = design.sales[s] * bids[s];
            sold += weight;
            above += weight * prices.lasting(s);
        }
        let above = if sold > 0.0 { above / sold } else { 0.0 };
        for stage in 0..Stage::COUNT {
            let ratio = line.packages_undisturbed / line.carried[stage];
            // A stage that carries nothing yet.
            let ratio = if ratio.is_finite() { ratio } else { 1.0 };
            for &(plant, share) in &design.contracts[stage] {
                need[plant] += share * ratio;
                margin[plant] += share * above;
                booked[plant] += share;
            }
        }
    }
    for (index, mut capacity) in &mut fabs {
        let j = index.0;
        let any = booked[j] > 0.0;
        capacity.booked = booked[j];
        capacity.need = if any { need[j] / booked[j] } else { 1.0 };
        capacity.margin = if any { margin[j] / booked[j] } else { 0.0 };
    }
}

#[cfg(test)]
mod tests;
