//! The list of runs of a batch, in the order of its output.

/// One run to do. It is a pure function of the configuration and this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Place in the order of output, from 0.
    pub run: u64,
    /// Which scenario variant, from 0.
    pub scenario: usize,
    /// Which design point, from 0.
    pub point: u64,
    /// Which noise: the same replicate has the same noise in every scenario and at every point.
    pub replicate: u64,
}

/// All runs of a batch: scenarios crossed with design points crossed with replicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Number of scenario variants.
    pub scenarios: usize,
    /// Number of design points; 1 without a design.
    pub points: u64,
    /// Replicates of each scenario and point.
    pub runs: u64,
    /// Number of the first replicate; above 0 to replay a single run.
    pub first_replicate: u64,
}

impl Plan {
    /// Plain replicates of so many scenarios.
    pub const fn replicates(scenarios: usize, runs: u64) -> Self {
        Self { scenarios, points: 1, runs, first_replicate: 0 }
    }

    /// Number of runs.
    pub const fn total(&self) -> u64 {
        (self.scenarios as u64).saturating_mul(self.points).saturating_mul(self.runs)
    }

    /// The run at this place of the order: by scenario, then point, then replicate.
    pub fn job(&self, run: u64) -> Option<Job> {
        if run >= self.total() {
            return None;
        }
        let group = run / self.runs;
        Some(Job {
            run,
            scenario: usize::try_from(group / self.points).ok()?,
            point: group % self.points,
            replicate: self.first_replicate + run % self.runs,
        })
    }

    /// Whether this run is the last of its scenario and point.
    pub const fn ends_point(&self, job: &Job) -> bool {
        (job.run + 1).is_multiple_of(self.runs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_go_by_scenario_then_point_then_replicate() {
        let plan = Plan { scenarios: 2, points: 2, runs: 3, first_replicate: 5 };
        let jobs: Vec<_> = (0..).map_while(|run| plan.job(run)).collect();
        assert_eq!(jobs.len(), 12);
        let keys: Vec<_> = jobs.iter().map(|job| (job.scenario, job.point, job.replicate)).collect();
        assert_eq!(&keys[..4], [(0, 0, 5), (0, 0, 6), (0, 0, 7), (0, 1, 5)]);
        assert_eq!(keys[11], (1, 1, 7));
        assert!(keys.is_sorted());
        let ends: Vec<_> = jobs.iter().filter(|job| plan.ends_point(job)).map(|job| job.run).collect();
        assert_eq!(ends, [2, 5, 8, 11]);
    }

    #[test]
    fn an_empty_plan_has_no_jobs() {
        assert_eq!(Plan::replicates(1, 0).job(0), None);
        assert_eq!(Plan::replicates(0, 4).job(0), None);
    }
}
