//! The words of messages: an index (FTS5) that says where they occur.
//!
//! ```text
//!  log ──index_some, in steps──▶ search(text, place)      meta.search_upto: indexed up to here
//!  redaction, retention ──forget─▶        │
//!  MATCH text : ("word") AND place : ("c12" OR …) ──▶ numbers ──▶ log
//! ```
//!
//! The index is filled behind the log and never in a commit that somebody waits for; a search first
//! brings it up to date. It holds no text, only where each word stands, so an entry is taken out by
//! the words that were put in: they have to be derived from a row in the same way ever after, or
//! [`FORMAT`] changes and the index is made anew.
//!
//! Invariant: an entry exists for the messages up to `meta.search_upto` that are in the log and have
//! a text, and for nothing else.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use rusqlite::{Connection, Transaction, params};
use sockeye_proto::irc::event::{Fact, MessageKind, Record};
use sockeye_proto::irc::history::{ANSWER_BYTES_MAX, Found, Keep, Search, fit, plain};
use sockeye_proto::irc::id::{ChannelId, Number};

use super::history::{clamp, counts, record};
use super::{append, retain};

/// What the index has of a message.
struct Entry {
    text: String,
    /// Words for where it was said, who may read it there, and who said it.
    place: String,
}

impl Entry {
    /// Returns what the index has of a row; `None` where nothing is said.
    fn of(channel: ChannelId, fact: &Fact) -> Option<Self> {
        let mut place = String::new();
        let message = match fact {
            Fact::Message(message) => {
                place.push_str(&in_channel(channel));
                message
            }
            Fact::Direct(direct) => {
                for (owner, peer) in append::sides(direct) {
                    let (all, with) = (of_owner(owner.0), with_peer(owner.0, peer));
                    place.push_str(&[&*all, " ", &with, " "].concat());
                }
                &direct.message
            }
            _ => return None,
        };
        if message.kind == MessageKind::Tagmsg || message.text.is_empty() {
            return None;
        }
        let nick = message.source.split('!').next().unwrap_or_default();
        place.push_str(&[" ", &*by(nick)].concat());
        let text = plain(&message.text).into_owned();
        Some(Self { text, place })
    }
}

/// Takes the next rows of the log into the index; returns whether there may be more.
pub(super) fn index_some(transaction: &Transaction<'_>) -> rusqlite::Result<bool> {
    let state = State::read(transaction)?;
    if state.format != FORMAT {
        return clear_some(transaction, FORMAT).map(|_| true);
    }
    let sql = "SELECT seq, channel, kind, body FROM log WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    let mut rows = transaction.prepare_cached(sql)?;
    let mut rows = rows.query(params![state.upto, ROWS_MAX])?;
    let sql = "INSERT INTO search (rowid, text, place) VALUES (?1, ?2, ?3)";
    let mut insert = transaction.prepare_cached(sql)?;
    let (mut upto, mut count) = (state.upto, 0);
    while let Some(row) = rows.next()? {
        upto = row.get(0)?;
        count += 1;
        if !append::is_said(row.get(2)?) {
            continue;
        }
        let body = row.get_ref(3)?.as_blob()?;
        let fact = postcard::from_bytes(body).ok();
        let entry = fact.and_then(|fact| Entry::of(ChannelId(row.get(1).ok()?), &fact));
        if let Some(Entry { text, place }) = entry {
            insert.execute(params![upto, text, place])?;
        }
    }
    if count > 0 {
        set(transaction, UPTO, upto)?;
    }
    Ok(count == ROWS_MAX)
}

/// Takes a row out of the index, if it is there; it still has to be in the log as it was.
pub(super) fn forget(
    transaction: &Transaction<'_>,
    number: Number,
    channel: ChannelId,
    fact: &Fact,
) -> rusqlite::Result<()> {
    let state = State::read(transaction)?;
    if number > state.upto || state.format != FORMAT {
        return Ok(());
    }
    if let Some(Entry { text, place }) = Entry::of(channel, fact) {
        let sql = "INSERT INTO search (search, rowid, text, place) VALUES ('delete', ?1, ?2, ?3)";
        let mut delete = transaction.prepare_cached(sql)?;
        delete.execute(params![number, text, place])?;
    }
    Ok(())
}

/// Takes rows out so that nothing of them is left; else that takes until parts are merged.
pub(super) fn thoroughly(
    transaction: &Transaction<'_>,
    work: impl FnOnce() -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let set = |on: bool| {
        let sql = "INSERT INTO search (search, rank) VALUES ('secure-delete', ?1)";
        transaction.prepare_cached(sql)?.execute([on])
    };
    set(true)?;
    let done = work();
    // What has been taken out is carried out at the end of the transaction, or now.
    transaction.execute("INSERT INTO search (search) VALUES ('flush')", [])?;
    set(false)?;
    done
}

/// Throws a part of the index away; returns whether there is more. What is left in between answers
/// nothing.
pub(super) fn clear_some(transaction: &Transaction<'_>, format: u32) -> rusqlite::Result<bool> {
    let state = State::read(transaction)?;
    if state.upto == 0 && state.format == format {
        return Ok(false);
    }
    set(transaction, FORMAT_OF, u64::from(CLEARING))?;
    set(transaction, UPTO, 0)?;
    // Rows up to 10 say how the others hang together; they go with the last ones.
    let sql = "DELETE FROM search_data WHERE id IN (
        SELECT id FROM search_data WHERE id > 10 ORDER BY id LIMIT ?1)";
    let pages = transaction.prepare_cached(sql)?.execute([PAGES_MAX])?;
    if pages > 0 {
        return Ok(true);
    }
    let sql = "INSERT INTO search (search) VALUES ('delete-all')";
    transaction.execute(sql, [])?;
    set(transaction, FORMAT_OF, u64::from(format))?;
    Ok(true)
}

/// Throws a part of the index away, or gives pages back that are free by that; returns whether
/// there is more to do.
pub(super) fn unindex_some(transaction: &Transaction<'_>) -> rusqlite::Result<bool> {
    Ok(clear_some(transaction, FORMAT)? || !retain::free_pages(transaction)?)
}

/// Finds the messages that are looked for, up to a number, ascending.
pub(super) fn find(
    connection: &Connection,
    search: &Search,
    upto: Number,
) -> rusqlite::Result<Found> {
    let state = State::read(connection)?;
    if state.lacks(connection, upto)? {
        let why = "the words of earlier messages are still being collected, try again later";
        return Ok(Found::Unavailable(why.into()));
    }
    let Some(condition) = condition(search) else {
        return Ok(Found::Messages(Vec::new()));
    };
    let first = match search.after_ms {
        Some(at_ms) => first_at(connection, at_ms)?,
        None => 0,
    };
    let last = match search.before_ms.and_then(|at_ms| at_ms.checked_add(1)) {
        Some(at_ms) => first_at(connection, at_ms)?.saturating_sub(1),
        None => upto,
    };
    let (sql, keep) = match search.after_ms {
        Some(_) => (FOUND_FIRST, Keep::First),
        None => (FOUND_LAST, Keep::Last),
    };
    let mut statement = connection.prepare_cached(sql)?;
    let bounds = params![
        condition,
        clamp(first),
        clamp(last.min(upto)),
        clamp(upto),
        search.limit
    ];
    let found = statement.query_map(bounds, record)?;
    let mut found: Vec<Record> = found.collect::<rusqlite::Result<_>>()?;
    found.sort_by_key(|record| record.stamp.number);
    fit(&mut found, keep, search.limit, ANSWER_BYTES_MAX);
    Ok(Found::Messages(found))
}

/// Writes what has to be in the index as FTS5 reads it; `None` if there is nowhere to look. What
/// comes from outside stands in quotes, which FTS5 takes as words and nothing else.
fn condition(search: &Search) -> Option<String> {
    let mut places: Vec<_> = search.channels.iter().map(|id| in_channel(*id)).collect();
    places.extend(search.directs.iter().map(|(owner, peer)| match peer {
        Some(peer) => with_peer(owner.0, peer),
        None => of_owner(owner.0),
    }));
    let places: Vec<_> = places.iter().map(|place| quoted(place)).collect();
    let mut condition = format!("place : ({})", places.join(" OR "));
    if let Some(from) = &search.from {
        condition.push_str(&format!(" AND place : {}", quoted(&by(from))));
    }
    for word in &search.words {
        condition.push_str(&format!(" AND text : {}", quoted(word)));
    }
    (!places.is_empty()).then_some(condition)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\"").replace('\0', " "))
}

fn in_channel(channel: ChannelId) -> String {
    format!("c{}", channel.0)
}

fn of_owner(owner: u64) -> String {
    format!("a{owner}")
}

fn with_peer(owner: u64, peer: &str) -> String {
    format!("p{owner}x{}", hexadecimal(peer))
}

/// The word for a nick, the same in whatever case.
fn by(nick: &str) -> String {
    format!("n{}", hexadecimal(&nick.to_lowercase()))
}

/// One word for any name.
fn hexadecimal(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, byte| {
        // Writing into memory cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

/// Returns the number of the first row from a time on; the next one where there is none. Times
/// ascend with numbers, so halving finds it without an index.
fn first_at(connection: &Connection, at_ms: u64) -> rusqlite::Result<Number> {
    let sql = "SELECT seq, at_ms FROM log WHERE seq >= ?1 ORDER BY seq LIMIT 1";
    let mut next = connection.prepare_cached(sql)?;
    let (mut from, mut to) = (1, append::last(connection)? + 1);
    while from < to {
        let middle = from + (to - from) / 2;
        let (seq, time): (Number, u64) =
            next.query_row([middle], |row| Ok((row.get(0)?, row.get(1)?)))?;
        match time < at_ms {
            true => from = seq + 1,
            false => to = middle,
        }
    }
    Ok(from)
}

/// How far the index is.
struct State {
    /// All rows up to this one have been looked at.
    upto: Number,
    /// What it was made as.
    format: u32,
}

impl State {
    fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT value FROM meta WHERE key = ?1";
        let mut value = connection.prepare_cached(sql)?;
        Ok(Self {
            upto: value.query_row([UPTO], |row| row.get(0))?,
            format: value.query_row([FORMAT_OF], |row| row.get(0))?,
        })
    }

    /// Returns whether messages up to a number are missing in the index.
    fn lacks(&self, connection: &Connection, upto: Number) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM log WHERE seq > ?1 AND seq <= ?2)";
        let mut exists = connection.prepare_cached(sql)?;
        let is_behind = exists.query_row([self.upto, clamp(upto)], |row| row.get(0))?;
        Ok(is_behind || self.format != FORMAT)
    }
}

fn set(transaction: &Transaction<'_>, key: &str, value: u64) -> rusqlite::Result<()> {
    let sql = "UPDATE meta SET value = ?2 WHERE key = ?1";
    let mut update = transaction.prepare_cached(sql)?;
    update.execute(params![key, value]).map(drop)
}

macro_rules! found {
    ($order:literal) => {
        concat!(
            "SELECT log.seq, log.at_ms, log.channel, log.random, log.body
             FROM search CROSS JOIN log ON log.seq = search.rowid
             WHERE search MATCH ?1 AND search.rowid BETWEEN ?2 AND ?3",
            counts!("search.rowid", "?4"),
            " ORDER BY ",
            $order,
            " LIMIT ?5"
        )
    };
}
pub(super) const FOUND_FIRST: &str = found!("search.rowid");
pub(super) const FOUND_LAST: &str = found!("search.rowid DESC");

/// The key of how far it is, in `meta`.
const UPTO: &str = "search_upto";

/// The key of its format, in `meta`.
const FORMAT_OF: &str = "search_format";

/// How entries are derived from rows: a change of [`Entry::of`], of [`plain`] or of the table's
/// tokenizer needs another number here, with which the index is thrown away and filled anew.
const FORMAT: u32 = 1;

/// The format of an index that is being thrown away.
const CLEARING: u32 = 0;

/// Rows that a step looks at: a few milliseconds of the writer.
pub(super) const ROWS_MAX: usize = 256;

/// Pages of the index that a step throws away: 1 MiB is written at most.
const PAGES_MAX: u32 = 256;
