//! To where a client asks for: looked up, checked, connected to.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use rustix::io::Errno;
use sockeye_proto::socks::{Command, Destination, Host, ReplyCode};

use super::policy::{Caller, Denied, Policy, Way};
use crate::endpoint::{self, Address, Endpoint, Family, Hop};
use crate::engine;
use crate::error::{ErrorKind, words};
use crate::io::Conversation;
use crate::transport::{self, Until};

/// What was reached.
#[derive(Debug)]
pub(super) struct Dialled {
    pub(super) far: Conversation,
    /// The proxy's own address there.
    pub(super) bound: Destination,
    /// The address there, where no others are on the way.
    pub(super) at: Option<SocketAddr>,
}

/// Why nothing was.
#[derive(Debug)]
pub(super) struct Undialled {
    pub(super) code: ReplyCode,
    pub(super) kind: ErrorKind,
    pub(super) why: String,
}

impl From<Denied> for Undialled {
    fn from(Denied { why, .. }: Denied) -> Self {
        Self {
            code: ReplyCode::NotAllowed,
            kind: ErrorKind::ProxyRefused,
            why,
        }
    }
}

/// Connects to the first address of the destination that answers.
pub(super) async fn dial(
    caller: &Caller,
    destination: &Destination,
    policy: &Policy,
) -> Result<Dialled, Undialled> {
    let until = Until::from_now(DIALLING_TIME);
    let ahead = policy.ahead(caller, Command::Connect, destination);
    if let Some(Way::Via(hops)) = ahead.map_err(|denied| policy.counted(denied))? {
        return by_way_of(&hops, endpoint_of(destination), until).await;
    }
    let endpoint = endpoint_of(destination);
    let mut addresses = resolved(&endpoint, until).await?;
    let (mut denied, mut beyond) = (None, None);
    addresses.retain(|at| {
        match policy.check(caller, Command::Connect, destination, *at) {
            Ok(Way::Direct) => return true,
            Ok(Way::Via(hops)) => beyond = beyond.take().or(Some((hops, *at))),
            Err(why) => denied = Some(why),
        }
        false
    });
    match (addresses.is_empty(), beyond, denied) {
        (true, Some((hops, at)), _) => {
            return by_way_of(&hops, endpoint_of(&at.into()), until).await;
        }
        (true, None, Some(denied)) => return Err(policy.counted(denied).into()),
        _ => {}
    }
    match transport::connect_to(&endpoint, addresses, Some(until)).await {
        Ok((far, info)) => Ok(Dialled {
            far,
            bound: info.local.map_or_else(super::nowhere, Destination::from),
            at: info.peer,
        }),
        Err(failures) => Err(failed(&failures)),
    }
}

/// Looks up a destination, and returns those of its addresses for which the policy lets the caller do what
/// it wants without others on the way, at least one.
pub(super) async fn look_up(
    caller: &Caller,
    command: Command,
    destination: &Destination,
    policy: &Policy,
    until: Until,
) -> Result<Vec<SocketAddr>, Undialled> {
    let mut addresses = resolved(&endpoint_of(destination), until).await?;
    let mut denied = None;
    addresses.retain(
        |at| match policy.allows(caller, command, destination, *at) {
            Ok(()) => true,
            Err(why) => {
                denied = Some(why);
                false
            }
        },
    );
    match denied.filter(|_| addresses.is_empty()) {
        Some(denied) => Err(policy.counted(denied).into()),
        None => Ok(addresses),
    }
}

async fn resolved(endpoint: &Endpoint, until: Until) -> Result<Vec<SocketAddr>, Undialled> {
    let looking = Until::hold(Some(until), endpoint, transport::resolve(endpoint));
    looking.await.map_err(|error| Undialled {
        code: ReplyCode::HostUnreachable,
        kind: error.kind(),
        why: error.cause().to_owned(),
    })
}

fn endpoint_of(destination: &Destination) -> Endpoint {
    Endpoint::from(Address::Tcp {
        host: match &destination.host {
            Host::Address(ip) => endpoint::Host::Ip(*ip),
            Host::Name(name) => endpoint::Host::Name(name.clone()),
        },
        port: destination.port,
        family: Family::Any,
    })
}

/// Connects by way of others, which look a name up themselves.
async fn by_way_of(hops: &[Hop], to: Endpoint, until: Until) -> Result<Dialled, Undialled> {
    // In a box of its own: few go by way of others.
    let connecting = Box::pin(engine::connect_by_way_of(hops, to, until));
    match connecting.await {
        Ok((far, _)) => Ok(Dialled {
            far,
            bound: super::nowhere(),
            at: None,
        }),
        Err(error) => Err(Undialled {
            code: match error.kind() {
                ErrorKind::PeerTimeout => ReplyCode::TimedOut,
                ErrorKind::PeerUnresolved
                | ErrorKind::ProxyUnresolved
                | ErrorKind::PeerUnreachable => ReplyCode::HostUnreachable,
                _ => ReplyCode::GeneralFailure,
            },
            kind: error.kind(),
            why: error.to_string(),
        }),
    }
}

/// Says how the first address has failed, and names all.
fn failed(failures: &[(SocketAddr, io::Error)]) -> Undialled {
    let all = failures
        .iter()
        .map(|(at, error)| format!("{at}: {}", words(error)));
    let (code, kind) = match failures.first() {
        Some((_, error)) => meaning(error),
        None => (ReplyCode::GeneralFailure, ErrorKind::Internal),
    };
    Undialled {
        code,
        kind,
        why: all.collect::<Vec<_>>().join(", "),
    }
}

pub(super) fn meaning(error: &io::Error) -> (ReplyCode, ErrorKind) {
    match Errno::from_io_error(error) {
        Some(Errno::NETUNREACH) => (ReplyCode::NetworkUnreachable, ErrorKind::PeerUnreachable),
        Some(Errno::HOSTUNREACH) => (ReplyCode::HostUnreachable, ErrorKind::PeerUnreachable),
        Some(Errno::CONNREFUSED) => (ReplyCode::ConnectionRefused, ErrorKind::PeerUnreachable),
        _ if error.kind() == io::ErrorKind::TimedOut => {
            (ReplyCode::TimedOut, ErrorKind::PeerTimeout)
        }
        _ => (ReplyCode::GeneralFailure, ErrorKind::PeerUnreachable),
    }
}

/// How long looking up and connecting may take: what clients wait for at least.
pub(super) const DIALLING_TIME: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests;
