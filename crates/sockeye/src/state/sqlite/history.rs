//! Reading the log: what a restart needs, and what chat clients ask for.
//!
//! Rows ascend in number and in time alike, so a point is a pair of bounds: the time leads into the
//! index, the number decides between rows of one millisecond.

mod directs;

use rusqlite::{Connection, OptionalExtension, Row, Statement, ToSql, params};
use sockeye_proto::irc::event::{Record, Stamp};
use sockeye_proto::irc::history::{ANSWER_BYTES_MAX, Buffer, Found, Keep, Point, Query, fit, size};
use sockeye_proto::irc::id::{ChannelId, Number};

use super::search;
use crate::state::Tail;

/// The condition that a row is neither void nor taken back by another one, up to a number, that is
/// not void itself.
macro_rules! counts {
    ($seq:literal, $upto:literal) => {
        concat!(
            " AND NOT EXISTS (SELECT 1 FROM void WHERE void.seq = ",
            $seq,
            ") AND NOT EXISTS (SELECT 1 FROM redaction AS taken WHERE taken.seq = ",
            $seq,
            " AND taken.by_seq <= ",
            $upto,
            " AND NOT EXISTS (SELECT 1 FROM void WHERE void.seq = taken.by_seq))"
        )
    };
}

pub(super) use counts;

/// Reads the state-bearing rows after `after`.
pub(super) fn tail(connection: &Connection, after: Number) -> rusqlite::Result<Tail> {
    let transaction = connection.unchecked_transaction()?;
    let records = transaction
        .prepare_cached(TAIL)?
        .query_map([after], record)?
        .collect::<rusqlite::Result<_>>()?;
    let newest = "SELECT seq, at_ms FROM log ORDER BY seq DESC LIMIT 1";
    let (row, last_wall_ms) = transaction
        .query_row(newest, [], |row| {
            Ok((row.get::<_, Number>(0)?, row.get(1)?))
        })
        .optional()?
        .unwrap_or_default();
    let snapshot: Number = transaction
        .query_row("SELECT number FROM snapshot", [], |row| row.get(0))
        .optional()?
        .unwrap_or_default();
    Ok(Tail {
        records,
        last: row.max(snapshot),
        last_wall_ms,
    })
}

/// Executes a query over the rows up to `upto`.
pub(super) fn find(
    connection: &Connection,
    query: &Query,
    upto: Number,
) -> rusqlite::Result<Found> {
    // One transaction: what the steps of an answer see must be of one moment.
    let transaction = connection.unchecked_transaction()?;
    let rows = Rows {
        connection: &transaction,
        upto,
        bytes_max: match query {
            Query::Around { .. } => ANSWER_BYTES_MAX / 2,
            _ => ANSWER_BYTES_MAX,
        },
    };
    match query {
        Query::Messages {
            buffer,
            after,
            before,
            keep,
            limit,
        } => rows
            .messages(buffer, *after, *before, *keep, *limit)
            .map(Found::Messages),
        Query::Around {
            buffer,
            point,
            limit,
        } => rows.around(buffer, *point, *limit).map(Found::Messages),
        Query::Search(search) => search::find(&transaction, search, upto),
        Query::Directs {
            owner,
            after,
            before,
            limit,
        } => rows
            .all_directs(*owner, (*after, *before), *limit)
            .map(Found::Messages),
        Query::One(number) => {
            let mut statement = transaction.prepare_cached(ONE)?;
            let number = clamp(*number);
            let found = rows.read(&mut statement, params![number, clamp(upto)])?;
            Ok(Found::Messages(found))
        }
        Query::Targets {
            channels,
            owner,
            after_ms,
            before_ms,
            limit,
        } => {
            let mut found = rows.channels(channels)?;
            if let Some(owner) = owner {
                found.extend(rows.directs(*owner, *after_ms)?);
            }
            found.retain(|(_, at_ms)| after_ms < at_ms && at_ms < before_ms);
            found.sort_by_key(|(_, at_ms)| *at_ms);
            found.truncate(*limit as usize);
            Ok(Found::Targets(found))
        }
    }
}

/// The messages that exist for one reader.
struct Rows<'a> {
    connection: &'a Connection,
    upto: Number,
    /// Of one range.
    bytes_max: usize,
}

/// The first time and number that a range includes, or the last ones.
#[derive(Clone, Copy)]
struct Bound {
    at_ms: u64,
    number: Number,
}

impl Rows<'_> {
    fn messages(
        &self,
        buffer: &Buffer,
        after: Option<Point>,
        before: Option<Point>,
        keep: Keep,
        limit: u32,
    ) -> rusqlite::Result<Vec<Record>> {
        let mut found = self.range(buffer, (after, before), keep, limit)?;
        fit(&mut found, keep, limit, self.bytes_max);
        Ok(found)
    }

    /// Reads what lies between two points, ascending, before it is made to [`fit`].
    fn range(
        &self,
        buffer: &Buffer,
        (after, before): (Option<Point>, Option<Point>),
        keep: Keep,
        limit: u32,
    ) -> rusqlite::Result<Vec<Record>> {
        let from = match after {
            None => Some(Bound {
                at_ms: 0,
                number: 0,
            }),
            Some(Point::Time(at_ms)) => {
                at_ms.checked_add(1).map(|at_ms| Bound { at_ms, number: 0 })
            }
            Some(Point::Message(number)) => self.first_bound(number.checked_add(1))?,
        };
        let to = match before {
            None => Some(Bound {
                at_ms: NEVER,
                number: self.upto,
            }),
            Some(Point::Time(at_ms)) => at_ms.checked_sub(1).map(|at_ms| Bound {
                at_ms,
                number: self.upto,
            }),
            Some(Point::Message(number)) => self.last_bound(number.checked_sub(1))?,
        };
        match (from, to) {
            (Some(from), Some(to)) => self.between(buffer, from, to, keep, limit),
            _ => Ok(Vec::new()),
        }
    }

    fn around(&self, buffer: &Buffer, point: Point, limit: u32) -> rusqlite::Result<Vec<Record>> {
        let before = self.messages(buffer, None, Some(point), Keep::Last, limit / 2)?;
        let from = match point {
            Point::Time(at_ms) => Some(Bound { at_ms, number: 0 }),
            Point::Message(number) => self.first_bound(Some(number))?,
        };
        let Some(from) = from else {
            return Ok(before);
        };
        let to = Bound {
            at_ms: NEVER,
            number: self.upto,
        };
        let (mut found, limit) = (before, limit - limit / 2);
        let mut later = self.between(buffer, from, to, Keep::First, limit)?;
        fit(&mut later, Keep::First, limit, self.bytes_max);
        found.extend(later);
        Ok(found)
    }

    /// Returns each channel with the time of its latest message.
    fn channels(&self, channels: &[(ChannelId, String)]) -> rusqlite::Result<Vec<(String, u64)>> {
        let mut newest = self.connection.prepare_cached(concat!(
            "SELECT at_ms FROM log WHERE kind = 0 AND channel = ?1 AND seq <= ?2",
            counts!("log.seq", "?2"),
            " ORDER BY at_ms DESC, seq DESC LIMIT 1"
        ))?;
        let mut found = Vec::new();
        for (channel, name) in channels {
            let row = newest.query_row([channel.0, clamp(self.upto)], |row| row.get(0));
            found.extend(row.optional()?.map(|at_ms| (name.clone(), at_ms)));
        }
        Ok(found)
    }

    fn between(
        &self,
        buffer: &Buffer,
        from: Bound,
        to: Bound,
        keep: Keep,
        limit: u32,
    ) -> rusqlite::Result<Vec<Record>> {
        let bounds = [
            clamp(from.at_ms),
            clamp(to.at_ms),
            clamp(from.number),
            clamp(to.number.min(self.upto)),
            u64::from(limit),
        ];
        let [first, last] = match buffer {
            Buffer::Channel { .. } => [MESSAGES_FIRST, MESSAGES_LAST],
            Buffer::Direct { .. } => [DIRECTS_FIRST, DIRECTS_LAST],
        };
        let sql = if keep == Keep::First { first } else { last };
        let mut statement = self.connection.prepare_cached(sql)?;
        let [from_ms, to_ms, from, to, count] = bounds;
        let upto = clamp(self.upto);
        let mut found = match buffer {
            Buffer::Channel { id, .. } => self.read(
                &mut statement,
                params![from_ms, to_ms, from, to, count, upto, id.0],
            )?,
            Buffer::Direct {
                owner,
                peer,
                events,
            } => self.read(
                &mut statement,
                params![from_ms, to_ms, from, to, count, upto, owner.0, peer, events],
            )?,
        };
        if let Buffer::Channel { id, events: true } = buffer {
            let [first, last] = [EVENTS_FIRST, EVENTS_LAST];
            let sql = if keep == Keep::First { first } else { last };
            let mut statement = self.connection.prepare_cached(sql)?;
            let bounds = params![from_ms, to_ms, from, to, count, upto, id.0];
            found.extend(self.read(&mut statement, bounds)?);
        }
        found.sort_by_key(|record| record.stamp.number);
        Ok(found)
    }

    /// Reads rows until they are too many bytes. The one with which they are is there, too: where
    /// rows of several kinds make one answer, none behind it may be in it.
    fn read(
        &self,
        statement: &mut Statement<'_>,
        params: &[&dyn ToSql],
    ) -> rusqlite::Result<Vec<Record>> {
        let mut rows = statement.query(params)?;
        let (mut found, mut bytes) = (Vec::new(), 0);
        while bytes <= self.bytes_max
            && let Some(row) = rows.next()?
        {
            let record = record(row)?;
            bytes += size(&record);
            found.push(record);
        }
        Ok(found)
    }

    /// Finds where a range begins that includes `number`: any row of whatever channel tells the
    /// time at that place in the order.
    fn first_bound(&self, number: Option<Number>) -> rusqlite::Result<Option<Bound>> {
        self.bound(
            number,
            "SELECT at_ms FROM log WHERE seq >= ?1 ORDER BY seq LIMIT 1",
        )
    }

    /// Finds where a range ends that includes `number`.
    fn last_bound(&self, number: Option<Number>) -> rusqlite::Result<Option<Bound>> {
        self.bound(
            number,
            "SELECT at_ms FROM log WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1",
        )
    }

    fn bound(&self, number: Option<Number>, sql: &str) -> rusqlite::Result<Option<Bound>> {
        let Some(number) = number.map(clamp) else {
            return Ok(None);
        };
        let row = self
            .connection
            .prepare_cached(sql)?
            .query_row([number], |row| row.get(0));
        Ok(row.optional()?.map(|at_ms| Bound { at_ms, number }))
    }
}

pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let stamp = Stamp {
        number: row.get(0)?,
        wall_ms: row.get(1)?,
        random: row.get::<_, i64>(3)?.cast_unsigned(),
    };
    let channel = ChannelId(row.get(2)?);
    let body = row.get_ref(4)?.as_blob()?;
    let fact = postcard::from_bytes(body).map_err(|e| {
        rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Blob, Box::new(e))
    })?;
    Ok(Record {
        stamp,
        channel,
        fact,
    })
}

/// SQLite's integers are signed; nothing real lies beyond.
pub(super) fn clamp(n: u64) -> u64 {
    n.min(NEVER)
}

/// Later than every row, and the largest integer that SQLite holds.
const NEVER: u64 = i64::MAX as u64;

pub(super) const TAIL: &str = "SELECT seq, at_ms, channel, random, body FROM log
    WHERE kind BETWEEN 1 AND 15 AND seq > ?1
    AND NOT EXISTS (SELECT 1 FROM void WHERE void.seq = log.seq) ORDER BY seq";

pub(super) const ONE: &str = concat!(
    "SELECT seq, at_ms, channel, random, body FROM log
     WHERE seq = ?1 AND seq <= ?2 AND kind IN (0, 16, 17, 18)",
    counts!("log.seq", "?2")
);

macro_rules! of_channel {
    ($kinds:literal, $order:literal) => {
        concat!(
            "SELECT seq, at_ms, channel, random, body FROM log WHERE ",
            $kinds,
            " AND channel = ?7 AND at_ms BETWEEN ?1 AND ?2 AND seq BETWEEN ?3 AND ?4",
            counts!("log.seq", "?6"),
            " ORDER BY ",
            $order,
            " LIMIT ?5"
        )
    };
}
pub(super) const MESSAGES_FIRST: &str = of_channel!("kind = 0", "at_ms, seq");
pub(super) const MESSAGES_LAST: &str = of_channel!("kind = 0", "at_ms DESC, seq DESC");
pub(super) const EVENTS_FIRST: &str = of_channel!("kind IN (2, 3, 18, 19, 20)", "at_ms, seq");
pub(super) const EVENTS_LAST: &str =
    of_channel!("kind IN (2, 3, 18, 19, 20)", "at_ms DESC, seq DESC");

macro_rules! directs {
    ($order:literal) => {
        concat!(
            "SELECT log.seq, log.at_ms, log.channel, log.random, log.body
             FROM direct CROSS JOIN log ON log.seq = direct.seq
             WHERE direct.owner = ?7 AND direct.peer = ?8 AND direct.at_ms BETWEEN ?1 AND ?2
             AND direct.seq BETWEEN ?3 AND ?4 AND (direct.kind = 16 OR ?9)",
            counts!("direct.seq", "?6"),
            " ORDER BY ",
            $order,
            " LIMIT ?5"
        )
    };
}
pub(super) const DIRECTS_FIRST: &str = directs!("direct.at_ms, direct.seq");
pub(super) const DIRECTS_LAST: &str = directs!("direct.at_ms DESC, direct.seq DESC");
