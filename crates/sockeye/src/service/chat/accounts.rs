//! What the accounts answer to chat.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use sockeye_proto::irc::account::{Answer, AnswerError, Question};
use sockeye_proto::irc::id::SessionId;
use sockeye_proto::irc::input::{Input, Link};

use super::Shared;
use super::core::Ask;
use super::operate;
use crate::io::ConnectionInfo;
use crate::state::{
    Account, AccountError, Accounts, Actor, Challenge, LoginError, Password, RegisterError,
};

/// Who asks.
#[derive(Debug)]
pub(super) struct Asker {
    /// What attempts are counted by.
    pub(super) source: IpAddr,
    /// Where it comes from, as text; empty where that is no address.
    pub(super) address: String,
    /// The certificate that its connection has proved to have.
    pub(super) certificate: Option<[u8; 32]>,
    /// The challenge that it has not answered yet.
    pub(super) challenge: Option<Box<Challenge>>,
}

/// An answer, and the challenge that it is, to be given back with the proof.
pub(super) type Answered = (Result<Answer, AnswerError>, Option<Box<Challenge>>);

/// Looks into the accounts; without any nobody can log in.
pub(super) async fn answer(shared: &Shared, question: Question, asker: Asker) -> Answered {
    let Some(accounts) = &shared.accounts else {
        return (Err(AnswerError::Unavailable), None);
    };
    match question {
        Question::Challenge { name } => match accounts.challenge(&name, asker.source).await {
            Err(error) => (Err(of_login(error)), None),
            Ok(challenge) => {
                let answer = Answer::Challenge {
                    nonce: challenge.nonce.clone(),
                    salt: challenge.salt.clone(),
                    iterations: challenge.iterations,
                };
                (Ok(answer), Some(Box::new(challenge)))
            }
        },
        Question::Password { .. } | Question::Certificate { .. } | Question::Proof { .. } => {
            let answer = log_in(accounts, question, asker).await;
            let answer = answer.map_err(of_login);
            (answer.and_then(|answer| shared.unless_banned(answer)), None)
        }
        Question::Bans(order) => (Ok(shared.change_bans(order, &asker).await), None),
        Question::Rehash => (Ok(operate::rehash(shared).await), None),
        Question::Audit { about } => (Ok(operate::audit(shared, about).await), None),
        question => (keep(accounts, question, asker).await, None),
    }
}

async fn log_in(
    accounts: &Accounts,
    question: Question,
    asker: Asker,
) -> Result<Answer, LoginError> {
    let source = asker.source;
    match question {
        Question::Password { name, password } => {
            let password = Password::from(password.0);
            let account = accounts.verify_password(&name, &password, source).await?;
            Ok(Answer::Account(account.to_ref()))
        }
        Question::Certificate { name } => {
            let certificate = asker.certificate.ok_or(LoginError::PeerDenied)?;
            let name = name.as_deref();
            let owner = accounts
                .verify_certificate(certificate, name, source)
                .await?;
            Ok(Answer::Account(owner.to_ref()))
        }
        Question::Proof { message, proof, .. } => {
            let challenge = asker.challenge.ok_or(LoginError::PeerDenied)?;
            let proven = accounts.prove(&challenge, &message, &proof)?;
            Ok(Answer::Proven {
                account: proven.account.to_ref(),
                signature: proven.signature.to_vec(),
            })
        }
        _ => Err(LoginError::PeerDenied),
    }
}

/// Makes, changes and shows accounts.
async fn keep(
    accounts: &Accounts,
    question: Question,
    asker: Asker,
) -> Result<Answer, AnswerError> {
    let source = asker.source;
    // They are one's own accounts that one changes so: the name and the secret say who it is.
    let accounts = match question.account() {
        Some(name) => &accounts.by(Actor::new(name, asker.address)),
        None => accounts,
    };
    let done = match question {
        Question::Register { name, password } => {
            let made = accounts.register(&name, password.0.into(), source).await;
            return match made {
                Ok(account) => Ok(Answer::Account(account.to_ref())),
                Err(RegisterError::Account(error)) => Err(of_account(error)),
                Err(_) => Err(AnswerError::Busy),
            };
        }
        Question::Drop { name, password } => {
            let password = Password::from(password.0);
            let dropped = accounts.remove_own(&name, &password, source).await;
            return dropped.map(|_| Answer::Done).map_err(of_login);
        }
        Question::Lookup { name } => {
            let found = accounts.find(&name).await.map_err(of_account)?;
            let account = found.ok_or(AnswerError::Unknown)?;
            return Ok(Answer::Info {
                account: account.id,
                name: account.name,
                created_ms: account.created_ms,
            });
        }
        Question::Names => {
            let all = accounts.list().await.map_err(of_account)?;
            let names = all.into_iter().map(|account| account.name);
            return Ok(Answer::Names(names.collect()));
        }
        Question::Certificates { name } => {
            let all = accounts.certificates(&name).await;
            return all.map(Answer::Certificates).map_err(of_account);
        }
        Question::SetPassword { name, password } => {
            accounts.set_password(&name, password.0.into()).await
        }
        Question::AddCertificate { name, fingerprint } => {
            accounts.add_certificate(&name, fingerprint, "chat").await
        }
        Question::RemoveCertificate { name, fingerprint } => {
            accounts.remove_certificate(&name, fingerprint).await
        }
        _ => return Err(AnswerError::Denied),
    };
    done.map(|()| Answer::Done).map_err(of_account)
}

/// Asks for a client on the network, beside the core, and gives the core the answer.
pub(super) fn ask(shared: &Arc<Shared>, session: SessionId, question: Question, link: &Link) {
    let shared = Arc::clone(shared);
    let engine = shared.engine.clone();
    let asker = Asker {
        source: source(link.address.as_deref()),
        address: link.address.clone().unwrap_or_default(),
        certificate: link.certificate,
        challenge: None,
    };
    engine.spawn(async move {
        let (answer, _) = answer(&shared, question, asker).await;
        let input = Input::Answer { session, answer };
        // After the core has stopped nobody waits for it.
        let _ = shared.asks.send(Ask::Inputs(vec![input])).await;
    });
}

/// Tells the core which nicks belong to accounts, whenever one comes or goes, until it stops.
pub(super) async fn reserve(shared: Arc<Shared>, accounts: Accounts) {
    let mut changes = accounts.changes();
    loop {
        let settings = shared.current().settings;
        let mut nicks = BTreeMap::new();
        if settings.reserve_nicks {
            match accounts.list().await {
                Err(error) => tracing::error!("nicks of accounts are not kept: {error}"),
                Ok(all) => {
                    let folded = |account: Account| {
                        Some((settings.casemapping.fold(&account.name)?, account.id))
                    };
                    nicks = all.into_iter().filter_map(folded).collect();
                }
            }
        }
        if shared.asks.send(Ask::Reserve(nicks)).await.is_err() {
            return;
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = shared.reserving.notified() => {}
            () = shared.asks.closed() => return,
        }
    }
}

/// Returns what attempts from an address are counted by, as `ConnectionInfo` does it.
fn source(address: Option<&str>) -> IpAddr {
    let peer = address.and_then(|address| address.parse().ok());
    let info = ConnectionInfo {
        peer: peer.map(|ip| SocketAddr::new(ip, 0)),
        ..ConnectionInfo::default()
    };
    info.source()
}

fn of_login(error: LoginError) -> AnswerError {
    match error {
        LoginError::PeerDenied => AnswerError::Denied,
        LoginError::PeerBusy => AnswerError::Busy,
        LoginError::LocalUnavailable(why) => {
            tracing::error!("login: {why}");
            AnswerError::Unavailable
        }
    }
}

fn of_account(error: AccountError) -> AnswerError {
    match error {
        AccountError::ConfigName => AnswerError::BadName,
        AccountError::ConfigPassword(why) => AnswerError::BadPassword(why),
        AccountError::Alike => AnswerError::Alike,
        AccountError::Exists => AnswerError::Exists,
        AccountError::Unknown => AnswerError::Unknown,
        AccountError::Full => AnswerError::Full,
        AccountError::Store(why) => {
            tracing::error!("accounts: {why}");
            AnswerError::Unavailable
        }
    }
}
