//! Chip supply: accelerators are made in stages, and shipped to those who pay for them.
//!
//! A package needs dies, memory and packaging: output is the least of what the three stages can carry, and the stage that
//! limits it is recorded. Good dies are wafers × dies per wafer × (1 + A D/α)^−α, with a density of defects
//! D = D∞ + (D_start − D∞)(X/X₀)^−b that falls with experience X (Wright 1936; Stapper 1973). What leaves the line is sold in
//! proportion to what states' firms spend; export controls turn part of that away.

mod shipping;

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
        states::StateId,
        yields::{defect_density, dies_per_wafer, negative_binomial_yield},
    },
    parameters,
    scenario::{Choice, MAX_FABS, MAX_STATES, Stage},
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
        /// Time over which customers come to expect what is shipped.
        usual_months: u32 = 12, "months", range 1..=120, plausible 6..=24, assumption "contracts of about a year";
        /// Diameter of a logic wafer.
        wafer_mm: f64 = 300.0, "mm", range 100.0..=1000.0, plausible 200.0..=450.0, figure "SEMI M1: 300 mm at all leading fabs since about 2001; 200 mm before, 450 mm was given up";
        /// How far a stage may seem to fall short of the others, as a ratio, when fabs decide what to build.
        max_need: f64 = 10.0, "1", range 1.0..=1000000.0, plausible 2.0..=50.0 or null 1.0, assumption "nobody believes a forecast of more than tenfold orders";
    }
}

impl Mechanism for ChipSupply {
    const NAME: &'static str = "chip_supply";
    const MEANING: &'static str = "accelerators are made in stages and shipped to states by what these spend";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Chips, make.run_if(anything_is_made));
        month.add(Phase::Allocation, shipping::ship.run_if(anything_is_made));
    }

    fn always(month: &mut MonthPlan) {
        // Behind those who still read the flows of the step before.
        month.add(Phase::Chips, shipping::clear);
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
    capacity: &'static mut Capacity,
    craft: &'static mut Craft,
    outage: &'static Outage,
}

/// The fabs in a step, by index.
struct Plants {
    location: [StateId; MAX_FABS],
    /// Thousand wafers started, and what would have been without outages, and with all that is under construction.
    wafers: [[f64; MAX_FABS]; 3],
    defects: [f64; MAX_FABS],
    stacks: [f64; MAX_FABS],
    ln_node: [f64; MAX_FABS],
}

/// As it is, without outages, and with all that is under construction.
const NOW: usize = 0;
const UNDISTURBED: usize = 1;
const COMMITTED: usize = 2;

impl Plants {
    fn run<'a>(supply: &ChipSupply, clock: &Clock, fabs: impl Iterator<Item = PlantItem<'a, 'a>>) -> Self {
        let none = [0.0; MAX_FABS];
        let mut plants = Self {
            location: [StateId::new(0); MAX_FABS],
            wafers: [none; 3],
            defects: none,
            stacks: none,
            ln_node: none,
        };
        let months = 1.0 / clock.steps_per_month();
        for PlantItem { index, site, capacity, mut craft, outage } in fabs {
            let (j, numbers) = (index.0, &site.numbers);
            let full = supply.scale * capacity.kwpm * months;
            plants.location[j] = site.location;
            plants.wafers[UNDISTURBED][j] = full;
            plants.wafers[NOW][j] = full * (1.0 - outage.0);
            plants.wafers[COMMITTED][j] = full + supply.scale * months * capacity.under_construction();
            plants.stacks[j] = numbers.stacks_per_wafer;
            if site.stage == Stage::Logic {
                let factor = craft.wafers / numbers.wafers_before;
                craft.defects =
                    defect_density(numbers.defects_start, numbers.defects_mature, factor, supply.learning_exponent);
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

    /// What each stage carries now, undisturbed and when all is built; and where it comes from.
    fn carried(&self, design: &ChipDesign, line: &mut Line) -> [Carried; 3] {
        let dies = dies_per_wafer(design.numbers.die_area_mm2, self.supply.wafer_mm);
        let mut carried = [[0.0; Stage::COUNT]; 3];
        for (stage, (_, named)) in Stage::WORDS.iter().enumerate() {
            if *named == Stage::Memory && design.numbers.stacks_per_package == 0.0 {
                carried.iter_mut().for_each(|carried| carried[stage] = f64::INFINITY);
                continue;
            }
            let mut origin: PerState = [0.0; MAX_STATES];
            for &(plant, share) in &design.contracts[stage] {
                let each = share * self.per_wafer(design, *named, plant, dies);
                for (carried, wafers) in carried.iter_mut().zip(&self.plants.wafers) {
                    carried[stage] += each * wafers[plant];
                }
                origin[self.plants.location[plant]] += each * self.plants.wafers[NOW][plant];
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

fn make(
    supply: Res<ChipSupply>,
    clock: Res<Clock>,
    barriers: Res<Barriers>,
    mut ledger: ResMut<Ledger>,
    mut faults: ResMut<Faults>,
    mut fabs: Query<Plant>,
    mut accelerators: Query<(&ChipDesign, &mut Line)>,
) {
    let plants = Plants::run(&supply, &clock, fabs.iter_mut());
    let maker = Maker { supply: &supply, plants: &plants, barriers: &barriers };
    let mut need = [0.0; MAX_FABS];
    let mut booked = [0.0; MAX_FABS];
    for (design, mut line) in &mut accelerators {
        let line = &mut *line;
        (line.packages, line.packages_undisturbed, line.binding) = (0.0, 0.0, Binding::None);
        if !design.is_made(clock.step()) {
            continue;
        }
        maker.improve(&clock, design, line);
        let [mut now, mut undisturbed, committed] = maker.carried(design, line);
        line.memory_reserve -= maker.top_up(design, line, &mut now);
        maker.top_up(design, line, &mut undisturbed);
        let limit = least(&now);
        line.packages = now[limit];
        line.packages_undisturbed = undisturbed[least(&undisturbed)].max(line.packages);
        if undisturbed.iter().any(|carried| *carried > 0.0) {
            line.binding = Binding::Stage(Stage::WORDS[limit].1);
        }
        ledger.lost += (line.packages_undisturbed - line.packages) * line.performance;
        for stage in 0..Stage::COUNT {
            let ratio =
                (least_other(&committed, stage) / committed[stage]).clamp(1.0 / supply.max_need, supply.max_need);
            // Neither this stage nor the others carry anything yet.
            let ratio = if ratio.is_nan() { 1.0 } else { ratio };
            for &(plant, share) in &design.contracts[stage] {
                need[plant] += share * ratio;
                booked[plant] += share;
            }
        }
        let name = &design.name;
        faults.check(&clock, ChipSupply::NAME, "packages", name, &[line.packages, line.performance, line.store]);
    }
    for mut plant in &mut fabs {
        let j = plant.index.0;
        plant.capacity.need = if booked[j] > 0.0 { need[j] / booked[j] } else { 1.0 };
    }
}

#[cfg(test)]
mod tests;
