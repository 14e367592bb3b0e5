//! `+via`: to an address by way of proxies, each asked for the next one.
//!
//! ```text
//! connect ─TCP─▶ hop 1 ─"hop 2, please"─▶ hop 2 ─"the address, please"─▶ address
//! ```
//!
//! What comes behind a proxy's last answer belongs to the conversation: it is read again. From then on
//! the stream is the bare socket to the first hop, so it is relayed as any other. Datagrams go by way of one
//! proxy ([`datagrams`]).

mod ask;
mod datagrams;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use sockeye_proto::socks::{self, Destination, Login};

use crate::endpoint::{Address, Endpoint, Hop, HopLogin, HopProtocol, Host, LOGIN_BYTES_MAX};
use crate::error::{Error, ErrorKind};
use crate::io::{ConnectionInfo, Conversation, Stream, read_secret};
use crate::transport::{self, Rooms, Until};
use ask::Refused;

/// Opens `endpoint` by way of its hops, within a time.
pub(super) async fn connect(
    endpoint: &Endpoint,
    rooms: &Rooms,
    until: Option<Until>,
) -> Result<(Conversation, ConnectionInfo), Error> {
    let hops: Vec<&Hop> = endpoint.hops().collect();
    let count = hops.len();
    let named = |at: usize, hop: &Hop| match count {
        1 => hop.to_string(),
        _ => format!("hop {} of {count}, {hop}", at + 1),
    };
    let Some(first) = hops.first() else {
        return transport::connect(endpoint, rooms, until).await;
    };
    if let Address::Udp { .. } = endpoint.address() {
        return datagrams::connect(endpoint, first, rooms, until).await;
    }
    let logins = hops.iter().map(|hop| login_of(endpoint, hop));
    let logins = logins.collect::<Result<Vec<_>, _>>()?;
    let (mut stream, mut info) = reach(endpoint, first, &named(0, first), rooms, until).await?;
    for (at, (hop, login)) in hops.iter().zip(&logins).enumerate() {
        let name = named(at, hop);
        let passing = async {
            let destination = match hops.get(at + 1) {
                Some(next) => wanted(hop, &endpoint.towards(next)).await?,
                None => wanted(hop, endpoint).await?,
            };
            let asking = ask::pass(&mut stream, hop.protocol, login.as_ref(), &destination);
            in_time(endpoint, &name, asking).await?;
            tracing::info!(target: "step", "{name} has passed it on to {destination}");
            Ok(destination)
        };
        let destination = Until::hold(until, endpoint, passing).await?;
        told(&mut info, &destination);
    }
    Ok((Conversation::Stream(stream), info))
}

/// Connects to an endpoint by way of hops, within a time: what a service does for others.
///
/// # Errors
/// Which hop did not pass it on, and why.
pub(crate) async fn connect_by_way_of(
    hops: &[Hop],
    to: Endpoint,
    until: Until,
) -> Result<(Conversation, ConnectionInfo), Error> {
    let endpoint = to.by_way_of(hops);
    connect(&endpoint, &Rooms::default(), Some(until)).await
}

/// Connects to the first hop.
async fn reach(
    endpoint: &Endpoint,
    hop: &Hop,
    name: &str,
    rooms: &Rooms,
    until: Option<Until>,
) -> Result<(Stream, ConnectionInfo), Error> {
    let towards = endpoint.towards(hop);
    match transport::connect(&towards, rooms, until).await {
        Ok((Conversation::Stream(stream), info)) => Ok((stream, info)),
        Ok(_) => {
            let why = "a proxy is reached by a stream";
            Err(Error::new(ErrorKind::Internal, "connect", endpoint, why))
        }
        Err(error) => Err(of_first(endpoint, name, &error)),
    }
}

/// Waits for what a hop has been asked, and names it where it refuses.
async fn in_time<T>(
    endpoint: &Endpoint,
    name: &str,
    asking: impl Future<Output = Result<T, Refused>>,
) -> Result<T, Error> {
    let answer = match tokio::time::timeout(HOP_TIME, asking).await {
        Ok(answer) => answer,
        Err(_) => Err(Refused {
            kind: ErrorKind::PeerTimeout,
            why: format!("no answer within {} s", HOP_TIME.as_secs()),
        }),
    };
    answer.map_err(|Refused { kind, why }| {
        let why = format!("{name}: {why}");
        Error::new(kind, "connect", endpoint, why)
    })
}

/// Returns who asks a hop, its password read from where it is.
fn login_of(endpoint: &Endpoint, hop: &Hop) -> Result<Option<Login>, Error> {
    let Some(HopLogin { name, password }) = &hop.login else {
        return Ok(None);
    };
    let failed = |kind, why| Error::new(kind, "connect", endpoint, format!("{hop}: {why}"));
    let password = read_secret(password).map_err(|(kind, why)| failed(kind, why))?;
    if password.len() > LOGIN_BYTES_MAX {
        let why = format!("a password of more than {LOGIN_BYTES_MAX} bytes");
        return Err(failed(ErrorKind::ConfigUsage, why));
    }
    Ok(Some(Login {
        name: name.clone().into_bytes(),
        password: password.into_bytes(),
    }))
}

/// Says of the first hop why it was not reached.
fn of_first(endpoint: &Endpoint, hop: &str, error: &Error) -> Error {
    let kind = match error.kind() {
        ErrorKind::PeerUnresolved => ErrorKind::ProxyUnresolved,
        kind => kind,
    };
    let said = error.to_string();
    let why = said.split_once(": ").map_or(said.as_str(), |(_, why)| why);
    Error::new(kind, "connect", endpoint, format!("{hop}: {why}"))
}

/// Takes over that the far end is another one now.
fn told(info: &mut ConnectionInfo, destination: &Destination) {
    info.peer = match destination.host {
        socks::Host::Address(ip) => Some(SocketAddr::new(ip, destination.port)),
        socks::Host::Name(_) => None,
    };
    info.peer_text = destination.to_string();
}

/// Returns how a hop is told of an endpoint: by name, or by an address that is looked up here.
async fn wanted(hop: &Hop, endpoint: &Endpoint) -> Result<Destination, Error> {
    let (Address::Tcp { host, port, .. } | Address::Udp { host, port, .. }) = endpoint.address()
    else {
        let why = "a proxy passes on to a host and a port";
        return Err(Error::new(ErrorKind::ConfigUsage, "connect", endpoint, why));
    };
    let port = *port;
    let is_known = endpoint.tcp().ip.resolve.is_some() || endpoint.udp().resolve.is_some();
    let by_name = match (hop.protocol, host) {
        (_, Host::Ip(ip)) => Some(socks::Host::Address(*ip)),
        _ if is_known => None,
        (HopProtocol::Socks4 | HopProtocol::Socks5, _) => None,
        (_, Host::Loopback | Host::Any) => socks::Host::parse("localhost"),
        (_, Host::Name(name)) => Some(socks::Host::parse(name).ok_or_else(|| {
            let why = format!("{name} is no name that a proxy could be asked for");
            Error::new(ErrorKind::ConfigUsage, "connect", endpoint, why)
        })?),
    };
    let v4_only = matches!(hop.protocol, HopProtocol::Socks4 | HopProtocol::Socks4a);
    let host = match by_name {
        Some(host) => host,
        None => {
            let addresses = transport::resolve(endpoint).await?;
            let fits = |at: &&SocketAddr| at.is_ipv4() || !v4_only;
            let address = addresses.iter().find(fits).or(addresses.first());
            socks::Host::Address(address.map_or(IpAddr::from([0; 4]), SocketAddr::ip))
        }
    };
    match host {
        socks::Host::Address(IpAddr::V6(ip)) if v4_only => {
            let why = format!("{hop}: SOCKS 4 reaches IPv4 addresses only, and this is {ip}");
            let hint = "socks5h:// takes any";
            Err(Error::new(ErrorKind::ConfigUsage, "connect", endpoint, why).with_hint(hint))
        }
        host => Ok(Destination { host, port }),
    }
}

/// How long one proxy may take to answer all that it is asked: it connects meanwhile, and gives up by
/// itself before that.
const HOP_TIME: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests;
