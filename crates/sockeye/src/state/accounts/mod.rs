//! Accounts: who may use the hub, and what for.

mod certificates;
mod limits;
mod login;
mod password;
mod permissions;
mod register;
mod scram;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::{OptionalExtension, Row, Transaction};
use sockeye_proto::irc::id::AccountId;
use sockeye_proto::irc::input::AccountRef;
use sockeye_proto::irc::settings::CaseMapping;
use tokio::sync::{OnceCell, watch};
use tokio::time::Instant;

pub use self::login::LoginError;
use self::login::Logins;
use self::password::Verifiers;
pub(crate) use self::password::mac;
pub use self::password::{HashCost, Password};
pub use self::permissions::{Permissions, UnknownPermission};
pub use self::register::RegisterError;
use self::register::Registrations;
pub use self::scram::{Challenge, Proven};
use super::{Act, Actor, Audit, AuditEntry, LogError, Store};

/// The accounts of a hub, kept in its store.
///
/// Clones share one set, one pool for hashing and one memory of failed attempts. Changes must go
/// through it, since it remembers verified passwords for some minutes.
#[derive(Debug, Clone)]
pub struct Accounts {
    inner: Arc<Inner>,
    /// Who changes accounts, for the audit log.
    actor: Actor,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    folding: CaseMapping,
    cost: HashCost,
    logins: Logins,
    registrations: Mutex<Registrations>,
    /// Counts accounts that come and go.
    changes: watch::Sender<u64>,
    /// Where failed logins are counted; in a process that is no hub, nowhere.
    audit: OnceLock<Audit>,
    /// Read once it is needed: see `salt_key`.
    salt_key: OnceCell<[u8; 32]>,
}

impl Inner {
    fn registrations(&self) -> MutexGuard<'_, Registrations> {
        let registrations = self.registrations.lock();
        registrations.unwrap_or_else(PoisonError::into_inner)
    }
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id, never used for another one.
    pub id: AccountId,
    /// Its name as displayed.
    pub name: String,
    /// When it was added, milliseconds since 1970.
    pub created_ms: u64,
    /// What it may do.
    pub permissions: Permissions,
    /// Whether it has a password; without one it cannot log in by password.
    pub has_password: bool,
}

impl Account {
    /// Returns what the chat network needs to know of it.
    pub fn to_ref(&self) -> AccountRef {
        AccountRef {
            id: self.id,
            name: self.name.clone(),
            powers: self.permissions.powers(),
        }
    }
}

/// Why an account could not be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccountError {
    /// The name cannot be used: it would not do as a nick.
    ConfigName,
    /// The password cannot be used; why.
    ConfigPassword(&'static str),
    /// Another account has this name, or one that compares equal.
    Exists,
    /// The name looks like that of another account.
    Alike,
    /// There is no such account, or nothing of the kind that it has.
    Unknown,
    /// It has as many as it may have.
    Full,
    /// The store did not take or yield it.
    Store(LogError),
}

impl Accounts {
    /// Opens the accounts of a store. Names are compared by `folding`, new passwords hashed at
    /// `cost`.
    pub fn new(store: Store, folding: CaseMapping, cost: HashCost) -> Self {
        let logins = Logins::new();
        Self {
            inner: Arc::new(Inner {
                store,
                folding,
                cost,
                logins,
                registrations: Mutex::default(),
                changes: watch::Sender::new(0),
                audit: OnceLock::new(),
                salt_key: OnceCell::new(),
            }),
            actor: Actor::hub(),
        }
    }

    /// Returns the same accounts, with changes signed by somebody in the audit log.
    pub fn by(&self, actor: Actor) -> Self {
        let inner = Arc::clone(&self.inner);
        Self { inner, actor }
    }

    /// Has failed logins counted in the audit log, from the first call on.
    pub fn set_audit(&self, audit: Audit) {
        let _set_once = self.inner.audit.set(audit);
    }

    /// Adds an account; without a password it can log in by other credentials only.
    ///
    /// # Errors
    /// When the name or the password cannot be used, when the name is taken, or the store refuses.
    pub async fn add(
        &self,
        name: &str,
        password: Option<Password>,
        permissions: Permissions,
    ) -> Result<Account, AccountError> {
        self.add_as(Act::AccountAdd, name, password, permissions)
            .await
    }

    async fn add_as(
        &self,
        act: Act,
        name: &str,
        password: Option<Password>,
        permissions: Permissions,
    ) -> Result<Account, AccountError> {
        let folded = self.folded(name)?;
        let verifiers = match password {
            Some(password) => Some(self.verifiers(password).await?),
            None => None,
        };
        let detail = format!("may {permissions}");
        let entry = self.entry(act, name, &detail);
        let (name, now_ms) = (name.to_owned(), wall_ms());
        let added = self.inner.store.write(move |transaction| {
            let sql = "INSERT OR IGNORE INTO account (name, folded, created_ms, permissions)
                VALUES (?1, ?2, ?3, ?4)";
            if transaction.execute(sql, (&name, &folded, now_ms, permissions.bits()))? == 0 {
                return Ok(None);
            }
            let id = transaction.last_insert_rowid();
            if let Some(verifiers) = &verifiers {
                put_password(transaction, id, verifiers, now_ms)?;
            }
            entry.insert(transaction)?;
            find(transaction, &folded)
        });
        let added = added.await?.ok_or(AccountError::Exists);
        self.inner.changes.send_modify(|changes| *changes += 1);
        added
    }

    /// Returns what changes whenever an account comes or goes.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// Removes an account with all its credentials.
    ///
    /// # Errors
    /// When there is none, or the store refuses.
    pub async fn remove(&self, name: &str) -> Result<(), AccountError> {
        let folded = self.folded(name)?;
        let entry = self.entry(Act::AccountRemove, name, "");
        self.change(folded, move |transaction, id| {
            transaction.execute("DELETE FROM account WHERE id = ?1", [id])?;
            entry.insert(transaction)
        })
        .await?;
        self.inner.changes.send_modify(|changes| *changes += 1);
        Ok(())
    }

    /// Returns all accounts by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(&self) -> Result<Vec<Account>, AccountError> {
        let sql = concat!(
            "SELECT ",
            account_columns!(),
            " FROM account ORDER BY folded"
        );
        let all = self.inner.store.read(move |connection| {
            connection
                .prepare(sql)?
                .query_map([], account)?
                .collect::<rusqlite::Result<_>>()
        });
        Ok(all.await?)
    }

    /// Finds an account by its name, however it is written.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn find(&self, name: &str) -> Result<Option<Account>, AccountError> {
        match self.folded(name) {
            Err(_) => Ok(None),
            Ok(folded) => Ok(self.inner.store.read(move |c| find(c, &folded)).await?),
        }
    }

    /// Sets the password, in place of any earlier one.
    ///
    /// # Errors
    /// When it cannot be used, when there is no such account, or the store refuses.
    pub async fn set_password(&self, name: &str, password: Password) -> Result<(), AccountError> {
        let folded = self.folded(name)?;
        let verifiers = self.verifiers(password).await?;
        let now_ms = wall_ms();
        let entry = self.entry(Act::AccountPassword, name, "");
        self.change(folded, move |transaction, id| {
            put_password(transaction, id, &verifiers, now_ms)?;
            entry.insert(transaction)
        })
        .await
    }

    /// Sets what the account may do.
    ///
    /// # Errors
    /// When there is no such account, or the store refuses.
    pub async fn set_permissions(
        &self,
        name: &str,
        permissions: Permissions,
    ) -> Result<(), AccountError> {
        let folded = self.folded(name)?;
        let entry = self.entry(Act::AccountAllow, name, &format!("may {permissions}"));
        self.change(folded, move |transaction, id| {
            let sql = "UPDATE account SET permissions = ?2 WHERE id = ?1";
            transaction.execute(sql, (id, permissions.bits()))?;
            entry.insert(transaction)
        })
        .await
    }

    /// Makes what the audit log keeps of a change.
    fn entry(&self, act: Act, name: &str, detail: &str) -> AuditEntry {
        AuditEntry::of_account(act, self.actor.clone(), name, detail)
    }

    /// Remembers that a login has failed.
    fn login_failed(&self, source: IpAddr, folded: &str) {
        self.inner.logins.failed(source, folded, Instant::now());
        if let Some(audit) = self.inner.audit.get() {
            audit.login_failed(source, folded);
        }
    }

    /// Changes one account and forgets what was verified before.
    async fn change(
        &self,
        folded: String,
        work: impl FnOnce(&Transaction<'_>, i64) -> rusqlite::Result<()> + Send + 'static,
    ) -> Result<(), AccountError> {
        self.change_and(folded, work).await
    }

    /// The same, with an outcome.
    async fn change_and<T: Send + 'static>(
        &self,
        folded: String,
        work: impl FnOnce(&Transaction<'_>, i64) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, AccountError> {
        let changed = self.inner.store.write(move |transaction| {
            let sql = "SELECT id FROM account WHERE folded = ?1";
            let id = transaction
                .query_row(sql, [folded], |row| row.get(0))
                .optional()?;
            id.map(|id| work(transaction, id)).transpose()
        });
        let changed = changed.await;
        self.inner.logins.forget_verified();
        changed?.ok_or(AccountError::Unknown)
    }

    /// Checks a name, which must also do as a nick, and returns what it is compared by.
    fn folded(&self, name: &str) -> Result<String, AccountError> {
        let folding = &self.inner.folding;
        let folded = folding.is_nick(name).then(|| folding.fold(name)).flatten();
        folded.ok_or(AccountError::ConfigName)
    }

    async fn verifiers(&self, password: Password) -> Result<Verifiers, AccountError> {
        password.check().map_err(AccountError::ConfigPassword)?;
        let made = Verifiers::of(password, self.inner.cost).await;
        made.map_err(|e| AccountError::Store(LogError::Unwritable(e)))
    }
}

macro_rules! account_columns {
    () => {
        "id, name, created_ms, permissions, EXISTS (SELECT 1 FROM credential
            WHERE credential.account = account.id AND kind = 'password')"
    };
}
use account_columns;

fn find(connection: &rusqlite::Connection, folded: &str) -> rusqlite::Result<Option<Account>> {
    let sql = concat!(
        "SELECT ",
        account_columns!(),
        " FROM account WHERE folded = ?1"
    );
    connection
        .prepare_cached(sql)?
        .query_row([folded], account)
        .optional()
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        id: AccountId(row.get(0)?),
        name: row.get(1)?,
        created_ms: row.get(2)?,
        permissions: Permissions::of_bits(row.get(3)?),
        has_password: row.get(4)?,
    })
}

fn put_password(
    transaction: &Transaction<'_>,
    account: i64,
    verifiers: &Verifiers,
    now_ms: u64,
) -> rusqlite::Result<()> {
    let sql = "DELETE FROM credential WHERE account = ?1 AND kind = 'password'";
    transaction.execute(sql, [account])?;
    let sql = "INSERT INTO credential (account, kind, created_ms, argon2id, scram_sha256)
        VALUES (?1, 'password', ?2, ?3, ?4)";
    transaction.execute(
        sql,
        (
            account,
            now_ms,
            &verifiers.argon2id,
            &verifiers.scram_sha256,
        ),
    )?;
    Ok(())
}

pub(crate) fn wall_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |time| time.as_millis() as u64)
}

impl From<LogError> for AccountError {
    fn from(e: LogError) -> Self {
        Self::Store(e)
    }
}

impl fmt::Display for AccountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConfigName => f.write_str(
                "this name cannot be used: at most 32 letters, digits and _-[]\\`^{|} are allowed, \
                 the first no digit and no -",
            ),
            Self::ConfigPassword(why) => write!(f, "this password cannot be used: {why}"),
            Self::Exists => f.write_str("there is an account of this name"),
            Self::Alike => f.write_str("the name looks like that of another account"),
            Self::Full => f.write_str("this account has as many as it may have"),
            Self::Unknown => f.write_str("there is no account of this name"),
            Self::Store(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for AccountError {}
