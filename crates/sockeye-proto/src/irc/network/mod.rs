//! The shared state of a chat network, and how it changes.
//!
//! Whatever changes it is an [`Intent`]: `plan` looks at the state and may refuse, `commit` carries
//! out what was planned and cannot fail. The same `plan` serves as check before an intent is
//! logged, so that what is plainly wrong never reaches the disk.
//!
//! Invariant: nothing here reads a clock, a random source or a hash map; the same intents in the
//! same order give the same state and the same lines everywhere.

mod access;
mod audience;
pub(crate) mod channel;
mod channels;
pub(crate) mod client;
mod deeds;
mod deliver;
mod durable;
mod early;
mod event;
pub(crate) mod mask;
pub(crate) mod metadata;
pub(crate) mod modes;
mod monitors;
mod notices;
mod offers;
mod past;
mod presence;
pub(crate) mod rank;
mod read_marks;
pub(crate) mod registration;
mod replies;
pub(crate) mod roll;
pub(crate) mod session;
mod stays;
mod stored;
mod typing;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

pub(crate) use channels::Channels;
pub(crate) use client::{Client, Clients};
pub(crate) use deeds::Whom;
pub(crate) use deliver::Relay;
pub(crate) use event::Event;
pub(crate) use monitors::Monitors;
use past::Past;
#[cfg(test)]
pub(crate) use read_marks::MARKS_MAX;
pub(crate) use read_marks::ReadMarks;
pub(crate) use replies::Replies;
pub(crate) use session::{Session, Sessions};
pub(crate) use stays::Stays;
pub(crate) use typing::Typing;

use super::account::AccountRef;
use super::command::COMMANDS;
use super::command::errand::Purpose;
use super::command::services;
use super::event::Stamp;
use super::id::{AccountId, ChannelId, ClientId, SessionId};
use super::input::Output;
use super::lookalike::{self, Looks};
use super::metadata::Keys;
use super::numeric::{ERR_UNKNOWNERROR, Numeric, Reply};
use super::pipeline::Guard;
use super::settings::Settings;

/// The clients and channels of a network.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) settings: Settings,
    pub(crate) clients: Clients,
    pub(crate) sessions: Sessions,
    pub(crate) channels: Channels,
    pub(crate) monitors: Monitors,
    pub(crate) past: Past,
    /// Who waits for an answer of the accounts, and what for.
    pub(crate) errands: BTreeMap<SessionId, Purpose>,
    /// Who has said that it leaves, or has lost its connection, and is here still because something
    /// before that is under way: the accounts are not asked for it any more.
    pub(crate) leaving: BTreeSet<SessionId>,
    /// The nicks that belong to accounts, as compared; empty where nicks are free for all.
    pub(crate) reserved: BTreeMap<String, AccountId>,
    /// What those look like.
    reserved_looks: Looks<AccountId>,
    /// How often each command came since the start, in the order of the table.
    pub(crate) usage: Vec<u64>,
    pub(crate) read_marks: ReadMarks,
    /// What accounts say of themselves; none of them is empty.
    account_keys: BTreeMap<AccountId, Keys>,
    pub(crate) stays: Stays,
    /// Catches panics of what only looks at the state.
    pub(crate) guard: Guard,
    /// Counts the walks over clients that must visit each once.
    epoch: u64,
    /// Lets non-members speak: the planted fault that the simulator has to find.
    pub(crate) skips_membership_check: bool,
}

fn is_numeric(command: &str) -> bool {
    command.len() == 3 && command.bytes().all(|byte| byte.is_ascii_digit())
}

/// Something that a client wants to change.
pub(crate) trait Intent: Sized {
    /// What `plan` found out and `commit` needs.
    type Change;

    /// Decides whether it may happen, now.
    ///
    /// # Errors
    /// The lines for its sender when it may not.
    fn plan(&self, network: &Network) -> Result<Self::Change, Refusal>;

    /// Lets it happen.
    fn commit(
        self,
        change: Self::Change,
        stamp: &Stamp,
        network: &mut Network,
        effects: &mut Effects<'_>,
    );
}

/// Why something may not happen: complete lines for who wanted it; none for a NOTICE, which is
/// never answered (RFC 2812 section 3.3.2).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) String);

/// Where the consequences of a change go.
#[derive(Debug)]
pub(crate) struct Effects<'a> {
    /// To others.
    pub(crate) outputs: &'a mut Vec<Output>,
    /// To the client whose command it was.
    pub(crate) replies: &'a mut Replies,
}

impl Network {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            clients: Clients::default(),
            sessions: Sessions::default(),
            channels: Channels::default(),
            monitors: Monitors::default(),
            past: Past::default(),
            errands: BTreeMap::new(),
            leaving: BTreeSet::new(),
            reserved: BTreeMap::new(),
            reserved_looks: Looks::default(),
            usage: vec![0; COMMANDS],
            read_marks: ReadMarks::default(),
            account_keys: BTreeMap::new(),
            stays: Stays::default(),
            guard: |run| {
                run();
                true
            },
            epoch: 0,
            skips_membership_check: false,
        }
    }

    /// Carries out an intent whose turn has come.
    ///
    /// # Errors
    /// The lines for its sender when it may not happen any more.
    pub(crate) fn apply<I: Intent>(
        &mut self,
        intent: I,
        stamp: &Stamp,
        effects: &mut Effects<'_>,
    ) -> Result<(), Refusal> {
        let mut planned = None;
        let planned = match (self.guard)(&mut || planned = Some(intent.plan(self))) {
            true => planned,
            false => None,
        };
        let change = planned.unwrap_or_else(|| Err(self.broken(effects.replies.to(), "*")))?;
        intent.commit(change, stamp, self, effects);
        Ok(())
    }

    /// Starts a numeric reply to a client on the network.
    pub(crate) fn reply<'a>(
        &self,
        to: ClientId,
        numeric: Numeric,
        out: &'a mut String,
    ) -> Reply<'a> {
        let nick = self.clients.find(to).map_or("", |client| &client.nick);
        numeric.to(out, &self.settings.server, nick)
    }

    /// Puts the nick of a client into numerics for `*`, which its connection has written: that does
    /// not know the nick.
    pub(crate) fn addressed(&self, to: SessionId, lines: &str) -> String {
        let nick = self.client_of(to).map_or("*", |client| &client.nick);
        let mut out = String::with_capacity(lines.len());
        for line in lines.split_inclusive('\n') {
            let mut words = line.splitn(4, ' ');
            match [(); 4].map(|()| words.next()) {
                [Some(server), Some(code), Some("*"), Some(rest)] if is_numeric(code) => {
                    let words = [server, code, nick, rest];
                    out.push_str(&words.join(" "));
                }
                _ => out.push_str(line),
            }
        }
        out
    }

    /// Makes a refusal of one numeric with its usual text.
    pub(crate) fn refusal<const N: usize>(
        &self,
        to: ClientId,
        numeric: Numeric,
        params: [&str; N],
    ) -> Refusal {
        let mut lines = String::new();
        self.reply(to, numeric, &mut lines).params(params).text();
        Refusal(lines)
    }

    /// Makes the refusal of what the server itself has got wrong.
    pub(crate) fn broken(&self, to: SessionId, command: &str) -> Refusal {
        let mut lines = String::new();
        let nick = self.client_of(to).map_or("", |client| &client.nick);
        let reply = ERR_UNKNOWNERROR.to(&mut lines, &self.settings.server, nick);
        let reply = reply.param(command);
        reply.trailing("Internal error; the command was not carried out");
        Refusal(lines)
    }

    /// Returns whether a nick is kept for somebody else than this account, or looks like one that is.
    pub(crate) fn is_kept_from(
        &self,
        account: Option<&AccountRef>,
        nick: &str,
        folded: &str,
    ) -> bool {
        let account = account.map(|account| account.id);
        let owner = self.reserved.get(folded).copied();
        if owner.is_some() && owner == account {
            return false;
        }
        let looks = lookalike::looks(nick, folded);
        let by_name = looks.iter().find_map(|look| self.reserved.get(look));
        let by_name = by_name
            .copied()
            .or_else(|| self.reserved_looks.find(&looks));
        let is_service = looks.iter().any(|look| services::has(look));
        let owner = owner.or(by_name);
        is_service || services::has(folded) || (owner.is_some() && owner != account)
    }

    /// Sets which nicks belong to which accounts, as compared.
    pub(crate) fn reserve(&mut self, nicks: BTreeMap<String, AccountId>) {
        self.reserved_looks = Looks::default();
        for (nick, &account) in &nicks {
            self.reserved_looks.insert(nick, nick, account);
        }
        self.reserved = nicks;
    }

    /// Finds a client by its nick, however written.
    pub(crate) fn client_by_nick(&self, nick: &str) -> Option<&Client> {
        self.clients
            .by_folded_nick(&self.settings.casemapping.fold(nick)?)
    }

    /// Finds a channel by its name, however written.
    pub(crate) fn channel_by_name(&self, name: &str) -> Option<&channel::Channel> {
        self.channels
            .by_folded_name(&self.settings.casemapping.fold(name)?)
    }

    /// Gives a client a nick that is free or is its own in other letters.
    pub(crate) fn rename(&mut self, client: ClientId, nick: String, folded: String) {
        self.clients.rename(client, nick, folded);
        self.touch(client);
        self.rewrite_names(client);
    }

    /// Shows a client with another user name and host.
    pub(crate) fn rehost(&mut self, client: ClientId, user: String, host: String) {
        if let Some(client) = self.clients.find_mut(client) {
            client.rehost(user, host);
        }
        self.touch(client);
        self.rewrite_names(client);
    }

    fn rewrite_names(&mut self, client: ClientId) {
        let known = self.clients.find(client);
        for &channel in known.iter().flat_map(|client| &client.channels) {
            if let Some(channel) = self.channels.find_mut(channel) {
                channel.roll.rewrite(client);
            }
        }
    }

    /// Gives a channel a name that is free, and takes along how far it has been read; returns the
    /// new name as compared.
    pub(crate) fn rename_channel(
        &mut self,
        id: ChannelId,
        name: String,
        folded: String,
    ) -> Option<String> {
        let old = self.channels.find(id)?.name.clone();
        let old = self.settings.casemapping.fold(&old)?;
        if old != folded {
            self.read_marks.rename(&old, &folded);
        }
        self.channels.rename(id, name, folded.clone());
        Some(folded)
    }

    /// Takes a client out of a channel, and the channel away if nothing is left of it.
    pub(crate) fn remove_member(&mut self, channel: ChannelId, client: ClientId) {
        if let Some(client) = self.clients.find_mut(client) {
            client.channels.retain(|&joined| joined != channel);
        }
        if let Some(channel) = self.channels.find_mut(channel) {
            channel.remove_member(client);
        }
        self.touch(client);
        self.channels.remove_if_unused(channel);
    }
}
