//! All channels, by id and by name.

use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry;
use alloc::string::String;

use super::channel::Channel;
use crate::irc::id::ChannelId;

/// The channels of a network.
///
/// Invariant: `by_name` holds exactly the channels of `by_id`, each under its folded name, and
/// `by_maker` counts those whose maker's host is known.
#[derive(Debug, Default)]
pub(crate) struct Channels {
    by_id: BTreeMap<ChannelId, (String, Channel)>,
    by_name: BTreeMap<String, ChannelId>,
    by_maker: BTreeMap<String, usize>,
}

impl Channels {
    pub(crate) fn find(&self, id: ChannelId) -> Option<&Channel> {
        self.by_id.get(&id).map(|(_, channel)| channel)
    }

    pub(crate) fn find_mut(&mut self, id: ChannelId) -> Option<&mut Channel> {
        self.by_id.get_mut(&id).map(|(_, channel)| channel)
    }

    pub(crate) fn by_folded_name(&self, folded: &str) -> Option<&Channel> {
        self.by_name.get(folded).and_then(|&id| self.find(id))
    }

    /// Returns all of them in the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Channel> {
        self.by_name.values().filter_map(|&id| self.find(id))
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Returns how many there are that a client from this host has made since the hub's start.
    pub(crate) fn made_from(&self, host: &str) -> usize {
        self.by_maker.get(host).copied().unwrap_or(0)
    }

    /// Adds a channel whose id and name are free.
    pub(crate) fn insert(&mut self, folded: String, channel: Channel) {
        if let Some(host) = &channel.made_from {
            *self.by_maker.entry(host.clone()).or_default() += 1;
        }
        self.by_name.insert(folded.clone(), channel.id);
        self.by_id.insert(channel.id, (folded, channel));
    }

    /// Gives a channel a name that is free or is its own in other letters.
    pub(crate) fn rename(&mut self, id: ChannelId, name: String, folded: String) {
        let Some((known, channel)) = self.by_id.get_mut(&id) else {
            return;
        };
        channel.name = name;
        let before = core::mem::replace(known, folded.clone());
        self.by_name.remove(&before);
        self.by_name.insert(folded, id);
    }

    /// Removes a channel that has neither members nor stored state.
    pub(crate) fn remove_if_unused(&mut self, id: ChannelId) {
        let unused = |channel: &Channel| channel.members.is_empty() && !channel.stored;
        if self.find(id).is_some_and(unused) {
            self.remove(id);
        }
    }

    pub(crate) fn remove(&mut self, id: ChannelId) {
        let Some((folded, channel)) = self.by_id.remove(&id) else {
            return;
        };
        self.by_name.remove(&folded);
        if let Some(host) = channel.made_from
            && let Entry::Occupied(mut made) = self.by_maker.entry(host)
        {
            *made.get_mut() -= 1;
            if *made.get() == 0 {
                made.remove();
            }
        }
    }
}
