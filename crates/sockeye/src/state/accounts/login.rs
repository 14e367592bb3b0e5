//! Logging in by password: delayed, bounded, the same work whether the account exists or not.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::OptionalExtension;
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::limits::Attempts;
use super::password::{self, Password};
use super::{Account, Accounts, find};
use crate::sys;

/// Why a login did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginError {
    /// Name or password is wrong; which of them is not said.
    PeerDenied,
    /// Too many attempts: try later.
    PeerBusy,
    /// The store could not be read.
    LocalUnavailable(String),
}

/// What is remembered between logins.
pub(super) struct Logins {
    /// Random for each process, so that remembered passwords are of no use outside it.
    key: [u8; 32],
    hashers: Semaphore,
    memory: Mutex<Memory>,
    /// How many secrets were compared, right or wrong.
    comparisons: AtomicU64,
}

#[derive(Default)]
struct Memory {
    attempts: Attempts,
    verified: BTreeMap<String, Verified>,
    /// How often `verified` was emptied: an outcome from before must not get into it.
    emptied: u64,
}

struct Verified {
    mac: [u8; 32],
    until: Instant,
    account: Account,
}

/// The place of one attempt in the queue of its source.
pub(super) struct Place<'a> {
    logins: &'a Logins,
    source: IpAddr,
}

impl Accounts {
    /// Verifies a name and a password that came from `source` (an IPv4 address or an IPv6 /64).
    ///
    /// After failures from this source for this account it waits; the work is the same for unknown
    /// accounts; an outcome is remembered for five minutes, or until an account changes.
    ///
    /// # Errors
    /// [`LoginError`].
    pub async fn verify_password(
        &self,
        name: &str,
        password: &Password,
        source: IpAddr,
    ) -> Result<Account, LoginError> {
        // No account has an empty name: what cannot be a name goes the same way as a wrong one.
        let folded = self.folded(name).unwrap_or_default();
        let logins = &self.inner.logins;
        let mac = password::mac(&logins.key, &[folded.as_bytes(), password.expose()]);
        if let Some(account) = logins.remembered(&folded, &mac) {
            return Ok(account);
        }
        let (_place, at) = logins.place(source, &folded)?;
        tokio::time::sleep_until(at).await;
        let emptied = logins.memory().emptied;
        let verdict = self.verify(folded.clone(), password.clone()).await?;
        let mut memory = logins.memory();
        let Some(account) = verdict else {
            drop(memory);
            self.login_failed(source, &folded);
            return Err(LoginError::PeerDenied);
        };
        memory.attempts.succeeded(source, &folded);
        if memory.emptied == emptied {
            memory.remember(folded, mac, account.clone());
        }
        Ok(account)
    }

    async fn verify(
        &self,
        folded: String,
        password: Password,
    ) -> Result<Option<Account>, LoginError> {
        let unavailable = |e: &dyn fmt::Display| LoginError::LocalUnavailable(e.to_string());
        let stored = self.inner.store.read(move |connection| {
            let Some(account) = find(connection, &folded)? else {
                return Ok(None);
            };
            let sql = "SELECT argon2id FROM credential WHERE account = ?1 AND kind = 'password'";
            let verifier: Option<String> = connection
                .query_row(sql, [account.id.0], |row| row.get(0))
                .optional()?;
            Ok(verifier.map(|verifier| (account, verifier)))
        });
        let stored = stored.await.map_err(|e| unavailable(&e))?;
        let cost = self.inner.cost;
        let hasher = self
            .inner
            .logins
            .hashers
            .acquire()
            .await
            .map_err(|e| unavailable(&e))?;
        self.inner.logins.compares();
        let work = tokio::task::spawn_blocking(move || match stored {
            Some((account, verifier)) => {
                password::matches(password.expose(), &verifier).then_some(account)
            }
            None => {
                password::match_nothing(password.expose(), cost);
                None
            }
        });
        let verdict = work.await.map_err(|e| unavailable(&e));
        drop(hasher);
        if self.inner.logins.are_idle() {
            // Each hash has had its 19 MiB, which the C library would keep.
            sys::memory::give_back();
        }
        verdict
    }
}

impl Logins {
    pub(super) fn new() -> Self {
        let mut key = [0; 32];
        getrandom::fill(&mut key).expect("the system has random bytes");
        Self {
            key,
            hashers: Semaphore::new(HASHERS),
            memory: Mutex::default(),
            comparisons: AtomicU64::new(0),
        }
    }

    pub(super) fn failed(&self, source: IpAddr, folded: &str, now: Instant) {
        self.memory().attempts.failed(source, folded, now);
    }

    pub(super) fn succeeded(&self, source: IpAddr, folded: &str) {
        self.memory().attempts.succeeded(source, folded);
    }

    /// Counts a secret that is compared.
    pub(super) fn compares(&self) {
        self.comparisons.fetch_add(1, Ordering::Relaxed);
    }

    #[cfg(test)]
    pub(super) fn comparisons(&self) -> u64 {
        self.comparisons.load(Ordering::Relaxed)
    }

    fn are_idle(&self) -> bool {
        self.hashers.available_permits() == HASHERS
    }

    /// Forgets every verified password: an account has changed.
    pub(super) fn forget_verified(&self) {
        let mut memory = self.memory();
        memory.verified.clear();
        memory.emptied += 1;
    }

    #[cfg(test)]
    pub(super) fn fail_for_test(&self, source: IpAddr, folded: &str) {
        self.memory()
            .attempts
            .failed(source, folded, Instant::now());
    }

    fn remembered(&self, folded: &str, mac: &[u8; 32]) -> Option<Account> {
        let memory = self.memory();
        let verified = memory.verified.get(folded)?;
        let fresh = verified.until > Instant::now() && bool::from(verified.mac.ct_eq(mac));
        fresh.then(|| verified.account.clone())
    }

    pub(super) fn place(
        &self,
        source: IpAddr,
        folded: &str,
    ) -> Result<(Place<'_>, Instant), LoginError> {
        let at = self.memory().attempts.begin(source, folded, Instant::now());
        at.map(|at| {
            (
                Place {
                    logins: self,
                    source,
                },
                at,
            )
        })
        .ok_or(LoginError::PeerBusy)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn remember(&mut self, folded: String, mac: [u8; 32], account: Account) {
        let now = Instant::now();
        if self.verified.len() >= VERIFIED_MAX {
            self.verified.retain(|_, verified| verified.until > now);
        }
        if self.verified.len() < VERIFIED_MAX {
            self.verified.insert(
                folded,
                Verified {
                    mac,
                    until: now + VERIFIED_FOR,
                    account,
                },
            );
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.logins.memory().attempts.end(self.source);
    }
}

impl fmt::Debug for Logins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logins").finish_non_exhaustive()
    }
}

impl fmt::Display for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PeerDenied => f.write_str("name or password is wrong"),
            Self::PeerBusy => f.write_str("too many attempts, try later"),
            Self::LocalUnavailable(why) => write!(f, "accounts cannot be read: {why}"),
        }
    }
}

impl std::error::Error for LoginError {}

/// Argon2 runs at once: each takes a core and 19 MiB for some 20 ms.
const HASHERS: usize = 2;

/// For how long a verified password is remembered.
const VERIFIED_FOR: Duration = Duration::from_secs(5 * 60);

/// Verified passwords that are remembered at once.
const VERIFIED_MAX: usize = 4_096;
