//! What an operator does to accounts: the same whether a hub runs or not.

use sockeye_proto::irc::input::{fingerprint_text, parse_fingerprint};

use super::control::{AccountRow, Caller, CertificateRow, Reply, Request, call};
use super::{Plan, ban, casemapping};
use crate::error::{Error, ErrorKind};
use crate::state::{AccountError, Accounts, HashCost, LogError, Permissions, Store, StoreOptions};

/// Asks the hub that runs on the plan's directory; without one, does it to the store under its lock.
///
/// # Errors
/// When the hub does not answer, or the store cannot be opened. What the request itself runs into
/// is in the reply.
pub async fn ask_or_do(plan: &Plan, request: Request) -> Result<Reply, Error> {
    let data = plan.data();
    if let Some(reply) = call(&data.control_socket(), &request)? {
        return Ok(reply);
    }
    data.make()?;
    let store = Store::open(data.path(), &StoreOptions::from_env()?)?;
    let casemapping = casemapping::fixed(&store, plan.config().chat.casemapping).await?;
    let actor = Caller::own().actor();
    match request {
        Request::BanAdd { .. } | Request::BanRemove { .. } | Request::BanList { .. } => {
            let bans = ban::open(&store, casemapping.folding()).await?;
            let done = ban::carry_out(&bans, request, &actor).await;
            Ok(done.map_or_else(Reply::from, |(reply, _)| reply))
        }
        Request::AuditList { query } => {
            let found = query.ask(&store).await;
            Ok(found.map_or_else(|e| unread(e).into(), Reply::Audit))
        }
        request => {
            let accounts = Accounts::new(store, casemapping.folding(), HashCost::default());
            let done = carry_out(&accounts.by(actor), request).await;
            Ok(done.unwrap_or_else(Reply::from))
        }
    }
}

/// Says that the audit log cannot be read.
pub(super) fn unread(error: LogError) -> Error {
    Error::new(ErrorKind::LocalRead, "read", "the audit log", error)
}

/// Carries out a request about accounts.
///
/// # Errors
/// When it names what does not exist or cannot be used, when the store refuses, or when the request
/// is not about accounts.
pub(super) async fn carry_out(accounts: &Accounts, request: Request) -> Result<Reply, Error> {
    match request {
        Request::AccountList => {
            let all = accounts
                .list()
                .await
                .map_err(|error| explain("accounts", error))?;
            let row = |account: crate::state::Account| AccountRow {
                name: account.name,
                allow: account.permissions.names().map(str::to_owned).collect(),
            };
            Ok(Reply::Accounts(all.into_iter().map(row).collect()))
        }
        Request::AccountAdd {
            name,
            password,
            allow,
        } => {
            let permissions = permissions(&allow)?;
            let added = accounts
                .add(&name, Some(password.into()), permissions)
                .await;
            added
                .map(|_| Reply::Done)
                .map_err(|error| explain(&name, error))
        }
        Request::AccountRemove { name } => {
            let removed = accounts.remove(&name).await;
            removed
                .map(|()| Reply::Done)
                .map_err(|error| explain(&name, error))
        }
        Request::AccountPasswd { name, password } => {
            let set = accounts.set_password(&name, password.into()).await;
            set.map(|()| Reply::Done)
                .map_err(|error| explain(&name, error))
        }
        request @ (Request::AccountCertificates { .. }
        | Request::AccountCertificateAdd { .. }
        | Request::AccountCertificateRemove { .. }) => certificates(accounts, request).await,
        Request::AccountAllow { name, allow } => {
            let set = accounts.set_permissions(&name, permissions(&allow)?).await;
            set.map(|()| Reply::Done)
                .map_err(|error| explain(&name, error))
        }
        _ => Err(unrelated()),
    }
}

/// Carries out a request about the certificates of an account.
async fn certificates(accounts: &Accounts, request: Request) -> Result<Reply, Error> {
    match request {
        Request::AccountCertificates { name } => {
            let known = accounts.find(&name).await;
            let known = known.and_then(|known| known.ok_or(AccountError::Unknown));
            known.map_err(|error| explain(&name, error))?;
            let all = accounts.certificates(&name).await;
            let all = all.map_err(|error| explain(&name, error))?;
            let row = |print: &[u8; 32]| CertificateRow {
                fingerprint: fingerprint_text(print),
            };
            Ok(Reply::Certificates(all.iter().map(row).collect()))
        }
        Request::AccountCertificateAdd { name, fingerprint } => {
            let print = parsed(&name, &fingerprint)?;
            let added = accounts.add_certificate(&name, print, "operator").await;
            added
                .map(|()| Reply::Done)
                .map_err(|error| explain_certificate(&name, error))
        }
        Request::AccountCertificateRemove { name, fingerprint } => {
            let print = parsed(&name, &fingerprint)?;
            let removed = accounts.remove_certificate(&name, print).await;
            removed
                .map(|()| Reply::Done)
                .map_err(|error| explain_certificate(&name, error))
        }
        _ => Err(unrelated()),
    }
}

fn unrelated() -> Error {
    let cause = "not a request about accounts";
    Error::new(ErrorKind::Internal, "account", "", cause)
}

/// Reads permissions, each by its name.
fn permissions(names: &[String]) -> Result<Permissions, Error> {
    names
        .join(",")
        .parse()
        .map_err(|unknown| Error::new(ErrorKind::ConfigUsage, "account", "", unknown))
}

fn parsed(name: &str, fingerprint: &str) -> Result<[u8; 32], Error> {
    parse_fingerprint(fingerprint).ok_or_else(|| {
        let cause = "a fingerprint is a SHA-256: 64 hexadecimal digits";
        Error::new(ErrorKind::ConfigUsage, "account", name, cause)
    })
}

/// What there is of it is the certificate, or not even the account.
fn explain_certificate(name: &str, error: AccountError) -> Error {
    let cause = match &error {
        AccountError::Exists => "this certificate logs in to it already",
        AccountError::Unknown => "there is no such account, or it has no such certificate",
        _ => return explain(name, error),
    };
    Error::new(ErrorKind::ConfigUsage, "account", name, cause)
}

fn explain(name: &str, error: AccountError) -> Error {
    let kind = match &error {
        AccountError::Store(_) => ErrorKind::LocalWrite,
        _ => ErrorKind::ConfigUsage,
    };
    let hint = match &error {
        AccountError::Exists => Some("`sockeye account passwd` sets another password"),
        AccountError::Unknown => Some("`sockeye account list` shows all accounts"),
        _ => None,
    };
    let error = Error::new(kind, "account", name, error);
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}
