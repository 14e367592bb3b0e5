//! Accounts that people make for themselves, so many a source and day.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

use super::{Account, AccountError, Accounts, Act, LoginError, Password, Permissions};

/// Remembers who has made accounts.
#[derive(Debug, Default)]
pub(super) struct Registrations(BTreeMap<IpAddr, Made>);

#[derive(Debug)]
struct Made {
    count: u32,
    since: Instant,
}

/// Why no account was made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegisterError {
    /// So many were made from there that it has to wait.
    PeerBusy,
    /// The account itself cannot be.
    Account(AccountError),
}

impl Accounts {
    /// Makes an account for somebody at `source`; it may chat and nothing else.
    ///
    /// # Errors
    /// When the name or the password cannot be used, the name is taken, the source has made enough,
    /// or the store refuses.
    pub async fn register(
        &self,
        name: &str,
        password: Password,
        source: IpAddr,
    ) -> Result<Account, RegisterError> {
        self.folded(name).map_err(RegisterError::Account)?;
        let words = |why| RegisterError::Account(AccountError::ConfigPassword(why));
        password.check().map_err(words)?;
        if !self.inner.registrations().take(source, Instant::now()) {
            return Err(RegisterError::PeerBusy);
        }
        if self
            .looks_taken(name)
            .await
            .map_err(RegisterError::Account)?
        {
            return Err(RegisterError::Account(AccountError::Alike));
        }
        let made = self.add_as(
            Act::AccountRegister,
            name,
            Some(password),
            Permissions::CHAT,
        );
        let made = made.await;
        made.map_err(RegisterError::Account)
    }

    /// Returns whether the name looks like that of another account. Operators may make such an
    /// account all the same.
    async fn looks_taken(&self, name: &str) -> Result<bool, AccountError> {
        let folding = self.inner.folding;
        let (folded, looks) = (self.folded(name)?, folding.looks(name));
        let taken = self.inner.store.read(move |connection| {
            let mut names = connection.prepare("SELECT name, folded FROM account")?;
            let mut names = names.query([])?;
            while let Some(row) = names.next()? {
                let (name, known): (String, String) = (row.get(0)?, row.get(1)?);
                let alike = folding.looks(&name).iter().any(|look| looks.contains(look));
                if alike && known != folded {
                    return Ok(true);
                }
            }
            Ok(false)
        });
        Ok(taken.await?)
    }

    /// Removes an account, if this is its password.
    ///
    /// # Errors
    /// [`LoginError`].
    pub async fn remove_own(
        &self,
        name: &str,
        password: &Password,
        source: IpAddr,
    ) -> Result<Account, LoginError> {
        let account = self.verify_password(name, password, source).await?;
        let removed = self.remove(&account.name).await;
        removed.map_err(|e| LoginError::LocalUnavailable(e.to_string()))?;
        Ok(account)
    }
}

impl Registrations {
    /// Counts one; `false` if that is too many.
    fn take(&mut self, source: IpAddr, now: Instant) -> bool {
        if self.0.len() >= SOURCES_MAX {
            self.0.retain(|_, made| now - made.since < DAY);
        }
        if self.0.len() >= SOURCES_MAX && !self.0.contains_key(&source) {
            return false;
        }
        let made = self.0.entry(source).or_insert(Made {
            count: 0,
            since: now,
        });
        if now - made.since >= DAY {
            *made = Made {
                count: 0,
                since: now,
            };
        }
        made.count += 1;
        made.count <= A_DAY_MAX
    }
}

/// Attempts that count together.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Attempts of one source in that time: a family, and some that were in vain.
const A_DAY_MAX: u32 = 8;

/// Sources that are remembered; more and newcomers have to wait.
const SOURCES_MAX: usize = 16_384;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_source_makes_so_many_a_day() {
        let (mut made, now) = (Registrations::default(), Instant::now());
        let (here, there) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        assert!((0..A_DAY_MAX).all(|_| made.take(here, now)));
        assert!(!made.take(here, now));
        assert!(made.take(there, now));
        assert!(made.take(here, now + DAY));
        for n in 0..SOURCES_MAX as u32 + 10 {
            made.take(IpAddr::from(n.to_be_bytes()), now);
        }
        assert!(made.0.len() <= SOURCES_MAX);
    }
}
