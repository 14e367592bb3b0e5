//! What people and their scripts say to services: NickServ answers for accounts, ChanServ for
//! channels.
//!
//! A service is no client: it is on no channel and in no list, and nobody can have its nick. WHOIS,
//! ISON and USERHOST tell that it is there.

pub(crate) mod chanserv;
pub(crate) mod nickserv;
mod presence;

use alloc::string::String;

use super::Request;
use crate::irc::id::ClientId;
use crate::irc::message::Line;
use crate::irc::network::{Network, Refusal};

/// Hands what is said to a service over to it; returns whether it was one.
pub(super) fn takes(request: &mut Request<'_>, receiver: &str, text: &str) -> bool {
    match meant(request.network, receiver) {
        Some(nickserv::NICK) => nickserv::command(request, text),
        Some(_) => chanserv::command(request, text),
        None => return false,
    }
    true
}

/// Returns whether a target is a service.
pub(super) fn means_one(network: &Network, receiver: &str) -> bool {
    meant(network, receiver).is_some()
}

fn meant(network: &Network, receiver: &str) -> Option<&'static str> {
    let (nick, _) = receiver.split_once('@').unwrap_or((receiver, ""));
    find(nick, network)
}

/// NICKSERV and NS: the whole line is the command, so that no alias can send it to somebody else.
pub(super) fn nickserv_command(request: &mut Request<'_>) {
    let text = request.message.params.join(" ");
    nickserv::command(request, &text);
}

/// CHANSERV and CS, the same.
pub(super) fn chanserv_command(request: &mut Request<'_>) {
    let text = request.message.params.join(" ");
    chanserv::command(request, &text);
}

/// Returns whether a nick, as compared, belongs to a service.
pub(crate) fn has(folded: &str) -> bool {
    NICKS.iter().any(|nick| folded.eq_ignore_ascii_case(nick))
}

/// Returns the service that answers to a nick; where there are no accounts there is none.
pub(crate) fn find(nick: &str, network: &Network) -> Option<&'static str> {
    let mut nicks = NICKS.into_iter();
    nicks.find(|service| network.settings.accounts && nick.eq_ignore_ascii_case(service))
}

/// Returns what a service is, in a few words.
pub(crate) fn about(service: &str) -> &'static str {
    match service {
        nickserv::NICK => "Service for accounts: /MSG NickServ HELP",
        _ => "Service for channels: /MSG ChanServ HELP",
    }
}

/// Returns the source of what a service says and does.
pub(crate) fn source(service: &str, network: &Network) -> String {
    [service, "!", service, "@", &network.settings.server].concat()
}

/// Makes the refusal that a service says.
fn refusal(service: &str, to: ClientId, network: &Network, text: &str) -> Refusal {
    let mut lines = String::new();
    say(service, to, network, &mut lines, text);
    Refusal(lines)
}

/// Writes what a service says to a client.
pub(super) fn say(service: &str, to: ClientId, network: &Network, lines: &mut String, text: &str) {
    let nick = network.clients.find(to).map_or("*", |to| &to.nick);
    let source = source(service, network);
    let line = Line::new(lines).source(&source).command("NOTICE");
    line.param(nick).trailing(text);
}

/// The nicks of all services.
pub(crate) const NICKS: [&str; 2] = [nickserv::NICK, chanserv::NICK];
