//! The runs of a batch and their numbers.

use crate::declare::text::counted;
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Range, str::FromStr};

/// One run to do. It is a pure function of the configuration and this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number; rows of tables are in the order of these.
    pub run: u64,
    /// Which scenario variant, from 0.
    pub scenario: usize,
    /// Which design point, from 0.
    pub point: u64,
    /// Which noise: the same replicate has the same noise in every scenario and at every point (common random
    /// numbers).
    pub replicate: u64,
}

/// All runs that a batch can come to: scenarios crossed with design points crossed with replicates.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Number of scenario variants.
    pub scenarios: usize,
    /// Number of design points; 1 without a design.
    pub points: u64,
    /// Replicates of each scenario and point; with a stop rule those of the first round.
    pub runs: u64,
    /// Number of the first point; above 0 to replay a single one.
    pub first_point: u64,
    /// Number of the first replicate; above 0 to replay a single run.
    pub first_replicate: u64,
    /// Whether every point has replicates of its own, and so noise of its own.
    pub own_noise: bool,
    /// When to stop adding replicates to a point.
    pub stop: Option<Stop>,
    /// Which part of the whole to do.
    pub shard: Shard,
}

/// Replicate a point in rounds until the standard error of an outcome is small enough: of the paired differences
/// from the first scenario if there are several, else of its mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    /// The outcome, a column of the outcomes.
    pub outcome: String,
    /// The standard error that is small enough, in the outcome's unit.
    pub standard_error: f64,
    /// Most replicates of a scenario and point.
    pub max_runs: u64,
}

/// Where points ended at the most replicates before the stop rule was met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unmet {
    /// Points that did.
    pub points: u64,
    /// Points that were run.
    pub of: u64,
    /// The point among them of which least is known: the first without an error, else that with the largest.
    pub point: u64,
    /// Replicates there.
    pub runs: u64,
    /// Those among them that have the value: of the outcome, or of the difference that is known least.
    pub values: u64,
    /// The standard error there; `None` below two values.
    pub standard_error: Option<f64>,
    /// Whether it is that of paired differences.
    pub paired: bool,
}

impl Unmet {
    /// Counts a point that was run, and that ended so if it is `Some`.
    pub(super) fn count(so_far: &mut Option<Self>, points: u64, ended: Option<Self>) {
        let known = |unmet: &Self| unmet.standard_error.unwrap_or(f64::INFINITY);
        *so_far = match (so_far.take(), ended) {
            (None, None) => None,
            (None, Some(ended)) => Some(Self { points: 1, of: points, ..ended }),
            (Some(before), None) => Some(Self { of: points, ..before }),
            (Some(before), Some(ended)) => {
                let number = before.points + 1;
                let worst = if known(&ended) > known(&before) { ended } else { before };
                Some(Self { points: number, of: points, ..worst })
            }
        };
    }

    /// What is said of it, in a line.
    pub fn line(&self, stop: &Stop) -> String {
        let (outcome, runs, wanted) = (&stop.outcome, self.runs, stop.standard_error);
        let error = self.standard_error.map(|error| format!("{error:.3e}").parse().unwrap_or(error));
        let place = match (self.points, self.of) {
            (_, 1) => ": ".to_owned(),
            (points, of) => format!(" at {points} of {of} points: at point {}, ", self.point),
        };
        let what = if self.paired { format!("the paired differences in {outcome}") } else { outcome.clone() };
        let after = counted(runs, "run");
        let why = match (error, self.values, self.paired) {
            (Some(error), ..) => format!("standard error of {what} is {error} after {after}, wanted {wanted}"),
            (None, 0, false) => format!("no run has {outcome}, after {after}"),
            (None, 0, true) => format!("no pair of runs has {outcome}, after {after} of each scenario"),
            _ => format!("a single one of {after} has {outcome}, which tells no standard error"),
        };
        format!("[stop] was not met{place}{why}")
    }
}

/// Part `number` of a batch that is cut into `of` parts, each a stretch of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// From 1.
    pub number: u64,
    /// How many there are.
    pub of: u64,
}

impl Plan {
    /// Plain replicates of so many scenarios.
    pub const fn replicates(scenarios: usize, runs: u64) -> Self {
        Self {
            scenarios,
            points: 1,
            runs,
            first_point: 0,
            first_replicate: 0,
            own_noise: false,
            stop: None,
            shard: Shard::WHOLE,
        }
    }

    /// Most replicates that a scenario and point can have.
    pub fn most_replicates(&self) -> u64 {
        self.stop.as_ref().map_or(self.runs, |stop| stop.max_runs.max(self.runs))
    }

    /// Most runs that the whole batch can come to.
    pub fn total(&self) -> u64 {
        (self.scenarios as u64).saturating_mul(self.points).saturating_mul(self.most_replicates())
    }

    /// Numbers of the runs of this plan's shard. With a stop rule a shard has whole points.
    pub fn range(&self) -> Range<u64> {
        match self.stop {
            None => self.shard.part(self.total()),
            Some(_) => {
                let points = self.shard.part(self.points);
                let of_point = (self.scenarios as u64).saturating_mul(self.most_replicates());
                points.start.saturating_mul(of_point)..points.end.saturating_mul(of_point)
            }
        }
    }

    /// The run of this number. A plan of fixed size goes by scenario, then point, then replicate, so that what is
    /// gathered of a scenario can be put down when its runs are done. With a stop rule it goes by point, then
    /// replicate, then scenario, since all scenarios of a point decide together; numbers past the last replicate of a
    /// point are then not used.
    pub fn job(&self, run: u64) -> Option<Job> {
        if run >= self.total() {
            return None;
        }
        let (scenario, point, replicate) = if self.stop.is_none() {
            let group = run / self.runs;
            (group / self.points, group % self.points, run % self.runs)
        } else {
            let group = run / self.scenarios as u64;
            let most = self.most_replicates();
            (run % self.scenarios as u64, group / most, group % most)
        };
        let scenario = usize::try_from(scenario).ok()?;
        // More runs leave those that were there as they are.
        let replicate =
            if self.own_noise { replicate.saturating_mul(self.points).saturating_add(point) } else { replicate };
        let (point, replicate) = (self.first_point + point, self.first_replicate.saturating_add(replicate));
        Some(Job { run, scenario, point, replicate })
    }
}

impl Shard {
    /// The whole batch.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Whether it is the whole batch.
    pub const fn is_whole(&self) -> bool {
        self.of == 1
    }

    /// This part of `0..total`.
    pub fn part(&self, total: u64) -> Range<u64> {
        let cut = |at: u64| {
            let place = u128::from(total) * u128::from(at) / u128::from(self.of.max(1));
            u64::try_from(place).unwrap_or(total)
        };
        cut(self.number - 1)..cut(self.number)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (number, of) = text.split_once('/')?;
            Some(Self { number: number.trim().parse().ok()?, of: of.trim().parse().ok()? })
        };
        read()
            .filter(|shard| (1..=shard.of).contains(&shard.number))
            .ok_or_else(|| "expected K/N with K from 1 to N, such as 2/4".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jobs(plan: &Plan) -> Vec<Job> {
        (0..).map_while(|run| plan.job(run)).collect()
    }

    #[test]
    fn jobs_go_by_scenario_then_point_then_replicate() {
        let plan = Plan { points: 2, first_replicate: 5, ..Plan::replicates(2, 3) };
        let jobs = jobs(&plan);
        assert_eq!(jobs.len(), 12);
        let keys: Vec<_> = jobs.iter().map(|job| (job.scenario, job.point, job.replicate)).collect();
        assert_eq!(&keys[..4], [(0, 0, 5), (0, 0, 6), (0, 0, 7), (0, 1, 5)]);
        assert_eq!(keys[11], (1, 1, 7));
        assert!(keys.is_sorted());
    }

    #[test]
    fn points_with_noise_of_their_own_share_no_replicate() {
        let plan = Plan { points: 3, own_noise: true, ..Plan::replicates(2, 2) };
        let keys: Vec<_> = jobs(&plan).iter().map(|job| (job.scenario, job.point, job.replicate)).collect();
        let of_scenario = |s| [(s, 0, 0), (s, 0, 3), (s, 1, 1), (s, 1, 4), (s, 2, 2), (s, 2, 5)];
        assert_eq!(keys, [of_scenario(0), of_scenario(1)].concat(), "scenarios are paired all the same");
    }

    #[test]
    fn with_a_stop_rule_the_scenarios_of_a_replicate_stand_together() {
        let stop = Stop { outcome: "x".into(), standard_error: 0.1, max_runs: 4 };
        let plan = Plan { points: 2, stop: Some(stop), ..Plan::replicates(2, 2) };
        let keys: Vec<_> = jobs(&plan).iter().map(|job| (job.point, job.replicate, job.scenario)).collect();
        assert_eq!(keys.len(), 16);
        assert_eq!(&keys[..3], [(0, 0, 0), (0, 0, 1), (0, 1, 0)]);
        assert!(keys.is_sorted());
        assert_eq!(Plan { shard: "2/2".parse().unwrap(), ..plan }.range(), 8..16);
    }

    #[test]
    fn shards_cover_everything_once() {
        for (total, of) in [(10, 3), (2, 5), (0, 2), (1_000_000, 7), (u64::MAX, 3)] {
            let parts: Vec<_> = (1..=of).map(|number| Shard { number, of }.part(total)).collect();
            assert_eq!((parts[0].start, parts.last().unwrap().end), (0, total));
            assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].start), "{parts:?}");
        }
        for wrong in ["", "1", "0/3", "4/3", "1/0", "a/b", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
        assert_eq!("2/4".parse::<Shard>().unwrap().to_string(), "2/4");
    }

    #[test]
    fn an_empty_plan_has_no_jobs() {
        assert_eq!(Plan::replicates(1, 0).job(0), None);
        assert_eq!(Plan::replicates(0, 4).job(0), None);
    }
}
