//! Which run comes next. Without a stop rule that is the next number of the plan; with one it depends on the results
//! that were delivered, and on nothing else.

use super::plan::{Job, Plan, Stop};
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
        self.next = after;
        *rounds = Rounds::new(rounds.stop.clone(), &self.plan);
        self.decided = self.decide(after);
        (0..self.plan.scenarios).map(|scenario| (scenario, job.point)).collect()
    }

    /// Whether every run was delivered.
    pub fn is_over(&self) -> bool {
        self.delivered == self.total()
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
        Self { stop, target: plan.runs, first: None, spreads: vec![Moments::default(); compared] }
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

    /// Whether the point needs another round; plans it.
    fn goes_on(&mut self, plan: &Plan) -> bool {
        let worst = self.spreads.iter().map(Moments::standard_error).fold(0.0, f64::max);
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
