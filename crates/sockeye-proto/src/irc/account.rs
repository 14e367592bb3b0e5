//! What connections ask of the hub, mostly of its accounts, and the answers.
//!
//! Whatever is asked, unknown accounts cost the same work and get the same answers as known ones
//! with a wrong secret.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::ban::BanOrder;
use super::id::AccountId;
use super::power::Powers;

/// What the network needs to know of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRef {
    /// Its id.
    pub id: AccountId,
    /// Its name as displayed.
    pub name: String,
    /// What it may do as an operator.
    pub powers: Powers,
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Something that only the hub knows or does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Is this the password of that account? [`Answer::Account`].
    Password {
        /// The account's name as given.
        name: String,
        /// The password.
        password: Secret,
    },
    /// Whose is the certificate that this connection has proved to have? [`Answer::Account`].
    Certificate {
        /// The account that it has to be; `None`: whichever it is.
        name: Option<String>,
    },
    /// What does a client need for a proof (RFC 5802 section 3)? [`Answer::Challenge`].
    Challenge {
        /// The account's name as given.
        name: String,
    },
    /// Make an account. [`Answer::Account`].
    Register {
        /// Its name.
        name: String,
        /// Its password.
        password: Secret,
    },
    /// Set another password. [`Answer::Done`].
    SetPassword {
        /// The account's name.
        name: String,
        /// The new password.
        password: Secret,
    },
    /// Remove an account, if this is its password. [`Answer::Done`].
    Drop {
        /// The account's name as given.
        name: String,
        /// Its password.
        password: Secret,
    },
    /// Let a certificate log in to an account. [`Answer::Done`].
    AddCertificate {
        /// The account's name.
        name: String,
        /// The SHA-256 of the certificate.
        fingerprint: [u8; 32],
    },
    /// Take that back. [`Answer::Done`].
    RemoveCertificate {
        /// The account's name.
        name: String,
        /// The SHA-256 of the certificate.
        fingerprint: [u8; 32],
    },
    /// Which certificates does an account have? [`Answer::Certificates`].
    Certificates {
        /// The account's name.
        name: String,
    },
    /// Which accounts are there? [`Answer::Names`].
    Names,
    /// Is there such an account? [`Answer::Info`].
    Lookup {
        /// The account's name as given.
        name: String,
    },
    /// Is this the proof of that account for the last challenge of this connection?
    /// [`Answer::Proven`].
    Proof {
        /// The account's name as given.
        name: String,
        /// The AuthMessage (RFC 5802 section 3).
        message: String,
        /// The ClientProof.
        proof: Vec<u8>,
    },
    /// Change or tell the bans. [`Answer::Lines`].
    Bans(BanOrder),
    /// Read the configuration again. [`Answer::Lines`].
    Rehash,
    /// What have operators done, and what has been done to accounts? [`Answer::Lines`].
    Audit {
        /// By or on which account; `None`: any.
        about: Option<String>,
    },
}

impl Question {
    /// Returns the account that is to be made, changed or removed.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Register { name, .. }
            | Self::SetPassword { name, .. }
            | Self::Drop { name, .. }
            | Self::AddCertificate { name, .. }
            | Self::RemoveCertificate { name, .. } => Some(name),
            _ => None,
        }
    }
}

/// The answer to a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is this account.
    Account(AccountRef),
    /// What a proof is made with.
    Challenge {
        /// The server's part of the nonce: printable, without a comma.
        nonce: String,
        /// The salt, base64.
        salt: String,
        /// How often it is hashed.
        iterations: u32,
    },
    /// It is done.
    Done,
    /// The SHA-256 of each certificate.
    Certificates(Vec<[u8; 32]>),
    /// The names of all accounts, as displayed, in the order in which they are compared.
    Names(Vec<String>),
    /// There is such an account.
    Info {
        /// Its id.
        account: AccountId,
        /// Its name as displayed.
        name: String,
        /// When it was made, milliseconds since 1970.
        created_ms: u64,
    },
    /// The proof is right.
    Proven {
        /// Whose it is.
        account: AccountRef,
        /// The ServerSignature.
        signature: Vec<u8>,
    },
    /// How it went: complete lines, each with CR LF. Numerics for `*` get the client's nick.
    Lines(String),
}

/// Why there is no such answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerError {
    /// The name or the secret is wrong; which of them is not said.
    Denied,
    /// It is right, but the account is banned.
    Banned,
    /// Too many attempts: try later.
    Busy,
    /// The store could not be read.
    Unavailable,
    /// Who asked leaves, and does not wait for it.
    Left,
    /// There is an account of this name.
    Exists,
    /// No account may have this name.
    BadName,
    /// There is an account whose name looks the same.
    Alike,
    /// No account may have this password: why.
    BadPassword(&'static str),
    /// There is no such account, or it has no such certificate.
    Unknown,
    /// It has as many as it may have.
    Full,
}

impl AnswerError {
    /// Says it to a person.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Denied => "Name or password is wrong",
            Self::Banned => "This account is banned here",
            Self::Busy => "Too many attempts, try again later",
            Self::Left => "You did not wait for the answer",
            Self::Unavailable => "Accounts cannot be read now",
            Self::Exists => "There is an account of this name already",
            Self::BadName => "An account cannot have this name",
            Self::Alike => "The name looks like that of another account",
            Self::BadPassword(why) => why,
            Self::Unknown => "There is no such account or certificate",
            Self::Full => "There are as many as there may be",
        }
    }
}
