//! Logging in by SCRAM-SHA-256 (RFC 5802, RFC 7677): the part that needs secrets.
//!
//! An account that there is not, or that has no password, is challenged all the same: its salt is
//! a keyed digest of its name, so that it stays the same, and no proof is right.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::login::LoginError;
use super::password::{SALT_BYTES, hmac_sha256, mac};
use super::{Account, Accounts, find};

/// What a client makes its proof with, and what the proof is compared with.
#[derive(Debug, Clone)]
pub struct Challenge {
    folded: String,
    source: IpAddr,
    /// The server's part of the nonce.
    pub nonce: String,
    /// The salt, base64.
    pub salt: String,
    /// How often it is hashed.
    pub iterations: u32,
    verifier: Verifier,
}

/// A verifier as stored, or one that nothing fits.
#[derive(Clone)]
struct Verifier {
    stored_key: [u8; 32],
    server_key: [u8; 32],
    account: Option<Account>,
}

/// A login by proof, and the proof of this side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Whose proof it was.
    pub account: Account,
    /// The ServerSignature (RFC 5802 section 3).
    pub signature: [u8; 32],
}

impl Accounts {
    /// Returns a challenge for the account `name`, wanted by `source`; after failures from there
    /// for this account it waits.
    ///
    /// # Errors
    /// [`LoginError`], but for the denial: there is a challenge for any name.
    pub async fn challenge(&self, name: &str, source: IpAddr) -> Result<Challenge, LoginError> {
        let folded = self.folded(name).unwrap_or_default();
        let (_place, at) = self.inner.logins.place(source, &folded)?;
        tokio::time::sleep_until(at).await;
        let key = self.salt_key().await?;
        let salt = &mac(key, &[b"salt", folded.as_bytes()])[..SALT_BYTES];
        let nobody = (
            BASE64.encode(salt),
            self.inner.cost.scram_iterations,
            Verifier {
                stored_key: mac(key, &[b"stored key", folded.as_bytes()]),
                server_key: mac(key, &[b"server key", folded.as_bytes()]),
                account: None,
            },
        );
        let found = self.scram_verifier(folded.clone()).await?;
        let (salt, iterations, verifier) = found.unwrap_or(nobody);
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(unavailable)?;
        Ok(Challenge {
            folded,
            source,
            nonce: BASE64.encode(nonce),
            salt,
            iterations,
            verifier,
        })
    }

    /// Returns the key of the salts of accounts that there are not. It is kept in the store, for a
    /// salt that changes with a restart would tell that there is no such account.
    async fn salt_key(&self) -> Result<&[u8; 32], LoginError> {
        let read = || async {
            let kept = self.inner.store.secret("salt-key");
            kept.await.map_err(unavailable)
        };
        self.inner.salt_key.get_or_try_init(read).await
    }

    /// Compares a proof with what the challenge stood for. `message` is the AuthMessage.
    ///
    /// # Errors
    /// [`LoginError::PeerDenied`] when it is not right.
    pub fn prove(
        &self,
        challenge: &Challenge,
        message: &str,
        proof: &[u8],
    ) -> Result<Proven, LoginError> {
        let Challenge {
            folded,
            source,
            verifier,
            ..
        } = challenge;
        self.inner.logins.compares();
        let is_right = verifier.fits(message.as_bytes(), proof);
        let signature = hmac_sha256(&verifier.server_key, message.as_bytes());
        let account = verifier.account.clone().filter(|_| is_right.into());
        let logins = &self.inner.logins;
        match account {
            None => {
                self.login_failed(*source, folded);
                Err(LoginError::PeerDenied)
            }
            Some(account) => {
                logins.succeeded(*source, folded);
                Ok(Proven { account, signature })
            }
        }
    }

    /// Finds the account that a client's certificate belongs to, by the SHA-256 of it; with a name
    /// it has to be that account.
    ///
    /// # Errors
    /// [`LoginError`].
    pub async fn verify_certificate(
        &self,
        fingerprint: [u8; 32],
        name: Option<&str>,
        source: IpAddr,
    ) -> Result<Account, LoginError> {
        let named = name.map(|name| self.folded(name).unwrap_or_default());
        let key = named.clone().unwrap_or_default();
        let (_place, at) = self.inner.logins.place(source, &key)?;
        tokio::time::sleep_until(at).await;
        let found = self.inner.store.read(move |connection| {
            let sql = "SELECT account.folded FROM credential
                JOIN account ON account.id = credential.account
                WHERE kind = 'certificate' AND public = ?1 ORDER BY credential.id";
            let mut owners = connection.prepare_cached(sql)?;
            let mut owners = owners.query_map([fingerprint], |row| row.get::<_, String>(0))?;
            let is_meant = |owner: &String| named.as_ref().is_none_or(|named| named == owner);
            let owner = owners.find_map(|owner| owner.ok().filter(is_meant));
            owner.map_or(Ok(None), |owner| find(connection, &owner))
        });
        let logins = &self.inner.logins;
        match found.await.map_err(unavailable)? {
            Some(account) => {
                logins.succeeded(source, &key);
                Ok(account)
            }
            None => {
                self.login_failed(source, &key);
                Err(LoginError::PeerDenied)
            }
        }
    }

    async fn scram_verifier(
        &self,
        folded: String,
    ) -> Result<Option<(String, u32, Verifier)>, LoginError> {
        let stored = self.inner.store.read(move |connection| {
            let Some(account) = find(connection, &folded)? else {
                return Ok(None);
            };
            let sql =
                "SELECT scram_sha256 FROM credential WHERE account = ?1 AND kind = 'password'";
            let verifier: Option<String> = connection
                .query_row(sql, [account.id.0], |row| row.get(0))
                .optional()?;
            Ok(verifier.map(|verifier| (account, verifier)))
        });
        let Some((account, text)) = stored.await.map_err(unavailable)? else {
            return Ok(None);
        };
        let parsed = Verifier::parse(&text, account);
        parsed
            .map(Some)
            .ok_or_else(|| unavailable("a SCRAM verifier is broken"))
    }
}

impl Verifier {
    /// Reads `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`; returns salt and count with it.
    fn parse(text: &str, account: Account) -> Option<(String, u32, Self)> {
        let rest = text.strip_prefix("SCRAM-SHA-256$")?;
        let (cost, keys) = rest.split_once('$')?;
        let (iterations, salt) = cost.split_once(':')?;
        let (stored_key, server_key) = keys.split_once(':')?;
        let key = |text| BASE64.decode(text).ok()?.try_into().ok();
        let verifier = Self {
            stored_key: key(stored_key)?,
            server_key: key(server_key)?,
            account: Some(account),
        };
        Some((salt.to_owned(), iterations.parse().ok()?, verifier))
    }

    /// The proof is the ClientKey, hidden by a signature that only who knows the StoredKey can
    /// make; the digest of the ClientKey is the StoredKey (RFC 5802 section 3).
    fn fits(&self, message: &[u8], proof: &[u8]) -> Choice {
        let mut key = hmac_sha256(&self.stored_key, message);
        for (byte, hidden) in key.iter_mut().zip(proof) {
            *byte ^= hidden;
        }
        let is_whole = Choice::from(u8::from(proof.len() == key.len()));
        is_whole & Sha256::digest(key).as_slice().ct_eq(&self.stored_key)
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier(***)")
    }
}

fn unavailable(e: impl std::fmt::Display) -> LoginError {
    LoginError::LocalUnavailable(e.to_string())
}

/// The server's part of a nonce, bytes: nobody guesses or repeats it.
const NONCE_BYTES: usize = 18;

#[cfg(test)]
mod tests {
    use super::*;

    /// The exchange of RFC 7677 section 3.
    #[test]
    fn the_proof_of_the_specification_is_right() {
        let account = Account {
            id: sockeye_proto::irc::id::AccountId(1),
            name: "user".into(),
            created_ms: 0,
            permissions: super::super::Permissions::NONE,
            has_password: true,
        };
        let salt = BASE64.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let text = super::super::password::scram_sha256(b"pencil", &salt, 4_096);
        let (salt, iterations, verifier) = Verifier::parse(&text, account).unwrap();
        assert_eq!(
            (salt.as_str(), iterations),
            ("W22ZaJ0SNY7soEsUEjb6gQ==", 4_096)
        );
        let message = b"n=user,r=rOprNGfwEbeRWgbNEkqO,\
            r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
            c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let proof = BASE64
            .decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
            .unwrap();
        assert!(bool::from(verifier.fits(message, &proof)));
        assert!(!bool::from(verifier.fits(message, &proof[..31])));
        assert!(!bool::from(verifier.fits(message, &[])));
        assert!(!bool::from(verifier.fits(b"other", &proof)));
        assert_eq!(
            BASE64.encode(hmac_sha256(&verifier.server_key, message)),
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
        );
    }
}
