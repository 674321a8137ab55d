//! Judging claims over worlds: in what share of them a claim holds, what its effect is, and on which parameters that turns.

use super::{
    calibration::rank_correlation,
    endless::{Endless, endless, likely},
    turning::turning_point,
};
use crate::{
    experiment::claim::{Asks, Claim, Condition},
    maths::{Moments, quantile, resample},
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Resamples of worlds for a prediction.
const RESAMPLES: u32 = 400;
/// Share of the worlds at either end of a parameter that are looked at by themselves.
const END: f64 = 0.25;

/// What runs of all scenarios came to, run by run in the same world with the same luck.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// The design point of each pair of runs.
    pub points: Vec<u64>,
    /// By scenario and outcome, a value of each pair of runs; `NaN` where there is none.
    pub values: BTreeMap<(String, String), Vec<f64>>,
    /// By parameter, its value in each pair of runs.
    pub parameters: Vec<(String, Vec<f64>)>,
}

/// How a claim was judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Pairs of runs in which it could be judged.
    pub runs: usize,
    /// Pairs of runs in which an outcome has no value.
    pub lacking: usize,
    /// Different worlds among them.
    pub worlds: usize,
    /// Share of the worlds in which it holds, each by the mean of its runs; of a prediction the share of resamples of worlds.
    pub holds: f64,
    /// Standard error of that share over different worlds; of a prediction over the worlds that were resampled.
    pub standard_error: f64,
    /// The share in which it would hold if each world were run without end; `None` of a prediction, or where too few worlds were run
    /// more than once.
    pub endless: Option<Endless>,
    /// Each of its conditions.
    pub conditions: Vec<Judgement>,
    /// The parameters, that on which the verdict turns most first.
    pub turns: Vec<Turn>,
}

/// How a condition was judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Share of the worlds in which it is true.
    pub share: f64,
    /// 5 % quantile, median and 95 % quantile over worlds of its effect: the value, or the difference; of a prediction the
    /// difference of the rank correlations over resamples.
    pub effect: [f64; 3],
    /// Share of luck in the variance of single runs; `None` where no world was run twice.
    pub luck: Option<f64>,
}

/// What a parameter has to do with a verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// The parameter.
    pub parameter: String,
    /// Rank correlation with the effect of the condition that is true least often.
    pub correlation: f64,
    /// Share in which the claim holds in the quarter of the runs in which the parameter is lowest.
    pub low: f64,
    /// The same of the quarter in which it is highest.
    pub high: f64,
    /// The ends of those quarters.
    pub ends: (f64, f64),
    /// The value at which half of the worlds hold, between the ends of its 68 % interval; `None` where there is none.
    pub at: Option<[f64; 3]>,
}

impl Turn {
    /// Whether the verdict of most worlds is another at one end than at all.
    pub fn flips(&self, holds: f64) -> bool {
        (self.low > 0.5) != (holds > 0.5) || (self.high > 0.5) != (holds > 0.5)
    }
}

impl Judged {
    fn of(&self, scenario: &str, outcome: &str) -> &[f64] {
        self.values.get(&(scenario.to_owned(), outcome.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// The effect of a condition, run by run; `NaN` where it has none.
    fn effects(&self, condition: &Condition) -> Vec<f64> {
        let outcome = &condition.outcome;
        match &condition.asks {
            Asks::Value { scenario, .. } | Asks::Prediction { scenario, .. } => self.of(scenario, outcome).to_vec(),
            Asks::Difference { scenario, against, .. } => {
                self.of(scenario, outcome).iter().zip(self.of(against, outcome)).map(|(a, b)| a - b).collect()
            }
        }
    }

    /// Judges a claim; `None` if it cannot be judged in any run.
    pub fn judge(&self, claim: &Claim, seed: u64) -> Option<Verdict> {
        if let [Condition { outcome, asks: Asks::Prediction { scenario, by, rather_than } }] =
            claim.conditions.as_slice()
        {
            return self.prediction([outcome, by, rather_than].map(|name| self.of(scenario, name)), seed);
        }
        let effects: Vec<Vec<f64>> = claim.conditions.iter().map(|condition| self.effects(condition)).collect();
        let tells = |run: &usize| effects.iter().all(|effect| effect.get(*run).is_some_and(|value| value.is_finite()));
        let told: Vec<usize> = (0..self.points.len()).filter(tells).collect();
        if told.is_empty() {
            return None;
        }
        let worlds = self.worlds(&told);
        let weights: Vec<f64> = worlds.iter().map(|world| world.len() as f64).collect();
        let means: Vec<Vec<f64>> = effects.iter().map(|effect| means(effect, &told, &worlds)).collect();
        let conditions: Vec<Judgement> = claim
            .conditions
            .iter()
            .zip(means.iter().zip(&effects))
            .map(|(condition, (means, effect))| Judgement {
                share: share(means.iter().map(|mean| condition.is_true(*mean)), &weights),
                effect: spread(means, &worlds),
                luck: luck(effect, &told, &worlds),
            })
            .collect();
        let of_world = |world: usize| {
            claim.conditions.iter().zip(&means).all(|(condition, means)| condition.is_true(means[world]))
        };
        let holds: Vec<bool> = (0..worlds.len()).map(of_world).collect();
        let least = (0..conditions.len()).min_by(|a, b| conditions[*a].share.total_cmp(&conditions[*b].share))?;
        let shared = share(holds.iter().copied(), &weights);
        Some(Verdict {
            runs: told.len(),
            lacking: self.points.len() - told.len(),
            worlds: worlds.len(),
            holds: shared,
            standard_error: likely(shared, &weights).1,
            endless: self.endless(claim, (&effects, &told, &worlds), seed),
            conditions,
            turns: self.turns((&told, &worlds, &weights), &means[least], &holds),
        })
    }

    /// The share without the luck of few runs.
    fn endless(
        &self,
        claim: &Claim,
        (effects, told, worlds): (&[Vec<f64>], &[usize], &[Vec<usize>]),
        seed: u64,
    ) -> Option<Endless> {
        let of_runs = |effect: &Vec<f64>| told.iter().map(|run| effect[*run]).collect();
        let effects: Vec<Vec<f64>> = effects.iter().map(of_runs).collect();
        endless(&effects, worlds, &|condition, effect| claim.conditions[condition].is_true(effect), seed)
    }

    /// The runs of each different world, by their places among those that tell, in the order of the runs.
    fn worlds(&self, told: &[usize]) -> Vec<Vec<usize>> {
        let bits =
            |run: usize| -> Vec<u64> { self.parameters.iter().map(|(_, values)| values[run].to_bits()).collect() };
        let (mut known, mut worlds) = (BTreeMap::new(), Vec::<Vec<usize>>::new());
        for (place, run) in told.iter().enumerate() {
            // Without parameters every run is a world.
            let alone = if self.parameters.is_empty() { *run } else { 0 };
            let next = worlds.len();
            let world = *known.entry((bits(*run), alone)).or_insert(next);
            if world == next {
                worlds.push(Vec::new());
            }
            worlds[world].push(place);
        }
        worlds
    }

    fn turns(
        &self,
        (told, worlds, weights): (&[usize], &[Vec<usize>], &[f64]),
        effect: &[f64],
        holds: &[bool],
    ) -> Vec<Turn> {
        let turn = |(parameter, values): &(String, Vec<f64>)| {
            let values: Vec<f64> = worlds.iter().map(|world| values[told[world[0]]]).collect();
            let mut sorted = values.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let ends = (quantile(&sorted, END), quantile(&sorted, 1.0 - END));
            let share_where = |within: &dyn Fn(f64) -> bool| {
                let there = (0..values.len()).filter(|world| within(values[*world]));
                let (holds, weights): (Vec<bool>, Vec<f64>) = there.map(|world| (holds[world], weights[world])).unzip();
                share(holds.into_iter(), &weights)
            };
            Turn {
                parameter: parameter.clone(),
                correlation: rank_correlation(&values, effect, weights),
                low: share_where(&|value| value <= ends.0),
                high: share_where(&|value| value >= ends.1),
                ends,
                at: turning_point(&values, holds, weights),
            }
        };
        let mut turns: Vec<Turn> = self.parameters.iter().map(turn).collect();
        turns.sort_by(|a, b| b.correlation.abs().total_cmp(&a.correlation.abs()));
        turns
    }

    /// Whether one outcome predicts another better than a third does: over all worlds, so that its sureness is that of resampled
    /// worlds.
    fn prediction(&self, [outcome, by, rather_than]: [&[f64]; 3], seed: u64) -> Option<Verdict> {
        let told: Vec<usize> = (0..outcome.len())
            .filter(|run| {
                [outcome, by, rather_than].iter().all(|values| values.get(*run).is_some_and(|value| value.is_finite()))
            })
            .collect();
        let worlds = self.worlds(&told);
        let better = |runs: &[usize]| {
            let of = |values: &[f64]| -> Vec<f64> { runs.iter().map(|place| values[told[*place]]).collect() };
            let (ones, outcome) = (vec![1.0; runs.len()], of(outcome));
            let correlation = |values: &[f64]| rank_correlation(&of(values), &outcome, &ones);
            // What goes the other way predicts as well.
            correlation(by).abs() - correlation(rather_than).abs()
        };
        if worlds.len() < 3 {
            return None;
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut drawn: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                let picked = resample(worlds.len(), &mut random).into_iter();
                better(&picked.flat_map(|world| &worlds[world]).copied().collect::<Vec<_>>())
            })
            .collect();
        let holds = drawn.iter().filter(|better| **better > 0.0).count() as f64 / f64::from(RESAMPLES);
        drawn.sort_unstable_by(f64::total_cmp);
        let all: Vec<usize> = (0..told.len()).collect();
        let effect = [quantile(&drawn, 0.05), better(&all), quantile(&drawn, 0.95)];
        Some(Verdict {
            runs: told.len(),
            lacking: outcome.len() - told.len(),
            worlds: worlds.len(),
            holds,
            standard_error: likely(holds, &vec![1.0; RESAMPLES as usize]).1,
            endless: None,
            conditions: vec![Judgement { share: holds, effect, luck: None }],
            turns: Vec::new(),
        })
    }
}

impl Condition {
    /// Whether it is true of a world with this effect.
    fn is_true(&self, effect: f64) -> bool {
        match &self.asks {
            Asks::Value { between: (low, high), .. } | Asks::Difference { between: (low, high), .. } => {
                effect > *low && effect < *high
            }
            Asks::Prediction { .. } => false,
        }
    }
}

/// The mean effect of each world over its runs.
fn means(effect: &[f64], told: &[usize], worlds: &[Vec<usize>]) -> Vec<f64> {
    worlds
        .iter()
        .map(|world| world.iter().map(|place| effect[told[*place]]).sum::<f64>() / world.len() as f64)
        .collect()
}

/// The share of those that hold, by weight.
fn share(holds: impl Iterator<Item = bool>, weights: &[f64]) -> f64 {
    let (held, all) = holds
        .zip(weights)
        .fold((0.0, 0.0), |(held, all), (holds, weight)| (held + if holds { *weight } else { 0.0 }, all + weight));
    held / f64::max(all, f64::MIN_POSITIVE)
}

/// Share of luck in the variance of single runs; `None` where no world was run twice.
fn luck(effect: &[f64], told: &[usize], worlds: &[Vec<usize>]) -> Option<f64> {
    let mut all = Moments::default();
    let (mut squares, mut freedom) = (0.0, 0.0);
    for world in worlds {
        let mut here = Moments::default();
        for place in world {
            here.add(effect[told[*place]]);
            all.add(effect[told[*place]]);
        }
        if let Some(variance) = here.variance() {
            squares += variance * (here.n - 1) as f64;
            freedom += (here.n - 1) as f64;
        }
    }
    let all = all.variance().filter(|all| *all > 0.0)?;
    (freedom > 0.0).then(|| (squares / freedom / all).clamp(0.0, 1.0))
}

/// 5 % quantile, median and 95 % quantile over worlds, each as often as it was run.
fn spread(means: &[f64], worlds: &[Vec<usize>]) -> [f64; 3] {
    let mut values: Vec<f64> = means.iter().zip(worlds).flat_map(|(mean, world)| vec![*mean; world.len()]).collect();
    values.sort_unstable_by(f64::total_cmp);
    [0.05, 0.5, 0.95].map(|share| quantile(&values, share))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worlds with a parameter x from 0 to 1, each run twice; outcome a is x in `on`, 0 in `off`, and b is a trend without it.
    fn judged() -> Judged {
        let runs = 0..200_u64;
        let x: Vec<f64> = runs.clone().map(|run| (run / 2) as f64 / 99.0).collect();
        let mut values = BTreeMap::new();
        let mut put = |scenario: &str, outcome: &str, column: Vec<f64>| {
            values.insert((scenario.to_owned(), outcome.to_owned()), column)
        };
        put("on", "a", x.clone());
        put("off", "a", vec![0.0; 200]);
        put("on", "b", runs.clone().map(|run| ((run * 7919) % 200) as f64).collect());
        put("on", "c", x.iter().map(|x| x * x).collect());
        let parameters = vec![
            ("x".to_owned(), x),
            ("noise".to_owned(), runs.clone().map(|run| (((run / 2) * 37) % 100) as f64).collect()),
        ];
        Judged { points: runs.map(|run| run / 2).collect(), values, parameters }
    }

    fn claim(conditions: Vec<Condition>) -> Claim {
        Claim { sentence: String::new(), quantities: Vec::new(), conditions }
    }

    fn difference(above: f64) -> Condition {
        let asks = Asks::Difference { scenario: "on".into(), against: "off".into(), between: (above, f64::INFINITY) };
        Condition { outcome: "a".into(), asks }
    }

    #[test]
    fn a_claim_holds_in_the_worlds_in_which_all_its_conditions_are_true() {
        let verdict = judged().judge(&claim(vec![difference(0.245)]), 1).unwrap();
        // 75 of the 100 worlds lie above, each with both of its runs.
        assert_eq!((verdict.runs, verdict.worlds, verdict.holds), (200, 100, 0.75));
        let likely: f64 = 75.5 / 101.0;
        assert!(
            (verdict.standard_error - (likely * (1.0 - likely) / 100.0).sqrt()).abs() < 1e-12,
            "worlds count, not runs"
        );
        assert_eq!(verdict.conditions[0].luck, Some(0.0), "both runs of a world say the same");
        assert!((verdict.conditions[0].effect[1] - 0.5).abs() < 1e-12);
        let all = judged().judge(&claim(vec![difference(-1.0)]), 1).unwrap();
        assert!(all.holds == 1.0 && all.standard_error > 0.0, "none and all are no certainty");
        let both = judged().judge(&claim(vec![difference(0.245), difference(0.495)]), 1).unwrap();
        assert_eq!((both.holds, both.conditions[0].share, both.conditions[1].share), (0.5, 0.75, 0.5));
    }

    #[test]
    fn what_a_verdict_turns_on_is_told_with_where_it_flips() {
        let verdict = judged().judge(&claim(vec![difference(0.245)]), 1).unwrap();
        let first = &verdict.turns[0];
        assert_eq!(first.parameter, "x");
        assert!((first.correlation - 1.0).abs() < 1e-12 && first.high == 1.0 && first.low < 0.1, "{first:?}");
        assert!(first.flips(verdict.holds) && !verdict.turns[1].flips(verdict.holds), "{:?}", verdict.turns);
    }

    #[test]
    fn a_prediction_is_judged_over_all_worlds() {
        let asks = |by: &str, other: &str| Asks::Prediction {
            scenario: "on".into(),
            by: by.into(),
            rather_than: other.into(),
        };
        let judge = |asks| judged().judge(&claim(vec![Condition { outcome: "a".into(), asks }]), 1).unwrap();
        let right = judge(asks("c", "b"));
        assert!(right.holds == 1.0 && right.conditions[0].effect[1] > 0.8, "{right:?}");
        assert_eq!(judge(asks("b", "c")).holds, 0.0);
        assert_eq!(judge(asks("b", "c")), judge(asks("b", "c")), "the same resamples");
    }

    #[test]
    fn runs_without_a_value_are_counted_and_not_judged() {
        let mut judged = judged();
        judged.values.get_mut(&("on".to_owned(), "a".to_owned())).unwrap()[3] = f64::NAN;
        let verdict = judged.judge(&claim(vec![difference(0.5)]), 1).unwrap();
        assert_eq!((verdict.runs, verdict.lacking), (199, 1));
        assert_eq!(Judged::default().judge(&claim(vec![difference(0.5)]), 1), None);
    }
}
