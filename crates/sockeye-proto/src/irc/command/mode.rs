//! MODE (Modern IRC, sections MODE message and Channel Modes).

mod parse;

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{Asked, Request, user_mode};
use crate::irc::event::{Stamp, StoredMode};
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::message::{LINE_BYTES_MAX, PARAMS_MAX};
use crate::irc::network::channel::{Changed, Channel};
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay, Replies};
use crate::irc::numeric::{
    ERR_BANLISTFULL, ERR_CHANOPRIVSNEEDED, ERR_NOSUCHCHANNEL, ERR_NOTONCHANNEL,
    ERR_USERNOTINCHANNEL, RPL_BANLIST, RPL_CHANNELMODEIS, RPL_CREATIONTIME, RPL_ENDOFBANLIST,
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
        let Some(by) = network.sessions.find(self.by) else {
            return;
        };
        let source = by.source.clone();
        let mut done = Vec::new();
        for change in self.changes {
            match change {
                Change::Setting(mode) => {
                    done.extend(set(
                        mode,
                        &source,
                        self.by,
                        self.channel,
                        stamp,
                        network,
                        effects,
                    ));
                }
                Change::Rank {
                    add,
                    letter,
                    member,
                    nick,
                } => {
                    let Some(channel) = network.channels.find_mut(self.channel) else {
                        return;
                    };
                    if channel.rank(member).is_none() {
                        let name = channel.name.clone();
                        let lines = effects.replies.lines();
                        let reply = network.reply(self.by, ERR_USERNOTINCHANNEL, lines);
                        reply.params([&*nick, &name]).text();
                    } else if channel.set_rank(member, letter, add) {
                        let nick = network
                            .sessions
                            .find(member)
                            .map(|member| member.nick.clone());
                        done.push(StoredMode {
                            add,
                            letter,
                            value: nick,
                        });
                    }
                }
            }
        }
        announce(
            &done,
            &source,
            self.by,
            self.channel,
            stamp,
            network,
            effects,
        );
    }
}

/// Carries out one change of a setting and returns it as others are to see it, if it was one.
fn set(
    mut mode: StoredMode,
    source: &str,
    by: SessionId,
    channel: ChannelId,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) -> Option<StoredMode> {
    let channel = network.channels.find_mut(channel)?;
    let key = channel.modes.key.clone();
    match channel.modes.change(&mode, source, stamp.wall_ms) {
        Changed::Yes => {
            if mode.letter == 'k' && !mode.add {
                mode.value = key;
            }
            Some(mode)
        }
        Changed::No => None,
        Changed::Full => {
            let (name, letter) = (channel.name.clone(), mode.letter.to_string());
            let reply = network.reply(by, ERR_BANLISTFULL, effects.replies.lines());
            reply.params([&*name, &letter]).text();
            None
        }
    }
}

/// Tells everybody, in as many lines as it takes.
fn announce(
    mut modes: &[StoredMode],
    source: &str,
    by: SessionId,
    channel: ChannelId,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) {
    let Some(encoding) = network.sessions.find(by).map(|by| by.caps.encoding()) else {
        return;
    };
    let Some(name) = network
        .channels
        .find(channel)
        .map(|c: &Channel| c.name.clone())
    else {
        return;
    };
    let room = LINE_BYTES_MAX.saturating_sub(": MODE  \r\n".len() + source.len() + name.len());
    while !modes.is_empty() {
        let (now, later) = modes.split_at(fitting(modes, room));
        let relay = Relay::new(stamp, |line| {
            let line = line
                .source(source)
                .command("MODE")
                .param(&name)
                .param(&letters(now));
            line.params(now.iter().filter_map(|mode| mode.value.as_deref()))
                .end();
        });
        effects.replies.lines().extend(relay.encode(encoding));
        network.send_to_channel(channel, by, &relay, effects.outputs);
        modes = later;
    }
}

/// Returns how many of the modes, at least one, fit into `room` bytes.
fn fitting(modes: &[StoredMode], room: usize) -> usize {
    let mut bytes = 0;
    let fits = |mode: &&StoredMode| {
        bytes += "+x".len()
            + mode
                .value
                .as_ref()
                .map_or(0, |value| value.len() + " ".len());
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
