//! When a relay is over that does not end by itself: after a silence, or when its time is.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use super::bounds::Deadline;
use super::relay::Ending;

/// When a relay is over that has not ended by itself.
pub(super) struct Over {
    idle: Option<IdleLimit>,
    deadlines: Vec<Deadline>,
}

impl Over {
    /// Returns what ends a relay, boxed, for most have nothing that does.
    pub(super) fn new(idle: Option<Duration>, deadlines: Vec<Deadline>) -> Option<Box<Self>> {
        let idle = idle.map(IdleLimit::new);
        (idle.is_some() || !deadlines.is_empty()).then(|| Box::new(Self { idle, deadlines }))
    }

    /// Completes when it is over; `progress` grows with each byte that moves.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, progress: u64) -> Poll<Ending> {
        for deadline in &mut self.deadlines {
            if let Poll::Ready(reached) = deadline.poll(cx) {
                return Poll::Ready(Ending::Bound(reached));
            }
        }
        match &mut self.idle {
            Some(limit) => limit.poll(cx, progress).map(|()| Ending::Idle),
            None => Poll::Pending,
        }
    }
}

/// Ends a relay in which nothing moves.
struct IdleLimit {
    limit: Duration,
    timer: Pin<Box<Sleep>>,
    seen: u64,
    moved: Instant,
}

impl IdleLimit {
    fn new(limit: Duration) -> Self {
        Self {
            limit,
            timer: Box::pin(sleep(limit)),
            seen: 0,
            moved: Instant::now(),
        }
    }

    /// Completes when `progress` has not grown for the limit.
    fn poll(&mut self, cx: &mut Context<'_>, progress: u64) -> Poll<()> {
        if progress != self.seen {
            self.seen = progress;
            self.moved = Instant::now();
        }
        loop {
            ready!(self.timer.as_mut().poll(cx));
            let due = self.moved + self.limit;
            if due <= Instant::now() {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(due);
        }
    }
}
