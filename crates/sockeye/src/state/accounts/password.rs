//! What is stored of a password: two verifiers, made at once, so that no later login method has to
//! ask for the password again.

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::task::spawn_blocking;

/// A password in memory; it is never shown.
#[derive(Clone)]
pub struct Password(String);

/// What hashing costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashCost {
    /// Memory of one argon2id run, KiB.
    pub argon2_kib: u32,
    /// Passes of one argon2id run over that memory.
    pub argon2_passes: u32,
    /// PBKDF2 iterations of the SCRAM verifier.
    pub scram_iterations: u32,
}

/// One password as stored.
pub(super) struct Verifiers {
    /// PHC string: `$argon2id$v=19$m=…,t=…,p=1$salt$hash`.
    pub(super) argon2id: String,
    /// `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey` (RFC 5802 section 3, RFC 7677).
    pub(super) scram_sha256: String,
}

impl Password {
    /// Takes a password as given; it is compared byte by byte, without normalisation.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the password itself.
    pub(super) fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Says why it cannot become the password of an account.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        match self.0.len() {
            0 => Err("it is empty"),
            n if n > PASSWORD_BYTES_MAX => Err("it is over 300 bytes"),
            _ if self.0.contains('\0') => Err("it has a NUL inside"),
            _ => Ok(()),
        }
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

impl Default for HashCost {
    /// About 20 ms and 19 MiB a login (OWASP's first recommendation for argon2id).
    fn default() -> Self {
        Self {
            argon2_kib: Params::DEFAULT_M_COST,
            argon2_passes: Params::DEFAULT_T_COST,
            scram_iterations: 100_000,
        }
    }
}

impl HashCost {
    /// Returns the least that the algorithms allow: for tests, since it protects nothing.
    pub const fn least() -> Self {
        Self {
            argon2_kib: Params::MIN_M_COST,
            argon2_passes: 1,
            scram_iterations: 4_096,
        }
    }

    /// Says what is wrong with it.
    ///
    /// # Errors
    /// When argon2 or SCRAM does not allow such values.
    pub fn check(self) -> Result<(), String> {
        if self.scram_iterations < SCRAM_ITERATIONS_MIN {
            return Err(format!(
                "at least {SCRAM_ITERATIONS_MIN} SCRAM iterations (RFC 7677)"
            ));
        }
        self.argon2().map(drop)
    }

    fn argon2(self) -> Result<Argon2<'static>, String> {
        let params = Params::new(self.argon2_kib, self.argon2_passes, 1, None);
        let params = params.map_err(|e| e.to_string())?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

impl Verifiers {
    /// Makes both verifiers, each on a thread of its own; takes tens of milliseconds of CPU.
    pub(super) async fn of(password: Password, cost: HashCost) -> Result<Self, String> {
        let same = password.clone();
        let argon2id = spawn_blocking(move || {
            let hash = cost
                .argon2()?
                .hash_password_with_salt(same.expose(), &salt()?);
            hash.map(|hash| hash.to_string()).map_err(|e| e.to_string())
        });
        let scram_sha256 = spawn_blocking(move || {
            salt().map(|salt| scram_sha256(password.expose(), &salt, cost.scram_iterations))
        });
        let made = tokio::try_join!(argon2id, scram_sha256);
        let (argon2id, scram_sha256) = made.map_err(|e| e.to_string())?;
        Ok(Self {
            argon2id: argon2id?,
            scram_sha256: scram_sha256?,
        })
    }
}

/// Compares a password with a PHC string, at the cost that this one states.
pub(super) fn matches(password: &[u8], argon2id: &str) -> bool {
    match PasswordHash::new(argon2id) {
        Ok(hash) => Argon2::default().verify_password(password, &hash).is_ok(),
        Err(_) => false,
    }
}

/// Does the work of [`matches()`] where there is nothing to compare with.
pub(super) fn match_nothing(password: &[u8], cost: HashCost) {
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    if let Ok(argon2) = cost.argon2() {
        let _ = argon2.hash_password_into(password, &[0; SALT_BYTES], &mut out);
    }
    let _ = std::hint::black_box(out.ct_eq(&[0; Params::DEFAULT_OUTPUT_LEN]));
}

/// Makes the text form of a SCRAM verifier (RFC 5802 section 3; the form is that of RFC 5803).
pub(super) fn scram_sha256(password: &[u8], salt: &[u8], iterations: u32) -> String {
    let salted = pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password, salt, iterations);
    let stored_key = Sha256::digest(hmac_sha256(&salted, b"Client Key"));
    let server_key = hmac_sha256(&salted, b"Server Key");
    format!(
        "SCRAM-SHA-256${iterations}:{}${}:{}",
        BASE64.encode(salt),
        BASE64.encode(stored_key),
        BASE64.encode(server_key)
    )
}

/// Returns the keyed digest of `parts`, each with its length before it.
pub(crate) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut message = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        message.extend_from_slice(&(part.len() as u64).to_le_bytes());
        message.extend_from_slice(part);
    }
    hmac_sha256(key, &message)
}

pub(super) fn hmac_sha256(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

fn salt() -> Result<[u8; SALT_BYTES], String> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(|e| e.to_string())?;
    Ok(salt)
}

/// Salt of either verifier, bytes (PHC string format).
pub(super) const SALT_BYTES: usize = 16;

/// Longest password, bytes: it fits into one SASL PLAIN message of 400 base64 bytes.
const PASSWORD_BYTES_MAX: usize = 300;

/// RFC 7677 section 4.
const SCRAM_ITERATIONS_MIN: u32 = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    /// The password, salt and count of RFC 7677 section 3; its messages follow from these keys.
    #[test]
    fn scram_keys_prove_the_exchange_of_rfc_7677() {
        let salt = BASE64.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let text = scram_sha256(b"pencil", &salt, 4096);
        let (_, keys) = text.rsplit_once('$').unwrap();
        let (_, server_key) = keys.split_once(':').unwrap();
        let server_key: [u8; 32] = BASE64.decode(server_key).unwrap().try_into().unwrap();
        let auth_message = "n=user,r=rOprNGfwEbeRWgbNEkqO,\
            r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
            c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let signature = hmac_sha256(&server_key, auth_message.as_bytes());
        assert_eq!(
            BASE64.encode(signature),
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
        );
    }

    #[tokio::test]
    async fn both_verifiers_are_of_one_password() {
        let made = Verifiers::of(Password::new("correct horse"), HashCost::least())
            .await
            .unwrap();
        assert!(
            made.argon2id.starts_with("$argon2id$v=19$"),
            "{}",
            made.argon2id
        );
        assert!(
            made.scram_sha256.starts_with("SCRAM-SHA-256$4096:"),
            "{}",
            made.scram_sha256
        );
        assert!(matches(b"correct horse", &made.argon2id));
        assert!(!matches(b"correct horsf", &made.argon2id));
        assert!(!matches(b"correct horse", "not a PHC string"));
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(format!("{:?}", Password::new("hunter2")), "Password(***)");
    }

    #[test]
    fn parts_of_a_mac_keep_their_edges() {
        let key = [7; 32];
        assert_ne!(mac(&key, &[b"ab", b"c"]), mac(&key, &[b"a", b"bc"]));
    }
}
