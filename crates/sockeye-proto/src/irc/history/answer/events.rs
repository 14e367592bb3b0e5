//! What is no message, as the lines that it was (IRCv3 draft/event-playback).

use alloc::string::String;

use super::super::Reply;
use crate::irc::caps::Caps;
use crate::irc::event::{Fact, PresenceChange, Stamp, StoredMode, StoredPresence};
use crate::irc::message::Params;

/// Writes the line of a fact, if it has one.
pub(super) fn encode(out: &mut String, reply: &Reply, stamp: &Stamp, fact: &Fact) {
    match fact {
        Fact::Topic { by, topic } => {
            let line = reply.stamped(out, stamp, None).source(by).command("TOPIC");
            line.param(&reply.target).trailing(topic);
        }
        Fact::Mode { by, changes } => {
            let line = reply.stamped(out, stamp, None).source(by).command("MODE");
            write_modes(line.param(&reply.target), changes);
        }
        Fact::Presence(presence) => encode_presence(out, reply, stamp, presence),
        Fact::Redact {
            by,
            account,
            msgid,
            reason,
            ..
        } if reply.caps.has(Caps::MESSAGE_REDACTION) => {
            let line = reply.stamped(out, stamp, account.as_deref()).source(by);
            let line = line.command("REDACT").params([&*reply.target, msgid]);
            match reason {
                Some(reason) => line.trailing(reason),
                None => line.end(),
            }
        }
        Fact::Rename { .. }
        | Fact::Registry { .. }
        | Fact::Redact { .. }
        | Fact::Message(_)
        | Fact::Direct(_)
        | Fact::Found(_)
        | Fact::ReadMark { .. }
        | Fact::Prefer { .. }
        | Fact::Stay { .. }
        | Fact::Metadata { .. } => {}
    }
}

fn encode_presence(out: &mut String, reply: &Reply, stamp: &Stamp, presence: &StoredPresence) {
    let account = presence.account.as_deref();
    let head = reply.stamped(out, stamp, account).source(&presence.source);
    let channel = &reply.target;
    match &presence.change {
        PresenceChange::Join { realname } if reply.caps.has(Caps::EXTENDED_JOIN) => {
            let line = head.command("JOIN").param(channel);
            line.param(account.unwrap_or("*")).trailing(realname);
        }
        PresenceChange::Join { .. } => head.command("JOIN").param(channel).end(),
        PresenceChange::Part { reason: None } => head.command("PART").param(channel).end(),
        PresenceChange::Part {
            reason: Some(reason),
        } => head.command("PART").param(channel).trailing(reason),
        PresenceChange::Quit { reason } => head.command("QUIT").trailing(reason),
        PresenceChange::Kick { nick, reason } => {
            let line = head.command("KICK").param(channel);
            line.param(nick).trailing(reason);
        }
        PresenceChange::Nick { nick } => head.command("NICK").param(nick).end(),
    }
}

/// Writes `+o-v nick nick`.
fn write_modes(line: Params<'_>, changes: &[StoredMode]) {
    let mut letters = String::new();
    let mut sign = None;
    for change in changes {
        if sign != Some(change.add) {
            letters.push(if change.add { '+' } else { '-' });
            sign = Some(change.add);
        }
        letters.push(change.letter);
    }
    let values = changes.iter().filter_map(|change| change.value.as_deref());
    line.param(&letters).params(values).end();
}
