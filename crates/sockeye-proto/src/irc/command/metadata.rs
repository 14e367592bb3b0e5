//! METADATA (IRCv3 draft/metadata-3, draft/metadata-2): what people and channels say of
//! themselves.

mod change;
mod subscribe;

use alloc::string::String;

pub(crate) use change::ChangeKeys;
pub(crate) use subscribe::Subscribe;

use super::{Asked, Request};
use crate::irc::casemap::CHANNEL_PREFIX;
use crate::irc::event::{StoredKeys, Target};
use crate::irc::metadata::words::{Fault, Words};
use crate::irc::metadata::{self, Subcommand, is_key};
use crate::irc::network::metadata::ALL;
use crate::irc::network::{Client, Network, Replies};
use crate::irc::numeric::{ERR_UNKNOWNCOMMAND, Severity};

pub(super) fn metadata(request: &mut Request<'_>) {
    let Some(words) = request.network.words(request.session) else {
        return request.reply(ERR_UNKNOWNCOMMAND).param("METADATA").text();
    };
    if let Err(fault) = ask(request) {
        words.fault(&fault, Severity::Fail, request.lines());
    }
}

fn ask<'a>(request: &mut Request<'a>) -> Result<(), Fault<'a>> {
    let (name, subcommand) = metadata::read(&request.message.params)?;
    let (network, client) = (request.network, request.client);
    let known = find(network, client, name).ok_or(Fault::Target(name));
    let is_own = known == Ok(Target::Client(client.id));
    match subcommand {
        Subcommand::Get(_) => known.map(|_| request.ask(get)),
        Subcommand::List => known.map(|_| request.ask(list)),
        Subcommand::Subs if is_own => {
            request.ask(subscriptions);
            Ok(())
        }
        Subcommand::Sub(keys) if is_own => {
            subscribe::subscribe(request, keys);
            Ok(())
        }
        Subcommand::Unsub(keys) if is_own => {
            subscribe::unsubscribe(request, keys);
            Ok(())
        }
        Subcommand::Sub(_) | Subcommand::Unsub(_) | Subcommand::Subs => Err(Fault::Target(name)),
        Subcommand::Sync => {
            let of = if name == ALL { None } else { Some(known?) };
            subscribe::sync(request, name, of);
            Ok(())
        }
        Subcommand::Set(key, value) => {
            let key = key.into();
            let change = match value {
                Some(value) => StoredKeys::Set {
                    key,
                    value: value.into(),
                },
                None => StoredKeys::Remove { key },
            };
            change::ask(request, (name, known?), change)
        }
        Subcommand::Clear => change::ask(request, (name, known?), StoredKeys::Clear),
    }
}

/// Finds a target that a client may know of: a nick or, for its own, `*`, or a channel.
fn find(network: &Network, client: &Client, name: &str) -> Option<Target> {
    if name == "*" {
        return Some(Target::Client(client.id));
    }
    if name.starts_with(CHANNEL_PREFIX) {
        let channel = network.as_viewer(client.id, name).ok()?;
        return Some(Target::Channel(channel.id));
    }
    let found = network.client_by_nick(name)?;
    Some(Target::Client(found.id))
}

fn get(asked: &Asked<'_>, replies: &mut Replies) {
    let write = |words: Words<'_>, of, name: &str, lines: &mut String| {
        let owner = asked.network.owner(of);
        let known = owner.and_then(|owner| asked.network.keys(owner));
        for key in asked.message.params.iter().skip(2) {
            match is_key(key) {
                true => {
                    let value = known.and_then(|known| known.find(key));
                    words.value(name, key, value, lines);
                }
                false => words.fault(&Fault::Key(key), Severity::Warn, lines),
            }
        }
    };
    answer(asked, write, replies);
}

fn list(asked: &Asked<'_>, replies: &mut Replies) {
    let write = |words: Words<'_>, of, name: &str, lines: &mut String| {
        let owner = asked.network.owner(of);
        let known = owner.and_then(|owner| asked.network.keys(owner));
        for (key, value) in known.into_iter().flat_map(|known| known.iter()) {
            words.value(name, key, Some(value), lines);
        }
    };
    answer(asked, write, replies);
}

/// Answers with a batch about the target, which may be gone by now.
fn answer(
    asked: &Asked<'_>,
    write: impl FnOnce(Words<'_>, Target, &str, &mut String),
    replies: &mut Replies,
) {
    let Some(words) = asked.network.words(asked.session) else {
        return;
    };
    let shown = asked.param(0).unwrap_or("*");
    let of = find(asked.network, asked.client, shown);
    match of.and_then(|of| Some((of, asked.network.name_of(of)?))) {
        Some((of, name)) => {
            let write = |lines: &mut String| write(words, of, name, lines);
            words.batch(name, write, replies.lines());
        }
        None => words.fault(&Fault::Target(shown), Severity::Fail, replies.lines()),
    }
}

/// Answers with the value of the one key that was asked to be what it is.
fn current(asked: &Asked<'_>, replies: &mut Replies) {
    let shown = asked.param(0).unwrap_or("*");
    let key = asked.message.param(2).unwrap_or_default();
    let Some(words) = asked.network.words(asked.session) else {
        return;
    };
    let network = asked.network;
    let of = find(network, asked.client, shown);
    match of.and_then(|of| Some((network.owner(of)?, network.name_of(of)?))) {
        Some((owner, name)) => {
            let value = network.keys(owner).and_then(|known| known.find(key));
            words.value(name, key, value, replies.lines());
        }
        None => words.fault(&Fault::Target(shown), Severity::Fail, replies.lines()),
    }
}

fn subscriptions(asked: &Asked<'_>, replies: &mut Replies) {
    if let Some(words) = asked.network.words(asked.session) {
        words.subscriptions(&asked.session.subscriptions, replies.lines());
    }
}
