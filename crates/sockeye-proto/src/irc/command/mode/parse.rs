//! From `+ov-k bob ann *` to changes.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{Change, ENTRY_BYTES_MAX, bans, exceptions, forwarding, invitations, least};
use crate::irc::command::Request;
use crate::irc::event::StoredMode;
use crate::irc::message::truncated;
use crate::irc::network::channel::Channel;
use crate::irc::network::mask;
use crate::irc::network::modes::{Flag, List};
use crate::irc::network::rank::Prefix;
use crate::irc::numeric::{
    ERR_CHANOPRIVSNEEDED, ERR_INVALIDKEY, ERR_INVALIDMODEPARAM, ERR_NOSUCHNICK, ERR_UNKNOWNMODE,
};

/// Reads the mode letters and their parameters; what is wrong is said, and the rest is taken.
pub(super) fn changes(request: &mut Request<'_>, channel: &Channel, letters: &str) -> Vec<Change> {
    let mut parser = Parser {
        request,
        channel,
        next: 2,
        changes: Vec::new(),
        shown: Vec::new(),
        refused: false,
    };
    let mut add = true;
    for letter in letters.chars() {
        match letter {
            '+' => add = true,
            '-' => add = false,
            _ => parser.letter(add, letter),
        }
    }
    parser.changes
}

struct Parser<'p, 'r> {
    request: &'p mut Request<'r>,
    channel: &'p Channel,
    /// The next parameter to be taken.
    next: usize,
    changes: Vec<Change>,
    /// Lists that are shown already.
    shown: Vec<List>,
    /// Whether it has been said that some modes are for operators.
    refused: bool,
}

impl<'r> Parser<'_, 'r> {
    fn letter(&mut self, add: bool, letter: char) {
        if Flag::of_letter(letter).is_some() {
            self.set(add, letter, None);
        } else if let Some(list) = List::of_letter(letter) {
            match self.parameter() {
                Some(entry) => self.entry(add, list, entry),
                None => self.show(list),
            }
        } else if let Some(prefix) = Prefix::of_letter(letter) {
            match self.parameter() {
                Some(nick) => self.rank(add, prefix, nick),
                None => self.say_invalid(letter, "*", "You must give a parameter"),
            }
        } else if matches!(letter, 'k' | 'f' | 'l') {
            // Type B has a parameter also when it goes; many clients leave it out.
            let value = match add || letter == 'k' {
                true => self.parameter(),
                false => None,
            };
            match value {
                _ if !add => self.set(false, letter, None),
                Some(value) => self.value(letter, value),
                None => self.say_invalid(letter, "*", "You must give a parameter"),
            }
        } else {
            let reply = self.request.reply(ERR_UNKNOWNMODE);
            reply.param(&letter.to_string()).text();
        }
    }

    fn parameter(&mut self) -> Option<&'r str> {
        let param = self.request.param(self.next);
        self.next += 1;
        param
    }

    /// Changes a mode of the channel; of a halfop, who may do the rest, what is for operators is
    /// refused here, so that it is not stored.
    fn set(&mut self, add: bool, letter: char, value: Option<String>) {
        let rank = self.channel.rank(self.request.client.id);
        let rank = rank.filter(|rank| rank.is_at_least(Prefix::Halfop));
        if rank.is_none_or(|rank| rank.is_at_least(least(letter))) {
            let mode = StoredMode { add, letter, value };
            return self.changes.push(Change::Setting(mode));
        }
        if !core::mem::replace(&mut self.refused, true) {
            let reply = self.request.reply(ERR_CHANOPRIVSNEEDED);
            reply.param(&self.channel.name).text();
        }
    }

    fn rank(&mut self, add: bool, prefix: Prefix, nick: &str) {
        match self.request.network.client_by_nick(nick) {
            Some(member) => self.changes.push(Change::Rank {
                add,
                prefix,
                member: member.id,
                nick: nick.into(),
            }),
            None => self.request.reply(ERR_NOSUCHNICK).param(nick).text(),
        }
    }

    fn value(&mut self, letter: char, value: &str) {
        match letter {
            'k' if is_key(value) => self.set(true, 'k', Some(value.into())),
            'k' => {
                let reply = self.request.reply(ERR_INVALIDKEY);
                reply.param(&self.channel.name).text();
            }
            'f' => {
                let (network, by) = (self.request.network, self.request.client.id);
                match forwarding(network, by, self.channel, value) {
                    Ok(target) => self.set(true, 'f', Some(target.name.clone())),
                    Err(refusal) => self.request.say().push_str(&refusal.0),
                }
            }
            _ => match value.parse::<u32>() {
                Ok(limit) if limit > 0 => self.set(true, 'l', Some(limit.to_string())),
                _ => {
                    let text = "A limit is a number of members, at least 1";
                    self.say_invalid('l', value, text);
                }
            },
        }
    }

    fn entry(&mut self, add: bool, list: List, entry: &str) {
        let fits = entry.len() <= ENTRY_BYTES_MAX && !entry.contains(' ');
        let is_for_speaking = list == List::Invitations && mask::is_mute(entry);
        match mask::canonical(entry).filter(|_| fits && !is_for_speaking) {
            Some(mask) => self.set(add, list.letter(), Some(mask)),
            None => {
                let text = "A mask has no spaces and at most 128 bytes";
                self.say_invalid(list.letter(), entry, text);
            }
        }
    }

    fn show(&mut self, list: List) {
        if !self.shown.contains(&list) {
            self.shown.push(list);
            self.request.ask(match list {
                List::Bans => bans,
                List::Exceptions => exceptions,
                List::Invitations => invitations,
            });
        }
    }

    fn say_invalid(&mut self, letter: char, value: &str, text: &str) {
        let value = truncated(value, ENTRY_BYTES_MAX);
        let reply = self.request.reply(ERR_INVALIDMODEPARAM);
        let reply = reply.params([&*self.channel.name, &letter.to_string(), value]);
        reply.trailing(text);
    }
}

/// A key must fit as one parameter of JOIN, in a list there.
fn is_key(text: &str) -> bool {
    text.len() <= KEY_BYTES_MAX && !text.starts_with(':') && !text.contains([' ', ','])
}

/// Longest channel key, bytes: KEYLEN (RFC 2812 section 2.3.1 has 23).
pub(crate) const KEY_BYTES_MAX: usize = 23;
