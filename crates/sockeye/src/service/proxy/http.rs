//! Clients that speak HTTP: CONNECT (RFC 9110 section 9.3.6), refused with words that a person can act on.

use std::fmt::Display;

use sockeye_proto::connect::{Asks, ESTABLISHED, ProxyRequest, ProxyStatus};
use sockeye_proto::socks::{Destination, Login, ReplyCode};
use tokio::time::{Instant, timeout_at};

use super::dial::{Dialled, Undialled, dial};
use super::policy::{Caller, Denied, Policy, Reason};
use super::{Joined, Opened, establish, part, say, too_slow};
use crate::engine::Session;
use crate::error::{Error, ErrorKind, words};
use crate::io::{HeadError, Stream, read_head};

/// Learns who the client is and where it wants to, and connects; `None` when the session has ended.
pub(super) async fn open(
    stream: Stream,
    until: Instant,
    policy: &Policy,
    session: &Session,
) -> Result<Option<Opened>, Error> {
    let mut client = Client { stream, session };
    let asking = read_head(&mut client.stream, "request", ProxyRequest::decode);
    let asked = tokio::select! {
        asked = timeout_at(until, asking) => asked,
        () = session.closing() => return Ok(None),
    };
    let ProxyRequest { asks, login } = match asked {
        Ok(Ok(asked)) => asked,
        Ok(Err(HeadError::Wrong(error))) => {
            return Err(client.refuse(ProxyStatus::of(&error), error).await);
        }
        Ok(Err(HeadError::Cut(why))) => return Err(client.failed(ErrorKind::PeerHandshake, why)),
        Err(_) => return Err(client.refuse(ProxyStatus::RequestTimeout, too_slow()).await),
    };
    let caller = tokio::select! {
        caller = who(policy, login, session) => caller,
        () = session.closing() => return Ok(None),
    };
    match (caller, asks) {
        (Ok(caller), Asks::Tunnel(to)) => client.tunnel(&caller, &to, policy).await,
        (Ok(_), Asks::Forward) => {
            let why = "of HTTP this proxy knows CONNECT only in this version";
            Err(client.refuse(ProxyStatus::NotImplemented, why).await)
        }
        (Err(Denied { reason, why }), _) => Err(client.refuse(status_of(reason), why).await),
    }
}

async fn who(policy: &Policy, login: Option<Login>, session: &Session) -> Result<Caller, Denied> {
    let info = session.info();
    match login {
        Some(Login { name, password }) => policy.log_in(&name, &password, info).await,
        None => policy.come(info),
    }
}

fn status_of(reason: Reason) -> ProxyStatus {
    match reason {
        Reason::Login | Reason::LoginWanted => ProxyStatus::LoginRequired,
        Reason::Busy | Reason::Unavailable => ProxyStatus::Unavailable,
        _ => ProxyStatus::Forbidden,
    }
}

/// Who asks.
struct Client<'a> {
    stream: Stream,
    session: &'a Session,
}

impl Client<'_> {
    async fn tunnel(
        mut self,
        caller: &Caller,
        to: &Destination,
        policy: &Policy,
    ) -> Result<Option<Opened>, Error> {
        let dialled = tokio::select! {
            dialled = dial(caller, to, policy) => dialled,
            () = self.session.cut() => return Ok(None),
        };
        let dialled = dialled.and_then(|dialled| establish(self.session).map(|()| dialled));
        let far = match dialled {
            Ok(Dialled { far, .. }) => far,
            Err(undialled) => return Err(self.unreached(to, undialled).await),
        };
        tracing::info!(target: "step", "HTTP: {caller} goes to {to}");
        if let Err(error) = say(&mut self.stream, ESTABLISHED).await {
            far.reset();
            return Err(self.failed(ErrorKind::PeerReset, words(&error)));
        }
        Ok(Some(Opened::Joined(Joined {
            near: self.stream.into(),
            far,
            to: to.to_string(),
        })))
    }

    /// Tells the client why there is no way to where it wants.
    async fn unreached(self, to: &Destination, Undialled { code, kind, why }: Undialled) -> Error {
        let status = match code {
            _ if kind == ErrorKind::LocalLimits => ProxyStatus::Unavailable,
            ReplyCode::NotAllowed => ProxyStatus::Forbidden,
            ReplyCode::TimedOut => ProxyStatus::GatewayTimeout,
            _ if kind == ErrorKind::Internal => ProxyStatus::Internal,
            _ => ProxyStatus::BadGateway,
        };
        let error = Error::new(kind, "connect", to, why);
        self.told(status, error.to_string()).await;
        error
    }

    /// Tells the client why it is not served.
    async fn refuse(self, status: ProxyStatus, why: impl Display) -> Error {
        let kind = match status {
            ProxyStatus::RequestTimeout => ErrorKind::PeerTimeout,
            ProxyStatus::Forbidden | ProxyStatus::LoginRequired | ProxyStatus::Unavailable => {
                ErrorKind::ProxyRefused
            }
            _ => ErrorKind::PeerHandshake,
        };
        let error = self.failed(kind, &why);
        self.told(status, why.to_string()).await;
        error
    }

    async fn told(self, status: ProxyStatus, why: String) {
        let mut answer = Vec::new();
        let text = format!("{why}\n{}", advice(status));
        status.encode(REALM, &text, &mut answer);
        part(self.stream, &answer).await;
    }

    fn failed(&self, kind: ErrorKind, why: impl Display) -> Error {
        Error::new(kind, "accept", &self.session.info().peer_text, why)
    }
}

/// Says what one can do about an answer.
fn advice(status: ProxyStatus) -> &'static str {
    match status {
        ProxyStatus::BadRequest => "This is a proxy: it takes CONNECT HOST:PORT.",
        ProxyStatus::Forbidden => "Whoever runs this proxy decides where it leads.",
        ProxyStatus::LoginRequired => {
            "Give a name and a password, as in curl --proxy-user NAME:PASSWORD."
        }
        ProxyStatus::RequestTimeout => "Send the whole head at once.",
        ProxyStatus::HeadersTooLarge => {
            "Send fewer or shorter fields; cookies are often the reason."
        }
        ProxyStatus::Internal => "Whoever runs this proxy finds the reason in its log.",
        ProxyStatus::NotImplemented => "Ask for a connection with CONNECT HOST:PORT.",
        ProxyStatus::BadGateway => "Look at the name and the port, and whether it is up.",
        ProxyStatus::Unavailable => "Try again later, or with fewer connections at once.",
        ProxyStatus::GatewayTimeout => "It may be down or behind a firewall; try again later.",
        ProxyStatus::VersionNotSupported => "Ask in HTTP/1.1.",
    }
}

/// Who asks for a password.
const REALM: &str = "Sockeye";
