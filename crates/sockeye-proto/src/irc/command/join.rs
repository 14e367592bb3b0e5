//! JOIN (Modern IRC, section JOIN message).

use alloc::string::String;
use alloc::vec::Vec;

use super::part::Part;
use super::{Request, away, markread, names, playback, ranks, targets, topic};
use crate::irc::caps::Caps;
use crate::irc::event::Stamp;
use crate::irc::history::{Buffer, HistoryRequest, Keep, Query, Reply};
use crate::irc::id::{ChannelId, ClientId, SessionId};
use crate::irc::lookalike;
use crate::irc::network::channel::Channel;
use crate::irc::network::modes::{Flag, Modes};
use crate::irc::network::rank::{Prefix, Rank};
use crate::irc::network::{Client, Effects, Event, Intent, Network, Refusal, Relay, Session};
use crate::irc::numeric::{
    ERR_BADCHANNELKEY, ERR_BANNEDFROMCHAN, ERR_CHANNELISFULL, ERR_INVITEONLYCHAN, ERR_LINKCHANNEL,
    ERR_NEEDREGGEDNICK, ERR_NOSUCHCHANNEL, ERR_TOOMANYCHANNELS, ERR_TOOMANYTARGETS, Numeric,
};
use crate::irc::power::Power;

/// Joining one channel, which need not exist.
#[derive(Debug)]
pub(crate) struct Join {
    pub(crate) client: ClientId,
    /// As the client wrote it.
    name: String,
    pub(crate) folded: String,
    key: Option<String>,
}

/// What joining means now.
#[derive(Debug)]
pub(crate) enum Entry {
    /// It is a member already: nothing happens.
    Nothing,
    /// The channel exists.
    Existing(ChannelId),
    /// The channel sends who may not join to this other one (`+f`).
    Forwarded(ChannelId),
    /// It is made.
    New,
}

pub(super) fn join(request: &mut Request<'_>) {
    let names = request.param(0).unwrap_or_default();
    if names == "0" {
        return leave_all(request);
    }
    if targets(names).count() > JOIN_TARGETS_MAX {
        return request.reply(ERR_TOOMANYTARGETS).param(names).text();
    }
    let mut keys = request.param(1).unwrap_or_default().split(',');
    for name in targets(names) {
        let key = keys.next().filter(|key| !key.is_empty()).map(String::from);
        let mapping = &request.network.settings.casemapping;
        match mapping.fold(name).filter(|_| mapping.is_channel(name)) {
            Some(folded) => request.act(Event::Join(Join {
                client: request.client.id,
                name: name.into(),
                folded,
                key,
            })),
            None => request.reply(ERR_NOSUCHCHANNEL).param(name).text(),
        }
    }
}

/// `JOIN 0`: parts all channels.
fn leave_all(request: &mut Request<'_>) {
    let client = request.client;
    let channels = client.channels.iter();
    for channel in channels.filter_map(|&id| request.network.channels.find(id)) {
        request.act(Event::Part(Part {
            client: client.id,
            channel: channel.id,
            name: channel.name.clone(),
            reason: None,
        }));
    }
}

impl Join {
    /// Says that a new channel would look like another one.
    fn lookalike(&self, network: &Network) -> Option<(Numeric, &'static str)> {
        let looks = lookalike::looks(&self.name, &self.folded);
        let other = network.channels.by_look(&looks, None);
        other.map(|_| (ERR_NOSUCHCHANNEL, CHANNEL_ALIKE))
    }
}

impl Intent for Join {
    type Change = Entry;

    fn plan(&self, network: &Network) -> Result<Entry, Refusal> {
        let refused = |numeric| Err(network.refusal(self.client, numeric, [&self.name]));
        let Some(client) = network.clients.find(self.client) else {
            return Err(Refusal(String::new()));
        };
        let channel = network.channels.by_folded_name(&self.folded);
        if channel.is_some_and(|channel| channel.rank(client.id).is_some()) {
            return Ok(Entry::Nothing);
        }
        if client.channels.len() >= JOINED_MAX {
            return refused(ERR_TOOMANYCHANNELS);
        }
        let Some(channel) = channel else {
            let why = self
                .lookalike(network)
                .or_else(|| too_many(network, client));
            return why.map_or(Ok(Entry::New), |(numeric, why)| {
                let mut lines = String::new();
                let reply = network.reply(self.client, numeric, &mut lines);
                reply.param(&self.name).trailing(why);
                Err(Refusal(lines))
            });
        };
        let Some(numeric) = obstacle(client, channel, self.key.as_deref()) else {
            return Ok(Entry::Existing(channel.id));
        };
        match forward(network, client, channel) {
            Some(other) => Ok(Entry::Forwarded(other)),
            None => refused(numeric),
        }
    }

    fn commit(
        self,
        change: Entry,
        stamp: &Stamp,
        network: &mut Network,
        effects: &mut Effects<'_>,
    ) {
        let Some(client) = network.clients.find(self.client) else {
            return;
        };
        let id = match change {
            Entry::Nothing => return,
            Entry::Existing(id) => id,
            Entry::Forwarded(id) => {
                let lines = effects.replies.lines();
                let other = network.channels.find(id).map_or("", |other| &other.name);
                let reply = network.reply(self.client, ERR_LINKCHANNEL, lines);
                reply.params([&*self.name, other]).text();
                id
            }
            Entry::New => {
                let id = ChannelId(stamp.number);
                let mut channel = Channel::new(id, self.name, stamp.wall_ms);
                channel.modes = Modes::of_new_channel(&network.settings);
                channel.made_from = Some(client.host.clone());
                channel.founder = client.account.as_ref().map(|account| account.id);
                network.channels.insert(self.folded, channel);
                id
            }
        };
        enter(self.client, id, network);
        network.touch(self.client);
        announce(self.client, id, stamp, network, effects);
        let client = network.clients.find(self.client);
        for session in client.map_or(Vec::new(), |client| client.sessions.clone()) {
            show(session, id, stamp, network, effects);
        }
    }
}

/// Shows a session a channel that its client has joined: topic, names, and what was said.
pub(super) fn show(
    id: SessionId,
    channel: ChannelId,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) {
    let asks = Caps::NO_IMPLICIT_NAMES | Caps::DRAFT_NO_IMPLICIT_NAMES;
    let caps = network.sessions.find(id).map(|session| session.caps);
    let shows_names = caps.filter(|caps| !caps.has_any(asks));
    if let Some(caps) = shows_names {
        names::prepare(caps, channel, network);
    }
    let mut lines = String::new();
    if let Some(session) = network.sessions.find(id) {
        topic::show(session.client, channel, network, &mut lines);
        show_read_mark(session, channel, network, &mut lines);
        // Who has no-implicit-names asks for itself.
        if shows_names.is_some() {
            names::show(session, channel, network, &mut lines);
        }
        if let Some(channel) = network.channels.find(channel) {
            network.show_joined(session, channel, &mut lines);
        }
    }
    effects.say(id, lines);
    let asks_again = caps.is_some_and(|caps| caps.has(Caps::PLAYBACK));
    let again = match asks_again {
        true => playback::on_join(id, channel, stamp, network),
        false => replay(id, channel, stamp, network),
    };
    if let Some(request) = again {
        effects.history(request, network);
    }
}

/// Tells up to when the channel has been read, before the names end (IRCv3 draft/read-marker).
pub(super) fn show_read_mark(
    session: &Session,
    channel: ChannelId,
    network: &Network,
    lines: &mut String,
) {
    if let (Some(client), Some(channel)) = (
        network.clients.find(session.client),
        network.channels.find(channel),
    ) && session.caps.has(Caps::READ_MARKER)
    {
        markread::show(client, &channel.name, network, lines);
    }
}

/// Returns what keeps a client out of a channel.
fn obstacle(client: &Client, channel: &Channel, key: Option<&str>) -> Option<Numeric> {
    // Whom it belongs to gets in, or a channel with stored state could be closed for good.
    if rank_on_joining(client, channel).is_at_least(Prefix::Operator) {
        return None;
    }
    let modes = &channel.modes;
    let is_invited = client.invites.contains(&channel.id);
    let is_full = |limit| channel.members.len() >= limit as usize;
    if modes.key.is_some() && modes.key.as_deref() != key {
        Some(ERR_BADCHANNELKEY)
    } else if modes.limit.is_some_and(is_full) {
        Some(ERR_CHANNELISFULL)
    } else if modes.has(Flag::InviteOnly) && !is_invited && !modes.invites(client) {
        Some(ERR_INVITEONLYCHAN)
    } else if modes.bans(client) {
        Some(ERR_BANNEDFROMCHAN)
    } else if modes.has(Flag::RegisteredJoin) && client.account.is_none() {
        Some(ERR_NEEDREGGEDNICK)
    } else {
        None
    }
}

/// Returns where a channel sends a client that may not join it: one step, to a channel that it may
/// join and is not on.
fn forward(network: &Network, client: &Client, channel: &Channel) -> Option<ChannelId> {
    let other = network.channel_by_name(channel.modes.forward.as_deref()?)?;
    let is_open = other.rank(client.id).is_none() && obstacle(client, other, None).is_none();
    is_open.then_some(other.id)
}

/// Says why no further channel can be made by a client.
fn too_many(network: &Network, client: &Client) -> Option<(Numeric, &'static str)> {
    let why = if network.channels.len() >= CHANNELS_MAX {
        "The network has too many channels"
    } else if network.channels.made_from(&client.host) >= CHANNELS_MADE_MAX {
        "Too many channels were made from your network"
    } else {
        return None;
    };
    Some((ERR_TOOMANYCHANNELS, why))
}

/// Makes the client a member.
fn enter(client: ClientId, channel: ChannelId, network: &mut Network) {
    let (Some(client), Some(channel)) = (
        network.clients.find_mut(client),
        network.channels.find_mut(channel),
    ) else {
        return;
    };
    channel.add_member(client, rank_on_joining(client, channel));
    client.channels.push(channel.id);
    client.invites.retain(|&invited| invited != channel.id);
}

/// A channel belongs to its founder's account, also when empty, and accounts may keep ranks in it;
/// one without stored state that is empty is operated by its first joiner, who has just made it, and
/// all by admins.
pub(super) fn rank_on_joining(client: &Client, channel: &Channel) -> Rank {
    let is_first = channel.members.is_empty() && !channel.stored;
    let by_account = channel.rank_by_account(client);
    match is_first || client.may(Power::Channels) {
        true => by_account.with(Rank::of([Prefix::Operator])),
        false => by_account,
    }
}

fn announce(
    id: ClientId,
    channel: ChannelId,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) {
    let (Some(client), Some(joined)) = (network.clients.find(id), network.channels.find(channel))
    else {
        return;
    };
    let relay = news(client, &joined.name, stamp);
    let away = client.away.is_some().then(|| away::news(client, stamp));
    // The joiner itself sees its rank among the names.
    let rank = joined.rank(id).unwrap_or_default();
    let rank = ranks::news(
        client,
        joined,
        (true, rank),
        &network.settings.server,
        stamp,
    );
    effects.echo(&relay, network);
    let own = effects.replies.to();
    network.send_to_viewers(channel, id, own, &relay, effects.outputs);
    for relay in [rank, away].iter().flatten() {
        network.send_to_witnesses(channel, id, relay, effects.outputs);
    }
    network.tell_keys_of_joiner(id, channel, stamp, effects.outputs);
}

/// Makes what the members of a channel are told of a new one.
pub(super) fn news<'a>(client: &Client, channel: &str, stamp: &'a Stamp) -> Relay<'a> {
    let relay = Relay::new(stamp, |line| {
        line.source(&client.source)
            .command("JOIN")
            .param(channel)
            .end();
    });
    let account = client.account.as_ref().map_or("*", |account| &account.name);
    relay.by(client).extended(|line| {
        let line = line.source(&client.source).command("JOIN");
        line.params([channel, account]).trailing(&client.realname);
    })
}

/// Returns what shows the latest stored messages to a session that cannot ask for them.
fn replay(
    id: SessionId,
    channel: ChannelId,
    stamp: &Stamp,
    network: &Network,
) -> Option<HistoryRequest> {
    let (session, channel) = (network.sessions.find(id)?, network.channels.find(channel)?);
    let settings = &network.settings;
    let wanted = settings.history && settings.replay_on_join > 0 && channel.stored;
    if !wanted || session.caps.has(Caps::CHATHISTORY) {
        return None;
    }
    Some(HistoryRequest {
        to: id,
        query: Query::Messages {
            buffer: Buffer::Channel {
                id: channel.id,
                events: false,
            },
            after: None,
            before: None,
            keep: Keep::Last,
            limit: settings.replay_on_join,
        },
        upto: stamp.number,
        reply: Reply {
            server: settings.server.clone(),
            caps: session.caps,
            target: channel.name.clone(),
            label: None,
            batch: String::new(),
            channels: Vec::new(),
            asked: None,
            hidden: Vec::new(),
        },
    })
}

/// Why a channel cannot be made, or get a name.
pub(super) const CHANNEL_ALIKE: &str = "The name looks like that of another channel";

/// Most channels that one client is on.
pub(crate) const JOINED_MAX: usize = 50;

/// Most channels of the network: with stored state they stay, so they need a limit. About 1 KiB
/// each when empty.
pub(crate) const CHANNELS_MAX: usize = 100_000;

/// Most channels that clients from one host have made since the hub's start and that are still
/// there: a fiftieth of all, so that one host cannot use them up.
pub(crate) const CHANNELS_MADE_MAX: usize = CHANNELS_MAX / 50;

/// Most channels of one JOIN.
pub(crate) const JOIN_TARGETS_MAX: usize = 10;
