//! What of an event is stored.
//!
//! Invariant: [`Network::facts`] is the only place that decides it, by the event's kind and the
//! settings.

use alloc::string::String;

use super::{Client, Event, Network, Refusal};
use crate::irc::command::Work;
use crate::irc::command::message::Speech;
use crate::irc::command::redact::Redact;
use crate::irc::event::{Fact, Found, MessageKind, Party, StoredDirect, StoredMessage, Target};
use crate::irc::id::{ChannelId, ClientId};
use crate::irc::message::is_typing;
use crate::irc::numeric::{ERR_CANNOTSENDTOCHAN, ERR_UNKNOWNERROR};

impl Network {
    /// Hands over each fact that a work stores, with the channel that it belongs to.
    pub(crate) fn facts_of(&self, work: &mut Work, store: &mut dyn FnMut(ChannelId, Fact)) {
        match work {
            Work::Act(event) => self.facts(event, store),
            Work::Enter(candidate) => self.early_facts(candidate, store),
            Work::Say(_) | Work::Ask(_) => {}
        }
    }

    /// Hands over each fact that an event stores, with the channel that it belongs to.
    pub(crate) fn facts(&self, event: &Event, store: &mut dyn FnMut(ChannelId, Fact)) {
        match event {
            Event::Message(speech) => {
                if let Some((channel, fact)) = self.said(speech) {
                    store(channel, fact);
                }
            }
            Event::Topic(topic) => {
                if let Some(by) = self.source(topic.by) {
                    let topic_text = topic.text.clone();
                    let fact = Fact::Topic {
                        by,
                        topic: topic_text,
                    };
                    store(topic.channel, fact);
                }
            }
            Event::Mode(modes) => {
                let changes = modes.stored();
                if let (Some(by), false) = (self.source(modes.by), changes.is_empty()) {
                    store(modes.channel, Fact::Mode { by, changes });
                }
            }
            Event::Redact(redact) => {
                if let Some(fact) = self.taken_back(redact) {
                    store(redact.channel(), fact);
                }
            }
            Event::Rename(rename) => {
                if let Some(by) = self.source(rename.by) {
                    let (name, reason) = (rename.name.clone(), rename.reason.clone());
                    store(rename.channel, Fact::Rename { by, name, reason });
                }
            }
            Event::Registry(change) => {
                if let Some(by) = self.source(change.by) {
                    let change_stored = change.stored();
                    let fact = Fact::Registry {
                        by,
                        change: change_stored,
                    };
                    store(change.channel, fact);
                }
            }
            Event::Prefer(prefer) => {
                let (account, wanted) = (prefer.account, prefer.wanted);
                store(ChannelId::NONE, Fact::Prefer { account, wanted });
            }
            Event::MarkRead(mark) => {
                let fact = Fact::ReadMark {
                    account: mark.account,
                    target: mark.target.clone(),
                    read_ms: mark.read_ms,
                };
                store(ChannelId::NONE, fact);
            }
            Event::Keys(keys) => {
                if let Some((channel, fact)) = keys.stored() {
                    store(channel, fact);
                }
            }
            _ if self.settings.history && self.settings.history_events => {
                self.presence(event, store);
            }
            _ => {}
        }
    }

    fn taken_back(&self, redact: &Redact) -> Option<Fact> {
        let client = self.clients.find(redact.by)?;
        Some(Fact::Redact {
            by: client.source.clone(),
            account: client.account.as_ref().map(|account| account.name.clone()),
            number: redact.number,
            msgid: redact.msgid.clone(),
            reason: redact.reason.clone(),
        })
    }

    /// What is said to all of a channel is stored, and what is said to a client if one of the two
    /// has an account to read it with.
    fn said(&self, speech: &Speech) -> Option<(ChannelId, Fact)> {
        if !self.settings.history || !speech.lasts() || speech.hearing.is_some() {
            return None;
        }
        let sender = self.clients.find(speech.from)?;
        let message = StoredMessage {
            source: speech.source(sender).into_owned(),
            account: match speech.relayed_as {
                None => sender.account.as_ref().map(|account| account.name.clone()),
                Some(_) => None,
            },
            kind: speech.kind,
            tags: speech.tags.clone(),
            text: speech.text.clone(),
        };
        let receiver = match speech.to {
            Target::Channel(channel) => return Some((channel, Fact::Message(message))),
            Target::Client(receiver) => self.clients.find(receiver)?,
        };
        (sender.account.is_some() || receiver.account.is_some()).then(|| {
            let direct = StoredDirect {
                from: self.party(sender),
                to: self.party(receiver),
                message,
            };
            (ChannelId::NONE, Fact::Direct(direct))
        })
    }

    /// Returns a client as a side of a direct message.
    fn party(&self, client: &Client) -> Party {
        Party {
            nick: client.nick.clone(),
            key: self.direct_key(client),
            account: client.account.as_ref().map(|account| account.id),
        }
    }

    /// Returns what direct messages with a client are found by: the name of its account, so that
    /// they are found under any nick, or else its nick.
    pub(crate) fn direct_key(&self, client: &Client) -> String {
        let account = client.account.as_ref();
        let name = account.and_then(|account| self.settings.casemapping.fold(&account.name));
        name.unwrap_or_else(|| client.folded.clone())
    }

    /// Returns what direct messages with somebody are found by, here or not: the name of an
    /// account, or the nick of a client without one. `None`: nobody can be called so.
    pub(crate) fn direct_target(&self, target: &str) -> Option<String> {
        let mapping = &self.settings.casemapping;
        match self.client_by_nick(target) {
            Some(client) => Some(self.direct_key(client)),
            None => mapping.fold(target).filter(|_| mapping.is_nick(target)),
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
    /// is how a NOTICE succeeds. `None`: it happens all the same, and only the history lacks it.
    pub(crate) fn not_stored(&self, event: &Event, why: &str) -> Option<Refusal> {
        let mut lines = String::new();
        match event {
            Event::Message(speech) => match speech.to {
                Target::Channel(_) => {
                    let reply = self.reply(speech.from, ERR_CANNOTSENDTOCHAN, &mut lines);
                    let text = format_args!("Cannot send to channel: not stored: {why}");
                    reply.param(&speech.target).trailing_fmt(text);
                }
                Target::Client(_) => {
                    self.not_carried_out(speech.from, &mut lines, speech.kind.command(), why);
                }
            },
            Event::Topic(topic) => self.not_carried_out(topic.by, &mut lines, "TOPIC", why),
            Event::Mode(modes) => self.not_carried_out(modes.by, &mut lines, "MODE", why),
            Event::Redact(redact) => redact.not_stored(&self.settings.server, why, &mut lines),
            Event::Rename(rename) => self.not_carried_out(rename.by, &mut lines, "RENAME", why),
            Event::Registry(change) => return Some(change.not_stored(self, why)),
            Event::Prefer(prefer) => {
                let client = self.client_of(prefer.session)?;
                self.not_carried_out(client.id, &mut lines, "NICKSERV", why);
            }
            Event::Keys(keys) => keys.not_stored(self, why, &mut lines),
            Event::MarkRead(mark) => mark.not_stored(&self.settings.server, why, &mut lines),
            _ => return None,
        }
        Some(Refusal(lines))
    }

    fn not_carried_out(&self, by: ClientId, lines: &mut String, command: &str, why: &str) {
        let reply = self.reply(by, ERR_UNKNOWNERROR, lines).param(command);
        reply.trailing_fmt(format_args!(
            "Not carried out, because it cannot be stored: {why}"
        ));
    }

    fn source(&self, client: ClientId) -> Option<String> {
        self.clients
            .find(client)
            .map(|client| client.source.clone())
    }
}

impl Speech {
    /// Returns whether it is worth keeping: of tags alone, what says more than that somebody types.
    fn lasts(&self) -> bool {
        let is_more = |(key, _): &(String, String)| !is_typing(key);
        self.kind != MessageKind::Tagmsg || self.tags.iter().any(is_more)
    }

    /// Returns whether it says only that somebody types.
    pub(crate) fn only_types(&self) -> bool {
        !self.lasts() && !self.tags.is_empty()
    }
}
