//! Runs a plan on many threads and delivers the results in order, holding only a few at a time.

use super::{
    event::{Event, Listener, ListenerError, Summary},
    plan::{Job, Plan},
    schedule::{Next, Schedule},
};
use std::{
    any::Any,
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// Finished runs that may wait for an earlier one, for each thread.
const WAITING_PER_THREAD: u64 = 4;

/// One who can do a run.
pub trait Simulate: Sync {
    /// What a thread keeps between its runs, such as a world that is costly to build. It must not carry
    /// anything from one run to the next that could change a result.
    type Worker;
    /// What a run gives.
    type Output: Send;
    /// A fresh worker, made on the thread that uses it.
    fn worker(&self) -> Self::Worker;
    /// Does one run; a pure function of `job`, but an error if the batch was cancelled meanwhile.
    fn run(&self, worker: &mut Self::Worker, job: &Job) -> Result<Self::Output, String>;
    /// Why a run has a number in its tables that cannot stand there, in words; `None` if that is all that is known.
    fn explain(&self, job: &Job) -> Option<String> {
        let _ = job;
        None
    }
    /// The outcome that the stop rule looks at.
    fn observed(&self, output: &Self::Output) -> Option<f64> {
        let _ = output;
        None
    }
}

/// Why a batch stopped before its end.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The threads could not be started.
    #[error("cannot start {threads} threads: {reason}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        reason: String,
    },
    /// A listener could not go on.
    #[error("{source}")]
    Listener {
        /// Why not.
        source: ListenerError,
        /// What was delivered before.
        summary: Summary,
    },
}

/// Runs every job of the plan's shard on `threads` threads (at least one). The calling thread hands the events to
/// `listeners` in the order of the runs. `cancel` ends the batch; runs under way that do not finish then count as not done. What was
/// delivered is then a complete beginning of the plan.
pub fn run_batch<S: Simulate>(
    simulate: &S,
    plan: &Plan,
    threads: usize,
    listeners: &mut [&mut dyn Listener<S::Output>],
    cancel: &AtomicBool,
) -> Result<Summary, BatchError> {
    let schedule = Schedule::new(plan);
    // More threads than runs would only wait.
    let threads = threads.min(usize::try_from(schedule.total()).unwrap_or(usize::MAX)).max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| BatchError::Threads { threads, reason: error.to_string() })?;
    let mut summary = Summary { total: schedule.total(), ..Summary::default() };
    let queue = Queue::new(schedule, threads);
    pool.in_place_scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|_| work(simulate, &queue, cancel));
        }
        let _stop = StopWhenDropped(&queue);
        match deliver(simulate, &queue, listeners, &mut summary) {
            Ok(()) => Ok(summary),
            Err(source) => Err(BatchError::Listener { source, summary }),
        }
    })
}

fn work<S: Simulate>(simulate: &S, queue: &Queue<S::Output>, cancel: &AtomicBool) {
    let mut kept = None;
    while let Some((turn, job)) = queue.take(cancel) {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let worker = kept.get_or_insert_with(|| simulate.worker());
            simulate.run(worker, &job)
        }))
        .unwrap_or_else(|panic| {
            kept = None;
            Err(format!("the run panicked: {}", panic_message(panic.as_ref())))
        });
        if outcome.is_err() && cancel.load(Ordering::Relaxed) {
            // It may have been broken off, which is no failure. If it did fail, it does so again when the batch goes on.
            break;
        }
        queue.put(turn, job, outcome);
    }
    queue.leave();
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("?")
}

fn deliver<S: Simulate>(
    simulate: &S,
    queue: &Queue<S::Output>,
    listeners: &mut [&mut dyn Listener<S::Output>],
    summary: &mut Summary,
) -> Result<(), ListenerError> {
    let mut tell = |event: Event<'_, S::Output>| listeners.iter_mut().try_for_each(|listener| listener.on(&event));
    tell(Event::Started { total: summary.total })?;
    while let Some((job, outcome)) = queue.next() {
        match &outcome {
            Ok(output) => {
                tell(Event::RunFinished { job, output })?;
                summary.finished += 1;
            }
            Err(error) => {
                tell(Event::RunFailed { job, error })?;
                summary.failed += 1;
                summary.first_failure.get_or_insert_with(|| (job, error.clone()));
            }
        }
        let observed = outcome.as_ref().ok().and_then(|output| simulate.observed(output));
        let (done, total) = queue.settle(&job, observed);
        summary.total = total;
        for (scenario, point) in done {
            tell(Event::PointDone { scenario, point, total })?;
        }
    }
    summary.cancelled = !queue.is_over();
    summary.unmet = queue.lock().schedule.unmet().cloned().map(Box::new);
    tell(Event::Finished { summary })
}

/// Hands out runs and takes in results, never running further ahead of delivery than `window`.
struct Queue<T> {
    state: Mutex<State<T>>,
    room: Condvar,
    ready: Condvar,
    window: u64,
}

struct State<T> {
    schedule: Schedule,
    /// Runs handed out, and results handed on; a run's turn is its place in this count.
    taken: u64,
    delivered: u64,
    waiting: BTreeMap<u64, (Job, Result<T, String>)>,
    workers: usize,
    stop: bool,
}

impl<T> Queue<T> {
    fn new(schedule: Schedule, workers: usize) -> Self {
        let state = State { schedule, taken: 0, delivered: 0, waiting: BTreeMap::new(), workers, stop: false };
        let window = WAITING_PER_THREAD * workers as u64;
        Self { state: Mutex::new(state), room: Condvar::new(), ready: Condvar::new(), window }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next run to do and its turn, once there is room for its result and it is known.
    fn take(&self, cancel: &AtomicBool) -> Option<(u64, Job)> {
        let mut state = self.lock();
        loop {
            if state.stop || cancel.load(Ordering::Relaxed) {
                return None;
            }
            if state.taken - state.delivered < self.window {
                match state.schedule.take() {
                    Next::Run(job) => {
                        state.taken += 1;
                        return Some((state.taken - 1, job));
                    }
                    Next::Over => return None,
                    Next::Wait => {}
                }
            }
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn put(&self, turn: u64, job: Job, outcome: Result<T, String>) {
        self.lock().waiting.insert(turn, (job, outcome));
        self.ready.notify_one();
    }

    fn leave(&self) {
        self.lock().workers -= 1;
        self.ready.notify_one();
    }

    /// The next result in order; `None` when no more will come.
    fn next(&self) -> Option<(Job, Result<T, String>)> {
        let absent = |state: &mut State<T>| state.workers > 0 && !state.waiting.contains_key(&state.delivered);
        let mut state = self.ready.wait_while(self.lock(), absent).unwrap_or_else(PoisonError::into_inner);
        let turn = state.delivered;
        let outcome = state.waiting.remove(&turn)?;
        state.delivered += 1;
        drop(state);
        self.room.notify_all();
        Some(outcome)
    }

    /// Tells the schedule of a delivered result; gives the points that are thereby done, and the number of runs planned.
    fn settle(&self, job: &Job, observed: Option<f64>) -> (Vec<(usize, u64)>, u64) {
        let mut state = self.lock();
        let done = state.schedule.deliver(job, observed);
        let total = state.schedule.total();
        drop(state);
        self.room.notify_all();
        (done, total)
    }

    fn is_over(&self) -> bool {
        self.lock().schedule.is_over()
    }
}

/// Lets the workers go when delivery ends, however it ends.
struct StopWhenDropped<'a, T>(&'a Queue<T>);

impl<T> Drop for StopWhenDropped<'_, T> {
    fn drop(&mut self) {
        self.0.lock().stop = true;
        self.0.room.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::atomic::AtomicU64, thread::sleep, time::Duration};

    /// Runs of different lengths; some fail, some panic. A worker counts its runs and is spoilt by a panic.
    struct Mock {
        fails: Vec<u64>,
        panics: Vec<u64>,
        started: AtomicU64,
    }

    impl Mock {
        fn new(fails: &[u64], panics: &[u64]) -> Self {
            Self { fails: fails.to_vec(), panics: panics.to_vec(), started: AtomicU64::new(0) }
        }
    }

    impl Simulate for Mock {
        type Worker = bool;
        type Output = u64;
        fn worker(&self) -> bool {
            false
        }
        fn run(&self, spoilt: &mut bool, job: &Job) -> Result<u64, String> {
            self.started.fetch_add(1, Ordering::SeqCst);
            assert!(!*spoilt, "a worker was used after its panic");
            sleep(Duration::from_micros((job.run * 7919) % 13 * 100));
            if self.panics.contains(&job.run) {
                *spoilt = true;
                panic!("boom {}", job.run);
            }
            if self.fails.contains(&job.run) {
                return Err(format!("bad {}", job.run));
            }
            Ok(job.run * 10 + job.replicate)
        }
    }

    #[derive(Default)]
    struct Log(Vec<String>);

    impl Listener<u64> for Log {
        fn on(&mut self, event: &Event<'_, u64>) -> Result<(), ListenerError> {
            self.0.push(format!("{event:?}"));
            Ok(())
        }
    }

    const PLAN: Plan = Plan::replicates(2, 30);

    #[test]
    fn the_events_are_the_same_for_any_number_of_threads() {
        let sequence = |threads| {
            let mut log = Log::default();
            let mock = Mock::new(&[7, 59], &[0, 20]);
            let summary = run_batch(&mock, &PLAN, threads, &mut [&mut log], &AtomicBool::new(false)).unwrap();
            assert_eq!((summary.total, summary.finished, summary.failed, summary.cancelled), (60, 56, 4, false));
            assert_eq!(summary.first_failure.unwrap().1, "the run panicked: boom 0");
            log.0
        };
        let one = sequence(1);
        assert_eq!(one.len(), 1 + 60 + 2 + 1);
        assert!(one[31].starts_with("PointDone { scenario: 0"), "{}", one[31]);
        assert!(one[8].contains("bad 7"), "{}", one[8]);
        assert_eq!(one, sequence(2));
        assert_eq!(one, sequence(3));
    }

    struct Slow<'a>(&'a Mock, u64);

    impl Listener<u64> for Slow<'_> {
        fn on(&mut self, event: &Event<'_, u64>) -> Result<(), ListenerError> {
            if let Event::RunFinished { job, .. } = event {
                sleep(Duration::from_millis(2));
                self.1 = self.1.max(self.0.started.load(Ordering::SeqCst) - job.run);
            }
            Ok(())
        }
    }

    #[test]
    fn the_workers_never_run_far_ahead_of_a_slow_listener() {
        let mock = Mock::new(&[], &[]);
        let mut slow = Slow(&mock, 0);
        run_batch(&mock, &PLAN, 2, &mut [&mut slow], &AtomicBool::new(false)).unwrap();
        assert!(slow.1 <= 2 * WAITING_PER_THREAD + 1, "{} runs ahead", slow.1);
    }

    struct FullDisk(u64);

    impl Listener<u64> for FullDisk {
        fn on(&mut self, event: &Event<'_, u64>) -> Result<(), ListenerError> {
            match event {
                Event::RunFinished { job, .. } if job.run == self.0 => Err("no space left".into()),
                _ => Ok(()),
            }
        }
    }

    #[test]
    fn a_listener_that_cannot_go_on_stops_the_batch() {
        for threads in 1..=3 {
            let mock = Mock::new(&[], &[]);
            let error = run_batch(&mock, &PLAN, threads, &mut [&mut FullDisk(5)], &AtomicBool::new(false)).unwrap_err();
            assert_eq!(error.to_string(), "no space left");
            let BatchError::Listener { summary, .. } = error else { panic!("{error:?}") };
            assert_eq!(summary.finished, 5);
            assert!(mock.started.into_inner() < 60, "the batch went on");
        }
    }

    struct CancelAt<'a>(u64, &'a AtomicBool, Vec<u64>);

    impl Listener<u64> for CancelAt<'_> {
        fn on(&mut self, event: &Event<'_, u64>) -> Result<(), ListenerError> {
            if let Event::RunFinished { job, .. } = event {
                self.1.store(job.run >= self.0, Ordering::Relaxed);
                self.2.push(job.run);
            }
            Ok(())
        }
    }

    #[test]
    fn cancelling_keeps_a_complete_beginning() {
        for threads in 1..=3 {
            let cancel = AtomicBool::new(false);
            let mut listener = CancelAt(9, &cancel, Vec::new());
            let summary = run_batch(&Mock::new(&[], &[]), &PLAN, threads, &mut [&mut listener], &cancel).unwrap();
            assert!(summary.cancelled && summary.finished >= 10 && summary.finished < 60, "{summary:?}");
            assert_eq!(listener.2, (0..summary.finished).collect::<Vec<_>>());
        }
    }

    /// Runs that end, badly, only when they are broken off.
    struct Endless<'a>(&'a AtomicBool);

    impl Simulate for Endless<'_> {
        type Worker = ();
        type Output = u64;
        fn worker(&self) {}
        fn run(&self, (): &mut (), job: &Job) -> Result<u64, String> {
            if job.run < 3 {
                return Ok(job.run);
            }
            if job.run == 3 {
                self.0.store(true, Ordering::Relaxed);
            }
            while !self.0.load(Ordering::Relaxed) {
                sleep(Duration::from_millis(1));
            }
            Err("broken off".to_owned())
        }
    }

    #[test]
    fn a_run_that_is_broken_off_has_not_failed() {
        for threads in 1..=3 {
            let (cancel, mut log) = (AtomicBool::new(false), Log::default());
            let summary = run_batch(&Endless(&cancel), &PLAN, threads, &mut [&mut log], &cancel).unwrap();
            assert_eq!((summary.finished, summary.failed, summary.cancelled), (3, 0, true));
            assert!(!log.0.iter().any(|event| event.contains("broken off")), "{:?}", log.0);
        }
    }

    #[test]
    fn an_empty_plan_starts_and_finishes() {
        let mut log = Log::default();
        run_batch(&Mock::new(&[], &[]), &Plan::replicates(1, 0), 2, &mut [&mut log], &AtomicBool::new(false)).unwrap();
        assert_eq!(log.0.len(), 2);
    }
}
