//! BIND: one connection that is made to the client (RFC 1928 sections 4 and 6; SOCKS 4).
//!
//! ```text
//! request ─▶ look up, check, listen ─▶ first reply: where   the peer comes ─▶ second reply: who, relay
//!            └────── 30 s ─────┘                    └─ 2 min ─┘
//! ```
//!
//! Who may come is whom the request names, by address, and anybody where it names 0.0.0.0 or `::`, as far
//! as the policy lets them. Others are turned away and do not end the waiting, so that no stranger can.
//! It listens at the address from which the named peer would be reached, or else at the one at which the
//! client has reached the proxy; nowhere else.
//!
//! Invariants: one connection is taken; the listening socket is closed once it has come, the time is over,
//! or the client has left.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use sockeye_proto::socks::{Command, Destination, Host, ReplyCode};

use super::dial::{DIALLING_TIME, Undialled, look_up, meaning};
use super::policy::{Caller, Policy};
use super::socks::Asked;
use super::{Joined, Opened, Proxy, establish, refuse, say};
use crate::endpoint::{Address, Endpoint, Family};
use crate::engine::Session;
use crate::error::{Error, ErrorKind, words};
use crate::io::{ConnectionInfo, Conversation, Stream, read_piece};
use crate::transport::{self, Listener, Rooms, Until};

impl Proxy {
    /// Listens for the peer that the client expects, and joins the two.
    pub(super) async fn bind(
        &self,
        mut stream: Stream,
        caller: &Caller,
        asked: Asked,
        session: &Session,
    ) -> Result<Option<Opened>, Error> {
        let peer = &session.info().peer_text;
        let failed = |kind, why: String| Error::new(kind, "accept", peer, why);
        let opening = tokio::select! {
            opening = Awaited::open(caller, &asked, session.info(), &self.policy) => opening,
            () = session.closing() => return Ok(None),
        };
        let awaited = match opening.and_then(|awaited| establish(session).map(|()| awaited)) {
            Ok(awaited) => awaited,
            Err(why) => return Err(refuse(stream, &asked, "bind", why).await),
        };
        let expected = asked.destination();
        let at = &awaited.at;
        tracing::info!(target: "step", "SOCKS: {caller} expects {expected}, at {at}");
        say(&mut stream, &asked.reply(ReplyCode::Succeeded, at))
            .await
            .map_err(|error| failed(ErrorKind::PeerReset, words(&error)))?;

        let mut early = Vec::new();
        let come = tokio::select! {
            come = awaited.come(caller, expected, &self.policy) => come,
            why = gone(&mut stream, &mut early) => {
                let why = format!("{why}, before {expected} came");
                return Err(failed(ErrorKind::PeerHandshake, why));
            }
            () = session.closing() => return Ok(None),
        };
        // Whoever is about to come is refused by the system from here on.
        drop(awaited);
        let (far, info) = match come {
            Ok(come) => come,
            Err(why) => return Err(refuse(stream, &asked, "bind", why).await),
        };
        let to = info.peer_text;
        tracing::info!(target: "step", "SOCKS: {to} has come for {caller}");
        let who = info.peer.map_or_else(super::nowhere, Destination::from);
        if let Err(error) = say(&mut stream, &asked.reply(ReplyCode::Succeeded, &who)).await {
            far.reset();
            return Err(failed(ErrorKind::PeerReset, words(&error)));
        }
        if !early.is_empty() {
            stream.unread(early.into());
        }
        let near = stream.into();
        Ok(Some(Opened::Joined(Joined { near, far, to })))
    }
}

/// A socket at which a peer is awaited.
struct Awaited {
    listener: Listener,
    at: Destination,
    /// Whose connection is taken; `None` is anybody's.
    expected: Option<Vec<IpAddr>>,
}

impl Awaited {
    /// Listens for whom a request names.
    async fn open(
        caller: &Caller,
        asked: &Asked,
        client: &ConnectionInfo,
        policy: &Policy,
    ) -> Result<Self, Undialled> {
        let reached_at = client.local.map(|local| local.ip());
        let reached_at = reached_at.unwrap_or(Ipv4Addr::LOCALHOST.into());
        let (ip, expected) = match &asked.destination().host {
            Host::Address(ip) if ip.is_unspecified() => (reached_at, None),
            _ => {
                let named = named(caller, asked, policy).await?;
                let first = named.first().copied().unwrap_or(reached_at);
                (this_side_of(first).map_err(failed)?, Some(named))
            }
        };
        let here = Address::Tcp {
            host: crate::endpoint::Host::Ip(ip),
            port: 0,
            family: Family::Any,
        };
        let bound = transport::bind(&Endpoint::from(here), &Rooms::default()).await;
        let bound = bound.map_err(|error| failed(io::Error::other(error.to_string())))?;
        let no_socket = || failed(io::ErrorKind::AddrNotAvailable.into());
        let listener = bound.listeners.into_iter().next().ok_or_else(no_socket)?;
        let Address::Tcp { port, .. } = listener.local() else {
            return Err(no_socket());
        };
        let at = SocketAddr::new(ip, port).into();
        Ok(Self {
            listener,
            at,
            expected,
        })
    }

    /// Waits for one who may come.
    async fn come(
        &self,
        caller: &Caller,
        expected: &Destination,
        policy: &Policy,
    ) -> Result<(Conversation, ConnectionInfo), Undialled> {
        let coming = async {
            loop {
                let (conversation, info) = self.listener.accept().await.map_err(failed)?;
                let may_come = self.expects(&info).and_then(|who| {
                    let may = policy.allows(caller, Command::Bind, expected, who);
                    may.map_err(|denied| policy.counted(denied).why)
                });
                match may_come {
                    Ok(()) => return Ok((conversation, info)),
                    Err(why) => {
                        let who = &info.peer_text;
                        tracing::info!(target: "step", "SOCKS: turned {who} away: {why}");
                        conversation.reset();
                    }
                }
            }
        };
        match tokio::time::timeout(COMING_TIME, coming).await {
            Ok(come) => come,
            Err(_) => Err(Undialled {
                code: ReplyCode::TimedOut,
                kind: ErrorKind::PeerTimeout,
                why: format!("nobody has come within {} s", COMING_TIME.as_secs()),
            }),
        }
    }

    fn expects(&self, info: &ConnectionInfo) -> Result<SocketAddr, String> {
        let who = info.peer.ok_or("it has no address")?;
        match &self.expected {
            Some(expected) if !expected.contains(&who.ip()) => {
                Err("somebody else is expected".to_owned())
            }
            _ => Ok(who),
        }
    }
}

/// Returns the addresses of the peer that is named, those of them that may come.
async fn named(caller: &Caller, asked: &Asked, policy: &Policy) -> Result<Vec<IpAddr>, Undialled> {
    let until = Until::from_now(DIALLING_TIME);
    let destination = asked.destination();
    let looking = look_up(caller, Command::Bind, destination, policy, until);
    let mut addresses = looking.await?;
    // SOCKS 4 could not say who has come.
    addresses.retain(|at| at.is_ipv4() || matches!(asked, Asked::V5(..)));
    match addresses.is_empty() {
        false => Ok(addresses.iter().map(|at| at.ip().to_canonical()).collect()),
        true => Err(Undialled {
            code: ReplyCode::HostUnreachable,
            kind: ErrorKind::PeerUnresolved,
            why: "it has no IPv4 address".to_owned(),
        }),
    }
}

/// Returns the address from which this machine would reach another one; nothing is sent.
fn this_side_of(peer: IpAddr) -> io::Result<IpAddr> {
    let any: IpAddr = match peer {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect((peer, DISCARD))?;
    Ok(socket.local_addr()?.ip())
}

/// Waits until the client has left, and says how. What it says meanwhile is for the peer and kept.
async fn gone(stream: &mut Stream, early: &mut Vec<u8>) -> String {
    while early.len() < EARLY_BYTES_MAX {
        let keep = |piece: &mut [u8]| {
            early.extend_from_slice(piece);
            piece.is_empty()
        };
        match read_piece(stream, keep).await {
            Ok(false) => {}
            Ok(true) => return "closed".to_owned(),
            Err(error) => return words(&error),
        }
    }
    match stream.left().await {
        Ok(()) => "closed".to_owned(),
        Err(error) => words(&error),
    }
}

fn failed(error: io::Error) -> Undialled {
    let (code, kind) = meaning(&error);
    Undialled {
        code,
        kind,
        why: words(&error),
    }
}

/// How long the peer may take to come: what SOCKS 4 names for that.
const COMING_TIME: Duration = Duration::from_secs(120);

/// What is kept of what the client says before the peer has come, bytes; then it is not read.
const EARLY_BYTES_MAX: usize = 64 * 1024;

/// A port to ask the system of; any is as good (RFC 863).
const DISCARD: u16 = 9;

#[cfg(test)]
mod tests;
