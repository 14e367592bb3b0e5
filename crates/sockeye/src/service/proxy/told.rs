//! The steps of SOCKS in words, as `--explain` tells them.

use sockeye_proto::socks::{Choice, Command, NAME_AND_PASSWORD, NO_LOGIN, ReplyCode};

use super::policy::Caller;
use super::socks::Asked;

/// Tells what a client could do to log in (RFC 1928 section 3).
pub(super) fn greeting(peer: &str, methods: &[u8]) {
    if !tracing::enabled!(target: "step", tracing::Level::INFO) {
        return;
    }
    let offered: Vec<_> = methods.iter().map(|method| named(*method)).collect();
    let offered = match offered.is_empty() {
        true => "no method".to_owned(),
        false => offered.join(", "),
    };
    tracing::info!(target: "step", "SOCKS 5: {peer} offers {offered}");
}

/// Tells which of it was chosen.
pub(super) fn choice(peer: &str, choice: Choice) {
    match choice {
        Choice::Method(method) => {
            let method = named(method);
            tracing::info!(target: "step", "SOCKS 5: {peer} is to go on by {method}");
        }
        Choice::None => {
            tracing::info!(target: "step", "SOCKS 5: {peer} is told that none of these will do");
        }
    }
}

/// Tells how a login went (RFC 1929). Who was not let in is not named: it may be a password.
pub(super) fn login(peer: &str, caller: Option<&Caller>) {
    match caller {
        Some(caller) => tracing::info!(target: "step", "SOCKS 5: {peer} has logged in: {caller}"),
        None => tracing::info!(target: "step", "SOCKS 5: {peer} is not let in"),
    }
}

/// Tells what a client asks for (RFC 1928 section 4).
pub(super) fn request(peer: &str, asked: &Asked) {
    let version = version(asked);
    let command = match asked.command() {
        Command::Connect => "CONNECT to",
        Command::Bind => "BIND for",
        Command::UdpAssociate => "UDP ASSOCIATE from",
        Command::Unknown(_) => "an unknown command for",
    };
    let destination = asked.destination();
    tracing::info!(target: "step", "SOCKS {version}: {peer} asks for {command} {destination}");
}

/// Tells how a request went (RFC 1928 section 6).
pub(super) fn reply(asked: &Asked, code: ReplyCode) {
    let (version, destination) = (version(asked), asked.destination());
    tracing::info!(target: "step", "SOCKS {version}: reply for {destination}: {code}");
}

fn version(asked: &Asked) -> u8 {
    match asked {
        Asked::V4(..) => 4,
        Asked::V5(..) => 5,
    }
}

/// Returns a method by its name, where it has a common one, and its number.
fn named(method: u8) -> String {
    match method {
        NO_LOGIN => "no login (0)".to_owned(),
        1 => "GSSAPI (1)".to_owned(),
        NAME_AND_PASSWORD => "a name and a password (2)".to_owned(),
        other => format!("method {other}"),
    }
}
