//! The socket for the client's datagrams, and which of them are the client's.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::AsFd;

use socket2::{Domain, Protocol, Socket, Type};
use sockeye_proto::socks::{DatagramHeader, Destination, Host, ReplyCode};
use tokio::net::UdpSocket;

use super::super::dial::{Undialled, meaning};
use super::drops::Dropped;
use crate::error::{ErrorKind, words};
use crate::io::ConnectionInfo;
use crate::sys::messages::{self, Ends, receive_from};
use crate::transport::receive;

/// A socket for one client's datagrams.
pub(super) struct Near {
    socket: UdpSocket,
    /// Where the client sends from; without an address of its own it is on this machine.
    client: Option<IpAddr>,
    /// Its port, once that is known.
    port: Option<u16>,
    /// Where it is answered, once it has sent.
    answered: Option<SocketAddr>,
}

/// A datagram's destination and payload, or why it is not passed on and its length in bytes.
pub(super) type Taken<'a> = Result<(Destination, &'a [u8]), (Dropped, usize)>;

impl Near {
    /// Binds a socket where the client has reached the proxy. The address from which it will send, where it
    /// names one, has to be its own, for answers go there; a name is not looked up.
    pub(super) fn open(
        named: &Destination,
        client: &ConnectionInfo,
    ) -> Result<(Self, SocketAddr), Undialled> {
        let ip = client.peer.map(|peer| peer.ip().to_canonical());
        match &named.host {
            // Some write 0.0.0.0 as a name, "0".
            Host::Name(_) => {}
            Host::Address(named) if named.is_unspecified() => {}
            Host::Address(named) if ip.is_none_or(|ip| ip == named.to_canonical()) => {}
            Host::Address(_) => {
                let peer = &client.peer_text;
                return Err(Undialled {
                    code: ReplyCode::NotAllowed,
                    kind: ErrorKind::ProxyRefused,
                    why: format!(
                        "datagrams are taken from where the connection comes from, {peer}"
                    ),
                });
            }
        }
        let mut at = client.local.unwrap_or((Ipv4Addr::LOCALHOST, 0).into());
        at.set_port(0);
        let bound = bind(at).and_then(|socket| {
            let at = socket.local_addr()?;
            Ok((socket, at))
        });
        let (socket, at) = bound.map_err(|error| {
            let (code, kind) = meaning(&error);
            let why = format!("{}: {}", at.ip(), words(&error));
            Undialled { code, kind, why }
        })?;
        let near = Self {
            socket,
            client: ip,
            port: Some(named.port).filter(|port| *port != 0),
            answered: None,
        };
        Ok((near, at))
    }

    /// Waits until there is something to receive.
    pub(super) async fn readable(&self) {
        // What is wrong shows in what is received.
        let _ = self.socket.readable().await;
    }

    /// Receives what has come, a batch at most.
    pub(super) fn receive(&mut self, mut take: impl FnMut(Taken<'_>)) {
        let Self {
            socket,
            client,
            port,
            answered,
        } = self;
        let received = receive(socket, |socket| {
            receive_from(socket, |messages| {
                for (Ends { peer, .. }, message) in messages {
                    let is_client = match client {
                        Some(client) => *client == peer.ip().to_canonical(),
                        None => peer.ip().is_loopback(),
                    };
                    if !is_client || port.is_some_and(|port| port != peer.port()) {
                        take(Err((Dropped::Stranger(*peer), message.len())));
                        continue;
                    }
                    let taken = read(message);
                    if taken.is_ok() {
                        *port = Some(peer.port());
                        *answered = Some(*peer);
                    }
                    take(taken);
                }
            })
        });
        if let Err(error) = received {
            take(Err((Dropped::Unreceived(error), 0)));
        }
    }

    /// Sends the client what has come from somebody.
    pub(super) fn send(&self, from: SocketAddr, payload: &[u8]) -> Result<(), Dropped> {
        // Nothing comes before the client has sent.
        let Some(to) = self.answered else {
            return Err(Dropped::Unasked(from));
        };
        let mut message = Vec::with_capacity(HEADER_BYTES_MAX + payload.len());
        let header = DatagramHeader {
            fragment: 0,
            destination: from.into(),
        };
        header.encode(&mut message);
        message.extend_from_slice(payload);
        let to = Ends {
            peer: to,
            ours: None,
        };
        let sent = messages::send(self.socket.as_fd(), Some(to), std::iter::once(&message[..]));
        sent.map(drop)
            .map_err(|error| Dropped::Unsent(to.peer, error))
    }
}

fn read(message: &[u8]) -> Taken<'_> {
    let dropped = |why| (why, message.len());
    match DatagramHeader::decode(message) {
        Ok(Some((header, used))) if header.fragment == 0 => {
            let payload = message.get(used..).unwrap_or_default();
            Ok((header.destination, payload))
        }
        Ok(Some(_)) => Err(dropped(Dropped::Fragment)),
        Ok(None) => Err(dropped(Dropped::Headless("it is too short".to_owned()))),
        Err(error) => Err(dropped(Dropped::Headless(error.to_string()))),
    }
}

/// Binds a socket that does not block, of one address family.
pub(super) fn bind(at: SocketAddr) -> io::Result<UdpSocket> {
    let kind = Type::DGRAM.nonblocking();
    let socket = Socket::new(Domain::for_address(at), kind, Some(Protocol::UDP))?;
    if at.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.bind(&at.into())?;
    UdpSocket::from_std(socket.into())
}

/// The header before what comes from an address, bytes: of IPv6 (RFC 1928 section 7).
const HEADER_BYTES_MAX: usize = 22;
