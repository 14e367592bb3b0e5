//! Certificates of accounts: who proves to have one logs in without a password.

use rusqlite::Transaction;

use sockeye_proto::irc::input::fingerprint_text;

use super::{AccountError, Accounts, Act, wall_ms};

/// The SHA-256 of a certificate.
type Fingerprint = [u8; 32];

impl Accounts {
    /// Lets an account log in with a certificate; `comment` is what it is for.
    ///
    /// # Errors
    /// When there is no such account, when it has the certificate or too many, or the store refuses.
    pub async fn add_certificate(
        &self,
        name: &str,
        fingerprint: Fingerprint,
        comment: &str,
    ) -> Result<(), AccountError> {
        let (comment, now_ms) = (comment.to_owned(), wall_ms());
        self.change_certificates(
            Act::CertificateAdd,
            name,
            fingerprint,
            move |transaction, id| {
                let sql =
                    "SELECT count(*) FROM credential WHERE account = ?1 AND kind = 'certificate'";
                let count: usize = transaction.query_row(sql, [id], |row| row.get(0))?;
                if count >= CERTIFICATES_MAX {
                    return Ok(Err(AccountError::Full));
                }
                let sql =
                    "INSERT OR IGNORE INTO credential (account, kind, created_ms, public, comment)
                VALUES (?1, 'certificate', ?2, ?3, ?4)";
                let added = transaction.execute(sql, (id, now_ms, fingerprint, &comment))?;
                Ok(if added > 0 {
                    Ok(())
                } else {
                    Err(AccountError::Exists)
                })
            },
        )
        .await
    }

    /// Takes a certificate away from an account.
    ///
    /// # Errors
    /// When there is no such account, when it has no such certificate, or the store refuses.
    pub async fn remove_certificate(
        &self,
        name: &str,
        fingerprint: Fingerprint,
    ) -> Result<(), AccountError> {
        self.change_certificates(
            Act::CertificateRemove,
            name,
            fingerprint,
            move |transaction, id| {
                let sql = "DELETE FROM credential
                WHERE account = ?1 AND kind = 'certificate' AND public = ?2";
                let removed = transaction.execute(sql, (id, fingerprint))?;
                Ok(if removed > 0 {
                    Ok(())
                } else {
                    Err(AccountError::Unknown)
                })
            },
        )
        .await
    }

    /// Returns the certificates of an account, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn certificates(&self, name: &str) -> Result<Vec<Fingerprint>, AccountError> {
        let folded = self.folded(name)?;
        let all = self.inner.store.read(move |connection| {
            let sql = "SELECT public FROM credential
                JOIN account ON account.id = credential.account
                WHERE folded = ?1 AND kind = 'certificate' ORDER BY credential.id";
            connection
                .prepare(sql)?
                .query_map([folded], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()
        });
        Ok(all.await?)
    }

    async fn change_certificates(
        &self,
        act: Act,
        name: &str,
        fingerprint: Fingerprint,
        work: impl FnOnce(&Transaction<'_>, i64) -> rusqlite::Result<Result<(), AccountError>>
        + Send
        + 'static,
    ) -> Result<(), AccountError> {
        let folded = self.folded(name)?;
        let entry = self.entry(act, name, &fingerprint_text(&fingerprint));
        let work = move |transaction: &Transaction<'_>, id: i64| {
            let done = work(transaction, id)?;
            if done.is_ok() {
                entry.insert(transaction)?;
            }
            Ok(done)
        };
        self.change_and(folded, work).await?
    }
}

/// Most certificates of an account.
pub(super) const CERTIFICATES_MAX: usize = 16;
