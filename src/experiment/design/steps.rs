//! Designs that take each factor's values in steps: lists, grids, one at a time.

use super::factor::{Factor, Scale, middle};

/// How many values of a factor such a design takes.
pub(super) fn count(factor: &Factor) -> u64 {
    let levels = u64::from(factor.levels.unwrap_or(2));
    match &factor.scale {
        Scale::Choice { values } => values.len() as u64,
        Scale::Integer { low, high } => levels.min(high.abs_diff(*low).saturating_add(1)),
        Scale::Linear { .. } | Scale::Log { .. } => levels,
    }
}

/// The coordinates of these values: all of a choice, else evenly from one end of the range to the other.
fn steps(factor: &Factor) -> Vec<f64> {
    let count = usize::try_from(count(factor)).unwrap_or(usize::MAX);
    let even = |place: usize| place as f64 / count.saturating_sub(1).max(1) as f64;
    let coordinate = |place: usize| match &factor.scale {
        Scale::Choice { .. } => middle(place, count),
        Scale::Integer { low, high } => {
            let whole = usize::try_from(high.abs_diff(*low)).unwrap_or(usize::MAX);
            middle((even(place) * whole as f64).round() as usize, whole.saturating_add(1))
        }
        Scale::Linear { .. } | Scale::Log { .. } => even(place),
    };
    (0..count).map(coordinate).collect()
}

/// Point i takes value i of each factor; ends with the shortest.
pub(super) fn list(factors: &[Factor]) -> Vec<f64> {
    let columns: Vec<_> = factors.iter().map(steps).collect();
    let points = columns.iter().map(Vec::len).min().unwrap_or(0);
    (0..points).flat_map(|point| columns.iter().map(move |column| column[point])).collect()
}

/// Every combination; the last factor varies fastest.
pub(super) fn grid(factors: &[Factor]) -> Vec<f64> {
    let columns: Vec<_> = factors.iter().map(steps).collect();
    let mut coordinates = Vec::new();
    for point in 0..columns.iter().map(Vec::len).product() {
        let mut rest: usize = point;
        let start = coordinates.len();
        for column in columns.iter().rev() {
            coordinates.push(column[rest % column.len()]);
            rest /= column.len();
        }
        coordinates[start..].reverse();
    }
    coordinates
}

/// The scenario as it is, then each factor's values in turn while the others stay.
pub(super) fn one_at_a_time(factors: &[Factor]) -> Vec<f64> {
    let mut coordinates = vec![f64::NAN; factors.len()];
    for (place, factor) in factors.iter().enumerate() {
        for coordinate in steps(factor) {
            let start = coordinates.len();
            coordinates.resize(start + factors.len(), f64::NAN);
            coordinates[start + place] = coordinate;
        }
    }
    coordinates
}
