//! What a scenario says about chips and states' dealings: fabs, accelerators, export controls, shocks, policies.

use super::Month;
use crate::parameters;

/// The most fabs a world can have.
pub const MAX_FABS: usize = 48;
/// The most accelerators a world can have.
pub const MAX_ACCELERATORS: usize = 32;

/// A word of a config that stands for one of a few choices.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every choice with its word.
    const WORDS: &'static [(&'static str, Self)];

    /// The choice of this word.
    fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, choice)| *choice)
    }

    /// The word of this choice.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, choice)| *choice == self).map_or("", |(word, _)| word)
    }
}

/// A stage of making accelerators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Dies on logic wafers.
    Logic,
    /// Dies and memory joined on an interposer.
    Packaging,
    /// High-bandwidth memory.
    Memory,
}

impl Stage {
    /// Number of stages.
    pub const COUNT: usize = 3;
}

impl Choice for Stage {
    const WORDS: &'static [(&'static str, Self)] =
        &[("logic", Self::Logic), ("packaging", Self::Packaging), ("memory", Self::Memory)];
}

/// What an export control covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goods {
    /// Chips above a performance threshold.
    Chips,
    /// Equipment for logic nodes below a threshold.
    Equipment,
    /// High-bandwidth memory.
    Memory,
}

impl Choice for Goods {
    const WORDS: &'static [(&'static str, Self)] =
        &[("chips", Self::Chips), ("equipment", Self::Equipment), ("memory", Self::Memory)];
}

/// What a state can set in a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lever {
    /// Support of open models, from 0 to 1.
    OpenSource,
    /// Money for fabs at home, billion USD a year.
    ChipSubsidy,
    /// Money that buys compute for firms at home, billion USD a year.
    PublicCompute,
    /// Openness of science across borders, from 0 to 1.
    OpenScience,
    /// Talent gained, as a share of the talent there is.
    Talent,
    /// Power for AI built beyond trend, GW a year.
    Power,
    /// Least safety effort of firms at home, from 0 to 1.
    SafetyFloor,
    /// Share of spending on chips that goes into another paradigm, from 0 to 1.
    Leapfrog,
    /// Will to cooperate with other states, from 0 to 1.
    Cooperation,
}

impl Lever {
    /// Number of levers.
    pub const COUNT: usize = 9;

    /// The values that the lever can take.
    pub const fn range(self) -> (f64, f64) {
        match self {
            Self::ChipSubsidy | Self::PublicCompute => (0.0, 10_000.0),
            Self::Power => (0.0, 1_000.0),
            Self::Talent => (0.0, 10.0),
            _ => (0.0, 1.0),
        }
    }
}

impl Choice for Lever {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("open_source", Self::OpenSource),
        ("chip_subsidy", Self::ChipSubsidy),
        ("public_compute", Self::PublicCompute),
        ("open_science", Self::OpenScience),
        ("talent", Self::Talent),
        ("power", Self::Power),
        ("safety_floor", Self::SafetyFloor),
        ("leapfrog", Self::Leapfrog),
        ("cooperation", Self::Cooperation),
    ];
}

/// A published number of a state that a feedback policy can react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indicator {
    /// Rating of its best model less that of the best elsewhere, points.
    RatingLead,
    /// Least self-sufficiency of any stage, from 0 to 1.
    SelfSufficiency,
    /// Share of its market that its own firms serve.
    HomeShare,
    /// Share of power.
    Power,
    /// Compute installed, MH100e.
    Compute,
    /// Damage of incidents, as a share of output.
    Damage,
    /// Growth of output, 1/year.
    Growth,
    /// Adoption.
    Adoption,
}

impl Indicator {
    /// Number of indicators.
    pub const COUNT: usize = 8;
}

impl Choice for Indicator {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("rating_lead", Self::RatingLead),
        ("self_sufficiency", Self::SelfSufficiency),
        ("home_share", Self::HomeShare),
        ("power", Self::Power),
        ("compute", Self::Compute),
        ("damage", Self::Damage),
        ("growth", Self::Growth),
        ("adoption", Self::Adoption),
    ];
}

/// How a firm sets its safety effort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SafetyRule {
    /// Its own `safety_effort`.
    #[default]
    Fixed,
    /// The equilibrium of the race to the precipice with private information.
    Race,
    /// It imitates firms that fare better.
    Imitate,
}

impl Choice for SafetyRule {
    const WORDS: &'static [(&'static str, Self)] =
        &[("fixed", Self::Fixed), ("race", Self::Race), ("imitate", Self::Imitate)];
}

parameters! {
    /// Numbers of a fab.
    pub struct FabNumbers {
        /// Capacity that accelerators can book when it is first there.
        capacity_kwpm: f64 = 1.0, "thousand wafers/month", range 0.0..=10000.0, plausible 0.1..=100.0, assumption "give the fab's own figure";
        /// Growth of that capacity through what was under construction at the start.
        expansion_per_year: f64 = 0.3, "1/year", range -1.0..=5.0, plausible 0.0..=1.0, assumption "give the fab's own plans";
        /// Node of a logic fab.
        node_nm: f64 = 5.0, "nm", range 0.1..=1000.0, plausible 2.0..=28.0, assumption "give the fab's own figure";
        /// Density of defects that kill a die when the fab is first there, after repair (D_init).
        defects_start: f64 = 0.06, "1/cm2", range 0.0..=10.0, plausible 0.02..=0.4, assumption "redundant cores save dies, so less than the raw density";
        /// Density of defects that remains with endless experience (D_∞).
        defects_mature: f64 = 0.03, "1/cm2", range 0.0..=10.0, plausible 0.01..=0.15, assumption "about half of the start";
        /// Wafers made before it is first there (X_0): the experience that learning starts from.
        wafers_before: f64 = 30.0, "thousand wafers", range 0.001..=1000000.0, plausible 1.0..=1000.0, assumption "about a year of capacity";
        /// Good memory stacks from a wafer of a memory fab.
        stacks_per_wafer: f64 = 55.0, "stacks/wafer", range 0.0..=10000.0, plausible 30.0..=80.0, assumption "about 500 good dies a wafer, 8 to 12 in a stack";
    }
}

parameters! {
    /// Numbers of an accelerator.
    pub struct AcceleratorNumbers {
        /// Performance of a package when it is first sold.
        performance_h100e: f64 = 1.0, "H100e", range 0.000001..=10000.0, plausible 0.1..=10.0, assumption "give the chip's own figure, dense BF16 over that of an H100 (0.989 PFLOPS)";
        /// Power of a package.
        power_kw: f64 = 0.7, "kW", range 0.0..=100.0, plausible 0.2..=2.0, assumption "give the chip's own figure";
        /// Area of a die.
        die_area_mm2: f64 = 800.0, "mm2", range 1.0..=5000.0, plausible 100.0..=860.0, assumption "give the chip's own figure";
        /// Dies in a package.
        dies_per_package: f64 = 1.0, "dies", range 0.01..=64.0, plausible 1.0..=4.0, assumption "give the chip's own figure";
        /// Packages from a wafer of a packaging plant.
        packages_per_wafer: f64 = 29.0, "packages/wafer", range 0.01..=10000.0, plausible 8.0..=80.0, assumption "interposers of about 2500 mm2";
        /// Stacks of high-bandwidth memory in a package.
        stacks_per_package: f64 = 5.0, "stacks", range 0.0..=64.0, plausible 2.0..=12.0, assumption "give the chip's own figure";
        /// Packages that work as one system (n).
        chips_per_system: f64 = 8.0, "chips", range 1.0..=1000000.0, plausible 8.0..=512.0, assumption "a server of eight";
        /// Memory stacks that the designer has in store at the start.
        memory_reserve_million: f64 = 0.0, "million stacks", range 0.0..=1000.0, plausible 0.0..=15.0, assumption "none unless known";
    }
}

parameters! {
    /// Numbers of an export control.
    pub struct ControlNumbers {
        /// Share of covered flows that the rule means to stop (x).
        strictness: f64 = 0.8, "1", range 0.0..=1.0, plausible 0.4..=1.0 or null 0.0, assumption "licences and exceptions remain";
        /// Share of what it means to stop that gets through all the same (ℓ).
        leak: f64 = 0.25, "1", range 0.0..=1.0, plausible 0.05..=0.5, assumption "smuggling and resale through third countries";
        /// Chips of at least this performance are covered.
        threshold_h100e: f64 = 0.3, "H100e", range 0.0..=10000.0, plausible 0.05..=1.0, assumption "4800 TPP is 0.3 PFLOPS dense BF16";
        /// Performance of the best variant of a covered chip that the rule lets pass.
        variant_h100e: f64 = 0.3, "H100e", range 0.0..=10000.0, plausible 0.0..=1.0, assumption "just below the threshold";
        /// Equipment for nodes of at most this size is covered.
        node_nm: f64 = 16.0, "nm", range 0.0..=1000.0, plausible 5.0..=28.0, assumption "the rules of 2022 name 16/14 nm logic";
    }
}

parameters! {
    /// Numbers of a shock.
    pub struct ShockNumbers {
        /// Share of the stages' output that is lost while it lasts.
        severity: f64 = 1.0, "1", range 0.0..=1.0, plausible 0.2..=1.0 or null 0.0, assumption "a full blockade stops everything";
        /// How long it lasts.
        months: u32 = 12, "months", range 0..=1200, plausible 1..=36, assumption "chosen by the user";
        /// Time from its end to full output.
        recovery_months: u32 = 12, "months", range 0..=1200, plausible 3..=36, assumption "fabs that stood still need months to qualify again";
        /// Hazard of a shock without a date.
        hazard_per_year: f64 = 0.0, "1/year", range 0.0..=100.0, plausible 0.0..=0.05 or null 0.0, assumption "chosen by the user";
        /// How much distrust between `between` raises the hazard: a factor of 1 + tension (1 − trust).
        tension: f64 = 0.0, "1", range 0.0..=100.0, plausible 0.0..=5.0 or null 0.0, assumption "chosen by the user";
        /// Share of the location's output that is lost besides while it lasts.
        output_loss: f64 = 0.0, "1", range 0.0..=0.99, plausible 0.0..=0.4 or null 0.0, assumption "chosen by the user";
    }
}

parameters! {
    /// Numbers of a policy.
    pub struct PolicyNumbers {
        /// Value of the lever; with an `indicator`, what it is before feedback.
        value: f64 = 0.0, "the lever's", range 0.0..=10000.0, plausible 0.0..=1.0 or null 0.0, assumption "chosen by the user";
        /// Reaction to each unit by which the indicator falls short of the target.
        gain: f64 = 0.0, "the lever's per indicator's", range -1000000.0..=1000000.0, plausible -10.0..=10.0 or null 0.0, assumption "chosen by the user";
        /// Value of the indicator that the policy aims at.
        target: f64 = 0.0, "the indicator's", range -1000000.0..=1000000.0, plausible -100.0..=100.0, assumption "chosen by the user";
        /// Age of the indicator's value that the policy sees.
        delay_months: u32 = 1, "months", range 1..=24, plausible 1..=12, assumption "statistics come out late";
        /// Largest value of the lever under feedback.
        cap: f64 = 1.0, "the lever's", range 0.0..=10000.0, plausible 0.0..=1.0, assumption "chosen by the user";
    }
}

/// A fab, packaging plant or memory plant as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct FabSpec {
    /// Its name, a stable key.
    pub name: String,
    /// Index of the state it stands in.
    pub state: usize,
    /// Who owns it.
    pub owner: String,
    /// What it does.
    pub stage: Stage,
    /// Month it starts; `None` if it is there from the start.
    pub enters: Option<Month>,
    /// Its numbers.
    pub numbers: FabNumbers,
}

/// Contracts of an accelerator with fabs of one stage: index of the fab, share of its capacity. Sorted by fab.
pub type Contracts = Vec<(usize, f64)>;

/// A chip design as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct AcceleratorSpec {
    /// Its name, a stable key.
    pub name: String,
    /// Index of its designer's home state.
    pub state: usize,
    /// Month it is first made; `None` if it is there from the start.
    pub enters: Option<Month>,
    /// Month from which it is no longer made.
    pub leaves: Option<Month>,
    /// Contracts by stage, in the order of [`Stage`].
    pub contracts: [Contracts; Stage::COUNT],
    /// How much each state's spending counts with its sellers; by state.
    pub sales: Vec<f64>,
    /// Its numbers.
    pub numbers: AcceleratorNumbers,
}

/// An export control as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlSpec {
    /// Its name, a stable key.
    pub name: String,
    /// What it covers.
    pub what: Goods,
    /// Indices of the states that impose it, sorted: designers' homes for chips, plants' places for memory.
    pub by: Vec<usize>,
    /// Indices of the states it is aimed at, sorted.
    pub against: Vec<usize>,
    /// First month in force.
    pub from: Month,
    /// First month no longer in force; `None` if it stays.
    pub to: Option<Month>,
    /// Its numbers.
    pub numbers: ControlNumbers,
}

/// A shock as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct ShockSpec {
    /// Its name, a stable key.
    pub name: String,
    /// Index of the state whose plants it hits.
    pub location: usize,
    /// Which stages it hits, in the order of [`Stage`].
    pub stages: [bool; Stage::COUNT],
    /// First month; `None` if it comes by hazard, once.
    pub from: Option<Month>,
    /// Indices of the two states whose distrust raises the hazard.
    pub between: Option<(usize, usize)>,
    /// Its numbers.
    pub numbers: ShockNumbers,
}

/// A policy as configured: one lever of one state.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicySpec {
    /// Its name, a stable key.
    pub name: String,
    /// Index of the state.
    pub state: usize,
    /// Which lever it moves.
    pub lever: Lever,
    /// First month in force; `None` if from the start.
    pub from: Option<Month>,
    /// First month no longer in force; `None` if it stays.
    pub to: Option<Month>,
    /// What it reacts to; `None` for a constant.
    pub indicator: Option<Indicator>,
    /// Its numbers.
    pub numbers: PolicyNumbers,
}
