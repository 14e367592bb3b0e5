//! Clients that stay on the network while they have no connection, and what accounts want of that.
//!
//! A client *stays* for an account that it is logged in to; an account has one such client at most.
//! All that a restart needs of it is one row, which is written anew when it changes:
//!
//! ```text
//!  apply ─ touch ─▶ changed ─ next batch ─▶ in the log ─ committed ─▶ what was told leaves
//!                      ▲                        └─ failed ─┐
//!                      └───────────────────────────────────┘
//! ```

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::channel::Channel;
use super::client::{self, Client, UserMode, UserModes};
use super::rank::{Prefix, Rank};
use super::{Network, Typing, stored};
use crate::irc::account::AccountRef;
use crate::irc::event::{Fact, Preferences, Record, StoredMembership, StoredStay};
use crate::irc::id::{AccountId, ClientId};
use crate::irc::metadata::{Keys, Pace};
use crate::irc::power::Powers;
use crate::irc::settings::AlwaysOn;

/// Who stays, and who wants to.
#[derive(Debug, Default)]
pub(crate) struct Stays {
    preferences: BTreeMap<AccountId, Preferences>,
    /// The client that stays for each account that has one.
    holders: BTreeMap<AccountId, ClientId>,
    /// Accounts whose rows are to be written, and those whose rows are being written.
    changed: BTreeSet<AccountId>,
    in_log: BTreeSet<AccountId>,
    /// Whether some have changed since this was asked last.
    has_news: bool,
    /// What was read at the start and is no client yet.
    read: BTreeMap<AccountId, StoredStay>,
}

impl Stays {
    /// Returns what an account wants; by default what the hub has.
    pub(crate) fn preferences(&self, account: AccountId) -> Preferences {
        self.preferences.get(&account).copied().unwrap_or_default()
    }

    /// Notes what an account wants.
    pub(crate) fn prefer(&mut self, account: AccountId, wanted: Preferences) {
        match wanted == Preferences::default() {
            true => self.preferences.remove(&account),
            false => self.preferences.insert(account, wanted),
        };
    }

    /// Returns which client stays for an account.
    pub(crate) fn holder(&self, account: AccountId) -> Option<ClientId> {
        self.holders.get(&account).copied()
    }

    /// Returns those that stay, by account.
    pub(crate) fn holders(&self) -> impl Iterator<Item = (AccountId, ClientId)> {
        self.holders
            .iter()
            .map(|(&account, &client)| (account, client))
    }

    /// Lets none stay for this account any more, if it is this client.
    pub(crate) fn release(&mut self, account: AccountId, client: ClientId) {
        if self.holder(account) == Some(client) {
            self.holders.remove(&account);
            self.note(account);
        }
    }

    /// Returns whether rows have to be written since this was asked last.
    pub(crate) fn take_news(&mut self) -> bool {
        mem::take(&mut self.has_news)
    }

    /// Returns whether rows wait to be written.
    pub(crate) fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// The rows that were being written are on disk.
    pub(crate) fn committed(&mut self) {
        self.in_log.clear();
    }

    /// They are not, and have to be written again.
    pub(crate) fn failed(&mut self) {
        self.changed.append(&mut self.in_log);
    }

    pub(super) fn stored_preferences(&self) -> Vec<(AccountId, Preferences)> {
        let all = self.preferences.iter();
        all.map(|(&account, &wanted)| (account, wanted)).collect()
    }

    /// Takes what a row or a snapshot says.
    pub(super) fn read(&mut self, account: AccountId, stay: Option<StoredStay>) {
        match stay {
            Some(stay) => self.read.insert(account, stay),
            None => self.read.remove(&account),
        };
    }

    fn note(&mut self, account: AccountId) {
        self.changed.insert(account);
        self.has_news = true;
    }
}

impl Network {
    /// Returns whether a client stays when its last connection goes.
    pub(crate) fn stays(&self, client: &Client) -> bool {
        let account = client.account.as_ref();
        account.is_some_and(|account| self.stays.holder(account.id) == Some(client.id))
    }

    /// Returns whether an account's client is to stay.
    pub(crate) fn wants_to_stay(&self, account: AccountId) -> bool {
        let wanted = self.stays.preferences(account).always_on;
        match self.settings.presence.always_on {
            AlwaysOn::Disabled => false,
            AlwaysOn::Mandatory => true,
            AlwaysOn::OptIn => wanted == Some(true),
            AlwaysOn::OptOut => wanted != Some(false),
        }
    }

    /// Returns whether connections of an account may share a nick.
    pub(crate) fn shares_nicks(&self, account: AccountId) -> bool {
        let wanted = self.stays.preferences(account).multiclient;
        wanted.unwrap_or(self.settings.presence.multiclient)
    }

    /// Lets a client stay for its account, or not any more, as is wanted now.
    pub(crate) fn settle_stay(&mut self, id: ClientId) {
        let client = self.clients.find(id);
        let Some(account) = client.and_then(|client| Some(client.account.as_ref()?.id)) else {
            return;
        };
        match self.wants_to_stay(account) {
            false => self.stays.release(account, id),
            true => {
                let has_room = self.stays.holders.len() < self.settings.presence.always_on_max;
                if has_room && self.stays.holder(account).is_none() {
                    self.stays.holders.insert(account, id);
                    self.stays.note(account);
                }
            }
        }
    }

    /// Lets all clients stay, or not any more, as is wanted now.
    pub(crate) fn settle_stays(&mut self) {
        let all: Vec<ClientId> = self.clients.iter().map(|client| client.id).collect();
        for client in all {
            self.settle_stay(client);
            self.settle_away(client);
        }
    }

    /// Notes that something about a client has changed that a restart has to know if it stays.
    pub(crate) fn touch(&mut self, id: ClientId) {
        let client = self.clients.find(id);
        let staying = client.filter(|client| self.stays(client));
        if let Some(account) = staying.and_then(|client| client.account.as_ref()) {
            self.stays.note(account.id);
        }
    }

    /// Returns the rows that are to be written, for [`Stays::committed`] or [`Stays::failed`].
    pub(crate) fn changed_stays(&mut self, mut record: impl FnMut(Fact) -> Record) -> Vec<Record> {
        let changed = mem::take(&mut self.stays.changed);
        let rows = changed.iter().map(|&account| {
            let stay = self.stored_stay(account);
            record(Fact::Stay { account, stay })
        });
        let rows = rows.collect();
        self.stays.in_log.extend(changed);
        rows
    }

    /// Returns all that stay as stored.
    pub(super) fn stored_stays(&self) -> Vec<(AccountId, StoredStay)> {
        let accounts = self.stays.holders.keys();
        accounts
            .filter_map(|&account| Some((account, self.stored_stay(account)?)))
            .collect()
    }

    fn stored_stay(&self, account: AccountId) -> Option<StoredStay> {
        let client = self.clients.find(self.stays.holder(account)?)?;
        let modes = UserMode::ALL.into_iter();
        let channels = client.channels.iter();
        Some(StoredStay {
            account: client.account.as_ref()?.name.clone(),
            nick: client.nick.clone(),
            user: client.user.clone(),
            host: client.host.clone(),
            realname: client.realname.clone(),
            modes: modes
                .filter(|&mode| client.modes.has(mode))
                .map(UserMode::letter)
                .collect(),
            away: client.away_left.clone(),
            signed_on_ms: client.signed_on_ms,
            seen_ms: client.seen_ms,
            channels: channels
                .filter_map(|&id| self.channels.find(id))
                .map(|channel| membership(channel, client.id, self))
                .collect(),
        })
    }

    /// Makes clients of what was read at the start.
    ///
    /// # Errors
    /// When one of them cannot be.
    pub(crate) fn restore_stays(&mut self) -> Result<(), String> {
        for (account, stay) in mem::take(&mut self.stays.read) {
            if !self.wants_to_stay(account) {
                self.stays.note(account);
                continue;
            }
            let mapping = &self.settings.casemapping;
            let folded = mapping.fold(&stay.nick);
            let free = folded.filter(|folded| self.clients.by_folded_nick(folded).is_none());
            let folded = free.ok_or_else(|| alloc::format!("always-on nick {:?}", stay.nick))?;
            let client = returned(account, &stay, folded, self);
            let id = client.id;
            self.clients.insert(client);
            for letter in stay.modes.chars() {
                if let Some(mode) = UserMode::of_letter(letter) {
                    self.clients.set_mode(id, mode, true);
                }
            }
            for membership in &stay.channels {
                self.restore_membership(id, membership)?;
            }
            self.stays.holders.insert(account, id);
            self.settle_away(id);
        }
        Ok(())
    }

    /// A channel without stored state begins again as it was.
    fn restore_membership(&mut self, id: ClientId, kept: &StoredMembership) -> Result<(), String> {
        if let (None, Some(found)) = (self.channels.find(kept.channel), &kept.found) {
            let channel = stored::found_channel(kept.channel, found);
            self.restore_channel(Channel {
                stored: false,
                ..channel
            })?;
        }
        let (Some(client), Some(channel)) = (
            self.clients.find_mut(id),
            self.channels.find_mut(kept.channel),
        ) else {
            return Ok(());
        };
        let ranks = kept.ranks.chars().filter_map(Prefix::of_letter);
        client.channels.push(kept.channel);
        channel.add_member(client, Rank::of(ranks));
        Ok(())
    }
}

fn membership(channel: &Channel, client: ClientId, network: &Network) -> StoredMembership {
    let rank = channel.rank(client).unwrap_or_default();
    let held = Prefix::ALL.into_iter().filter(|&prefix| rank.has(prefix));
    StoredMembership {
        channel: channel.id,
        found: network.found(channel.id),
        ranks: held.map(Prefix::letter).collect(),
    }
}

/// Makes a client without connections. That it is an operator its next login has to say.
fn returned(
    account: AccountId,
    stay: &StoredStay,
    folded: String,
    network: &mut Network,
) -> Client {
    Client {
        id: network.clients.next_id(),
        source: client::source(&stay.nick, &stay.user, &stay.host),
        nick: stay.nick.clone(),
        folded,
        user: stay.user.clone(),
        host: stay.host.clone(),
        realname: stay.realname.clone(),
        account: Some(AccountRef {
            id: account,
            name: stay.account.clone(),
            powers: Powers::NONE,
        }),
        away: None,
        away_left: stay.away.clone(),
        modes: UserModes::default(),
        sessions: Vec::new(),
        channels: Vec::new(),
        invites: Vec::new(),
        signed_on_ms: stay.signed_on_ms,
        seen_ms: stay.seen_ms,
        last_spoke_ms: stay.seen_ms,
        keys: Keys::default(),
        keys_pace: Pace::default(),
        typing: Typing::default(),
        mark: 0,
    }
}
