//! Ctrl-C and SIGTERM: the first lets the runs under way finish, the second ends the program at once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// A flag that is set by the first signal.
pub fn watch() -> Arc<AtomicBool> {
    let cancel = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&cancel);
    let watching = ctrlc::set_handler(move || {
        if seen.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    });
    // Without a handler a signal ends the program as it always does.
    drop(watching);
    cancel
}
