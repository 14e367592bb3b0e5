//! CHATHISTORY (IRCv3 draft/chathistory).

use alloc::string::String;
use alloc::vec::Vec;

use super::{Asked, Request};
use crate::irc::history::{
    HistoryRequest, Invalid, Query, Reply, Request as HistoryCommand, Subcommand,
};
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

/// Only members read the history of a channel.
fn read(asked: &Asked<'_>, replies: &mut Replies) {
    match HistoryCommand::parse(&asked.message.params) {
        Err(invalid) => refuse(&invalid, asked, replies),
        Ok(HistoryCommand::Messages {
            subcommand,
            target,
            selection,
            limit,
        }) => {
            let channel = asked.network.channel_by_name(&target);
            match channel.filter(|channel| channel.rank(asked.session.id).is_some()) {
                Some(channel) => {
                    let query = selection.query(channel.id, limit);
                    request(asked, subcommand, channel.name.clone(), query, replies);
                }
                None => refuse(&Invalid::target(subcommand, &target), asked, replies),
            }
        }
        Ok(HistoryCommand::Targets {
            after_ms,
            before_ms,
            limit,
        }) => {
            let channels = asked.session.channels.iter();
            let channels = channels.filter_map(|&id| asked.network.channels.find(id));
            let channels: Vec<_> = channels
                .filter(|channel| channel.stored)
                .map(|channel| (channel.id, channel.name.clone()))
                .collect();
            let query = Query::Targets {
                channels,
                after_ms,
                before_ms,
                limit,
            };
            request(asked, Subcommand::Targets, String::new(), query, replies);
        }
    }
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
        asked: Some(subcommand),
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
