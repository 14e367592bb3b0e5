//! TCP (RFC 9293): listening at and connecting to every address that a host stands for.
//!
//! Invariant: an accepted socket has the listening socket's options, for Linux and the BSDs hand
//! them down; so each is set once, and accepting is a single system call.

mod race;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream, lookup_host};

use super::options::named;
use super::{Bound, Until, options};
use crate::endpoint::{Address, Endpoint, Family, Host, TcpOptions};
use crate::error::{Error, ErrorKind, words};
use crate::io::{ConnectionInfo, Conversation, Stream};
use crate::sys;
use race::{Failure, Reached, interleaved, race, unreachable};

/// A bound TCP socket.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    local: SocketAddr,
}

/// Binds every address of `host`, all on one port.
pub(super) async fn bind(
    endpoint: &Endpoint,
    host: &Host,
    port: u16,
    family: Family,
) -> Result<Bound, Error> {
    let options = endpoint.tcp();
    bind_each(endpoint, host, port, family, |at, only_v6| {
        let listener = bind_one(at, &options, only_v6)?;
        let port = listener.local.port();
        Ok((super::Listener::Tcp(listener), port))
    })
    .await
}

/// Binds every address of `host` by `one`, which is told the address and whether IPv6 is to be alone
/// and returns the port that it got; all are on one port.
pub(super) async fn bind_each(
    endpoint: &Endpoint,
    host: &Host,
    port: u16,
    family: Family,
    one: impl Fn(SocketAddr, bool) -> io::Result<(super::Listener, u16)>,
) -> Result<Bound, Error> {
    let addresses = match host {
        // One dual-stack socket; where there is no IPv6, IPv4 alone is every interface.
        Host::Any if family != Family::V4 => vec![(Ipv6Addr::UNSPECIFIED, port).into()],
        Host::Any => vec![(Ipv4Addr::UNSPECIFIED, port).into()],
        _ => resolve("listen", endpoint, host, port, family).await?,
    };
    for _ in 0..PORT_ATTEMPTS {
        match bind_all(&addresses, &one, family == Family::V6) {
            Err((at, error))
                if is_family_absent(&error) && *host == Host::Any && family == Family::Any =>
            {
                tracing::debug!(%at, "no IPv6 here, listening on IPv4 alone");
                return bind_all(&[(Ipv4Addr::UNSPECIFIED, port).into()], &one, false)
                    .map_err(|(at, error)| unbindable(endpoint, at, &error));
            }
            // The port that the system chose for the first address is taken on the second.
            Err((_, error)) if port == 0 && error.kind() == io::ErrorKind::AddrInUse => {}
            other => return other.map_err(|(at, error)| unbindable(endpoint, at, &error)),
        }
    }
    let why = "no port is free on all of its addresses";
    Err(Error::new(ErrorKind::LocalBind, "listen", endpoint, why))
}

/// Binds all of `addresses`; the first one's port holds where the others ask for any.
fn bind_all(
    addresses: &[SocketAddr],
    one: &impl Fn(SocketAddr, bool) -> io::Result<(super::Listener, u16)>,
    only_v6: bool,
) -> Result<Bound, (SocketAddr, io::Error)> {
    let mut bound = Bound {
        listeners: Vec::new(),
        skipped: Vec::new(),
    };
    let mut port = addresses.first().map_or(0, SocketAddr::port);
    for &address in addresses {
        let at = SocketAddr::new(address.ip(), port);
        match one(at, only_v6) {
            Ok((listener, its_port)) => {
                port = its_port;
                bound.listeners.push(listener);
            }
            Err(error) if is_family_absent(&error) && addresses.len() > 1 => {
                bound
                    .skipped
                    .push(format!("{}: {}", at.ip(), words(&error)));
            }
            Err(error) => return Err((at, error)),
        }
    }
    match bound.listeners.is_empty() {
        true => Err((
            SocketAddr::new(addresses[0].ip(), port),
            io::ErrorKind::AddrNotAvailable.into(),
        )),
        false => Ok(bound),
    }
}

fn bind_one(at: SocketAddr, options: &TcpOptions, only_v6: bool) -> io::Result<Listener> {
    let socket = open(at, options)?;
    if at.is_ipv6() {
        socket.set_only_v6(only_v6 || !at.ip().is_unspecified())?;
    }
    socket.set_reuse_address(options.reuseaddr)?;
    if options.fastopen {
        named(
            "fastopen",
            sys::socket::accept_fast(&socket, options.backlog),
        )?;
    }
    socket.bind(&at.into())?;
    socket.listen(i32::try_from(options.backlog).unwrap_or(i32::MAX))?;
    let socket = TcpListener::from_std(socket.into())?;
    let local = socket.local_addr()?;
    tracing::info!(target: "step", "bound a TCP socket to {local} and began to listen");
    Ok(Listener { socket, local })
}

/// Makes a non-blocking socket with the options set.
fn open(at: SocketAddr, options: &TcpOptions) -> io::Result<Socket> {
    let kind = Type::STREAM.nonblocking();
    let socket = match options.mptcp {
        true => named(
            "mptcp",
            sys::socket::multipath(Domain::for_address(at), kind),
        )?,
        false => Socket::new(Domain::for_address(at), kind, Some(Protocol::TCP))?,
    };
    set(&socket, at, options)?;
    Ok(socket)
}

/// Sets the options of a socket of the family of `at`.
fn set(socket: &Socket, at: SocketAddr, options: &TcpOptions) -> io::Result<()> {
    if options.nodelay {
        named("nodelay", socket.set_tcp_nodelay(true))?;
    }
    if let Some(idle) = options.keepalive {
        // TCP_KEEPIDLE counts whole seconds and refuses 0.
        let keepalive = TcpKeepalive::new().with_time(idle.max(Duration::from_secs(1)));
        named("keepalive", socket.set_tcp_keepalive(&keepalive))?;
    }
    if let Some(time) = options.user_timeout {
        named("user-timeout", sys::socket::set_user_timeout(socket, time))?;
    }
    if let Some(name) = &options.congestion {
        named("congestion", sys::socket::set_congestion(socket, name))?;
    }
    options::set(socket, at, &options.ip)
}

/// Takes over a connected, non-blocking socket.
pub(super) fn adopt(
    socket: Socket,
    peer: SocketAddr,
    local: SocketAddr,
) -> io::Result<(Conversation, ConnectionInfo)> {
    let socket = TcpStream::from_std(socket.into())?;
    Ok(conversation(socket, peer, Some(local)))
}

impl Listener {
    /// Takes over a listening, non-blocking socket and sets its options.
    pub(super) fn adopt(
        socket: Socket,
        local: SocketAddr,
        options: &TcpOptions,
    ) -> io::Result<Self> {
        set(&socket, local, options)?;
        let socket = TcpListener::from_std(socket.into())?;
        Ok(Self { socket, local })
    }

    pub(super) async fn accept(&self) -> io::Result<(Conversation, ConnectionInfo)> {
        let (socket, peer) = self.socket.accept().await?;
        let local = match self.local.ip().is_unspecified() {
            true => socket.local_addr().ok(),
            false => Some(self.local),
        };
        Ok(conversation(socket, peer, local))
    }

    pub(super) fn hand_over(self) -> io::Result<OwnedFd> {
        self.socket.into_std().map(OwnedFd::from)
    }

    pub(super) fn local(&self) -> Address {
        self.local.into()
    }
}

/// Connects to the first address of `host` that answers.
pub(super) async fn connect(
    endpoint: &Endpoint,
    host: &Host,
    port: u16,
    family: Family,
    until: Option<Until>,
) -> Result<(Conversation, ConnectionInfo), Error> {
    let resolving = resolve("connect", endpoint, host, port, family);
    let addresses = Until::hold(until, endpoint, resolving).await?;
    let connecting = connect_to(endpoint, addresses, until);
    let failed = |failures: Vec<Failure>| unreachable(endpoint, &failures);
    connecting.await.map_err(failed)
}

/// Connects to the first of these addresses that answers.
pub(super) async fn connect_to(
    endpoint: &Endpoint,
    addresses: Vec<SocketAddr>,
    until: Option<Until>,
) -> Result<(Conversation, ConnectionInfo), Vec<Failure>> {
    let addresses = interleaved(addresses);
    let Reached {
        socket,
        at,
        failures,
    } = race(&addresses, &endpoint.tcp(), until).await?;
    let local = socket.local_addr().ok();
    let (conversation, mut info) = conversation(socket, at, local);
    let why = |(at, error): &Failure| (*at, words(error));
    info.tried = failures.iter().map(why).collect();
    Ok((conversation, info))
}

fn conversation(
    socket: TcpStream,
    peer: SocketAddr,
    local: Option<SocketAddr>,
) -> (Conversation, ConnectionInfo) {
    let peer = unmapped(peer);
    let info = ConnectionInfo {
        peer: Some(peer),
        local: local.map(unmapped),
        peer_text: peer.to_string(),
        ..ConnectionInfo::default()
    };
    (Conversation::Stream(Stream::from(socket)), info)
}

/// Returns the addresses of a host in the order in which they are to be tried.
pub(super) async fn resolve(
    op: &'static str,
    endpoint: &Endpoint,
    host: &Host,
    port: u16,
    family: Family,
) -> Result<Vec<SocketAddr>, Error> {
    let mut addresses: Vec<SocketAddr> = match host {
        Host::Loopback | Host::Any => {
            vec![
                (Ipv4Addr::LOCALHOST, port).into(),
                (Ipv6Addr::LOCALHOST, port).into(),
            ]
        }
        Host::Ip(ip) => vec![(*ip, port).into()],
        Host::Name(name) if let Some(known) = known(endpoint) => {
            let ips: Vec<_> = known.iter().map(IpAddr::to_string).collect();
            tracing::info!(target: "step", "{name} is {}, as said", ips.join(", "));
            known.into_iter().map(|ip| (ip, port).into()).collect()
        }
        Host::Name(name) => match lookup_host((name.as_str(), port)).await {
            Ok(found) => {
                let found: Vec<_> = found.collect();
                let ips: Vec<_> = found.iter().map(|at| at.ip().to_string()).collect();
                tracing::info!(target: "step", "{name} is {}", ips.join(", "));
                found
            }
            Err(error) => {
                let why = format!("{name} does not resolve: {}", words(&error));
                return Err(Error::new(ErrorKind::PeerUnresolved, op, endpoint, why));
            }
        },
    };
    addresses.retain(|address| match family {
        Family::Any => true,
        Family::V4 => address.is_ipv4(),
        Family::V6 => address.is_ipv6(),
    });
    if addresses.is_empty() {
        let why = format!("{host} has no address of that family");
        return Err(Error::new(ErrorKind::PeerUnresolved, op, endpoint, why));
    }
    Ok(addresses)
}

/// Returns the addresses that the endpoint itself says its host has.
fn known(endpoint: &Endpoint) -> Option<Vec<IpAddr>> {
    let options = match endpoint.address() {
        Address::Udp { .. } => endpoint.udp(),
        _ => endpoint.tcp().ip,
    };
    options.resolve.map(|known| known.addresses)
}

fn unbindable(endpoint: &Endpoint, at: SocketAddr, error: &io::Error) -> Error {
    let why = format!("{} ({at})", words(error));
    let unbindable = Error::new(ErrorKind::LocalBind, "listen", endpoint, why);
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            unbindable.with_hint("ports below 1024 need a privilege")
        }
        _ => unbindable,
    }
}

/// Tells whether an address family is not available on this machine.
pub(super) fn is_family_absent(error: &io::Error) -> bool {
    use rustix::io::Errno;
    matches!(
        Errno::from_io_error(error),
        Some(Errno::AFNOSUPPORT | Errno::ADDRNOTAVAIL)
    )
}

pub(super) fn unmapped(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V6(v6) if v6.ip().to_ipv4_mapped().is_some() => {
            SocketAddr::new(address.ip().to_canonical(), v6.port())
        }
        other => other,
    }
}

/// Tries to find a port that is free on every address of a host: two in a row are rarely taken.
const PORT_ATTEMPTS: usize = 8;

#[cfg(test)]
mod tests;
