//! What of an event is stored.
//!
//! Invariant: [`Network::fact`] is the only place that decides it, by the event's kind and the
//! settings.

use alloc::string::String;

use super::{Event, Network, Refusal};
use crate::irc::event::{Fact, Found, MessageKind, StoredMessage, Target};
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::numeric::{ERR_CANNOTSENDTOCHAN, ERR_UNKNOWNERROR};

impl Network {
    /// Returns the channel and the fact that an event stores, if it does.
    pub(crate) fn fact(&self, event: &Event) -> Option<(ChannelId, Fact)> {
        match event {
            Event::Message(speech) => {
                let Target::Channel(channel) = speech.to else {
                    return None;
                };
                let is_for_all = speech.hearing.is_none();
                if !self.settings.history || speech.kind == MessageKind::Tagmsg || !is_for_all {
                    return None;
                }
                let sender = self.sessions.find(speech.from)?;
                let message = StoredMessage {
                    source: sender.source.clone(),
                    account: sender.account.as_ref().map(|account| account.name.clone()),
                    kind: speech.kind,
                    tags: speech.tags.clone(),
                    text: speech.text.clone(),
                };
                Some((channel, Fact::Message(message)))
            }
            Event::Topic(topic) => {
                let by = self.source(topic.by)?;
                Some((
                    topic.channel,
                    Fact::Topic {
                        by,
                        topic: topic.text.clone(),
                    },
                ))
            }
            Event::Mode(modes) => {
                let changes = modes.stored();
                let by = self.source(modes.by)?;
                (!changes.is_empty()).then_some((modes.channel, Fact::Mode { by, changes }))
            }
            _ => None,
        }
    }

    /// Returns what has to be stored before the first fact of a channel.
    ///
    /// Invariant: until a channel has stored state its modes are those of its beginning, since
    /// changing them stores them; so it does not matter which of several concurrent facts brings
    /// this along, and restoring takes the first and ignores the others.
    pub(crate) fn found(&self, channel: ChannelId) -> Option<Found> {
        let channel = self
            .channels
            .find(channel)
            .filter(|channel| !channel.stored)?;
        Some(Found {
            name: channel.name.clone(),
            created_ms: channel.created_ms,
            founder: channel.founder,
            modes: channel.modes.settings(),
        })
    }

    /// Notes that a channel has stored state, if one is given.
    pub(crate) fn mark_stored(&mut self, channel: Option<ChannelId>) {
        if let Some(channel) = channel.and_then(|id| self.channels.find_mut(id)) {
            channel.stored = true;
        }
    }

    /// Tells the sender that an event could not be stored; also that of a NOTICE, because silence
    /// is how a NOTICE succeeds.
    pub(crate) fn not_stored(&self, event: &Event, why: &str) -> Refusal {
        let mut lines = String::new();
        match event {
            Event::Message(speech) => {
                let reply = self.reply(speech.from, ERR_CANNOTSENDTOCHAN, &mut lines);
                let text = format_args!("Cannot send to channel: not stored: {why}");
                reply.param(&speech.target).trailing_fmt(text);
            }
            Event::Topic(topic) => self.not_carried_out(topic.by, &mut lines, "TOPIC", why),
            Event::Mode(modes) => self.not_carried_out(modes.by, &mut lines, "MODE", why),
            _ => {}
        }
        Refusal(lines)
    }

    fn not_carried_out(&self, by: SessionId, lines: &mut String, command: &str, why: &str) {
        let reply = self.reply(by, ERR_UNKNOWNERROR, lines).param(command);
        reply.trailing_fmt(format_args!(
            "Not carried out, because it cannot be stored: {why}"
        ));
    }

    fn source(&self, session: SessionId) -> Option<String> {
        self.sessions
            .find(session)
            .map(|session| session.source.clone())
    }
}
