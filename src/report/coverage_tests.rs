//! Whether intervals hold what they say they hold as often as they say: many small batches of worlds whose means are known,
//! through the whole program, from runs to the tables that are read back.

use super::{Language, data, write_report};
use crate::{
    analysis::sensitivity::{Indices, Options, Point, PointRoles, analyse, morris, one_at_a_time},
    batch::{Work, execute, mock},
    experiment::{
        design::{Design, Factor, Method, PointNoise, Role, Scale, Setting},
        plan::{Job, Stop},
        runner::Simulate,
    },
    maths::{normal_quantile, unit},
    measure::{
        Measured,
        record::{Record, Trajectory},
    },
    output::batch::Batch,
    scenario::Catalogue,
};
use std::{collections::BTreeMap, path::Path, sync::atomic::AtomicBool};

/// The outcomes that are looked at; each has luck of its own.
const NAMES: [&str; 8] = [
    "open_share_end",
    "firm_hhi_end",
    "effective_firms_end",
    "largest_share_max",
    "survivor_age_mean",
    "usage_covariance_end",
    "third_countries_leader_end",
    "adoption_third_countries_end",
];
const POINTS: u64 = 6;

/// Worlds of which all is known. Luck is shared: a replicate has the same at all points and in both scenarios, though it
/// counts for more at some points, and in the second scenario. Some is of one run alone.
struct Luck {
    seed: u64,
}

/// A standard normal number that depends on the numbers alone.
fn normal(numbers: &[u64]) -> f64 {
    // SplitMix64 over all of them.
    let mixed = numbers.iter().fold(0x1234_5678_9ABC_DEF0_u64, |state, number| {
        let mut mixed = (state ^ number).wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    });
    normal_quantile(unit(mixed))
}

/// Mean of an outcome of a scenario at a point.
fn mean(scenario: usize, point: u64) -> f64 {
    10.0 + 3.0 * point as f64 + scenario as f64 * (1.0 + 0.5 * point as f64)
}

/// Its mean over all points.
fn mean_over(scenario: usize) -> f64 {
    (0..POINTS).map(|point| mean(scenario, point)).sum::<f64>() / POINTS as f64
}

impl Luck {
    fn outcome(&self, job: &Job, outcome: u64) -> f64 {
        let of = |what: &[u64]| normal(&[&[self.seed, outcome, job.replicate], what].concat());
        let (scenario, point) = (job.scenario as u64, job.point);
        let shared = of(&[0]) + job.scenario as f64 * (1.0 + 0.2 * point as f64) * of(&[1]);
        mean(job.scenario, point) + shared + 0.5 * of(&[2, scenario, point])
    }
}

impl Simulate for Luck {
    type Worker = ();
    type Output = Trajectory;
    fn worker(&self) {}
    fn run(&self, (): &mut (), job: &Job) -> Result<Trajectory, String> {
        let mut trajectory = mock::Mock::default().run(&mut (), &Job { run: 0, ..*job })?;
        let row = &mut trajectory.outcomes;
        let places = [
            &mut row.open_share_end,
            &mut row.firm_hhi_end,
            &mut row.effective_firms_end,
            &mut row.largest_share_max,
            &mut row.survivor_age_mean,
            &mut row.usage_covariance_end,
            &mut row.third_countries_leader_end,
            &mut row.adoption_third_countries_end,
        ];
        places.into_iter().zip(0..).for_each(|(place, outcome)| *place = Some(self.outcome(job, outcome)));
        Ok(trajectory)
    }
}

/// A batch of two scenarios over points of a list, so many replicates each.
fn batch(runs: u64, points: u64, stop: Option<Stop>) -> Batch {
    let factor = Factor {
        parameter: "mechanisms.diffusion.xi_open".into(),
        role: Role::Uncertainty,
        scale: Scale::Choice { values: (0..points as i64).map(Setting::Whole).collect() },
        levels: None,
        unit: String::new(),
        meaning: String::new(),
    };
    let sample = Design { method: Method::List, seed: 1, factors: vec![factor], noise: PointNoise::Common }.sample();
    Batch { sample, quantiles: None, stop, ..mock::experiment(runs, Record::NONE) }
}

fn run(batch: &Batch, seed: u64, folder: &Path) {
    let cancel = AtomicBool::new(false);
    let work = Work { threads: 2, overwrite: true, estimates: false, cancel: &cancel, on: &mut |_| Ok(()) };
    execute(&Luck { seed }, batch, folder, work).unwrap();
}

/// How many of so many intervals held what they should.
#[derive(Default)]
struct Coverage {
    held: usize,
    all: usize,
}

impl Coverage {
    fn count(&mut self, interval: Option<(f64, f64)>, value: f64) {
        let (low, high) = interval.unwrap();
        self.held += usize::from(low <= value && value <= high);
        self.all += 1;
    }

    /// Whether the share that held is 95 %, but for the luck of so few.
    #[track_caller]
    fn assert(&self, what: &str) {
        let (share, n) = (self.held as f64 / self.all as f64, self.all as f64);
        let error = (0.95 * 0.05 / n).sqrt();
        assert!((share - 0.95).abs() < 3.5 * error, "{what}: {} of {} intervals held", self.held, self.all);
    }
}

/// Intervals of differences and of means in so many batches of this kind.
fn coverage(batches: u64, of: &Batch, points: u64) -> [Coverage; 2] {
    let dir = tempfile::tempdir().unwrap();
    let [mut differences, mut means] = [Coverage::default(), Coverage::default()];
    let over = |scenario| (0..points).map(|point| mean(scenario, point)).sum::<f64>() / points as f64;
    for seed in 0..batches {
        run(of, seed, dir.path());
        let found = data::read(dir.path(), &Measured::default()).unwrap();
        for row in found.differences.unwrap().iter().filter(|row| NAMES.contains(&&*row.outcome)) {
            differences.count(row.low.zip(row.high), over(1) - over(0));
        }
        for (scenario, place) in found.scenarios.iter().zip(0..) {
            for outcome in NAMES {
                means.count(scenario.outcomes.precision(outcome).unwrap().over.interval(), over(place));
            }
        }
    }
    [differences, means]
}

#[test]
fn intervals_over_a_design_hold_the_mean_as_often_as_they_say() {
    let [differences, means] = coverage(100, &batch(5, POINTS, None), POINTS);
    assert_eq!((differences.all, means.all), (800, 1600));
    differences.assert("differences over points");
    means.assert("means over points");
}

#[test]
fn intervals_of_plain_replicates_hold_the_mean_as_often_as_they_say() {
    let [differences, means] = coverage(100, &mock::experiment(6, Record::NONE), 1);
    differences.assert("differences");
    means.assert("means");
}

/// Points that a stop rule gave different numbers of replicates, which their luck has a part in.
#[test]
fn points_with_other_numbers_of_replicates_count_alike() {
    let stop = Stop { outcome: NAMES[7].into(), standard_error: 0.55, max_runs: 24 };
    let of = batch(6, 3, Some(stop));
    let dir = tempfile::tempdir().unwrap();
    let mut found = Coverage::default();
    let expected = (0..3).map(|point| mean(1, point) - mean(0, point)).sum::<f64>() / 3.0;
    let mut unequal = 0;
    for seed in 0..60 {
        run(&of, seed, dir.path());
        let read = data::read(dir.path(), &Measured::default()).unwrap();
        // The outcome that the rule looks at stops when its luck is quiet; the others know nothing of it.
        let rows = read.differences.unwrap();
        let others = rows.iter().filter(|row| NAMES[..7].contains(&&*row.outcome));
        others.for_each(|row| found.count(row.low.zip(row.high), expected));
        unequal += usize::from(rows.iter().any(|row| row.pairs > 3 * row.n));
    }
    assert!(unequal > 30, "{unequal} batches have points with different numbers");
    // Degrees of freedom are those of the point with fewest, so there may be more.
    let share = found.held as f64 / found.all as f64;
    assert!(share > 0.93, "{} of {} intervals held", found.held, found.all);
}

#[test]
fn fewer_than_five_replicates_have_a_standard_error_and_no_interval() {
    let dir = tempfile::tempdir().unwrap();
    for (runs, has) in [(4, false), (5, true)] {
        run(&batch(runs, POINTS, None), 1, dir.path());
        let found = data::read(dir.path(), &Measured::default()).unwrap();
        let rows = found.differences.unwrap();
        let row = rows.iter().find(|row| &*row.outcome == NAMES[0]).unwrap();
        assert_eq!((u64::from(row.n), u64::from(row.pairs)), (runs, runs * POINTS));
        assert!(row.standard_error.is_some() && row.low.is_some() == has && row.high.is_some() == has, "{row:?}");
        assert!((row.difference - (mean_over(1) - mean_over(0))).abs() < 10.0);
        let precision = found.scenarios[0].outcomes.precision(NAMES[0]).unwrap();
        assert_eq!(precision.over.interval().is_some(), has);
        write_report(dir.path(), &Catalogue { mechanisms: Vec::new() }, &Measured::default(), Language::default())
            .unwrap();
        let page = std::fs::read_to_string(dir.path().join("report.html")).unwrap();
        assert_eq!(
            page.matches("No interval can be given from fewer than 5 replicates").count(),
            if has { 0 } else { 2 }
        );
    }
}

/// The outcome of a linear world: slopes differ from replicate to replicate by luck that all points share.
fn linear(seed: u64, replicate: u64, slopes: [f64; 2], x: [f64; 2]) -> f64 {
    let slope = |factor: usize| slopes[factor] + normal(&[seed, replicate, factor as u64]);
    slope(0) * x[0] + slope(1) * x[1] + 5.0 * normal(&[seed, replicate, 9])
}

fn at(seed: u64, x: [f64; 2]) -> Point {
    (0..8).map(|replicate| (replicate, Some(linear(seed, replicate, [4.0, -3.0], x)))).collect::<BTreeMap<_, _>>()
}

const OPTIONS: Options = Options { resamples: 400, confidence: 0.95, seed: 3 };

/// Trajectories of two factors and their outcomes.
fn screening(seed: u64) -> Indices {
    let (mut moves, mut points) = (Vec::new(), Vec::new());
    for at_first in 0..10 {
        let mut x = [0.0, 1.0 / 3.0];
        points.push(at(seed, x));
        let order = [at_first % 2, 1 - at_first % 2];
        moves.push(order.map(|factor| Some(morris::Move { factor, up: true })).to_vec());
        for factor in order {
            x[factor] += 2.0 / 3.0;
            points.push(at(seed, x));
        }
    }
    analyse(&PointRoles::Morris { levels: 4, moves }, 2, &points, &OPTIONS)
}

/// All trajectories have the same luck, so that their number says nothing of it.
#[test]
fn intervals_of_indices_hold_the_slopes_as_often_as_they_say() {
    let [mut effects, mut swings] = [Coverage::default(), Coverage::default()];
    for seed in 0..400 {
        let found = screening(seed);
        assert!(found.luck);
        for (factor, slope) in [4.0, -3.0].into_iter().enumerate() {
            effects.count(found.get(morris::MU, factor).unwrap().interval, slope);
            effects.count(found.get(morris::MU_STAR, factor).unwrap().interval, f64::abs(slope));
        }
        let corners = [[0.5, 0.5], [0.0, 0.5], [1.0, 0.5], [0.5, 0.0], [0.5, 1.0]].map(|x| at(seed, x));
        let found = analyse(&PointRoles::OneAtATime { ends: vec![[1, 2], [3, 4]] }, 2, &corners, &OPTIONS);
        for (factor, slope) in [4.0, -3.0].into_iter().enumerate() {
            swings.count(found.get(one_at_a_time::SWING, factor).unwrap().interval, slope);
        }
    }
    for (what, found) in [("effects", effects), ("swings", swings)] {
        let share = found.held as f64 / found.all as f64;
        // A bootstrap of so few replicates is no more exact than this.
        assert!((0.91..=0.98).contains(&share), "{what}: {} of {} intervals held", found.held, found.all);
    }
}
