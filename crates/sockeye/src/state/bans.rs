//! Bans: who may not use the hub, by address, network, account or mask, for a time or for good.
//!
//! They stand in the store and in memory; every change goes through here.

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::Row;
use sockeye_proto::irc::ban::BanMask;
use sockeye_proto::irc::history::time_text;
use sockeye_proto::irc::settings::CaseMapping;
use tokio::time::{Duration, Instant};

use super::{Act, Actor, AuditEntry, LogError, Store, wall_ms};
use crate::endpoint::{Network, NetworkSet};

/// The bans of a hub. Clones share them.
#[derive(Debug, Clone)]
pub struct Bans {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    folding: CaseMapping,
    all: RwLock<Standing>,
}

/// All bans, also those that have ended and are not forgotten yet.
#[derive(Debug, Clone)]
struct Standing {
    bans: Arc<[Ban]>,
    /// The networks among them: most who come are in none.
    networks: Arc<NetworkSet>,
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
    /// When it ends by the clock, milliseconds since 1970; `None`: when it is taken back.
    pub expires_ms: Option<u64>,
    /// When it ends: counted from when it was set or read, so that a clock that is set in between
    /// neither ends nor prolongs it.
    ends: Option<Instant>,
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
            all: RwLock::new(Vec::new().into()),
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
        actor: &Actor,
    ) -> Result<Ban, BanError> {
        if reason.len() > REASON_BYTES_MAX || reason.contains(char::is_control) {
            return Err(BanError::ConfigReason);
        }
        let now_ms = wall_ms();
        let ban = Ban {
            target: self.inner.target(target)?,
            reason: reason.to_owned(),
            by: actor.by.clone(),
            created_ms: now_ms,
            expires_ms: span_ms.map(|span_ms| now_ms.saturating_add(span_ms)),
            ends: span_ms.and_then(ends_in),
        };
        let until = ban.expires_ms.map(time_text);
        let until = until.map_or_else(|| "for good".to_owned(), |time| format!("until {time}"));
        let entry = ban.entry(Act::Ban, actor, &format!("{until}: {reason}"));
        let ended = self.inner.all();
        let ended = ended.iter().filter(|ban| !ban.holds());
        let ended: Vec<String> = ended.map(|ban| ban.target.to_string()).collect();
        let kept = ban.clone();
        let all = self.inner.store.write(move |transaction| {
            let mut forget = transaction.prepare_cached("DELETE FROM ban WHERE target = ?1")?;
            for target in ended {
                forget.execute([target])?;
            }
            let target = kept.target.to_string();
            let sql = "REPLACE INTO ban (target, reason, set_by, created_ms, expires_ms)
                SELECT ?1, ?2, ?3, ?4, ?5 WHERE (SELECT count(*) FROM ban WHERE target <> ?1) < ?6";
            let values = (&target, &kept.reason, &kept.by, now_ms, kept.expires_ms);
            let (target, reason, by, created_ms, expires_ms) = values;
            let values = (target, reason, by, created_ms, expires_ms, BANS_MAX);
            let set = transaction.execute(sql, values)?;
            if set > 0 {
                entry.insert(transaction)?;
            }
            Ok(set)
        });
        match all.await? {
            0 => Err(BanError::Full),
            _ => {
                self.inner.change(|all| {
                    all.retain(|old| old.target != ban.target && old.holds());
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
    pub async fn remove(&self, target: &str, actor: &Actor) -> Result<Ban, BanError> {
        let target = self.inner.target(target)?;
        let all = self.inner.all();
        let set = all.iter().find(|ban| ban.target == target);
        let set = set.filter(|ban| ban.holds()).ok_or(BanError::Unknown)?;
        let entry = set.entry(Act::Unban, actor, &set.reason);
        let text = target.to_string();
        let removed = self.inner.store.write(move |transaction| {
            let removed = transaction.execute("DELETE FROM ban WHERE target = ?1", [text])?;
            if removed > 0 {
                entry.insert(transaction)?;
            }
            Ok(removed)
        });
        let removed = removed.await?;
        self.inner
            .change(|all| all.retain(|ban| ban.target != target));
        // Somebody else may have taken it back at the same time.
        (removed > 0).then(|| set.clone()).ok_or(BanError::Unknown)
    }

    /// Returns the bans that hold, oldest first.
    pub fn list(&self) -> Vec<Ban> {
        let all = self.inner.all();
        let mut holding: Vec<Ban> = all.iter().filter(|ban| ban.holds()).cloned().collect();
        // A clock that was set back must not shuffle the pages of a list.
        holding.sort_by_cached_key(Ban::place);
        holding
    }

    /// Returns the ban that keeps somebody out.
    pub fn find(&self, whom: &Suspect<'_>) -> Option<Ban> {
        let all = self.inner.all();
        let mut holding = all.iter().filter(|ban| ban.holds());
        holding.find(|ban| self.fits(ban, whom)).cloned()
    }

    /// Returns whether nobody from this address may use any service.
    pub fn keeps_out(&self, address: IpAddr) -> bool {
        if !self.inner.standing().networks.contains(address) {
            return false;
        }
        let whom = Suspect {
            address: Some(address.to_canonical()),
            ..Suspect::default()
        };
        self.find(&whom).is_some()
    }

    /// Reads whom a text means, as [`Bans::add`] does, without a ban of it.
    ///
    /// # Errors
    /// [`BanError::ConfigTarget`].
    pub fn would_fit(&self, target: &str, whom: &Suspect<'_>) -> Result<bool, BanError> {
        let ban = Ban {
            target: self.inner.target(target)?,
            reason: String::new(),
            by: String::new(),
            created_ms: 0,
            expires_ms: None,
            ends: None,
        };
        Ok(self.fits(&ban, whom))
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
        self.standing().bans
    }

    fn standing(&self) -> Standing {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.clone()
    }

    fn replace(&self, bans: Vec<Ban>) {
        *self.all.write().unwrap_or_else(PoisonError::into_inner) = bans.into();
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Ban>)) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        let mut bans = all.bans.to_vec();
        change(&mut bans);
        *all = bans.into();
    }
}

impl From<Vec<Ban>> for Standing {
    fn from(bans: Vec<Ban>) -> Self {
        let networks = bans.iter().filter_map(|ban| match &ban.target {
            BanTarget::Network(network) => Some(*network),
            _ => None,
        });
        Self {
            networks: Arc::new(networks.collect()),
            bans: bans.into(),
        }
    }
}

impl Ban {
    /// Returns whether it has not ended.
    pub fn holds(&self) -> bool {
        self.ends.is_none_or(|ends| Instant::now() < ends)
    }

    /// Returns its place in the list: when it was set, then its target.
    pub fn place(&self) -> (u64, String) {
        (self.created_ms, self.target.to_string())
    }

    fn entry(&self, act: Act, actor: &Actor, detail: &str) -> AuditEntry {
        let account = match &self.target {
            BanTarget::Account(name) => Some(name.clone()),
            _ => None,
        };
        let on = self.target.to_string();
        AuditEntry {
            account,
            ..AuditEntry::of(act, actor.clone(), &on, detail)
        }
    }
}

/// Returns when a span from now on is over; `None`: later than can be counted.
fn ends_in(span_ms: u64) -> Option<Instant> {
    Instant::now().checked_add(Duration::from_millis(span_ms))
}

/// A row with a target that is still to be read.
fn stored(row: &Row<'_>) -> rusqlite::Result<(String, Ban)> {
    let expires_ms: Option<u64> = row.get(4)?;
    let left_ms = expires_ms.map(|expires_ms| expires_ms.saturating_sub(wall_ms()));
    let ban = Ban {
        target: BanTarget::Account(String::new()),
        reason: row.get(1)?,
        by: row.get(2)?,
        created_ms: row.get(3)?,
        expires_ms,
        ends: left_ms.and_then(ends_in),
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
