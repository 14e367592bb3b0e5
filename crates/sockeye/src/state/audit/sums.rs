//! Failed logins, summed up: a guesser costs a row a minute, not a row a guess.

use std::collections::BTreeMap;
use std::net::IpAddr;

use rusqlite::{OptionalExtension, Transaction};

use super::{Act, Actor, AuditEntry};

/// How often logins have failed, by source and account.
#[derive(Debug, Default)]
pub(super) struct Sums(BTreeMap<(Option<IpAddr>, String), Sum>);

#[derive(Debug)]
struct Sum {
    times: u32,
    last_ms: u64,
}

impl Sums {
    pub(super) fn add(&mut self, source: IpAddr, folded: &str, now_ms: u64) {
        let mut key = (Some(source), folded.to_owned());
        if self.0.len() >= SUMS_MAX && !self.0.contains_key(&key) {
            key = (None, String::new());
        }
        let sum = self.0.entry(key).or_insert(Sum {
            times: 0,
            last_ms: now_ms,
        });
        sum.times = sum.times.saturating_add(1);
        sum.last_ms = now_ms;
    }

    /// Takes in what could not be written.
    pub(super) fn merge(&mut self, other: Self) {
        for (key, sum) in other.0 {
            let own = self.0.entry(key).or_insert(Sum {
                times: 0,
                last_ms: 0,
            });
            own.times = own.times.saturating_add(sum.times);
            own.last_ms = own.last_ms.max(sum.last_ms);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes a row for each source and account; all names that no account has are one of them.
    pub(super) fn insert(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut rows: BTreeMap<(Option<IpAddr>, Option<String>), Sum> = BTreeMap::new();
        for ((source, folded), sum) in &self.0 {
            let sql = "SELECT name FROM account WHERE folded = ?1";
            let mut find = transaction.prepare_cached(sql)?;
            let name = find.query_row([folded], |row| row.get(0)).optional()?;
            let row = rows.entry((*source, name)).or_insert(Sum {
                times: 0,
                last_ms: 0,
            });
            row.times = row.times.saturating_add(sum.times);
            row.last_ms = row.last_ms.max(sum.last_ms);
        }
        for ((source, account), Sum { times, last_ms }) in rows {
            let from = source.map_or_else(|| MANY.to_owned(), |source| source.to_string());
            let entry = AuditEntry {
                at_ms: last_ms,
                act: Act::LoginFailed,
                actor: Actor::new("", from),
                on: account.clone().unwrap_or_else(|| NOBODY.to_owned()),
                account,
                detail: String::new(),
                times,
            };
            entry.insert(transaction)?;
        }
        Ok(())
    }
}

/// Sources and accounts that are told apart within a minute; more are one sum.
pub(super) const SUMS_MAX: usize = 512;

/// Stands for the address where there were too many.
const MANY: &str = "many addresses";

/// Stands for all names that no account has: one of them may be a password.
const NOBODY: &str = "(no such account)";
