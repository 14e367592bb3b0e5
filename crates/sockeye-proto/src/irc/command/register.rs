//! Coming onto the network, and PASS and USER after that (Modern IRC, section Connection
//! Messages).

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;

use super::nick::KEPT;
use super::{Request, server};
use crate::irc::event::Stamp;
use crate::irc::history::time_text;
use crate::irc::id::SessionId;
use crate::irc::input::{Candidate, Output};
use crate::irc::isupport;
use crate::irc::network::session::UserModes;
use crate::irc::network::{Effects, Network, Session, session};
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
            .sessions
            .by_folded_nick(folded)
            .map(|_| ERR_NICKNAMEINUSE),
    };
    let id = candidate.session;
    if let (Some(folded), None) = (folded, refused) {
        network.sessions.insert(newcomer(candidate, folded, stamp));
        effects.outputs.push(Output::Entered { session: id });
        network.tell_online(id, stamp, effects.outputs);
        if let Some(session) = network.sessions.find(id) {
            let address = session.link.address.as_deref().unwrap_or("no address");
            let text = format_args!("Client connecting: {} ({address})", session.source);
            network.notify_operators(id, text, stamp, effects.outputs);
        }
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

fn newcomer(candidate: Candidate, folded: String, stamp: &Stamp) -> Session {
    Session {
        id: candidate.session,
        source: session::source(&candidate.nick, &candidate.user, &candidate.host),
        nick: candidate.nick,
        folded,
        user: candidate.user,
        host: candidate.host,
        realname: candidate.realname,
        caps: candidate.caps,
        account: candidate.account,
        away: candidate.away,
        link: candidate.link,
        modes: UserModes::default(),
        channels: Vec::new(),
        invites: Vec::new(),
        monitors: BTreeMap::new(),
        signed_on_ms: stamp.wall_ms,
        last_spoke_ms: stamp.wall_ms,
        batches: 0,
        mark: 0,
    }
}

fn welcome(to: SessionId, network: &Network, lines: &mut String) {
    let settings = &network.settings;
    let source = network
        .sessions
        .find(to)
        .map_or("", |session| &session.source);
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
    isupport::show(to, network, lines);
    server::show_lusers(to, network, lines);
    server::show_motd(to, network, lines);
}
