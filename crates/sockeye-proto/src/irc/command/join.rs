//! JOIN (Modern IRC, section JOIN message).

use alloc::string::String;
use alloc::vec::Vec;

use super::part::Part;
use super::{Request, away, names, targets, topic};
use crate::irc::caps::Caps;
use crate::irc::event::Stamp;
use crate::irc::history::{HistoryRequest, Keep, Query, Reply};
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::network::channel::{Channel, Rank};
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay, Session};
use crate::irc::numeric::{
    ERR_BADCHANNELKEY, ERR_BANNEDFROMCHAN, ERR_CHANNELISFULL, ERR_INVITEONLYCHAN,
    ERR_NOSUCHCHANNEL, ERR_TOOMANYCHANNELS, ERR_TOOMANYTARGETS,
};

/// Joining one channel, which need not exist.
#[derive(Debug)]
pub(crate) struct Join {
    session: SessionId,
    /// As the client wrote it.
    name: String,
    folded: String,
    key: Option<String>,
}

/// What joining means now.
#[derive(Debug)]
pub(crate) enum Entry {
    /// It is a member already: nothing happens.
    Nothing,
    /// The channel exists.
    Existing(ChannelId),
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
                session: request.session.id,
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
    let session = request.session;
    for &channel in &session.channels {
        request.act(Event::Part(Part {
            session: session.id,
            channel,
            reason: None,
        }));
    }
}

impl Intent for Join {
    type Change = Entry;

    fn plan(&self, network: &Network) -> Result<Entry, Refusal> {
        let refused = |numeric| Err(network.refusal(self.session, numeric, [&self.name]));
        let Some(session) = network.sessions.find(self.session) else {
            return Err(Refusal(String::new()));
        };
        let channel = network.channels.by_folded_name(&self.folded);
        if channel.is_some_and(|channel| channel.rank(session.id).is_some()) {
            return Ok(Entry::Nothing);
        }
        if session.channels.len() >= JOINED_MAX {
            return refused(ERR_TOOMANYCHANNELS);
        }
        let Some(channel) = channel else {
            return match too_many(network, session) {
                None => Ok(Entry::New),
                Some(why) => {
                    let mut lines = String::new();
                    let reply = network.reply(self.session, ERR_TOOMANYCHANNELS, &mut lines);
                    reply.param(&self.name).trailing(why);
                    Err(Refusal(lines))
                }
            };
        };
        // Whom it belongs to gets in, or a channel with stored state could be closed for good.
        if is_operator_on_joining(session, channel) {
            return Ok(Entry::Existing(channel.id));
        }
        let modes = &channel.modes;
        if modes.key.is_some() && modes.key != self.key {
            return refused(ERR_BADCHANNELKEY);
        }
        if modes
            .limit
            .is_some_and(|limit| channel.members.len() >= limit as usize)
        {
            return refused(ERR_CHANNELISFULL);
        }
        if modes.invite_only && !session.invites.contains(&channel.id) {
            return refused(ERR_INVITEONLYCHAN);
        }
        if channel.is_banned(&session.source) {
            return refused(ERR_BANNEDFROMCHAN);
        }
        Ok(Entry::Existing(channel.id))
    }

    fn commit(
        self,
        change: Entry,
        stamp: &Stamp,
        network: &mut Network,
        effects: &mut Effects<'_>,
    ) {
        let Some(session) = network.sessions.find(self.session) else {
            return;
        };
        let id = match change {
            Entry::Nothing => return,
            Entry::Existing(id) => id,
            Entry::New => {
                let id = ChannelId(stamp.number);
                let mut channel = Channel::new(id, self.name, stamp.wall_ms);
                channel.made_from = Some(session.host.clone());
                channel.founder = session.account.as_ref().map(|account| account.id);
                network.channels.insert(self.folded, channel);
                id
            }
        };
        enter(self.session, id, network);
        announce(self.session, id, stamp, network, effects);
        topic::show(self.session, id, network, effects.replies.lines());
        show_names(self.session, id, network, effects);
        replay(self.session, id, stamp, network, effects);
    }
}

/// Writes who is there, unless the client asks for itself (IRCv3 no-implicit-names).
fn show_names(to: SessionId, channel: ChannelId, network: &Network, effects: &mut Effects<'_>) {
    let asks = Caps::NO_IMPLICIT_NAMES | Caps::DRAFT_NO_IMPLICIT_NAMES;
    let session = network.sessions.find(to);
    if !session.is_some_and(|session| session.caps.has_any(asks)) {
        names::show(to, channel, network, effects.replies.lines());
    }
}

/// Says why no further channel can be made by a client.
fn too_many(network: &Network, session: &Session) -> Option<&'static str> {
    if network.channels.len() >= CHANNELS_MAX {
        Some("The network has too many channels")
    } else if network.channels.made_from(&session.host) >= CHANNELS_MADE_MAX {
        Some("Too many channels were made from your network")
    } else {
        None
    }
}

/// Makes the session a member.
fn enter(session: SessionId, channel: ChannelId, network: &mut Network) {
    let (Some(session), Some(channel)) = (
        network.sessions.find_mut(session),
        network.channels.find_mut(channel),
    ) else {
        return;
    };
    let operator = is_operator_on_joining(session, channel);
    channel.set_member(
        session.id,
        Rank {
            operator,
            voice: false,
        },
    );
    session.channels.push(channel.id);
    session.invites.retain(|&invited| invited != channel.id);
}

/// A channel with stored state belongs to its founder even when empty; one without belongs to its
/// first joiner, who has just made it.
fn is_operator_on_joining(session: &Session, channel: &Channel) -> bool {
    let account = session.account.as_ref();
    let founder = channel.founder.is_some() && account.map(|account| account.id) == channel.founder;
    let first = channel.members.is_empty() && !channel.stored;
    first || founder || session.is_admin()
}

fn announce(
    id: SessionId,
    channel: ChannelId,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) {
    let (Some(session), Some(joined)) = (network.sessions.find(id), network.channels.find(channel))
    else {
        return;
    };
    let relay = news(session, &joined.name, stamp);
    let away = session.away.is_some().then(|| away::news(session, stamp));
    // The joiner itself sees its rank among the names.
    let rank = joined.is_operator(id).then(|| {
        Relay::new(stamp, |line| {
            let line = line.source(&network.settings.server).command("MODE");
            line.params([&*joined.name, "+o", &session.nick]).end();
        })
    });
    effects
        .replies
        .lines()
        .extend(relay.encode(session.caps.encoding()));
    for relay in [Some(relay), rank, away].iter().flatten() {
        network.send_to_channel(channel, id, relay, effects.outputs);
    }
}

/// Makes what the members of a channel are told of a new one.
pub(super) fn news<'a>(session: &Session, channel: &str, stamp: &'a Stamp) -> Relay<'a> {
    let relay = Relay::new(stamp, |line| {
        line.source(&session.source)
            .command("JOIN")
            .param(channel)
            .end();
    });
    let account = session
        .account
        .as_ref()
        .map_or("*", |account| &account.name);
    relay.by(session).extended(|line| {
        let line = line.source(&session.source).command("JOIN");
        line.params([channel, account]).trailing(&session.realname);
    })
}

/// Sends the latest stored messages to a client that cannot ask for them.
fn replay(
    id: SessionId,
    channel: ChannelId,
    stamp: &Stamp,
    network: &Network,
    effects: &mut Effects<'_>,
) {
    let (Some(session), Some(channel)) =
        (network.sessions.find(id), network.channels.find(channel))
    else {
        return;
    };
    let settings = &network.settings;
    let wanted = settings.history && settings.replay_on_join > 0 && channel.stored;
    if !wanted || session.caps.has(Caps::CHATHISTORY) {
        return;
    }
    effects.replies.history(HistoryRequest {
        to: id,
        query: Query::Messages {
            channel: channel.id,
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
            asked: None,
            hidden: Vec::new(),
        },
    });
}

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
