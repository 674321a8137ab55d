//! Shares of worlds whose endless means were planted.

use super::{Endless, endless};
use crate::maths::{self, normal_cumulative, normal_quantile};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::slice::from_ref;

type Runs = (Vec<Vec<f64>>, Vec<Vec<usize>>);

fn normal(random: &mut ChaCha8Rng) -> f64 {
    normal_quantile(maths::unit(random.next_u64()))
}

/// Worlds whose endless means are normal with this mean and standard deviation, and runs with luck of 1.
fn planted((count, runs): (usize, usize), (mean, sd): (f64, f64), seed: u64) -> Runs {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut effect, mut worlds) = (Vec::new(), Vec::new());
    for world in 0..count {
        let endless = mean + sd * normal(&mut random);
        effect.extend((0..runs).map(|_| endless + normal(&mut random)));
        worlds.push((world * runs..(world + 1) * runs).collect());
    }
    (vec![effect], worlds)
}

/// Two effects with standard deviations of 1 between worlds and 2 within, and these correlations.
fn planted_pair(count: usize, between: f64, luck: f64, seed: u64) -> Runs {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut pair = |correlation: f64| {
        let (one, other) = (normal(&mut random), normal(&mut random));
        (one, correlation * one + (1.0 - correlation * correlation).sqrt() * other)
    };
    let (mut first, mut second, mut worlds) = (Vec::new(), Vec::new(), Vec::new());
    for world in 0..count {
        let endless = pair(between);
        for _ in 0..4 {
            let luck = pair(luck);
            first.push(endless.0 + 2.0 * luck.0);
            second.push(endless.1 + 2.0 * luck.1);
        }
        worlds.push((4 * world..4 * world + 4).collect());
    }
    (vec![first, second], worlds)
}

fn covers(found: Endless, truth: f64) -> bool {
    found.low <= truth && truth <= found.high
}

/// Four runs show a spread between worlds of 0.2 no better than none: a limit of as much is one that turns on it.
#[test]
fn intervals_cover_planted_shares_as_often_as_they_say() {
    const TRIALS: u64 = 20;
    let (mut covered, mut told) = (0, 0);
    let within = |limit: f64| move |_: usize, value: f64| value.abs() < limit;
    for sd in [0.0, 0.08, 0.14, 0.2, 0.3] {
        let cumulative = |end: f64| {
            if sd > 0.0 { normal_cumulative((end - 0.08) / sd) } else { f64::from(u8::from(end > 0.08)) }
        };
        let truth = cumulative(0.2) - cumulative(-0.2);
        let found: Vec<Endless> = (0..TRIALS)
            .filter_map(|seed| {
                let (effects, worlds) = planted((100, 4), (0.08, sd), seed);
                endless(&effects, &worlds, &within(0.2), seed)
            })
            .collect();
        // Some worlds look odd by accident.
        assert!(found.len() >= 17, "{sd}: {}", found.len());
        told += found.len();
        let here = found.iter().filter(|found| covers(**found, truth)).count();
        assert!(4 * here >= 3 * found.len(), "{sd}: {here} of {}", found.len());
        covered += here;
        // What these runs cannot tell is not told.
        let narrow = found.iter().filter(|found| found.high - found.low < 0.2).count();
        assert_eq!(narrow, 0, "{sd}: {found:?}");
    }
    assert!(10 * covered >= 9 * told - 20, "{covered} of {told}");
}

#[test]
fn where_runs_tell_worlds_apart_the_interval_is_narrow() {
    for (mean, sd, runs) in [(0.5, 0.5, 4), (0.0, 1.0, 3), (-3.0, 0.5, 2), (3.0, 0.5, 2)] {
        let (effects, worlds) = planted((800, runs), (mean, sd), 4);
        let found = endless(&effects, &worlds, &|_, value| value > 0.0, 1).unwrap();
        assert!(covers(found, normal_cumulative(mean / sd)) && found.high - found.low < 0.1, "{mean} {sd}: {found:?}");
    }
}

/// Luck that makes both effects large or small at once says nothing of worlds in which one is large where the other is small.
#[test]
fn conditions_go_together_as_worlds_do_and_not_as_luck_does() {
    for (between, luck) in [(-0.9, 0.9), (0.9, -0.9), (0.0, 0.9), (0.9, 0.0), (-0.99, 0.99)] {
        let (effects, worlds) = planted_pair(600, between, luck, 7);
        let found = endless(&effects, &worlds, &|_, value| value > 0.0, 1).unwrap();
        // The share of a quadrant, by the angle between the two.
        let truth = 0.25 + libm::asin(between) / std::f64::consts::TAU;
        assert!(covers(found, truth) && found.high - found.low < 0.16, "{between} {luck}: {truth} in {found:?}");
    }
}

#[test]
fn what_has_no_luck_is_counted_and_too_few_worlds_tell_nothing() {
    let effect: Vec<f64> = (0..200).map(|run| f64::from(run / 2)).collect();
    let worlds: Vec<Vec<usize>> = (0..100).map(|world| vec![2 * world, 2 * world + 1]).collect();
    let above = |_: usize, value: f64| value > 74.0;
    let found = endless(from_ref(&effect), &worlds, &above, 1).unwrap();
    // A binomial share's: 0.25 ± 1.645 √(0.25 · 0.75 / 100).
    assert!((found.low - 0.18).abs() < 0.02 && (found.high - 0.32).abs() < 0.02, "{found:?}");
    let twice = endless(&[effect.clone(), effect.clone()], &worlds, &above, 1).unwrap();
    assert!((twice.low - found.low).abs() < 0.01 && (twice.high - found.high).abs() < 0.01, "{twice:?}");
    let none = endless(from_ref(&effect), &worlds, &|_, value| value > 99.0, 1).unwrap();
    assert!(none.low == 0.0 && none.high > 0.01 && none.high < 0.03, "none of 100 is no certainty: {none:?}");
    let first = |count: usize| endless(from_ref(&effect), &worlds[..count], &above, 1);
    assert!(first(29).is_none() && first(30).is_some());
    // One world that was run often tells of no other's luck.
    let mut often: Vec<Vec<usize>> = (0..100).map(|world| vec![world]).collect();
    often.push((100..200).collect());
    assert_eq!(endless(&[effect], &often, &above, 1), None);
}

#[test]
fn an_effect_twice_counts_once_whatever_its_unit() {
    let (effects, worlds) = planted((400, 4), (0.0, 0.5), 5);
    let effect = &effects[0];
    let above = |_: usize, value: f64| value > 0.0;
    let once = endless(&effects, &worlds, &above, 1).unwrap();
    let times = |factor: f64| effect.iter().map(|value| factor * value).collect::<Vec<_>>();
    let twice = endless(&[effect.clone(), times(1e6)], &worlds, &above, 1).unwrap();
    assert!((twice.low - once.low).abs() < 0.03 && (twice.high - once.high).abs() < 0.03, "{once:?} {twice:?}");
    let opposite = endless(&[effect.clone(), times(-1e-6)], &worlds, &above, 1).unwrap();
    assert!(opposite.high < 0.02, "{opposite:?}");
    assert_eq!(endless(&[times(1e200)], &worlds, &above, 1), None, "its variance is no number");
}

/// Worlds that are taken for normal and are not would give narrow intervals around a wrong share.
#[test]
fn worlds_that_are_seen_not_to_be_normal_are_not_told() {
    type Plant = fn(f64, f64) -> (f64, f64);
    let plants: [(&str, usize, Plant); 5] = [
        ("skewed", 600, |score, _| (maths::exp(score), 1.0)),
        ("skewed, in much luck", 1850, |score, _| (maths::exp(0.5 * score), 1.5)),
        ("most of them the same", 600, |score, place| (if place < 0.6 { 0.0 } else { score }, 0.5)),
        ("more luck where there is more", 600, |score, _| (3.0 + score, 0.3 * (3.0 + score).abs())),
        ("normal", 600, |score, _| (score, 1.0)),
    ];
    for (name, count, plant) in plants {
        let mut random = ChaCha8Rng::seed_from_u64(11);
        let (mut effect, mut worlds) = (Vec::new(), Vec::new());
        for world in 0..count {
            let (mean, luck) = plant(normal(&mut random), maths::unit(random.next_u64()));
            effect.extend((0..4).map(|_| mean + luck * normal(&mut random)));
            worlds.push((4 * world..4 * world + 4).collect());
        }
        let found = endless(&[effect], &worlds, &|_, value| value > 0.5, 1);
        assert_eq!(found.is_some(), name == "normal", "{name}: {found:?}");
    }
}
