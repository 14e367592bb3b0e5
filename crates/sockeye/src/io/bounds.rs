//! What bounds a conversation: bytes a second, bytes in all, and a time after which it is over.
//!
//! Bounds travel with the conversation, above its layers. A service is held to them by the stream
//! it reads and writes; a relay takes them off and asks its [`Gate`]s how long the next copy or
//! splice may be, so that a bounded relay still splices.
//!
//! Invariants: no byte beyond a quota is passed on; the first one that comes is an error, and is
//! never taken for the end. Who waits at a gate holds nothing in hand.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::num::NonZeroU64;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use sockeye_proto::limit::ByteBucket;
use tokio::io::ReadBuf;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::endpoint::{LimitOptions, Value};
use crate::error::ErrorKind;

/// What bounds one conversation.
#[derive(Debug)]
pub(crate) struct Bounds {
    pub(super) received: Gate,
    pub(super) sent: Gate,
    pub(super) deadline: Option<Deadline>,
    /// Bytes of messages that came beyond the quota.
    pub(super) bytes_refused: u64,
}

impl Bounds {
    /// Returns the bounds that `limit` and a time from a moment on set; `None` where there are none.
    pub(crate) fn new(
        limit: &LimitOptions,
        time: Option<(Instant, Duration)>,
    ) -> Option<Box<Self>> {
        if limit.rate.is_none() && limit.bytes.is_none() && time.is_none() {
            return None;
        }
        let quota = limit.bytes.map(|bytes| Arc::new(Quota::new(bytes)));
        let gate = || Gate {
            pace: limit.rate.map(|rate| Pace::new(rate, limit.burst)),
            quota: quota.clone(),
        };
        Some(Box::new(Self {
            received: gate(),
            sent: gate(),
            deadline: time.map(|(from, limit)| Deadline {
                limit,
                timer: Box::pin(sleep_until(from + limit)),
            }),
            bytes_refused: 0,
        }))
    }

    /// Returns what tells later whether more came than its quota.
    pub(crate) fn quota(&self) -> Option<Arc<Quota>> {
        self.received.quota.clone()
    }

    /// Takes it apart for somebody who moves messages beside the conversation: what is received passes
    /// through one, what is sent through the other.
    pub(crate) fn into_gates(self) -> (Gate, Gate) {
        (self.received, self.sent)
    }

    /// Reads by `read` what may pass; who reads nothing has come to the end.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
        read: impl FnOnce(&mut Context<'_>, &mut ReadBuf<'_>) -> Poll<io::Result<()>>,
    ) -> Poll<io::Result<()>> {
        self.check_time(cx)?;
        // Where none may pass, one shows whether the end comes or more.
        let room = ready!(self.received.poll_room(cx)).max(1);
        let part = buf.initialize_unfilled_to(room.min(buf.remaining()));
        let mut part = ReadBuf::new(part);
        ready!(read(cx, &mut part))?;
        let count = part.filled().len();
        self.received.check(count)?;
        self.received.passed(count);
        buf.advance(count);
        Poll::Ready(Ok(()))
    }

    /// Writes by `write` what may pass of `buf`.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        buf: &[u8],
        write: impl FnOnce(&mut Context<'_>, &[u8]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        self.check_time(cx)?;
        let room = ready!(self.sent.poll_room(cx));
        let part = buf.get(..room).unwrap_or(buf);
        if part.is_empty() {
            self.sent.check(buf.len())?;
        }
        let count = ready!(write(cx, part))?;
        self.sent.passed(count);
        Poll::Ready(Ok(count))
    }

    /// Fails once its time is over.
    pub(super) fn check_time(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.deadline.as_mut().map(|deadline| deadline.poll(cx)) {
            Some(Poll::Ready(reached)) => Err(reached.into()),
            _ => Ok(()),
        }
    }
}

/// A bound that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reached {
    /// All of so many bytes have passed, and more came.
    Quota(u64),
    /// It was not over within this time.
    Time(Duration),
}

impl Reached {
    /// Returns the bound that an error stands for, if it does.
    pub(super) fn in_error(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }

    /// Returns who is at fault.
    pub(crate) fn kind(self) -> ErrorKind {
        match self {
            Self::Quota(_) => ErrorKind::LocalQuota,
            Self::Time(_) => ErrorKind::PeerTimeout,
        }
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quota(bytes) => {
                let bytes = Value::Bytes(*bytes);
                write!(f, "more than the {bytes} bytes that +limit allows")
            }
            Self::Time(limit) => write!(f, "not over within {}", Value::Duration(*limit)),
        }
    }
}

impl std::error::Error for Reached {}

impl From<Reached> for io::Error {
    fn from(reached: Reached) -> Self {
        let kind = match reached {
            Reached::Quota(_) => io::ErrorKind::QuotaExceeded,
            Reached::Time(_) => io::ErrorKind::TimedOut,
        };
        Self::new(kind, reached)
    }
}

/// What one direction of a conversation passes through.
#[derive(Debug)]
pub(crate) struct Gate {
    pace: Option<Pace>,
    quota: Option<Arc<Quota>>,
}

impl Gate {
    /// Waits until something may pass.
    pub(crate) async fn open(&mut self) {
        poll_fn(|cx| self.poll_room(cx)).await;
    }

    /// Counts a message that passes.
    ///
    /// # Errors
    /// It is beyond the quota, and does not.
    pub(crate) fn pass(&mut self, bytes: usize) -> Result<(), Reached> {
        self.check(bytes)?;
        self.passed(bytes);
        Ok(())
    }

    /// Waits until some bytes may pass and returns how many; 0 when the quota is used up.
    pub(super) fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        let left = self.left();
        let room = match &mut self.pace {
            Some(pace) if left > 0 => ready!(pace.poll(cx)).min(left),
            _ => left,
        };
        Poll::Ready(usize::try_from(room).unwrap_or(usize::MAX))
    }

    /// Counts what has passed.
    pub(super) fn passed(&mut self, bytes: usize) {
        if let Some(pace) = &mut self.pace {
            pace.bucket.take(pace.began.elapsed(), bytes as u64);
        }
        if let Some(quota) = &self.quota {
            quota.take(bytes as u64);
        }
    }

    /// Returns how many bytes of the quota are left.
    pub(super) fn left(&self) -> u64 {
        let left = |quota: &Arc<Quota>| quota.left.load(Ordering::Relaxed);
        self.quota.as_ref().map_or(u64::MAX, left)
    }

    /// Returns the bound, once more has come than it allows.
    pub(super) fn reached(&self) -> Option<Reached> {
        self.quota.as_ref()?.reached()
    }

    /// Checks that `more` may pass; if not, that is the end.
    pub(super) fn check(&self, more: usize) -> Result<(), Reached> {
        match &self.quota {
            Some(quota) if self.left() < more as u64 => {
                quota.exceeded.store(true, Ordering::Relaxed);
                Err(Reached::Quota(quota.bytes_max))
            }
            _ => Ok(()),
        }
    }
}

/// How many bytes a conversation may move, both ways together.
#[derive(Debug)]
pub(crate) struct Quota {
    bytes_max: u64,
    left: AtomicU64,
    exceeded: AtomicBool,
}

impl Quota {
    fn new(bytes_max: u64) -> Self {
        Self {
            bytes_max,
            left: AtomicU64::new(bytes_max),
            exceeded: AtomicBool::new(false),
        }
    }

    /// Only who holds the conversation takes, so no two do at once.
    fn take(&self, bytes: u64) {
        let left = self.left.load(Ordering::Relaxed);
        let left = left.saturating_sub(bytes);
        self.left.store(left, Ordering::Relaxed);
    }

    /// Returns the bound, once more has come.
    pub(crate) fn reached(&self) -> Option<Reached> {
        let exceeded = self.exceeded.load(Ordering::Relaxed);
        exceeded.then_some(Reached::Quota(self.bytes_max))
    }
}

/// How many bytes a second pass.
#[derive(Debug)]
struct Pace {
    bucket: ByteBucket,
    began: Instant,
    /// What is waited for when nothing is left: some, for each wait has a cost.
    least: u64,
    /// There only while it waits.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    fn new(rate: NonZeroU64, burst: Option<u64>) -> Self {
        let burst = burst.unwrap_or(rate.get() / BURST_PARTS);
        let burst = burst.max(rate.get() / BURST_PARTS_MAX).max(1);
        Self {
            bucket: ByteBucket::new(rate, burst),
            began: Instant::now(),
            least: (burst / LEAST_PARTS).max(1),
            timer: None,
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<u64> {
        loop {
            let available = self.bucket.available(self.began.elapsed());
            if available >= self.least {
                self.timer = None;
                return Poll::Ready(available);
            }
            let due = self.began + self.bucket.due(self.least);
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
            if timer.deadline() != due {
                timer.as_mut().reset(due);
            }
            ready!(timer.as_mut().poll(cx));
        }
    }
}

/// When a conversation is over, whatever it does.
#[derive(Debug)]
pub(super) struct Deadline {
    limit: Duration,
    timer: Pin<Box<Sleep>>,
}

impl Deadline {
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Reached> {
        ready!(self.timer.as_mut().poll(cx));
        Poll::Ready(Reached::Time(self.limit))
    }
}

/// The burst where none is said: what passes in a tenth of a second, which nobody sees.
const BURST_PARTS: u64 = 10;
/// The smallest burst: what passes in 2 ms. Timers tick every millisecond, and what a smaller bucket
/// cannot hold meanwhile would be lost to the rate.
const BURST_PARTS_MAX: u64 = 500;
/// Parts of a burst of which one is waited for.
const LEAST_PARTS: u64 = 4;

#[cfg(test)]
mod tests;
