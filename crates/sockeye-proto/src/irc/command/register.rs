//! Coming onto the network, and PASS and USER after that (Modern IRC, section Connection
//! Messages).

use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;

use super::nick::KEPT;
use super::{Request, server};
use crate::irc::event::Stamp;
use crate::irc::history::time_text;
use crate::irc::id::{ClientId, SessionId};
use crate::irc::input::{Candidate, Output};
use crate::irc::isupport;
use crate::irc::network::client::UserModes;
use crate::irc::network::{Client, Effects, Network, Session, client};
use crate::irc::numeric::{
    ERR_ALREADYREGISTERED, ERR_ERRONEUSNICKNAME, ERR_NICKNAMEINUSE, RPL_CREATED, RPL_MYINFO,
    RPL_WELCOME, RPL_YOURHOST,
};

pub(super) fn again(request: &mut Request<'_>) {
    request.reply(ERR_ALREADYREGISTERED).text();
}

/// Takes a client in and welcomes it, or refuses its nick; returns whether it is in.
pub(crate) fn enter(
    candidate: Candidate,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) -> bool {
    let mapping = &network.settings.casemapping;
    let nick = &candidate.nick;
    let folded = mapping.fold(nick).filter(|_| mapping.is_nick(nick));
    let account = candidate.account.as_ref();
    let is_kept = (folded.as_ref()).is_some_and(|folded| network.is_kept_from(account, folded));
    let refused = match &folded {
        None => Some(ERR_ERRONEUSNICKNAME),
        Some(_) if is_kept => Some(ERR_NICKNAMEINUSE),
        Some(folded) => network
            .clients
            .by_folded_nick(folded)
            .map(|_| ERR_NICKNAMEINUSE),
    };
    let id = candidate.session;
    if let (Some(folded), None) = (folded, refused) {
        let (caps, link) = (candidate.caps, candidate.link.clone());
        let newcomer = newcomer(candidate, folded, stamp, network);
        let client = newcomer.id;
        network.clients.insert(newcomer);
        network.attach(Session::new(id, client, caps, link));
        effects.outputs.push(Output::Entered { session: id });
        announce(client, id, stamp, network, effects);
        welcome(id, network, effects.replies.lines());
        return true;
    }
    let mut lines = String::new();
    if let Some(numeric) = refused {
        let reply = numeric.to(&mut lines, &network.settings.server, "*");
        match is_kept {
            true => reply.param(nick).trailing(KEPT),
            false => reply.param(nick).text(),
        }
    }
    effects.outputs.push(Output::NickRefused {
        session: id,
        lines: Bytes::from(lines),
    });
    false
}

/// Tells those who want to know that a client has come.
fn announce(
    id: ClientId,
    session: SessionId,
    stamp: &Stamp,
    network: &Network,
    effects: &mut Effects<'_>,
) {
    network.tell_online(id, stamp, effects.outputs);
    if let (Some(client), Some(session)) =
        (network.clients.find(id), network.sessions.find(session))
    {
        let address = session.link.address.as_deref().unwrap_or("no address");
        let text = format_args!("Client connecting: {} ({address})", client.source);
        network.notify_operators(id, text, stamp, effects.outputs);
    }
}

fn newcomer(candidate: Candidate, folded: String, stamp: &Stamp, network: &mut Network) -> Client {
    Client {
        id: network.clients.next_id(),
        source: client::source(&candidate.nick, &candidate.user, &candidate.host),
        nick: candidate.nick,
        folded,
        user: candidate.user,
        host: candidate.host,
        realname: candidate.realname,
        account: candidate.account,
        away: candidate.away,
        sessions: Vec::new(),
        modes: UserModes::default(),
        channels: Vec::new(),
        invites: Vec::new(),
        signed_on_ms: stamp.wall_ms,
        last_spoke_ms: stamp.wall_ms,
        mark: 0,
    }
}

fn welcome(session: SessionId, network: &Network, lines: &mut String) {
    let settings = &network.settings;
    let Some(client) = network.client_of(session) else {
        return;
    };
    let (to, source) = (client.id, &client.source);
    let text = format_args!("Welcome to the {} Network, {source}", settings.network);
    network.reply(to, RPL_WELCOME, lines).trailing_fmt(text);
    let text = format_args!(
        "Your host is {}, running version {}",
        settings.server, settings.version
    );
    network.reply(to, RPL_YOURHOST, lines).trailing_fmt(text);
    let text = format_args!("This server was created {}", time_text(settings.created_ms));
    network.reply(to, RPL_CREATED, lines).trailing_fmt(text);
    let reply = network.reply(to, RPL_MYINFO, lines);
    reply
        .params([
            &*settings.server,
            &settings.version,
            "BRiosw",
            "CIMRUabefhiklmnoqstuv",
            "Iabefhkloqv",
        ])
        .end();
    isupport::show(session, network, lines);
    server::show_lusers(to, network, lines);
    server::show_motd(to, network, lines);
}
