//! What is stored of who comes to channels and leaves them.
//!
//! It happens whether it can be stored or not; then the history lacks it.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use super::modes::Flag;
use super::rank::Prefix;
use super::{Event, Intent, Network};
use crate::irc::command::join::Entry;
use crate::irc::command::nick::ChangeNick;
use crate::irc::command::services::{self, chanserv};
use crate::irc::event::{Fact, PresenceChange, StoredPresence};
use crate::irc::id::{ChannelId, ClientId, Number};

/// Stores what somebody does to a member of a channel: by whom, to whom, where, what.
type Tell<'a> = dyn FnMut(ClientId, ClientId, ChannelId, PresenceChange) + 'a;

impl Network {
    /// What happens to members is stored in channels with stored state only, so that a channel
    /// does not begin to last because somebody looks into it; of an auditorium what all see of it.
    pub(super) fn presence(&self, event: &Event, store: &mut dyn FnMut(ChannelId, Fact)) {
        let mut note = |(source, account), whom, channel, change| {
            let Some(channel) = self.channels.find(channel) else {
                return;
            };
            let is_hidden =
                channel.modes.has(Flag::Auditorium) && !channel.has_rank(whom, Prefix::Voice);
            if channel.stored && !is_hidden {
                let presence = StoredPresence {
                    source,
                    account,
                    change,
                };
                store(channel.id, Fact::Presence(presence));
            }
        };
        if let Event::ClearMember(clear) = event {
            let (nick, reason) = (self.nick(clear.victim), clear.reason.clone());
            let change = PresenceChange::Kick { nick, reason };
            let by = (services::source(chanserv::NICK, self), None);
            return note(by, clear.victim, clear.channel, change);
        }
        let mut tell = |by: ClientId, whom: ClientId, channel: ChannelId, change| {
            if let Some(by) = self.clients.find(by) {
                let account = by.account.as_ref().map(|account| account.name.clone());
                note((by.source.clone(), account), whom, channel, change);
            }
        };
        match event {
            Event::Join(join) => {
                if let Ok(Entry::Existing(channel) | Entry::Forwarded(channel)) = join.plan(self) {
                    let client = self.clients.find(join.client);
                    let realname = client.map_or("", |client| &client.realname).into();
                    let change = PresenceChange::Join { realname };
                    tell(join.client, join.client, channel, change);
                }
            }
            Event::Part(part) => {
                let reason = part.reason.clone();
                let change = PresenceChange::Part { reason };
                tell(part.client, part.client, part.channel, change);
            }
            Event::Kick(kick) => {
                let (nick, reason) = (self.nick(kick.victim), kick.reason.clone());
                let change = PresenceChange::Kick { nick, reason };
                tell(kick.by, kick.victim, kick.channel, change);
            }
            Event::Nick(renamed) => self.renamed(renamed, &mut tell),
            _ => {
                for (who, reason) in self.quitting(event) {
                    self.gone(who, &reason, &mut tell);
                }
                if let Event::FreeNick(free) = event
                    && let Some(taking) = free.taking(self)
                {
                    self.renamed(&taking, &mut tell);
                }
            }
        }
    }

    /// Returns which clients leave the network with an event, and what the others read.
    fn quitting(&self, event: &Event) -> Vec<(ClientId, String)> {
        let quits = match event {
            Event::Expire(expire) => return expire.whom(self),
            Event::Leave(leave) if leave.ends(self) => {
                let client = self.client_of(leave.session);
                client.map(|client| (client.id, leave.reason.clone()))
            }
            Event::Kill(kill) => {
                let by = self.clients.find(kill.by);
                by.map(|by| (kill.victim, kill.words(by)))
            }
            Event::FreeNick(free) => Some((free.holder, free.words(self))),
            Event::Retire(retire) => {
                let holder = self.stays.holder(retire.account);
                holder.map(|client| (client, retire.reason.clone()))
            }
            _ => None,
        };
        quits.into_iter().collect()
    }

    /// Returns the rows of an event that others have made untrue since they were written, though it
    /// happens: of who comes by way of `+f` to another channel, or goes from fewer channels, or of a
    /// connection that had been its client's last one until another came.
    pub(crate) fn moved(&self, event: &Event, rows: &[(Number, ChannelId)]) -> Vec<Number> {
        let may_move = matches!(
            event,
            Event::Join(_) | Event::Leave(_) | Event::Kill(_) | Event::Nick(_) | Event::FreeNick(_)
        );
        if !may_move || rows.is_empty() {
            return Vec::new();
        }
        let mut now = BTreeSet::new();
        self.presence(event, &mut |channel, _| {
            now.insert(channel);
        });
        let moved = rows.iter().filter(|(_, channel)| !now.contains(channel));
        moved.map(|&(number, _)| number).collect()
    }

    /// That somebody leaves is stored in all channels that the client is on.
    fn gone(&self, who: ClientId, reason: &str, tell: &mut Tell<'_>) {
        for &channel in self.channels_of(who) {
            let reason = reason.into();
            tell(who, who, channel, PresenceChange::Quit { reason });
        }
    }

    fn renamed(&self, change: &ChangeNick, tell: &mut Tell<'_>) {
        let who = change.client;
        for &channel in self.channels_of(who) {
            let nick = change.nick.clone();
            tell(who, who, channel, PresenceChange::Nick { nick });
        }
    }

    fn channels_of(&self, who: ClientId) -> impl Iterator<Item = &ChannelId> {
        let client = self.clients.find(who);
        client.into_iter().flat_map(|client| &client.channels)
    }

    fn nick(&self, who: ClientId) -> String {
        let client = self.clients.find(who);
        client.map_or_else(String::new, |client| client.nick.clone())
    }
}
