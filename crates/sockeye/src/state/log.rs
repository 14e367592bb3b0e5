//! The log: the order of everything durable, behind five calls.
//!
//! A single hub's log is the SQLite writer; a cluster's will be its log service. Both pass one
//! conformance suite.

use std::fmt;

use sockeye_proto::irc::event::Record;
use sockeye_proto::irc::id::Number;
use sockeye_proto::irc::input::Batch;

use crate::service::BoxFuture;

/// An ordered, durable log of batches.
pub trait Log: fmt::Debug + Send + Sync {
    /// Appends all of a batch or nothing; returns when it is on disk.
    ///
    /// One append runs at a time: the caller waits for the answer before the next.
    fn append(&self, batch: Batch) -> BoxFuture<'_, Result<(), LogError>>;

    /// Returns the state-bearing records after `after`, in order, without void ones and without
    /// messages, and the last number that the log knows.
    fn tail(&self, after: Number) -> BoxFuture<'_, Result<(Vec<Record>, Number), LogError>>;

    /// Stores the durable state as of `number`.
    fn put_snapshot(&self, number: Number, state: Vec<u8>) -> BoxFuture<'_, Result<(), LogError>>;

    /// Returns the newest snapshot.
    fn snapshot(&self) -> BoxFuture<'_, Result<Option<(Number, Vec<u8>)>, LogError>>;

    /// Takes or renews the right to append; returns its epoch, larger than any before.
    fn lease(&self) -> BoxFuture<'_, Result<u64, LogError>>;

    /// Returns how the log is doing.
    fn health(&self) -> Health;
}

/// Why the log did not take something.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogError {
    /// No space left, or the size limit is reached.
    Full(String),
    /// The log cannot be written: read-only, permissions, I/O error.
    Unwritable(String),
    /// The log holds what this version cannot read.
    Unreadable(String),
    /// Another hub holds the lease.
    Superseded,
}

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
