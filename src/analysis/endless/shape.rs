//! Whether worlds look as they are taken to be: endless means normal, and luck as large in each.

use super::{
    super::association::correlation,
    spread::{Spread, World},
};

/// Skewness and excess kurtosis of endless means, and correlation of luck with them, from which shares are off by several percent.
const SKEWNESS: f64 = 0.5;
const KURTOSIS: f64 = 1.0;
const UNEQUAL: f64 = 0.2;
/// Standard errors from which a departure is no accident.
const SEEN: f64 = 2.5;
/// The part of the variance of means that is between worlds where their shape matters: with less it does not show, and with more
/// luck moves hardly a world over a limit.
const TELLS: std::ops::Range<f64> = 0.02..0.95;

/// Whether no effect is seen to be otherwise.
pub fn is_normal(worlds: &[World], spread: &Spread) -> bool {
    (0..spread.middle.len()).all(|effect| is_normal_in(worlds, spread, effect))
}

fn is_normal_in(worlds: &[World], spread: &Spread, effect: usize) -> bool {
    let (between, luck) = (spread.between[effect][effect].max(0.0), spread.luck[effect][effect]);
    let part = |world: &World| between / (between + luck / world.runs as f64);
    let count = worlds.len() as f64;
    let kept = worlds.iter().map(part).sum::<f64>() / count;
    if luck == 0.0 || !TELLS.contains(&kept) {
        return true;
    }
    // Each by what its own number of runs leaves it.
    let scale = |world: &World| (between + luck / world.runs as f64).sqrt();
    let means: Vec<f64> =
        worlds.iter().map(|world| (world.means[effect] - spread.middle[effect]) / scale(world)).collect();
    let means = standardised(&means);
    let moment = |of: fn(f64) -> f64| means.iter().map(|mean| of(*mean)).sum::<f64>() / count;
    let skewness = moment(|mean| mean * mean * mean).abs();
    let kurtosis = (moment(|mean| mean * mean * mean * mean) - 3.0).abs();
    // Of endless means it is as much more as luck hides.
    let skewed = skewness > SEEN * (6.0 / count).sqrt() && skewness > SKEWNESS * kept * kept.sqrt();
    let tailed = kurtosis > SEEN * (24.0 / count).sqrt() && kurtosis > KURTOSIS * kept * kept;
    !(skewed || tailed || goes_with_luck(worlds, effect))
}

/// Whether worlds with larger means have larger or smaller luck.
fn goes_with_luck(worlds: &[World], effect: usize) -> bool {
    let twice: Vec<&World> = worlds.iter().filter(|world| world.runs > 1).collect();
    let means: Vec<f64> = twice.iter().map(|world| world.means[effect]).collect();
    let luck: Vec<f64> = twice.iter().map(|world| world.luck(effect).sqrt()).collect();
    let correlation = correlation(&means, &luck).unwrap_or(0.0);
    correlation.abs() > f64::max(UNEQUAL, SEEN / (twice.len() as f64).sqrt())
}

/// Less their mean, in their standard deviations.
fn standardised(values: &[f64]) -> Vec<f64> {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let sd = (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt();
    values.iter().map(|value| if sd > 0.0 { (value - mean) / sd } else { 0.0 }).collect()
}
