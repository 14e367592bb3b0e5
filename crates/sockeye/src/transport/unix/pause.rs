//! Waiting for what no event tells of: room in the queue of a socket that one is not connected to.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustix::io::Errno;
use tokio::time::{Instant, Sleep, sleep};

/// Pauses between attempts, each twice as long as the one before.
#[derive(Debug)]
pub(super) struct Pause {
    timer: Option<Pin<Box<Sleep>>>,
    next: Duration,
    /// When the first attempt was in vain.
    since: Option<Instant>,
}

impl Default for Pause {
    fn default() -> Self {
        Self {
            timer: None,
            next: PAUSE_MIN,
            since: None,
        }
    }
}

impl Pause {
    /// Completes when the pause is over; at once where there is none.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(timer) = &mut self.timer {
            ready!(timer.as_mut().poll(cx));
            self.timer = None;
        }
        Poll::Ready(())
    }

    /// Begins a pause after an attempt in vain; `false` when there have been such for `patience`.
    pub(super) fn begin(&mut self, patience: Option<Duration>) -> bool {
        let since = *self.since.get_or_insert_with(Instant::now);
        self.timer = Some(Box::pin(sleep(self.next)));
        self.next = (self.next * 2).min(PAUSE_MAX);
        patience.is_none_or(|patience| since.elapsed() < patience)
    }

    /// Notes that an attempt has succeeded.
    pub(super) fn succeeded(&mut self) {
        (self.next, self.since) = (PAUSE_MIN, None);
    }
}

/// Tells whether the same may succeed later: a queue is full, or the system short of memory.
pub(super) fn may_pass(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::AGAIN | Errno::NOBUFS | Errno::NOMEM | Errno::INTR)
    )
}

/// First and longest pause: soon enough to keep a reader busy, rare enough to cost nothing.
const PAUSE_MIN: Duration = Duration::from_millis(1);
const PAUSE_MAX: Duration = Duration::from_millis(64);
