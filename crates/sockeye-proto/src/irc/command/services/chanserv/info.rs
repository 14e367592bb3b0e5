//! INFO, and the list of AMODE.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::super::Request;
use super::{find, say};
use crate::irc::history::time_text;
use crate::irc::network::channel::Channel;
use crate::irc::network::rank::Prefix;

pub(super) fn info(request: &mut Request<'_>, name: &str) {
    let Some(channel) = find(request, name) else {
        return;
    };
    let name = &channel.name;
    let whose = match &channel.registration {
        Some(it) => {
            let (founder, since) = (&it.founder, time_text(it.since_ms));
            format!("{name} is registered to {founder} since {since}.")
        }
        None => format!("{name} is not registered."),
    };
    say(request, &whose);
    let created = time_text(channel.created_ms);
    let members = channel.members.len();
    say(request, &format!("Created {created}, {members} members."));
    if let Some(topic) = &channel.topic {
        say(request, &format!("Topic: {}", topic.text));
    }
    let letters: String = channel
        .modes
        .settings()
        .iter()
        .map(|mode| mode.letter)
        .collect();
    say(request, &format!("Modes: +{letters}"));
}

/// For members with a prefix, and accounts that keep one.
pub(super) fn ranks(request: &mut Request<'_>, name: &str) {
    let Some(channel) = find(request, name) else {
        return;
    };
    if !may_see(request, channel) {
        return say(
            request,
            "That is for those who have a prefix in the channel.",
        );
    }
    let Some(registration) = &channel.registration else {
        return say(request, &format!("{} is not registered.", channel.name));
    };
    say(request, &format!("+q {} (founder)", registration.founder));
    let mut kept: Vec<_> = registration.ranks.values().collect();
    kept.sort_by(|a, b| b.prefix.cmp(&a.prefix).then_with(|| a.name.cmp(&b.name)));
    for kept in &kept {
        say(request, &format!("+{} {}", kept.prefix.letter(), kept.name));
    }
    let count = kept.len() + 1;
    say(request, &format!("{count} in {}.", channel.name));
}

fn may_see(request: &Request<'_>, channel: &Channel) -> bool {
    channel.has_rank(request.client.id, Prefix::Voice)
        || channel.authority(request.client).highest().is_some()
}
