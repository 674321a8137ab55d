//! How large a batch will be, from a short probe: told before anything is written, and refused if there is no room.

use crate::{
    analysis::sketch::BYTES_PER_SERIES,
    declare::text::counted,
    experiment::{
        Gather,
        plan::{Job, Plan},
        runner::Simulate,
    },
    measure::record::Trajectory,
    output::{
        batch::Batch,
        encode::{Encode, Form},
        headers::headers,
        journal,
        manifest::FileFormat,
        series::Layout,
    },
};
use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::{Duration, Instant},
};

/// A probe that took longer than this is not repeated for a better time.
const PATIENCE: Duration = Duration::from_millis(500);
/// Scenarios that are probed.
const SCENARIOS: usize = 4;
/// A line of `quantiles.csv`, by experience.
const QUANTILE_LINE: u64 = 150;

/// What Parquet takes at most of the space of its CSV, which stays until all is converted; by experience 0.25 to 0.45.
const PARQUET: f64 = 0.5;

/// What a batch will take, by a run or two of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Runs, at most.
    pub runs: u64,
    /// Space on the disk, in bytes.
    pub bytes: u64,
    /// Memory, in bytes.
    pub memory: u64,
    /// Time on the threads asked for, in seconds.
    pub seconds: f64,
    /// Whether a stop rule may make it less.
    pub at_most: bool,
}

impl Estimate {
    /// Does a run or two of the first scenarios and reckons from there. Runs that fail count nothing.
    pub(crate) fn probe<S: Simulate<Output = Trajectory>>(simulate: &S, batch: &Batch, threads: usize) -> Self {
        let plan = batch.plan();
        let range = plan.range();
        let runs = range.end - range.start;
        let form = Form::new(batch);
        let encode = Encode { simulate, form: &form, stored: None };
        let scenarios = plan.scenarios.min(SCENARIOS);
        let probed: Vec<Probed> = (0..scenarios).filter_map(|scenario| probe(&encode, &plan, scenario)).collect();
        let mean = |of: fn(&Probed) -> f64| probed.iter().map(of).sum::<f64>() / probed.len().max(1) as f64;
        let (bytes, seconds) = (mean(|probed| probed.bytes), mean(|probed| probed.seconds));
        let (lines, memory) = gathered(batch, &plan);
        let rows = bytes * runs as f64 + (lines * QUANTILE_LINE) as f64;
        let converted = if batch.file_format == FileFormat::Parquet { PARQUET * rows } else { 0.0 };
        Self {
            runs,
            bytes: (journal::bytes_per_run(headers(batch).len()) as f64 * runs as f64 + rows + converted) as u64,
            memory: memory + (bytes * 8.0 * threads as f64) as u64,
            seconds: seconds * runs as f64 / threads.max(1) as f64,
            at_most: batch.stop.is_some(),
        }
    }

    /// The estimate in a line, with the bytes that are `free` on the disk if that is known.
    pub fn line(&self, free: Option<u64>) -> String {
        let most = if self.at_most { "at most " } else { "" };
        let (runs, size, time) = (self.runs, size(self.bytes), time(self.seconds));
        let free = free.map_or_else(String::new, |free| format!(" ({} free)", self::size(free)));
        format!("{most}{}: about {size} on the disk{free}, {time}", counted(runs, "run"))
    }

    /// Why there is no room, if there is none; `held` is what the folder holds of it already.
    pub(crate) fn refusal(&self, held: u64, free: Option<u64>, memory: Option<u64>) -> Option<NoRoom> {
        let needed = self.bytes.saturating_sub(held);
        if let Some(free) = free.filter(|free| needed > *free) {
            return Some(NoRoom::Disk { runs: self.runs, needed, free });
        }
        let free = memory.filter(|free| self.memory > *free)?;
        Some(NoRoom::Memory { needed: self.memory, free })
    }
}

/// Why there is no room for a batch; all sizes in bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRoom {
    /// On the disk.
    #[error(
        "{} would write about {}, but only {} are free; record fewer tables, leave quantiles out, or make fewer runs",
        counted(*runs, "run"),
        size(*needed),
        size(*free)
    )]
    Disk {
        /// Runs to do.
        runs: u64,
        /// What they would write, less what is there already.
        needed: u64,
        /// What is free.
        free: u64,
    },
    /// In memory.
    #[error(
        "quantiles would take about {} of memory, but only {} are free; record fewer tables, leave quantiles out, or make \
         fewer runs",
        size(*needed),
        size(*free)
    )]
    Memory {
        /// What gathering quantiles would take.
        needed: u64,
        /// What is free.
        free: u64,
    },
    /// On the disk, for joined shards.
    #[error("joining needs {} on the disk, but only {} are free; choose another folder", size(*needed), size(*free))]
    Joined {
        /// What the tables take.
        needed: u64,
        /// What is free.
        free: u64,
    },
}

struct Probed {
    bytes: f64,
    seconds: f64,
}

fn probe<S: Simulate<Output = Trajectory>>(encode: &Encode<'_, S>, plan: &Plan, scenario: usize) -> Option<Probed> {
    let job = Job { run: plan.range().end, scenario, point: plan.first_point, replicate: plan.first_replicate };
    let run = || {
        let mut worker = encode.worker();
        let mut best: Option<Probed> = None;
        for _ in 0..2 {
            let started = Instant::now();
            let run = encode.run(&mut worker, &job).ok()?;
            let bytes = run.rows.tables.iter().map(Vec::len).sum::<usize>() as f64;
            let seconds = started.elapsed();
            best = Some(Probed { bytes, seconds: seconds.as_secs_f64() });
            if seconds > PATIENCE {
                break;
            }
        }
        best
    };
    // A run that panics is told of when its turn comes.
    catch_unwind(AssertUnwindSafe(run)).ok().flatten()
}

/// Lines of `quantiles.csv`, and the memory that gathering them takes.
fn gathered(batch: &Batch, plan: &Plan) -> (u64, u64) {
    let Some(over) = batch.gathers() else { return (0, 0) };
    let widths = batch.scenarios.iter().map(|variant| Layout::new(batch, variant).width() as u64);
    let (sum, most) = widths.fold((0, 0), |(sum, most), width| (sum + width, most.max(width)));
    let pooled = over == Gather::Pooled;
    let points = if pooled { 1 } else { plan.points };
    let runs = plan.most_replicates().saturating_mul(if pooled { plan.points } else { 1 });
    let at_once = if plan.stop.is_some() { sum } else { most };
    (sum.saturating_mul(points), at_once.saturating_mul(runs.saturating_mul(8).min(BYTES_PER_SERIES as u64)))
}

/// Free space where the folder is or will be; `None` if the system does not say.
pub(super) fn free_disk(folder: &Path) -> Option<u64> {
    let absolute = std::path::absolute(folder).ok()?;
    absolute.ancestors().find(|path| path.exists()).and_then(|path| fs4::available_space(path).ok())
}

/// Memory that programs can still take; `None` if the system does not say.
pub(super) fn free_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Bytes of the batch's tables in the folder, which is not complete: those that have their final name already too.
pub(super) fn held(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let endings = ["partial", "csv", "parquet"];
    let tables =
        entries.filter(|entry| endings.iter().any(|end| entry.path().extension().is_some_and(|it| it == *end)));
    tables.filter_map(|entry| entry.metadata().ok()).map(|found| found.len()).sum()
}

/// A number of bytes in few digits.
fn size(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB", "PB"];
    let (mut value, mut unit) = (bytes as f64 / 1e3, 0);
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1e3;
        unit += 1;
    }
    if value < 9.95 { format!("{value:.1} {}", units[unit]) } else { format!("{value:.0} {}", units[unit]) }
}

fn time(seconds: f64) -> String {
    match seconds {
        ..1.5 => "a second".into(),
        ..120.0 => format!("{seconds:.0} s"),
        ..7200.0 => format!("{:.0} min", seconds / 60.0),
        ..172_800.0 => format!("{:.0} h", seconds / 3600.0),
        _ => format!("{:.0} days", seconds / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        batch::{
            engine::{Work, execute},
            mock::{Mock, experiment},
        },
        measure::record::Record,
    };

    const GB: u64 = 1_000_000_000;

    #[test]
    fn the_estimate_is_near_what_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let batch = experiment(40, Record::ALL);
        let estimate = Estimate::probe(&Mock::default(), &batch, 2);
        let cancel = std::sync::atomic::AtomicBool::new(false);
        let work = Work { threads: 2, overwrite: false, estimates: false, cancel: &cancel, on: &mut |_| Ok(()) };
        execute(&Mock::default(), &batch, dir.path(), work).unwrap();
        let tables = fs::read_dir(dir.path()).unwrap().map(Result::unwrap);
        let tables = tables.filter(|entry| entry.path().extension().is_some_and(|end| end == "csv"));
        let written: u64 = tables.map(|entry| entry.metadata().unwrap().len()).sum();
        assert_eq!(estimate.runs, 80);
        let ratio = estimate.bytes as f64 / written as f64;
        assert!((0.7..1.5).contains(&ratio), "{} estimated, {written} written", estimate.bytes);
    }

    #[test]
    fn what_has_no_room_is_refused_with_the_numbers() {
        let estimate = Estimate { runs: 1000, bytes: 60 * GB, memory: 2 * GB, seconds: 5000.0, at_most: true };
        assert_eq!(estimate.refusal(0, Some(61 * GB), Some(3 * GB)), None);
        assert_eq!(estimate.refusal(0, None, None), None);
        assert_eq!(estimate.refusal(50 * GB, Some(11 * GB), None), None, "50 GB are there already");
        let said = estimate.refusal(0, Some(59 * GB), None).unwrap().to_string();
        assert!(said.starts_with("1000 runs would write about 60 GB, but only 59 GB are free; record fewer"), "{said}");
        let said = estimate.refusal(0, None, Some(GB)).unwrap().to_string();
        assert!(said.contains("about 2.0 GB of memory, but only 1.0 GB are free"), "{said}");
        assert_eq!(estimate.line(None), "at most 1000 runs: about 60 GB on the disk, 83 min");
    }

    #[test]
    fn runs_that_fail_do_not_stop_the_probe() {
        let mock = Mock { fails: vec![10], panics: vec![], spoils: vec![] };
        let estimate = Estimate::probe(&mock, &experiment(5, Record::ALL), 1);
        assert_eq!((estimate.runs, estimate.seconds), (10, 0.0));
    }
}
