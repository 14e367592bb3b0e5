//! Waiting for what no event tells: a file's contents, a screen, a process table.

use std::thread;
use std::time::{Duration, Instant};

/// Looks again and again until `look` finds something, and returns it.
///
/// # Panics
/// When nothing was found before [`DEADLINE`]; `what` says what was waited for.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            Instant::now() < deadline,
            "{DEADLINE:?} went by without {what}"
        );
        thread::sleep(BETWEEN_LOOKS);
    }
}

/// After so long a process under test is taken to hang; far above what a loaded machine needs.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

const BETWEEN_LOOKS: Duration = Duration::from_millis(20);
