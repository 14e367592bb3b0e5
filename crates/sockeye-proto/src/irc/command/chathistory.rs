//! CHATHISTORY (IRCv3 draft/chathistory, draft/event-playback).
//!
//! Members read the history of a channel, and accounts their own direct messages. Who asks for
//! anything else is told no more than that there is nothing to be had.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Asked, Request};
use crate::irc::caps::Caps;
use crate::irc::casemap::CHANNEL_PREFIX;
use crate::irc::history::{
    Buffer, Command, HistoryRequest, Invalid, Query, Reply, Request as HistoryCommand, Subcommand,
};
use crate::irc::id::ChannelId;
use crate::irc::message::Line;
use crate::irc::network::Replies;
use crate::irc::numeric::ERR_UNKNOWNCOMMAND;

pub(super) fn chathistory(request: &mut Request<'_>) {
    if request.network.settings.history {
        request.ask(read);
    } else {
        request
            .reply(ERR_UNKNOWNCOMMAND)
            .param("CHATHISTORY")
            .text();
    }
}

fn read(asked: &Asked<'_>, replies: &mut Replies) {
    match HistoryCommand::parse(&asked.message.params) {
        Err(invalid) => refuse(&invalid, asked, replies),
        Ok(HistoryCommand::Messages {
            subcommand,
            target,
            selection,
            limit,
        }) => match buffer(asked, &target) {
            Some((buffer, name)) => {
                let query = selection.query(buffer, limit);
                request(asked, subcommand, name, query, replies);
            }
            None => refuse(&Invalid::target(subcommand, &target), asked, replies),
        },
        Ok(HistoryCommand::Targets {
            after_ms,
            before_ms,
            limit,
        }) => {
            let query = Query::Targets {
                channels: channels(asked),
                owner: asked.client.account.as_ref().map(|account| account.id),
                after_ms,
                before_ms,
                limit,
            };
            request(asked, Subcommand::Targets, String::new(), query, replies);
        }
    }
}

/// Finds what the asker may read under this name, and what it is called in the answer.
pub(super) fn buffer(asked: &Asked<'_>, target: &str) -> Option<(Buffer, String)> {
    let (network, client) = (asked.network, asked.client);
    let events = asked.session.caps.has(Caps::EVENT_PLAYBACK);
    if target.starts_with(CHANNEL_PREFIX) {
        let channel = network.channel_by_name(target)?;
        channel.rank(client.id)?;
        let id = channel.id;
        return Some((Buffer::Channel { id, events }, channel.name.clone()));
    }
    let here = network.client_by_nick(target);
    let nick = here.map_or_else(|| String::from(target), |peer| peer.nick.clone());
    let peer = network.direct_target(target)?;
    let owner = client.account.as_ref()?.id;
    let direct = Buffer::Direct {
        owner,
        peer,
        events,
    };
    Some((direct, nick))
}

/// Returns the channels that the asker is on and that have something stored.
pub(super) fn channels(asked: &Asked<'_>) -> Vec<(ChannelId, String)> {
    let joined = asked.client.channels.iter();
    let joined = joined.filter_map(|&id| asked.network.channels.find(id));
    joined
        .filter(|channel| channel.stored)
        .map(|channel| (channel.id, channel.name.clone()))
        .collect()
}

fn request(
    asked: &Asked<'_>,
    subcommand: Subcommand,
    target: String,
    query: Query,
    replies: &mut Replies,
) {
    let reply = Reply {
        server: asked.network.settings.server.clone(),
        caps: asked.session.caps,
        target,
        label: replies.label().map(String::from),
        batch: String::new(),
        channels: Vec::new(),
        asked: Some(Command::Chathistory(subcommand)),
        hidden: Vec::new(),
    };
    let (to, upto) = (asked.session.id, asked.stamp.number);
    replies.history(HistoryRequest {
        to,
        query,
        upto,
        reply,
    });
}

fn refuse(invalid: &Invalid, asked: &Asked<'_>, replies: &mut Replies) {
    invalid.write(Line::new(replies.lines()), &asked.network.settings.server);
}
