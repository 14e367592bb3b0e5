//! The exchange of SASL over AUTHENTICATE (IRCv3 sasl-3.1 and sasl-3.2): PLAIN (RFC 4616), EXTERNAL
//! (RFC 4422 appendix A) and SCRAM-SHA-256.
//!
//! ```text
//!           mechanism                 message, in chunks            answer, no more to say
//!  ┌──────┐ ─────────▶ ┌───────────┐ ───────────────────▶ ┌───────┐ ─────────────────▶ Idle
//!  │ Idle │            │ Receiving │                      │ Asked │
//!  └──────┘            └───────────┘ ◀─────────────────── └───────┘
//!                                    challenge or signature
//! ```

use alloc::boxed::Box;
use alloc::string::String;
use core::mem;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::scram::{self, Challenged, Scram};
use crate::irc::account::{AccountRef, Answer, Question, Secret};
use crate::irc::message::Line;

/// An exchange, or none.
#[derive(Debug, Default)]
pub(super) enum Sasl {
    #[default]
    Idle,
    /// The base64 text so far, and what it is a message of. Boxed, as what follows: every client
    /// would hold the room for it.
    Receiving(String, Box<Expected>),
    /// The accounts are looked into, and what comes next.
    Asked(Box<Next>),
}

/// Which message a client writes.
#[derive(Debug)]
pub(super) enum Expected {
    Plain,
    External,
    ScramFirst,
    ScramLast(Challenged),
    /// Nothing, to say that it has seen the server's proof.
    Nothing(AccountRef),
}

/// What an answer of the accounts means.
#[derive(Debug)]
pub(super) enum Next {
    LoggedIn,
    Challenge(Scram),
    Signature,
}

/// What an AUTHENTICATE, or an answer, leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Exchange {
    /// Answer with this message; empty: `AUTHENTICATE +`.
    Say(String),
    /// The client goes on by itself.
    More,
    /// The client gave up.
    Aborted,
    /// More than fits.
    TooLong,
    /// Not a valid message, or a wrong one.
    Failed,
    /// Not a mechanism of ours.
    UnknownMechanism,
    /// Ask the accounts.
    Ask(Question),
    /// Logged in.
    Done(AccountRef),
}

impl Sasl {
    /// Takes the parameter of one AUTHENTICATE. `mechanisms` are those that this client may use.
    pub(super) fn step(&mut self, parameter: &str, mechanisms: &str) -> Exchange {
        let (mut received, expected) = match mem::take(self) {
            Self::Receiving(received, expected) => (received, *expected),
            _ if parameter == "*" => return Exchange::Aborted,
            _ => return self.choose(parameter, mechanisms),
        };
        if parameter == "*" {
            return Exchange::Aborted;
        }
        if parameter.len() > CHUNK_BYTES || received.len() + parameter.len() > MESSAGE_BYTES_MAX {
            return Exchange::TooLong;
        }
        // A lone `+` is an empty chunk; it ends a message whose last chunk was full.
        if parameter != "+" {
            received.push_str(parameter);
        }
        if parameter.len() == CHUNK_BYTES {
            *self = Self::receiving(received, expected);
            return Exchange::More;
        }
        self.message(&received, expected)
            .unwrap_or(Exchange::Failed)
    }

    /// Takes what the accounts have answered.
    pub(super) fn answered(&mut self, answer: Answer) -> Exchange {
        let Self::Asked(next) = mem::take(self) else {
            return Exchange::Failed;
        };
        match (*next, answer) {
            (Next::LoggedIn, Answer::Account(account)) => Exchange::Done(account),
            (
                Next::Challenge(scram),
                Answer::Challenge {
                    nonce,
                    salt,
                    iterations,
                },
            ) => {
                let challenged = scram.challenged(&nonce, &salt, iterations);
                let message = challenged.server_first.clone();
                *self = Self::receiving(String::new(), Expected::ScramLast(challenged));
                Exchange::Say(message)
            }
            (Next::Signature, Answer::Proven { account, signature }) => {
                *self = Self::receiving(String::new(), Expected::Nothing(account));
                Exchange::Say(scram::server_final(&signature))
            }
            _ => Exchange::Failed,
        }
    }

    /// Ends an exchange; returns whether there was one.
    pub(super) fn abort(&mut self) -> bool {
        !matches!(mem::take(self), Self::Idle)
    }

    fn receiving(received: String, expected: Expected) -> Self {
        Self::Receiving(received, Box::new(expected))
    }

    fn choose(&mut self, mechanism: &str, mechanisms: &str) -> Exchange {
        let mut known = mechanisms.split(',');
        let known = known.find(|known| known.eq_ignore_ascii_case(mechanism));
        let expected = match known {
            Some(PLAIN) => Expected::Plain,
            Some(EXTERNAL) => Expected::External,
            Some(SCRAM_SHA_256) => Expected::ScramFirst,
            _ => return Exchange::UnknownMechanism,
        };
        *self = Self::receiving(String::new(), expected);
        Exchange::Say(String::new())
    }

    fn message(&mut self, received: &str, expected: Expected) -> Option<Exchange> {
        let message = String::from_utf8(STANDARD.decode(received).ok()?).ok()?;
        let (question, next) = match expected {
            Expected::Plain => (decode_plain(&message)?, Next::LoggedIn),
            Expected::External => {
                let name = Some(message).filter(|name| !name.is_empty());
                (Question::Certificate { name }, Next::LoggedIn)
            }
            Expected::ScramFirst => {
                let scram = Scram::first(&message)?;
                let name = scram.name.clone();
                (Question::Challenge { name }, Next::Challenge(scram))
            }
            Expected::ScramLast(challenged) => {
                let scram::Proof {
                    name,
                    message,
                    proof,
                } = challenged.last(&message)?;
                let question = Question::Proof {
                    name,
                    message,
                    proof,
                };
                (question, Next::Signature)
            }
            Expected::Nothing(account) => {
                return message.is_empty().then_some(Exchange::Done(account));
            }
        };
        *self = Self::Asked(Box::new(next));
        Some(Exchange::Ask(question))
    }
}

/// Writes a message as AUTHENTICATE lines: in chunks, an empty one at the end of a full one.
pub(super) fn write(out: &mut String, message: &str) {
    let encoded = STANDARD.encode(message);
    let mut rest = encoded.as_str();
    loop {
        let (chunk, left) = rest.split_at_checked(CHUNK_BYTES).unwrap_or((rest, ""));
        let shown = if chunk.is_empty() { "+" } else { chunk };
        Line::new(out).command("AUTHENTICATE").param(shown).end();
        rest = left;
        if chunk.len() < CHUNK_BYTES {
            return;
        }
    }
}

/// `[authzid] NUL authcid NUL password` (RFC 4616 section 2); acting for somebody else is not on
/// offer.
fn decode_plain(message: &str) -> Option<Question> {
    let (for_whom, rest) = message.split_once('\0')?;
    let (name, password) = rest.split_once('\0')?;
    let valid = (for_whom.is_empty() || for_whom == name)
        && !name.is_empty()
        && !password.is_empty()
        && !password.contains('\0');
    valid.then(|| Question::Password {
        name: name.into(),
        password: Secret(password.into()),
    })
}

/// Returns what a client may use, best first.
pub(crate) fn mechanisms(has_certificate: bool) -> &'static str {
    match has_certificate {
        true => "EXTERNAL,SCRAM-SHA-256,PLAIN",
        false => "SCRAM-SHA-256,PLAIN",
    }
}

const PLAIN: &str = "PLAIN";
const EXTERNAL: &str = "EXTERNAL";
const SCRAM_SHA_256: &str = "SCRAM-SHA-256";

/// A chunk of exactly this size is followed by another one (IRCv3 sasl-3.1).
const CHUNK_BYTES: usize = 400;

/// Longest message in base64: a name and a password of together about 1,500 bytes.
const MESSAGE_BYTES_MAX: usize = 2_000;
