//! Time as an argument.

use core::time::Duration;

/// The present, as the caller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Now {
    /// Time since an arbitrary start; never goes backwards. Deadlines and rates use it.
    pub monotonic: Duration,
    /// Milliseconds since 1970-01-01T00:00:00Z; may go backwards. Time stamps use it.
    pub wall_ms: u64,
}
