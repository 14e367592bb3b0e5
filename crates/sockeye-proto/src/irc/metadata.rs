//! Metadata: what clients and channels say of themselves, as keys with values (IRCv3
//! draft/metadata-3 and, for older clients, draft/metadata-2).
//!
//! Here is what registration and the network share: the keys, their limits, the grammar of the
//! command, and in [`words`] the answers. Whose keys they are the network knows.

mod early;
mod request;
pub(crate) mod words;

#[cfg(test)]
mod tests;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

pub use early::Early;
pub(crate) use request::{Subcommand, read};

use super::caps::Caps;

/// The keys of one client, account or channel, with their values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keys(BTreeMap<String, String>);

impl Keys {
    /// Returns the value of a key.
    pub(crate) fn find(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Sets a key or, without a value, removes it.
    pub(crate) fn set(&mut self, key: &str, value: Option<&str>) {
        match value {
            Some(value) => self.0.insert(key.into(), value.into()),
            None => self.0.remove(key),
        };
    }

    /// Removes all of them.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns whether a key may be set, which then may be one more.
    pub(crate) fn has_room_for(&self, key: &str) -> bool {
        self.0.len() < KEYS_MAX || self.0.contains_key(key)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns all of them in the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Returns those that are among some.
    pub(crate) fn among(&self, keys: &BTreeSet<String>) -> impl Iterator<Item = (&str, &str)> {
        self.iter().filter(|(key, _)| keys.contains(*key))
    }

    /// Returns what has to be said to make these of others: keys with their new values.
    pub(crate) fn changes_from(&self, before: &Self) -> Vec<(String, Option<String>)> {
        let gone = before.0.keys().filter(|key| !self.0.contains_key(*key));
        let gone = gone.map(|key| (key.clone(), None));
        let new = self.0.iter();
        let new = new.filter(|(key, value)| before.0.get(*key) != Some(*value));
        let new = new.map(|(key, value)| (key.clone(), Some(value.clone())));
        gone.chain(new).collect()
    }

    /// Returns them as stored.
    pub(crate) fn to_stored(&self) -> Vec<(String, String)> {
        let all = self.iter();
        all.map(|(key, value)| (key.into(), value.into())).collect()
    }

    /// Takes them as stored.
    pub(crate) fn from_stored(stored: Vec<(String, String)>) -> Self {
        Self(stored.into_iter().collect())
    }
}

/// Which of the two drafts a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `draft/metadata-2`: news are `METADATA`, refusals all `FAIL`.
    Two,
    /// `draft/metadata-3`: news are 761 and 766.
    Three,
}

impl Dialect {
    /// Returns what a client with these capabilities speaks; both drafts need batches.
    pub(crate) fn of(caps: Caps) -> Option<Self> {
        if caps.has(Caps::METADATA_3 | Caps::BATCH) {
            Some(Self::Three)
        } else if caps.has(Caps::METADATA_2 | Caps::BATCH) {
            Some(Self::Two)
        } else {
            None
        }
    }
}

/// Returns whether a word may be a key: `a-z0-9_./-`, and not too long.
pub(crate) fn is_key(word: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'/' | b'-');
    (1..=KEY_BYTES_MAX).contains(&word.len()) && word.bytes().all(allowed)
}

/// Lets something happen so many times at once, and from then on once an interval.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pace {
    /// When all of it may happen at once again, milliseconds since 1970.
    idle_ms: u64,
}

impl Pace {
    /// Returns how long somebody has to wait, seconds; `None`: it may happen now.
    pub(crate) fn wait_s(self, now_ms: u64, limit: &Limit) -> Option<u64> {
        let ahead_ms = self.idle_ms.saturating_sub(now_ms) + limit.interval_ms;
        let over_ms = ahead_ms.saturating_sub(limit.burst * limit.interval_ms);
        (over_ms > 0).then(|| over_ms.div_ceil(1_000))
    }

    /// Notes that it happens.
    pub(crate) fn take(&mut self, now_ms: u64, limit: &Limit) {
        self.idle_ms = self.idle_ms.max(now_ms) + limit.interval_ms;
    }
}

/// How often something may happen.
#[derive(Debug)]
pub(crate) struct Limit {
    /// So many times at once.
    pub(crate) burst: u64,
    pub(crate) interval_ms: u64,
}

/// Changes of keys by one client: each may be told to all who see it, so a rate that a person has
/// no need for; at once as many as there may be keys.
pub(crate) const CHANGES: Limit = Limit {
    burst: KEYS_MAX as u64,
    interval_ms: 2_000,
};

/// `SYNC` by one connection: each may be answered with hundreds of KiB.
pub(crate) const SYNCS: Limit = Limit {
    burst: 10,
    interval_ms: 2_000,
};

/// Most keys of a client, an account or a channel: `max-keys`.
pub(crate) const KEYS_MAX: usize = 20;

/// Longest key, bytes: `max-key-bytes`.
pub(crate) const KEY_BYTES_MAX: usize = 32;

/// Longest value, bytes: `max-value-bytes`. With the longest key, nick and channel it fits a 761
/// behind a server's name of 63 bytes.
pub(crate) const VALUE_BYTES_MAX: usize = 300;

/// Most subscriptions of a connection: `max-subs`.
pub(crate) const SUBSCRIPTIONS_MAX: usize = 50;

/// The value of the capabilities.
pub(crate) const CAPABILITY_VALUE: &str =
    "before-connect,max-subs=50,max-keys=20,max-key-bytes=32,max-value-bytes=300";
