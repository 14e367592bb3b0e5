//! What was taken back: its text goes at once, the rest of the row when it is old enough.
//!
//! The row stays, because it says to whose direct messages it belongs; history leaves it out. What
//! the text took is overwritten with zeros. Copies may still stand in pages that are free, in the
//! write-ahead log until it starts over, and in backups.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sockeye_proto::irc::event::{Fact, StoredMessage};
use sockeye_proto::irc::id::{ChannelId, Number};

use super::search;

/// Empties messages; those that are gone or empty already are left as they are.
pub(super) fn texts(transaction: &Transaction<'_>, rows: &[Number]) -> rusqlite::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    transaction.pragma_update(None, "secure_delete", "ON")?;
    let done = search::thoroughly(transaction, || {
        rows.iter()
            .try_for_each(|&number| text(transaction, number))
    });
    transaction.pragma_update(None, "secure_delete", "FAST")?;
    done
}

fn text(transaction: &Transaction<'_>, number: Number) -> rusqlite::Result<()> {
    let sql = "SELECT channel, body FROM log WHERE seq = ?1";
    let mut row = transaction.prepare_cached(sql)?;
    let row = row.query_row([number], |row| Ok((ChannelId(row.get(0)?), row.get(1)?)));
    let Some((channel, body)): Option<(ChannelId, Vec<u8>)> = row.optional()? else {
        return Ok(());
    };
    let Ok(mut fact) = postcard::from_bytes::<Fact>(&body) else {
        return Ok(());
    };
    search::forget(transaction, number, channel, &fact)?;
    let Some(message) = message(&mut fact) else {
        return Ok(());
    };
    message.text.clear();
    message.tags.clear();
    if let Ok(emptied) = postcard::to_allocvec(&fact) {
        let sql = "UPDATE log SET body = ?2 WHERE seq = ?1";
        let mut update = transaction.prepare_cached(sql)?;
        update.execute(params![number, emptied])?;
    }
    Ok(())
}

fn message(fact: &mut Fact) -> Option<&mut StoredMessage> {
    match fact {
        Fact::Message(message) => Some(message),
        Fact::Direct(direct) => Some(&mut direct.message),
        _ => None,
    }
}

/// Finds messages that were taken back, from one on, and that a crash may have kept from being
/// emptied: by rows up to `by`, whose fate is known.
pub(super) fn taken_back(
    connection: &Connection,
    after: Number,
    by: Number,
) -> rusqlite::Result<Vec<Number>> {
    let sql = "SELECT DISTINCT seq FROM redaction WHERE seq > ?1 AND by_seq <= ?2
        AND NOT EXISTS (SELECT 1 FROM void WHERE void.seq = redaction.by_seq)
        ORDER BY seq LIMIT ?3";
    let mut rows = connection.prepare_cached(sql)?;
    let rows = rows.query_map(params![after, by, ROWS_MAX], |row| row.get(0))?;
    rows.collect()
}

/// Messages that a step looks at.
const ROWS_MAX: u32 = 100;
