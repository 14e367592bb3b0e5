//! Forgetting old messages, a little at a time.
//!
//! ```text
//!  Age ──▶ Channels ──▶ Directs ──▶ Pages ──▶ done
//! ```
//!
//! What has to go is found in the reader thread; each step in the writer thread deletes at most
//! [`ROWS_MAX`] rows and frees at most [`PAGES_MAX`] pages, so that an append waits for one step
//! and no longer. A step goes to the disk with the next append: what a crash brings back is deleted
//! once more.
//!
//! Invariant: rows of state go only once a snapshot holds them, and the newest batch stays whole,
//! because the next start compares it with its checksum.

#[cfg(test)]
mod tests;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sockeye_proto::irc::event::{Fact, Stamp};
use sockeye_proto::irc::id::{ChannelId, Number};

use super::{Store, append, latest, search};
use crate::state::LogError;

/// How much is kept; 0 stands for all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Days after which everything goes.
    pub days: u32,
    /// Messages of a channel.
    pub channel_messages: u32,
    /// Direct messages of an account with one other side.
    pub direct_messages: u32,
}

/// One pass over the store.
#[derive(Debug)]
pub struct Pass {
    retention: Retention,
    now_ms: u64,
    stage: Stage,
}

/// How far a pass is.
#[derive(Debug)]
enum Stage {
    /// All rows up to this one have been looked at.
    Age(Number),
    /// All channels up to this one.
    Channels(Number),
    /// All accounts and other sides up to this one.
    Directs(u64, String),
    Pages,
}

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    /// Rows that are gone.
    pub rows: usize,
    /// Whether the pass is at its end.
    pub is_last: bool,
}

impl Retention {
    /// Returns whether anything is ever forgotten.
    pub fn is_everlasting(&self) -> bool {
        *self == Self::default()
    }
}

impl Pass {
    /// Begins a pass; `now_ms` is the time, milliseconds since 1970.
    pub fn new(retention: Retention, now_ms: u64) -> Self {
        Self {
            retention,
            now_ms,
            stage: Stage::Age(0),
        }
    }

    /// Does one step.
    ///
    /// # Errors
    /// When the store cannot be read or written; the step may be tried again.
    pub async fn step(&mut self, store: &Store) -> Result<Forgotten, LogError> {
        let Retention {
            days,
            channel_messages,
            direct_messages,
        } = self.retention;
        let (gone, next) = match &self.stage {
            Stage::Age(after) if days > 0 => {
                let before_ms = self.now_ms.saturating_sub(u64::from(days) * DAY_MS);
                let after = *after;
                let aged = store.read(move |c| aged(c, after, before_ms)).await?;
                let next = aged.upto.map(Stage::Age);
                (aged.rows, next.unwrap_or(Stage::Channels(0)))
            }
            Stage::Age(_) => (Vec::new(), Stage::Channels(0)),
            Stage::Channels(after) if channel_messages > 0 => {
                let after = *after;
                let found = store
                    .read(move |c| surplus_of_channel(c, after, channel_messages))
                    .await?;
                match found {
                    // The same channel again, until nothing is left to delete in it.
                    Some((_, rows)) if !rows.is_empty() => (rows, Stage::Channels(after)),
                    Some((channel, rows)) => (rows, Stage::Channels(channel)),
                    None => (Vec::new(), Stage::Directs(0, String::new())),
                }
            }
            Stage::Channels(_) => (Vec::new(), Stage::Directs(0, String::new())),
            Stage::Directs(owner, peer) if direct_messages > 0 => {
                let (owner, peer) = (*owner, peer.clone());
                return self.forget_direct(store, owner, peer).await;
            }
            Stage::Directs(..) => (Vec::new(), Stage::Pages),
            Stage::Pages => {
                let is_last = store.write_lazily(free_pages).await?;
                return Ok(Forgotten { rows: 0, is_last });
            }
        };
        let rows = gone.len();
        if rows > 0 {
            store
                .write_lazily(move |transaction| delete(transaction, &gone))
                .await?;
        }
        self.stage = next;
        let is_last = false;
        Ok(Forgotten { rows, is_last })
    }

    async fn forget_direct(
        &mut self,
        store: &Store,
        owner: u64,
        peer: String,
    ) -> Result<Forgotten, LogError> {
        let (keep, after) = (self.retention.direct_messages, peer.clone());
        let found = store
            .read(move |c| surplus_of_direct(c, owner, &after, keep))
            .await?;
        let rows = match found {
            None => {
                self.stage = Stage::Pages;
                0
            }
            Some((owner, peer, seqs)) if seqs.is_empty() => {
                self.stage = Stage::Directs(owner, peer);
                0
            }
            Some((owner, peer, seqs)) => {
                let unlist =
                    move |transaction: &Transaction<'_>| unlist(transaction, owner, &peer, &seqs);
                store.write_lazily(unlist).await?
            }
        };
        let is_last = false;
        Ok(Forgotten { rows, is_last })
    }
}

/// Rows that have to go, and the last one that was looked at; none: there are no more.
struct Aged {
    rows: Vec<Number>,
    upto: Option<Number>,
}

/// Looks at the next rows from before a time.
fn aged(connection: &Connection, after: Number, before_ms: u64) -> rusqlite::Result<Aged> {
    let (snapshot, newest) = bounds(connection)?;
    let sql = "SELECT seq, at_ms, kind FROM log WHERE seq > ?1 AND seq < ?2 ORDER BY seq LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![after, newest, ROWS_MAX])?;
    let (mut gone, mut upto) = (Vec::new(), None);
    while let Some(row) = rows.next()? {
        let (seq, at_ms, kind): (Number, u64, u8) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if at_ms >= before_ms {
            break;
        }
        upto = Some(seq);
        if seq <= snapshot || !append::is_state(kind) {
            gone.push(seq);
        }
    }
    Ok(Aged { rows: gone, upto })
}

/// Returns up to which number a snapshot holds the state, and where the newest batch begins.
fn bounds(connection: &Connection) -> rusqlite::Result<(Number, Number)> {
    let number = "SELECT number FROM snapshot";
    let first = "SELECT first FROM batch ORDER BY id DESC LIMIT 1";
    let ask = |sql| {
        connection
            .query_row(sql, [], |row| row.get::<_, Number>(0))
            .optional()
    };
    Ok((ask(number)?.unwrap_or(0), ask(first)?.unwrap_or(0)))
}

/// Finds the next channel after one, and the oldest of the messages that it has too many.
fn surplus_of_channel(
    connection: &Connection,
    after: Number,
    keep: u32,
) -> rusqlite::Result<Option<(Number, Vec<Number>)>> {
    let next = "SELECT min(channel) FROM log WHERE kind = 0 AND channel > ?1";
    let next: Option<Number> = connection
        .prepare_cached(next)?
        .query_row([after], |row| row.get(0))?;
    let Some(channel) = next else {
        return Ok(None);
    };
    let (_, newest) = bounds(connection)?;
    // The first that is too much is found along the index, and those before it likewise.
    let sql = "SELECT seq FROM log WHERE kind = 0 AND channel = ?1 AND seq < ?3 AND at_ms <= (
            SELECT at_ms FROM log WHERE kind = 0 AND channel = ?1
            ORDER BY at_ms DESC, seq DESC LIMIT 1 OFFSET ?2)
        AND seq <= (
            SELECT seq FROM log WHERE kind = 0 AND channel = ?1
            ORDER BY at_ms DESC, seq DESC LIMIT 1 OFFSET ?2)
        ORDER BY at_ms, seq LIMIT ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![channel, keep, newest, ROWS_MAX], |row| row.get(0))?;
    Ok(Some((channel, rows.collect::<rusqlite::Result<_>>()?)))
}

/// Account, other side, and the oldest of the messages that they have too many.
type SurplusOfDirect = (u64, String, Vec<(u64, Number)>);

fn surplus_of_direct(
    connection: &Connection,
    owner: u64,
    peer: &str,
    keep: u32,
) -> rusqlite::Result<Option<SurplusOfDirect>> {
    let Some((owner, peer)) = latest::next_pair(connection, (owner, peer))? else {
        return Ok(None);
    };
    let (_, newest) = bounds(connection)?;
    let sql = "SELECT at_ms, seq FROM direct WHERE owner = ?1 AND peer = ?2 AND seq < ?4
        AND (at_ms, seq) <= (SELECT at_ms, seq FROM direct WHERE owner = ?1 AND peer = ?2
            ORDER BY at_ms DESC, seq DESC LIMIT 1 OFFSET ?3)
        ORDER BY at_ms, seq LIMIT ?5";
    let mut statement = connection.prepare_cached(sql)?;
    let bounds = params![owner, peer, keep, newest, ROWS_MAX];
    let rows = statement.query_map(bounds, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows = rows.collect::<rusqlite::Result<_>>()?;
    Ok(Some((owner, peer, rows)))
}

fn delete(transaction: &Transaction<'_>, rows: &[Number]) -> rusqlite::Result<()> {
    let mut lookup =
        transaction.prepare_cached("SELECT at_ms, kind, channel, body FROM log WHERE seq = ?1")?;
    let mut deletes = [
        transaction.prepare_cached("DELETE FROM log WHERE seq = ?1")?,
        transaction.prepare_cached("DELETE FROM void WHERE seq = ?1")?,
        transaction.prepare_cached("DELETE FROM redaction WHERE seq = ?1")?,
    ];
    for &seq in rows {
        let row = lookup.query_row([seq], |row| {
            let kind = row.get(1)?;
            let is_elsewhere = append::is_said(kind) || append::is_direct(kind);
            let body: Vec<u8> = if is_elsewhere {
                row.get(3)?
            } else {
                Vec::new()
            };
            Ok((row.get(0)?, ChannelId(row.get(2)?), body))
        });
        let Some((wall_ms, channel, body)): Option<(u64, _, Vec<u8>)> = row.optional()? else {
            continue;
        };
        let fact = postcard::from_bytes(&body);
        if let Ok(fact) = &fact {
            search::forget(transaction, seq, channel, fact)?;
        }
        if let Ok(Fact::Direct(direct)) = fact {
            let stamp = Stamp {
                number: seq,
                wall_ms,
                random: 0,
            };
            append::delete_direct(transaction, &stamp, &direct)?;
        }
        for delete in &mut deletes {
            delete.execute([seq])?;
        }
    }
    Ok(())
}

/// Takes messages out of one side's list; they are gone once no side lists them.
fn unlist(
    transaction: &Transaction<'_>,
    owner: u64,
    peer: &str,
    rows: &[(u64, Number)],
) -> rusqlite::Result<usize> {
    let sql = "SELECT count(*) FROM direct WHERE owner = ?1 AND peer = ?2 AND at_ms = ?3
        AND seq = ?4";
    let mut count = transaction.prepare_cached(sql)?;
    let mut body = transaction.prepare_cached("SELECT body FROM log WHERE seq = ?1")?;
    let mut gone = Vec::new();
    for &(at_ms, seq) in rows {
        latest::unlist(transaction, owner, peer, (at_ms, seq))?;
        let body: Option<Vec<u8>> = body.query_row([seq], |row| row.get(0)).optional()?;
        let Some(Ok(Fact::Direct(direct))) = body.map(|body| postcard::from_bytes(&body)) else {
            continue;
        };
        let mut lists = 0;
        for (owner, peer) in append::sides(&direct) {
            let listed = params![owner.0, peer, at_ms, seq];
            lists += count.query_row(listed, |row| row.get::<_, u64>(0))?;
        }
        if lists == 0 {
            gone.push(seq);
        }
    }
    delete(transaction, &gone)?;
    Ok(rows.len())
}

/// Gives pages back to the file system; returns whether none are left to give.
pub(super) fn free_pages(transaction: &Transaction<'_>) -> rusqlite::Result<bool> {
    let sql = "DELETE FROM batch WHERE id IN (SELECT id FROM batch WHERE last < coalesce(
            (SELECT min(seq) FROM log), 0) ORDER BY id LIMIT ?1)
        AND id < (SELECT max(id) FROM batch)";
    let batches = transaction.prepare_cached(sql)?.execute([ROWS_MAX])?;
    let free = || -> rusqlite::Result<u64> {
        transaction.pragma_query_value(None, "freelist_count", |row| row.get(0))
    };
    let before = free()?;
    let mut vacuum = transaction.prepare(&format!("PRAGMA incremental_vacuum({PAGES_MAX})"))?;
    let mut freed = vacuum.query([])?;
    while freed.next()?.is_some() {}
    let after = free()?;
    Ok(batches == 0 && (after == 0 || after >= before))
}

/// Most rows that a step deletes: a few milliseconds of the writer, words included.
pub(super) const ROWS_MAX: u32 = 100;

/// Most pages of 4,096 bytes that a step frees: 256 KiB are moved at most.
pub(super) const PAGES_MAX: u32 = 64;

const DAY_MS: u64 = 86_400_000;
