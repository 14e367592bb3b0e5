//! The reader thread: history and accounts are read here, and checkpoints made.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::mpsc;

use super::Shared;
use crate::state::LogError;

/// What the reader is asked to do.
pub(super) enum Job {
    Work(Box<dyn FnOnce(&Connection) + Send>),
    Checkpoint,
    Stop,
}

/// Works until it is told to stop or every sender is gone. A panic costs the one read: its asker sees the way back
/// closed.
pub(super) fn run(mut connection: Connection, shared: &Shared, mut jobs: mpsc::Receiver<Job>) {
    let started = Instant::now();
    let deadline_us = Arc::new(AtomicU64::new(u64::MAX));
    let limit = deadline_us.clone();
    let watched = connection.progress_handler(
        PROGRESS_OPS,
        Some(move || started.elapsed().as_micros() as u64 > limit.load(Ordering::Relaxed)),
    );
    if let Err(e) = watched {
        tracing::error!("reads of the store have no time limit: {e}");
    }
    while let Some(job) = jobs.blocking_recv() {
        match job {
            Job::Work(work) => {
                let deadline = started.elapsed() + READ_MAX;
                deadline_us.store(deadline.as_micros() as u64, Ordering::Relaxed);
                let read = std::panic::AssertUnwindSafe(|| work(&connection));
                if std::panic::catch_unwind(read).is_err() {
                    tracing::error!("a read of the store panicked");
                }
                deadline_us.store(u64::MAX, Ordering::Relaxed);
            }
            Job::Checkpoint => {
                checkpoint(&connection);
                shared.checkpointed.store(true, Ordering::Release);
            }
            Job::Stop => return,
        }
    }
}

/// Copies what it can from the write-ahead log into the database, without waiting for anyone.
pub(super) fn checkpoint(connection: &Connection) {
    let done = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    if let Err(e) = done {
        tracing::warn!("checkpoint: {e}");
    }
}

/// Says in words why a read ended without an answer.
pub(super) fn refused(e: rusqlite::Error) -> LogError {
    match e.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => {
            LogError::Unreadable(format!("the read took over {} s", READ_MAX.as_secs()))
        }
        _ => LogError::Unreadable(e.to_string()),
    }
}

/// Longest read. A longer one would keep the write-ahead log from starting over.
const READ_MAX: Duration = Duration::from_secs(1);

/// How many steps of SQLite's machine lie between two looks at the clock: some 100 µs.
const PROGRESS_OPS: i32 = 10_000;
