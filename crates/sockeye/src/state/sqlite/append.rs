//! A batch on its way to disk: encoding, inserting, and what is counted.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, ffi};
use sockeye_proto::irc::event::{Fact, MessageKind, Record, Stamp, StoredDirect, StoredMessage};
use sockeye_proto::irc::id::{AccountId, Number};
use sockeye_proto::irc::input::Batch;

use super::{erase, latest};
use crate::state::{Health, LogError};

/// Writes batches as rows; keeps its buffer between them.
pub(super) struct Encoder {
    hub: u64,
    body: Vec<u8>,
}

impl Encoder {
    pub(super) fn new(hub: u64) -> Self {
        Self {
            hub,
            body: Vec::new(),
        }
    }

    /// Inserts all rows of a batch, the batch's own row, what it makes void and what it empties.
    pub(super) fn insert(
        &mut self,
        transaction: &Transaction<'_>,
        batch: &Batch,
        epoch: u64,
    ) -> Result<(), LogError> {
        let mut crc = 0;
        let mut insert = transaction.prepare_cached(
            "INSERT INTO log (seq, at_ms, kind, channel, random, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for record in &batch.records {
            let mut body = std::mem::take(&mut self.body);
            body.clear();
            self.body = postcard::to_extend(&record.fact, body)
                .map_err(|e| LogError::Unwritable(e.to_string()))?;
            crc = crc32c::crc32c_append(crc, &self.body);
            let stamp = &record.stamp;
            insert.execute((
                stamp.number,
                stamp.wall_ms,
                kind(&record.fact),
                record.channel.0,
                stamp.random.cast_signed(),
                self.body.as_slice(),
            ))?;
            match &record.fact {
                Fact::Direct(direct) => insert_direct(transaction, record, direct)?,
                Fact::Redact { number, .. } => {
                    let sql = "INSERT INTO redaction (seq, by_seq) VALUES (?1, ?2)";
                    let mut insert = transaction.prepare_cached(sql)?;
                    insert.execute([*number, stamp.number])?;
                }
                _ => {}
            }
        }
        let mut void =
            transaction.prepare_cached("INSERT OR IGNORE INTO void (seq) VALUES (?1)")?;
        for number in &batch.voids {
            void.execute([number])?;
        }
        erase::texts(transaction, &batch.erased)?;
        let (Some(first), Some(last)) = (batch.records.first(), batch.records.last()) else {
            return Ok(());
        };
        transaction
            .prepare_cached(
                "INSERT INTO batch (first, last, n, format, hub, epoch, crc32c)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                first.stamp.number,
                last.stamp.number,
                batch.records.len(),
                FORMAT,
                self.hub.cast_signed(),
                epoch,
                crc,
            ))?;
        Ok(())
    }
}

/// Lists a direct message for each side that can read it.
fn insert_direct(
    transaction: &Transaction<'_>,
    record: &Record,
    direct: &StoredDirect,
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT OR IGNORE INTO direct (owner, peer, at_ms, seq, kind) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let Stamp {
        number, wall_ms, ..
    } = record.stamp;
    let kind = kind(&record.fact);
    for (owner, peer) in sides(direct) {
        insert.execute((owner.0, peer, wall_ms, number, kind))?;
    }
    match kind {
        KIND_DIRECT => latest::note(transaction, record, direct),
        _ => Ok(()),
    }
}

/// Returns the accounts that can read a direct message, each with the key of the other side.
pub(super) fn sides(direct: &StoredDirect) -> impl Iterator<Item = (AccountId, &str)> {
    let (from, to) = (&direct.from, &direct.to);
    let both = [(from.account, &*to.key), (to.account, &*from.key)];
    both.into_iter()
        .filter_map(|(account, peer)| Some((account?, peer)))
}

/// Returns the column that tells kinds of facts apart; the schema's indexes are by these: 0 is what
/// all clients are shown of a channel, 1 to 15 make up the state, the rest is history only.
pub(super) fn kind(fact: &Fact) -> u8 {
    let is_tags = |message: &StoredMessage| message.kind == MessageKind::Tagmsg;
    match fact {
        Fact::Message(message) if is_tags(message) => 18,
        Fact::Message(_) => KIND_MESSAGE,
        Fact::Found(_) => 1,
        Fact::Topic { .. } => 2,
        Fact::Mode { .. } => 3,
        Fact::Rename { .. } => 4,
        Fact::ReadMark { .. } => 5,
        Fact::Registry { .. } => 6,
        Fact::Prefer { .. } => 7,
        Fact::Stay { .. } => 8,
        Fact::Metadata { .. } => 9,
        Fact::Direct(direct) if is_tags(&direct.message) => KIND_DIRECT_TAGS,
        Fact::Direct(_) => KIND_DIRECT,
        Fact::Presence(_) => 19,
        Fact::Redact { .. } => 20,
    }
}

/// Whether rows of this kind make up the state.
pub(super) fn is_state(kind: u8) -> bool {
    (1..=15).contains(&kind)
}

/// Whether rows of this kind are listed as direct messages.
pub(super) fn is_direct(kind: u8) -> bool {
    matches!(kind, KIND_DIRECT | KIND_DIRECT_TAGS)
}

/// Whether rows of this kind have a text that was said.
pub(super) fn is_said(kind: u8) -> bool {
    matches!(kind, KIND_MESSAGE | KIND_DIRECT)
}

/// Takes a batch out again; what it has emptied stays empty.
pub(super) fn erase(transaction: &Transaction<'_>, batch: &Batch) -> rusqlite::Result<()> {
    for record in &batch.records {
        transaction.execute("DELETE FROM log WHERE seq = ?1", [record.stamp.number])?;
        match &record.fact {
            Fact::Direct(direct) => delete_direct(transaction, &record.stamp, direct)?,
            Fact::Redact { number, .. } => {
                let sql = "DELETE FROM redaction WHERE seq = ?1 AND by_seq = ?2";
                transaction.execute(sql, [*number, record.stamp.number])?;
            }
            _ => {}
        }
    }
    for number in &batch.voids {
        transaction.execute("DELETE FROM void WHERE seq = ?1", [number])?;
    }
    if let Some(first) = batch.records.first() {
        transaction.execute("DELETE FROM batch WHERE first = ?1", [first.stamp.number])?;
    }
    // Always changes a page, so that the transaction writes over the failed one's frames even
    // where nothing of it is visible.
    let sql = "INSERT INTO meta (key, value) VALUES ('erased', 1)
        ON CONFLICT DO UPDATE SET value = value + 1";
    transaction.execute(sql, [])?;
    Ok(())
}

/// Takes a direct message out of the lists.
pub(super) fn delete_direct(
    transaction: &Transaction<'_>,
    stamp: &Stamp,
    direct: &StoredDirect,
) -> rusqlite::Result<()> {
    for (owner, peer) in sides(direct) {
        latest::unlist(transaction, owner.0, peer, (stamp.wall_ms, stamp.number))?;
    }
    Ok(())
}

/// Returns whether a failed commit may have left a complete transaction in the write-ahead log:
/// everything but a failed write or a lack of space, which come before its last frame.
pub(super) fn may_have_reached_disk(e: &rusqlite::Error) -> bool {
    match e {
        rusqlite::Error::SqliteFailure(
            ffi::Error {
                code: ErrorCode::DiskFull,
                ..
            },
            _,
        ) => false,
        rusqlite::Error::SqliteFailure(ffi::Error { extended_code, .. }, _) => {
            *extended_code != ffi::SQLITE_IOERR_WRITE
        }
        _ => true,
    }
}

/// Compares the newest batch with its checksum: the last thing written is the first to be damaged.
///
/// # Errors
/// [`LogError::Unreadable`] where they differ, or the batch is of an unknown format.
pub(super) fn check_newest(connection: &Connection) -> Result<(), LogError> {
    let sql = "SELECT first, last, n, format, crc32c FROM batch ORDER BY id DESC LIMIT 1";
    let newest = connection
        .query_row(sql, [], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ))
        })
        .optional()?;
    let Some((first, last, n, format, crc)): Option<(u64, u64, u64, u32, u32)> = newest else {
        return Ok(());
    };
    if format != FORMAT {
        return Err(LogError::Unreadable(format!(
            "rows of format {format}, {FORMAT} is known"
        )));
    }
    let mut statement =
        connection.prepare("SELECT body FROM log WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq")?;
    let mut rows = statement.query([first, last])?;
    let (mut found_n, mut found_crc) = (0, 0);
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        found_crc = crc32c::crc32c_append(found_crc, body);
        found_n += 1;
    }
    match (found_n, found_crc) == (n, crc) {
        true => Ok(()),
        false => Err(LogError::Unreadable(format!(
            "rows {first} to {last} are damaged (checksum); restore a backup"
        ))),
    }
}

/// Returns this hub's id, made at the first start: it tells hubs of a cluster apart.
pub(super) fn hub_id(connection: &Connection) -> Result<u64, LogError> {
    let fresh = getrandom::u64().map_err(|e| LogError::Unwritable(e.to_string()))?;
    let sql = "INSERT OR IGNORE INTO meta (key, value) VALUES ('hub', ?1)";
    connection.execute(sql, [fresh.cast_signed()])?;
    let sql = "SELECT value FROM meta WHERE key = 'hub'";
    let id: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(id.cast_unsigned())
}

/// Returns the last number in the log.
pub(super) fn last(connection: &Connection) -> rusqlite::Result<Number> {
    let sql = "SELECT coalesce(max(seq), 0) FROM log";
    connection.query_row(sql, [], |row| row.get(0))
}

/// What the writer has done so far.
#[derive(Debug, Default)]
pub(super) struct Stats {
    health: Health,
    /// Times of the last commits, microseconds.
    commits_us: VecDeque<u64>,
}

impl Stats {
    pub(super) fn start(&mut self, last: Number) {
        self.health.last = last;
    }

    pub(super) fn succeeded(&mut self, batch: &Batch, took: Duration) {
        if let Some(last) = batch.records.last() {
            self.health.last = last.stamp.number;
        }
        self.health.batches += 1;
        self.health.rows += batch.records.len() as u64;
        self.health.failures = 0;
        if self.commits_us.len() == COMMITS_KEPT {
            self.commits_us.pop_front();
        }
        self.commits_us.push_back(took.as_micros() as u64);
    }

    pub(super) fn failed(&mut self, why: &LogError) {
        self.health.failures = self.health.failures.saturating_add(1);
        self.health.last_failure = Some(why.to_string());
    }

    pub(super) fn health(&self) -> Health {
        let mut sorted: Vec<_> = self.commits_us.iter().copied().collect();
        sorted.sort_unstable();
        let commit_us = sorted.get(sorted.len() / 2).copied().unwrap_or(0);
        Health {
            commit_us,
            ..self.health.clone()
        }
    }
}

/// Locks; a panic elsewhere while it was held leaves counters that are off by one at most.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The kind of a message's row.
pub(super) const KIND_MESSAGE: u8 = 0;

/// The kind of a direct message's row.
const KIND_DIRECT: u8 = 16;

/// The kind of a direct TAGMSG's row.
const KIND_DIRECT_TAGS: u8 = 17;

/// How bodies are written: 1 is postcard of [`Fact`].
const FORMAT: u32 = 1;

/// How many commit times the median is of.
const COMMITS_KEPT: usize = 100;
