//! What states know of themselves and of each other: published accounts, late, and of others through a fog.
//!
//! A state sees its own accounts after a delay, those of others after a longer one and with an error, and how hostile others stand
//! after a third; nothing else, and nothing of the future. The error is `fog_bias` + σ ε, with ε drawn for the observer, the one observed
//! and the month; allies share what they see of others, so that n of them who are trusted in full have σ / √(1 + n), and see each
//! other as they see themselves.

use super::cabinet::{Cabinet, Statecraft};
use crate::{
    maths,
    model::{
        geography::PerState,
        mechanisms::{policy::Bulletins, power::PowerShares},
        noise::{Draw, Key, Luck, Noise},
        relations::Relations,
        state::{Burden, Economy, Traits},
        states::{Roster, StateId},
    },
    scenario::{Indicator, MAX_STATES, StrategistNumbers},
};
use bevy_ecs::{prelude::*, query::QueryData};

/// What a state publishes of itself at the end of a month.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Account {
    /// ln of its output, billion USD a year.
    pub ln_output: f64,
    /// ln of its share of power.
    pub ln_power: f64,
    /// ln of output a head, less what incidents and lost privacy cost.
    pub welfare: f64,
    /// What incidents cost, as a share of output (log form).
    pub risk: f64,
}

/// What an account is made of, which is worked out when it is looked at: few are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Books {
    output: f64,
    population_million: f64,
    power: f64,
    privacy: f64,
    incidents: f64,
}

/// A state, as far as its account tells of it.
#[derive(QueryData)]
pub struct Accounted {
    economy: &'static Economy,
    traits: &'static Traits,
    burden: &'static Burden,
    power: &'static PowerShares,
}

impl From<AccountedItem<'_, '_>> for Books {
    fn from(AccountedItem { economy, traits, burden, power }: AccountedItem<'_, '_>) -> Self {
        Self {
            output: economy.output,
            population_million: traits.0.population_million,
            power: power.share,
            privacy: burden.privacy,
            incidents: burden.incidents,
        }
    }
}

impl From<Books> for Account {
    fn from(Books { output, population_million, power, privacy, incidents }: Books) -> Self {
        Self {
            ln_output: maths::ln(output),
            ln_power: maths::ln(power),
            welfare: maths::ln(output / population_million) - privacy - incidents,
            risk: incidents,
        }
    }
}

impl Account {
    /// What a state of this account has of what it wants, given the ln of its strongest rival's power.
    pub fn utility(&self, weights: &StrategistNumbers, rival: Option<f64>) -> f64 {
        let lead = rival.map_or(0.0, |rival| self.ln_power - rival);
        weights.weight_output * self.ln_output
            + weights.weight_power * self.ln_power
            + weights.weight_lead * lead
            + weights.weight_welfare * self.welfare
            - weights.weight_risk * self.risk
    }

    /// What a state would publish now.
    pub fn of(world: &World, state: StateId) -> Self {
        let entity = world.resource::<Roster>().entity(state);
        let found = world.try_query::<Accounted>().and_then(|mut query| query.get(world, entity).ok().map(Books::from));
        found.map(Self::from).unwrap_or_default()
    }
}

/// Months by which accounts of others are seen later than a state's own: estimates of others take a while longer.
pub const OTHERS_LATER: u32 = 2;

/// Months that are kept: two years of delay, and the year before.
const MEMORY: usize = 37 + OTHERS_LATER as usize;

/// What was published in the last months.
#[derive(Resource, Clone, Debug)]
pub struct Archive {
    /// By month and state.
    accounts: Vec<[Option<Books>; MAX_STATES]>,
    /// How hostile the second state stood to the first, by month; in the diagonal, how hostile it stood to its rivals.
    hostility: Vec<[PerState; MAX_STATES]>,
}

impl Default for Archive {
    fn default() -> Self {
        Self {
            accounts: vec![[None; MAX_STATES]; MEMORY],
            hostility: vec![[[f64::NAN; MAX_STATES]; MAX_STATES]; MEMORY],
        }
    }
}

impl Archive {
    /// For a world in which nobody reads it.
    pub const fn empty() -> Self {
        Self { accounts: Vec::new(), hostility: Vec::new() }
    }

    /// Whether it is for a world in which nobody reads it.
    pub const fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// Keeps what a state publishes at the end of a month, counted from the start.
    pub fn publish(&mut self, state: StateId, month: u32, books: Books) {
        self.accounts[month as usize % MEMORY][state] = Some(books);
    }

    /// Keeps how hostile `rival` stands to `state`.
    pub fn show(&mut self, state: StateId, rival: StateId, month: u32, hostility: f64) {
        self.hostility[month as usize % MEMORY][state][rival] = hostility;
    }

    /// What a state published in a month that is no longer past than is kept; `None` before the start.
    fn of(&self, state: StateId, month: Option<u32>) -> Option<Account> {
        self.accounts[month? as usize % MEMORY][state].map(Account::from)
    }
}

/// What a state sees of another through fog: three numbers a month for each other state.
pub(in crate::model) const FOG: Draw = Draw::named("statecraft/fog").places(3 * MAX_STATES);

/// The error with which a state sees another: of its output, its power and its hostility. `luck` is that of [`FOG`].
pub(in crate::model) fn fog(
    statecraft: &Statecraft,
    relations: &Relations,
    cabinet: &Cabinet,
    other: StateId,
    luck: Luck,
) -> [f64; 3] {
    let allies = cabinet.spec.allies.iter().map(|&ally| StateId::new(ally)).filter(|ally| *ally != other);
    let eyes: f64 = 1.0 + allies.map(|ally| relations.trust[cabinet.state()][ally]).sum::<f64>();
    let (sigma, bias) = (statecraft.fog_sigma / eyes.sqrt(), statecraft.fog_bias);
    let mut luck = luck.skip(3 * other.place());
    std::array::from_fn(|_| bias + sigma * luck.normal())
}

/// What can be seen at the beginning of a month.
pub struct Sight<'a> {
    /// Delays and fog.
    pub statecraft: &'a Statecraft,
    /// What was published.
    pub archive: &'a Archive,
    /// Who trusts whom.
    pub relations: &'a Relations,
    /// The month's noise.
    pub noise: &'a Noise<'a>,
    /// Indicators that were published.
    pub bulletins: &'a Bulletins,
    /// The month, counted from the start.
    pub month: u32,
}

impl Sight<'_> {
    /// The month that is `delay` months past, or `earlier` months before that.
    fn past(&self, delay: u32, earlier: u32) -> Option<u32> {
        self.month.checked_sub(delay + earlier)
    }

    /// What it last saw of an indicator of its own.
    pub fn indicator(&self, cabinet: &Cabinet, indicator: Indicator) -> Option<f64> {
        self.bulletins.seen(indicator, cabinet.state(), self.month, self.statecraft.own_delay_months)
    }

    /// A state's own account, `earlier` months before the last that it sees.
    pub fn own(&self, cabinet: &Cabinet, earlier: u32) -> Option<Account> {
        self.archive.of(cabinet.state(), self.past(self.statecraft.own_delay_months, earlier))
    }

    /// The error with which a state (of this key) sees another.
    pub fn fog(&self, cabinet: &Cabinet, key: Key, other: StateId) -> [f64; 3] {
        fog(self.statecraft, self.relations, cabinet, other, self.noise.of(FOG, key))
    }

    /// Another state's account as a state (of this key) sees it, `earlier` months before the last that it sees. The error is the
    /// same for all months that are looked back on in one.
    pub fn account(&self, cabinet: &Cabinet, key: Key, other: StateId, earlier: u32) -> Option<Account> {
        if cabinet.spec.allies.contains(&other.place()) {
            return self.archive.of(other, self.past(self.statecraft.own_delay_months, earlier));
        }
        let seen = self.archive.of(other, self.past(self.statecraft.own_delay_months + OTHERS_LATER, earlier))?;
        let [output, power, _] = self.fog(cabinet, key, other);
        Some(Account { ln_output: seen.ln_output + output, ln_power: seen.ln_power + power, ..seen })
    }

    /// How hostile a rival seems to a state (of this key), from 0 to 1; `None` before there is anything to see.
    pub fn hostility(&self, cabinet: &Cabinet, key: Key, rival: StateId) -> Option<f64> {
        let month = self.past(self.statecraft.lever_delay_months, 0)?;
        let shown = self.archive.hostility[month as usize % MEMORY][cabinet.state()][rival];
        let seen = shown + self.fog(cabinet, key, rival)[2];
        (!shown.is_nan()).then(|| seen.clamp(0.0, 1.0))
    }

    /// How hostile it stood itself when the rivals stood as it sees them.
    pub fn own_hostility(&self, cabinet: &Cabinet) -> f64 {
        let month = self.past(self.statecraft.lever_delay_months, 0);
        let state = cabinet.state();
        let shown = month.map_or(f64::NAN, |month| self.archive.hostility[month as usize % MEMORY][state][state]);
        if shown.is_nan() { cabinet.hostility } else { shown }
    }

    /// ln of the power of its strongest rival as a state (of this key) sees it.
    pub fn strongest_rival(&self, cabinet: &Cabinet, key: Key, earlier: u32) -> Option<f64> {
        let powers = cabinet.rivals().filter_map(|rival| self.account(cabinet, key, rival, earlier));
        powers.map(|account| account.ln_power).reduce(f64::max)
    }
}
