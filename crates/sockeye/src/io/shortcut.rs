//! A shortcut through a relay of messages: who carries the near end sends them straight to the far one's
//! socket, and back, without the relay's task.
//!
//! ```text
//!  relay ──opens, closes──▶ carrier of `a` ──forth──▶ socket of `b`
//!    ▲                         │   ◀──back──
//!    └── counts, a failure ────┘            what cannot go at once goes through the relay, as ever
//! ```
//!
//! Invariants: a message takes the shortcut only when all before it have gone; each is counted before
//! silence can be taken for the end; after a failure none is taken any more.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::Instant;

use super::relay::Ending;
use super::watch::Way;

/// What passes between the two ends of a relay of messages without it.
#[derive(Debug)]
pub struct Shortcut {
    socket: Arc<UdpSocket>,
    bytes_max: usize,
    forth: Arc<Passed>,
    back: Arc<Passed>,
    opened: Instant,
    /// When a message passed for the last time, microseconds since it was opened.
    moved_us: AtomicU64,
    /// Messages, both ways, that the relay knows of.
    noted: AtomicU64,
    failed: AtomicBool,
    relay: Mutex<Relay>,
}

/// What has passed one way.
#[derive(Debug)]
pub(super) struct Passed {
    messages: AtomicU64,
    bytes: AtomicU64,
    /// Where the session counts the same.
    total: Arc<AtomicU64>,
}

/// What the relay is told.
#[derive(Debug, Default)]
struct Relay {
    failure: Option<Failure>,
    waker: Option<Waker>,
}

/// What ended a shortcut, and with it the relay.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) way: Way,
    pub(super) ending: Ending,
    /// What was taken and could not be sent.
    pub(super) bytes_lost: u64,
}

impl Shortcut {
    /// Makes one to the socket of `b`, which takes messages up to `bytes_max`.
    pub(super) fn new(
        socket: Arc<UdpSocket>,
        bytes_max: usize,
        from_a: &Arc<AtomicU64>,
        to_a: &Arc<AtomicU64>,
    ) -> Self {
        Self {
            socket,
            bytes_max,
            forth: Passed::counting(from_a),
            back: Passed::counting(to_a),
            opened: Instant::now(),
            moved_us: AtomicU64::new(0),
            noted: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            relay: Mutex::default(),
        }
    }

    /// Returns what has passed that way.
    pub(super) fn passed(&self, way: Way) -> &Arc<Passed> {
        match way {
            Way::Forth => &self.forth,
            Way::Back => &self.back,
        }
    }

    /// Returns when a message passed for the last time, and notes that the relay knows of all so far.
    pub(crate) fn moved(&self) -> Instant {
        // Read first: what passes meanwhile is not noted.
        self.noted.store(self.messages(), Ordering::Release);
        self.opened + Duration::from_micros(self.moved_us.load(Ordering::Acquire))
    }

    /// Completes when it has failed; it is told once.
    pub(super) fn poll_failure(&self, cx: &Context<'_>) -> Poll<Failure> {
        let mut relay = self.relay();
        if let Some(failure) = relay.failure.take() {
            return Poll::Ready(failure);
        }
        match &mut relay.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    /// Returns the socket of `b`.
    pub(crate) fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// Returns the largest message that goes to `b`, bytes.
    pub(crate) fn bytes_max(&self) -> usize {
        self.bytes_max
    }

    /// Tells whether it is in use: nothing has failed.
    pub(crate) fn is_open(&self) -> bool {
        !self.failed.load(Ordering::Acquire)
    }

    /// Tells whether something has passed that the relay does not know of.
    pub(crate) fn has_news(&self) -> bool {
        self.messages() != self.noted.load(Ordering::Acquire)
    }

    /// Counts messages that have just passed.
    pub(crate) fn count(&self, way: Way, messages: usize, bytes: usize, now: Instant) {
        let moved_us = now.saturating_duration_since(self.opened).as_micros();
        let moved_us = u64::try_from(moved_us).unwrap_or(u64::MAX);
        self.moved_us.store(moved_us, Ordering::Release);
        let (passed, bytes) = (self.passed(way), bytes as u64);
        passed.bytes.fetch_add(bytes, Ordering::Relaxed);
        passed.total.fetch_add(bytes, Ordering::Relaxed);
        passed
            .messages
            .fetch_add(messages as u64, Ordering::Release);
    }

    /// Ends the relay, for a message of so many bytes could not be sent.
    pub(crate) fn sink_failed(&self, way: Way, error: io::Error, bytes: usize) {
        self.fail(way, Ending::of_sink(error), bytes as u64);
    }

    /// Ends the relay, for `b` has failed.
    pub(crate) fn source_failed(&self, error: io::Error) {
        self.fail(Way::Back, Ending::of_source(error), 0);
    }

    fn fail(&self, way: Way, ending: Ending, bytes_lost: u64) {
        self.failed.store(true, Ordering::Release);
        let mut relay = self.relay();
        relay.failure.get_or_insert(Failure {
            way,
            ending,
            bytes_lost,
        });
        if let Some(waker) = relay.waker.take() {
            waker.wake();
        }
    }

    fn messages(&self) -> u64 {
        let passed = [&self.forth, &self.back].map(|way| way.messages.load(Ordering::Acquire));
        passed.iter().sum()
    }

    fn relay(&self) -> MutexGuard<'_, Relay> {
        self.relay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Passed {
    fn counting(total: &Arc<AtomicU64>) -> Arc<Self> {
        Arc::new(Self {
            messages: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            total: Arc::clone(total),
        })
    }

    /// Returns the bytes of all messages.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}
