//! How far a batch is: a bar in a terminal, a line now and then elsewhere, on the standard error stream.

use crate::experiment::event::{Event, Listener, ListenerError};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{IsTerminal as _, Write, stderr},
    time::{Duration, Instant},
};

/// Shortest time between two lines where there is no terminal.
const PAUSE: Duration = Duration::from_secs(5);

/// A listener that shows progress.
pub struct Progress {
    shown: Shown,
    started: Instant,
    total: u64,
    done: u64,
    failed: u64,
}

enum Shown {
    Nothing,
    Bar(ProgressBar),
    Lines { to: Box<dyn Write>, pause: Duration, last: Option<Instant> },
}

impl Progress {
    /// A bar if the standard error stream is a terminal, else lines; nothing if `quiet`.
    pub fn new(quiet: bool) -> Self {
        if quiet {
            Self::showing(Shown::Nothing)
        } else if stderr().is_terminal() {
            Self::showing(Shown::Bar(ProgressBar::no_length()))
        } else {
            Self::lines(Box::new(stderr()), PAUSE)
        }
    }

    fn lines(to: Box<dyn Write>, pause: Duration) -> Self {
        Self::showing(Shown::Lines { to, pause, last: None })
    }

    fn showing(shown: Shown) -> Self {
        Self { shown, started: Instant::now(), total: 0, done: 0, failed: 0 }
    }

    fn start(&mut self, total: u64) {
        self.total = total;
        self.started = Instant::now();
        if let Shown::Bar(bar) = &self.shown {
            bar.set_length(total);
            let template = "{bar:30} {human_pos}/{human_len} runs  {per_sec}  {eta} left  {msg}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
        }
        self.show(true);
    }

    fn advance(&mut self) {
        self.done += 1;
        if let Shown::Bar(bar) = &self.shown {
            bar.inc(1);
            if self.failed > 0 {
                bar.set_message(format!("{} failed", self.failed));
            }
        }
        self.show(false);
    }

    /// A line, if it is time for one. A stream that is closed is no reason to stop a batch.
    fn show(&mut self, always: bool) {
        let Shown::Lines { to, pause, last } = &mut self.shown else { return };
        if !always && last.is_some_and(|last| last.elapsed() < *pause) {
            return;
        }
        *last = Some(Instant::now());
        let _ = write!(to, "{}/{} runs", self.done, self.total);
        let seconds = self.started.elapsed().as_secs_f64();
        if self.done > 0 && seconds > 0.0 {
            let rate = self.done as f64 / seconds;
            let left = (self.total - self.done) as f64 / rate;
            let _ = write!(to, ", {rate:.1}/s, {left:.0} s left");
        }
        if self.failed > 0 {
            let _ = write!(to, ", {} failed", self.failed);
        }
        let _ = writeln!(to);
    }
}

impl<T> Listener<T> for Progress {
    fn on(&mut self, event: &Event<'_, T>) -> Result<(), ListenerError> {
        match event {
            Event::Started { total } => self.start(*total),
            Event::RunFinished { .. } => self.advance(),
            Event::RunFailed { .. } => {
                self.failed += 1;
                self.advance();
            }
            Event::PointDone { total, .. } => {
                self.total = *total;
                if let Shown::Bar(bar) = &self.shown {
                    bar.set_length(*total);
                }
            }
            Event::Finished { .. } => {
                if let Shown::Bar(bar) = &self.shown {
                    bar.abandon();
                }
                self.show(true);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{event::Summary, plan::Plan};
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    #[derive(Clone, Default)]
    struct Pipe(Arc<Mutex<Vec<u8>>>);

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines(pause: Duration) -> Vec<String> {
        let pipe = Pipe::default();
        let mut progress = Progress::lines(Box::new(pipe.clone()), pause);
        let plan = Plan::replicates(1, 4);
        let mut tell = |event: Event<'_, ()>| progress.on(&event).unwrap();
        tell(Event::Started { total: 4 });
        for job in (0..4).map_while(|run| plan.job(run)) {
            let failed = Event::RunFailed { job, error: "bad" };
            tell(if job.run == 2 { failed } else { Event::RunFinished { job, output: &() } });
        }
        tell(Event::Finished { summary: &Summary::default() });
        let bytes = pipe.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(String::from).collect()
    }

    #[test]
    fn without_a_terminal_there_are_few_lines_but_a_first_and_a_last() {
        let lines = lines(Duration::from_secs(3600));
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(lines[0], "0/4 runs");
        assert!(lines[1].starts_with("4/4 runs, ") && lines[1].ends_with(", 1 failed"), "{}", lines[1]);
    }

    #[test]
    fn a_long_batch_has_lines_between() {
        assert_eq!(lines(Duration::ZERO).len(), 6);
    }
}
