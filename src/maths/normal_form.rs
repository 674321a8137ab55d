//! Games in normal form as plain numbers: profiles of strategies in a fixed order, expected payoffs against mixed strategies,
//! and how players answer who are not perfectly rational.

use super::exp;

/// Profiles of strategies in their fixed order: the strategy of the last player changes fastest.
///
/// ```
/// let profiles = redqueen::maths::normal_form::Profiles::new(vec![2, 3]);
/// assert_eq!(profiles.len(), 6);
/// assert_eq!(profiles.strategies(4), [1, 1]);
/// assert_eq!(profiles.place(&[1, 1]), 4);
/// assert_eq!(profiles.with(4, 0, 0), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profiles {
    counts: Vec<usize>,
    /// How far apart two profiles are in which a player takes one strategy and the next.
    strides: Vec<usize>,
}

impl Profiles {
    /// The profiles of players with so many strategies each; none where a player has none.
    pub fn new(counts: Vec<usize>) -> Self {
        let mut strides = vec![1_usize; counts.len()];
        for player in (1..counts.len()).rev() {
            strides[player - 1] = strides[player].saturating_mul(counts[player]);
        }
        Self { counts, strides }
    }

    /// Number of profiles.
    pub fn len(&self) -> usize {
        self.counts.iter().fold(1, |product, count| product.saturating_mul(*count))
    }

    /// Whether a player has no strategy.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of players.
    pub const fn players(&self) -> usize {
        self.counts.len()
    }

    /// Number of strategies of each player.
    pub fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// What a player does in a profile.
    pub fn strategy(&self, profile: usize, player: usize) -> usize {
        profile / self.strides[player] % self.counts[player]
    }

    /// What each player does in a profile.
    pub fn strategies(&self, profile: usize) -> Vec<usize> {
        (0..self.players()).map(|player| self.strategy(profile, player)).collect()
    }

    /// The profile in which each player does this.
    pub fn place(&self, strategies: &[usize]) -> usize {
        strategies.iter().zip(&self.strides).map(|(strategy, stride)| strategy * stride).sum()
    }

    /// The profile in which this player alone does something else.
    pub fn with(&self, profile: usize, player: usize, strategy: usize) -> usize {
        profile + strategy * self.strides[player] - self.strategy(profile, player) * self.strides[player]
    }

    /// Each way in which a single player can leave a profile: the player, its new strategy and the profile it leads to.
    pub fn deviations(&self, profile: usize) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
        (0..self.players()).flat_map(move |player| {
            let others = (0..self.counts[player]).filter(move |to| *to != self.strategy(profile, player));
            others.map(move |to| (player, to, self.with(profile, player, to)))
        })
    }

    /// Each player mixing all its strategies alike.
    pub fn uniform(&self) -> Vec<Vec<f64>> {
        self.counts.iter().map(|count| vec![1.0 / *count as f64; *count]).collect()
    }

    /// How likely a profile is under mixed strategies, but for the players passed over.
    pub fn probability(&self, profile: usize, mixes: &[Vec<f64>], without: &[usize]) -> f64 {
        let players = (0..self.players()).filter(|player| !without.contains(player));
        players.map(|player| mixes[player][self.strategy(profile, player)]).product()
    }

    /// Expected payoff of each strategy of a player while the others mix. `payoffs` hold, profile after profile, one number
    /// for each player.
    pub fn expected(&self, payoffs: &[f64], mixes: &[Vec<f64>], player: usize) -> Vec<f64> {
        let mut expected = vec![0.0; self.counts[player]];
        for profile in 0..self.len() {
            let payoff = payoffs[profile * self.players() + player];
            expected[self.strategy(profile, player)] += self.probability(profile, mixes, &[player]) * payoff;
        }
        expected
    }
}

/// Logit choice in place: payoffs become the probabilities e^{λ u} / Σ e^{λ u} (Luce 1959; McFadden 1974), λ ≥ 0 per unit of
/// payoff; 0 chooses blindly, and an infinite λ one of the best at random.
///
/// ```
/// let mut choice = [1.0, 1.0 + redqueen::maths::ln(3.0)];
/// redqueen::maths::normal_form::logit_choice(&mut choice, 1.0);
/// assert!((choice[1] - 0.75).abs() < 1e-15);
/// ```
pub fn logit_choice(payoffs: &mut [f64], lambda: f64) {
    let best = payoffs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for payoff in payoffs.iter_mut() {
        let behind = best - *payoff;
        *payoff = if behind == 0.0 { 1.0 } else { exp(-lambda * behind) };
        sum += *payoff;
    }
    payoffs.iter_mut().for_each(|payoff| *payoff /= sum);
}

/// What players do who think `level` steps ahead (Stahl and Wilson 1994; Nagel 1995): at level 0 they choose blindly, and at
/// level k they answer by [logit choice](logit_choice) at λ what all others would do at level k − 1. One mixed strategy for each
/// player.
pub fn level_k(profiles: &Profiles, payoffs: &[f64], level: u32, lambda: f64) -> Vec<Vec<f64>> {
    let mut mixes = profiles.uniform();
    for _ in 0..level {
        mixes = logit_answers(profiles, payoffs, &mixes, &vec![lambda; profiles.players()]);
    }
    mixes
}

/// The logit answer of each player, at its own λ, to the mixed strategies of all others.
pub fn logit_answers(profiles: &Profiles, payoffs: &[f64], mixes: &[Vec<f64>], lambdas: &[f64]) -> Vec<Vec<f64>> {
    let answer = |(player, lambda): (usize, &f64)| {
        let mut choice = profiles.expected(payoffs, mixes, player);
        logit_choice(&mut choice, *lambda);
        choice
    };
    lambdas.iter().enumerate().map(answer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DILEMMA: [f64; 8] = [3.0, 3.0, 0.0, 5.0, 5.0, 0.0, 1.0, 1.0];

    #[test]
    fn profiles_are_found_from_strategies_and_back() {
        let profiles = Profiles::new(vec![2, 1, 3]);
        assert_eq!((profiles.len(), profiles.players(), profiles.is_empty()), (6, 3, false));
        for profile in 0..6 {
            assert_eq!(profiles.place(&profiles.strategies(profile)), profile);
        }
        let leaving: Vec<_> = profiles.deviations(4).collect();
        assert_eq!(leaving, [(0, 0, 1), (2, 0, 3), (2, 2, 5)]);
        assert!(Profiles::new(vec![2, 0]).is_empty());
        assert_eq!(Profiles::new(vec![usize::MAX, 3]).len(), usize::MAX);
    }

    #[test]
    fn logit_choice_goes_from_blind_to_best() {
        let chosen = |lambda| {
            let mut choice = [1.0, 2.0, 2.0];
            logit_choice(&mut choice, lambda);
            choice
        };
        assert_eq!(chosen(0.0), [1.0 / 3.0; 3]);
        assert_eq!(chosen(f64::INFINITY), [0.0, 0.5, 0.5]);
        assert_eq!(chosen(1e6), [0.0, 0.5, 0.5]);
        let e = exp(1.0);
        assert!((chosen(1.0)[0] - 1.0 / (1.0 + 2.0 * e)).abs() < 1e-15);
    }

    #[test]
    fn levels_answer_the_level_below() {
        let profiles = Profiles::new(vec![2, 2]);
        assert_eq!(level_k(&profiles, &DILEMMA, 0, 1.0), profiles.uniform());
        // Against a coin the second strategy brings 1.5 more; against that answer a mean of its differences 2 and 1.
        let first = 1.0 / (1.0 + exp(1.5));
        let second = 1.0 / (1.0 + exp(2.0 * first + (1.0 - first)));
        let found = [1, 2].map(|level| level_k(&profiles, &DILEMMA, level, 1.0)[1][0]);
        assert!((found[0] - first).abs() < 1e-15 && (found[1] - second).abs() < 1e-15, "{found:?}");
        assert_eq!(level_k(&profiles, &DILEMMA, 5, f64::INFINITY), [[0.0, 1.0], [0.0, 1.0]]);
    }
}
