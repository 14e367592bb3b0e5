//! The log: the order of everything durable, behind five calls.
//!
//! A single hub's log is the SQLite writer; a cluster's will be its log service. Every log passes
//! the one suite in `conformance.rs`.

use std::fmt;
use std::pin::Pin;

use sockeye_proto::irc::event::Record;
use sockeye_proto::irc::history::{Found, Query};
use sockeye_proto::irc::id::Number;
use sockeye_proto::irc::input::Batch;

/// The future of a log's answer.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An ordered, durable log of batches.
pub trait Log: fmt::Debug + Send + Sync {
    /// Appends all of a batch or nothing; returns when it is on disk.
    ///
    /// One append runs at a time: the caller waits for the answer before the next. After an error
    /// the batch is not in the log and will never be.
    fn append(&self, batch: Batch) -> Answer<'_, Result<(), LogError>>;

    /// Returns what a restart needs of everything after `after`.
    fn tail(&self, after: Number) -> Answer<'_, Result<Tail, LogError>>;

    /// Stores the durable state as of `number`, in place of any earlier one.
    fn put_snapshot(&self, number: Number, state: Vec<u8>) -> Answer<'_, Result<(), LogError>>;

    /// Returns the newest snapshot.
    fn snapshot(&self) -> Answer<'_, Result<Option<Snapshot>, LogError>>;

    /// Takes or renews the right to append; returns its epoch, larger than any before.
    fn lease(&self) -> Answer<'_, Result<u64, LogError>>;

    /// Returns how the log is doing.
    fn health(&self) -> Health;
}

/// Reads stored messages back.
pub trait History: fmt::Debug + Send + Sync {
    /// Executes a query over the rows up to `upto`, without void ones.
    fn find(&self, query: Query, upto: Number) -> Answer<'_, Found>;
}

/// The durable state, and the number that it is of.
pub type Snapshot = (Number, Vec<u8>);

/// What a restart needs of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tail {
    /// The state-bearing records in order, without void ones and without messages.
    pub records: Vec<Record>,
    /// The last number that the log knows: of its rows and of its snapshot.
    pub last: Number,
    /// The time stamp of the last row, milliseconds since 1970.
    pub last_wall_ms: u64,
}

/// Why the log did not take or yield something.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogError {
    /// No space left, or the size limit is reached.
    Full(String),
    /// The log cannot be written: read-only, permissions, I/O error.
    Unwritable(String),
    /// The log cannot be read, or holds what this version does not know.
    Unreadable(String),
    /// Another hub holds the lease.
    Superseded,
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(why) | Self::Unwritable(why) | Self::Unreadable(why) => f.write_str(why),
            Self::Superseded => f.write_str("another hub holds the lease"),
        }
    }
}

impl std::error::Error for LogError {}

/// How the log is doing, for `status`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// The last number on disk.
    pub last: Number,
    /// Batches on disk since the start.
    pub batches: u64,
    /// Rows on disk since the start.
    pub rows: u64,
    /// Failures in a row; 0 when the last append succeeded.
    pub failures: u32,
    /// The last failure, in words.
    pub last_failure: Option<String>,
    /// Median commit time of the last 100 commits, microseconds.
    pub commit_us: u64,
}
