//! One channel: its modes, topic and members.

use alloc::collections::BTreeMap;
use alloc::string::String;

use super::client::Client;
use super::modes::{Flag, Modes};
use super::rank::{Prefix, Rank};
use super::registration::Registration;
use super::roll::Roll;
use crate::irc::id::{AccountId, ChannelId, ClientId};
use crate::irc::metadata::Keys;

/// One channel.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) id: ChannelId,
    /// As its creator wrote it.
    pub(crate) name: String,
    pub(crate) created_ms: u64,
    /// The creator's account.
    pub(crate) founder: Option<AccountId>,
    /// Set while it is registered; `founder` then is the account that it is registered to.
    pub(crate) registration: Option<Registration>,
    /// The creator's host, until a restart.
    pub(crate) made_from: Option<String>,
    /// Whether it has stored state; then it outlives its last member and a restart.
    pub(crate) stored: bool,
    pub(crate) topic: Option<Topic>,
    /// What it says of itself.
    pub(crate) keys: Keys,
    pub(crate) modes: Modes,
    pub(crate) members: BTreeMap<ClientId, Rank>,
    /// The same as NAMES shows them and as lines reach them.
    pub(super) roll: Roll,
}

/// The topic, with who set it and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Topic {
    pub(crate) text: String,
    pub(crate) by: String,
    pub(crate) set_ms: u64,
}

impl Channel {
    /// Makes a channel without members and modes.
    pub(crate) fn new(id: ChannelId, name: String, created_ms: u64) -> Self {
        Self {
            id,
            name,
            created_ms,
            founder: None,
            registration: None,
            made_from: None,
            stored: false,
            topic: None,
            keys: Keys::default(),
            modes: Modes::default(),
            members: BTreeMap::new(),
            roll: Roll::default(),
        }
    }

    pub(crate) fn rank(&self, client: ClientId) -> Option<Rank> {
        self.members.get(&client).copied()
    }

    /// Returns whether `client` may know that the channel exists and who is on it.
    pub(crate) fn is_visible_to(&self, client: ClientId) -> bool {
        !self.modes.has(Flag::Secret) || self.members.contains_key(&client)
    }

    /// Returns whether `viewer` may know that `member` is on the channel. In an auditorium those
    /// without a prefix are seen by halfops and above, and by themselves.
    pub(crate) fn shows(&self, member: ClientId, viewer: ClientId) -> bool {
        member == viewer
            || !self.modes.has(Flag::Auditorium)
            || self.has_rank(member, Prefix::Voice)
            || self.has_rank(viewer, Prefix::Halfop)
    }

    /// Returns whether `viewer` may know of all members that they are there.
    pub(crate) fn shows_all(&self, viewer: ClientId) -> bool {
        let least = self.modes.has(Flag::Auditorium).then_some(Prefix::Halfop);
        let rank = self.rank(viewer);
        rank.is_some_and(|rank| least.is_none_or(|least| rank.is_at_least(least)))
    }

    /// Returns whether a client is a member with this prefix or a higher one.
    pub(crate) fn has_rank(&self, client: ClientId, least: Prefix) -> bool {
        self.rank(client)
            .is_some_and(|rank| rank.is_at_least(least))
    }

    /// Adds a member.
    pub(crate) fn add_member(&mut self, client: &Client, rank: Rank) {
        if self.members.insert(client.id, rank).is_none() {
            self.roll.add(client, rank);
        }
    }

    /// Gives or takes a member's prefix; returns whether that changed anything.
    pub(crate) fn set_rank(&mut self, client: ClientId, prefix: Prefix, add: bool) -> bool {
        let rank = self.members.get_mut(&client);
        let changed = rank.is_some_and(|rank| rank.set(prefix, add));
        if changed {
            self.roll.rewrite(client);
        }
        changed
    }

    /// Returns the members in the order of joining.
    pub(crate) fn members_by_joining(&self) -> impl Iterator<Item = ClientId> {
        self.roll.members()
    }

    pub(crate) fn remove_member(&mut self, client: ClientId) {
        if self.members.remove(&client).is_some() {
            self.roll.remove(client);
        }
    }
}
