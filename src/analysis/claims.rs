//! Judging claims over worlds: in what share of them a claim holds, what its effect is, and on which parameters that turns.

use super::calibration::rank_correlation;
use crate::{
    experiment::claim::{Asks, Claim, Condition},
    maths::quantile,
};
use rand::{Rng, SeedableRng};
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
    /// Share in which it holds.
    pub holds: f64,
    /// Standard error of that share; worlds that were run several times count once.
    pub standard_error: f64,
    /// Each of its conditions.
    pub conditions: Vec<Judgement>,
    /// The parameters, that on which the verdict turns most first.
    pub turns: Vec<Turn>,
}

/// How a condition was judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Share of the runs in which it is true.
    pub share: f64,
    /// 5 % quantile, median and 95 % quantile of its effect: the value, or the difference; of a prediction the difference of the
    /// rank correlations.
    pub effect: [f64; 3],
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
        let told: Vec<usize> = (0..self.points.len())
            .filter(|run| effects.iter().all(|effect| effect.get(*run).is_some_and(|value| value.is_finite())))
            .collect();
        let is_true = |condition: &Condition, effect: f64| match &condition.asks {
            Asks::Value { between: (low, high), .. } | Asks::Difference { between: (low, high), .. } => {
                effect > *low && effect < *high
            }
            Asks::Prediction { .. } => false,
        };
        let judged = claim.conditions.iter().zip(&effects).map(|(condition, effect)| {
            let values: Vec<f64> = told.iter().map(|run| effect[*run]).collect();
            let share = values.iter().filter(|value| is_true(condition, **value)).count() as f64 / values.len() as f64;
            Judgement { share, effect: spread(values) }
        });
        let conditions: Vec<Judgement> = judged.collect();
        let holds: Vec<bool> = told
            .iter()
            .map(|run| {
                claim.conditions.iter().zip(&effects).all(|(condition, effect)| is_true(condition, effect[*run]))
            })
            .collect();
        let least = (0..conditions.len()).min_by(|a, b| conditions[*a].share.total_cmp(&conditions[*b].share))?;
        let effect: Vec<f64> = told.iter().map(|run| effects[least][*run]).collect();
        let share = holds.iter().filter(|holds| **holds).count() as f64 / holds.len() as f64;
        let (worlds, standard_error) = self.error(&told, &holds, share);
        (!told.is_empty()).then(|| Verdict {
            runs: told.len(),
            lacking: self.points.len() - told.len(),
            worlds,
            holds: share,
            standard_error,
            conditions,
            turns: self.turns(&told, &effect, &holds),
        })
    }

    /// The runs of each different world, by their places among those that tell.
    fn worlds(&self, told: &[usize]) -> Vec<Vec<usize>> {
        let bits =
            |run: usize| -> Vec<u64> { self.parameters.iter().map(|(_, values)| values[run].to_bits()).collect() };
        let mut worlds: BTreeMap<(Vec<u64>, u64), Vec<usize>> = BTreeMap::new();
        for (place, run) in told.iter().enumerate() {
            // Without parameters every run is a world.
            let alone = if self.parameters.is_empty() { *run as u64 } else { 0 };
            worlds.entry((bits(*run), alone)).or_default().push(place);
        }
        worlds.into_values().collect()
    }

    /// Number of different worlds, and the standard error of a share over them.
    fn error(&self, told: &[usize], holds: &[bool], share: f64) -> (usize, f64) {
        let worlds = self.worlds(told);
        let part = |world: &Vec<usize>| -> f64 {
            let sum: f64 = world.iter().map(|place| f64::from(u8::from(holds[*place])) - share).sum();
            sum * sum
        };
        (worlds.len(), worlds.iter().map(part).sum::<f64>().sqrt() / told.len() as f64)
    }

    fn turns(&self, told: &[usize], effect: &[f64], holds: &[bool]) -> Vec<Turn> {
        let ones = vec![1.0; told.len()];
        let mut turns: Vec<Turn> = self
            .parameters
            .iter()
            .map(|(parameter, values)| {
                let values: Vec<f64> = told.iter().map(|run| values[*run]).collect();
                let mut sorted = values.clone();
                sorted.sort_unstable_by(f64::total_cmp);
                let ends = (quantile(&sorted, END), quantile(&sorted, 1.0 - END));
                let share = |within: &dyn Fn(f64) -> bool| {
                    let there: Vec<bool> = values
                        .iter()
                        .zip(holds)
                        .filter(|(value, _)| within(**value))
                        .map(|(_, holds)| *holds)
                        .collect();
                    there.iter().filter(|holds| **holds).count() as f64 / there.len().max(1) as f64
                };
                Turn {
                    parameter: parameter.clone(),
                    correlation: rank_correlation(&values, effect, &ones),
                    low: share(&|value| value <= ends.0),
                    high: share(&|value| value >= ends.1),
                    ends,
                }
            })
            .collect();
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
            rank_correlation(&of(by), &outcome, &ones).abs() - rank_correlation(&of(rather_than), &outcome, &ones).abs()
        };
        if worlds.len() < 3 {
            return None;
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut drawn: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                let pick = |_| &worlds[((u128::from(random.next_u64()) * worlds.len() as u128) >> 64) as usize];
                better(&(0..worlds.len()).flat_map(pick).copied().collect::<Vec<_>>())
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
            standard_error: (holds * (1.0 - holds) / f64::from(RESAMPLES)).sqrt(),
            conditions: vec![Judgement { share: holds, effect }],
            turns: Vec::new(),
        })
    }
}

/// 5 % quantile, median and 95 % quantile.
fn spread(mut values: Vec<f64>) -> [f64; 3] {
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
        assert!((verdict.standard_error - (0.75_f64 * 0.25 / 100.0).sqrt()).abs() < 1e-12, "worlds count, not runs");
        assert!((verdict.conditions[0].effect[1] - 0.5).abs() < 1e-12);
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
