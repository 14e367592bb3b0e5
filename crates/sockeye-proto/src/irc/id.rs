//! Names that never change: events speak of these, not of nicks or channel names.

use serde::{Deserialize, Serialize};

/// A place in the total order of everything that happens on a network; 1 is the first.
pub type Number = u64;

/// One connection of a client. The low 32 bits are its slot, a small index that is free again once the
/// session has left; the high 32 bits tell two holders of one slot apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SessionId(u64);

impl SessionId {
    /// Makes the id of the `generation`-th holder of `slot`.
    pub const fn new(slot: u32, generation: u32) -> Self {
        Self((generation as u64) << 32 | slot as u64)
    }

    /// No session: where something happens by itself.
    pub(crate) const NONE: Self = Self(u64::MAX);

    /// Returns the index into tables of sessions.
    pub const fn slot(self) -> usize {
        (self.0 & u32::MAX as u64) as usize
    }
}

/// One client on the network: who has a nick, with any number of sessions. It is the network's own
/// name, unknown outside and not stored. Slots are used again, as those of sessions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(u64);

impl ClientId {
    /// Makes the id of the `generation`-th client, which has this slot.
    pub(crate) const fn new(slot: u32, generation: u32) -> Self {
        Self((generation as u64) << 32 | slot as u64)
    }

    /// Before every client.
    pub(crate) const FIRST: Self = Self(0);

    /// After every client.
    pub(crate) const LAST: Self = Self(u64::MAX);

    /// Returns the index into tables of clients.
    pub(crate) const fn slot(self) -> usize {
        (self.0 & u32::MAX as u64) as usize
    }
}

/// One channel, for as long as it exists and for its stored messages after that.
///
/// It is the [`Number`] of the event that first asked for the channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChannelId(pub Number);

impl ChannelId {
    /// No channel: the first event has number 1.
    pub const NONE: Self = Self(0);
}

/// One account of the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(pub u64);
