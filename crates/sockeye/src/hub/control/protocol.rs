//! What can be asked of a running hub, and the answers.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::hub::status::Status;
use crate::state::{AuditPage, AuditQuery};

/// One question: `{"do":"account-add","name":"ali",…}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// How the hub is doing.
    Status,
    /// Read the configuration file again.
    Reload,
    /// Hand everything over to another process. The answer is [`Reply::Handed`]; what follows is no
    /// line of this protocol.
    Takeover {
        /// The other process.
        pid: u32,
    },
    /// All sessions.
    SessionList,
    /// End a session.
    SessionKill {
        /// Its number in the list.
        id: u64,
    },
    /// Let a backend of the balancers take sessions, or not.
    BackendOrder {
        /// Its name, or its endpoint.
        name: String,
        /// What it is to do.
        order: BackendOrder,
    },
    /// Give a backend of the balancers another weight.
    BackendWeight {
        /// Its name, or its endpoint.
        name: String,
        /// Its share of the sessions.
        weight: u16,
    },
    /// The bans that hold, a page at a time.
    BanList {
        /// What comes behind this one in the list; none: from its beginning.
        #[serde(default)]
        after: Option<BanPlace>,
    },
    /// Ban, in place of an earlier ban of the same.
    BanAdd {
        /// An address, a network, `account:NAME` or a mask.
        target: String,
        /// For how long, seconds; none: until it is taken back.
        span_s: Option<u64>,
        /// What they are told.
        reason: String,
    },
    /// Take a ban back.
    BanRemove {
        /// Which.
        target: String,
    },
    /// Who did what, a page at a time.
    AuditList {
        /// What is wanted of it.
        query: AuditQuery,
    },
    /// All accounts.
    AccountList,
    /// Make an account.
    AccountAdd {
        /// Its name.
        name: String,
        /// Its password.
        password: String,
        /// Its permissions.
        allow: Vec<String>,
    },
    /// Remove an account and its credentials.
    AccountRemove {
        /// Its name.
        name: String,
    },
    /// Replace an account's password.
    AccountPasswd {
        /// Its name.
        name: String,
        /// The new password.
        password: String,
    },
    /// The certificates that log in to an account.
    AccountCertificates {
        /// Its name.
        name: String,
    },
    /// Let a certificate log in to an account.
    AccountCertificateAdd {
        /// Its name.
        name: String,
        /// The SHA-256 of the certificate, hexadecimal.
        fingerprint: String,
    },
    /// Take a certificate from an account.
    AccountCertificateRemove {
        /// Its name.
        name: String,
        /// The SHA-256 of the certificate, hexadecimal.
        fingerprint: String,
    },
    /// Replace an account's permissions.
    AccountAllow {
        /// Its name.
        name: String,
        /// The new permissions.
        allow: Vec<String>,
    },
}

/// What a backend of a balancer is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackendOrder {
    /// Take sessions.
    Ready,
    /// Keep the sessions that it has, and take no more.
    Drain,
    /// The same, and it is not looked at.
    Maintenance,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// It is done; nothing more to say.
    Done,
    /// It is done; a line for each thing that changed.
    Changed(Vec<String>),
    /// How the hub is doing.
    Status(Box<Status>),
    /// What listens where: the sockets come next.
    Handed(Vec<Handed>),
    /// All sessions.
    Sessions(Vec<SessionRow>),
    /// All accounts.
    Accounts(Vec<AccountRow>),
    /// The certificates of an account.
    Certificates(Vec<CertificateRow>),
    /// Bans that hold.
    Bans(BanPage),
    /// A part of the audit log.
    Audit(AuditPage),
    /// It was not done.
    Fault(Fault),
}

/// Why something was not done: an [`Error`] on its way through the socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The exit code of the asking program.
    pub exit_code: u8,
    /// What was wrong.
    pub error: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A listener that is handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// The endpoint that it was bound for.
    pub at: String,
    /// How many sockets it has.
    pub sockets: usize,
}

/// A session in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    /// Its number, unique in the life of the hub.
    pub id: u64,
    /// The peer's address.
    pub peer: String,
    /// The service that answers.
    pub service: String,
    /// Since when, milliseconds.
    pub age_ms: u64,
    /// Bytes that came from the peer.
    pub in_bytes: u64,
    /// Bytes that went to the peer.
    pub out_bytes: u64,
    /// The balancer's backend that it was joined with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A ban in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BanRow {
    /// Whom it keeps out.
    pub target: String,
    /// What they are told.
    pub reason: String,
    /// Who set it.
    pub by: String,
    /// When, milliseconds since 1970.
    pub created_ms: u64,
    /// When it ends, milliseconds since 1970; none: when it is taken back.
    pub expires_ms: Option<u64>,
}

/// A part of the list of bans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BanPage {
    /// The bans, oldest first.
    pub rows: Vec<BanRow>,
    /// Whether there are more behind them.
    pub more: bool,
}

/// A ban's place in the list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BanPlace {
    /// When it was set, milliseconds since 1970.
    pub created_ms: u64,
    /// Whom it keeps out.
    pub target: String,
}

impl BanRow {
    /// Returns its place in the list.
    pub fn place(&self) -> BanPlace {
        BanPlace {
            created_ms: self.created_ms,
            target: self.target.clone(),
        }
    }
}

/// An account in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub allow: Vec<String>,
}

/// A certificate in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRow {
    /// Its SHA-256, hexadecimal.
    pub fingerprint: String,
}

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        Self {
            exit_code: error.kind().exit_code(),
            error: error.to_string(),
            hint: error.hint().map(str::to_owned),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let is_it = |kind: &ErrorKind| kind.exit_code() == fault.exit_code;
        let kind = FAULT_KINDS
            .into_iter()
            .find(is_it)
            .unwrap_or(ErrorKind::Internal);
        let error = Self::reported(kind, fault.error);
        match fault.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

impl Reply {
    /// Returns the answer, or the fault as this process's own error.
    ///
    /// # Errors
    /// What the hub refused, and why.
    pub fn accepted(self) -> Result<Self, Error> {
        match self {
            Self::Fault(fault) => Err(fault.into()),
            reply => Ok(reply),
        }
    }
}

impl From<Error> for Reply {
    fn from(error: Error) -> Self {
        Self::Fault(Fault::from(&error))
    }
}

/// What a hub refuses with; anything else is its own defect.
const FAULT_KINDS: [ErrorKind; 7] = [
    ErrorKind::ConfigUsage,
    ErrorKind::LocalBind,
    ErrorKind::LocalLimits,
    ErrorKind::LocalRead,
    ErrorKind::LocalWrite,
    ErrorKind::PeerLoginDenied,
    ErrorKind::PeerTimeout,
];
