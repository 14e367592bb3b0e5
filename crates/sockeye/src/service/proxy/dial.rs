//! To where a client asks for: looked up, checked, connected to.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use rustix::io::Errno;
use sockeye_proto::socks::{Command, Destination, Host, ReplyCode};

use super::policy::{Caller, Denied, Policy, Way};
use crate::endpoint::{self, Address, Endpoint, Family};
use crate::error::{ErrorKind, words};
use crate::io::Conversation;
use crate::transport::{self, Until};

/// What was reached.
#[derive(Debug)]
pub(super) struct Dialled {
    pub(super) far: Conversation,
    /// The proxy's own address there.
    pub(super) bound: Destination,
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
    let looking = look_up(caller, Command::Connect, destination, policy, until);
    let (endpoint, addresses) = looking.await?;
    match transport::connect_to(&endpoint, addresses, Some(until)).await {
        Ok((far, info)) => Ok(Dialled {
            far,
            bound: info.local.map_or_else(super::nowhere, Destination::from),
        }),
        Err(failures) => Err(failed(&failures)),
    }
}

/// Looks up a destination, and returns those of its addresses for which the policy lets the caller do what
/// it wants, at least one.
pub(super) async fn look_up(
    caller: &Caller,
    command: Command,
    destination: &Destination,
    policy: &Policy,
    until: Until,
) -> Result<(Endpoint, Vec<SocketAddr>), Undialled> {
    let endpoint = Endpoint::from(Address::Tcp {
        host: match &destination.host {
            Host::Address(ip) => endpoint::Host::Ip(*ip),
            Host::Name(name) => endpoint::Host::Name(name.clone()),
        },
        port: destination.port,
        family: Family::Any,
    });
    let looking = Until::hold(Some(until), &endpoint, transport::resolve(&endpoint));
    let mut addresses = looking.await.map_err(|error| Undialled {
        code: ReplyCode::HostUnreachable,
        kind: error.kind(),
        why: error.to_string(),
    })?;
    let mut denied = None;
    addresses.retain(|at| match policy.check(caller, command, destination, *at) {
        Ok(Way::Direct) => true,
        Err(why) => {
            denied = Some(why);
            false
        }
    });
    match denied.filter(|_| addresses.is_empty()) {
        Some(denied) => Err(policy.counted(denied).into()),
        None => Ok((endpoint, addresses)),
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
