//! SEARCH (soju.im/search).
//!
//! A client finds what it could read with CHATHISTORY, and is told no more of anything else than
//! that it cannot be searched.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Asked, Request, chathistory};
use crate::irc::caps::Caps;
use crate::irc::history::{
    Buffer, Command, Criteria, HistoryRequest, Query, Reply, Search, search_invalid,
};
use crate::irc::id::ChannelId;
use crate::irc::message::Line;
use crate::irc::network::Replies;
use crate::irc::numeric::ERR_UNKNOWNCOMMAND;

pub(super) fn search(request: &mut Request<'_>) {
    if request.session.caps.has(Caps::SEARCH) {
        request.ask(read);
    } else {
        request.reply(ERR_UNKNOWNCOMMAND).param("SEARCH").text();
    }
}

fn read(asked: &Asked<'_>, replies: &mut Replies) {
    let refuse = |replies: &mut Replies, attribute: &str, why| {
        let line = Line::new(replies.lines());
        search_invalid(line, &asked.network.settings.server, attribute, why);
    };
    let attributes = match asked.message.params.as_slice() {
        [attributes] if !attributes.is_empty() => attributes,
        _ => return refuse(replies, "", "One list of attributes is expected"),
    };
    let Criteria { target, search } = match Criteria::parse(attributes) {
        Ok(criteria) => criteria,
        Err((attribute, why)) => return refuse(replies, &attribute, why),
    };
    match places(asked, target.as_deref(), search) {
        Some((search, channels)) => request(asked, search, channels, replies),
        None => refuse(replies, "in", "Messages could not be retrieved"),
    }
}

/// Fills in where the asker may look, with the names of the channels; `None`: not there.
fn places(
    asked: &Asked<'_>,
    target: Option<&str>,
    search: Search,
) -> Option<(Search, Vec<(ChannelId, String)>)> {
    let (channels, directs) = match target {
        None => {
            let account = asked.client.account.as_ref();
            let all = account.map(|account| (account.id, None));
            (chathistory::channels(asked), all)
        }
        Some(target) => match chathistory::buffer(asked, target)? {
            (Buffer::Channel { id, .. }, name) => ([(id, name)].into(), None),
            (Buffer::Direct { owner, peer, .. }, _) => (Vec::new(), Some((owner, Some(peer)))),
        },
    };
    let search = Search {
        channels: channels.iter().map(|(id, _)| *id).collect(),
        directs,
        ..search
    };
    Some((search, channels))
}

fn request(
    asked: &Asked<'_>,
    search: Search,
    channels: Vec<(ChannelId, String)>,
    replies: &mut Replies,
) {
    let reply = Reply {
        server: asked.network.settings.server.clone(),
        caps: asked.session.caps,
        target: String::new(),
        label: replies.label().map(String::from),
        batch: String::new(),
        channels,
        asked: Some(Command::Search),
        hidden: Vec::new(),
    };
    replies.history(HistoryRequest {
        to: asked.session.id,
        query: Query::Search(search),
        upto: asked.stamp.number,
        reply,
    });
}
