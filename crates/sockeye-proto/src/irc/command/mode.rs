//! MODE (Modern IRC, sections MODE message and Channel Modes).

mod parse;

use alloc::string::String;
use alloc::vec::Vec;

use super::{Asked, Request, user_mode};
use crate::irc::event::{Stamp, StoredMode};
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::message::{LINE_BYTES_MAX, PARAMS_MAX};
use crate::irc::network::channel::{Changed, Channel};
use crate::irc::network::{
    Effects, Event, Intent, Network, Refusal, Relay, Replies, Session, Sessions,
};
use crate::irc::numeric::{
    ERR_BANLISTFULL, ERR_CHANOPRIVSNEEDED, ERR_NOSUCHCHANNEL, ERR_NOTONCHANNEL,
    ERR_USERNOTINCHANNEL, Numeric, RPL_BANLIST, RPL_CHANNELMODEIS, RPL_CREATIONTIME,
    RPL_ENDOFBANLIST,
};

/// Changing the modes of a channel and of its members.
#[derive(Debug)]
pub(crate) struct ChangeModes {
    pub(crate) by: SessionId,
    pub(crate) channel: ChannelId,
    /// The channel as the client wrote it.
    name: String,
    changes: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    /// A mode of the channel.
    Setting(StoredMode),
    /// `+o` or `+v` for a member; the nick as the operator wrote it.
    Rank {
        add: bool,
        letter: char,
        member: SessionId,
        nick: String,
    },
}

pub(super) fn mode(request: &mut Request<'_>) {
    let target = request.param(0).unwrap_or_default();
    if request.network.channel_by_name(target).is_none() && !target.starts_with('#') {
        return user_mode::user_mode(request, target);
    }
    let Some(channel) = request.channel(target) else {
        return;
    };
    let Some(letters) = request.param(1) else {
        return request.ask(current);
    };
    let changes = parse::changes(request, channel, letters);
    if !changes.is_empty() {
        request.act(Event::Mode(ChangeModes {
            by: request.session.id,
            channel: channel.id,
            name: target.into(),
            changes,
        }));
    }
}

/// Without modes: what they are. The key is for members.
fn current(asked: &Asked<'_>, replies: &mut Replies) {
    let name = asked.param(0).unwrap_or_default();
    let Some(channel) = asked.network.channel_by_name(name) else {
        return asked.reply(ERR_NOSUCHCHANNEL, replies).param(name).text();
    };
    if !channel.is_visible_to(asked.session.id) {
        return asked.reply(ERR_NOTONCHANNEL, replies).param(name).text();
    }
    let member = channel.rank(asked.session.id).is_some();
    let mut letters = String::from("+");
    let mut values = Vec::new();
    for mode in channel.modes.settings() {
        letters.push(mode.letter);
        let hidden = mode.letter == 'k' && !member;
        values.extend(
            mode.value
                .map(|value| if hidden { "*".into() } else { value }),
        );
    }
    let reply = asked
        .reply(RPL_CHANNELMODEIS, replies)
        .params([&*channel.name, &letters]);
    reply.params(values.iter().map(String::as_str)).end();
    let reply = asked.reply(RPL_CREATIONTIME, replies).param(&channel.name);
    reply.number(channel.created_ms / 1_000).end();
}

/// `MODE #channel b`: the ban list.
fn bans(asked: &Asked<'_>, replies: &mut Replies) {
    let name = asked.param(0).unwrap_or_default();
    let Some(channel) = asked.network.channel_by_name(name) else {
        return asked.reply(ERR_NOSUCHCHANNEL, replies).param(name).text();
    };
    if !channel.is_visible_to(asked.session.id) {
        return asked.reply(ERR_NOTONCHANNEL, replies).param(name).text();
    }
    for ban in &channel.modes.bans {
        let reply = asked.reply(RPL_BANLIST, replies);
        reply
            .params([&*channel.name, &ban.mask, &ban.by])
            .number(ban.set_ms / 1_000)
            .end();
    }
    asked
        .reply(RPL_ENDOFBANLIST, replies)
        .param(&channel.name)
        .text();
}

impl ChangeModes {
    /// Returns what of it is stored: all but the ranks of members, who do not outlive a restart.
    pub(crate) fn stored(&self) -> Vec<StoredMode> {
        let stored = self.changes.iter().filter_map(|change| match change {
            Change::Setting(mode) => Some(mode.clone()),
            Change::Rank { .. } => None,
        });
        stored.collect()
    }
}

impl Intent for ChangeModes {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let Some(channel) = network.channels.find(self.channel) else {
            return Err(network.refusal(self.by, ERR_NOSUCHCHANNEL, [&self.name]));
        };
        match channel.rank(self.by) {
            None => Err(network.refusal(self.by, ERR_NOTONCHANNEL, [&channel.name])),
            Some(rank) if !rank.operator => {
                Err(network.refusal(self.by, ERR_CHANOPRIVSNEEDED, [&channel.name]))
            }
            Some(_) => Ok(()),
        }
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let (sessions, settings) = (&network.sessions, &network.settings);
        let (Some(by), Some(channel)) = (
            sessions.find(self.by),
            network.channels.find_mut(self.channel),
        ) else {
            return;
        };
        let mut done = Vec::new();
        for change in self.changes {
            match change.carry_out(channel, sessions, &by.source, stamp.wall_ms) {
                Ok(mode) => done.extend(mode),
                Err((numeric, [first, second])) => {
                    let reply = numeric.to(effects.replies.lines(), &settings.server, &by.nick);
                    reply.params([&*first, &second]).text();
                }
            }
        }
        let encoding = by.caps.encoding();
        for relay in announcements(&done, by, &channel.name, stamp) {
            effects.replies.lines().extend(relay.encode(encoding));
            network.send_to_channel(self.channel, self.by, &relay, effects.outputs);
        }
    }
}

impl Change {
    /// Changes the channel and returns the change as others are to see it, unless all was so
    /// already.
    ///
    /// # Errors
    /// A numeric with its parameters, when this one of the changes cannot be carried out.
    fn carry_out(
        self,
        channel: &mut Channel,
        sessions: &Sessions,
        by: &str,
        wall_ms: u64,
    ) -> Result<Option<StoredMode>, (Numeric, [String; 2])> {
        match self {
            Self::Setting(mut mode) => {
                let key = channel.modes.key.clone();
                match channel.modes.change(&mode, by, wall_ms) {
                    Changed::No => Ok(None),
                    Changed::Full => {
                        Err((ERR_BANLISTFULL, [channel.name.clone(), mode.letter.into()]))
                    }
                    Changed::Yes => {
                        if mode.letter == 'k' && !mode.add {
                            mode.value = key;
                        }
                        Ok(Some(mode))
                    }
                }
            }
            Self::Rank { member, nick, .. } if channel.rank(member).is_none() => {
                Err((ERR_USERNOTINCHANNEL, [nick, channel.name.clone()]))
            }
            Self::Rank {
                add,
                letter,
                member,
                ..
            } => {
                let value = sessions.find(member).map(|member| member.nick.clone());
                let changed = channel.set_rank(member, letter, add);
                Ok(changed.then_some(StoredMode { add, letter, value }))
            }
        }
    }
}

/// Writes what has changed, in as many lines as it takes.
fn announcements<'a>(
    mut modes: &[StoredMode],
    by: &Session,
    channel: &str,
    stamp: &'a Stamp,
) -> Vec<Relay<'a>> {
    let source = &by.source;
    let room = LINE_BYTES_MAX.saturating_sub(": MODE  \r\n".len() + source.len() + channel.len());
    let mut relays = Vec::new();
    while !modes.is_empty() {
        let (now, later) = modes.split_at(fitting(modes, room));
        let values = now.iter().filter_map(|mode| mode.value.as_deref());
        let relay = Relay::new(stamp, |line| {
            let line = line.source(source).command("MODE").param(channel);
            line.param(&letters(now)).params(values).end();
        });
        relays.push(relay.by(by));
        modes = later;
    }
    relays
}

/// Returns how many of the modes, at least one, fit into `room` bytes.
fn fitting(modes: &[StoredMode], room: usize) -> usize {
    let mut bytes = 0;
    let fits = |mode: &&StoredMode| {
        let value_bytes = mode
            .value
            .as_ref()
            .map_or(0, |value| " ".len() + value.len());
        bytes += "+x".len() + value_bytes;
        bytes <= room
    };
    modes.iter().take_while(fits).count().max(1)
}

/// Writes `+ab-c`.
fn letters(modes: &[StoredMode]) -> String {
    let mut text = String::new();
    let mut sign = None;
    for mode in modes {
        if sign != Some(mode.add) {
            sign = Some(mode.add);
            text.push(if mode.add { '+' } else { '-' });
        }
        text.push(mode.letter);
    }
    text
}

/// Most changes of one MODE: its parameters less the channel and the letters.
pub(crate) const MODES_MAX: usize = PARAMS_MAX - 2;
