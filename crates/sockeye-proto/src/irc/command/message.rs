//! PRIVMSG, NOTICE and TAGMSG (Modern IRC, section Sending Messages; IRCv3 message-tags).

mod hearing;

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hearing::{Hearing, addressed, hearing};

use super::{Request, playback, relaymsg, services, targets};
use crate::irc::caps::Caps;
use crate::irc::casemap::CHANNEL_PREFIX;
use crate::irc::event::{MessageKind, Stamp, Target};
use crate::irc::history::msgid_text;
use crate::irc::id::{ChannelId, ClientId};
use crate::irc::message::{LINE_BYTES_MAX, Line};
use crate::irc::multiline::{Lines, is_multiline, pieces};
use crate::irc::network::client::{UserMode, source};
use crate::irc::network::rank::Rank;
use crate::irc::network::{Client, Effects, Event, Intent, Network, Refusal, Relay};
use crate::irc::numeric::{
    ERR_CANNOTSENDTOCHAN, ERR_INPUTTOOLONG, ERR_NEEDREGGEDNICK, ERR_NORECIPIENT, ERR_NOSUCHCHANNEL,
    ERR_NOSUCHNICK, ERR_NOTEXTTOSEND, ERR_TOOMANYTARGETS, ERR_UNKNOWNCOMMAND, Numeric, RPL_AWAY,
};

/// A message to a channel or a client.
#[derive(Debug)]
pub(crate) struct Speech {
    pub(crate) from: ClientId,
    /// The nick of whoever elsewhere has said it.
    pub(crate) relayed_as: Option<String>,
    pub(crate) to: Target,
    /// Who of a channel hears it. What not all do is not stored, because all read the history.
    pub(crate) hearing: Hearing,
    /// The target as the sender wrote it.
    pub(crate) target: String,
    pub(crate) kind: MessageKind,
    /// Client-only tags.
    pub(crate) tags: Vec<(String, String)>,
    /// Empty for TAGMSG; its lines are [`pieces`].
    pub(crate) text: String,
}

pub(super) fn privmsg(request: &mut Request<'_>) {
    let Some(receivers) = request.param(0) else {
        let text = format_args!("No recipient given ({})", request.message.command);
        return request.reply(ERR_NORECIPIENT).trailing_fmt(text);
    };
    let Some(text) = request.param(1) else {
        return request.reply(ERR_NOTEXTTOSEND).text();
    };
    if targets(receivers).count() > MESSAGE_TARGETS_MAX {
        return request.reply(ERR_TOOMANYTARGETS).param(receivers).text();
    }
    send(request, MessageKind::Privmsg, receivers, text);
}

/// A NOTICE is never answered, not even with an error (RFC 2812 section 3.3.2).
pub(super) fn notice(request: &mut Request<'_>) {
    let (Some(receivers), Some(text)) = (request.param(0), request.param(1)) else {
        return;
    };
    if targets(receivers).count() <= MESSAGE_TARGETS_MAX {
        send(request, MessageKind::Notice, receivers, text);
    }
}

pub(super) fn tagmsg(request: &mut Request<'_>) {
    if !request.session.caps.has(Caps::MESSAGE_TAGS) {
        return request.reply(ERR_UNKNOWNCOMMAND).param("TAGMSG").text();
    }
    let Some(receivers) = request.param(0) else {
        return request
            .reply(ERR_NORECIPIENT)
            .trailing("No recipient given (TAGMSG)");
    };
    if targets(receivers).count() > MESSAGE_TARGETS_MAX {
        return request.reply(ERR_TOOMANYTARGETS).param(receivers).text();
    }
    send(request, MessageKind::Tagmsg, receivers, "");
}

pub(super) fn send(request: &mut Request<'_>, kind: MessageKind, receivers: &str, text: &str) {
    let tags = relayed_tags(request);
    let is_bare = tags.is_empty() && request.message.client_only_tags().next().is_some();
    if kind == MessageKind::Tagmsg && is_bare {
        // Nothing of it is relayed here.
        return;
    }
    for target in targets(receivers) {
        if kind == MessageKind::Privmsg
            && (services::takes(request, target, text) || playback::takes(request, target, text))
        {
            continue;
        }
        match addressee(request, target, text) {
            Some((to, hearing)) => request.act(Event::Message(Speech {
                from: request.client.id,
                relayed_as: None,
                to,
                hearing,
                target: target.into(),
                kind,
                tags: tags.clone(),
                text: text.into(),
            })),
            None if kind == MessageKind::Notice => {}
            None => {
                let is_channel = addressed(target).1.starts_with(CHANNEL_PREFIX);
                let numeric = match is_channel {
                    true => ERR_NOSUCHCHANNEL,
                    false => ERR_NOSUCHNICK,
                };
                request.reply(numeric).param(target).text();
            }
        }
    }
}

/// Returns the tags of a line that others are shown.
pub(super) fn relayed_tags(request: &Request<'_>) -> Vec<(String, String)> {
    if !request.session.caps.has(Caps::MESSAGE_TAGS) {
        return Vec::new();
    }
    let denied = &request.network.settings.tags_denied;
    let tags = request.message.client_only_tags();
    tags.filter(|(key, _)| !denied.denies(key))
        .cloned()
        .collect()
}

/// Finds whom a target means.
pub(super) fn addressee(
    request: &Request<'_>,
    target: &str,
    text: &str,
) -> Option<(Target, Hearing)> {
    let network = request.network;
    let (wanted, name) = addressed(target);
    if let Some(channel) = network.channel_by_name(name) {
        // Whether they may speak at all is checked with the rest.
        let imposed = hearing(network, request.client, channel, text).unwrap_or_default();
        return Some((Target::Channel(channel.id), wanted.max(imposed)));
    }
    let client = network.client_by_nick(target)?;
    Some((Target::Client(client.id), None))
}

impl Intent for Speech {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let Some(sender) = network.clients.find(self.from) else {
            return Err(Refusal(String::new()));
        };
        let target_bytes = match self.to {
            Target::Channel(id) => self.plan_for_channel(network, sender, id)?,
            Target::Client(id) => self.plan_for_client(network, sender, id)?,
        };
        // A message is relayed whole or not at all: cutting it would lose text in silence.
        let fixed = ": ".len() + self.kind.command().len() + "  :\r\n".len();
        let longest = pieces(&self.text).map(|piece| piece.text.len()).max();
        let source_bytes = self.source(sender).len();
        if fixed + source_bytes + target_bytes + longest.unwrap_or(0) > LINE_BYTES_MAX {
            return Err(match self.kind {
                MessageKind::Notice => Refusal(String::new()),
                _ => network.refusal(self.from, ERR_INPUTTOOLONG, []),
            });
        }
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(sender) = network.clients.find_mut(self.from) else {
            return;
        };
        if self.only_types() && !sender.typing.take(self.to, stamp.wall_ms) {
            return;
        }
        sender.last_spoke_ms = stamp.wall_ms;
        let Some(relay) = self.relay(network, stamp) else {
            return;
        };
        let (own, outputs) = (effects.replies.to(), &mut *effects.outputs);
        let is_heard_by_own = match self.to {
            Target::Channel(channel) => {
                match self.hearing {
                    None => network.send_to_channel(channel, own, &relay, outputs),
                    Some(least) => {
                        network.send_to_ranked(channel, (self.from, own), least, &relay, outputs);
                    }
                }
                let channel = network.channels.find(channel);
                channel.is_some_and(|channel| channel.rank(self.from).is_some())
            }
            Target::Client(receiver) => {
                network.send_to_client(receiver, &relay, outputs);
                receiver == self.from
            }
        };
        if !is_heard_by_own {
            network.send_to_others(self.from, own, &relay, outputs);
        }
        if let (Target::Client(receiver), MessageKind::Privmsg) = (self.to, self.kind) {
            self.say_if_away(receiver, network, effects);
        }
        effects.echo(&relay.needs(Caps::ECHO_MESSAGE), network);
    }
}

impl Speech {
    /// Returns how long the target is in the line that others read.
    fn plan_for_channel(
        &self,
        network: &Network,
        sender: &Client,
        channel: ChannelId,
    ) -> Result<usize, Refusal> {
        let Some(channel) = network.channels.find(channel) else {
            return Err(self.refused(network, ERR_NOSUCHCHANNEL, ERR_NOSUCHCHANNEL.text));
        };
        if self.relayed_as.is_some() {
            relaymsg::permission(network, sender, channel)?;
        }
        let why = match hearing(network, sender, channel, &self.text) {
            // For whom it is has been decided when it was to be stored or not.
            Ok(now) if now > self.hearing => Some('U'),
            Ok(_) => None,
            Err(mode) => Some(mode),
        };
        match why {
            None => Ok(self.prefix().len() + channel.name.len()),
            Some(mode) => {
                let why = format!("{} (+{mode})", ERR_CANNOTSENDTOCHAN.text);
                Err(self.refused(network, ERR_CANNOTSENDTOCHAN, &why))
            }
        }
    }

    fn plan_for_client(
        &self,
        network: &Network,
        sender: &Client,
        receiver: ClientId,
    ) -> Result<usize, Refusal> {
        let Some(receiver) = network.clients.find(receiver) else {
            return Err(self.refused(network, ERR_NOSUCHNICK, ERR_NOSUCHNICK.text));
        };
        let is_stranger = sender.account.is_none() && sender.id != receiver.id;
        if is_stranger && receiver.modes.has(UserMode::RegisteredOnly) {
            let why = "You must be logged in to send messages to this user";
            return Err(self.refused(network, ERR_NEEDREGGEDNICK, why));
        }
        Ok(receiver.nick.len())
    }

    /// Refuses it; a NOTICE is not answered.
    fn refused(&self, network: &Network, numeric: Numeric, why: &str) -> Refusal {
        let mut lines = String::new();
        if self.kind != MessageKind::Notice {
            let reply = network.reply(self.from, numeric, &mut lines);
            reply.param(&self.target).trailing(why);
        }
        Refusal(lines)
    }

    /// Returns what stands before the channel in the line that others read.
    fn prefix(&self) -> &'static str {
        let (wanted, _) = addressed(&self.target);
        wanted.map_or("", |prefix| Rank::of([prefix]).prefix())
    }

    /// Returns who is shown to have said it.
    pub(crate) fn source<'a>(&self, sender: &'a Client) -> Cow<'a, str> {
        match &self.relayed_as {
            None => Cow::Borrowed(&sender.source),
            Some(nick) => source(nick, &sender.user, &sender.host).into(),
        }
    }

    fn relay<'a>(&'a self, network: &Network, stamp: &'a Stamp) -> Option<Relay<'a>> {
        let sender = network.clients.find(self.from)?;
        let target = match self.to {
            Target::Channel(channel) => {
                let channel = network.channels.find(channel)?;
                &[self.prefix(), &channel.name].concat()
            }
            Target::Client(receiver) => &network.clients.find(receiver)?.nick,
        };
        let source = self.source(sender);
        let relay = match is_multiline(&self.text) {
            true => self.relay_lines(&source, target, stamp),
            false => Relay::new(stamp, |line| {
                let line = line.source(&source).command(self.kind.command());
                match self.kind {
                    MessageKind::Tagmsg => line.param(target).end(),
                    _ => line.param(target).trailing(&self.text),
                }
            }),
        };
        let tags_only = self.kind == MessageKind::Tagmsg;
        let relay = match self.relayed_as {
            None => relay.by(sender),
            // Neither the account nor the bot mode of who relays it is theirs.
            Some(_) => relay,
        };
        Some(relay.message(&self.tags, tags_only))
    }

    fn relay_lines<'a>(&self, source: &str, target: &str, stamp: &'a Stamp) -> Relay<'a> {
        let message = Lines {
            kind: self.kind,
            source,
            target,
            text: &self.text,
            reference: &msgid_text(stamp),
        };
        let mut batch = String::new();
        message.write_opening(Line::new(&mut batch));
        message.write_body(&mut batch);
        message.write_closing(Line::new(&mut batch));
        let mut single = String::new();
        for piece in message.single() {
            message.write_single(Line::new(&mut single), piece);
        }
        Relay::lines(stamp, batch, single)
    }

    fn say_if_away(&self, receiver: ClientId, network: &Network, effects: &mut Effects<'_>) {
        let Some(receiver) = network.clients.find(receiver) else {
            return;
        };
        if let Some(reason) = &receiver.away {
            let reply = network.reply(self.from, RPL_AWAY, effects.replies.lines());
            reply.param(&receiver.nick).trailing(reason);
        }
    }
}

/// Most receivers of one message: each costs as much as a line of its own.
pub(crate) const MESSAGE_TARGETS_MAX: usize = 4;
