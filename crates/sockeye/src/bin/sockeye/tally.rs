//! What a run has moved: `--stats`, SIGUSR1.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use serde_json::{Value, json};
use sockeye::engine::{Engine, Session};

/// Sums up the sessions that have ended.
#[derive(Debug)]
pub(crate) struct Tally {
    started: Instant,
    sessions: AtomicU64,
    /// Of those that count their bytes here themselves.
    sessions_open: AtomicU64,
    bytes_in: Arc<AtomicU64>,
    bytes_out: Arc<AtomicU64>,
    bytes_lost: AtomicU64,
}

/// What a run has moved at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stats {
    sessions: u64,
    sessions_open: u64,
    refused: u64,
    bytes_in: u64,
    bytes_out: u64,
    bytes_lost: u64,
    elapsed_ms: u64,
}

impl Tally {
    /// Starts with nothing moved.
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            sessions: AtomicU64::new(0),
            sessions_open: AtomicU64::new(0),
            bytes_in: Arc::default(),
            bytes_out: Arc::default(),
            bytes_lost: AtomicU64::new(0),
        }
    }

    /// Adds a session that has ended.
    pub(crate) fn add(&self, session: &Session) {
        let facts = session.facts();
        self.sessions.fetch_add(1, Relaxed);
        self.bytes_in
            .fetch_add(facts.bytes_in.load(Relaxed), Relaxed);
        self.bytes_out
            .fetch_add(facts.bytes_out.load(Relaxed), Relaxed);
        self.bytes_lost
            .fetch_add(facts.bytes_lost.load(Relaxed), Relaxed);
    }

    /// Counts one that begins and counts its bytes here itself.
    ///
    /// It counts as open until what is returned is dropped.
    pub(crate) fn began(&self) -> Open<'_> {
        self.sessions.fetch_add(1, Relaxed);
        self.sessions_open.fetch_add(1, Relaxed);
        Open(self)
    }

    /// Returns where bytes from the first end are counted.
    pub(crate) fn bytes_in(&self) -> &Arc<AtomicU64> {
        &self.bytes_in
    }

    /// Returns where bytes to the first end are counted.
    pub(crate) fn bytes_out(&self) -> &Arc<AtomicU64> {
        &self.bytes_out
    }

    /// Counts bytes that did not arrive.
    pub(crate) fn lost(&self, bytes: u64) {
        self.bytes_lost.fetch_add(bytes, Relaxed);
    }

    /// Returns the sums, with what the engine's open sessions have moved so far.
    pub(crate) fn stats(&self, engine: &Engine) -> Stats {
        let open = engine.sessions();
        let mut stats = self.own_stats();
        stats.sessions += open.len() as u64;
        stats.sessions_open += open.len() as u64;
        stats.bytes_in += open.iter().map(|session| session.bytes_in).sum::<u64>();
        stats.bytes_out += open.iter().map(|session| session.bytes_out).sum::<u64>();
        stats
    }

    /// Returns the sums of what is counted here.
    pub(crate) fn own_stats(&self) -> Stats {
        let elapsed_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Stats {
            sessions: self.sessions.load(Relaxed),
            sessions_open: self.sessions_open.load(Relaxed),
            refused: 0,
            bytes_in: self.bytes_in.load(Relaxed),
            bytes_out: self.bytes_out.load(Relaxed),
            bytes_lost: self.bytes_lost.load(Relaxed),
            elapsed_ms,
        }
    }
}

/// One that is open and counts its bytes itself.
#[derive(Debug)]
pub(crate) struct Open<'a>(&'a Tally);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.sessions_open.fetch_sub(1, Relaxed);
    }
}

impl Stats {
    /// Returns how many sessions there have been.
    pub(crate) fn sessions(self) -> u64 {
        self.sessions
    }

    /// Adds those that a listener has refused.
    pub(crate) fn with_refused(self, refused: u64) -> Self {
        Self { refused, ..self }
    }

    /// Returns the same as an object.
    pub(crate) fn to_json(self) -> Value {
        let Self {
            sessions,
            sessions_open,
            refused,
            bytes_in,
            bytes_out,
            bytes_lost,
            elapsed_ms,
        } = self;
        json!({
            "event": "stats",
            "sessions": sessions,
            "sessions_open": sessions_open,
            "refused": refused,
            "bytes_in": bytes_in,
            "bytes_out": bytes_out,
            "bytes_lost": bytes_lost,
            "elapsed_ms": elapsed_ms,
        })
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sessions,
            sessions_open,
            refused,
            bytes_in,
            bytes_out,
            bytes_lost,
            elapsed_ms,
        } = self;
        let (seconds, ms) = (elapsed_ms / 1_000, elapsed_ms % 1_000);
        write!(
            f,
            "stats: sessions {sessions} ({sessions_open} open), bytes in {bytes_in}, out {bytes_out}, \
             lost {bytes_lost}, {seconds}.{ms:03} s"
        )?;
        match refused {
            0 => Ok(()),
            _ => write!(f, "; refused {refused}"),
        }
    }
}
