//! NAMES (Modern IRC, section NAMES message).

use alloc::string::String;

use super::{Asked, targets};
use crate::irc::caps::Caps;
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::network::channel::Channel;
use crate::irc::network::modes::Flag;
use crate::irc::network::{Network, Replies};
use crate::irc::numeric::{ERR_TOOMANYTARGETS, RPL_ENDOFNAMES, RPL_NAMREPLY};

pub(super) fn names(asked: &Asked<'_>, replies: &mut Replies) {
    let Some(names) = asked.param(0) else {
        // Everybody on the network would be no answer to a human.
        return asked.reply(RPL_ENDOFNAMES, replies).param("*").text();
    };
    if targets(names).count() > NAMES_TARGETS_MAX {
        return asked.reply(ERR_TOOMANYTARGETS, replies).param(names).text();
    }
    let session = asked.session.id;
    for name in targets(names) {
        let channel = asked.network.channel_by_name(name);
        match channel.filter(|channel| channel.is_visible_to(session)) {
            Some(channel) => show(session, channel.id, asked.network, replies.lines()),
            None => asked.reply(RPL_ENDOFNAMES, replies).param(name).text(),
        }
    }
}

/// Writes who is on a channel, as far as `to` may see, and the end of the list.
pub(super) fn show(to: SessionId, channel: ChannelId, network: &Network, lines: &mut String) {
    let Some(channel) = network.channels.find(channel) else {
        return;
    };
    let caps = network.sessions.find(to).map_or(Caps::NONE, |to| to.caps);
    let all = caps.has(Caps::MULTI_PREFIX);
    let mut names = String::new();
    for (&member, rank) in &channel.members {
        let Some(session) = network.sessions.find(member) else {
            continue;
        };
        let is_hidden = session.is_invisible() && channel.rank(to).is_none();
        if is_hidden || !channel.shows(member, to) {
            continue;
        }
        let name = match caps.has(Caps::USERHOST_IN_NAMES) {
            true => &session.source,
            false => &session.nick,
        };
        let name_bytes = rank.prefixes(all).len() + name.len() + " ".len();
        if !names.is_empty() && names.len() + name_bytes > NAMES_BYTES_MAX {
            write(to, channel, network, &names, lines);
            names.clear();
        }
        if !names.is_empty() {
            names.push(' ');
        }
        names.push_str(rank.prefixes(all));
        names.push_str(name);
    }
    if !names.is_empty() {
        write(to, channel, network, &names, lines);
    }
    network
        .reply(to, RPL_ENDOFNAMES, lines)
        .param(&channel.name)
        .text();
}

fn write(to: SessionId, channel: &Channel, network: &Network, names: &str, lines: &mut String) {
    let symbol = if channel.modes.has(Flag::Secret) {
        "@"
    } else {
        "="
    };
    let reply = network.reply(to, RPL_NAMREPLY, lines);
    reply.params([symbol, &channel.name]).trailing(names);
}

/// Longest list on one line: leaves room for a server name of 63 bytes, a nick and a channel.
const NAMES_BYTES_MAX: usize = 330;

/// Most channels of one NAMES.
pub(crate) const NAMES_TARGETS_MAX: usize = 4;
