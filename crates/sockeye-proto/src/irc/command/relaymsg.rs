//! RELAYMSG (IRCv3 draft/relaymsg): a bridge says what somebody elsewhere has said, under a nick of
//! theirs.
//!
//! Such a nick has a separator in it, which no client's nick can have, so that nobody is taken for
//! somebody here. User name and host are the bridge's own: who ignores or bans it does so whatever
//! nicks it uses.

use alloc::string::String;

use super::Request;
use super::message::{Speech, addressee};
use crate::irc::caps::Caps;
use crate::irc::casemap::{NICK_BYTES_MAX, is_unseen};
use crate::irc::event::MessageKind;
use crate::irc::id::ClientId;
use crate::irc::message::Line;
use crate::irc::network::channel::Channel;
use crate::irc::network::rank::Prefix;
use crate::irc::network::{Client, Event, Network, Refusal};
use crate::irc::numeric::{
    ERR_NEEDMOREPARAMS, ERR_NOTONCHANNEL, ERR_UNKNOWNCOMMAND, Severity, standard_reply,
};
use crate::irc::power::Power;

pub(super) fn relaymsg(request: &mut Request<'_>) {
    if !request.session.caps.has(Caps::RELAYMSG) {
        return request.reply(ERR_UNKNOWNCOMMAND).param("RELAYMSG").text();
    }
    let (Some(name), Some(nick), Some(text)) =
        (request.param(0), request.param(1), request.message.param(2))
    else {
        return request.reply(ERR_NEEDMOREPARAMS).param("RELAYMSG").text();
    };
    let Some(channel) = request.channel(name) else {
        return;
    };
    let client = request.client;
    if channel.rank(client.id).is_none() {
        return request.reply(ERR_NOTONCHANNEL).param(name).text();
    }
    if let Err(refusal) = permission(request.network, client, channel) {
        return request.lines().push_str(&refusal.0);
    }
    if !is_relayed_nick(nick) {
        let why = "A relayed nick has a / in it, and nothing that nicks cannot have besides";
        return fail(
            request.network,
            ("INVALID_NICK", nick, why),
            request.lines(),
        );
    }
    if text.is_empty() {
        let why = "The message must not be blank";
        return fail(request.network, ("BLANK_MSG", name, why), request.lines());
    }
    let Some((to, hearing)) = addressee(request, name, text) else {
        return;
    };
    let mut tags = super::message::relayed_tags(request);
    tags.push((TAG.into(), client.nick.clone()));
    request.act(Event::Message(Speech {
        from: client.id,
        relayed_as: Some(nick.into()),
        to,
        hearing,
        target: name.into(),
        kind: MessageKind::Privmsg,
        tags,
        text: text.into(),
    }));
}

/// Lets operators of the hub relay, and those of the channel where that is the setting.
///
/// # Errors
/// The lines for the client when it may not.
pub(super) fn permission(
    network: &Network,
    client: &Client,
    channel: &Channel,
) -> Result<(), Refusal> {
    let by_rank = network.settings.channel_relays && is_operator(channel, client.id);
    if client.may(Power::Channels) || by_rank {
        return Ok(());
    }
    let why = "You cannot relay messages to this channel";
    let mut lines = String::new();
    fail(network, ("PRIVS_NEEDED", &channel.name, why), &mut lines);
    Err(Refusal(lines))
}

fn is_operator(channel: &Channel, client: ClientId) -> bool {
    channel.has_rank(client, Prefix::Operator)
}

/// Whether somebody elsewhere may be shown with this nick. What it has to lack are the characters
/// that mean something in a source, a target or a mask.
fn is_relayed_nick(nick: &str) -> bool {
    let is_reserved = |c: char| is_unseen(c) || RESERVED.contains(c);
    nick.len() <= NICK_BYTES_MAX
        && nick.contains(SEPARATOR)
        && nick.chars().any(|c| c != SEPARATOR)
        && !nick.contains(is_reserved)
}

fn fail(network: &Network, (code, context, text): (&str, &str, &str), lines: &mut String) {
    let (what, server) = (("RELAYMSG", code), &network.settings.server);
    let line = Line::new(lines);
    standard_reply(line, Severity::Fail, server, what, &[context], text);
}

/// The tag that names who has relayed a message.
pub(crate) const TAG: &str = "draft/relaymsg";

/// Stands in every relayed nick and in none of a client: the value of the capability.
pub(crate) const SEPARATOR: char = '/';

/// What no relayed nick may have (IRCv3 draft/relaymsg, section Abuse prevention), and the prefix of
/// founders.
const RESERVED: &str = "!+%@&#$:'\"?*,.~";
