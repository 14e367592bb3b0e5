//! The way of a peer's messages: past its session by a shortcut, or through a queue to it.
//!
//! Invariant: a message takes the shortcut only while none is in the queue or in the session's hands, so all
//! of a peer's stay in order; the queue holds at most [`QUEUE_MESSAGES`] and [`QUEUE_BYTES_MAX`], and
//! counts what it drops.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::io::{Shortcut, Way};
use crate::sys::messages::{self, Ends};

/// The way to a peer's session.
#[derive(Debug)]
pub(super) struct Queue {
    messages: mpsc::Sender<Bytes>,
    pub(super) level: Arc<Level>,
    /// Where messages go while those before them are not in the queue or the session's hands.
    pub(super) shortcut: Option<Arc<Shortcut>>,
}

/// How full a peer's queue is, with what its session has taken and not done with.
#[derive(Debug, Default)]
pub(super) struct Level {
    pub(super) messages: AtomicUsize,
    bytes: AtomicUsize,
    pub(super) bytes_dropped: AtomicU64,
}

impl Queue {
    /// Makes an empty one and its far end.
    pub(super) fn new() -> (Self, mpsc::Receiver<Bytes>) {
        let (messages, arrived) = mpsc::channel(QUEUE_MESSAGES);
        let queue = Self {
            messages,
            level: Arc::default(),
            shortcut: None,
        };
        (queue, arrived)
    }

    /// Passes messages by the shortcut as far as they go that way, and puts in the rest.
    pub(super) fn pass(&self, run: &[(Ends, &[u8])], now: Instant) {
        let mut rest = run;
        if let Some(shortcut) = &self.shortcut
            && self.level.messages.load(Ordering::Acquire) == 0
        {
            let passed = pass_by(shortcut, run, now);
            rest = run.get(passed..).unwrap_or_default();
        }
        for (_, message) in rest {
            self.put(message);
        }
    }

    /// Puts a message in, or counts it as dropped where there is no room.
    fn put(&self, message: &[u8]) {
        let held = self.level.bytes.load(Ordering::Acquire);
        if held + message.len() <= QUEUE_BYTES_MAX {
            // Counted before it is seen, so that who takes it out never counts below zero.
            self.level.messages.fetch_add(1, Ordering::AcqRel);
            self.level.bytes.fetch_add(message.len(), Ordering::AcqRel);
            match self.messages.try_send(Bytes::copy_from_slice(message)) {
                Ok(()) => return,
                Err(_) => self.level.took(1, message.len()),
            }
        }
        let dropped = &self.level.bytes_dropped;
        dropped.fetch_add(message.len() as u64, Ordering::Relaxed);
    }
}

/// Sends messages by a shortcut up to the first that cannot go at once; returns how many are done with.
fn pass_by(shortcut: &Shortcut, run: &[(Ends, &[u8])], now: Instant) -> usize {
    let fits = |(_, message): &&(Ends, &[u8])| message.len() <= shortcut.bytes_max();
    let fitting = run.iter().take_while(fits).count();
    let mut done = 0;
    while done < fitting && shortcut.is_open() {
        let rest = run.get(done..fitting).unwrap_or_default();
        let each = rest.iter().map(|(_, message)| *message);
        match messages::send(shortcut.socket(), None, each.clone()) {
            Ok(count) => {
                let bytes = each.take(count).map(<[u8]>::len).sum();
                shortcut.count(Way::Forth, count, bytes, now);
                done += count;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => {
                let bytes = rest.first().map_or(0, |(_, message)| message.len());
                shortcut.sink_failed(Way::Forth, error, bytes);
                done += 1;
            }
        }
    }
    done
}

impl Level {
    pub(super) fn took(&self, messages: usize, bytes: usize) {
        self.messages.fetch_sub(messages, Ordering::AcqRel);
        self.bytes.fetch_sub(bytes, Ordering::AcqRel);
    }
}

/// Messages that a peer may be ahead of its session: a burst and more.
pub(super) const QUEUE_MESSAGES: usize = 1024;
/// Bytes that a peer may be ahead of its session.
const QUEUE_BYTES_MAX: usize = 4 * 1024 * 1024;
