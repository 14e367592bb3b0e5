//! NAMES (Modern IRC, section NAMES message).

use alloc::string::String;

use super::{Asked, targets};
use crate::irc::caps::Caps;
use crate::irc::id::ChannelId;
use crate::irc::network::channel::Channel;
use crate::irc::network::modes::Flag;
use crate::irc::network::roll::{Lines, Style};
use crate::irc::network::{Network, Replies, Session};
use crate::irc::numeric::{ERR_TOOMANYTARGETS, RPL_ENDOFNAMES, RPL_NAMREPLY};

pub(super) fn names(asked: &Asked<'_>, replies: &mut Replies) {
    let Some(names) = asked.param(0) else {
        // Everybody on the network would be no answer to a human.
        return asked.reply(RPL_ENDOFNAMES, replies).param("*").text();
    };
    if targets(names).count() > NAMES_TARGETS_MAX {
        return asked.reply(ERR_TOOMANYTARGETS, replies).param(names).text();
    }
    let client = asked.client.id;
    for name in targets(names) {
        let channel = asked.network.channel_by_name(name);
        match channel.filter(|channel| channel.is_visible_to(client)) {
            Some(channel) => show(asked.session, channel.id, asked.network, replies.lines()),
            None => asked.reply(RPL_ENDOFNAMES, replies).param(name).text(),
        }
    }
}

/// Writes the names on a channel once for all who are shown them in the way of these
/// capabilities.
pub(super) fn prepare(caps: Caps, channel: ChannelId, network: &mut Network) {
    let style = style(caps);
    if let Some(channel) = network.channels.find_mut(channel) {
        channel.write_names(style, &network.clients);
    }
}

/// Writes who is on a channel, as far as `to` may see, and the end of the list.
pub(super) fn show(to: &Session, channel: ChannelId, network: &Network, lines: &mut String) {
    let Some(channel) = network.channels.find(channel) else {
        return;
    };
    let style = style(to.caps);
    if channel.shows_all(to.client) {
        for names in channel.names(style, &network.clients) {
            write(to, channel, network, &names, lines);
        }
    } else {
        write(
            to,
            channel,
            network,
            &visible(to, channel, network, style),
            lines,
        );
    }
    network
        .reply(to.client, RPL_ENDOFNAMES, lines)
        .param(&channel.name)
        .text();
}

fn style(caps: Caps) -> Style {
    Style {
        all_prefixes: caps.has(Caps::MULTI_PREFIX),
        userhost: caps.has(Caps::USERHOST_IN_NAMES),
    }
}

/// Writes those who are not hidden from `to`: outsiders do not see the invisible, and an auditorium
/// shows few.
fn visible(to: &Session, channel: &Channel, network: &Network, style: Style) -> Lines {
    let mut names = Lines::default();
    let members = channel.members_by_joining();
    for client in members.filter_map(|id| network.clients.find(id)) {
        let is_hidden = client.is_invisible() && channel.rank(to.client).is_none();
        if let (Some(rank), false) = (channel.rank(client.id), is_hidden)
            && channel.shows(client.id, to.client)
        {
            names.push(client, rank, style);
        }
    }
    names
}

fn write(to: &Session, channel: &Channel, network: &Network, names: &Lines, lines: &mut String) {
    let is_secret = channel.modes.has(Flag::Secret);
    let symbol = if is_secret { "@" } else { "=" };
    for names in names.iter() {
        let reply = network.reply(to.client, RPL_NAMREPLY, lines);
        reply.params([symbol, &channel.name]).trailing(names);
    }
}

/// Most channels of one NAMES.
pub(crate) const NAMES_TARGETS_MAX: usize = 4;
