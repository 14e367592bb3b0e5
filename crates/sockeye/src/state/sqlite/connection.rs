//! How connections are set up, and what SQLite's errors mean here.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use sockeye_proto::irc::id::Number;

use super::{StoreOptions, append, schema};
use crate::state::LogError;

/// Opens the database for the writer and twice for reading, and brings it up to date; returns the last
/// number of its log, too.
pub(super) fn open(
    path: &Path,
    options: &StoreOptions,
) -> Result<(Connection, [Connection; 2], Number), LogError> {
    let mut writable = open_writer(path, options)?;
    schema::migrate(&mut writable)?;
    append::check_newest(&writable)?;
    let last = append::last(&writable)?;
    let readable = [open_reader(path)?, open_reader(path)?];
    Ok((writable, readable, last))
}

/// Opens the one connection that writes.
pub(super) fn open_writer(path: &Path, options: &StoreOptions) -> Result<Connection, LogError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_MAX)?;
    // Before the first table: it cannot be switched on later without a VACUUM.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(LogError::Unwritable(format!(
            "no write-ahead log here (journal mode {mode})"
        )));
    }
    connection.pragma_update(None, "synchronous", synchronous(options))?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    // What a backup has made it grow by is given back.
    connection.pragma_update(None, "journal_size_limit", WAL_BYTES_KEPT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", "FAST")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    if let Some(pages) = options.pages_max {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(connection)
}

/// Returns when a commit returns: once it is on disk, unless that is not wanted.
pub(super) fn synchronous(options: &StoreOptions) -> &'static str {
    match options.unsafe_no_sync {
        true => "OFF",
        false => "FULL",
    }
}

/// Opens a connection that only reads (and checkpoints).
pub(super) fn open_reader(path: &Path) -> Result<Connection, LogError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_MAX)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

impl From<rusqlite::Error> for LogError {
    fn from(e: rusqlite::Error) -> Self {
        let why = words(&e);
        match e.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(why),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Unreadable(why),
            Some(ErrorCode::OperationInterrupted) => Self::Unreadable(why),
            Some(_) => Self::Unwritable(why),
            None => Self::Unreadable(why),
        }
    }
}

/// Says what happened once, without SQLite's error numbers.
fn words(e: &rusqlite::Error) -> String {
    match e {
        rusqlite::Error::SqliteFailure(_, Some(words)) => words.clone(),
        e => e.to_string(),
    }
}

/// How long a connection waits for another one's lock. Only a checkpoint takes any.
const BUSY_MAX: Duration = Duration::from_secs(5);

/// How much of the write-ahead log's file stays when it starts over: as much as it takes while the
/// reader is busy.
const WAL_BYTES_KEPT: u64 = super::writer::WAL_PAGES_MAX as u64 * 4_096;

/// The writer's page cache, KiB: the right edge of the log and of the busy channels' index.
const CACHE_KIB: i32 = 8 * 1024;
