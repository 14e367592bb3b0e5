//! LIST (Modern IRC, section LIST message) with the conditions C, M, N, T and U of ELIST.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Asked, targets};
use crate::irc::casemap::CHANNEL_PREFIX;
use crate::irc::network::channel::Channel;
use crate::irc::network::{Replies, mask};
use crate::irc::numeric::{RPL_LIST, RPL_LISTEND, RPL_LISTSTART};

/// What a client wants to see, of what it may see.
#[derive(Debug, Default)]
struct Wanted<'a> {
    /// Names and masks, folded; none: all.
    masks: Vec<String>,
    /// Masks of what is left out.
    not: Vec<String>,
    conditions: Vec<Condition>,
    /// A condition that says nothing is a name that no channel has.
    nothing: bool,
    names: Vec<&'a str>,
}

/// More or less than a number.
#[derive(Debug, Clone, Copy)]
struct Condition {
    of: Of,
    more: bool,
    than: u64,
}

#[derive(Debug, Clone, Copy)]
enum Of {
    /// `C`: minutes since the channel was made.
    Created,
    /// `T`: minutes since the topic was set.
    Topic,
    /// `U`: members.
    Users,
}

pub(super) fn list(asked: &Asked<'_>, replies: &mut Replies) {
    if !asked.is_this_server(asked.param(1), replies) {
        return;
    }
    asked.reply(RPL_LISTSTART, replies).param("Channel").text();
    let wanted = Wanted::parse(asked.param(0).unwrap_or_default(), asked);
    if wanted.is_names_alone() {
        for name in &wanted.names {
            if let Some(channel) = asked.network.channel_by_name(name) {
                show(channel, asked, replies);
            }
        }
    } else if !wanted.nothing {
        let all = asked.network.channels.iter();
        let visible = all.filter(|channel| channel.is_visible_to(asked.client.id));
        let mut fitting = visible.filter(|channel| wanted.fits(channel, asked));
        for channel in fitting.by_ref().take(LISTED_MAX) {
            show(channel, asked, replies);
        }
        if fitting.next().is_some() {
            asked.say_cut(replies, LISTED_MAX);
        }
    }
    asked.reply(RPL_LISTEND, replies).text();
}

impl<'a> Wanted<'a> {
    fn parse(text: &'a str, asked: &Asked<'_>) -> Self {
        let mut wanted = Self::default();
        let fold = |mask: &str| asked.network.settings.casemapping.fold(mask);
        for part in targets(text) {
            if let Some(condition) = Condition::parse(part) {
                wanted.conditions.push(condition);
            } else if let Some(not) = part.strip_prefix('!').and_then(fold) {
                wanted.not.push(not);
            } else if part.contains(['*', '?']) {
                wanted.masks.extend(fold(part));
            } else if part.starts_with(CHANNEL_PREFIX) {
                wanted.masks.extend(fold(part));
                wanted.names.push(part);
            } else {
                wanted.nothing = true;
            }
        }
        wanted
    }

    /// Names can be looked up, where all else looks at every channel.
    fn is_names_alone(&self) -> bool {
        !self.names.is_empty()
            && self.names.len() == self.masks.len()
            && self.not.is_empty()
            && self.conditions.is_empty()
    }

    fn fits(&self, channel: &Channel, asked: &Asked<'_>) -> bool {
        let folded = asked.network.settings.casemapping.fold(&channel.name);
        let folded = folded.unwrap_or_default();
        let matches = |mask: &String| mask::matches(mask, &folded);
        (self.masks.is_empty() || self.masks.iter().any(matches))
            && !self.not.iter().any(matches)
            && (self.conditions.iter()).all(|condition| condition.holds(channel, asked))
    }
}

impl Condition {
    fn parse(text: &str) -> Option<Self> {
        let (of, text) = match text.split_at_checked(1)? {
            ("C" | "c", rest) => (Of::Created, rest),
            ("T" | "t", rest) => (Of::Topic, rest),
            _ => (Of::Users, text),
        };
        let (more, than) = match text.strip_prefix('>') {
            Some(than) => (true, than),
            None => (false, text.strip_prefix('<')?),
        };
        let than = than.parse().ok()?;
        Some(Self { of, more, than })
    }

    fn holds(self, channel: &Channel, asked: &Asked<'_>) -> bool {
        let minutes_since = |ms: u64| asked.stamp.wall_ms.saturating_sub(ms) / 60_000;
        let value = match self.of {
            Of::Created => minutes_since(channel.created_ms),
            Of::Users => channel.members.len() as u64,
            Of::Topic => match &channel.topic {
                Some(topic) => minutes_since(topic.set_ms),
                None => return false,
            },
        };
        match self.more {
            true => value > self.than,
            false => value < self.than,
        }
    }
}

fn show(channel: &Channel, asked: &Asked<'_>, replies: &mut Replies) {
    if !channel.is_visible_to(asked.client.id) {
        return;
    }
    let topic = channel.topic.as_ref().map_or("", |topic| &topic.text);
    let reply = asked.reply(RPL_LIST, replies).param(&channel.name);
    reply.number(channel.members.len() as u64).trailing(topic);
}

/// Most channels of one answer: at 400 bytes each under half of a client's queue of 1 MiB.
const LISTED_MAX: usize = 1_000;
