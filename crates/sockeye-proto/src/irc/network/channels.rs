//! All channels, by id and by name.

use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry;
use alloc::string::String;

use super::channel::Channel;
use super::registration::Registration;
use crate::irc::event::Holder;
use crate::irc::id::{AccountId, ChannelId};
use crate::irc::lookalike::Looks;

/// The channels of a network.
///
/// Invariant: `by_name` holds exactly the channels of `by_id`, each under its folded name,
/// `by_maker` counts those whose maker's host is known, and `by_founder` the registered ones.
#[derive(Debug, Default)]
pub(crate) struct Channels {
    by_id: BTreeMap<ChannelId, (String, Channel)>,
    by_name: BTreeMap<String, ChannelId>,
    /// What their names look like.
    looks: Looks<ChannelId>,
    by_maker: BTreeMap<String, usize>,
    by_founder: BTreeMap<AccountId, usize>,
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

    /// Returns a channel whose name looks so, but for one, which may have it itself.
    pub(crate) fn by_look(&self, looks: &[String], except: Option<ChannelId>) -> Option<&Channel> {
        let by_name = looks.iter().find_map(|look| self.by_folded_name(look));
        let by_look = self.looks.find(looks).and_then(|id| self.find(id));
        let mut found = by_name.into_iter().chain(by_look);
        found.find(|channel| Some(channel.id) != except)
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
        self.looks.insert(&channel.name, &folded, channel.id);
        let registered = channel.registration.as_ref().and(channel.founder);
        self.by_name.insert(folded.clone(), channel.id);
        self.by_id.insert(channel.id, (folded, channel));
        if let Some(founder) = registered {
            *self.by_founder.entry(founder).or_default() += 1;
        }
    }

    /// Returns how many are registered to an account.
    pub(crate) fn registered_to(&self, account: AccountId) -> usize {
        self.by_founder.get(&account).copied().unwrap_or(0)
    }

    /// Registers a channel to an account, whoever had it before; ranks that accounts keep in it
    /// stay.
    pub(crate) fn register(&mut self, id: ChannelId, holder: Holder, now_ms: u64) {
        let Some((_, channel)) = self.by_id.get_mut(&id) else {
            return;
        };
        let before = channel.registration.take();
        let before_founder = channel.founder.filter(|_| before.is_some());
        let name = holder.name;
        let mut now = match before {
            Some(known) => Registration {
                founder: name,
                offered: None,
                ..known
            },
            None => Registration::new(now_ms, name),
        };
        now.ranks.remove(&holder.account);
        channel.founder = Some(holder.account);
        channel.registration = Some(now);
        *self.by_founder.entry(holder.account).or_default() += 1;
        if let Some(founder) = before_founder {
            uncount(&mut self.by_founder, founder);
        }
    }

    /// Takes the registration of a channel back, and with it its founder.
    pub(crate) fn unregister(&mut self, id: ChannelId) {
        let Some((_, channel)) = self.by_id.get_mut(&id) else {
            return;
        };
        let founder = channel.founder.take();
        if let (Some(_), Some(founder)) = (channel.registration.take(), founder) {
            uncount(&mut self.by_founder, founder);
        }
    }

    /// Gives a channel a name that is free or is its own in other letters.
    pub(crate) fn rename(&mut self, id: ChannelId, name: String, folded: String) {
        let Some((known, channel)) = self.by_id.get_mut(&id) else {
            return;
        };
        let name_before = core::mem::replace(&mut channel.name, name);
        let before = core::mem::replace(known, folded.clone());
        self.looks.remove(&name_before, &before, id);
        self.looks.insert(&channel.name, &folded, id);
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
        self.looks.remove(&channel.name, &folded, id);
        if let Some(host) = channel.made_from {
            uncount(&mut self.by_maker, host);
        }
        if let (Some(_), Some(founder)) = (channel.registration, channel.founder) {
            uncount(&mut self.by_founder, founder);
        }
    }
}

/// Counts one less.
fn uncount<K: Ord>(counts: &mut BTreeMap<K, usize>, of: K) {
    if let Entry::Occupied(mut count) = counts.entry(of) {
        *count.get_mut() -= 1;
        if *count.get() == 0 {
            count.remove();
        }
    }
}
