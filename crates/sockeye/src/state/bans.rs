//! Bans: who may not use the hub, by address, network, account or mask, for a time or for good.
//!
//! They stand in the store and in memory; every change goes through here.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::Row;
use sockeye_proto::irc::ban::BanMask;
use sockeye_proto::irc::settings::CaseMapping;

use super::{LogError, Store};
use crate::endpoint::Network;

/// The bans of a hub. Clones share them.
#[derive(Debug, Clone)]
pub struct Bans {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    folding: CaseMapping,
    all: RwLock<Arc<[Ban]>>,
}

/// One ban.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// Whom it keeps out.
    pub target: BanTarget,
    /// What they are told.
    pub reason: String,
    /// Who set it.
    pub by: String,
    /// When, milliseconds since 1970.
    pub created_ms: u64,
    /// When it ends, milliseconds since 1970; `None`: when it is taken back.
    pub expires_ms: Option<u64>,
}

/// Whom a ban keeps out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BanTarget {
    /// Who comes from there.
    Network(Network),
    /// Who is logged in to the account, named as it is compared.
    Account(String),
    /// Who is shown so, or would be with the address for a host.
    Mask(BanMask),
}

/// Somebody who may be banned; what is not known fits no ban.
#[derive(Debug, Clone, Copy, Default)]
pub struct Suspect<'a> {
    /// The address.
    pub address: Option<IpAddr>,
    /// The account's name.
    pub account: Option<&'a str>,
    /// Nick, user name and host as shown.
    pub source: Option<(&'a str, &'a str, &'a str)>,
}

/// Why bans could not be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BanError {
    /// It names nobody, or everybody.
    ConfigTarget(String),
    /// The reason does not fit a line.
    ConfigReason,
    /// There are as many as there may be.
    Full,
    /// There is no such ban.
    Unknown,
    /// The store did not take or yield it.
    Store(LogError),
}

impl Bans {
    /// Reads the bans of a store; accounts are compared by `folding`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open(store: Store, folding: CaseMapping) -> Result<Self, LogError> {
        let rows = store.read(|connection| {
            let sql = "SELECT target, reason, set_by, created_ms, expires_ms FROM ban
                ORDER BY created_ms, target";
            connection
                .prepare(sql)?
                .query_map([], stored)?
                .collect::<rusqlite::Result<_>>()
        });
        let rows: Vec<(String, Ban)> = rows.await?;
        let inner = Inner {
            store,
            folding,
            all: RwLock::new(Arc::new([])),
        };
        let read = |(text, ban): (String, Ban)| {
            let target = inner.target(&text);
            let target = target.map_err(|e| LogError::Unreadable(format!("ban: {e}")))?;
            Ok(Ban { target, ..ban })
        };
        let all: Result<Vec<Ban>, LogError> = rows.into_iter().map(read).collect();
        inner.replace(all?);
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Bans a target, in place of an earlier ban of it, and returns the ban. `span_ms`: for how long;
    /// `None`: until it is taken back. What has ended is forgotten.
    ///
    /// # Errors
    /// [`BanError`], but for [`BanError::Unknown`].
    pub async fn add(
        &self,
        target: &str,
        span_ms: Option<u64>,
        reason: &str,
        by: &str,
        now_ms: u64,
    ) -> Result<Ban, BanError> {
        let ban = Ban {
            target: self.inner.target(target)?,
            reason: reason.to_owned(),
            by: by.to_owned(),
            created_ms: now_ms,
            expires_ms: span_ms.map(|span_ms| now_ms.saturating_add(span_ms)),
        };
        if reason.len() > REASON_BYTES_MAX || reason.contains(char::is_control) {
            return Err(BanError::ConfigReason);
        }
        let kept = ban.clone();
        let all = self.inner.store.write(move |transaction| {
            let sql = "DELETE FROM ban WHERE expires_ms <= ?1";
            transaction.execute(sql, [now_ms])?;
            let target = kept.target.to_string();
            let sql = "REPLACE INTO ban (target, reason, set_by, created_ms, expires_ms)
                SELECT ?1, ?2, ?3, ?4, ?5 WHERE (SELECT count(*) FROM ban WHERE target <> ?1) < ?6";
            let values = (&target, &kept.reason, &kept.by, now_ms, kept.expires_ms);
            let (target, reason, by, created_ms, expires_ms) = values;
            transaction.execute(sql, (target, reason, by, created_ms, expires_ms, BANS_MAX))
        });
        match all.await? {
            0 => Err(BanError::Full),
            _ => {
                self.inner.change(|all| {
                    all.retain(|old| old.target != ban.target && old.holds(now_ms));
                    all.push(ban.clone());
                });
                Ok(ban)
            }
        }
    }

    /// Takes a ban back and returns it.
    ///
    /// # Errors
    /// When there is none of this target, or the store refuses.
    pub async fn remove(&self, target: &str) -> Result<Ban, BanError> {
        let target = self.inner.target(target)?;
        let text = target.to_string();
        let removed = self.inner.store.write(move |transaction| {
            transaction.execute("DELETE FROM ban WHERE target = ?1", [text])
        });
        removed.await?;
        let mut removed = None;
        self.inner.change(|all| {
            let at = all.iter().position(|ban| ban.target == target);
            removed = at.map(|at| all.remove(at));
        });
        removed.ok_or(BanError::Unknown)
    }

    /// Returns the bans that hold, oldest first.
    pub fn list(&self, now_ms: u64) -> Vec<Ban> {
        let all = self.inner.all();
        all.iter()
            .filter(|ban| ban.holds(now_ms))
            .cloned()
            .collect()
    }

    /// Returns the ban that keeps somebody out.
    pub fn find(&self, whom: &Suspect<'_>, now_ms: u64) -> Option<Ban> {
        let all = self.inner.all();
        let mut holding = all.iter().filter(|ban| ban.holds(now_ms));
        holding.find(|ban| self.fits(ban, whom)).cloned()
    }

    /// Returns whether a ban is one of this person.
    pub fn fits(&self, ban: &Ban, whom: &Suspect<'_>) -> bool {
        match &ban.target {
            BanTarget::Network(network) => whom.address.is_some_and(|at| network.contains(at)),
            BanTarget::Account(folded) => {
                let account = whom.account.and_then(|name| self.inner.folding.fold(name));
                account.as_ref() == Some(folded)
            }
            BanTarget::Mask(mask) => whom.source.is_some_and(|(nick, user, host)| {
                let address = || whom.address.map(|address| address.to_string());
                mask.fits(nick, user, host)
                    || address().is_some_and(|address| mask.fits(nick, user, &address))
            }),
        }
    }
}

impl Inner {
    /// Reads `203.0.113.0/24`, `account:bob` or `*!bad@*.example`.
    fn target(&self, text: &str) -> Result<BanTarget, BanError> {
        let wrong = || BanError::ConfigTarget(text.to_owned());
        if let Some(name) = text.strip_prefix(ACCOUNT) {
            let folded = self.folding.is_nick(name).then(|| self.folding.fold(name));
            return folded.flatten().map(BanTarget::Account).ok_or_else(wrong);
        }
        match text.parse::<Network>() {
            Ok(network) if network.is_everything() => Err(wrong()),
            Ok(network) => Ok(BanTarget::Network(network.canonical())),
            Err(_) if text.contains('/') && !text.contains(['!', '@']) => Err(wrong()),
            Err(_) => BanMask::parse(text).map(BanTarget::Mask).ok_or_else(wrong),
        }
    }

    fn all(&self) -> Arc<[Ban]> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&all)
    }

    fn replace(&self, bans: Vec<Ban>) {
        *self.all.write().unwrap_or_else(PoisonError::into_inner) = bans.into();
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Ban>)) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        let mut bans = all.to_vec();
        change(&mut bans);
        *all = bans.into();
    }
}

impl Ban {
    /// Returns whether it has not ended.
    pub fn holds(&self, now_ms: u64) -> bool {
        self.expires_ms.is_none_or(|expires_ms| now_ms < expires_ms)
    }
}

/// A row with a target that is still to be read.
fn stored(row: &Row<'_>) -> rusqlite::Result<(String, Ban)> {
    let ban = Ban {
        target: BanTarget::Account(String::new()),
        reason: row.get(1)?,
        by: row.get(2)?,
        created_ms: row.get(3)?,
        expires_ms: row.get(4)?,
    };
    Ok((row.get(0)?, ban))
}

impl fmt::Display for BanTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => network.fmt(f),
            Self::Account(name) => write!(f, "{ACCOUNT}{name}"),
            Self::Mask(mask) => f.write_str(mask.as_str()),
        }
    }
}

impl From<LogError> for BanError {
    fn from(e: LogError) -> Self {
        Self::Store(e)
    }
}

impl fmt::Display for BanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConfigTarget(text) => write!(
                f,
                "{text:?} cannot be banned: an address, a network, account:NAME or a mask such as \
                 nick!user@host is, unless it would be everybody"
            ),
            Self::ConfigReason => write!(
                f,
                "the reason must be one line of at most {REASON_BYTES_MAX} bytes"
            ),
            Self::Full => write!(f, "there are {BANS_MAX} bans already"),
            Self::Unknown => f.write_str("there is no such ban"),
            Self::Store(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for BanError {}

/// Begins a target that is an account.
const ACCOUNT: &str = "account:";

/// Most bans: each connection is compared with all of them, in less than a millisecond.
pub(super) const BANS_MAX: usize = 4_096;

/// Longest reason, bytes: it fits a line.
const REASON_BYTES_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    async fn bans(dir: &std::path::Path) -> Bans {
        let store = Store::open(dir, &Default::default()).unwrap();
        Bans::open(store, CaseMapping::Ascii).await.unwrap()
    }

    fn at(address: &str) -> Suspect<'_> {
        Suspect {
            address: Some(address.parse().unwrap()),
            ..Suspect::default()
        }
    }

    #[tokio::test]
    async fn bans_hold_for_their_time_and_over_restarts() {
        let dir = tempfile::tempdir().unwrap();
        let first = bans(dir.path()).await;
        first
            .add("203.0.113.0/24", Some(1_000), "spam", "oda", 5_000)
            .await
            .unwrap();
        first
            .add("account:Bob", None, "", "oda", 5_000)
            .await
            .unwrap();
        drop(first);

        let again = bans(dir.path()).await;
        let bob = Suspect {
            account: Some("BOB"),
            ..Suspect::default()
        };
        assert_eq!(
            again.find(&at("203.0.113.9"), 5_999).unwrap().reason,
            "spam"
        );
        assert_eq!(again.find(&at("203.0.113.9"), 6_000), None);
        assert_eq!(again.find(&at("203.0.114.9"), 5_999), None);
        // A clock that goes back brings it back: it holds until its end is seen by a change.
        assert!(again.find(&at("203.0.113.9"), 1).is_some());
        assert!(again.find(&bob, u64::MAX).is_some());
        assert_eq!(again.list(6_000).len(), 1);

        assert_eq!(again.remove("account:bOB").await.unwrap().by, "oda");
        assert_eq!(again.find(&bob, 0), None);
        assert_eq!(again.remove("account:bob").await, Err(BanError::Unknown));
    }

    #[tokio::test]
    async fn masks_fit_what_is_shown_and_the_address() {
        let dir = tempfile::tempdir().unwrap();
        let bans = bans(dir.path()).await;
        bans.add("bad*@*", None, "", "oda", 1).await.unwrap();
        bans.add("*@10.0.0.*", None, "", "oda", 1).await.unwrap();
        let from = |address: &str, user| {
            let suspect = Suspect {
                source: Some(("nick", user, "cloak.ip")),
                ..at(address)
            };
            bans.find(&suspect, 1).map(|ban| ban.target.to_string())
        };
        assert_eq!(from("192.0.2.1", "badly").as_deref(), Some("*!bad*@*"));
        assert_eq!(from("10.0.0.7", "good").as_deref(), Some("*!*@10.0.0.*"));
        assert_eq!(from("192.0.2.1", "good"), None);
    }

    #[tokio::test]
    async fn what_would_be_everybody_or_nobody_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let bans = bans(dir.path()).await;
        for target in [
            "",
            "*",
            "0.0.0.0/0",
            "::/0",
            "10.0.0.0/40",
            "account:",
            "account:a b",
            "a/b",
        ] {
            let refused = bans.add(target, None, "", "oda", 1).await.unwrap_err();
            assert_eq!(refused, BanError::ConfigTarget(target.into()));
        }
        let refused = bans.add("10.0.0.1", None, "a\nb", "oda", 1).await;
        assert_eq!(refused, Err(BanError::ConfigReason));
    }

    #[tokio::test]
    async fn there_is_a_limit_and_what_has_ended_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let bans = bans(dir.path()).await;
        let filled = bans.inner.store.write(|transaction| {
            for n in 0..BANS_MAX {
                let sql = "INSERT INTO ban VALUES (?1, '', 'oda', 1, 100)";
                transaction.execute(sql, [format!("account:a{n}")])?;
            }
            Ok(())
        });
        filled.await.unwrap();
        assert_eq!(
            bans.add("10.0.0.1", None, "", "oda", 99).await,
            Err(BanError::Full)
        );
        assert!(bans.add("account:a7", None, "", "oda", 99).await.is_ok());
        assert!(bans.add("10.0.0.1", None, "", "oda", 100).await.is_ok());
    }
}
