//! Reads game files: an experiment whose scenarios are the profiles of a game.

use super::{
    Game, JOINT, MAX_PLAYERS, MAX_PROFILES, PlannedGame, Player, Sampling, StrategyWords, Term,
    information::{is_fog, sees_through_fog},
    postures::postures,
    terms::TermReader,
};
use crate::{
    experiment::{
        Experiment, Variant,
        common::{Head, Reader},
    },
    scenario::{
        Described, Diagnostic, Warning,
        diagnostic::Place,
        entities::refuse_alike,
        key::Key,
        load::Loaded,
        overrides::Override,
        section::{MAX_NAME, Section, cell_text, finite, flag, list, part_of_file_name, real, text, whole, wrong},
        tree::{Node, TomlEntry, TomlTable},
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// The key by which a game is known.
pub(in crate::experiment) const PLAYERS: &str = "players";
/// Most replicates of a profile where the file does not say.
const MAX_RUNS: u64 = 10_000;

/// A `[[players]]` entry.
struct PlayerEntry<'t> {
    name: &'t str,
    place: Place,
    symmetric: Option<(String, Place)>,
    strategies: Vec<StrategyEntry<'t>>,
    payoff: &'t [Node],
}

/// A `[[players.strategies]]` entry.
struct StrategyEntry<'t> {
    name: &'t str,
    place: Place,
    description: String,
    set: Vec<Override>,
}

/// What all profiles share: the scenario, and what is laid over it below the strategies.
struct Ground<'t> {
    scenario: Option<&'t Node>,
    common: Vec<Override>,
    set: Vec<Override>,
}

impl Ground<'_> {
    /// The layers below those of the command line.
    fn layers(&self, strategies: Vec<Override>) -> Vec<Vec<Override>> {
        vec![self.common.clone(), self.set.clone(), strategies]
    }
}

impl Reader<'_> {
    pub(in crate::experiment) fn game(mut self, tree: &TomlTable) -> Option<Experiment> {
        let mut root = Section::new(tree, &Place::new(self.origin, 0..0), "the game");
        let Head { title, description, scenario, runs, quantiles, record, common } = self.head(&mut root);
        let set = self.set(&mut root, "all profiles have the same seed");
        let players = root.take(PLAYERS)?;
        let welfare = root.read("welfare", list, self.found).unwrap_or_default();
        let epsilon = root.read("epsilon", |key, node| real(key, node, 0.0, f64::MAX), self.found).unwrap_or(0.0);
        let sampling = root.take("sampling").map(|entry| self.sampling(entry, runs));
        let information = root.take("information");
        let design = root.take("design");
        self.refuse_keys_of_experiments(&mut root);
        self.refuse_keys_of_scenarios(tree, &mut root);
        root.finish(self.found);
        let entries = self.players(players);
        let ground = Ground { scenario, common, set };
        let base = self.load(ground.scenario, ground.layers(Vec::new()));
        let terms = TermReader { names: self.names, scenario: base.as_ref().map(|loaded| &loaded.scenario) };
        let payoffs: Vec<Vec<Term>> =
            entries.iter().map(|entry| terms.read(entry.payoff, "[[players.payoff]]", self.found)).collect();
        let welfare = terms.read(welfare, "[[welfare]]", self.found);
        let warnings = self.try_strategies(&entries, &ground, base.as_ref()?);
        let game = game_of(&entries, payoffs, welfare);
        if !self.found.is_empty() || !self.fits(&game, players) {
            return None;
        }
        let mut variants = self.profiles(&game, &entries, &ground);
        variants.first_mut()?.warnings.extend(warnings);
        let seed = variants.first().map_or(0, |variant| variant.scenario.seed);
        variants.iter_mut().for_each(|variant| Arc::make_mut(&mut variant.scenario).seed = seed);
        let read = self.design(design, seed, &variants)?;
        let varied = read.varied.clone();
        // Profiles are held against each other over replicates, which all worlds share.
        let sample = read.over(&mut variants).with_common_noise();
        let information = self.information(information, &variants, &varied)?;
        let (words, sampling) = (entries.iter().map(words).collect(), sampling.flatten());
        let postures = postures(&game, &base?.scenario, &variants).unwrap_or_default();
        let game = Some(Box::new(PlannedGame { game, words, epsilon, sampling, postures, information }));
        // The outcomes of a run tell what players have of it; the tables of many profiles would fill a disk.
        let (record, quantiles) = (record.unwrap_or_default(), quantiles.flatten());
        Some(Experiment {
            name: title?,
            description,
            runs,
            seed,
            record,
            passing: Vec::new(),
            outcomes: Vec::new(),
            variants,
            sample,
            stop: None,
            quantiles,
            claim: None,
            calibration: None,
            game,
        })
    }

    /// Says what a game has in the place of what only other experiments have.
    fn refuse_keys_of_experiments<'t>(&mut self, root: &mut Section<'t>) {
        for (key, instead) in [
            ("scenarios", "the scenarios of a game are its profiles: write [[players.strategies]]"),
            ("stop", "[sampling] adds runs to a game where they decide something"),
        ] {
            if let Some(entry) = root.take(key) {
                self.found.push(Diagnostic::at(&entry.key, format!("a game has no `{key}`")).help(instead));
            }
        }
    }

    /// The rule of a `[sampling]` table.
    fn sampling(&mut self, entry: &TomlEntry, runs: u32) -> Option<Sampling> {
        let mut section = Section::of(&entry.node, "[sampling]", self.found)?;
        let regret_se = section.require("regret_se", self.found).and_then(|entry| {
            let error = || wrong("regret_se", &entry.node, "a number above 0, in the unit of payoffs");
            self.note(finite(&entry.node).filter(|number| *number > 0.0).ok_or_else(error))
        });
        let most = section.read("max_runs", |key, node| whole(key, node, 2, u64::from(u32::MAX)), self.found);
        section.finish(self.found);
        if let Some(few) = most.filter(|most| *most < u64::from(runs)) {
            let message = format!("`max_runs` = {few} is below `runs` = {runs}, which all profiles have to begin with");
            self.found.push(Diagnostic::at(&entry.key, message));
        }
        Some(Sampling { regret_se: regret_se?, max_runs: most.unwrap_or(MAX_RUNS) })
    }

    /// Whether profiles are run without fog too; refused where that cannot matter.
    fn information(&mut self, entry: Option<&TomlEntry>, variants: &[Variant], varied: &[Key]) -> Option<bool> {
        let Some(entry) = entry else { return Some(false) };
        let asked = self.note(flag("information", &entry.node))?;
        if asked && varied.iter().any(is_fog) {
            let message = "`information` takes the fog away that a factor of the design varies";
            self.found.push(Diagnostic::at(&entry.key, message).help("leave out one of them"));
            return None;
        }
        if !asked || variants.iter().any(|variant| sees_through_fog(&variant.scenario)) {
            return Some(asked);
        }
        let statecraft = Key::new(&["mechanisms", "statecraft"]);
        if self.flags.iter().any(|flag| statecraft.reaches(flag.key())) {
            // Fog that the command line takes away is no fault of the file; nothing is left to compare.
            return Some(false);
        }
        let message = "`information` asks what it is worth to see without fog, and nobody in this game's worlds chooses by \
                       what it sees through fog";
        let help = "it takes strategists whose rule looks at others, and `mechanisms.statecraft.fog_sigma` or `fog_bias` \
                    other than 0";
        self.found.push(Diagnostic::at(&entry.key, message).help(help));
        None
    }

    fn players<'t>(&mut self, entry: &'t TomlEntry) -> Vec<PlayerEntry<'t>> {
        let items = self.note(list(PLAYERS, &entry.node)).unwrap_or_default();
        let players: Vec<_> = items.iter().filter_map(|item| self.player(item)).collect();
        if !(2..=MAX_PLAYERS).contains(&items.len()) {
            let message = format!("a game has 2 to {MAX_PLAYERS} players, not {}", items.len());
            self.found.push(Diagnostic::at(&entry.key, message));
        }
        self.refuse_names(players.iter().map(|player| (player.name, &player.place)), "players");
        let mut columns: BTreeMap<String, &str> = BTreeMap::new();
        for PlayerEntry { name, place, .. } in &players {
            let column = plain(name).column();
            let other = columns.insert(column.clone(), name).filter(|other| other != name);
            let taken = self.names.outcomes.iter().find(|outcome| **outcome == column);
            let other = other
                .map(|other| format!("that of `{other}` is too"))
                .or_else(|| taken.map(|_| "an outcome is too".to_owned()));
            if let Some(other) = other {
                let message = format!("the payoff of `{name}` is called `{column}`, and {other}");
                self.found.push(Diagnostic::at(place, message).help("give it another name, with letters from A to Z"));
            }
        }
        self.symmetric(&players);
        players
    }

    fn player<'t>(&mut self, node: &'t Node) -> Option<PlayerEntry<'t>> {
        let mut section = Section::of(node, "[[players]]", self.found)?;
        let named = section.require("name", self.found);
        let name = named.and_then(|entry| self.note(part_of_file_name("name", &entry.node)));
        let group = section.take("symmetric");
        let symmetric = group.and_then(|entry| {
            let name = self.note(cell_text("symmetric", &entry.node))?;
            Some((name.clone(), entry.node.place.clone()))
        });
        let items = section.read("strategies", list, self.found).unwrap_or_default();
        let payoff = section.read("payoff", list, self.found).unwrap_or_default();
        section.finish(self.found);
        let (name, place) = (name?, named?.node.place.clone());
        let strategies: Vec<_> = items.iter().filter_map(|item| self.strategy(item, name)).collect();
        if items.len() < 2 {
            let few = if items.is_empty() { "no strategies" } else { "a single strategy" };
            let error =
                Diagnostic::at(&place, format!("the player `{name}` has {few}, and chooses among at least two"));
            self.found
                .push(error.help("write [[players.strategies]] for each; one that changes nothing needs no `set`"));
        }
        if payoff.is_empty() {
            let error = Diagnostic::at(&place, format!("the player `{name}` has no payoff"));
            self.found.push(error.help("write [[players.payoff]] for each term"));
        }
        self.refuse_names(strategies.iter().map(|strategy| (strategy.name, &strategy.place)), "strategies");
        Some(PlayerEntry { name, place, symmetric, strategies, payoff })
    }

    fn strategy<'t>(&mut self, node: &'t Node, player: &str) -> Option<StrategyEntry<'t>> {
        let mut section = Section::of(node, format!("a strategy of `{player}`"), self.found)?;
        let named = section.require("name", self.found);
        let name = named.and_then(|entry| self.note(part_of_file_name("name", &entry.node)));
        let description = section.read("description", text, self.found).cloned().unwrap_or_default();
        let set = self.set(&mut section, "all profiles have the same seed");
        section.finish(self.found);
        if let (Some(name), Some(entry)) = (name.filter(|name| name.contains(JOINT)), named) {
            let message = format!("`{JOINT}` stands between the strategies of a profile, and cannot be in `{name}`");
            self.found.push(Diagnostic::at(&entry.node.place, message));
        }
        Some(StrategyEntry { name: name?, place: named?.node.place.clone(), description, set })
    }

    fn refuse_names<'n>(&mut self, names: impl Iterator<Item = (&'n str, &'n Place)> + Clone, list: &str) {
        let mut seen = BTreeMap::new();
        for (name, place) in names.clone() {
            if seen.insert(name, ()).is_some() {
                self.found.push(Diagnostic::at(place, format!("`{name}` is in `{list}` twice")));
            }
        }
        refuse_alike(names, list, self.found);
    }

    /// Players that can change places have the same strategies, by name.
    fn symmetric(&mut self, players: &[PlayerEntry<'_>]) {
        let names = |player: &PlayerEntry<'_>| player.strategies.iter().map(|s| s.name.to_owned()).collect::<Vec<_>>();
        for player in players {
            let Some((group, place)) = &player.symmetric else { continue };
            let member = |other: &&PlayerEntry<'_>| other.symmetric.as_ref().is_some_and(|(other, _)| other == group);
            let Some(first) = players.iter().find(member) else { continue };
            let message = if players.iter().filter(member).count() == 1 {
                format!("nobody else is in the symmetric group `{group}`")
            } else if names(first) != names(player) {
                let (a, b) = (first.name, player.name);
                format!(
                    "`{a}` and `{b}` can change places only if their strategies have the same names in the same order"
                )
            } else {
                continue;
            };
            self.found.push(Diagnostic::at(place, message));
        }
    }

    /// Tries each strategy by itself; gives what to know of it. Two players that set one place are refused.
    fn try_strategies(&mut self, players: &[PlayerEntry<'_>], ground: &Ground<'_>, base: &Loaded) -> Vec<Warning> {
        let mut warnings = Vec::new();
        for PlayerEntry { name: player, strategies, .. } in players {
            let mut worlds: Vec<(&str, Loaded)> = Vec::new();
            for StrategyEntry { name, place, set, .. } in strategies {
                let Some(loaded) = self.load(ground.scenario, ground.layers(set.clone())) else { continue };
                let mut warn = |message: String| {
                    let about = Key::new(&[PLAYERS, player, name]);
                    warnings.push(Warning { about, said: Diagnostic::at(place, message) });
                };
                if loaded.scenario.time != base.scenario.time {
                    let message = format!("the strategy `{name}` covers other months than the game");
                    self.found.push(Diagnostic::at(place, message).help("`months` stands at the top of the game"));
                }
                let same = worlds.iter().find(|(_, other)| same_world(other, &loaded));
                if !set.is_empty() && same_world(&loaded, base) {
                    warn(format!("the strategy `{name}` of `{player}` changes nothing"));
                } else if let Some((other, _)) = same {
                    warn(format!("the strategies `{other}` and `{name}` of `{player}` are the same world"));
                }
                worlds.push((name, loaded));
            }
        }
        for (at, a) in players.iter().enumerate() {
            players[at + 1..].iter().for_each(|b| self.refuse_clashes(a, b, base));
        }
        warnings
    }

    fn refuse_clashes(&mut self, a: &PlayerEntry<'_>, b: &PlayerEntry<'_>, base: &Loaded) {
        let mut told = Vec::new();
        for (mine, other) in a.strategies.iter().flat_map(|mine| b.strategies.iter().map(move |other| (mine, other))) {
            let Some((key, first, second)) = base.draft.clash(&mine.set, &other.set) else { continue };
            if told.contains(&key) {
                continue;
            }
            let (place, by, player) = (first.place().shown(), mine.name, a.name);
            let message = format!("`{key}` is set by `{}` of `{}` and by `{by}` of `{player}`", other.name, b.name);
            let error = Diagnostic::at(second.place(), message);
            self.found
                .push(error.help(format!("`{by}` of `{player}` sets it at {place}; a place belongs to one player")));
            told.push(key);
        }
    }

    /// Refuses a game that is too large.
    fn fits(&mut self, game: &Game, players: &TomlEntry) -> bool {
        let (profiles, before) = (game.profiles(), self.found.len());
        let count = profiles.len();
        let sizes = || profiles.counts().iter().map(usize::to_string).collect::<Vec<_>>().join(" × ");
        if count > MAX_PROFILES {
            let message = format!("the game has {} = {count} profiles; {MAX_PROFILES} are the most", sizes());
            self.found
                .push(Diagnostic::at(&players.key, message).help("leave out strategies that are of least interest"));
            return false;
        }
        let longest = (0..count).map(|profile| game.name(profile)).max_by_key(String::len).unwrap_or_default();
        if longest.len() > MAX_NAME {
            let message =
                format!("the profile `{longest}` has a name of {} bytes; {MAX_NAME} are the most", longest.len());
            self.found.push(Diagnostic::at(&players.key, message).help("give strategies shorter names"));
        }
        self.found.len() == before
    }

    /// The scenarios of the profiles that are run.
    fn profiles(&mut self, game: &Game, players: &[PlayerEntry<'_>], ground: &Ground<'_>) -> Vec<Variant> {
        let mut variants = Vec::new();
        for profile in game.run_profiles() {
            let places = game.profiles().strategies(profile);
            let chosen: Vec<_> =
                players.iter().zip(&places).filter_map(|(player, &at)| player.strategies.get(at)).collect();
            let set: Vec<Override> = chosen.iter().flat_map(|strategy| strategy.set.iter().cloned()).collect();
            let Some(mut loaded) = self.load(ground.scenario, ground.layers(set)) else { continue };
            let base = &loaded.scenario.name;
            let flags = loaded.draft.spelled(&self.flags);
            let described = Described::laid_over(base, Some(in_words(players, &places)), &[], &flags);
            loaded.scenario.description.clone_from(&described.description);
            loaded.described = described;
            variants.push(Variant::new(game.name(profile), loaded));
        }
        variants
    }
}

/// Whether two configs are one world; what is said of them makes no difference.
fn same_world(a: &Loaded, b: &Loaded) -> bool {
    let mut a = a.scenario.clone();
    a.description.clone_from(&b.scenario.description);
    a == b.scenario
}

fn plain(name: &str) -> Player {
    Player { name: name.to_owned(), strategies: Vec::new(), symmetric: None, payoff: Vec::new() }
}

fn game_of(entries: &[PlayerEntry<'_>], payoffs: Vec<Vec<Term>>, welfare: Vec<Term>) -> Game {
    let player = |(entry, payoff): (&PlayerEntry<'_>, Vec<Term>)| Player {
        strategies: entry.strategies.iter().map(|strategy| strategy.name.to_owned()).collect(),
        symmetric: entry.symmetric.as_ref().map(|(group, _)| group.clone()),
        payoff,
        ..plain(entry.name)
    };
    Game { players: entries.iter().zip(payoffs).map(player).collect(), welfare }
}

/// The words of a player's strategies.
fn words(player: &PlayerEntry<'_>) -> Vec<StrategyWords> {
    let told = |strategy: &StrategyEntry<'_>| StrategyWords {
        description: strategy.description.trim().to_owned(),
        changes: Described::laid_over("", None, &strategy.set, &[]).changes,
    };
    player.strategies.iter().map(told).collect()
}

/// What each player does in a profile.
fn in_words(players: &[PlayerEntry<'_>], profile: &[usize]) -> String {
    let each = players.iter().zip(profile).filter_map(|(player, &at)| {
        let strategy = player.strategies.get(at)?;
        Some(format!("{}: {}.", player.name, strategy.name))
    });
    each.collect::<Vec<_>>().join(" ")
}
