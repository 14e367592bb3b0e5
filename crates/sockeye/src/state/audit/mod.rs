//! The audit log: who did what to whom, in the store.
//!
//! ```text
//!  changes of accounts and bans ──▶ in their own transaction ──────────────┐
//!  note() ──▶ bounded queue ──▶ keeper task ──▶ a transaction a round ──▶ audit
//!  login_failed() ──▶ sums, bounded ──▶ once a minute, or when asked ──▲
//! ```
//!
//! Invariant: a change of accounts or bans and its row are one transaction, so there is never one
//! without the other. What changes nothing on the disk (a KILL) happens although its row cannot be
//! written; such rows are counted as lost.
//!
//! Invariant: no secret gets here, nor what somebody typed as the name of an account that there is
//! not: it may have been a password.

mod keeper;
mod query;
mod sums;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{OptionalExtension, Transaction};
pub use sockeye_proto::irc::deed::Act;
use sockeye_proto::irc::deed::Deed;
use sockeye_proto::limit::Bucket;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Duration, Instant};

pub use self::query::{AuditPage, AuditQuery, AuditRow};
use self::sums::Sums;
use super::{LogError, Store, wall_ms};

/// The audit log of a running hub. Clones share it.
#[derive(Debug, Clone)]
pub struct Audit {
    store: Store,
    queue: mpsc::Sender<Errand>,
    shared: Arc<Shared>,
}

/// Who does something, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account, or the nick of somebody without one.
    pub by: String,
    /// The address, or how else it came.
    pub from: String,
}

/// One act, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When, milliseconds since 1970.
    pub at_ms: u64,
    /// Of which kind.
    pub act: Act,
    /// Who.
    pub actor: Actor,
    /// Whom or what it was done to.
    pub on: String,
    /// The account that it was done to.
    pub account: Option<String>,
    /// Why, or what else there is to say. Never a secret.
    pub detail: String,
    /// How often, where several are summed up.
    pub times: u32,
}

/// How much of the log is kept; 0 stands for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditRetention {
    /// Days after which rows go.
    pub days: u32,
    /// Rows: so many of acts that need a permission, and as many of those that anybody can cause.
    pub rows: u32,
}

/// What the keeper is asked to do.
enum Errand {
    Keep(AuditEntry),
    /// Write everything so far, then answer.
    Flush(oneshot::Sender<()>),
}

#[derive(Debug)]
struct Shared {
    sums: Mutex<Sums>,
    /// How fast strangers may fill their share of the log.
    strangers: Mutex<Bucket>,
    started: Instant,
    lost: AtomicU64,
}

impl Audit {
    /// Returns the log of a store, and the task that writes what is noted: it has to run, and ends
    /// when the last clone has gone.
    pub fn new(store: &Store) -> (Self, impl Future<Output = ()> + Send + use<>) {
        let (queue, errands) = mpsc::channel(QUEUE_MAX);
        let shared = Arc::new(Shared {
            sums: Mutex::default(),
            strangers: Mutex::new(Bucket::new(STRANGERS_BURST, STRANGERS_INTERVAL)),
            started: Instant::now(),
            lost: AtomicU64::new(0),
        });
        let audit = Self {
            store: store.clone(),
            queue,
            shared: Arc::clone(&shared),
        };
        (audit, keeper::run(store.clone(), shared, errands))
    }

    /// Has an act kept. It waits for nothing; what cannot be kept is counted as lost, and said in
    /// the log of the process.
    pub fn note(&self, entry: AuditEntry) {
        if entry.act.is_strangers() && !self.shared.has_room_for_strangers() {
            return self
                .shared
                .lose(&entry, "too many acts of this kind a second");
        }
        if let Err(refused) = self.queue.try_send(Errand::Keep(entry)) {
            let (mpsc::error::TrySendError::Full(errand)
            | mpsc::error::TrySendError::Closed(errand)) = refused;
            if let Errand::Keep(entry) = errand {
                self.shared.lose(&entry, "too many wait for the disk");
            }
        }
    }

    /// Counts a login that failed; `folded` is the account as compared.
    pub(super) fn login_failed(&self, source: IpAddr, folded: &str) {
        lock(&self.shared.sums).add(source, folded, wall_ms());
    }

    /// Finds what has been kept, all of it up to now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn find(&self, query: AuditQuery) -> Result<AuditPage, LogError> {
        self.flush().await;
        query.ask(&self.store).await
    }

    /// Waits until what was noted is written, as far as it can be.
    pub async fn flush(&self) {
        let (written, done) = oneshot::channel();
        if self.queue.send(Errand::Flush(written)).await.is_ok() {
            // A keeper that has gone has written everything.
            let _ = done.await;
        }
    }

    /// Returns how many acts could not be kept since the start.
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::Relaxed)
    }
}

impl Actor {
    /// Makes one.
    pub fn new(by: impl Into<String>, from: impl Into<String>) -> Self {
        let (by, from) = (by.into(), from.into());
        Self { by, from }
    }

    /// Returns the hub itself: nobody in particular.
    pub fn hub() -> Self {
        Self::new("hub", "")
    }
}

impl AuditEntry {
    /// Makes an entry about an account.
    pub fn of_account(act: Act, actor: Actor, account: &str, detail: &str) -> Self {
        Self {
            account: Some(account.to_owned()),
            ..Self::of(act, actor, account, detail)
        }
    }

    /// Makes an entry about something else.
    pub fn of(act: Act, actor: Actor, on: &str, detail: &str) -> Self {
        Self {
            at_ms: wall_ms(),
            act,
            actor,
            on: on.to_owned(),
            account: None,
            detail: detail.to_owned(),
            times: 1,
        }
    }

    /// Writes it as part of a transaction.
    ///
    /// # Errors
    /// What SQLite says.
    pub(super) fn insert(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let sql = "INSERT INTO audit
            (at_ms, act, strangers, by_whom, origin, target, account, detail, times)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let short = |text: &str| shortened(text, FIELD_BYTES_MAX);
        let values = (
            self.at_ms,
            self.act.name(),
            self.act.is_strangers(),
            short(&self.actor.by),
            short(&self.actor.from),
            short(&self.on),
            self.account.as_deref().map(short),
            shortened(&self.detail, DETAIL_BYTES_MAX),
            self.times,
        );
        transaction.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }
}

impl From<Deed> for AuditEntry {
    fn from(deed: Deed) -> Self {
        let actor = Actor::new(deed.by, deed.from.unwrap_or_default());
        Self {
            account: deed.account,
            ..Self::of(deed.act, actor, &deed.on, &deed.detail)
        }
    }
}

impl AuditRetention {
    /// Deletes the next rows that have to go; returns how many, [`ROWS_A_STEP_MAX`] at most.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn step(self, store: &Store, now_ms: u64) -> Result<usize, LogError> {
        let Self { days, rows } = self;
        let before_ms = match days {
            0 => 0,
            days => now_ms.saturating_sub(u64::from(days) * DAY_MS),
        };
        // Counting is the reader's work: it may take long, and nobody waits for it.
        let upto = store.read(move |connection| {
            let sql = "SELECT id FROM audit WHERE strangers = ?1 ORDER BY id DESC
                LIMIT 1 OFFSET ?2";
            let mut find = connection.prepare_cached(sql)?;
            let mut upto = |strangers: bool| -> rusqlite::Result<u64> {
                let found = find.query_row((strangers, rows), |row| row.get(0));
                Ok(found.optional()?.unwrap_or(0))
            };
            match rows {
                0 => Ok([0, 0]),
                _ => Ok([upto(false)?, upto(true)?]),
            }
        });
        let upto = upto.await?;
        let deleted = store.write(move |transaction| {
            let mut deleted = 0;
            for (strangers, upto) in [false, true].into_iter().zip(upto) {
                let sql = "DELETE FROM audit WHERE id IN (SELECT id FROM audit
                    WHERE strangers = ?1 AND (at_ms < ?2 OR id <= ?3) ORDER BY id LIMIT ?4)";
                let room = ROWS_A_STEP_MAX - deleted;
                let values = (strangers, before_ms, upto, room);
                deleted += transaction.prepare_cached(sql)?.execute(values)?;
            }
            Ok(deleted)
        });
        deleted.await
    }
}

impl Shared {
    fn has_room_for_strangers(&self) -> bool {
        let now = self.started.elapsed();
        lock(&self.strangers).take(now).is_ok()
    }

    /// Counts what cannot be kept, and says it where the operator of the process looks.
    fn lose(&self, entry: &AuditEntry, why: &str) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        let AuditEntry { actor, on, .. } = entry;
        let act = entry.act.name();
        tracing::warn!("not in the audit log: {act} by {} on {on}: {why}", actor.by);
    }
}

/// Cuts a text that is too long, visibly, and takes the control characters out.
fn shortened(text: &str, bytes_max: usize) -> String {
    let mut short: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if short.len() > bytes_max {
        short.truncate(short.floor_char_boundary(bytes_max - MORE.len()));
        short.push_str(MORE);
    }
    short
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Acts that wait for the keeper; a disk that is slower loses what comes then.
const QUEUE_MAX: usize = 1_024;

/// Acts of strangers that are kept at once.
const STRANGERS_BURST: u32 = 500;

/// One more each: what they can make of the log is 18,000 rows an hour.
const STRANGERS_INTERVAL: Duration = Duration::from_millis(200);

/// Longest name, address or target, bytes: `nick!user@address` and a channel fit.
const FIELD_BYTES_MAX: usize = 256;

/// Longest detail, bytes: what fits a line of chat.
const DETAIL_BYTES_MAX: usize = 512;

/// Stands where a text was cut.
const MORE: &str = "…";

/// Most rows that a step of retention deletes: some milliseconds of the writer.
pub(super) const ROWS_A_STEP_MAX: usize = 100;

const DAY_MS: u64 = 86_400_000;
