//! Ctrl-C: asks the work to end at the next whole step; a second one ends it at once.

use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::Exit;

static STOP: AtomicBool = AtomicBool::new(false);

/// Starts to listen, and returns the flag that is set when the user wants to stop.
pub fn listen() -> &'static AtomicBool {
    // Where no handler can be set, the signal ends the process: the archive bears that too.
    let _ = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Interrupted as i32);
        }
    });
    &STOP
}
