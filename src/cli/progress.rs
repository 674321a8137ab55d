//! How far a batch is: a bar in a terminal, a line now and then elsewhere, on the standard error stream.

use super::{lines::broken, listing::width};
use crate::batch::Progress;
use crate::declare::text::counted;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{IsTerminal as _, Write, stderr},
    time::{Duration, Instant},
};

/// Shortest time between two lines where there is no terminal.
const PAUSE: Duration = Duration::from_secs(5);

/// Shows progress.
pub struct Bar {
    quiet: bool,
    shown: Display,
    started: Instant,
    total: u64,
    done: u64,
    failed: u64,
}

enum Display {
    Nothing,
    Bar(ProgressBar),
    Lines { to: Box<dyn Write>, pause: Duration, last: Option<Instant> },
}

impl Bar {
    /// A bar if the standard error stream is a terminal, else lines; nothing if `quiet`.
    pub fn new(quiet: bool) -> Self {
        if quiet {
            Self { quiet, ..Self::showing(Display::Nothing) }
        } else if stderr().is_terminal() {
            Self::showing(Display::Bar(ProgressBar::no_length()))
        } else {
            Self::lines(Box::new(stderr()), PAUSE)
        }
    }

    /// Shows what has happened.
    pub fn show(&mut self, progress: &Progress<'_>) {
        match progress {
            // Nobody is left to tell if standard error is closed.
            Progress::Opened { estimate, free, kept } if !self.quiet => {
                let _ = writeln!(stderr(), "{}", broken(&estimate.line(*free), width()));
                if *kept > 0 {
                    let _ = writeln!(stderr(), "{kept} of these runs are here already");
                }
            }
            Progress::Started { total } => self.start(*total),
            Progress::Run { error, .. } => {
                self.failed += u64::from(error.is_some());
                self.advance();
            }
            Progress::Total { total } => {
                self.total = *total;
                if let Display::Bar(bar) = &self.shown {
                    bar.set_length(*total);
                }
            }
            Progress::Ended => {
                if let Display::Bar(bar) = &self.shown {
                    bar.abandon();
                }
                self.line(true);
            }
            _ => {}
        }
    }

    fn lines(to: Box<dyn Write>, pause: Duration) -> Self {
        Self::showing(Display::Lines { to, pause, last: None })
    }

    fn showing(shown: Display) -> Self {
        Self { quiet: false, shown, started: Instant::now(), total: 0, done: 0, failed: 0 }
    }

    fn start(&mut self, total: u64) {
        self.total = total;
        self.started = Instant::now();
        if let Display::Bar(bar) = &self.shown {
            bar.set_length(total);
            // What stands beside the bar takes some fifty columns.
            let cells = width().saturating_sub(50);
            let template =
                format!("{{bar:{cells}}} {{human_pos}}/{{human_len}} runs  {{per_sec}}  {{eta}} left  {{msg}}");
            if let Ok(style) = ProgressStyle::with_template(&template) {
                bar.set_style(style);
            }
        }
        self.line(true);
    }

    fn advance(&mut self) {
        self.done += 1;
        if let Display::Bar(bar) = &self.shown {
            bar.inc(1);
            if self.failed > 0 {
                bar.set_message(format!("{} failed", self.failed));
            }
        }
        self.line(false);
    }

    /// A line, if it is time for one. A stream that is closed is no reason to stop a batch.
    fn line(&mut self, always: bool) {
        let Display::Lines { to, pause, last } = &mut self.shown else { return };
        if !always && last.is_some_and(|last| last.elapsed() < *pause) {
            return;
        }
        *last = Some(Instant::now());
        let _ = write!(to, "{}/{}", self.done, counted(self.total, "run"));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::plan::Plan;
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
        let mut bar = Bar::lines(Box::new(pipe.clone()), pause);
        let plan = Plan::replicates(1, 4);
        bar.show(&Progress::Started { total: 4 });
        for job in (0..4).map_while(|run| plan.job(run)) {
            bar.show(&Progress::Run { job: &job, error: (job.run == 2).then_some("bad") });
        }
        bar.show(&Progress::Ended);
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
