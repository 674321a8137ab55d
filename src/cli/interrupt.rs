//! Signals. Ctrl-C and SIGTERM: the first breaks the runs under way off and brings what is done to the disk, the second ends
//! the program at once. A file that grows beyond its limit is an error like a full disk, and does not end the program.

use super::failure::Failure;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// How long the program may take to end after the first signal. What it then leaves is as after a kill: the same command
/// goes on from there.
const PATIENCE: Duration = Duration::from_millis(1500);

/// A flag that is set by the first signal. If the program has not ended some time later, it ends with what `failure` says.
pub fn watch(failure: Failure) -> Arc<AtomicBool> {
    let cancel = Arc::new(AtomicBool::new(false));
    let (seen, mut failure) = (Arc::clone(&cancel), Some(failure));
    let watching = ctrlc::set_handler(move || {
        let first = !seen.swap(true, Ordering::SeqCst);
        let Some(failure) = failure.take().filter(|_| first) else { std::process::exit(130) };
        thread::spawn(move || {
            thread::sleep(PATIENCE);
            failure.report();
            std::process::exit(i32::from(failure.code()));
        });
    });
    // Without a handler a signal ends the program as it always does.
    drop(watching);
    cancel
}

/// Calls `tell` at the first signal, so that a server ends of itself; the second ends the program at once.
pub fn tell(tell: impl Fn() + Send + 'static) {
    let mut told = false;
    let watching = ctrlc::set_handler(move || {
        if told {
            std::process::exit(130);
        }
        told = true;
        tell();
    });
    // Without a handler a signal ends the program as it always does.
    drop(watching);
}

/// Lets writing beyond the limit of a file's size fail, instead of ending the program without a word.
#[cfg(unix)]
pub fn outlive_limits() {
    // Where it cannot be done, the signal ends the program as it always does.
    drop(signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false))));
}

/// Elsewhere there is no such signal.
#[cfg(not(unix))]
pub const fn outlive_limits() {}
