//! What follows in a game: what players gain, which profiles are equilibria and how surely, in each world of a design too.

use super::{information::Information, means::mean_game, read::PlayedRuns};
use crate::{
    analysis::games::{
        self, GameError,
        alpha_rank::{self, Intensity},
        commitment::{self, Stackelberg, Ties},
        dominance::{self, Dominated},
        inference::{self, Gain, Regret, Resampling},
        interaction,
        means::profile_means,
        mixed::{self, MixedEquilibria, NoMixed},
        pure, quantal,
        replicator::{self, Rest},
        welfare::{self, Prices},
    },
    experiment::{
        design::{Sample, Setting},
        game::{Game, PlannedGame},
    },
    maths::Moments,
    output::manifest::Manifest,
};

/// Quantal responses are given where the payoffs' range times λ is this.
const LAMBDAS: [f64; 3] = [1.0, 10.0, 100.0];
/// What populations that gain take over by, of α-rank.
const PERTURBATION: f64 = 1e-20;

/// Everything that was found in a game.
#[derive(Debug)]
pub struct Findings<'a> {
    /// The game.
    pub planned: &'a PlannedGame,
    /// The manifest of its folder.
    pub manifest: &'a Manifest,
    /// Its runs.
    pub runs: &'a PlayedRuns,
    /// What the gains of deviations are.
    pub gains: Vec<Gain>,
    /// How near each profile is to an equilibrium.
    pub regrets: Vec<Regret>,
    /// What follows from the means; `None` if a profile has no run.
    pub solved: Option<Solved>,
    /// What differs between the worlds of a design; `None` without one.
    pub map: Option<WorldMap>,
    /// What changes when the fog is away; `None` where that was not asked.
    pub information: Option<Information>,
}

/// What follows from mean payoffs.
#[derive(Debug)]
pub struct Solved {
    /// The game of mean payoffs.
    pub game: games::Game,
    /// Pure equilibria.
    pub pure: Vec<usize>,
    /// Dominated strategies.
    pub dominated: Vec<Dominated>,
    /// Equilibria in mixed strategies of two players.
    pub mixed: Result<MixedEquilibria, NoMixed>,
    /// Quantal responses that the principal branch reaches.
    pub quantal: Vec<quantal::Point>,
    /// Where the replicator goes from equal shares.
    pub replicator: Rest,
    /// The share of time at each profile.
    pub alpha_rank: Option<Vec<f64>>,
    /// What players have that move first.
    pub stackelberg: Vec<Stackelberg>,
    /// Profiles that none improves on for all.
    pub pareto: Vec<usize>,
    /// What it costs that each looks to itself; `None` without a pure equilibrium.
    pub prices: Option<Prices>,
    /// Mean welfare of each profile.
    pub welfare: Vec<f64>,
    /// The share of interaction in the variance of each player's payoffs.
    pub interaction: Vec<Option<f64>>,
    /// The same without what luck adds.
    pub interaction_beyond_luck: Vec<Option<f64>>,
    /// Whether each player's best answer depends on the others, by the means.
    pub vary: Vec<bool>,
    /// The same by the intervals of gains.
    pub surely_vary: Vec<bool>,
}

/// Where in a design profiles are equilibria.
#[derive(Debug)]
pub struct WorldMap {
    /// By point, then profile: replicates, regret, and whether it is an equilibrium by the means.
    pub points: Vec<Vec<(u64, Option<f64>, bool)>>,
    /// Points at which all profiles have a run.
    pub known: usize,
    /// By profile: the share of these at which it is an equilibrium.
    pub shares: Vec<f64>,
    /// By profile, factors by how far their means differ between worlds where it is one and where not, in standard deviations;
    /// the farthest first.
    pub turns_on: Vec<Vec<(usize, f64)>>,
}

impl<'a> Findings<'a> {
    /// What follows from the runs of a game.
    pub fn new(
        planned: &'a PlannedGame,
        manifest: &'a Manifest,
        runs: &'a PlayedRuns,
        resampling: &Resampling,
    ) -> Result<Self, GameError> {
        let gains = inference::gains(&runs.whole);
        let regrets = inference::regrets(&runs.whole, planned.epsilon, resampling);
        let game = mean_game(planned, &runs.whole)?;
        let solved = game.map(|game| Solved::new(game, planned.epsilon, runs, &gains));
        let map = (runs.points.len() > 1).then(|| WorldMap::new(planned, manifest, runs)).transpose()?;
        Ok(Self { planned, manifest, runs, gains, regrets, solved, map, information: None })
    }

    /// The same with what the runs without fog tell.
    pub fn informed(mut self, clear: &PlayedRuns, resampling: &Resampling) -> Result<Self, GameError> {
        self.information = Some(Information::new(self.planned, (self.runs, clear), resampling)?);
        Ok(self)
    }

    /// The game.
    pub const fn game(&self) -> &Game {
        &self.planned.game
    }

    /// The name of a profile.
    pub fn profile(&self, profile: usize) -> String {
        self.game().name(profile)
    }

    /// The name of a player's strategy.
    pub fn strategy(&self, player: usize, strategy: usize) -> &str {
        let player = self.game().players.get(player);
        player.and_then(|player| player.strategies.get(strategy)).map_or("", String::as_str)
    }

    /// What a player does in a profile.
    pub fn does(&self, profile: usize, player: usize) -> &str {
        self.strategy(player, self.game().profiles().strategy(profile, player))
    }

    /// Profiles that are equilibria by the means, and then those that are in some resamples, the likeliest first.
    pub fn candidates(&self) -> Vec<usize> {
        let pure = |profile: usize| self.solved.as_ref().is_some_and(|solved| solved.pure.contains(&profile));
        let probability = |regret: &Regret| regret.probability.unwrap_or(0.0);
        let mut found: Vec<&Regret> =
            self.regrets.iter().filter(|regret| pure(regret.profile) || probability(regret) > 0.0).collect();
        found.sort_by(|a, b| {
            let rank = |regret: &Regret| (!pure(regret.profile), -probability(regret));
            let (a, b) = (rank(a), rank(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        found.into_iter().map(|regret| regret.profile).collect()
    }
}

impl Solved {
    fn new(game: games::Game, epsilon: f64, runs: &PlayedRuns, gains: &[Gain]) -> Self {
        let pure = pure::equilibria(&game, epsilon);
        let welfare = mean_welfare(runs, game.profiles().len());
        let range = (0..game.players().len()).map(|player| game.range(player)).fold(0.0, f64::max);
        let quantal = LAMBDAS.iter().filter(|_| range > 0.0).filter_map(|lambda| {
            let lambda = lambda / range;
            Some(quantal::Point { lambda, mixes: quantal::equilibrium(&game, lambda)? })
        });
        let quantal = quantal.collect();
        let leaders = 0..game.players().len();
        Self {
            dominated: dominance::dominated(&game),
            mixed: mixed::equilibria(&game),
            quantal,
            replicator: replicator::rest(&game, game.profiles().uniform()),
            alpha_rank: alpha_rank::stationary(&game, Intensity::Limit { perturbation: PERTURBATION }),
            stackelberg: leaders
                .filter_map(|leader| commitment::stackelberg(&game, leader, Ties::Pessimistic))
                .collect(),
            pareto: welfare::pareto(&game),
            prices: welfare::prices(&welfare, &pure),
            welfare,
            interaction: interaction::shares(&game),
            interaction_beyond_luck: interaction::shares_beyond_luck(&runs.whole),
            vary: interaction::answers_vary(&game),
            surely_vary: interaction::answers_surely_vary(game.profiles(), gains),
            pure,
            game,
        }
    }

    /// Whether nobody's best answer depends on what others do.
    pub fn is_trivial(&self) -> bool {
        self.vary.iter().all(|vary| !vary)
    }
}

/// Mean welfare of each profile.
fn mean_welfare(runs: &PlayedRuns, profiles: usize) -> Vec<f64> {
    let value = |replicate: usize, profile: usize| runs.welfare[replicate].get(profile).copied();
    let known = |replicate: usize, profile: usize| value(replicate, profile).filter(|value| value.is_finite());
    profile_means(runs.welfare.len(), profiles, known).unwrap_or_else(|| vec![f64::NAN; profiles])
}

impl WorldMap {
    fn new(planned: &PlannedGame, manifest: &Manifest, runs: &PlayedRuns) -> Result<Self, GameError> {
        let (profiles, epsilon) = (planned.game.profiles(), planned.epsilon);
        let mut points = Vec::new();
        for samples in &runs.points {
            let game = mean_game(planned, samples)?;
            let pure = game.as_ref().map(|game| (pure::equilibria(game, epsilon), pure::regrets(game)));
            let of = |profile: usize| {
                let regret = pure.as_ref().and_then(|(_, regrets)| regrets.get(profile)).copied();
                let is_one = pure.as_ref().is_some_and(|(pure, _)| pure.contains(&profile));
                (samples.n(profile) as u64, regret, is_one)
            };
            points.push((0..profiles.len()).map(of).collect::<Vec<_>>());
        }
        let sample = manifest.experiment.design.clone().sample();
        let known: Vec<usize> =
            (0..points.len()).filter(|at| points[*at].iter().all(|cell| cell.1.is_some())).collect();
        let ones = |profile: usize| known.iter().filter(|at| points[**at][profile].2).count();
        let shares = (0..profiles.len()).map(|profile| ones(profile) as f64 / known.len().max(1) as f64).collect();
        let turns_on =
            (0..profiles.len()).map(|profile| turning(&sample, &known, |at| points[at][profile].2)).collect();
        Ok(Self { known: known.len(), shares, turns_on, points })
    }
}

/// Factors by how far their means differ between points of two kinds, in standard deviations over both; none where all points
/// are of one kind.
fn turning(sample: &Sample, points: &[usize], is_one: impl Fn(usize) -> bool) -> Vec<(usize, f64)> {
    let difference = |factor: usize| {
        let (mut with, mut without, mut all) = (Moments::default(), Moments::default(), Moments::default());
        for &at in points {
            let value = number(sample.settings(at as u64).nth(factor)??, sample, factor)?;
            all.add(value);
            if is_one(at) { with.add(value) } else { without.add(value) }
        }
        let sd = all.variance().map(f64::sqrt).filter(|sd| *sd > 0.0)?;
        (with.n > 0 && without.n > 0).then(|| (with.mean - without.mean) / sd)
    };
    let mut found: Vec<(usize, f64)> =
        (0..sample.design().factors.len()).filter_map(|factor| Some((factor, difference(factor)?))).collect();
    found.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    found
}

/// A factor's value as a number; of words their place among the factor's.
fn number(setting: Setting, sample: &Sample, factor: usize) -> Option<f64> {
    match setting {
        Setting::Flag(flag) => Some(f64::from(u8::from(flag))),
        Setting::Whole(whole) => Some(whole as f64),
        Setting::Real(real) => Some(real),
        Setting::Text(_) => {
            let scale = &sample.design().factors.get(factor)?.scale;
            let crate::experiment::design::Scale::Choice { values } = scale else { return None };
            values.iter().position(|value| *value == setting).map(|place| place as f64)
        }
    }
}
