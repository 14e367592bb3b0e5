//! Whose metadata there is, who sees it, and who is told of it (IRCv3 draft/metadata-3).
//!
//! The keys of a client are those of its account, whichever of the account's clients has set them;
//! only a client without an account has keys of its own, for as long as it is here.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;

use super::channel::Channel;
use super::{Client, Effects, Network, Session};
use crate::irc::event::{Stamp, StoredKeys, Target};
use crate::irc::history::time_text;
use crate::irc::id::{AccountId, ChannelId, ClientId, SessionId};
use crate::irc::input::{Output, Recipients};
use crate::irc::message::Line;
use crate::irc::metadata::words::Words;
use crate::irc::metadata::{Dialect, Keys};

/// Whose keys they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Channel(ChannelId),
    Account(AccountId),
    /// A client without an account.
    Guest(ClientId),
}

/// What somebody wants to know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A channel alone, or one client.
    Only(Target),
    /// A channel and who is there.
    Channel(ChannelId),
    /// All whose changes the session is told of.
    All,
}

/// The account keys in a snapshot, and those of channels.
pub(super) type StoredMetadata = (
    Vec<(AccountId, Vec<(String, String)>)>,
    Vec<(ChannelId, Vec<(String, String)>)>,
);

impl Network {
    /// Returns who answers a session about metadata; `None` if it does not know of that.
    pub(crate) fn words<'a>(&'a self, session: &Session) -> Option<Words<'a>> {
        Some(Words {
            dialect: Dialect::of(session.caps)?,
            server: &self.settings.server,
            client: &self.clients.find(session.client)?.nick,
        })
    }

    /// Returns whose the keys of a channel or a client are.
    pub(crate) fn owner(&self, of: Target) -> Option<Owner> {
        match of {
            Target::Channel(id) => self.channels.find(id).map(|_| Owner::Channel(id)),
            Target::Client(id) => self.clients.find(id).map(owner_of_client),
        }
    }

    /// Returns the name of a channel or a client.
    pub(crate) fn name_of(&self, of: Target) -> Option<&str> {
        match of {
            Target::Channel(id) => self.channels.find(id).map(|channel| &*channel.name),
            Target::Client(id) => self.clients.find(id).map(|client| &*client.nick),
        }
    }

    /// Returns the keys of somebody; `None`: there are none.
    pub(crate) fn keys(&self, owner: Owner) -> Option<&Keys> {
        match owner {
            Owner::Channel(id) => self.channels.find(id).map(|channel| &channel.keys),
            Owner::Account(id) => self.account_keys.get(&id),
            Owner::Guest(id) => self.clients.find(id).map(|client| &client.keys),
        }
    }

    fn keys_of_client(&self, client: &Client) -> Option<&Keys> {
        self.keys(owner_of_client(client))
    }

    /// Returns those keys of a client that a session has subscribed to.
    pub(crate) fn subscribed_keys<'a>(
        &'a self,
        session: &'a Session,
        client: &'a Client,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let keys = self.keys_of_client(client).into_iter();
        keys.flat_map(|keys| keys.among(&session.subscriptions))
    }

    /// Changes the keys of somebody.
    pub(crate) fn change_keys(&mut self, owner: Owner, change: &StoredKeys) {
        let keys = match owner {
            Owner::Channel(id) => self.channels.find_mut(id).map(|channel| &mut channel.keys),
            Owner::Account(id) => Some(self.account_keys.entry(id).or_default()),
            Owner::Guest(id) => self.clients.find_mut(id).map(|client| &mut client.keys),
        };
        if let Some(keys) = keys {
            match change {
                StoredKeys::Set { key, value } => keys.set(key, Some(value)),
                StoredKeys::Remove { key } => keys.set(key, None),
                StoredKeys::Clear => keys.clear(),
            }
        }
        if let Owner::Account(id) = owner
            && self.account_keys.get(&id).is_some_and(Keys::is_empty)
        {
            self.account_keys.remove(&id);
        }
    }

    /// Tells all who have subscribed to a key of somebody what it is now, but for one session.
    pub(crate) fn tell_key(
        &self,
        owner: Owner,
        (key, value): (&str, Option<&str>),
        except: Option<SessionId>,
        stamp: &Stamp,
        outputs: &mut Vec<Output>,
    ) {
        let tell = |name: &str, viewers: BTreeSet<SessionId>, outputs: &mut Vec<Output>| {
            let others = viewers.into_iter().filter(|&to| Some(to) != except);
            for session in others.filter_map(|to| self.sessions.find(to)) {
                self.tell_session(session, name, (key, value), stamp, outputs);
            }
        };
        match owner {
            Owner::Channel(id) => {
                if let Some(channel) = self.channels.find(id) {
                    tell(
                        &channel.name,
                        self.subscribed_members(channel, None, key),
                        outputs,
                    );
                }
            }
            Owner::Account(id) => {
                for client in self.clients.of_account(id) {
                    tell(&client.nick, self.subscribers(client, key), outputs);
                }
            }
            Owner::Guest(id) => {
                if let Some(client) = self.clients.find(id) {
                    tell(&client.nick, self.subscribers(client, key), outputs);
                }
            }
        }
    }

    /// Tells who sees a client what has become of its keys by its logging in or out.
    pub(crate) fn tell_other_keys(
        &self,
        id: ClientId,
        before: &Keys,
        stamp: &Stamp,
        effects: &mut Effects<'_>,
    ) {
        let Some(client) = self.clients.find(id) else {
            return;
        };
        let now = self.keys_of_client(client).cloned().unwrap_or_default();
        for (key, value) in now.changes_from(before) {
            for to in self.subscribers(client, &key) {
                let Some(session) = self.sessions.find(to) else {
                    continue;
                };
                let mut lines = String::new();
                let change = (&*key, value.as_deref());
                self.write_news(session, &client.nick, change, stamp, &mut lines);
                effects.say(to, lines);
            }
        }
    }

    /// Returns the keys that a client has now.
    pub(crate) fn keys_now(&self, id: ClientId) -> Keys {
        let client = self.clients.find(id);
        let keys = client.and_then(|client| self.keys_of_client(client));
        keys.cloned().unwrap_or_default()
    }

    /// Tells the members of a channel who comes: in large ones they ask for themselves.
    pub(crate) fn tell_keys_of_joiner(
        &self,
        id: ClientId,
        channel: ChannelId,
        stamp: &Stamp,
        outputs: &mut Vec<Output>,
    ) {
        let (Some(client), Some(channel)) = (self.clients.find(id), self.channels.find(channel))
        else {
            return;
        };
        let Some(keys) = self.keys_of_client(client) else {
            return;
        };
        if channel.members.len() > AT_ONCE_MAX {
            return;
        }
        for (key, value) in keys.iter() {
            for to in self.subscribed_members(channel, Some(id), key) {
                let session = self.sessions.find(to);
                if let Some(session) = session.filter(|session| session.client != id) {
                    let change = (key, Some(value));
                    self.tell_session(session, &client.nick, change, stamp, outputs);
                }
            }
        }
    }

    /// Shows a session what a client says of itself that it monitors.
    pub(crate) fn show_monitored(&self, session: &Session, client: &Client, lines: &mut String) {
        if let Some(words) = self.words(session) {
            let (scope, keys) = (
                Scope::Only(Target::Client(client.id)),
                &session.subscriptions,
            );
            self.sync(session, (&client.nick, scope), keys, words, lines);
        }
    }

    /// The same for one that comes.
    pub(crate) fn tell_monitored(
        &self,
        session: &Session,
        client: &Client,
        outputs: &mut Vec<Output>,
    ) {
        let mut lines = String::new();
        self.show_monitored(session, client, &mut lines);
        send(session, lines, outputs);
    }

    /// Shows a session what is said of a channel that it joins and by those who are there, or asks
    /// it to SYNC.
    pub(crate) fn show_joined(&self, session: &Session, channel: &Channel, lines: &mut String) {
        let Some(words) = self.words(session) else {
            return;
        };
        match channel.members.len() > AT_ONCE_MAX {
            true => words.later(&channel.name, LATER_S, lines),
            false => {
                let scope = Scope::Channel(channel.id);
                let keys = &session.subscriptions;
                self.sync(session, (&channel.name, scope), keys, words, lines);
            }
        }
    }

    /// Shows a session that comes what its client says of itself: all of it.
    pub(crate) fn show_own_keys(&self, session: &Session, lines: &mut String) {
        let (Some(words), Some(client)) = (self.words(session), self.clients.find(session.client))
        else {
            return;
        };
        let keys = self.keys_of_client(client);
        let write = |lines: &mut String| {
            for (key, value) in keys.into_iter().flat_map(Keys::iter) {
                words.news(&client.nick, key, Some(value), lines);
            }
        };
        words.batch(&client.nick, write, lines);
    }

    /// Shows a session the values of keys that it has just subscribed to, or asks it to SYNC.
    pub(crate) fn show_subscribed(
        &self,
        session: &Session,
        keys: &BTreeSet<String>,
        lines: &mut String,
    ) {
        let (Some(words), Some(client)) = (self.words(session), self.clients.find(session.client))
        else {
            return;
        };
        let joined = || {
            client
                .channels
                .iter()
                .filter_map(|&id| self.channels.find(id))
        };
        let members: usize = joined().map(|channel| channel.members.len()).sum();
        match (members > AT_ONCE_MAX, words.dialect) {
            (false, Dialect::Three) => self.sync(session, (ALL, Scope::All), keys, words, lines),
            (false, Dialect::Two) => {
                self.sync(session, (&client.nick, Scope::All), keys, words, lines);
            }
            (true, Dialect::Three) => words.later(ALL, LATER_S, lines),
            // It does not know how to ask for all.
            (true, Dialect::Two) => {
                for channel in joined() {
                    words.later(&channel.name, LATER_S, lines);
                }
            }
        }
    }

    /// Writes the values of keys, in a batch.
    pub(crate) fn sync(
        &self,
        session: &Session,
        (shown, scope): (&str, Scope),
        keys: &BTreeSet<String>,
        words: Words<'_>,
        lines: &mut String,
    ) {
        let write = |lines: &mut String| {
            for (name, known) in self.within(session, scope) {
                for (key, value) in known.among(keys) {
                    if lines.len() > SYNC_BYTES_MAX {
                        return words.cut(shown, SYNC_BYTES_MAX, lines);
                    }
                    words.news(name, key, Some(value), lines);
                }
            }
        };
        words.batch(shown, write, lines);
    }

    /// Returns the names and keys of all that belongs to a scope, channels first.
    fn within(&self, session: &Session, scope: Scope) -> Vec<(&str, &Keys)> {
        let own = self.clients.find(session.client);
        let (channels, mut users): (Vec<ChannelId>, BTreeSet<ClientId>) = match scope {
            Scope::Only(Target::Client(id)) => (Vec::new(), [id].into()),
            Scope::Only(Target::Channel(id)) | Scope::Channel(id) => ([id].into(), [].into()),
            Scope::All => {
                let watched = session.monitors.keys();
                let watched = watched.filter_map(|folded| self.clients.by_folded_nick(folded));
                let users = watched.map(|client| client.id).chain([session.client]);
                let channels = own.map(|client| client.channels.clone());
                (channels.unwrap_or_default(), users.collect())
            }
        };
        let channels = || channels.iter().filter_map(|&id| self.channels.find(id));
        for channel in channels().filter(|_| !matches!(scope, Scope::Only(_))) {
            let members = channel.members.keys().copied();
            users.extend(members.filter(|&member| channel.shows(member, session.client)));
        }
        let users = users.iter().filter_map(|&id| self.clients.find(id));
        let users = users.filter_map(|client| Some((&*client.nick, self.keys_of_client(client)?)));
        let channels = channels().map(|channel| (&*channel.name, &channel.keys));
        channels.chain(users).collect()
    }

    /// Returns the sessions that see a client and have subscribed to a key, its own among them.
    fn subscribers(&self, client: &Client, key: &str) -> BTreeSet<SessionId> {
        let channels = client.channels.iter();
        let channels = channels.filter_map(|&id| self.channels.find(id));
        let mut sessions: BTreeSet<SessionId> = channels
            .flat_map(|channel| self.subscribed_members(channel, Some(client.id), key))
            .collect();
        let watchers = self.monitors.watchers(&client.folded);
        let more = client.sessions.iter().copied().chain(watchers);
        sessions.extend(more.filter(|&id| {
            let session = self.sessions.find(id);
            session.is_some_and(|session| session.subscriptions.contains(key))
        }));
        sessions
    }

    /// Returns the sessions on a channel that have subscribed to a key and, if it is a member's, may
    /// know of that one.
    fn subscribed_members(
        &self,
        channel: &Channel,
        of: Option<ClientId>,
        key: &str,
    ) -> BTreeSet<SessionId> {
        let viewers = channel.members.keys().copied();
        let viewers = viewers.filter(|&viewer| of.is_none_or(|of| channel.shows(of, viewer)));
        let sessions = viewers.flat_map(|viewer| self.sessions_of(viewer));
        let sessions = sessions.filter(|session| session.subscriptions.contains(key));
        sessions.map(|session| session.id).collect()
    }

    fn tell_session(
        &self,
        session: &Session,
        name: &str,
        change: (&str, Option<&str>),
        stamp: &Stamp,
        outputs: &mut Vec<Output>,
    ) {
        let mut lines = String::new();
        self.write_news(session, name, change, stamp, &mut lines);
        send(session, lines, outputs);
    }

    fn write_news(
        &self,
        session: &Session,
        name: &str,
        (key, value): (&str, Option<&str>),
        stamp: &Stamp,
        lines: &mut String,
    ) {
        let Some(words) = self.words(session) else {
            return;
        };
        let mut news = String::new();
        words.news(name, key, value, &mut news);
        let line = Line::new(lines);
        let line = match session.caps.encoding().server_time {
            true => line.tag("time", &time_text(stamp.wall_ms)),
            false => line,
        };
        line.before(&news);
    }

    pub(super) fn stored_metadata(&self) -> StoredMetadata {
        let accounts = self.account_keys.iter();
        let accounts = accounts.map(|(&account, keys)| (account, keys.to_stored()));
        let channels = self.channels.iter();
        let channels = channels.filter(|channel| channel.stored && !channel.keys.is_empty());
        let channels = channels.map(|channel| (channel.id, channel.keys.to_stored()));
        (accounts.collect(), channels.collect())
    }

    pub(super) fn restore_metadata(&mut self, (accounts, channels): StoredMetadata) {
        let accounts = accounts.into_iter();
        let accounts = accounts.map(|(account, keys)| (account, Keys::from_stored(keys)));
        self.account_keys.extend(accounts);
        for (id, keys) in channels {
            if let Some(channel) = self.channels.find_mut(id) {
                channel.keys = Keys::from_stored(keys);
            }
        }
    }
}

fn send(session: &Session, lines: String, outputs: &mut Vec<Output>) {
    if !lines.is_empty() {
        let (to, lines) = (Recipients::One(session.id), Bytes::from(lines));
        outputs.push(Output::Send { to, lines });
    }
}

fn owner_of_client(client: &Client) -> Owner {
    match &client.account {
        Some(account) => Owner::Account(account.id),
        None => Owner::Guest(client.id),
    }
}

/// Stands for all whose changes a session is told of (IRCv3 draft/metadata-3).
pub(crate) const ALL: &str = "*ALL";

/// Up to so many members are shown to who joins, and are told of it, without being asked.
const AT_ONCE_MAX: usize = 100;

/// When to SYNC instead, seconds: time for the names and for joining other channels.
const LATER_S: u64 = 2;

/// Most bytes of a batch but for the last line and its tags: well below what a queue holds.
const SYNC_BYTES_MAX: usize = 256 * 1_024;
