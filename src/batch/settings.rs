//! How work is to be done, whatever the work.

use super::{
    Progress,
    engine::{Hook, Work},
};
use std::{fmt, sync::atomic::AtomicBool, thread::available_parallelism};

/// The flag of work that nobody cancels.
static NEVER: AtomicBool = AtomicBool::new(false);

/// How work is to be done; nothing here changes a byte of the tables.
pub(super) struct Settings<'a> {
    /// Number of threads; one for each core where none is said.
    pub threads: Option<usize>,
    /// Whether results of another experiment may be removed from the folder.
    pub overwrite: bool,
    /// Whether a run or two are done beforehand, to refuse what has no room.
    pub estimates: bool,
    /// Set to end the work; runs under way are broken off.
    pub cancel: Option<&'a AtomicBool>,
    on: Box<Hook<'a>>,
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Self { threads: None, overwrite: false, estimates: true, cancel: None, on: Box::new(|_| Ok(())) }
    }
}

impl fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { threads, overwrite, estimates, cancel, on: _ } = self;
        let mut shown = f.debug_struct("Settings");
        shown.field("threads", threads).field("overwrite", overwrite).field("estimates", estimates);
        shown.field("cancel", cancel).finish_non_exhaustive()
    }
}

impl<'a> Settings<'a> {
    /// Tells `listener` how the work goes.
    pub fn on(&mut self, mut listener: impl FnMut(&Progress<'_>) + 'a) {
        self.on = Box::new(move |progress| {
            listener(progress);
            Ok(())
        });
    }

    /// Number of threads, at least one.
    pub fn threads(&self) -> usize {
        self.threads.unwrap_or_else(|| available_parallelism().map_or(1, usize::from)).max(1)
    }

    /// The flag that cancels the work.
    pub fn cancel(&self) -> &'a AtomicBool {
        self.cancel.unwrap_or(&NEVER)
    }

    /// The work.
    pub fn work(&mut self) -> Work<'_> {
        let (threads, cancel, Self { overwrite, estimates, .. }) = (self.threads(), self.cancel(), &*self);
        let (overwrite, estimates) = (*overwrite, *estimates);
        Work { threads, overwrite, estimates, cancel, on: &mut *self.on }
    }
}
