//! The latest direct message that each account has with each other side, one row for each: whoever
//! asks with whom there is something to read gets it without a walk through all that was said.
//!
//! ```text
//!  append ──note──▶ latest(owner, peer) ◀──unlist── retention, a batch that is taken out again
//!  direct ──list_some, in steps──▶  │        meta.latest_listed: 1 once there is a row for every pair
//! ```
//!
//! A row is of the newest that `direct` lists, void, taken back or not yet applied as it may be: who
//! reads it looks at that, and where it does not count asks `direct` for the one before.
//!
//! Invariant: a row, where there is one, is of the newest message of its pair in `direct`.

#[cfg(test)]
mod tests;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use sockeye_proto::irc::event::{Fact, Record, StoredDirect};
use sockeye_proto::irc::id::{AccountId, Number};

use super::append;
use super::history::{clamp, counts, record};

/// The latest message of an account with another side.
pub(super) struct Latest {
    /// The key of the other side.
    pub(super) peer: String,
    /// What is known of the newest message; `None`: it has to be looked up.
    newest: Option<Newest>,
}

/// The newest message that is listed for a pair.
struct Newest {
    number: Number,
    at_ms: u64,
    /// What the other side is called in it.
    nick: String,
    /// Whether it is there for the reader: applied, not void, not taken back.
    counts: bool,
}

impl Latest {
    /// Returns the newest message's number and time, where they are known.
    pub(super) fn bounds(&self) -> Option<(Number, u64)> {
        let newest = self.newest.as_ref()?;
        Some((newest.number, newest.at_ms))
    }

    /// Returns the newest message's nick and time, if it is known that the reader may see it.
    pub(super) fn known(&self) -> Option<(String, u64)> {
        let newest = self.newest.as_ref()?;
        newest.counts.then(|| (newest.nick.clone(), newest.at_ms))
    }
}

/// Returns a row for each with whom an account has direct messages, by their keys.
pub(super) fn of(
    connection: &Connection,
    owner: AccountId,
    upto: Number,
) -> rusqlite::Result<Vec<Latest>> {
    if !is_listed(connection)? {
        let mut peers = connection.prepare_cached(PEERS)?;
        let unknown = |row: &Row<'_>| {
            let (peer, newest) = (row.get(0)?, None);
            Ok(Latest { peer, newest })
        };
        return peers.query_map([owner.0], unknown)?.collect();
    }
    let mut rows = connection.prepare_cached(LATEST)?;
    let known = |row: &Row<'_>| {
        let newest = Newest {
            number: row.get(1)?,
            at_ms: row.get(2)?,
            nick: row.get(3)?,
            counts: row.get(4)?,
        };
        let (peer, newest) = (row.get(0)?, Some(newest));
        Ok(Latest { peer, newest })
    };
    rows.query_map([owner.0, clamp(upto)], known)?.collect()
}

/// Notes a direct message, newer than all before it, for each side that can read it.
pub(super) fn note(
    transaction: &Transaction<'_>,
    record: &Record,
    direct: &StoredDirect,
) -> rusqlite::Result<()> {
    let mut note = transaction.prepare_cached(
        "INSERT INTO latest (owner, peer, at_ms, seq, nick) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms, seq = excluded.seq,
         nick = excluded.nick",
    )?;
    let stamp = &record.stamp;
    for (owner, peer) in append::sides(direct) {
        let nick = nick_of(direct, peer);
        note.execute(params![owner.0, peer, stamp.wall_ms, stamp.number, nick])?;
    }
    Ok(())
}

/// Takes a message out of what one side lists as direct messages.
pub(super) fn unlist(
    transaction: &Transaction<'_>,
    owner: u64,
    peer: &str,
    (at_ms, seq): (u64, Number),
) -> rusqlite::Result<()> {
    let sql = "DELETE FROM direct WHERE owner = ?1 AND peer = ?2 AND at_ms = ?3 AND seq = ?4";
    let mut unlist = transaction.prepare_cached(sql)?;
    unlist.execute(params![owner, peer, at_ms, seq])?;
    let sql = "DELETE FROM latest WHERE owner = ?1 AND peer = ?2 AND seq = ?3";
    let mut forget = transaction.prepare_cached(sql)?;
    if forget.execute(params![owner, peer, seq])? > 0 {
        list(transaction, owner, peer)?;
    }
    Ok(())
}

/// Makes the rows of the next pairs after one, of whatever a store holds from before there were any;
/// returns the last pair that it has looked at, `None` once there is a row for every one.
pub(super) fn list_some(
    transaction: &Transaction<'_>,
    after: Option<(u64, String)>,
) -> rusqlite::Result<Option<(u64, String)>> {
    if is_listed(transaction)? {
        return Ok(None);
    }
    let mut last = after.unwrap_or_default();
    for _ in 0..PAIRS_MAX {
        let Some((owner, peer)) = next_pair(transaction, (last.0, &last.1))? else {
            let sql = "UPDATE meta SET value = 1 WHERE key = ?1";
            transaction.execute(sql, [LISTED])?;
            return Ok(None);
        };
        list(transaction, owner, &peer)?;
        last = (owner, peer);
    }
    Ok(Some(last))
}

/// Returns the account and the other side that come next in the lists of direct messages.
pub(super) fn next_pair(
    connection: &Connection,
    (owner, peer): (u64, &str),
) -> rusqlite::Result<Option<(u64, String)>> {
    let sql = "SELECT owner, peer FROM direct WHERE (owner, peer) > (?1, ?2)
        ORDER BY owner, peer LIMIT 1";
    let mut next = connection.prepare_cached(sql)?;
    next.query_row(params![owner, peer], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Makes the row of a pair, unless it is there or the pair lists nothing.
fn list(transaction: &Transaction<'_>, owner: u64, peer: &str) -> rusqlite::Result<()> {
    let mut newest = transaction.prepare_cached(NEWEST)?;
    let newest = newest.query_row(params![owner, peer], record).optional()?;
    let Some(Record { stamp, fact, .. }) = newest else {
        return Ok(());
    };
    let Fact::Direct(direct) = fact else {
        return Ok(());
    };
    let sql = "INSERT OR IGNORE INTO latest (owner, peer, at_ms, seq, nick)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = transaction.prepare_cached(sql)?;
    let nick = nick_of(&direct, peer);
    insert
        .execute(params![owner, peer, stamp.wall_ms, stamp.number, nick])
        .map(drop)
}

/// Returns what the side with this key is called in a message.
pub(super) fn nick_of<'a>(direct: &'a StoredDirect, peer: &'a str) -> &'a str {
    let sides = [&direct.from, &direct.to];
    let other = sides.into_iter().find(|side| side.key == peer);
    other.map_or(peer, |side| &side.nick)
}

fn is_listed(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT value FROM meta WHERE key = ?1";
    let mut listed = connection.prepare_cached(sql)?;
    listed.query_row([LISTED], |row| row.get(0))
}

pub(super) const LATEST: &str = concat!(
    "SELECT peer, seq, at_ms, nick, seq <= ?2",
    counts!("latest.seq", "?2"),
    " FROM latest WHERE owner = ?1 ORDER BY peer"
);

/// From one key to the next, so that it costs nothing how much was said with each.
const PEERS: &str = "WITH RECURSIVE known(peer) AS (
        SELECT min(peer) FROM direct WHERE owner = ?1
        UNION ALL
        SELECT (SELECT min(peer) FROM direct WHERE owner = ?1 AND peer > known.peer)
        FROM known WHERE known.peer IS NOT NULL)
    SELECT peer FROM known WHERE peer IS NOT NULL";

pub(super) const NEWEST: &str = "SELECT log.seq, log.at_ms, log.channel, log.random, log.body
    FROM direct CROSS JOIN log ON log.seq = direct.seq
    WHERE direct.owner = ?1 AND direct.peer = ?2 AND direct.kind = 16
    ORDER BY direct.at_ms DESC, direct.seq DESC LIMIT 1";

/// The key, in `meta`, of whether there is a row for every pair.
const LISTED: &str = "latest_listed";

/// Pairs that a step looks at: a few milliseconds of the writer.
const PAIRS_MAX: usize = 64;
