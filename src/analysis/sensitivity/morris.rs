//! Elementary effects (Morris 1991; μ* by Campolongo, Cariboni and Saltelli 2007), as SALib has them: the change of the
//! outcome over a step of Δ = L / (2 (L − 1)) of a factor's unit interval, divided by Δ.

use super::{Block, Index, Options, bootstrap, fill};

/// Mean effect.
pub const MU: &str = "mu";
/// Mean size of the effects.
pub const MU_STAR: &str = "mu_star";
/// Standard deviation of the effects (n − 1): how much they depend on where the other factors and this one stand.
pub const SIGMA: &str = "sigma";

/// A step of a trajectory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Place of the factor that moved.
    pub factor: usize,
    /// Whether it rose.
    pub up: bool,
}

/// The step of a grid of so many levels.
pub fn delta(levels: u32) -> f64 {
    f64::from(levels) / (2.0 * (f64::from(levels) - 1.0))
}

/// The elementary effect of each factor along a trajectory, from the outcome at its points. A factor that did not
/// visibly move went between two equal settings, and so has no effect there.
pub fn effects(factors: usize, levels: u32, moves: &[Option<Move>], outcome: &[f64]) -> Vec<f64> {
    let mut effects = vec![0.0; factors];
    for (step, change) in moves.iter().zip(outcome.windows(2)) {
        let ([before, after], Some(Move { factor, up })) = (change, step) else { continue };
        if let Some(effect) = effects.get_mut(*factor) {
            let rise = if *up { after - before } else { before - after };
            *effect = rise / delta(levels);
        }
    }
    effects
}

/// The indices from trajectories; without values if there are none.
pub(super) fn indices(
    factors: usize,
    levels: u32,
    moves: &[Vec<Option<Move>>],
    trajectories: &[Block],
    options: &Options,
) -> Vec<Index> {
    let names = |factor| [MU, MU_STAR, SIGMA].map(|name| Index::new(name, factor));
    let mut list: Vec<Index> = (0..factors).flat_map(names).collect();
    let of = |block: &Block, outcome: &[f64]| {
        let moves = moves.get(block.at).map_or(&[][..], Vec::as_slice);
        effects(factors, levels, moves, outcome)
    };
    let effects: Vec<Vec<f64>> = trajectories.iter().map(|block| of(block, &block.means)).collect();
    if effects.is_empty() {
        return list;
    }
    let sized = |effects: &[f64]| effects.iter().flat_map(|effect| [*effect, effect.abs()]).collect::<Vec<f64>>();
    let blocks: Vec<Vec<f64>> = effects.iter().map(|effects| sized(effects)).collect();
    let features = |block: &Block, outcome: &[f64]| sized(&of(block, outcome));
    let mut intervals = bootstrap::intervals(trajectories, options, features, |means| Some(means.to_vec()));
    // A mean size is not below 0, though an interval that was moved back may be.
    intervals.iter_mut().flatten().skip(1).step_by(2).for_each(|(low, _)| *low = low.max(0.0));
    fill(list.iter_mut().filter(|index| index.name != SIGMA), bootstrap::means(&blocks), intervals);
    for factor in 0..factors {
        let own: Vec<f64> = effects.iter().filter_map(|effects| effects.get(factor).copied()).collect();
        let sigma = list.iter_mut().find(|index| index.name == SIGMA && index.factor == factor);
        fill(sigma.into_iter(), vec![deviation(&own)], None);
    }
    list
}

/// Standard deviation (n − 1).
fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (squares / (values.len() as f64 - 1.0)).sqrt()
}
