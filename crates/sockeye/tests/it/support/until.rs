//! Waiting for what no event tells: a file's contents, a screen, a process table.

use std::thread;
use std::time::{Duration, Instant};

/// Looks again and again until `look` finds something, and returns it.
///
/// # Panics
/// When nothing was found before [`DEADLINE`]; `what` says what was waited for.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    until_seen(what, || look().ok_or_else(String::new))
}

/// Does the same with a `look` that says what it saw instead, for the message of the panic.
pub(crate) fn until_seen<T>(what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let seen = match look() {
            Ok(found) => return found,
            Err(seen) => seen,
        };
        assert!(
            Instant::now() < deadline,
            "{DEADLINE:?} went by without {what}\n{seen}"
        );
        thread::sleep(BETWEEN_LOOKS);
    }
}

/// After so long a process under test is taken to hang; far above what a loaded machine needs.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

const BETWEEN_LOOKS: Duration = Duration::from_millis(20);
