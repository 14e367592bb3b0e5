//! Why a client is not served, in words that a person can act on.

use std::fmt::Display;

use sockeye_proto::connect::ProxyStatus;
use sockeye_proto::socks::{Destination, ReplyCode};

use super::super::dial::Undialled;
use super::super::policy::{Denied, Reason};
use crate::error::{Error, ErrorKind};

/// Why a client is not served.
#[derive(Debug)]
pub(super) struct Refusal {
    /// For everybody else.
    pub(super) error: Error,
    /// What the client is told, if anything.
    pub(super) status: Option<(ProxyStatus, String)>,
}

impl Refusal {
    /// The client is told what everybody else is.
    pub(super) fn of(status: ProxyStatus, error: Error) -> Self {
        let why = error.to_string();
        let status = Some((status, why));
        Self { error, status }
    }

    /// What was asked, or how, is not to be had.
    pub(super) fn asked(status: ProxyStatus, peer: &str, why: impl Display) -> Self {
        let kind = match status {
            ProxyStatus::RequestTimeout => ErrorKind::PeerTimeout,
            _ => ErrorKind::PeerHandshake,
        };
        let why = why.to_string();
        Self {
            error: Error::new(kind, "accept", peer, &why),
            status: Some((status, why)),
        }
    }

    /// There is nobody to be told.
    pub(super) fn silent(peer: &str, why: String) -> Self {
        Self {
            error: Error::new(ErrorKind::PeerHandshake, "accept", peer, why),
            status: None,
        }
    }

    /// The client has to log in, or may not.
    pub(super) fn denied(peer: &str, Denied { reason, why, .. }: Denied) -> Self {
        let status = match reason {
            Reason::Login | Reason::LoginWanted => ProxyStatus::LoginRequired,
            Reason::Busy | Reason::Unavailable => ProxyStatus::Unavailable,
            _ => ProxyStatus::Forbidden,
        };
        Self {
            error: Error::new(ErrorKind::ProxyRefused, "accept", peer, &why),
            status: Some((status, why)),
        }
    }

    /// There is no way to where the client wants.
    pub(super) fn unreached(to: &Destination, Undialled { code, kind, why }: Undialled) -> Self {
        let status = match code {
            _ if kind == ErrorKind::LocalLimits => ProxyStatus::Unavailable,
            _ if kind == ErrorKind::Internal => ProxyStatus::Internal,
            ReplyCode::NotAllowed => ProxyStatus::Forbidden,
            ReplyCode::TimedOut => ProxyStatus::GatewayTimeout,
            _ => ProxyStatus::BadGateway,
        };
        Self::of(status, Error::new(kind, "connect", to, why))
    }

    /// Who was asked has left without a word.
    pub(super) fn unheard(to: &Destination) -> Self {
        let why = "it took the request and left without an answer";
        let error = Error::new(ErrorKind::PeerReset, "relay", to, why);
        Self::of(ProxyStatus::BadGateway, error)
    }
}

/// Returns what a client is told, and what it can do about that.
pub(super) fn answer(status: ProxyStatus, why: &str, with_body: bool) -> Vec<u8> {
    let mut answer = Vec::new();
    let text = format!("{why}\n{}", advice(status));
    status.encode(REALM, &text, &mut answer);
    if !with_body {
        answer.truncate(answer.len() - text.len() - 1);
    }
    answer
}

fn advice(status: ProxyStatus) -> &'static str {
    match status {
        ProxyStatus::BadRequest => {
            "This is a proxy: it takes CONNECT HOST:PORT, and whole addresses as in GET http://HOST/."
        }
        ProxyStatus::Forbidden => "Whoever runs this proxy decides where it leads.",
        ProxyStatus::NotAllowed => "Allow it one more forward.",
        ProxyStatus::LoginRequired => {
            "Give a name and a password, as in curl --proxy-user NAME:PASSWORD."
        }
        ProxyStatus::RequestTimeout => "Send the whole head at once.",
        ProxyStatus::HeadersTooLarge => {
            "Send fewer or shorter fields; cookies are often the reason."
        }
        ProxyStatus::Internal => "Whoever runs this proxy finds the reason in its log.",
        ProxyStatus::NotImplemented => {
            "For anything but http:// ask for a connection with CONNECT HOST:PORT."
        }
        ProxyStatus::BadGateway => "Look at the name and the port, and whether it is up.",
        ProxyStatus::Unavailable => "Try again later, or with fewer connections at once.",
        ProxyStatus::GatewayTimeout => "It may be down or behind a firewall; try again later.",
        ProxyStatus::VersionNotSupported => "Ask in HTTP/1.1.",
    }
}

/// Who asks for a password.
const REALM: &str = "Sockeye";
