//! What the accounts answer to chat.

use std::net::IpAddr;

use sockeye_proto::irc::account::{Answer, AnswerError, Question};

use crate::state::{Accounts, Challenge, LoginError, Password};

/// Who asks.
#[derive(Debug)]
pub(super) struct Asker {
    /// What attempts are counted by.
    pub(super) source: IpAddr,
    /// The certificate that its connection has proved to have.
    pub(super) certificate: Option<[u8; 32]>,
    /// The challenge that it has not answered yet.
    pub(super) challenge: Option<Challenge>,
}

/// An answer, and the challenge that it is, to be given back with the proof.
pub(super) type Answered = (Result<Answer, AnswerError>, Option<Challenge>);

/// Looks into the accounts; without any nobody can log in.
pub(super) async fn answer(
    accounts: Option<&Accounts>,
    question: Question,
    asker: Asker,
) -> Answered {
    let Some(accounts) = accounts else {
        return (Err(AnswerError::Unavailable), None);
    };
    let source = asker.source;
    let answer = match question {
        Question::Password { name, password } => {
            let password = Password::from(password.0);
            let verified = accounts.verify_password(&name, &password, source).await;
            verified.map(|account| Answer::Account(account.to_ref()))
        }
        Question::Certificate { name } => match asker.certificate {
            None => Err(LoginError::PeerDenied),
            Some(certificate) => {
                let name = name.as_deref();
                let owner = accounts.verify_certificate(certificate, name, source);
                owner.await.map(|account| Answer::Account(account.to_ref()))
            }
        },
        Question::Challenge { name } => match accounts.challenge(&name, source).await {
            Err(error) => Err(error),
            Ok(challenge) => {
                let answer = Answer::Challenge {
                    nonce: challenge.nonce.clone(),
                    salt: challenge.salt.clone(),
                    iterations: challenge.iterations,
                };
                return (Ok(answer), Some(challenge));
            }
        },
        Question::Proof { message, proof, .. } => match &asker.challenge {
            None => Err(LoginError::PeerDenied),
            Some(challenge) => {
                let proven = accounts.prove(challenge, &message, &proof);
                proven.map(|proven| Answer::Proven {
                    account: proven.account.to_ref(),
                    signature: proven.signature.to_vec(),
                })
            }
        },
    };
    (answer.map_err(|error| told(&error)), None)
}

fn told(error: &LoginError) -> AnswerError {
    match error {
        LoginError::PeerDenied => AnswerError::Denied,
        LoginError::PeerBusy => AnswerError::Busy,
        LoginError::LocalUnavailable(why) => {
            tracing::error!("login: {why}");
            AnswerError::Unavailable
        }
    }
}
