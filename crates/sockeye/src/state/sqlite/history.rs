//! Reading the log: what a restart needs, and what chat clients ask for.
//!
//! Rows ascend in number and in time alike, so a point is a pair of bounds: the time leads into the
//! index, the number decides between rows of one millisecond.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sockeye_proto::irc::event::{Record, Stamp};
use sockeye_proto::irc::history::{Found, Keep, Point, Query};
use sockeye_proto::irc::id::{ChannelId, Number};

use crate::state::Tail;

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
    };
    match query {
        Query::Messages {
            channel,
            after,
            before,
            keep,
            limit,
        } => rows
            .messages(*channel, *after, *before, *keep, *limit)
            .map(Found::Messages),
        Query::Around {
            channel,
            point,
            limit,
        } => rows.around(*channel, *point, *limit).map(Found::Messages),
        Query::Targets {
            channels,
            after_ms,
            before_ms,
            limit,
        } => rows
            .targets(channels, *after_ms, *before_ms, *limit)
            .map(Found::Targets),
    }
}

/// The messages that exist for one reader.
struct Rows<'a> {
    connection: &'a Connection,
    upto: Number,
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
        channel: ChannelId,
        after: Option<Point>,
        before: Option<Point>,
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
            (Some(from), Some(to)) => self.between(channel, from, to, keep, limit),
            _ => Ok(Vec::new()),
        }
    }

    fn around(
        &self,
        channel: ChannelId,
        point: Point,
        limit: u32,
    ) -> rusqlite::Result<Vec<Record>> {
        let before = self.messages(channel, None, Some(point), Keep::Last, limit / 2)?;
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
        let mut found = before;
        found.extend(self.between(channel, from, to, Keep::First, limit - limit / 2)?);
        Ok(found)
    }

    fn targets(
        &self,
        channels: &[(ChannelId, String)],
        after_ms: u64,
        before_ms: u64,
        limit: u32,
    ) -> rusqlite::Result<Vec<(String, u64)>> {
        let mut newest = self.connection.prepare_cached(
            "SELECT at_ms FROM log WHERE kind = 0 AND channel = ?1 AND seq <= ?2
             AND NOT EXISTS (SELECT 1 FROM void WHERE void.seq = log.seq)
             ORDER BY at_ms DESC, seq DESC LIMIT 1",
        )?;
        let mut found = Vec::new();
        for (channel, name) in channels {
            let row = newest.query_row([channel.0, clamp(self.upto)], |row| row.get(0));
            match row.optional()? {
                Some(at_ms) if after_ms < at_ms && at_ms < before_ms => {
                    found.push((name.clone(), at_ms));
                }
                _ => {}
            }
        }
        found.sort_by_key(|(_, at_ms)| *at_ms);
        found.truncate(limit as usize);
        Ok(found)
    }

    fn between(
        &self,
        channel: ChannelId,
        from: Bound,
        to: Bound,
        keep: Keep,
        limit: u32,
    ) -> rusqlite::Result<Vec<Record>> {
        let sql = match keep {
            Keep::First => MESSAGES_FIRST,
            Keep::Last => MESSAGES_LAST,
        };
        let bounds = params![
            channel.0,
            clamp(from.at_ms),
            clamp(to.at_ms),
            clamp(from.number),
            clamp(to.number.min(self.upto)),
            limit
        ];
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(bounds, record)?;
        let mut found = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        if keep == Keep::Last {
            found.reverse();
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

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
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
fn clamp(n: u64) -> u64 {
    n.min(NEVER)
}

/// Later than every row, and the largest integer that SQLite holds.
const NEVER: u64 = i64::MAX as u64;

pub(super) const TAIL: &str = "SELECT seq, at_ms, channel, random, body FROM log
    WHERE kind <> 0 AND seq > ?1
    AND NOT EXISTS (SELECT 1 FROM void WHERE void.seq = log.seq) ORDER BY seq";

macro_rules! messages {
    ($order:literal) => {
        concat!(
            "SELECT seq, at_ms, channel, random, body FROM log
             WHERE kind = 0 AND channel = ?1 AND at_ms BETWEEN ?2 AND ?3 AND seq BETWEEN ?4 AND ?5
             AND NOT EXISTS (SELECT 1 FROM void WHERE void.seq = log.seq) ORDER BY ",
            $order,
            " LIMIT ?6"
        )
    };
}
pub(super) const MESSAGES_FIRST: &str = messages!("at_ms, seq");
pub(super) const MESSAGES_LAST: &str = messages!("at_ms DESC, seq DESC");
