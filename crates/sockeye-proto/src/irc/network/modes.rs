//! The modes of a channel, apart from the prefixes of its members.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::mem;

use super::client::Client;
use super::mask;
use crate::irc::event::StoredMode;
use crate::irc::settings::Settings;

/// Modes that belong to the channel, not to members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Modes {
    flags: u16,
    /// `+k`
    pub(crate) key: Option<String>,
    /// `+l`
    pub(crate) limit: Option<u32>,
    /// `+f`: the channel that is joined instead by those who may not join this one.
    pub(crate) forward: Option<String>,
    /// `+b`, `+e` and `+I`, in this order.
    lists: [Vec<Entry>; List::ALL.len()],
}

/// A mode without a parameter (type D).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flag {
    /// `+C`: no CTCP but ACTION.
    NoCtcp,
    /// `+M`: only who is logged in, or has a prefix, speaks.
    RegisteredSpeak,
    /// `+R`: only who is logged in joins.
    RegisteredJoin,
    /// `+U`: what members without a prefix say reaches halfops and above only.
    OpModerated,
    /// `+i`: only who was invited joins.
    InviteOnly,
    /// `+m`: only members with a prefix speak.
    Moderated,
    /// `+n`: only members speak.
    NoOutside,
    /// `+s`: not shown to outsiders.
    Secret,
    /// `+t`: only halfops and above set the topic.
    TopicLocked,
    /// `+u`: members without a prefix are shown to halfops and above only.
    Auditorium,
}

/// A list of masks (type A).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    /// `+b`: who may not join or, being there, speak.
    Bans,
    /// `+e`: whom `+b` does not concern.
    Exceptions,
    /// `+I`: whom `+i` does not concern.
    Invitations,
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// In canonical form: see [`mask::canonical`].
    pub(crate) mask: String,
    pub(crate) by: String,
    pub(crate) set_ms: u64,
}

/// What became of a mode change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changed {
    /// It took effect.
    Yes,
    /// All was so already.
    No,
    /// The list is full.
    Full,
}

impl Flag {
    /// All of them, in the order in which they are shown.
    pub(crate) const ALL: [Self; 10] = [
        Self::NoCtcp,
        Self::RegisteredSpeak,
        Self::RegisteredJoin,
        Self::OpModerated,
        Self::InviteOnly,
        Self::Moderated,
        Self::NoOutside,
        Self::Secret,
        Self::TopicLocked,
        Self::Auditorium,
    ];

    pub(crate) const fn letter(self) -> char {
        match self {
            Self::NoCtcp => 'C',
            Self::RegisteredSpeak => 'M',
            Self::RegisteredJoin => 'R',
            Self::OpModerated => 'U',
            Self::InviteOnly => 'i',
            Self::Moderated => 'm',
            Self::NoOutside => 'n',
            Self::Secret => 's',
            Self::TopicLocked => 't',
            Self::Auditorium => 'u',
        }
    }

    pub(crate) fn of_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| flag.letter() == letter)
    }

    /// Returns it as a set of one.
    pub(crate) const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl List {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Bans, Self::Exceptions, Self::Invitations];

    pub(crate) const fn letter(self) -> char {
        match self {
            Self::Bans => 'b',
            Self::Exceptions => 'e',
            Self::Invitations => 'I',
        }
    }

    pub(crate) fn of_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.letter() == letter)
    }
}

impl Modes {
    /// Returns the modes of a new channel.
    pub(crate) fn of_new_channel(settings: &Settings) -> Self {
        Self {
            flags: settings.channel_modes.0,
            ..Self::default()
        }
    }

    pub(crate) const fn has(&self, flag: Flag) -> bool {
        self.flags & flag.bit() != 0
    }

    /// Returns the entries of a list in the order of their setting.
    pub(crate) fn list(&self, list: List) -> &[Entry] {
        let [bans, exceptions, invitations] = &self.lists;
        match list {
            List::Bans => bans,
            List::Exceptions => exceptions,
            List::Invitations => invitations,
        }
    }

    pub(crate) fn list_mut(&mut self, list: List) -> &mut Vec<Entry> {
        let [bans, exceptions, invitations] = &mut self.lists;
        match list {
            List::Bans => bans,
            List::Exceptions => exceptions,
            List::Invitations => invitations,
        }
    }

    /// Returns whether a client may not join.
    pub(crate) fn bans(&self, client: &Client) -> bool {
        self.lists_client(List::Bans, client, false)
            && !self.lists_client(List::Exceptions, client, false)
    }

    /// Returns whether a client may not speak: it is banned or muted, and not excepted.
    pub(crate) fn silences(&self, client: &Client) -> bool {
        self.lists_client(List::Bans, client, true)
            && !self.lists_client(List::Exceptions, client, true)
    }

    /// Returns whether `+I` lets a client in.
    pub(crate) fn invites(&self, client: &Client) -> bool {
        self.lists_client(List::Invitations, client, false)
    }

    /// Whether an entry fits a client; those that are about speaking only (`m:`) if `speaking`.
    fn lists_client(&self, list: List, client: &Client, speaking: bool) -> bool {
        let account = client.account.as_ref().map(|account| &*account.name);
        let mut entries = self.list(list).iter();
        entries.any(|entry| mask::fits(&entry.mask, &client.source, account, speaking))
    }

    /// Returns the modes in the order in which they are shown, lists apart.
    pub(crate) fn settings(&self) -> Vec<StoredMode> {
        let set = |letter, value| StoredMode {
            add: true,
            letter,
            value,
        };
        let flags = Flag::ALL.into_iter().filter(|&flag| self.has(flag));
        let flags = flags.map(|flag| set(flag.letter(), None));
        let values = [
            ('k', self.key.clone()),
            ('l', self.limit.map(|limit| limit.to_string())),
            ('f', self.forward.clone()),
        ];
        let values = values
            .into_iter()
            .filter_map(|(letter, value)| value.map(|value| set(letter, Some(value))));
        flags.chain(values).collect()
    }

    /// Carries out a change.
    pub(crate) fn change(&mut self, mode: &StoredMode, by: &str, wall_ms: u64) -> Changed {
        if let Some(list) = List::of_letter(mode.letter) {
            return self.change_list(list, mode, by, wall_ms);
        }
        let value = mode.value.clone().filter(|_| mode.add);
        let changed = match mode.letter {
            'k' => replace(&mut self.key, value),
            'l' => replace(&mut self.limit, value.and_then(|value| value.parse().ok())),
            'f' => replace(&mut self.forward, value),
            letter => Flag::of_letter(letter).is_some_and(|flag| self.set(flag, mode.add)),
        };
        if changed { Changed::Yes } else { Changed::No }
    }

    /// Sets or clears a flag; returns whether that changes anything.
    fn set(&mut self, flag: Flag, add: bool) -> bool {
        let changes = self.has(flag) != add;
        if changes {
            self.flags ^= flag.bit();
        }
        changes
    }

    fn change_list(&mut self, list: List, mode: &StoredMode, by: &str, wall_ms: u64) -> Changed {
        let Some(mask) = &mode.value else {
            return Changed::No;
        };
        let entries = self.list_mut(list);
        let place = entries.iter().position(|entry| entry.mask == *mask);
        match (mode.add, place) {
            (true, None) if entries.len() >= LIST_MAX => Changed::Full,
            (true, None) => {
                entries.push(Entry {
                    mask: mask.clone(),
                    by: by.into(),
                    set_ms: wall_ms,
                });
                Changed::Yes
            }
            (false, Some(place)) => {
                entries.remove(place);
                Changed::Yes
            }
            _ => Changed::No,
        }
    }
}

fn replace<T: PartialEq>(held: &mut T, value: T) -> bool {
    mem::replace(held, value) != *held
}

/// Most entries of each list of a channel: every JOIN and every message looks through them.
pub(crate) const LIST_MAX: usize = 64;
