//! What a run has moved: `--stats`, SIGUSR1.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use serde_json::{Value, json};
use sockeye::engine::{Engine, Session};

/// Sums up the sessions that have ended.
#[derive(Debug)]
pub(crate) struct Tally {
    started: Instant,
    sessions: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    bytes_lost: AtomicU64,
}

/// What a run has moved at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stats {
    sessions: u64,
    sessions_open: u64,
    bytes_in: u64,
    bytes_out: u64,
    bytes_lost: u64,
    elapsed_ms: u64,
}

impl Tally {
    /// Starts with nothing moved.
    pub(crate) fn new() -> Self {
        let [sessions, bytes_in, bytes_out, bytes_lost] = [0; 4].map(AtomicU64::new);
        Self {
            started: Instant::now(),
            sessions,
            bytes_in,
            bytes_out,
            bytes_lost,
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

    /// Returns the sums, with what the engine's open sessions have moved so far.
    pub(crate) fn stats(&self, engine: &Engine) -> Stats {
        let open = engine.sessions();
        let elapsed_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Stats {
            sessions: self.sessions.load(Relaxed) + open.len() as u64,
            sessions_open: open.len() as u64,
            bytes_in: self.bytes_in.load(Relaxed) + open.iter().map(|s| s.bytes_in).sum::<u64>(),
            bytes_out: self.bytes_out.load(Relaxed) + open.iter().map(|s| s.bytes_out).sum::<u64>(),
            bytes_lost: self.bytes_lost.load(Relaxed),
            elapsed_ms,
        }
    }
}

impl Stats {
    /// Returns the same as an object.
    pub(crate) fn to_json(self) -> Value {
        let Self {
            sessions,
            sessions_open,
            bytes_in,
            bytes_out,
            bytes_lost,
            elapsed_ms,
        } = self;
        json!({
            "event": "stats",
            "sessions": sessions,
            "sessions_open": sessions_open,
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
        )
    }
}
