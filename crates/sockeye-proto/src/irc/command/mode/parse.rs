//! From `+ov-k bob ann *` to changes.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{Change, bans};
use crate::irc::command::Request;
use crate::irc::event::StoredMode;
use crate::irc::message::truncated;
use crate::irc::network::channel::Channel;
use crate::irc::network::mask;
use crate::irc::numeric::{ERR_INVALIDKEY, ERR_INVALIDMODEPARAM, ERR_NOSUCHNICK, ERR_UNKNOWNMODE};

/// Reads the mode letters and their parameters; what is wrong is said, and the rest is taken.
pub(super) fn changes(request: &mut Request<'_>, channel: &Channel, letters: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut add = true;
    let mut next = 2;
    let mut listed = false;
    for letter in letters.chars() {
        match letter {
            '+' => add = true,
            '-' => add = false,
            'i' | 'm' | 'n' | 's' | 't' => changes.push(setting(add, letter, None)),
            'o' | 'v' | 'k' | 'l' | 'b' => {
                let takes_parameter = add || letter != 'l';
                let param = request.param(next).filter(|_| takes_parameter);
                next += usize::from(takes_parameter);
                match param {
                    Some(param) => {
                        changes.extend(with_parameter(request, channel, add, letter, param));
                    }
                    None if letter == 'b' => listed = true,
                    None if !add && matches!(letter, 'k' | 'l') => {
                        changes.push(setting(false, letter, None));
                    }
                    None => say_missing(request, channel, letter),
                }
            }
            unknown => request
                .reply(ERR_UNKNOWNMODE)
                .param(&unknown.to_string())
                .text(),
        }
    }
    if listed {
        request.ask(bans);
    }
    changes
}

fn setting(add: bool, letter: char, value: Option<String>) -> Change {
    Change::Setting(StoredMode { add, letter, value })
}

fn with_parameter(
    request: &mut Request<'_>,
    channel: &Channel,
    add: bool,
    letter: char,
    param: &str,
) -> Option<Change> {
    match letter {
        'o' | 'v' => match request.network.session_by_nick(param) {
            Some(member) => Some(Change::Rank {
                add,
                letter,
                member: member.id,
                nick: param.into(),
            }),
            None => {
                request.reply(ERR_NOSUCHNICK).param(param).text();
                None
            }
        },
        'k' if !add => Some(setting(false, 'k', None)),
        'k' if is_key(param) => Some(setting(true, 'k', Some(param.into()))),
        'k' => {
            request.reply(ERR_INVALIDKEY).param(&channel.name).text();
            None
        }
        'l' => match param.parse::<u32>() {
            Ok(limit) if limit > 0 => Some(setting(true, 'l', Some(limit.to_string()))),
            _ => {
                let reply = request.reply(ERR_INVALIDMODEPARAM);
                let reply = reply.params([&*channel.name, "l", param]);
                reply.trailing("A limit is a number of members, at least 1");
                None
            }
        },
        _ if param.contains(' ') || param.len() > MASK_BYTES_MAX => {
            let reply = request.reply(ERR_INVALIDMODEPARAM);
            let reply = reply.params([&*channel.name, "b", truncated(param, MASK_BYTES_MAX)]);
            reply.trailing("A mask has no spaces and at most 128 bytes");
            None
        }
        _ => Some(setting(add, 'b', Some(mask::complete(param)))),
    }
}

fn say_missing(request: &mut Request<'_>, channel: &Channel, letter: char) {
    let reply = request.reply(ERR_INVALIDMODEPARAM);
    let reply = reply.params([&*channel.name, &letter.to_string(), "*"]);
    reply.trailing("You must give a parameter");
}

/// A key must fit as one parameter of JOIN, in a list there.
fn is_key(text: &str) -> bool {
    text.len() <= KEY_BYTES_MAX && !text.starts_with(':') && !text.contains([' ', ','])
}

/// Longest channel key, bytes (RFC 2812 section 2.3.1 has 23).
const KEY_BYTES_MAX: usize = 23;

/// Longest ban mask as given, bytes: longer than the longest source.
const MASK_BYTES_MAX: usize = 128;
