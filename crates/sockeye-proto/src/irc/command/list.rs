//! LIST (Modern IRC, section LIST message), with the condition U of ELIST.

use super::{Asked, targets};
use crate::irc::casemap::CHANNEL_PREFIX;
use crate::irc::network::Replies;
use crate::irc::network::channel::Channel;
use crate::irc::numeric::{RPL_LIST, RPL_LISTEND, RPL_LISTSTART};

pub(super) fn list(asked: &Asked<'_>, replies: &mut Replies) {
    asked.reply(RPL_LISTSTART, replies).param("Channel").text();
    let first = asked.param(0).unwrap_or_default();
    if first.starts_with(CHANNEL_PREFIX) {
        for name in targets(first) {
            if let Some(channel) = asked.network.channel_by_name(name) {
                show(channel, asked, replies);
            }
        }
    } else {
        let fits = |channel: &&Channel| {
            targets(first).all(|condition| fits(channel.members.len(), condition))
        };
        let channels = asked.network.channels.iter().filter(fits);
        let mut visible = channels.filter(|channel| channel.is_visible_to(asked.session.id));
        for channel in visible.by_ref().take(LISTED_MAX) {
            show(channel, asked, replies);
        }
        if visible.next().is_some() {
            asked.say_cut(replies, LISTED_MAX);
        }
    }
    asked.reply(RPL_LISTEND, replies).text();
}

fn show(channel: &Channel, asked: &Asked<'_>, replies: &mut Replies) {
    if !channel.is_visible_to(asked.session.id) {
        return;
    }
    let topic = channel.topic.as_ref().map_or("", |topic| &topic.text);
    let reply = asked.reply(RPL_LIST, replies).param(&channel.name);
    reply.number(channel.members.len() as u64).trailing(topic);
}

/// `>N` and `<N` count members; what is no condition is a name that no channel has.
fn fits(members: usize, condition: &str) -> bool {
    let number = |text: &str| text.parse::<usize>().ok();
    if let Some(least) = condition.strip_prefix('>').and_then(number) {
        return members > least;
    }
    if let Some(most) = condition.strip_prefix('<').and_then(number) {
        return members < most;
    }
    false
}

/// Most channels of one answer: at 400 bytes each under half of a client's queue of 1 MiB.
const LISTED_MAX: usize = 1_000;
