//! What a user writes, read and checked: a [`Scenario`] holds numbers that passed every check, and nothing of files.

pub(crate) mod builtin;
mod check;
mod dealings_read;
mod describe;
pub mod diagnostic;
mod entities;
pub mod load;
pub(crate) mod merge;
pub mod month;
pub mod numbers;
pub(crate) mod overrides;
pub mod parameter;
mod read;
pub(crate) mod schema;
pub(crate) mod section;
pub mod supply;
mod supply_read;
mod supply_schema;
#[cfg(test)]
pub(crate) mod supply_tests;
pub(crate) mod tree;

use crate::parameters;
pub use check::Unsound;
pub use diagnostic::{Diagnostic, Diagnostics};
pub use load::{Draft, Loaded, Source, load};
pub use month::Month;
use parameter::Parameter;
pub use supply::{
    AcceleratorNumbers, AcceleratorSpec, Choice, Contracts, ControlNumbers, ControlSpec, FabNumbers, FabSpec, Goods,
    Indicator, Lever, MAX_ACCELERATORS, MAX_FABS, PolicyNumbers, PolicySpec, SafetyRule, ShockNumbers, ShockSpec,
    Stage,
};

/// The most domains a world can have; arrays by domain are this long.
pub const MAX_DOMAINS: usize = 8;
/// The most states a world can have; arrays by state are this long.
pub const MAX_STATES: usize = 16;

/// What the model offers to be configured; handed to the loader, which knows no economics.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Every mechanism, in the order of the month.
    pub mechanisms: Vec<MechanismDeclaration>,
}

/// One mechanism's place in config files: the table `[mechanisms.<name>]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MechanismDeclaration {
    /// Its table's name.
    pub name: &'static str,
    /// What it does, in a line.
    pub meaning: &'static str,
    /// Its parameters. Every table also takes `enabled`.
    pub parameters: &'static [Parameter],
    /// Whether the model leaves it out, whatever a config says of it.
    pub left_out: bool,
}

/// A world to simulate, checked and complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Short name, used for the output folder.
    pub name: String,
    /// What it shows and what to look at.
    pub description: String,
    /// Master seed of the noise.
    pub seed: u64,
    /// Start, length and step.
    pub time: Time,
    /// Names of the domains, at most [`MAX_DOMAINS`].
    pub domains: Vec<String>,
    /// What each domain exposes people to.
    pub exposure: Exposure,
    /// Which two states the gap outcomes compare.
    pub comparison: Comparison,
    /// The states, sorted by name, at most [`MAX_STATES`].
    pub states: Vec<StateSpec>,
    /// The firms, those that enter later included, sorted by name.
    pub firms: Vec<FirmSpec>,
    /// Fabs, packaging and memory plants, those that start later included, sorted by name.
    pub fabs: Vec<FabSpec>,
    /// Chip designs, those made later included, sorted by name.
    pub accelerators: Vec<AcceleratorSpec>,
    /// Export controls, sorted by name.
    pub controls: Vec<ControlSpec>,
    /// Shocks, sorted by name.
    pub shocks: Vec<ShockSpec>,
    /// Policies, sorted by name.
    pub policies: Vec<PolicySpec>,
    /// Borders that differ from fully open without trust; pairs sorted, no doubles.
    pub borders: Vec<Border>,
    /// Dated facts shown beside the results.
    pub events: Vec<DatedEvent>,
    /// Settings of every mechanism of the catalogue, in its order.
    pub mechanisms: Vec<MechanismSettings>,
}

/// When the world starts, how long it runs, how fine it steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// First month.
    pub start: Month,
    /// Length in months, at least 1.
    pub months: u32,
    /// Steps a year: 12 or 24.
    pub steps_per_year: u32,
}

/// What domains expose people to; numbers from 0 to 1 by domain.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exposure {
    /// How much a domain feeds on personal data.
    pub personal: Vec<f64>,
    /// How much models act on their own in a domain.
    pub autonomy: Vec<f64>,
}

/// The two states that gap outcomes compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Index of the state whose lead is measured.
    pub leader: usize,
    /// Index of the state it is measured against.
    pub follower: usize,
}

parameters! {
    /// Numbers of a state.
    pub struct StateNumbers {
        /// Gross domestic product in 2023.
        gdp_billion_usd: f64 = 1000.0, "billion USD of 2023", range 0.001..=1000000.0, plausible 10.0..=100000.0, assumption "give the state's own figure";
        /// Population.
        population_million: f64 = 50.0, "million", range 0.001..=10000.0, plausible 0.1..=2000.0, assumption "give the state's own figure";
        /// Trend growth of output without AI.
        growth_per_year: f64 = 0.02, "1/year", range -0.2..=0.2, plausible -0.02..=0.08, assumption "near the average of the last decade";
        /// Research talent per unit of compute, relative to the average.
        talent: f64 = 1.0, "1", range 0.0..=10.0, plausible 0.5..=1.5, assumption "equal talent unless there is reason";
        /// How well its firms absorb outside knowledge at the start (Cohen and Levinthal).
        absorptive_capacity: f64 = 0.3, "1", range 0.0..=1.0, plausible 0.05..=1.0, assumption "leaders near 1, late starters near 0.1";
        /// Rate at which knowledge flows between firms of this home state (job mobility, meet-ups, shared suppliers).
        home_diffusion_per_year: f64 = 0.5, "1/year", range 0.0..=12.0, plausible 0.0..=2.0 or null 0.0, assumption "0.3 for guarded firms, 1.0 for a Darwinian ecosystem";
        /// Compute in clouds at the start, that belongs to no firm of the model.
        cloud_mh100e: f64 = 0.0, "MH100e", range 0.0..=1000.0, plausible 0.0..=1.0, assumption "give the state's own figure";
        /// Capital that investors put into the state's AI firms at the start, besides what those take from other business.
        capital_billion_usd_per_year: f64 = 0.5, "billion USD of 2023/year", range 0.0..=100000.0, plausible 0.0..=500.0 or null 0.0, assumption "private investment and capital expenditure for AI";
        /// Growth of that capital.
        capital_growth_per_year: f64 = 0.1, "1/year", range -1.0..=2.0, plausible 0.0..=0.5, assumption "slower than the boom of 2022-2024";
        /// Expected entries of new firms.
        entry_per_year: f64 = 0.0, "1/year", range 0.0..=10000.0, plausible 0.0..=5.0 or null 0.0, assumption "firms that reach the leaderboards each year";
        /// Share of users that have adopted AI at the start, in every domain.
        adoption: f64 = 0.01, "1", range 0.0..=1.0, plausible 0.0..=0.2, assumption "early adopters only in 2023";
        /// Power that AI can draw at the start.
        ai_power_gw: f64 = 0.5, "GW", range 0.0..=10000.0, plausible 0.05..=20.0, assumption "give the state's own figure";
        /// Growth of that power on trend.
        ai_power_growth_per_year: f64 = 0.25, "1/year", range -1.0..=2.0, plausible 0.1..=0.4, assumption "data centres outgrow the grid";
        /// Maturity of its own equipment industry at the start (M).
        equipment_maturity: f64 = 0.1, "1", range 0.0..=1.0, plausible 0.0..=0.9, assumption "share of a leading-edge line that it could equip itself";
        /// How well persons' rights over their data are protected.
        rights_protection: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.1..=0.9, assumption "judged from laws and their enforcement";
        /// Trust that its users put into AI at the start.
        trust_in_ai: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.2..=0.8, assumption "judged from surveys";
    }
}

parameters! {
    /// Numbers of a firm.
    pub struct FirmNumbers {
        /// Capability when it enters, against the world frontier of that month.
        capability: f64 = -3.0, "nats", range -50.0..=5.0, plausible -8.0..=0.0, assumption "judged from the ratings of its models";
        /// Compute it holds when it enters.
        compute_mh100e: f64 = 0.001, "MH100e", range 0.000001..=1000.0, plausible 0.0001..=0.2, assumption "judged from its training runs";
        /// Cash it holds when it enters.
        cash_billion_usd: f64 = 0.5, "billion USD of 2023", range 0.0..=10000.0, plausible 0.05..=50.0, assumption "judged from its funding rounds";
        /// Weight of its usage in the home market when the world starts (weights of a market are scaled to sum to 1).
        usage_home: f64 = 1.0, "1", range 0.0..=1000000.0, plausible 0.0..=100.0, assumption "judged from visits and downloads";
        /// Weight of its usage in every other market when the world starts.
        usage_abroad: f64 = 1.0, "1", range 0.0..=1000000.0, plausible 0.0..=100.0, assumption "judged from visits and downloads";
        /// Share of its compute that research and training use.
        research_share: f64 = 0.5, "1", range 0.001..=1.0, plausible 0.2..=0.8, assumption "about half, the rest serves users";
        /// Talent of its researchers relative to its state's.
        talent: f64 = 1.0, "1", range 0.0..=10.0, plausible 0.5..=2.0, assumption "equal talent unless there is reason";
        /// Price level of its services: the loss of fitness in its markets.
        price: f64 = 0.0, "1", range -5.0..=5.0, plausible -0.5..=0.5 or null 0.0, assumption "equal prices; cheap open models have their own term";
        /// Share of its monthly budget that buys compute.
        compute_share: f64 = 0.6, "1", range 0.0..=1.0, plausible 0.3..=0.8, assumption "compute is the largest cost of a frontier developer";
        /// Money for AI that it takes from its other business at the start; grows like its state's capital.
        own_funds_billion_usd_per_year: f64 = 0.0, "billion USD of 2023/year", range 0.0..=10000.0, plausible 0.0..=30.0 or null 0.0, assumption "large firms pay for their models out of advertising, shops and clouds";
        /// Costs that do not depend on sales or compute: staff, rent, data.
        overhead_billion_usd_per_year: f64 = 0.1, "billion USD of 2023/year", range 0.0..=1000.0, plausible 0.02..=5.0, assumption "a few hundred well-paid people";
        /// Share of its effort that goes into safety under the rule `fixed`, and at the start under the others (σ).
        safety_effort: f64 = 0.1, "1", range 0.0..=1.0, plausible 0.0..=0.4, assumption "judged from published policies";
        /// How much outsiders can see of what it does: model cards, audits, weights.
        transparency: f64 = 0.4, "1", range 0.0..=1.0, plausible 0.1..=0.8, assumption "between the scores of transparency indices";
    }
}

/// A state as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct StateSpec {
    /// Its name, a stable key.
    pub name: String,
    /// Its numbers.
    pub numbers: StateNumbers,
    /// What its market asks for: weights by domain that sum to 1.
    pub demand: Vec<f64>,
    /// Head start of its firms in a domain, nats (data, deployment base); by domain.
    pub endowment: Vec<f64>,
    /// Indices of the states whose firms may not serve its market.
    pub closed_to: Vec<usize>,
}

/// A firm as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct FirmSpec {
    /// Its name, a stable key.
    pub name: String,
    /// Index of its home state.
    pub state: usize,
    /// Whether it publishes the weights of its models.
    pub open: bool,
    /// Month it enters; `None` if it is there from the start.
    pub enters: Option<Month>,
    /// How it sets its safety effort.
    pub safety: SafetyRule,
    /// Its numbers.
    pub numbers: FirmNumbers,
    /// Where it puts its effort: weights by domain, each above 0, that sum to 1.
    pub focus: Vec<f64>,
    /// Difference from its `capability` by domain when it enters, nats.
    pub capability_by_domain: Vec<f64>,
    /// Head start of its own in a domain, nats, added to its state's; by domain.
    pub endowment: Vec<f64>,
}

/// How open a border is for knowledge and models.
#[derive(Clone, Debug, PartialEq)]
pub struct Border {
    /// Indices of the two states, the smaller first.
    pub between: (usize, usize),
    /// 1 open, 0 closed.
    pub openness: f64,
    /// Trust between the two at the start, from 0 to 1.
    pub trust: f64,
}

/// A dated fact, shown beside the results; it forces nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedEvent {
    /// When.
    pub date: Month,
    /// What kind, such as `release_open`.
    pub kind: String,
    /// Who.
    pub actor: String,
    /// What, in a line.
    pub text: String,
    /// Where it is recorded.
    pub source: String,
}

/// A mechanism's switch and numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct MechanismSettings {
    /// Its declaration in the catalogue.
    pub declared: MechanismDeclaration,
    /// `false` leaves its systems out of the month.
    pub enabled: bool,
    /// Its parameters' values, in the order of their declarations.
    pub values: Vec<f64>,
}

impl Scenario {
    /// The settings of the mechanism of this name.
    pub fn settings(&self, name: &str) -> Option<&MechanismSettings> {
        self.mechanisms.iter().find(|settings| settings.declared.name == name)
    }
}
