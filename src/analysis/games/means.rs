//! Mean payoffs of profiles of which some have more replicates than others.
//!
//! A replicate's luck moves all profiles alike for the most part. Plain means of profiles that have other replicates differ by
//! that luck; so a payoff is taken as the sum of an effect of its profile and one of its replicate, by least squares, which
//! is the plain mean where all profiles have the same replicates.

/// Most rounds of the fit; each takes a part of the error away.
const MOST: u32 = 10_000;
/// The fit has come to its end when no mean changes by more than this, against the largest value.
const STILL: f64 = 1e-15;

/// The mean of each profile, given its value in a replicate where it has one; `None` if one has none.
///
/// ```
/// use redqueen::analysis::games::means::profile_means;
/// // The second replicate is luckier by 10; the second profile has that one alone.
/// let value = |replicate: usize, profile: usize| match (replicate, profile) {
///     (0, 0) => Some(1.0),
///     (1, 0) => Some(11.0),
///     (1, 1) => Some(13.0),
///     _ => None,
/// };
/// let means = profile_means(2, 2, value).unwrap();
/// assert!((means[0] - 6.0).abs() < 1e-12 && (means[1] - 8.0).abs() < 1e-12);
/// ```
pub fn profile_means(
    replicates: usize,
    profiles: usize,
    value: impl Fn(usize, usize) -> Option<f64>,
) -> Option<Vec<f64>> {
    let of_profile = |profile: usize, luck: &[f64]| {
        mean(luck.iter().enumerate().filter_map(|(replicate, luck)| Some(value(replicate, profile)? - luck)))
    };
    let mut luck = vec![0.0; replicates];
    let mut means = (0..profiles).map(|profile| of_profile(profile, &luck)).collect::<Option<Vec<f64>>>()?;
    let some = |replicate: &usize| (0..profiles).any(|profile| value(*replicate, profile).is_some());
    let seen: Vec<usize> = (0..replicates).filter(some).collect();
    if seen.iter().all(|replicate| (0..profiles).all(|profile| value(*replicate, profile).is_some())) {
        return Some(means);
    }
    let largest = means.iter().fold(0.0, |largest: f64, mean| largest.max(mean.abs()));
    for _ in 0..MOST {
        for &replicate in &seen {
            let left = means.iter().enumerate();
            let left = left.filter_map(|(profile, mean)| Some(value(replicate, profile)? - mean));
            luck[replicate] = mean(left).unwrap_or(0.0);
        }
        let middle = mean(seen.iter().map(|replicate| luck[*replicate])).unwrap_or(0.0);
        seen.iter().for_each(|replicate| luck[*replicate] -= middle);
        let next = (0..profiles).map(|profile| of_profile(profile, &luck)).collect::<Option<Vec<f64>>>()?;
        let moved = next.iter().zip(&means).fold(0.0, |moved: f64, (next, mean)| moved.max((next - mean).abs()));
        means = next;
        if moved <= STILL * largest {
            break;
        }
    }
    Some(means)
}

/// The mean of some values; `None` of none.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    (count > 0.0).then(|| sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three profiles and eight replicates of which the last four have two of the profiles alone.
    fn value(replicate: usize, profile: usize) -> Option<f64> {
        let luck = [5.0, -3.0, 8.0, 1.0, 40.0, -20.0, 7.0, 90.0][replicate];
        (replicate < 4 || profile < 2).then_some([1.0, 2.0, 4.0][profile] + luck)
    }

    #[test]
    fn luck_that_all_share_does_not_move_differences() {
        let means = profile_means(8, 3, value).unwrap();
        assert!((means[1] - means[0] - 1.0).abs() < 1e-12 && (means[2] - means[0] - 3.0).abs() < 1e-12, "{means:?}");
        assert!((means[0] - (1.0 + 128.0 / 8.0)).abs() < 1e-12, "{means:?}");
    }

    #[test]
    fn equal_replicates_give_plain_means_and_none_gives_none() {
        let plain = |replicate: usize, profile: usize| (replicate != 3).then_some(0.1 * (replicate * profile) as f64);
        assert_eq!(profile_means(5, 2, plain), Some(vec![0.0, (0.1 + 0.2 + 0.4) / 4.0]));
        assert_eq!(profile_means(2, 2, |_, profile| (profile == 0).then_some(1.0)), None);
        assert_eq!(profile_means(0, 1, |_, _| None), None);
    }
}
