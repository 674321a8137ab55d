//! Which run comes next. Without a stop rule that is the next number of the plan; with one it depends on the results
//! that were delivered, and on nothing else.

use super::plan::{Job, Plan, Stop, Unmet};
use crate::maths::Moments;

/// What a worker is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// This run.
    Run(Job),
    /// Wait: a decision needs results that are under way.
    Wait,
    /// Nothing more.
    Over,
}

/// Hands out the runs of a plan in order.
#[derive(Clone, Debug)]
pub struct Schedule {
    plan: Plan,
    /// Next run to hand out, and the end of those that are decided.
    next: u64,
    decided: u64,
    end: u64,
    /// Runs delivered.
    delivered: u64,
    /// Runs that will not be needed, of points that stopped early.
    spared: u64,
    rounds: Option<Rounds>,
    /// Points that are done under a stop rule, and those among them where it was not met.
    points: u64,
    unmet: Option<Unmet>,
}

/// The rounds of the present point.
#[derive(Clone, Debug)]
struct Rounds {
    stop: Stop,
    /// Replicates decided.
    target: u64,
    /// Outcome of the first scenario in the present replicate.
    first: Option<f64>,
    /// Of the differences from the first scenario, or of the only scenario's values.
    spreads: Vec<Moments>,
    /// Whether they are of differences.
    paired: bool,
}

impl Schedule {
    /// The runs of the plan's shard.
    pub fn new(plan: &Plan) -> Self {
        let range = plan.range();
        let rounds = plan.stop.clone().map(|stop| Rounds::new(stop, plan));
        let mut schedule = Self {
            plan: plan.clone(),
            next: range.start,
            decided: range.start,
            end: range.end,
            delivered: 0,
            spared: 0,
            rounds,
            points: 0,
            unmet: None,
        };
        schedule.decided = schedule.decide(range.start);
        schedule
    }

    /// The next run to do.
    pub fn take(&mut self) -> Next {
        if self.next < self.decided {
            self.next += 1;
            return self.plan.job(self.next - 1).map_or(Next::Over, Next::Run);
        }
        if self.next < self.end { Next::Wait } else { Next::Over }
    }

    /// Takes in the result of the next run in order; gives the scenarios and points that are thereby done.
    pub fn deliver(&mut self, job: &Job, observed: Option<f64>) -> Vec<(usize, u64)> {
        self.delivered += 1;
        let Some(rounds) = &mut self.rounds else {
            let ends = (job.run + 1).is_multiple_of(self.plan.runs);
            return if ends { vec![(job.scenario, job.point)] } else { Vec::new() };
        };
        rounds.observe(self.plan.scenarios, job.scenario, observed);
        if job.run + 1 < self.decided {
            return Vec::new();
        }
        if rounds.goes_on(&self.plan) {
            self.decided = self.decide(job.run + 1);
            return Vec::new();
        }
        let of_point = self.plan.scenarios as u64 * self.plan.most_replicates();
        let after = (job.point - self.plan.first_point + 1) * of_point;
        self.spared += after - self.decided;
        self.points += 1;
        Unmet::count(&mut self.unmet, self.points, rounds.unmet(job.point));
        self.next = after;
        *rounds = Rounds::new(rounds.stop.clone(), &self.plan);
        self.decided = self.decide(after);
        (0..self.plan.scenarios).map(|scenario| (scenario, job.point)).collect()
    }

    /// Whether every run was delivered.
    pub fn is_over(&self) -> bool {
        self.delivered == self.total()
    }

    /// Where the stop rule was not met, of the points that are done.
    pub const fn unmet(&self) -> Option<&Unmet> {
        self.unmet.as_ref()
    }

    /// Runs of this shard, as far as is known: points that may still stop early count in full.
    pub fn total(&self) -> u64 {
        let range = self.plan.range();
        range.end - range.start - self.spared
    }

    /// End of the runs that are decided, when those before `from` are done.
    fn decide(&self, from: u64) -> u64 {
        match &self.rounds {
            None => self.end,
            Some(_) if from >= self.end => self.end,
            Some(rounds) => {
                let scenarios = self.plan.scenarios as u64;
                let of_point = scenarios * self.plan.most_replicates();
                from / of_point * of_point + rounds.target * scenarios
            }
        }
    }
}

impl Rounds {
    fn new(stop: Stop, plan: &Plan) -> Self {
        let compared = plan.scenarios.saturating_sub(1).max(1);
        let (spreads, paired) = (vec![Moments::default(); compared], plan.scenarios > 1);
        Self { stop, target: plan.runs, first: None, spreads, paired }
    }

    fn observe(&mut self, scenarios: usize, scenario: usize, observed: Option<f64>) {
        if scenario == 0 {
            self.first = observed;
        }
        let compared = match (scenario, self.first, observed) {
            (0, Some(value), _) if scenarios == 1 => Some((0, value)),
            (1.., Some(first), Some(value)) => Some((scenario - 1, value - first)),
            _ => None,
        };
        if let Some((place, value)) = compared {
            self.spreads[place].add(value);
        }
    }

    /// The largest standard error, infinite if there is none.
    fn worst(&self) -> f64 {
        self.spreads.iter().map(Moments::standard_error).fold(0.0, f64::max)
    }

    /// What there is to say of this point, if it ends before the rule is met.
    fn unmet(&self, point: u64) -> Option<Unmet> {
        let worst = self.worst();
        // Of those without an error, the one with fewest values.
        let least =
            self.spreads.iter().filter(|spread| spread.standard_error() >= worst).min_by_key(|spread| spread.n)?;
        (worst > self.stop.standard_error).then(|| Unmet {
            points: 1,
            of: 1,
            point,
            runs: self.target,
            values: least.n,
            standard_error: Some(worst).filter(|worst| worst.is_finite()),
            paired: self.paired,
        })
    }

    /// Whether the point needs another round; plans it.
    fn goes_on(&mut self, plan: &Plan) -> bool {
        let worst = self.worst();
        if worst <= self.stop.standard_error || self.target >= plan.most_replicates() {
            return false;
        }
        // The standard error falls with the root of the number of runs.
        let ratio = worst / self.stop.standard_error;
        let needed = (self.target as f64 * ratio * ratio).ceil() as u64;
        let more = needed.min(2 * self.target).max(self.target + plan.runs);
        self.target = more.min(plan.most_replicates());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::plan::Shard;

    /// Runs everything in order with these outcomes; gives the runs and the points done.
    fn play(plan: &Plan, outcome: impl Fn(&Job) -> Option<f64>) -> (Vec<Job>, Vec<(usize, u64)>) {
        let mut schedule = Schedule::new(plan);
        let (mut jobs, mut done) = (Vec::new(), Vec::new());
        loop {
            match schedule.take() {
                Next::Run(job) => {
                    done.extend(schedule.deliver(&job, outcome(&job)));
                    jobs.push(job);
                }
                Next::Wait => panic!("waits for nothing"),
                Next::Over => break,
            }
        }
        assert!(schedule.is_over());
        assert_eq!(schedule.total(), jobs.len() as u64);
        (jobs, done)
    }

    fn stop(standard_error: f64, max_runs: u64) -> Option<Stop> {
        Some(Stop { outcome: "x".into(), standard_error, max_runs })
    }

    /// Has the mean 0 and, over pairs of replicates, the standard deviation `sd`.
    fn sign(job: &Job, sd: f64) -> Option<f64> {
        Some(if job.replicate.is_multiple_of(2) { sd } else { -sd })
    }

    #[test]
    fn a_plain_plan_is_its_numbers() {
        let plan = Plan { points: 2, ..Plan::replicates(2, 3) };
        let (jobs, done) = play(&plan, |_| None);
        assert_eq!(jobs.iter().map(|job| job.run).collect::<Vec<_>>(), (0..12).collect::<Vec<_>>());
        assert_eq!(done, [(0, 0), (0, 1), (1, 0), (1, 1)]);
        let part = Plan { shard: Shard { number: 2, of: 5 }, ..plan };
        assert_eq!(play(&part, |_| None).0.iter().map(|job| job.run).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn a_point_is_replicated_until_its_standard_error_is_small_enough() {
        let plan = Plan { points: 2, stop: stop(0.1, 1000), ..Plan::replicates(1, 10) };
        // Standard deviation 1 at point 0, 0.1 at point 1: the error is 0.1 after 100 runs and after 1.
        let (jobs, done) = play(&plan, |job| sign(job, if job.point == 0 { 1.0 } else { 0.1 }));
        let count = |point| jobs.iter().filter(|job| job.point == point).count();
        assert!((100..=120).contains(&count(0)), "{}", count(0));
        assert_eq!((count(1), done.len()), (10, 2));
        assert_eq!(jobs.iter().find(|job| job.point == 1).unwrap().run, 1000);
        let (jobs, _) = play(&Plan { stop: stop(0.01, 64), ..plan.clone() }, |job| sign(job, 1.0));
        assert_eq!(jobs.len(), 128, "no more than max_runs at each point");
        let (jobs, _) = play(&plan, |_| None);
        assert_eq!(jobs.len(), 2000, "nothing is known of an outcome without values");
    }

    #[test]
    fn several_scenarios_stop_by_their_paired_differences() {
        let plan = Plan { stop: stop(0.1, 1000), ..Plan::replicates(3, 4) };
        // Noise common to all scenarios leaves the differences without any.
        let (jobs, done) = play(&plan, |job| sign(job, 50.0).map(|x| x + job.scenario as f64));
        assert_eq!((jobs.len(), done), (12, vec![(0, 0), (1, 0), (2, 0)]));
        let (jobs, _) = play(&plan, |job| sign(job, if job.scenario == 2 { 2.0 } else { 1.0 }));
        assert!((3 * 100..=3 * 200).contains(&jobs.len()), "{}", jobs.len());
        assert!(jobs.is_sorted_by_key(|job| job.run));
    }

    /// What is said of a plan of two points, each of at most 8 replicates, that is run with these outcomes.
    fn said(scenarios: usize, outcome: impl Fn(&Job) -> Option<f64>) -> Option<String> {
        let plan = Plan { points: 2, stop: stop(0.1, 8), ..Plan::replicates(scenarios, 4) };
        let mut schedule = Schedule::new(&plan);
        while let Next::Run(job) = schedule.take() {
            schedule.deliver(&job, outcome(&job));
        }
        schedule.unmet().map(|unmet| unmet.line(plan.stop.as_ref().unwrap()))
    }

    #[test]
    fn a_rule_that_was_not_met_is_told() {
        assert_eq!(said(1, |job| sign(job, 0.01)), None);
        assert_eq!(said(2, |job| sign(job, 9.0)), None, "their differences have no spread");
        let at_one = said(1, |job| sign(job, if job.point == 1 { 1.0 } else { 0.01 })).unwrap();
        let expected = "standard error of x is 0.378 after 8 runs, wanted 0.1";
        assert_eq!(at_one, format!("[stop] was not met at 1 of 2 points: at point 1, {expected}"));
        let none = said(1, |_| None).unwrap();
        assert_eq!(none, "[stop] was not met at 2 of 2 points: at point 0, no run has x, after 8 runs");
        let single = said(1, |job| sign(job, 1.0).filter(|_| job.replicate == 3)).unwrap();
        assert!(single.ends_with("a single one of 8 runs has x, which tells no standard error"), "{single}");
        let paired = said(2, |job| sign(job, job.scenario as f64)).unwrap();
        assert!(
            paired.contains("2 of 2 points: at point 0, standard error of the paired differences in x is 0.37"),
            "{paired}"
        );
        let paired = said(3, |job| sign(job, 1.0).filter(|_| job.scenario < 2)).unwrap();
        assert!(paired.ends_with("no pair of runs has x, after 8 runs of each scenario"), "{paired}");
    }

    #[test]
    fn shards_of_a_stop_rule_make_the_same_runs() {
        let plan = Plan { points: 5, stop: stop(0.1, 200), ..Plan::replicates(2, 10) };
        let outcome = |job: &Job| sign(job, job.point as f64 * (job.scenario as f64 + 0.5));
        let whole = play(&plan, outcome).0;
        for of in [1, 2, 3, 7] {
            let shard = |number| play(&Plan { shard: Shard { number, of }, ..plan.clone() }, outcome).0;
            assert_eq!((1..=of).flat_map(shard).collect::<Vec<_>>(), whole);
        }
    }

    #[test]
    fn a_decision_waits_for_all_results_of_its_round() {
        let plan = Plan { stop: stop(0.1, 100), ..Plan::replicates(1, 2) };
        let mut schedule = Schedule::new(&plan);
        let (Next::Run(a), Next::Run(b)) = (schedule.take(), schedule.take()) else { panic!() };
        assert_eq!(schedule.take(), Next::Wait);
        schedule.deliver(&a, Some(0.0));
        assert_eq!(schedule.take(), Next::Wait);
        schedule.deliver(&b, Some(9.0));
        assert!(matches!(schedule.take(), Next::Run(_)));
        assert!(!schedule.is_over());
    }
}
