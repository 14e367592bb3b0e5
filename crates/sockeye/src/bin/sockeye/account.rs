//! `account`: who may use a hub.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use sockeye::Error;
use sockeye::hub;
use sockeye::hub::control::{AccountRow, Reply, Request};

use crate::fingerprint;
use crate::operator::{self, Which};
use crate::output::Output;
use crate::password;
use crate::runtime;

/// Manage the accounts of a hub, running or not.
#[derive(Debug, Args)]
pub(crate) struct Account {
    #[command(subcommand)]
    action: Action,

    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add an account; its password is asked for, or read from standard input.
    Add {
        /// The account's name.
        name: String,
        /// What it may do: chat, files, shell, proxy, admin; of operators kill, ban, rehash, addresses,
        /// channels, audit, or the roles moderator and operator.
        #[arg(
            long,
            value_name = "PERMISSIONS",
            value_delimiter = ',',
            default_value = "chat"
        )]
        allow: Vec<String>,
    },
    /// List all accounts and what they may do.
    List,
    /// Remove an account.
    Remove {
        /// The account's name.
        name: String,
    },
    /// Set another password; it is asked for, or read from standard input.
    Passwd {
        /// The account's name.
        name: String,
    },
    /// Certificates that log in to an account, as NickServ's CERT manages them.
    Cert {
        #[command(subcommand)]
        action: Certificate,
    },
    /// Set what an account may do.
    Allow {
        /// The account's name.
        name: String,
        /// What it may do from now on, as with `add`.
        #[arg(required = true, value_name = "PERMISSIONS", value_delimiter = ',')]
        allow: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
enum Certificate {
    /// Let a certificate log in.
    Add {
        /// The account's name.
        name: String,
        /// The certificate's SHA-256 in hexadecimal, or @FILE with the certificate.
        #[arg(value_name = "FINGERPRINT|@FILE")]
        certificate: String,
    },
    /// Take a certificate away.
    #[command(alias = "remove")]
    Del {
        /// The account's name.
        name: String,
        /// The certificate's SHA-256 in hexadecimal, or @FILE with the certificate.
        #[arg(value_name = "FINGERPRINT|@FILE")]
        certificate: String,
    },
    /// List an account's certificates.
    List {
        /// The account's name.
        name: String,
    },
}

impl Account {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Error> {
        let plan = self.which.plan()?;
        let request = self.action.request()?;
        let reply = runtime::single_thread()?.block_on(hub::ask_or_do(&plan, request))?;
        match reply.accepted()? {
            Reply::Accounts(rows) if output.json => {
                let lines: Result<Vec<_>, _> = rows.iter().map(operator::json).collect();
                operator::print(lines?)?;
            }
            Reply::Accounts(rows) => operator::print(table(&rows))?,
            Reply::Certificates(rows) if output.json => {
                let lines: Result<Vec<_>, _> = rows.iter().map(operator::json).collect();
                operator::print(lines?)?;
            }
            Reply::Certificates(rows) => {
                operator::print(rows.into_iter().map(|row| row.fingerprint))?;
            }
            _ => output.note(self.action.done()),
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Action {
    fn request(&self) -> Result<Request, Error> {
        Ok(match self {
            Self::List => Request::AccountList,
            Self::Add { name, allow } => Request::AccountAdd {
                name: name.clone(),
                password: password::new()?,
                allow: allow.clone(),
            },
            Self::Remove { name } => Request::AccountRemove { name: name.clone() },
            Self::Passwd { name } => Request::AccountPasswd {
                name: name.clone(),
                password: password::new()?,
            },
            Self::Cert { action } => action.request()?,
            Self::Allow { name, allow } => Request::AccountAllow {
                name: name.clone(),
                allow: allow.clone(),
            },
        })
    }

    fn done(&self) -> String {
        match self {
            Self::List => "no accounts".to_owned(),
            Self::Add { name, allow } => format!("added {name}, who may {}", allow.join(", ")),
            Self::Remove { name } => format!("removed {name}"),
            Self::Passwd { name } => format!("{name} has another password"),
            Self::Cert { action } => action.done(),
            Self::Allow { name, allow } => format!("{name} may {}", allow.join(", ")),
        }
    }
}

impl Certificate {
    fn request(&self) -> Result<Request, Error> {
        Ok(match self {
            Self::Add { name, certificate } => Request::AccountCertificateAdd {
                name: name.clone(),
                fingerprint: fingerprint::of(certificate)?,
            },
            Self::Del { name, certificate } => Request::AccountCertificateRemove {
                name: name.clone(),
                fingerprint: fingerprint::of(certificate)?,
            },
            Self::List { name } => Request::AccountCertificates { name: name.clone() },
        })
    }

    fn done(&self) -> String {
        match self {
            Self::List { name } => format!("{name} has no certificates"),
            Self::Add { name, .. } => format!("the certificate logs in to {name}"),
            Self::Del { name, .. } => format!("the certificate does not log in to {name} any more"),
        }
    }
}

fn table(rows: &[AccountRow]) -> impl Iterator<Item = String> {
    let width = rows
        .iter()
        .map(|row| row.name.chars().count())
        .max()
        .unwrap_or(0);
    rows.iter()
        .map(move |row| format!("{:<width$}  {}", row.name, row.allow.join(",")))
}
