//! Accounts: who may use the hub, and what for.

mod certificates;
mod limits;
mod login;
mod password;
mod register;
mod scram;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{OptionalExtension, Row, Transaction};
use sockeye_proto::irc::id::AccountId;
use sockeye_proto::irc::input::AccountRef;
use sockeye_proto::irc::settings::CaseMapping;
use tokio::sync::{OnceCell, watch};

pub use self::login::LoginError;
use self::login::Logins;
use self::password::Verifiers;
pub(crate) use self::password::mac;
pub use self::password::{HashCost, Password};
pub use self::register::RegisterError;
use self::register::Registrations;
pub use self::scram::{Challenge, Proven};
use super::{LogError, Store};

/// The accounts of a hub, kept in its store.
///
/// Clones share one set, one pool for hashing and one memory of failed attempts. Changes must go
/// through it, since it remembers verified passwords for some minutes.
#[derive(Debug, Clone)]
pub struct Accounts {
    inner: Arc<Inner>,
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
        let admin = self.permissions.contains(Permissions::ADMIN);
        AccountRef {
            id: self.id,
            name: self.name.clone(),
            admin,
        }
    }
}

/// What an account may do; a set.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(u32);

/// A word that names no permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownPermission(pub String);

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
                salt_key: OnceCell::new(),
            }),
        }
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
        let folded = self.folded(name)?;
        let verifiers = match password {
            Some(password) => Some(self.verifiers(password).await?),
            None => None,
        };
        let (name, now_ms) = (name.to_owned(), wall_ms());
        let added = self.inner.store.write(move |transaction| {
            let sql = "INSERT OR IGNORE INTO account (name, folded, created_ms, permissions)
                VALUES (?1, ?2, ?3, ?4)";
            if transaction.execute(sql, (&name, &folded, now_ms, permissions.0))? == 0 {
                return Ok(None);
            }
            let id = transaction.last_insert_rowid();
            if let Some(verifiers) = &verifiers {
                put_password(transaction, id, verifiers, now_ms)?;
            }
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
        self.change(folded, |transaction, id| {
            transaction.execute("DELETE FROM account WHERE id = ?1", [id])?;
            Ok(())
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
        self.change(folded, move |transaction, id| {
            put_password(transaction, id, &verifiers, now_ms)
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
        self.change(folded, move |transaction, id| {
            let sql = "UPDATE account SET permissions = ?2 WHERE id = ?1";
            transaction.execute(sql, (id, permissions.0))?;
            Ok(())
        })
        .await
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
        permissions: Permissions(row.get(3)?),
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

impl Permissions {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Join the chat with this account.
    pub const CHAT: Self = Self(1);
    /// Read and write files.
    pub const FILES: Self = Self(1 << 1);
    /// Run commands.
    pub const SHELL: Self = Self(1 << 2);
    /// Reach other hosts through the hub.
    pub const PROXY: Self = Self(1 << 3);
    /// Administer the hub and its channels.
    pub const ADMIN: Self = Self(1 << 4);

    /// Returns whether all of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns the names of what is in this set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let contained = PERMISSIONS
            .iter()
            .filter(move |(_, one)| self.contains(*one));
        contained.map(|(name, _)| *name)
    }
}

impl std::ops::BitOr for Permissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromStr for Permissions {
    type Err = UnknownPermission;

    /// Reads names with commas between: `chat,files`.
    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        let words = text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty());
        words.into_iter().try_fold(Self::NONE, |set, word| {
            let found = PERMISSIONS.iter().find(|(name, _)| *name == word);
            found
                .map(|(_, one)| set | *one)
                .ok_or_else(|| UnknownPermission(word.to_owned()))
        })
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.names().enumerate() {
            write!(f, "{}{name}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permissions({self})")
    }
}

impl fmt::Display for UnknownPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown permission {:?}; there are ", self.0)?;
        let all = PERMISSIONS
            .iter()
            .fold(Permissions::NONE, |set, (_, one)| set | *one);
        write!(f, "{all}")
    }
}

impl std::error::Error for UnknownPermission {}

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

/// Names and bits; the bits are part of the stored format.
const PERMISSIONS: [(&str, Permissions); 5] = [
    ("chat", Permissions::CHAT),
    ("files", Permissions::FILES),
    ("shell", Permissions::SHELL),
    ("proxy", Permissions::PROXY),
    ("admin", Permissions::ADMIN),
];
