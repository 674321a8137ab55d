//! Equilibria of two players in mixed strategies, by enumeration of supports.
//!
//! For each pair of supports of equal size, a mixed strategy on the one is sought that makes the opponent indifferent over the
//! other and want nothing else. Such strategies are the vertices of the best-response polyhedra, and two of them are an
//! equilibrium if each player's every strategy is unused or a best answer (von Stengel 2002). In a degenerate game, where a
//! strategy has more best answers than it mixes, this gives the extreme equilibria, from which all others are mixed.

use super::{Game, dominance};
use crate::maths::linear;

/// Most systems of equations that are solved for each player: C(m + n, m) for m and n strategies.
pub const MOST_SUPPORTS: u64 = 50_000;
/// Probabilities and payoffs, relative to their range, that differ by less are equal.
const TOLERANCE: f64 = 1e-9;

/// Mixed strategies to which no player has a better answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Equilibrium {
    /// The probability of each strategy, by player.
    pub mixes: Vec<Vec<f64>>,
    /// What each player gets.
    pub values: Vec<f64>,
}

/// The equilibria of a game.
#[derive(Clone, Debug, PartialEq)]
pub struct MixedEquilibria {
    /// The extreme ones, pure ones among them; all there are unless the game is degenerate.
    pub list: Vec<Equilibrium>,
    /// Whether a strategy in one of them has more best answers than it mixes: then mixtures of some of them may be
    /// equilibria too.
    pub degenerate: bool,
}

/// Why mixed equilibria are not sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoMixed {
    /// Not two players.
    #[error("mixed equilibria are sought between two players, and not {players}")]
    Players {
        /// How many there are.
        players: usize,
    },
    /// More than [`MOST_SUPPORTS`].
    #[error(
        "the strategies that are not dominated make {found} pairs of supports, and at most {MOST_SUPPORTS} are tried"
    )]
    Supports {
        /// How many there are.
        found: u64,
    },
}

/// The equilibria of a game of two players.
///
/// # Errors
/// If there are not two players, or too many strategies are left once the strictly dominated ones are gone.
pub fn equilibria(game: &Game) -> Result<MixedEquilibria, NoMixed> {
    let players = game.players().len();
    if players != 2 {
        return Err(NoMixed::Players { players });
    }
    let left = dominance::eliminate(game).left;
    let found = binomial(left[0].len() + left[1].len(), left[0].len());
    if found > MOST_SUPPORTS {
        return Err(NoMixed::Supports { found });
    }
    // What the opponent gets, by the strategy that is mixed and the opponent's.
    let against = |player: usize| {
        let range = if game.range(1 - player) > 0.0 { game.range(1 - player) } else { 1.0 };
        let cell = |mine: usize, other: usize| {
            let strategies = if player == 0 { [mine, other] } else { [other, mine] };
            game.payoff(game.profiles().place(&strategies), 1 - player) / range
        };
        let row = |mine: &usize| left[1 - player].iter().map(|other| cell(*mine, *other)).collect::<Vec<_>>();
        left[player].iter().map(row).collect::<Vec<_>>()
    };
    let vertices = [0, 1].map(|player| vertices(&against(player)));
    let (mut list, mut degenerate) = (Vec::new(), false);
    for first in &vertices[0] {
        for second in vertices[1].iter().filter(|second| first.answers(second) && second.answers(first)) {
            degenerate |= first.degenerate() || second.degenerate();
            let mixes = [first, second].into_iter().zip(&left).zip(game.profiles().counts());
            let mixes = mixes.map(|((vertex, left), count)| spread(&vertex.mix, left, *count)).collect();
            list.push(valued(game, mixes));
        }
    }
    Ok(MixedEquilibria { list, degenerate })
}

/// A mixed strategy at which as many things are tight as there are strategies: unused ones, and best answers.
struct Vertex {
    mix: Vec<f64>,
    /// Whether each of the opponent's strategies is a best answer.
    best: Vec<bool>,
}

impl Vertex {
    /// Whether all that this mixes is a best answer to another.
    fn answers(&self, other: &Self) -> bool {
        self.mix.iter().zip(&other.best).all(|(probability, best)| *best || *probability == 0.0)
    }

    fn degenerate(&self) -> bool {
        let used = self.mix.iter().filter(|probability| **probability > 0.0).count();
        self.best.iter().filter(|best| **best).count() > used
    }
}

/// All vertices, where a player mixes the rows and its opponent's payoffs are in the columns.
fn vertices(payoffs: &[Vec<f64>]) -> Vec<Vertex> {
    let (rows, columns) = (payoffs.len(), payoffs.first().map_or(0, Vec::len));
    let mut found: Vec<Vertex> = Vec::new();
    for size in 1..=rows.min(columns) {
        let answers = subsets(columns, size);
        for support in subsets(rows, size) {
            let new = answers.iter().filter_map(|answers| vertex(payoffs, &support, answers));
            for vertex in new.collect::<Vec<_>>() {
                let same = |other: &Vertex| other.mix.iter().zip(&vertex.mix).all(|(a, b)| (a - b).abs() <= TOLERANCE);
                if !found.iter().any(same) {
                    found.push(vertex);
                }
            }
        }
    }
    found
}

/// The mixed strategy on these rows under which these columns are best and equal; `None` if there is not exactly one.
fn vertex(payoffs: &[Vec<f64>], support: &[usize], answers: &[usize]) -> Option<Vertex> {
    let size = support.len();
    let mut rows: Vec<Vec<f64>> = Vec::with_capacity(size + 1);
    for answer in answers {
        rows.push(support.iter().map(|row| payoffs[*row][*answer]).chain([-1.0]).collect());
    }
    rows.push(vec![1.0; size].into_iter().chain([0.0]).collect());
    let mut right = vec![0.0; size];
    right.push(1.0);
    let solution = linear::solve(rows, right)?;
    let (probabilities, value) = (&solution[..size], solution[size]);
    if probabilities.iter().any(|probability| *probability < -TOLERANCE) {
        return None;
    }
    let mut mix = vec![0.0; payoffs.len()];
    for (row, probability) in support.iter().zip(probabilities) {
        mix[*row] = if *probability <= TOLERANCE { 0.0 } else { *probability };
    }
    let columns = 0..payoffs.first().map_or(0, Vec::len);
    let expected = |column: usize| mix.iter().zip(payoffs).map(|(share, row)| share * row[column]).sum::<f64>();
    let expected: Vec<f64> = columns.map(expected).collect();
    let best = expected.iter().map(|payoff| *payoff >= value - TOLERANCE).collect();
    expected.iter().all(|payoff| *payoff <= value + TOLERANCE).then_some(Vertex { mix, best })
}

/// A mix over the strategies that are left, as one over all.
fn spread(mix: &[f64], left: &[usize], count: usize) -> Vec<f64> {
    let mut whole = vec![0.0; count];
    left.iter().zip(mix).for_each(|(strategy, probability)| whole[*strategy] = *probability);
    whole
}

fn valued(game: &Game, mixes: Vec<Vec<f64>>) -> Equilibrium {
    let value = |player: usize| game.expected(&mixes, player).iter().zip(&mixes[player]).map(|(u, p)| u * p).sum();
    let values = (0..mixes.len()).map(value).collect();
    Equilibrium { mixes, values }
}

/// All subsets of a size, each in rising order.
fn subsets(count: usize, size: usize) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    let mut subset: Vec<usize> = (0..size).collect();
    loop {
        found.push(subset.clone());
        let Some(place) = (0..size).rev().find(|place| subset[*place] < count - size + place) else { return found };
        subset[place] += 1;
        for later in place + 1..size {
            subset[later] = subset[later - 1] + 1;
        }
    }
}

/// Number of ways to choose; the largest number there is if it is beyond that.
fn binomial(n: usize, k: usize) -> u64 {
    let mut found: u128 = 1;
    for i in 0..k.min(n - k) {
        found = found * (n - i) as u128 / (i + 1) as u128;
        if found > u128::from(u64::MAX) {
            return u64::MAX;
        }
    }
    found as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::games::testing::{close, game, matching_pennies, prisoners_dilemma};

    #[test]
    fn nobody_knows_how_a_penny_falls() {
        let found = equilibria(&matching_pennies()).unwrap();
        assert_eq!((found.list.len(), found.degenerate), (1, false));
        close(&found.list[0].mixes.concat(), &[0.5; 4], 1e-15);
        close(&found.list[0].values, &[0.0, 0.0], 1e-15);
        assert_eq!(equilibria(&prisoners_dilemma()).unwrap().list[0].values, [1.0, 1.0]);
    }

    #[test]
    fn a_game_in_which_nothing_matters_is_degenerate() {
        let found = equilibria(&game(&[2, 2], &[1.0; 8])).unwrap();
        assert_eq!((found.list.len(), found.degenerate), (4, true));
    }

    #[test]
    fn more_players_or_too_many_supports_are_refused() {
        let three = equilibria(&game(&[1, 1, 1], &[0.0; 3])).unwrap_err();
        assert_eq!(three.to_string(), "mixed equilibria are sought between two players, and not 3");
        // Matching in 32 places: no strategy is dominated.
        let cell = |at: usize| if at / 32 == at % 32 { [1.0, -1.0] } else { [-1.0, 1.0] };
        let large = game(&[32, 32], &(0..1024).flat_map(cell).collect::<Vec<_>>());
        assert_eq!(equilibria(&large), Err(NoMixed::Supports { found: 1_832_624_140_942_590_534 }));
        assert_eq!((binomial(6, 2), binomial(5, 5), binomial(400, 200)), (15, 1, u64::MAX));
    }

    #[test]
    fn subsets_come_in_order() {
        assert_eq!(subsets(4, 2), [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]);
        assert_eq!(subsets(2, 2), [[0, 1]]);
    }
}
