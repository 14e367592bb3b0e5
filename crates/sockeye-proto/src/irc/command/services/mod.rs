//! What people and their scripts say to services: NickServ answers for accounts.
//!
//! A service is no client: nobody sees it anywhere, and nobody can have its nick.

pub(crate) mod nickserv;

use alloc::string::String;

use super::Request;
use crate::irc::id::ClientId;
use crate::irc::message::Line;
use crate::irc::network::Network;

/// Hands what is said to a service over to it; returns whether it was one.
pub(super) fn takes(request: &mut Request<'_>, receiver: &str, text: &str) -> bool {
    let is_meant = means_one(request.network, receiver);
    if is_meant {
        nickserv::command(request, text);
    }
    is_meant
}

/// Returns whether a target is a service.
pub(super) fn means_one(network: &Network, receiver: &str) -> bool {
    let (nick, _) = receiver.split_once('@').unwrap_or((receiver, ""));
    network.settings.accounts && nick.eq_ignore_ascii_case(nickserv::NICK)
}

/// NICKSERV and NS: the whole line is the command, so that no alias can send it to somebody else.
pub(super) fn nickserv_command(request: &mut Request<'_>) {
    let text = request.message.params.join(" ");
    nickserv::command(request, &text);
}

/// Returns whether a nick, as compared, belongs to a service.
pub(crate) fn has(folded: &str) -> bool {
    folded.eq_ignore_ascii_case(nickserv::NICK) || folded.eq_ignore_ascii_case("ChanServ")
}

/// Writes what a service says to a client.
fn say(service: &str, to: ClientId, network: &Network, lines: &mut String, text: &str) {
    let server = &network.settings.server;
    let nick = network.clients.find(to).map_or("*", |to| &to.nick);
    let source = [service, "!", service, "@", server].concat();
    let line = Line::new(lines).source(&source).command("NOTICE");
    line.param(nick).trailing(text);
}
