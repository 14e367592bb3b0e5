//! How fast the lines of a connection are taken: what is over that waits, and is never cut.

use std::time::Duration;

use sockeye_proto::limit::Bucket;

/// The pace of a connection's lines.
#[derive(Debug)]
pub(super) struct Flood {
    lines: Bucket,
    /// For those that only say that somebody types.
    typing: Bucket,
}

impl Flood {
    pub(super) fn new() -> Self {
        Self {
            lines: Bucket::new(BURST, INTERVAL),
            typing: Bucket::new(BURST, INTERVAL),
        }
    }

    /// Takes a line.
    ///
    /// # Errors
    /// How long it has to wait.
    pub(super) fn take(&mut self, now: Duration) -> Result<(), Duration> {
        self.lines.take(now)
    }

    /// A line that was taken says only that somebody types, which holds up no others; but who says
    /// it all the time does not get more lines for it.
    pub(super) fn types(&mut self, now: Duration) {
        if self.typing.take(now).is_ok() {
            self.lines.put_back();
        }
    }
}

/// Lines that are taken at once.
const BURST: u32 = 10;

/// Time for one more line.
const INTERVAL: Duration = Duration::from_millis(200);
