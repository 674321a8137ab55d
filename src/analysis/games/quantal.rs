//! Logit quantal response equilibria (McKelvey and Palfrey 1995): each player answers what the others really do, better answers
//! more often, the more so the larger λ.
//!
//! The principal branch goes from blind choice at λ = 0 to an equilibrium as λ grows. It may turn back for a while, so it is
//! followed along its length and not along λ (Turocy 2005): a predictor along the tangent, and Newton's method back to the
//! branch, in logarithms of probabilities. Where it forks,
//! as it can in a game that looks the same to its players, it is the straight branch, which keeps them alike.

use super::Game;
use crate::maths::{exp, linear, ln, normal_form::Profiles};

/// Most steps along the branch.
const MOST_STEPS: usize = 20_000;
/// Length of the first step, where λ is per range of payoffs.
const FIRST_STEP: f64 = 0.01;
/// Longest step, as a share of 1 + λ.
const LONGEST_STEP: f64 = 0.1;
/// A shorter step than this is no step.
const SHORTEST_STEP: f64 = 1e-9;
/// Farthest that the first correction may lead off the predictor, by the length of the step.
const FARTHEST: f64 = 0.3;
/// Two tangents must point as much the same way, lest the steps change over to another branch: the least cosine.
const LEAST_COSINE: f64 = 0.95;
/// A point is on the branch when the last correction was less than this.
const ON_BRANCH: f64 = 1e-11;
/// Most corrections of a step.
const MOST_CORRECTIONS: usize = 12;

/// A quantal response equilibrium.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// λ, per unit of payoff.
    pub lambda: f64,
    /// The probability of each strategy, by player.
    pub mixes: Vec<Vec<f64>>,
}

/// The principal branch from λ = 0 to where it first reaches an end.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// Points along it; λ falls where it turns back.
    pub points: Vec<Point>,
    /// Whether the last of them is at the end, and not where the steps became too small or too many.
    pub complete: bool,
}

/// The principal branch from blind choice to where λ first is `to`, per unit of payoff.
pub fn branch(game: &Game, to: f64) -> Branch {
    let range = (0..game.players().len()).map(|player| game.range(player)).fold(0.0, f64::max);
    let scale = if range > 0.0 { range } else { 1.0 };
    let payoffs = game.payoffs().iter().map(|payoff| payoff / scale).collect();
    let mut path = Path::new(game.profiles(), payoffs);
    let mut points = vec![path.point(scale)];
    let mut complete = to <= 0.0;
    while !complete && points.len() < MOST_STEPS {
        let from = path.at.clone();
        if path.advance().is_none() {
            break;
        }
        if path.lambda() >= to * scale {
            complete = path.stop_at(&from, to * scale).is_some();
            if !complete {
                break;
            }
        }
        points.push(path.point(scale));
    }
    if complete && let Some(last) = points.last_mut() {
        last.lambda = to.max(0.0);
    }
    Branch { points, complete }
}

/// The equilibrium at λ, per unit of payoff, where the principal branch first comes by; `None` if it could not be followed so far.
pub fn equilibrium(game: &Game, lambda: f64) -> Option<Vec<Vec<f64>>> {
    let branch = branch(game, lambda);
    branch.points.into_iter().next_back().filter(|_| branch.complete).map(|point| point.mixes)
}

/// A place on the branch: logarithms of all probabilities, player after player, and λ at the end.
struct Path<'a> {
    profiles: &'a Profiles,
    payoffs: Vec<f64>,
    /// Where each player's logarithms begin.
    begins: Vec<usize>,
    at: Vec<f64>,
    tangent: Vec<f64>,
    step: f64,
}

impl<'a> Path<'a> {
    fn new(profiles: &'a Profiles, payoffs: Vec<f64>) -> Self {
        let mut begins = vec![0];
        let mut at = Vec::new();
        for count in profiles.counts() {
            at.extend(vec![-ln(*count as f64); *count]);
            begins.push(at.len());
        }
        at.push(0.0);
        let mut tangent = vec![0.0; at.len()];
        if let Some(lambda) = tangent.last_mut() {
            *lambda = 1.0;
        }
        let mut path = Self { profiles, payoffs, begins, at, tangent, step: FIRST_STEP };
        if let Some(tangent) = path.tangent_at(&path.at) {
            path.tangent = tangent;
        }
        path
    }

    fn lambda(&self) -> f64 {
        self.at.last().copied().unwrap_or(0.0)
    }

    fn mixes(&self, at: &[f64]) -> Vec<Vec<f64>> {
        self.begins.windows(2).map(|ends| at[ends[0]..ends[1]].iter().map(|p| exp(*p)).collect()).collect()
    }

    /// This place with λ per unit of payoff, probabilities scaled to sum to 1.
    fn point(&self, scale: f64) -> Point {
        let mut mixes = self.mixes(&self.at);
        for mix in &mut mixes {
            let sum: f64 = mix.iter().sum();
            mix.iter_mut().for_each(|probability| *probability /= sum);
        }
        Point { lambda: self.lambda() / scale, mixes }
    }

    /// Goes on by a step, as long as the branch allows; `None` if it allows none.
    fn advance(&mut self) -> Option<()> {
        while self.step >= SHORTEST_STEP {
            if let Some((at, tangent, corrections)) = self.tried() {
                (self.at, self.tangent) = (at, tangent);
                let longer = if corrections <= 3 { 1.5 } else { 1.0 };
                self.step = (self.step * longer).min(LONGEST_STEP * (1.0 + self.lambda().abs()));
                return Some(());
            }
            self.step *= 0.5;
        }
        None
    }

    /// The place a step on, the tangent there and the number of corrections; `None` if the step is too long.
    fn tried(&self) -> Option<(Vec<f64>, Vec<f64>, usize)> {
        let mut at: Vec<f64> = self.at.iter().zip(&self.tangent).map(|(at, by)| at + self.step * by).collect();
        let mut corrections = 0;
        loop {
            let (mut rows, mut right) = self.equations(&at);
            rows.push(self.tangent.clone());
            right.push(0.0);
            let by = linear::solve(rows, right)?;
            at.iter_mut().zip(&by).for_each(|(at, by)| *at += by);
            let size = length(&by);
            corrections += 1;
            if size <= ON_BRANCH * (1.0 + length(&at)) {
                break;
            }
            if corrections > MOST_CORRECTIONS || size > FARTHEST * self.step {
                return None;
            }
        }
        let tangent = self.tangent_at(&at)?;
        let cosine: f64 = tangent.iter().zip(&self.tangent).map(|(a, b)| a * b).sum();
        (cosine >= LEAST_COSINE).then_some((at, tangent, corrections))
    }

    /// The unit vector along the branch, the same way as so far.
    fn tangent_at(&self, at: &[f64]) -> Option<Vec<f64>> {
        let (mut rows, right) = self.equations(at);
        rows.push(self.tangent.clone());
        let mut right = vec![0.0; right.len()];
        right.push(1.0);
        let along = linear::solve(rows, right)?;
        let size = length(&along);
        Some(along.into_iter().map(|by| by / size).collect())
    }

    /// Goes back from behind λ to it, on the line from where it was before.
    fn stop_at(&mut self, from: &[f64], lambda: f64) -> Option<()> {
        let (before, behind) = (from.last().copied()?, self.lambda());
        let share = if behind > before { (lambda - before) / (behind - before) } else { 0.0 };
        let mut at: Vec<f64> = from.iter().zip(&self.at).map(|(from, to)| from + share * (to - from)).collect();
        let unknown = at.len() - 1;
        at[unknown] = lambda;
        for _ in 0..MOST_CORRECTIONS {
            let (mut rows, right) = self.equations(&at);
            rows.iter_mut().for_each(|row| row.truncate(unknown));
            let by = linear::solve(rows, right)?;
            at.iter_mut().zip(&by).for_each(|(at, by)| *at += by);
            if length(&by) <= ON_BRANCH * (1.0 + length(&at)) {
                self.at = at;
                return Some(());
            }
        }
        None
    }

    /// Newton's equations: the derivatives of what must be 0 on the branch by all logarithms and λ, and what it falls short by.
    ///
    /// For each player the probabilities sum to 1, and the logarithm of each exceeds that of the first by λ times what its
    /// payoff exceeds the first's by.
    fn equations(&self, at: &[f64]) -> (Vec<Vec<f64>>, Vec<f64>) {
        let (mixes, lambda) = (self.mixes(at), at[at.len() - 1]);
        let (mut rows, mut right) = (Vec::new(), Vec::new());
        for player in 0..mixes.len() {
            let begin = self.begins[player];
            let payoffs = self.profiles.expected(&self.payoffs, &mixes, player);
            let slopes = self.slopes(&mixes, player);
            let mut sum = vec![0.0; at.len()];
            sum[begin..begin + payoffs.len()].copy_from_slice(&mixes[player]);
            rows.push(sum);
            right.push(1.0 - mixes[player].iter().sum::<f64>());
            for strategy in 1..payoffs.len() {
                let gain = payoffs[strategy] - payoffs[0];
                let slope = |place: usize| -lambda * (slopes[strategy][place] - slopes[0][place]);
                let mut row: Vec<f64> = (0..at.len() - 1).map(slope).chain([-gain]).collect();
                row[begin + strategy] += 1.0;
                row[begin] -= 1.0;
                rows.push(row);
                right.push(lambda * gain - (at[begin + strategy] - at[begin]));
            }
        }
        (rows, right)
    }

    /// How the expected payoff of each of a player's strategies changes with the logarithm of each probability.
    fn slopes(&self, mixes: &[Vec<f64>], player: usize) -> Vec<Vec<f64>> {
        let profiles = self.profiles;
        let width = self.begins.last().copied().unwrap_or(0);
        let mut slopes = vec![vec![0.0; width]; profiles.counts()[player]];
        for profile in 0..profiles.len() {
            let payoff = self.payoffs[profile * profiles.players() + player];
            let part = profiles.probability(profile, mixes, &[player]) * payoff;
            let mine = profiles.strategy(profile, player);
            for other in (0..profiles.players()).filter(|other| *other != player) {
                slopes[mine][self.begins[other] + profiles.strategy(profile, other)] += part;
            }
        }
        slopes
    }
}

fn length(vector: &[f64]) -> f64 {
    vector.iter().map(|value| value * value).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::games::testing::{chicken, close, game, prisoners_dilemma};

    #[test]
    fn the_branch_goes_from_blind_choice_to_an_equilibrium() {
        let dilemma = prisoners_dilemma();
        let found = branch(&dilemma, 100.0);
        assert!(found.complete);
        assert_eq!(found.points[0], Point { lambda: 0.0, mixes: vec![vec![0.5, 0.5]; 2] });
        let last = &found.points[found.points.len() - 1];
        assert_eq!(last.lambda, 100.0);
        close(&last.mixes.concat(), &[0.0, 1.0, 0.0, 1.0], 1e-40);
        assert_eq!(equilibrium(&dilemma, 0.0), Some(vec![vec![0.5, 0.5]; 2]));
    }

    #[test]
    fn every_point_is_a_fixed_point_of_logit_answers() {
        use crate::maths::normal_form::logit_answers;
        let payoffs = [3.0, 1.0, 0.5, 4.0, 1.0, -2.0, 0.0, 2.0, 5.0, 1.0, 1.0, 0.0];
        let game = game(&[2, 3], &payoffs);
        let found = branch(&game, 20.0);
        assert!(found.complete && found.points.len() > 20);
        for point in &found.points {
            let answers = logit_answers(game.profiles(), game.payoffs(), &point.mixes, &[point.lambda; 2]);
            close(&answers.concat(), &point.mixes.concat(), 1e-9);
        }
    }

    /// Gambit's branch of this game, too, goes back from λ = 7.32 to 0.77 before it goes on.
    #[test]
    fn a_branch_that_turns_back_is_followed() {
        let row = [-3.0, 3.0, 4.0, 3.0, -5.0, 3.0, 5.0, -7.0, 6.0];
        let column = [7.0, 9.0, -7.0, 9.0, -9.0, -6.0, -2.0, 0.0, 5.0];
        let payoffs: Vec<f64> = (0..9).flat_map(|at| [row[at], column[at]]).collect();
        let found = branch(&game(&[3, 3], &payoffs), 20.0);
        let turns = |back: bool| {
            let turned = found
                .points
                .windows(3)
                .find(|p| (p[1].lambda > p[0].lambda) == back && (p[2].lambda > p[1].lambda) != back);
            turned.map_or(f64::NAN, |points| points[1].lambda)
        };
        assert!(found.complete);
        assert!(
            (turns(true) - 7.318).abs() < 0.1 && (turns(false) - 0.775).abs() < 0.02,
            "{} {}",
            turns(true),
            turns(false)
        );
    }

    #[test]
    fn players_who_are_alike_stay_alike_where_the_branch_forks() {
        let mixes = equilibrium(&chicken(), 30.0).unwrap();
        close(&mixes[0], &mixes[1], 1e-12);
        close(&mixes[0], &[0.5, 0.5], 1e-12);
    }
}
