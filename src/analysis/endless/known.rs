//! What is known of the endless means of worlds with so many runs, and draws of it.

use super::spread::{Drawn, Spread, matrix};
use crate::maths::{
    self,
    linear::{Cholesky, Matrix, dot},
};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Draws, of which each world takes some.
const DRAWS: usize = 512;
/// Added to each variance, as a share of it: effects that are the same have no inverse.
const MORE: f64 = 1e-9;

/// What is known of worlds with so many runs.
pub struct Known {
    /// K: what is kept of how far means lie from the middle.
    kept: Matrix,
    /// What each draw lies off that, one after the other.
    off: Vec<f64>,
}

/// Standard normal scores for endless means and luck of so many effects, draw by draw: on a lattice that is even for each number
/// and between them, in each stretch of it too, moved by luck (powers of the golden ratio's kin, Roberts 2018).
pub fn scores(effects: usize, random: &mut ChaCha8Rng) -> Vec<Vec<f64>> {
    let numbers = 2 * effects;
    // The root of x^(n + 1) = x + 1 above 1.
    let ratio = (0..64).fold(2.0, |x: f64, _| maths::pow(1.0 + x, 1.0 / (numbers as f64 + 1.0)));
    let starts: Vec<f64> = (0..numbers).map(|_| maths::unit(random.next_u64())).collect();
    let draw = |draw: usize| {
        let mut step = 1.0;
        let score = |start: &f64| {
            step /= ratio;
            let at = start + draw as f64 * step;
            maths::normal_quantile((at - at.floor()).clamp(1e-9, 1.0 - 1e-9))
        };
        starts.iter().map(score).collect()
    };
    (0..DRAWS).map(draw).collect()
}

impl Known {
    /// `None` where the covariance has no inverse.
    pub fn new(spread: &Spread, drawn: &Drawn, runs: usize) -> Option<Self> {
        let Spread { between, luck, .. } = spread;
        let (effects, runs) = (luck.len(), runs as f64);
        let seen = matrix(effects, |a, b| between[a][b] + luck[a][b] / runs);
        // Effects have units of their own, so that their correlations are inverted.
        let sd = |effect: usize| if seen[effect][effect] > 0.0 { seen[effect][effect].sqrt() } else { 1.0 };
        let sd: Vec<f64> = (0..effects).map(sd).collect();
        let correlation = |a: usize, b: usize| if a == b { 1.0 + MORE } else { seen[a][b] / (sd[a] * sd[b]) };
        let inverse = Cholesky::new(&matrix(effects, correlation))?;
        let kept = |effect: usize| {
            let scaled: Vec<f64> = (0..effects).map(|other| between[effect][other] / sd[other]).collect();
            inverse.solve(&scaled).iter().zip(&sd).map(|(kept, sd)| kept / sd).collect()
        };
        let kept: Matrix = (0..effects).map(kept).collect();
        // A draw of endless means and of what few runs would show of them, less what would be made of that, is a draw of what is not
        // known (Matheron's rule).
        let share = 1.0 / runs.sqrt();
        let shown: Vec<f64> =
            drawn.endless.iter().zip(&drawn.luck).map(|(endless, luck)| endless + share * luck).collect();
        let mut off = drawn.endless.clone();
        for (off, shown) in off.chunks_exact_mut(effects).zip(shown.chunks_exact(effects)) {
            for (effect, off) in off.iter_mut().enumerate() {
                *off = if luck[effect][effect] == 0.0 { 0.0 } else { *off - dot(&kept[effect], shown) };
            }
        }
        Some(Self { kept, off })
    }

    /// The middle of what is known of a world with these means.
    pub fn middle(&self, spread: &Spread, means: &[f64]) -> Vec<f64> {
        let off: Vec<f64> = means.iter().zip(&spread.middle).map(|(mean, middle)| mean - middle).collect();
        let middle = |effect: usize| {
            // What has no luck is known to the last digit, on which a limit may turn.
            let sure = spread.luck[effect][effect] == 0.0;
            if sure { means[effect] } else { spread.middle[effect] + dot(&self.kept[effect], &off) }
        };
        (0..means.len()).map(middle).collect()
    }

    /// What a draw of each effect lies off the middle.
    pub fn draw(&self, number: usize) -> &[f64] {
        let effects = self.kept.len();
        let start = number % DRAWS * effects;
        &self.off[start..start + effects]
    }
}
