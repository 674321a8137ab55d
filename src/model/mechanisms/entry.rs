//! Entry: new firms, with the traits of their parents and mutations of their own.
//!
//! Firms are born in each state as a Poisson process of rate r + w 2^{−t/T}: a wave that ebbs follows the models of the start. Support
//! of open models brings more births. A newborn's capability is a mix of the open frontier and of a parent at home, drawn by usage;
//! its talent is inherited with mutation, and it has its parent's focus and openness. Firms that the scenario dates enter in
//! their month in any case. Compute of entrants comes out of their state's clouds.

use super::{
    diffusion::Diffusion,
    market::{count_world_usage, rescale_markets},
    policy::Policy,
    releases::Releases,
    training::Training,
};
use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Capability, Character, Focus, Hardware, Knowledge, Offer, Precaution, Usage},
        founding::{self, Founding, Newcomers, Starts},
        geography::{Geography, PerDomain},
        keep::Keep,
        ledger::Ledger,
        noise::{Draw, Key, Noise, Stream},
        phase::{Mechanism, MonthPlan, Phase},
        release::{Frontier, Levels, best},
        state::{Levers, Supply, Traits},
        states::{StateId, States},
    },
    parameters,
    scenario::{Lever, MAX_DOMAINS, MAX_STATES},
};
use bevy_ecs::{prelude::*, query::QueryData, system::SystemParam};

parameters! {
    /// Numbers of entry.
    #[derive(Resource)]
    pub struct Entry {
        /// Factor on every state's rate of entry.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.0..=3.0 or null 0.0, assumption "the rates stand with the states: entry_per_year";
        /// Time in which the wave of entry that the models of the start set off ebbs by half (T).
        wave_half_life_months: f64 = 6.0, "months", range 0.1..=600.0, plausible 3.0..=12.0, assumption "most of those who wanted to answer ChatGPT had founded a firm within a year";
        /// Weight of the open frontier against the parent in a newborn's capability.
        open_mix: f64 = 0.25, "1", range 0.0..=1.0, plausible 0.0..=1.0, assumption "start-ups build on open models and on what founders learned";
        /// How far a newborn starts behind that mix.
        handicap: f64 = 0.8, "nats", range 0.0..=20.0, plausible 0.2..=1.5, assumption "data, tools and teams have to be built";
        /// Mutation of talent: standard deviation of its log, at an unchanged mean.
        mutation_talent: f64 = 0.4, "1", range 0.0..=3.0, plausible 0.0..=0.8 or null 0.0, assumption "of six teams of one origin, one is half as good again as the mean";
        /// Share of its home market that an entrant starts with.
        share: f64 = 0.01, "1", range 0.000001..=0.5, plausible 0.002..=0.03, assumption "first users within a month";
        /// Share of every other market that an entrant starts with, against that at home.
        abroad_share: f64 = 0.1, "1", range 0.0..=1.0, plausible 0.0..=0.5, assumption "most first users are at home";
        /// Compute that a newborn starts with, as a share of the mean firm's at home.
        compute_share: f64 = 0.1, "1", range 0.0..=1.0, plausible 0.02..=0.3, assumption "rented at first";
        /// Share of a newborn's compute that research and training use.
        research_share: f64 = 0.5, "1", range 0.001..=1.0, plausible 0.2..=0.8, assumption "as for other firms";
        /// Cash that a newborn starts with.
        cash_billion_usd: f64 = 0.1, "billion USD of 2023", range 0.0..=1000.0, plausible 0.03..=0.5, assumption "first rounds of 2023: Baichuan had 0.05, large ones several times that";
        /// Fixed costs of a newborn.
        overhead_billion_usd_per_year: f64 = 0.1, "billion USD of 2023/year", range 0.0..=100.0, plausible 0.02..=0.5, assumption "a few hundred well-paid people";
    }
}

impl Entry {
    /// Talent of a newborn: that of its parent, or of its state where it has none, with mutation.
    fn talent(&self, inherited: f64, mutation: f64) -> f64 {
        inherited * maths::exp(self.mutation_talent * mutation - 0.5 * self.mutation_talent * self.mutation_talent)
    }
}

impl Mechanism for Entry {
    const NAME: &'static str = "entry";
    const MEANING: &'static str = "new firms are born with the traits of open models and home parents, and mutations";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Entry, give_birth);
    }

    fn register(world: &mut World) {
        world.keep_with::<StateId, BirthStream>();
    }

    fn always(month: &mut MonthPlan) {
        month.add(Phase::Entry, (enter_dated, (settle, count_world_usage).chain().run_if(firms_changed)).chain());
    }
}

/// How far behind the world frontier a newborn starts where it has neither a parent nor open models, nats: as far as a configured firm
/// of which nothing is known.
const LATECOMER_GAP: f64 = 3.0;

/// Share of a newborn's monthly budget that buys compute, as of most firms.
const BUDGET_SHARE: f64 = 0.6;

/// Transparency of a newborn without a parent, as that of most firms.
const TRANSPARENCY: f64 = 0.4;

/// Compute of an entrant at least, MH100e: one accelerator. What the clouds lack of it is bought.
const LEAST_COMPUTE: f64 = 0.000001;

/// Largest part of its state's clouds that a newborn takes: a wave of births cannot empty them.
const MOST_OF_CLOUDS_AT_BIRTH: f64 = 0.1;

/// Largest part of its state's clouds that a firm which enters on a date takes.
const MOST_OF_CLOUDS: f64 = 0.9;

/// Largest part of a firm's compute that an entrant rents where clouds are empty.
const MOST_RENTED: f64 = 0.5;

/// How many firms are born in a state.
const BIRTHS: Draw = Draw::named("entry/births");
/// Which firm a newborn descends from.
const PARENT: Draw = Draw::named("entry/parent");
/// Mutation of its talent.
const TALENT: Draw = Draw::named("entry/talent");

/// Where a state stands in the draw of births, which it makes in every step.
#[derive(Component, Clone, Debug, Default)]
struct BirthStream(Stream);

/// What founding a firm needs of the world.
#[derive(SystemParam)]
pub struct Founder<'w, 's> {
    entry: Res<'w, Entry>,
    policy: Res<'w, Policy>,
    training: Res<'w, Training>,
    diffusion: Res<'w, Diffusion>,
    releases: Res<'w, Releases>,
    clock: Res<'w, Clock>,
    geography: Res<'w, Geography>,
    noise: Noise<'w>,
    frontier: ResMut<'w, Frontier>,
    ledger: ResMut<'w, Ledger>,
    commands: Commands<'w, 's>,
    supplies: States<'w, 's, &'static mut Supply>,
    holdings: Query<'w, 's, (&'static Character, &'static mut Hardware)>,
}

impl Founder<'_, '_> {
    /// Takes compute out of a state's clouds; what they lack of it is rented from the firm at home that has most, and what that could
    /// not spare counts as made and delivered.
    fn take_compute(&mut self, home: StateId, wanted: f64) {
        let mut supply = self.supplies.at_mut(home);
        let taken = wanted.min(supply.clouds);
        supply.clouds -= taken;
        let mut lacking = wanted - taken;
        let at_home = self.holdings.iter_mut().filter(|(character, _)| character.home == home);
        let richest = at_home.max_by(|a, b| a.1.stock.total_cmp(&b.1.stock));
        if let Some((_, mut hardware)) = richest.filter(|_| lacking > 0.0) {
            let rented = lacking.min(MOST_RENTED * hardware.stock);
            hardware.stock -= rented;
            lacking -= rented;
        }
        supply.received += lacking;
        supply.delivered += lacking;
        supply.month.received += lacking;
        supply.month.delivered += lacking;
        self.ledger.made += lacking;
        self.ledger.delivered += lacking;
    }

    /// Founds a firm: into the world, the frontier and the records.
    fn found(&mut self, mut founding: Founding) {
        let home = founding.character.home;
        for s in self.geography.each_state() {
            founding.usage[s] = self.entry.share * if s == home { 1.0 } else { self.entry.abroad_share };
        }
        self.take_compute(home, founding.compute);
        let starts = Starts { training: &self.training, diffusion: &self.diffusion, releases: &self.releases };
        let bundle = founding.bundle(&self.geography, &starts);
        let open = bundle.character.open;
        self.frontier.publish(&bundle.release(), bundle.offer.capability, bundle.offer.rating);
        let (name, state) = (bundle.label.0.clone(), self.geography.names[home].clone());
        self.ledger.entries += 1;
        self.ledger.money.brought += bundle.finance.cash;
        self.ledger.note(&self.clock, "entry", &name, &state, None, if open { "open" } else { "closed" });
        self.ledger.note_release(
            &self.clock,
            (&name, &state, home),
            open,
            &bundle.offer,
            self.releases.shown(&bundle.offer),
        );
        self.commands.spawn(bundle);
    }
}

/// A firm that can be a parent: what it hands down.
#[derive(QueryData)]
#[query_data(derive(Clone, Copy))]
struct Parent {
    character: &'static Character,
    focus: &'static Focus,
    knowledge: &'static Knowledge,
    capability: &'static Capability,
    precaution: &'static Precaution,
    usage: &'static Usage,
}

/// A state in which firms are born.
#[derive(QueryData)]
#[query_data(mutable)]
struct Birthplace {
    key: &'static Key,
    stream: &'static mut BirthStream,
    traits: &'static Traits,
    levers: &'static Levers,
}

/// What a state gives those that are born in it.
struct Cradle {
    home: StateId,
    talent: f64,
}

fn give_birth(mut founder: Founder, mut states: States<Birthplace>, firms: Query<Parent>) {
    let ebb = maths::pow(0.5, 12.0 * founder.clock.years() / founder.entry.wave_half_life_months);
    for (home, mut state) in states.iter_mut() {
        let traits = &state.traits.0;
        let cradle = Cradle { home, talent: traits.talent };
        let raised = 1.0 + founder.policy.effect_entry * state.levers.of(Lever::OpenSource);
        let wave = traits.entry_wave_per_year * ebb;
        let mean = founder.clock.per_step(founder.entry.scale * (traits.entry_per_year * raised + wave));
        let births = maths::poisson_quantile(mean, state.stream.0.uniform(&founder.noise, BIRTHS, *state.key));
        for serial in 1..=births {
            let founding = newborn(&founder, &cradle, serial, &firms);
            founder.found(founding);
        }
    }
}

fn newborn(founder: &Founder, cradle: &Cradle, serial: u32, firms: &Query<Parent>) -> Founding {
    let &Cradle { home, talent } = cradle;
    let (entry, geography, clock) = (&founder.entry, &founder.geography, &founder.clock);
    let state = &geography.names[home];
    let key = Key::born("firm", state, clock.step(), serial);
    let noise = &founder.noise;
    let parent = draw_parent(noise.uniform(PARENT, key), home, entry.share, firms);
    let weights = parent.map_or([1.0; MAX_DOMAINS], |parent| parent.focus.weights);
    // Without a parent it builds on open models, if there are any, and stays what they are.
    let has_open = best(geography, &founder.frontier.open.now.capability)[0] > f64::NEG_INFINITY;
    let open = parent.map_or(has_open, |parent| parent.character.open);
    let clouds = founder.supplies.at(home).clouds;
    let at_home = founder.holdings.iter().filter(|(character, _)| character.home == home);
    let (count, held) = at_home.fold((0.0, 0.0), |(n, sum), (_, hardware)| (n + 1.0, sum + hardware.stock));
    let mean_compute = if count > 0.0 { held / count } else { clouds };
    let compute = (entry.compute_share * mean_compute).min(MOST_OF_CLOUDS_AT_BIRTH * clouds).max(LEAST_COMPUTE);
    Founding {
        key,
        name: name_of_newborn(clock, state, serial).into(),
        character: Character {
            home,
            open,
            talent: entry.talent(parent.map_or(talent, |parent| parent.character.talent), noise.normal(TALENT, key)),
            price: 0.0,
            research_share: entry.research_share,
            compute_share: BUDGET_SHARE,
            own_funds: 0.0,
            overhead: entry.overhead_billion_usd_per_year,
            transparency: parent.map_or(TRANSPARENCY, |parent| parent.character.transparency),
            entered: i64::from(clock.step()),
        },
        focus: Focus::new(weights, geography.domains),
        endowment: geography.endowment[home],
        capability: inherit(founder, parent.map(|parent| &parent.capability.0), |levels| &levels.capability),
        knowledge_limit: inherit(founder, parent.map(|parent| &parent.knowledge.0), |levels| &levels.knowledge),
        compute,
        cash: entry.cash_billion_usd,
        // A newborn does for safety what its parent does; without one nobody has shown it how.
        precaution: parent.map_or(Precaution::default(), |parent| *parent.precaution),
        usage: [0.0; MAX_STATES],
    }
}

fn name_of_newborn(clock: &Clock, state: &str, serial: u32) -> String {
    let months = clock.steps(1).max(1);
    match clock.step() % months {
        0 => format!("{state} {} #{serial}", clock.month()),
        part => format!("{state} {} #{serial}.{part}", clock.month()),
    }
}

/// What a newborn takes over by domain: part open frontier, part parent, less a handicap.
fn inherit(
    founder: &Founder,
    parent: Option<&PerDomain>,
    levels: fn(&Levels) -> &[PerDomain; MAX_STATES],
) -> PerDomain {
    let (entry, geography) = (&founder.entry, &founder.geography);
    let open = best(geography, levels(&founder.frontier.open.now));
    let any = best(geography, levels(&founder.frontier.any.now));
    let mut inherited = [0.0; MAX_DOMAINS];
    for d in geography.each_domain() {
        let has_open = open[d] > f64::NEG_INFINITY;
        let start = match parent {
            Some(parent) if has_open => entry.open_mix * open[d] + (1.0 - entry.open_mix) * parent[d],
            Some(parent) => parent[d],
            None if has_open => open[d],
            // Neither parent nor open model: as far behind as a latecomer.
            None if any[d] > f64::NEG_INFINITY => any[d] - LATECOMER_GAP,
            None => 0.0,
        };
        inherited[d] = start - entry.handicap;
    }
    inherited
}

/// A firm at home, drawn by usage; the floor gives firms without users a chance.
fn draw_parent<'a>(uniform: f64, home: StateId, floor: f64, firms: &'a Query<Parent>) -> Option<ParentItem<'a, 'a>> {
    let at_home = || firms.iter().filter(|parent| parent.character.home == home);
    let total: f64 = at_home().map(|parent| parent.usage.world + floor).sum();
    let mut left = uniform * total;
    let mut last = None;
    for firm in at_home() {
        left -= firm.usage.world + floor;
        last = Some(firm);
        if left < 0.0 {
            break;
        }
    }
    last
}

fn enter_dated(mut founder: Founder, newcomers: Res<Newcomers>, offers: Query<&Offer>) {
    let now = founder.clock.step();
    if !newcomers.dated.iter().any(|(step, _)| *step == now) {
        return;
    }
    let frontier = offers.iter().map(|offer| offer.capability).fold(f64::NEG_INFINITY, f64::max);
    let frontier = if frontier.is_finite() { frontier } else { 0.0 };
    for (_, spec) in newcomers.dated.iter().filter(|(step, _)| *step == now) {
        let mut founding = founding::configured(spec, frontier, i64::from(now), &founder.geography, &newcomers.talent);
        // It rents what it has; clouds that a wave of births has emptied give it less.
        let clouds = founder.supplies.at(founding.character.home).clouds;
        founding.compute = founding.compute.min(MOST_OF_CLOUDS * clouds).max(LEAST_COMPUTE);
        // A latecomer knows no more than what the world has seen.
        founding.knowledge_limit = best(&founder.geography, &founder.frontier.any.now.knowledge);
        founder.found(founding);
    }
}

/// Gives entrants their place in the markets, and hands out that of firms that closed.
fn settle(geography: Res<Geography>, mut usages: Query<&mut Usage>) {
    rescale_markets(&geography, &mut usages);
}

fn firms_changed(ledger: Res<Ledger>) -> bool {
    ledger.entries > 0 || ledger.exits > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{set, trajectory};

    #[test]
    fn talent_is_handed_down_with_mutation_at_an_unchanged_mean() {
        let entry = Entry { mutation_talent: 0.5, ..Entry::default() };
        assert!((entry.talent(1.3, 0.25) - 1.3).abs() < 1e-15);
        let mean =
            (1..2000).map(|i| entry.talent(1.0, maths::normal_quantile(f64::from(i) / 2000.0))).sum::<f64>() / 1999.0;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        assert_eq!(Entry { mutation_talent: 0.0, ..entry }.talent(0.8, 1.7), 0.8);
    }

    #[test]
    fn a_wave_brings_its_firms_at_the_start() {
        let entries = |wave: f64| {
            let mut scenario = crate::baseline();
            scenario.time.months = 48;
            scenario.states.iter_mut().for_each(|state| state.numbers.entry_per_year = 0.0);
            scenario.states[0].numbers.entry_wave_per_year = wave;
            scenario.states.iter_mut().skip(1).for_each(|state| state.numbers.entry_wave_per_year = 0.0);
            set(&mut scenario, "entry", "wave_half_life_months", 6.0);
            let events = trajectory(&scenario).events;
            let born = events.iter().filter(|event| &*event.kind == "entry" && event.actor.contains('#'));
            born.map(|event| event.date.since(scenario.time.start)).collect::<Vec<_>>()
        };
        assert!(entries(0.0).is_empty());
        // 60 a year times half a year over ln 2.
        let born = entries(60.0);
        assert!((25..65).contains(&born.len()), "{born:?}");
        assert!(born.iter().filter(|month| **month < 12).count() > born.len() * 6 / 10, "{born:?}");
    }
}
