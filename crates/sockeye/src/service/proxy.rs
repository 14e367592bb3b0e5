//! `socks:`, `http-proxy:` and `proxy:`: a proxy for SOCKS (RFC 1928, and SOCKS 4 and 4A), for HTTP
//! (RFC 9110 section 9.3.6), and for both, told apart by a client's first byte.
//!
//! ```text
//! greeting ──▶ choice     request ──▶ look up, check each address, connect ──▶ reply, then relay
//! └───────────── 10 s ─────────────┘  └─────────── 30 s ───────────────┘
//! ```
//!
//! What clients say and are told is the business of a module for each protocol; who may go where is in
//! `policy`, and checked for each address that a name stands for before anything is connected to.
//! Behind the reply the two are bare sockets, and joined as such; so are they behind the second reply of
//! `bind`. What `associate` passes are datagrams.

mod associate;
mod bind;
mod dial;
mod http;
mod policy;
mod socks;
mod told;

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sockeye_proto::socks::{Command, Destination, Host, Reply, Reply4, Reply4Code, ReplyCode};
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, timeout_at};

use super::leave::leave;
use super::{BoxFuture, Service};
use crate::engine::Session;
use crate::error::{Error, ErrorKind, words};
use crate::io::{Conversation, RelaySettings, Stream, join, read_head};
use associate::Association;
use dial::{Dialled, Undialled, dial};
use policy::Caller;
pub use policy::{
    Action, COMMANDS, Credentials, Denied, DeniedCount, Hours, Ledger, Login, Policy, Ports,
    Reason, Rule, Target, WEEKDAYS, Weekday,
};
use socks::{Asked, Unasked, ask};

/// Connects clients to where they ask for.
#[derive(Debug, Clone)]
pub struct Proxy {
    speaks: Speaks,
    policy: Arc<Policy>,
}

/// What the clients of a proxy speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaks {
    Socks,
    Http,
    Either,
}

impl Proxy {
    /// Returns the one that a name of the vocabulary stands for.
    pub fn by_name(name: &str, policy: Policy) -> Option<Self> {
        let policy = Arc::new(policy);
        match name {
            "socks" => Some(Self::socks(policy)),
            "http-proxy" => Some(Self::http(policy)),
            "proxy" => Some(Self::either(policy)),
            _ => None,
        }
    }

    /// Returns one for SOCKS.
    pub fn socks(policy: Arc<Policy>) -> Self {
        let speaks = Speaks::Socks;
        Self { speaks, policy }
    }

    /// Returns one for HTTP.
    pub fn http(policy: Arc<Policy>) -> Self {
        let speaks = Speaks::Http;
        Self { speaks, policy }
    }

    /// Returns one that tells SOCKS and HTTP apart by a client's first byte.
    pub fn either(policy: Arc<Policy>) -> Self {
        let speaks = Speaks::Either;
        Self { speaks, policy }
    }
}

impl Service for Proxy {
    fn name(&self) -> &'static str {
        match self.speaks {
            Speaks::Socks => "socks",
            Speaks::Http => "http-proxy",
            Speaks::Either => "proxy",
        }
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        // In a box of its own: a handshake takes more room than the relay that lives on.
        let opening = Box::pin(self.open(conversation, session));
        Box::pin(async move {
            let Joined { near, far, to } = match opening.await? {
                Some(Opened::Joined(joined)) => joined,
                Some(Opened::Associated(association)) => return association.run(session).await,
                None => return Ok(()),
            };
            let facts = session.facts();
            let settings = RelaySettings::counting(&facts.bytes_in, &facts.bytes_out);
            let report = join(near, far, settings, pin!(session.cut())).await;
            let lost = report.bytes_lost();
            facts.bytes_lost.fetch_add(lost, Ordering::Relaxed);
            report.into_result("relay", &session.info().peer_text, &to)
        })
    }
}

/// What a request has led to.
enum Opened {
    Joined(Joined),
    Associated(Box<Association>),
}

/// A client and where it asked for.
struct Joined {
    near: Conversation,
    far: Conversation,
    to: String,
}

impl Proxy {
    /// Learns where the client wants to, and connects; `None` when the session ended meanwhile.
    async fn open(
        &self,
        conversation: Conversation,
        session: &Session,
    ) -> Result<Option<Opened>, Error> {
        let peer = &session.info().peer_text;
        let Conversation::Stream(mut stream) = conversation else {
            let why = "a proxy is spoken to on a stream";
            return Err(Error::new(ErrorKind::ConfigUsage, "accept", peer, why));
        };
        let until = Instant::now() + ASKING_TIME;
        let told_apart = tokio::select! {
            speaks = self.speaks.told_by(&mut stream, until) => speaks,
            () = session.closing() => return Ok(None),
        };
        match told_apart {
            Ok(Speaks::Http) => return http::open(stream, until, &self.policy, session).await,
            Ok(_) => {}
            Err((kind, why)) => return Err(Error::new(kind, "accept", peer, why)),
        }
        let asked = tokio::select! {
            asked = ask(&mut stream, until, &self.policy, session.info()) => asked,
            () = session.closing() => return Ok(None),
        };
        let failed = |kind, why: String| Error::new(kind, "accept", peer, why);
        let (caller, asked) = match asked {
            Ok(asked) => asked,
            Err(Unasked { answer, kind, why }) => {
                part(stream, &answer).await;
                return Err(failed(kind, why));
            }
        };
        match asked.command() {
            Command::Bind => self.bind(stream, &caller, asked, session).await,
            Command::UdpAssociate => self.associate(stream, caller, asked, session).await,
            Command::Connect | Command::Unknown(_) => {
                self.connect(stream, &caller, asked, session).await
            }
        }
    }

    /// Connects to where the client wants to.
    async fn connect(
        &self,
        stream: Stream,
        caller: &Caller,
        asked: Asked,
        session: &Session,
    ) -> Result<Option<Opened>, Error> {
        let to = asked.destination().to_string();
        let dialled = tokio::select! {
            dialled = dial(caller, asked.destination(), &self.policy) => dialled,
            () = session.cut() => return Ok(None),
        };
        let dialled = dialled.and_then(|dialled| establish(session).map(|()| dialled));
        let Dialled { far, bound, .. } = match dialled {
            Ok(dialled) => dialled,
            Err(why) => return Err(refuse(stream, &asked, "connect", why).await),
        };
        let mut near = stream;
        match say(&mut near, &asked.reply(ReplyCode::Succeeded, &bound)).await {
            Ok(()) => Ok(Some(Opened::Joined(Joined {
                near: near.into(),
                far,
                to,
            }))),
            Err(error) => {
                far.reset();
                let (kind, peer) = (ErrorKind::PeerReset, &session.info().peer_text);
                Err(Error::new(kind, "accept", peer, words(&error)))
            }
        }
    }
}

/// Counts the session as established.
fn establish(session: &Session) -> Result<(), Undialled> {
    session.establish().map_err(|_| Undialled {
        code: ReplyCode::NotAllowed,
        kind: ErrorKind::LocalLimits,
        why: "too many sessions from this source".to_owned(),
    })
}

/// Tells the client why not; the error is for everybody else.
async fn refuse(stream: Stream, asked: &Asked, op: &'static str, refused: Undialled) -> Error {
    let Undialled { code, kind, why } = refused;
    part(stream, &asked.reply(code, &nowhere())).await;
    Error::new(kind, op, asked.destination(), why)
}

async fn say(stream: &mut Stream, answer: &[u8]) -> io::Result<()> {
    stream.write_all(answer).await?;
    stream.flush().await
}

impl Speaks {
    /// Tells by the client's first byte what it speaks, where that is open.
    async fn told_by(
        self,
        stream: &mut Stream,
        until: Instant,
    ) -> Result<Self, (ErrorKind, String)> {
        if self != Self::Either {
            return Ok(self);
        }
        let first = |bytes: &[u8]| Ok::<_, Infallible>(bytes.first().map(|first| (*first, 0)));
        match timeout_at(until, read_head(stream, "request", first)).await {
            Ok(Ok(4 | 5)) => Ok(Self::Socks),
            Ok(Ok(first)) if first.is_ascii_alphabetic() => Ok(Self::Http),
            Ok(Ok(TLS_HANDSHAKE)) => {
                let why = "it begins with TLS, and +tls is not there to take that";
                Err((ErrorKind::PeerHandshake, why.to_owned()))
            }
            Ok(Ok(first)) => {
                let why = format!("its first byte is {first}, which begins neither SOCKS nor HTTP");
                Err((ErrorKind::PeerHandshake, why))
            }
            Ok(Err(error)) => Err((ErrorKind::PeerHandshake, error.to_string())),
            Err(_) => Err((ErrorKind::PeerTimeout, too_slow())),
        }
    }
}

fn too_slow() -> String {
    format!("no request within {} s", ASKING_TIME.as_secs())
}

/// Says the last word and lets the client read it.
async fn part(mut stream: Stream, answer: &[u8]) {
    let said = async {
        say(&mut stream, answer).await?;
        stream.shutdown().await
    };
    if said.await.is_ok() {
        let _ = leave(&mut stream, PARTING_TIME).await;
    }
}

impl Asked {
    /// Writes how the request went, in the client's version.
    fn reply(&self, code: ReplyCode, bound: &Destination) -> Vec<u8> {
        told::reply(self, code);
        let mut bytes = Vec::new();
        match self {
            Self::V5(..) => Reply {
                code,
                bound: bound.clone(),
            }
            .encode(&mut bytes),
            Self::V4(..) => Reply4 {
                code: match code {
                    ReplyCode::Succeeded => Reply4Code::Granted,
                    _ => Reply4Code::Rejected,
                },
                bound: of_v4(bound),
            }
            .encode(&mut bytes),
        }
        bytes
    }
}

/// The address of a reply that has none (RFC 1928 section 6 leaves it open).
fn nowhere() -> Destination {
    SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)).into()
}

fn of_v4(bound: &Destination) -> SocketAddrV4 {
    match bound.host {
        Host::Address(IpAddr::V4(ip)) => SocketAddrV4::new(ip, bound.port),
        // The client takes this for the address at which it has reached the proxy.
        _ => SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, bound.port),
    }
}

/// The first byte of TLS (RFC 8446 section 5.1).
const TLS_HANDSHAKE: u8 = 22;

/// How long a client may take until its request is whole, as all handshakes beneath a service.
const ASKING_TIME: Duration = Duration::from_secs(10);

/// How long a client that is refused may take to read why.
const PARTING_TIME: Duration = Duration::from_secs(1);
