//! Trajectories for elementary effects (Morris 1991), as SALib draws them without optimisation.

use super::draw::Draws;

/// Points of so many trajectories over a grid of `levels` levels, an even number, by point, then factor.
///
/// A trajectory has a point more than there are factors and lies on the grid k / (levels − 1). It starts at a random
/// point; from one point to the next one factor, in random order, moves by Δ = levels / (2 (levels − 1)), up or down at
/// random: its base level is one of the lower half of the grid, the other the one Δ above it.
pub(super) fn trajectories(count: u32, levels: u32, factors: usize, seed: u64) -> Vec<f64> {
    let mut draws = Draws::new("morris", seed);
    let half = levels as usize / 2;
    let coordinate = |level: usize| level as f64 / f64::from(levels.saturating_sub(1).max(1));
    let mut coordinates = Vec::with_capacity(count as usize * (factors + 1) * factors);
    for _ in 0..count {
        let mut point: Vec<usize> = (0..factors).map(|_| draws.below(half)).collect();
        let up: Vec<bool> = point.iter().map(|_| draws.below(2) == 1).collect();
        for (level, up) in point.iter_mut().zip(&up) {
            *level += if *up { 0 } else { half };
        }
        let mut order: Vec<usize> = (0..factors).collect();
        draws.shuffle(&mut order);
        coordinates.extend(point.iter().map(|&level| coordinate(level)));
        for factor in order {
            point[factor] = if up[factor] { point[factor] + half } else { point[factor] - half };
            coordinates.extend(point.iter().map(|&level| coordinate(level)));
        }
    }
    coordinates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_moves_one_factor_by_delta_and_each_factor_moves_once() {
        for (levels, factors) in [(2, 1), (4, 5), (8, 3), (6, 12)] {
            let points = trajectories(30, levels, factors, 9);
            assert_eq!(points.len(), 30 * (factors + 1) * factors);
            let delta = f64::from(levels) / (2.0 * f64::from(levels - 1));
            let (mut up, mut orders) = (0, std::collections::BTreeSet::new());
            for trajectory in points.chunks((factors + 1) * factors) {
                let rows: Vec<_> = trajectory.chunks(factors).collect();
                let mut moved = Vec::new();
                for pair in rows.windows(2) {
                    let steps: Vec<f64> = pair[1].iter().zip(pair[0]).map(|(after, before)| after - before).collect();
                    let factor = steps.iter().position(|step| *step != 0.0).unwrap();
                    assert!((steps[factor].abs() - delta).abs() < 1e-15, "{steps:?}");
                    assert_eq!(steps.iter().filter(|step| **step != 0.0).count(), 1);
                    up += usize::from(steps[factor] > 0.0);
                    moved.push(factor);
                }
                orders.insert(moved.clone());
                moved.sort_unstable();
                assert_eq!(moved, (0..factors).collect::<Vec<_>>());
            }
            let share = up as f64 / (30 * factors) as f64;
            assert!((0.2..0.8).contains(&share), "{share} of the steps go up");
            assert!(orders.len() > 1 || factors == 1);
        }
    }

    #[test]
    fn every_level_is_reached_about_as_often() {
        let points = trajectories(500, 4, 3, 1);
        for factor in 0..3 {
            let mut counts = [0; 4];
            for point in points.chunks(3) {
                let level = point[factor] * 3.0;
                assert!((level - level.round()).abs() < 1e-12, "{level} is not a level");
                counts[level.round() as usize] += 1;
            }
            // 2000 points in all; a trajectory's points are not independent.
            assert!(counts.iter().all(|count| (400..600).contains(count)), "{counts:?}");
        }
    }
}
