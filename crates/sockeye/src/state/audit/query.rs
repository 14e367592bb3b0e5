//! Reading the audit log, a page at a time.

use std::fmt;

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use sockeye_proto::irc::history::time_text;

use crate::state::{LogError, Store};

/// What is wanted of the log; all conditions have to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// Not before this time, milliseconds since 1970.
    #[serde(default)]
    pub since_ms: u64,
    /// By whom.
    #[serde(default)]
    pub by: Option<String>,
    /// By or on which account.
    #[serde(default)]
    pub account: Option<String>,
    /// What comes after this number, the oldest of it; none: the newest.
    #[serde(default)]
    pub after: Option<u64>,
    /// What comes before this number.
    #[serde(default)]
    pub before: Option<u64>,
    /// How many rows at most; a page has no more than 100.
    pub rows_max: u32,
}

/// A part of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The rows, oldest first.
    pub rows: Vec<AuditRow>,
    /// Whether there are more of them: newer ones where those after a number were asked for, else
    /// older ones.
    pub more: bool,
}

/// A row of the log. The names are stable: `audit --json` prints this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Its number; a later row has a larger one.
    pub id: u64,
    /// When, milliseconds since 1970.
    pub at_ms: u64,
    /// What was done, a stable word.
    pub act: String,
    /// Who did it.
    pub by: String,
    /// The address that it was done from, or how else it came.
    pub from: String,
    /// Whom or what it was done to.
    pub on: String,
    /// The account that it was done to.
    pub account: Option<String>,
    /// Why, or what else there is to say.
    pub detail: String,
    /// How often, where several are summed up.
    pub times: u32,
}

impl AuditQuery {
    /// Executes it on a store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn ask(self, store: &Store) -> Result<AuditPage, LogError> {
        store.read(move |connection| self.find(connection)).await
    }

    fn find(&self, connection: &Connection) -> rusqlite::Result<AuditPage> {
        let rows_max = self.rows_max.clamp(1, ROWS_MAX);
        let order = if self.after.is_some() { "ASC" } else { "DESC" };
        let sql = format!(
            "SELECT id, at_ms, act, by_whom, origin, target, account, detail, times FROM audit
            WHERE id > ?1 AND id < ?6 AND at_ms >= ?2
            AND (?3 IS NULL OR by_whom = ?3 COLLATE NOCASE)
            AND (?4 IS NULL OR account = ?4 COLLATE NOCASE OR by_whom = ?4 COLLATE NOCASE)
            ORDER BY id {order} LIMIT ?5"
        );
        let after = self.after.unwrap_or(0);
        let before = self.before.unwrap_or(i64::MAX as u64);
        let values = params![
            after,
            self.since_ms,
            self.by,
            self.account,
            rows_max + 1,
            before
        ];
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(values, row)?;
        let mut rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        let more = rows.len() > rows_max as usize;
        rows.truncate(rows_max as usize);
        if self.after.is_none() {
            rows.reverse();
        }
        Ok(AuditPage { rows, more })
    }
}

impl fmt::Display for AuditRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at_ms,
            act,
            by,
            from,
            on,
            detail,
            times,
            ..
        } = self;
        write!(f, "{}  {act}", time_text(*at_ms))?;
        if *times > 1 {
            write!(f, " ×{times}")?;
        }
        for (word, text) in [("by", by), ("from", from), ("on", on)] {
            if !text.is_empty() {
                write!(f, " {word} {text}")?;
            }
        }
        if !detail.is_empty() {
            write!(f, ": {detail}")?;
        }
        Ok(())
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        id: row.get(0)?,
        at_ms: row.get(1)?,
        act: row.get(2)?,
        by: row.get(3)?,
        from: row.get(4)?,
        on: row.get(5)?,
        account: row.get(6)?,
        detail: row.get(7)?,
        times: row.get(8)?,
    })
}

/// Rows of one page: they fit a line of the control socket, also when every byte is escaped.
pub(super) const ROWS_MAX: u32 = 100;
