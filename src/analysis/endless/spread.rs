//! How endless means spread over worlds, and runs within them.

use crate::maths::linear::{Matrix, dot};

/// An effect with less of its own, as a share of its standard deviation, is what others make it.
const NOTHING: f64 = 1e-6;

/// What the runs of a world came to, by effect.
pub struct World {
    pub means: Vec<f64>,
    /// Products of what its runs lie off the mean, summed.
    products: Matrix,
    pub runs: usize,
}

/// Means over worlds, and covariances by effect; that between worlds is what is left of it without luck, which may be none.
pub struct Spread {
    pub middle: Vec<f64>,
    pub between: Matrix,
    pub luck: Matrix,
}

/// Worlds that might be, one after the other, with a number for each effect.
pub struct Drawn {
    /// Endless means less the middle.
    pub endless: Vec<f64>,
    /// What the luck of a run adds.
    pub luck: Vec<f64>,
}

impl World {
    pub fn new(effects: &[Vec<f64>], world: &[usize]) -> Self {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let values = |effect: &Vec<f64>| world.iter().map(|run| effect[*run]).collect::<Vec<_>>();
        // From the first run, so that runs that come to the same have no luck, whatever their mean is rounded to.
        let deviations = |effect: &Vec<f64>| {
            let from_first: Vec<f64> = world.iter().map(|run| effect[*run] - effect[world[0]]).collect();
            let middle = mean(&from_first);
            from_first.into_iter().map(|value| value - middle).collect::<Vec<_>>()
        };
        let deviations: Vec<Vec<f64>> = effects.iter().map(deviations).collect();
        let products = deviations.iter().map(|a| deviations.iter().map(|b| dot(a, b)).collect()).collect();
        Self { means: effects.iter().map(|effect| mean(&values(effect))).collect(), products, runs: world.len() }
    }
}

impl World {
    /// The variance of its runs; 0 of a single one.
    pub fn luck(&self, effect: usize) -> f64 {
        self.products[effect][effect] / f64::max(self.runs as f64 - 1.0, 1.0)
    }
}

impl Spread {
    /// That of these worlds, each as often as it was run; `None` where effects are too large to be squared.
    pub fn of(worlds: &[World], picked: &[usize]) -> Option<Self> {
        let effects = worlds.first().map_or(0, |world| world.means.len());
        let all = || picked.iter().map(|place| &worlds[*place]);
        let runs = |world: &World| world.runs as f64;
        let weight: f64 = all().map(runs).sum();
        let middle = |effect: usize| all().map(|world| runs(world) * world.means[effect]).sum::<f64>() / weight;
        let middle: Vec<f64> = (0..effects).map(middle).collect();
        let freedom = f64::max(all().map(|world| runs(world) - 1.0).sum(), 1.0);
        let luck = |a: usize, b: usize| all().map(|world| world.products[a][b]).sum::<f64>() / freedom;
        let luck = matrix(effects, luck);
        // Each weighs as its runs do, so that luck has its variance once for each world but one.
        let scale = weight - all().map(|world| runs(world) * runs(world)).sum::<f64>() / weight;
        let between = |a: usize, b: usize| {
            let off = |world: &World, effect: usize| world.means[effect] - middle[effect];
            let of_means: f64 = all().map(|world| runs(world) * off(world, a) * off(world, b)).sum();
            (of_means - luck[a][b] * (picked.len() as f64 - 1.0)) / scale
        };
        let between = matrix(effects, between);
        let finite = between.iter().chain(&luck).flatten().all(|value| value.is_finite());
        finite.then_some(Self { middle, between, luck })
    }

    /// What is to be added to the covariance between worlds so that it is one.
    pub fn raised(&self) -> Matrix {
        let root = root(&self.between, &self.surest_first());
        matrix(root.len(), |a, b| dot(&root[a], &root[b]) - self.between[a][b])
    }

    /// This one with more between worlds, made a covariance.
    #[must_use]
    pub fn with(mut self, more: &Matrix) -> Self {
        self.between = matrix(more.len(), |a, b| self.between[a][b] + more[a][b]);
        let root = root(&self.between, &self.surest_first());
        self.between = matrix(more.len(), |a, b| dot(&root[a], &root[b]));
        self
    }

    /// The effects, those first that vary most between worlds against luck.
    fn surest_first(&self) -> Vec<usize> {
        let sure = |effect: usize| {
            let (between, luck) = (self.between[effect][effect], self.luck[effect][effect]);
            if luck > 0.0 { between / luck } else { f64::INFINITY }
        };
        let mut order: Vec<usize> = (0..self.middle.len()).collect();
        order.sort_by(|a, b| sure(*b).total_cmp(&sure(*a)));
        order
    }

    /// Endless means and luck by these normal scores, of which each draw has one for each effect for either.
    pub fn drawn(&self, scores: &[Vec<f64>]) -> Drawn {
        let order = self.surest_first();
        let (between, luck) = (root(&self.between, &order), root(&self.luck, &order));
        let times = |root: &Matrix, first: usize| {
            let draw = |scores: &'_ Vec<f64>| root.iter().map(|row| dot(row, &scores[first..])).collect::<Vec<_>>();
            scores.iter().flat_map(draw).collect()
        };
        Drawn { endless: times(&between, 0), luck: times(&luck, order.len()) }
    }
}

pub fn matrix(order: usize, of: impl Fn(usize, usize) -> f64) -> Matrix {
    (0..order).map(|a| (0..order).map(|b| of(a, b)).collect()).collect()
}

/// A root W of a covariance W Wᵀ, by rows (Cholesky), of the given one where it is one. Else a variance below 0 counts as 0, the
/// others stay, and what an effect has in common with those before it in `order` is cut to what it can have.
pub fn root(covariance: &Matrix, order: &[usize]) -> Matrix {
    let sd: Vec<f64> = (0..order.len()).map(|effect| covariance[effect][effect].max(0.0).sqrt()).collect();
    let mut rows = matrix(order.len(), |_, _| 0.0);
    for (place, effect) in order.iter().enumerate() {
        if sd[*effect] == 0.0 {
            continue;
        }
        let mut row = vec![0.0; order.len()];
        for (column, before) in order[..place].iter().enumerate() {
            let own = rows[*before][column];
            if own > NOTHING {
                let correlation = covariance[*effect][*before] / (sd[*effect] * sd[*before]);
                row[column] = (correlation - dot(&row[..column], &rows[*before][..column])) / own;
            }
        }
        let common = dot(&row, &row);
        if common > 1.0 {
            row.iter_mut().for_each(|part| *part /= common.sqrt());
        } else {
            row[place] = (1.0 - common).sqrt();
        }
        rows[*effect] = row;
    }
    matrix(order.len(), |effect, column| sd[effect] * rows[effect][column])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squared(covariance: &Matrix, order: &[usize]) -> Matrix {
        let root = root(covariance, order);
        matrix(root.len(), |a, b| dot(&root[a], &root[b]))
    }

    fn assert_near(found: &Matrix, expected: &Matrix) {
        for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
            assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
        }
    }

    #[test]
    fn a_covariance_has_its_root_and_what_is_none_keeps_what_it_can() {
        let covariance = vec![vec![4.0, -1.0, 0.5], vec![-1.0, 9.0, 2.0], vec![0.5, 2.0, 1.0]];
        for order in [[0, 1, 2], [2, 0, 1]] {
            assert_near(&squared(&covariance, &order), &covariance);
        }
        // A correlation of 2, and a variance below 0.
        let none = vec![vec![4.0, 12.0, 0.5], vec![12.0, 9.0, 1.0], vec![0.5, 1.0, -1.0]];
        assert_near(&squared(&none, &[0, 1, 2]), &vec![vec![4.0, 6.0, 0.0], vec![6.0, 9.0, 0.0], vec![0.0, 0.0, 0.0]]);
        // Each of three goes with the next, and the last against the first: what the first two have is kept, and the last one's
        // variance.
        let odd = vec![vec![1.0, 0.9, -0.9], vec![0.9, 1.0, 0.9], vec![-0.9, 0.9, 1.0]];
        let found = squared(&odd, &[0, 1, 2]);
        assert!((found[0][1] - 0.9).abs() < 1e-12 && (found[2][2] - 1.0).abs() < 1e-12, "{found:?}");
        assert!(found[0][2] < 0.0 && found[1][2] > 0.0, "{found:?}");
        // The same twice, with a third that goes with both.
        let same = vec![vec![1.0, 1.0, 0.6], vec![1.0, 1.0, 0.6], vec![0.6, 0.6, 1.0]];
        assert_near(&squared(&same, &[0, 1, 2]), &same);
    }

    #[test]
    fn covariances_between_and_within_worlds_are_told_apart() {
        // Two runs each; the second effect has twice the first's luck with its sign turned, and no worlds apart.
        let effects = [vec![1.0, 3.0, 5.0, 7.0, 0.0, 2.0], vec![2.0, -2.0, 2.0, -2.0, 2.0, -2.0]];
        let worlds: Vec<World> = [[0, 1], [2, 3], [4, 5]].iter().map(|world| World::new(&effects, world)).collect();
        let spread = Spread::of(&worlds, &[0, 1, 2]).unwrap();
        assert_near(&spread.luck, &vec![vec![2.0, -4.0], vec![-4.0, 8.0]]);
        // The variance of 2, 6 and 1 is 7, less 2 / 2; the second's of 0, less 8 / 2.
        assert_near(&spread.between, &vec![vec![6.0, 2.0], vec![2.0, -4.0]]);
        assert_near(&spread.raised(), &vec![vec![0.0, -2.0], vec![-2.0, 4.0]]);
    }
}
