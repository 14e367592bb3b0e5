//! All channels, by id and by name.

use alloc::collections::BTreeMap;
use alloc::string::String;

use super::channel::Channel;
use crate::irc::id::ChannelId;

/// The channels of a network.
///
/// Invariant: `by_name` holds exactly the channels of `by_id`, each under its folded name.
#[derive(Debug, Default)]
pub(crate) struct Channels {
    by_id: BTreeMap<ChannelId, (String, Channel)>,
    by_name: BTreeMap<String, ChannelId>,
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

    /// Adds a channel whose id and name are free.
    pub(crate) fn insert(&mut self, folded: String, channel: Channel) {
        self.by_name.insert(folded.clone(), channel.id);
        self.by_id.insert(channel.id, (folded, channel));
    }

    /// Removes a channel that has neither members nor stored state.
    pub(crate) fn remove_if_unused(&mut self, id: ChannelId) {
        let unused = |channel: &Channel| channel.members.is_empty() && !channel.stored;
        if self.find(id).is_some_and(unused) {
            self.remove(id);
        }
    }

    pub(crate) fn remove(&mut self, id: ChannelId) {
        if let Some((folded, _)) = self.by_id.remove(&id) {
            self.by_name.remove(&folded);
        }
    }
}
