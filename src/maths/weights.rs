//! Weighted samples: how many equal draws they are worth, and draws in proportion to weights.

use rand::Rng;

/// Effective number of draws of these weights, (Σ w)² / Σ w² (Kish 1965); 0 without any weight.
///
/// ```
/// assert_eq!(redqueen::maths::effective(&[0.25; 4]), 4.0);
/// assert_eq!(redqueen::maths::effective(&[0.0, 2.0]), 1.0);
/// ```
pub fn effective(weights: &[f64]) -> f64 {
    let sum: f64 = weights.iter().sum();
    let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// As many places as there are, each drawn from all of them with equal chances (the bootstrap, Efron 1979).
pub fn resample(count: usize, random: &mut impl Rng) -> Vec<usize> {
    (0..count).map(|_| super::below(random.next_u64(), count)).collect()
}

/// Places drawn as often as their weights say, in their order: one every 1/`count` of the sum of weights, from the share `start`
/// of that on (systematic resampling, Kitagawa 1996). None if no weight is above 0.
///
/// ```
/// assert_eq!(redqueen::maths::systematic(&[0.5, 0.0, 0.25, 0.25], 4, 0.5), [0, 0, 2, 3]);
/// ```
pub fn systematic(weights: &[f64], count: u32, start: f64) -> Vec<usize> {
    let total: f64 = weights.iter().sum();
    if !(total > 0.0 && total.is_finite()) {
        return Vec::new();
    }
    let (mut row, mut until) = (0, weights.first().copied().unwrap_or(0.0));
    let mut draw = |point: u32| {
        let at = (f64::from(point) + start) / f64::from(count) * total;
        while until <= at && row + 1 < weights.len() {
            row += 1;
            until += weights[row];
        }
        row
    };
    let mut rows: Vec<usize> = (0..count).map(&mut draw).collect();
    // The sum of weights may end below the last place by rounding: what has no weight is never drawn.
    let last = weights.iter().rposition(|weight| *weight > 0.0).unwrap_or(0);
    rows.iter_mut().for_each(|row| *row = (*row).min(last));
    rows
}
