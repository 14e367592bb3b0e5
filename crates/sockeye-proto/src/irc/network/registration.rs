//! Channels that are registered: the founder's account, and the ranks that accounts keep there.

use alloc::collections::BTreeMap;
use alloc::string::String;

use super::Network;
use super::channel::Channel;
use super::client::Client;
use super::rank::{Prefix, Rank};
use crate::irc::event::{Holder, StoredRegistry};
use crate::irc::id::{AccountId, ChannelId};
use crate::irc::power::Power;

/// What a registered channel remembers of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registration {
    /// Since when, milliseconds since 1970.
    pub(crate) since_ms: u64,
    /// The founder's name as displayed.
    pub(crate) founder: String,
    /// Who gets which prefix on joining, the founder apart.
    pub(crate) ranks: BTreeMap<AccountId, Kept>,
    /// To whom the founder wants to give it; forgotten by a restart.
    pub(crate) offered: Option<Holder>,
}

/// The rank that an account keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The account's name as displayed.
    pub(crate) name: String,
    pub(crate) prefix: Prefix,
}

impl Registration {
    pub(crate) fn new(since_ms: u64, founder: String) -> Self {
        Self {
            since_ms,
            founder,
            ranks: BTreeMap::new(),
            offered: None,
        }
    }
}

impl Channel {
    /// Returns the prefixes that somebody has here by the account, whoever else is there.
    pub(crate) fn rank_by_account(&self, client: &Client) -> Rank {
        let Some(account) = &client.account else {
            return Rank::default();
        };
        if self.founder == Some(account.id) {
            return Rank::kept(Prefix::Founder);
        }
        let registration = self.registration.as_ref();
        let kept = registration.and_then(|known| known.ranks.get(&account.id));
        kept.map_or(Rank::default(), |kept| Rank::kept(kept.prefix))
    }

    /// Returns what somebody may do here by way of ChanServ: what the account may, and operators of
    /// the network all.
    pub(crate) fn authority(&self, client: &Client) -> Rank {
        match client.may(Power::Channels) {
            true => Rank::kept(Prefix::Founder),
            false => self.rank_by_account(client),
        }
    }

    /// Returns whether an account is the founder of the registered channel.
    pub(crate) fn is_registered_to(&self, account: AccountId) -> bool {
        self.registration.is_some() && self.founder == Some(account)
    }
}

impl Network {
    /// Carries out a change of whose a channel is; what members have of it is not touched.
    pub(crate) fn change_registry(
        &mut self,
        channel: ChannelId,
        change: &StoredRegistry,
        now_ms: u64,
    ) {
        match change {
            StoredRegistry::Belongs(holder) => {
                self.channels.register(channel, holder.clone(), now_ms);
            }
            StoredRegistry::Free => self.channels.unregister(channel),
            StoredRegistry::Ended => self.channels.remove(channel),
            StoredRegistry::Rank { holder, letter } => {
                let known = self.channels.find_mut(channel);
                let Some(registration) = known.and_then(|known| known.registration.as_mut()) else {
                    return;
                };
                match letter.and_then(Prefix::of_letter) {
                    None => drop(registration.ranks.remove(&holder.account)),
                    Some(prefix) => {
                        let name = holder.name.clone();
                        let kept = Kept { name, prefix };
                        registration.ranks.insert(holder.account, kept);
                    }
                }
            }
        }
    }
}

/// Most accounts that keep a rank in one channel; `NAMES` of a large community's team is far from
/// it, and each is some 60 bytes.
pub(crate) const KEPT_RANKS_MAX: usize = 128;
