//! PRIVMSG, NOTICE and TAGMSG (Modern IRC, section Sending Messages; IRCv3 message-tags).

use alloc::string::String;
use alloc::vec::Vec;

use super::{Request, targets};
use crate::irc::caps::Caps;
use crate::irc::event::{MessageKind, Stamp, Target};
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::message::LINE_BYTES_MAX;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay, Session};
use crate::irc::numeric::{
    ERR_CANNOTSENDTOCHAN, ERR_INPUTTOOLONG, ERR_NORECIPIENT, ERR_NOSUCHCHANNEL, ERR_NOSUCHNICK,
    ERR_NOTEXTTOSEND, ERR_TOOMANYTARGETS, ERR_UNKNOWNCOMMAND, RPL_AWAY,
};

/// A message to a channel or a client.
#[derive(Debug)]
pub(crate) struct Speech {
    pub(crate) from: SessionId,
    pub(crate) to: Target,
    /// The target as the sender wrote it.
    pub(crate) target: String,
    pub(crate) kind: MessageKind,
    /// Client-only tags.
    pub(crate) tags: Vec<(String, String)>,
    /// Empty for TAGMSG.
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

fn send(request: &mut Request<'_>, kind: MessageKind, receivers: &str, text: &str) {
    let tags: Vec<_> = match request.session.caps.has(Caps::MESSAGE_TAGS) {
        true => request.message.client_only_tags().cloned().collect(),
        false => Vec::new(),
    };
    for target in targets(receivers) {
        let network = request.network;
        let channel = || {
            network
                .channel_by_name(target)
                .map(|c| Target::Channel(c.id))
        };
        let session = || {
            network
                .session_by_nick(target)
                .map(|s| Target::Session(s.id))
        };
        if let Some(to) = channel().or_else(session) {
            request.act(Event::Message(Speech {
                from: request.session.id,
                to,
                target: target.into(),
                kind,
                tags: tags.clone(),
                text: text.into(),
            }));
        } else if kind != MessageKind::Notice {
            let is_channel = target.starts_with('#');
            let numeric = if is_channel {
                ERR_NOSUCHCHANNEL
            } else {
                ERR_NOSUCHNICK
            };
            request.reply(numeric).param(target).text();
        }
    }
}

impl Intent for Speech {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let refused = |numeric| match self.kind {
            MessageKind::Notice => Refusal(String::new()),
            _ => network.refusal(self.from, numeric, [&self.target]),
        };
        let Some(sender) = network.sessions.find(self.from) else {
            return Err(Refusal(String::new()));
        };
        let target = match self.to {
            Target::Channel(id) => {
                let Some(channel) = network.channels.find(id) else {
                    return Err(refused(ERR_NOSUCHCHANNEL));
                };
                if !may_speak(network, sender, id) {
                    return Err(refused(ERR_CANNOTSENDTOCHAN));
                }
                &channel.name
            }
            Target::Session(id) => match network.sessions.find(id) {
                Some(receiver) => &receiver.nick,
                None => return Err(refused(ERR_NOSUCHNICK)),
            },
        };
        // A message is relayed whole or not at all: cutting it would lose text in silence.
        let fixed = ": ".len() + self.kind.command().len() + "  :\r\n".len();
        if fixed + sender.source.len() + target.len() + self.text.len() > LINE_BYTES_MAX {
            return Err(match self.kind {
                MessageKind::Notice => Refusal(String::new()),
                _ => network.refusal(self.from, ERR_INPUTTOOLONG, []),
            });
        }
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(sender) = network.sessions.find_mut(self.from) else {
            return;
        };
        sender.last_spoke_ms = stamp.wall_ms;
        let (encoding, echoes) = (sender.caps.encoding(), sender.caps.has(Caps::ECHO_MESSAGE));
        let Some(relay) = self.relay(network, stamp) else {
            return;
        };
        match self.to {
            Target::Channel(channel) => {
                network.send_to_channel(channel, self.from, &relay, effects.outputs);
            }
            Target::Session(receiver) => {
                network.send_to_session(receiver, &relay, effects.outputs);
                if self.kind == MessageKind::Privmsg {
                    self.say_if_away(receiver, network, effects);
                }
            }
        }
        if let (true, Some(line)) = (echoes, relay.encode(encoding)) {
            effects.replies.lines().push_str(&line);
        }
    }
}

impl Speech {
    fn relay<'a>(&'a self, network: &Network, stamp: &'a Stamp) -> Option<Relay<'a>> {
        let sender = network.sessions.find(self.from)?;
        let target = match self.to {
            Target::Channel(channel) => &network.channels.find(channel)?.name,
            Target::Session(receiver) => &network.sessions.find(receiver)?.nick,
        };
        let relay = Relay::new(stamp, |line| {
            let line = line
                .source(&sender.source)
                .command(self.kind.command())
                .param(target);
            match self.kind {
                MessageKind::Tagmsg => line.end(),
                _ => line.trailing(&self.text),
            }
        });
        let tags_only = self.kind == MessageKind::Tagmsg;
        Some(relay.by(sender).message(&self.tags, tags_only))
    }

    fn say_if_away(&self, receiver: SessionId, network: &Network, effects: &mut Effects<'_>) {
        let Some(receiver) = network.sessions.find(receiver) else {
            return;
        };
        if let Some(reason) = &receiver.away {
            let reply = network.reply(self.from, RPL_AWAY, effects.replies.lines());
            reply.param(&receiver.nick).trailing(reason);
        }
    }
}

/// Members may speak unless the channel is moderated or they are banned, which an operator or a
/// voice overrides; others only where `+n` is not set.
fn may_speak(network: &Network, sender: &Session, channel: ChannelId) -> bool {
    let Some(channel) = network.channels.find(channel) else {
        return false;
    };
    let rank = match channel.rank(sender.id) {
        Some(rank) => rank,
        None if channel.modes.no_outside && !network.skips_membership_check => return false,
        None => Default::default(),
    };
    rank.speaks() || !(channel.modes.moderated || channel.is_banned(&sender.source))
}

/// Most receivers of one message: each costs as much as a line of its own.
pub(crate) const MESSAGE_TARGETS_MAX: usize = 4;
