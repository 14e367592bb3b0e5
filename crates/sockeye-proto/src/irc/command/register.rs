//! Coming onto the network, and PASS and USER after that (Modern IRC, section Connection
//! Messages).

use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;

use super::nick::{ALIKE, KEPT};
use super::{Request, join, playback, server};
use crate::irc::caps::Caps;
use crate::irc::deed::Act;
use crate::irc::event::Stamp;
use crate::irc::history::{HistoryRequest, Point, Query, time_text};
use crate::irc::id::{AccountId, ClientId, SessionId};
use crate::irc::input::{AccountRef, Candidate, Output};
use crate::irc::isupport;
use crate::irc::message::Line;
use crate::irc::metadata::{Keys, Pace};
use crate::irc::network::client::UserModes;
use crate::irc::network::{Client, Effects, Network, Session, Typing, Whom, client};
use crate::irc::numeric::{
    ERR_ALREADYREGISTERED, ERR_ERRONEUSNICKNAME, ERR_NICKNAMEINUSE, Numeric, RPL_CREATED,
    RPL_MYINFO, RPL_WELCOME, RPL_YOURHOST,
};

pub(super) fn again(request: &mut Request<'_>) {
    request.reply(ERR_ALREADYREGISTERED).text();
}

/// What it means that somebody asks to enter.
enum Arrival {
    /// A client comes whose nick is compared as this.
    New(String),
    /// A client has one more connection.
    Attach(ClientId),
    /// The nick cannot be had.
    Refused(Numeric, &'static str),
}

/// Takes a client or one more connection of it in and welcomes it; returns the places of those
/// changes of metadata that came with it and are refused. `None`: its nick is.
pub(crate) fn enter(
    candidate: Candidate,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) -> Option<Vec<usize>> {
    let session = candidate.session;
    let entered = Output::Entered { session };
    match Arrival::of(&candidate, network) {
        Arrival::New(folded) => {
            effects.outputs.push(entered);
            Some(come(candidate, folded, stamp, network, effects))
        }
        Arrival::Attach(client) => {
            effects.outputs.push(entered);
            Some(attach(candidate, client, stamp, network, effects))
        }
        Arrival::Refused(numeric, why) => {
            let mut lines = String::new();
            let reply = numeric.to(&mut lines, &network.settings.server, "*");
            reply.param(&candidate.nick).trailing(why);
            let lines = Bytes::from(lines);
            effects.outputs.push(Output::NickRefused { session, lines });
            None
        }
    }
}

impl Arrival {
    fn of(candidate: &Candidate, network: &Network) -> Self {
        let mapping = &network.settings.casemapping;
        let (nick, account) = (&candidate.nick, candidate.account.as_ref());
        let Some(folded) = mapping.fold(nick).filter(|_| mapping.is_nick(nick)) else {
            return Self::Refused(ERR_ERRONEUSNICKNAME, ERR_ERRONEUSNICKNAME.text);
        };
        if network.is_kept_from(account, nick, &folded) {
            return Self::Refused(ERR_NICKNAMEINUSE, KEPT);
        }
        let Some(holder) = network.clients.by_folded_nick(&folded) else {
            let looks = mapping.looks(nick);
            return match network.clients.by_look(&looks, None) {
                Some(_) => Self::Refused(ERR_NICKNAMEINUSE, ALIKE),
                None => Self::New(folded),
            };
        };
        let own = account.filter(|own| holder.account.as_ref().is_some_and(|it| it.id == own.id));
        match own {
            Some(own) if !network.shares_nicks(own.id) => {
                Self::Refused(ERR_NICKNAMEINUSE, NOT_SHARED)
            }
            Some(own) if devices(own.id, network) >= network.settings.presence.devices_max => {
                Self::Refused(ERR_NICKNAMEINUSE, TOO_MANY)
            }
            Some(_) => Self::Attach(holder.id),
            None => Self::Refused(ERR_NICKNAMEINUSE, ERR_NICKNAMEINUSE.text),
        }
    }
}

/// Returns how many connections an account has.
fn devices(account: AccountId, network: &Network) -> usize {
    let clients = network.clients.of_account(account);
    clients.map(|client| client.sessions.len()).sum()
}

fn come(
    mut candidate: Candidate,
    folded: String,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) -> Vec<usize> {
    let early = candidate.metadata.take();
    let session = Session::of(&candidate, network.clients.next_id());
    let (id, client) = (session.id, session.client);
    network
        .clients
        .insert(newcomer(client, candidate, folded, stamp));
    network.attach(session);
    network.settle_away(client);
    network.settle_stay(client);
    network.tell_online(client, stamp, effects.outputs);
    announce(id, stamp, network, effects);
    let mut failures = String::new();
    let refused = network.take_early(id, early, stamp, &mut failures, effects.outputs);
    welcome(id, network, effects.replies.lines());
    effects.replies.lines().push_str(&failures);
    refused
}

/// Gives a client one more connection and shows that all that the client is.
fn attach(
    mut candidate: Candidate,
    id: ClientId,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) -> Vec<usize> {
    let early = candidate.metadata.take();
    let session = Session::of(&candidate, id);
    let alone_since_ms = network
        .clients
        .find(id)
        .filter(|client| client.sessions.is_empty())
        .map(|client| client.seen_ms);
    renew_account(id, candidate.account, stamp, network, effects);
    if let Some(client) = network.clients.find_mut(id) {
        client.seen_ms = stamp.wall_ms;
        client.away_left = None;
    }
    let device = session.id;
    network.attach(session);
    announce(device, stamp, network, effects);
    let mut failures = String::new();
    let refused = network.take_early(device, early, stamp, &mut failures, effects.outputs);
    welcome(device, network, effects.replies.lines());
    effects.replies.lines().push_str(&failures);
    let Some(client) = network.clients.find(id) else {
        return refused;
    };
    let modes = client.mode_letters();
    if modes != "+" {
        let line = Line::new(effects.replies.lines()).source(&client.source);
        line.command("MODE").params([&*client.nick, &modes]).end();
    }
    for channel in client.channels.clone() {
        if let (Some(client), Some(joined)) =
            (network.clients.find(id), network.channels.find(channel))
        {
            let joined = join::news(client, &joined.name, stamp);
            effects.echo(&joined, network);
        }
        join::show(device, channel, stamp, network, effects);
    }
    let missed = alone_since_ms.and_then(|since_ms| missed(device, since_ms, stamp, network));
    if let Some(request) = missed {
        effects.history(request, network);
    }
    network.tell_away(id, stamp, effects);
    network.touch(id);
    refused
}

/// Returns what shows the direct messages that came while nobody was connected to a session that
/// cannot ask for them.
fn missed(
    id: SessionId,
    since_ms: u64,
    stamp: &Stamp,
    network: &Network,
) -> Option<HistoryRequest> {
    let session = network.sessions.find(id)?;
    let client = network.client_of(id)?;
    let settings = &network.settings;
    let wanted = settings.history && settings.replay_on_join > 0;
    if !wanted || session.caps.has_any(Caps::CHATHISTORY | Caps::PLAYBACK) {
        return None;
    }
    let query = Query::Directs {
        owner: client.account.as_ref()?.id,
        // What came within the same millisecond is rather shown twice than not at all.
        after: Some(Point::Time(since_ms.saturating_sub(1))),
        before: None,
        limit: settings.replay_on_join,
    };
    playback::replayed(network, id, (query, client.nick.clone()), stamp)
}

/// Takes over what a new login says of the account: whether it is an operator's.
fn renew_account(
    id: ClientId,
    account: Option<AccountRef>,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) {
    let was_operator = network.clients.find(id).is_some_and(Client::is_operator);
    network.clients.set_account(id, account);
    let Some(client) = network.clients.find(id) else {
        return;
    };
    if client.is_operator() == was_operator {
        return;
    }
    for &session in &client.sessions {
        let mut lines = String::new();
        let change = if was_operator { "-o" } else { "+o" };
        let line = Line::new(&mut lines).source(&client.source);
        line.command("MODE").params([&*client.nick, change]).end();
        effects.say(session, lines);
    }
    for channel in client.channels.clone() {
        network.grant(id, channel, stamp, effects);
    }
}

/// Tells the operators who want to know that somebody has come.
fn announce(id: SessionId, stamp: &Stamp, network: &Network, effects: &mut Effects<'_>) {
    if let (Some(client), Some(session)) = (network.client_of(id), network.sessions.find(id)) {
        let address = session.link.address.as_deref().unwrap_or("no address");
        network.notify_of_newcomer(client, address, stamp, effects.outputs);
        if client.is_operator() {
            let whom = Whom::client(client, network, "");
            network.record_act(Act::Operator, client.id, whom, effects);
        }
    }
}

fn newcomer(id: ClientId, candidate: Candidate, folded: String, stamp: &Stamp) -> Client {
    Client {
        id,
        source: client::source(&candidate.nick, &candidate.user, &candidate.host),
        nick: candidate.nick,
        folded,
        user: candidate.user,
        host: candidate.host,
        realname: candidate.realname,
        account: candidate.account,
        away: None,
        away_left: None,
        sessions: Vec::new(),
        modes: UserModes::default(),
        channels: Vec::new(),
        invites: Vec::new(),
        signed_on_ms: stamp.wall_ms,
        seen_ms: stamp.wall_ms,
        last_spoke_ms: stamp.wall_ms,
        keys: Keys::default(),
        keys_pace: Pace::default(),
        typing: Typing::default(),
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
    if let Some(session) = network.sessions.find(session) {
        network.show_own_keys(session, lines);
    }
    server::show_lusers(to, network, lines);
    server::show_motd(to, network, lines);
}

const NOT_SHARED: &str = "Nickname is already in use, and your account does not share nicks";

const TOO_MANY: &str =
    "Nickname is already in use, and your account has as many connections as it may";
