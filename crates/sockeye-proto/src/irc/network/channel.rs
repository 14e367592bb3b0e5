//! One channel: its modes, topic and members.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::mem;

use super::deliver::Audience;
use super::mask;
use crate::irc::event::StoredMode;
use crate::irc::id::{AccountId, ChannelId, SessionId};

/// One channel.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) id: ChannelId,
    /// As its creator wrote it.
    pub(crate) name: String,
    pub(crate) created_ms: u64,
    /// The creator's account.
    pub(crate) founder: Option<AccountId>,
    /// The creator's host, until a restart.
    pub(crate) made_from: Option<String>,
    /// Whether it has stored state; then it outlives its last member and a restart.
    pub(crate) stored: bool,
    pub(crate) topic: Option<Topic>,
    pub(crate) modes: Modes,
    pub(crate) members: BTreeMap<SessionId, Rank>,
    /// The members of each encoding class; `None` when members or their capabilities changed.
    pub(super) audience: Option<Audience>,
}

/// The topic, with who set it and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Topic {
    pub(crate) text: String,
    pub(crate) by: String,
    pub(crate) set_ms: u64,
}

/// What a member may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Rank {
    pub(crate) operator: bool,
    pub(crate) voice: bool,
}

/// Modes that belong to the channel, not to members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Modes {
    /// `+i`: only who was invited may join.
    pub(crate) invite_only: bool,
    /// `+m`: only operators and voices may speak.
    pub(crate) moderated: bool,
    /// `+n`: only members may speak.
    pub(crate) no_outside: bool,
    /// `+s`: not shown to outsiders.
    pub(crate) secret: bool,
    /// `+t`: only operators set the topic.
    pub(crate) topic_locked: bool,
    /// `+k`
    pub(crate) key: Option<String>,
    /// `+l`
    pub(crate) limit: Option<u32>,
    /// `+b`, in the order of setting.
    pub(crate) bans: Vec<Ban>,
}

/// An entry of the ban list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ban {
    pub(crate) mask: String,
    pub(crate) by: String,
    pub(crate) set_ms: u64,
}

impl Channel {
    /// Makes a channel as its first joiner finds it: `+nt`, empty.
    pub(crate) fn new(id: ChannelId, name: String, created_ms: u64) -> Self {
        let modes = Modes {
            no_outside: true,
            topic_locked: true,
            ..Modes::default()
        };
        Self {
            id,
            name,
            created_ms,
            founder: None,
            made_from: None,
            stored: false,
            topic: None,
            modes,
            members: BTreeMap::new(),
            audience: None,
        }
    }

    pub(crate) fn rank(&self, session: SessionId) -> Option<Rank> {
        self.members.get(&session).copied()
    }

    pub(crate) fn is_operator(&self, session: SessionId) -> bool {
        self.rank(session).is_some_and(|rank| rank.operator)
    }

    pub(crate) fn is_banned(&self, source: &str) -> bool {
        self.modes
            .bans
            .iter()
            .any(|ban| mask::matches(&ban.mask, source))
    }

    /// Returns whether `session` may know that the channel exists and who is on it.
    pub(crate) fn is_visible_to(&self, session: SessionId) -> bool {
        !self.modes.secret || self.members.contains_key(&session)
    }

    /// Adds or changes a member.
    pub(crate) fn set_member(&mut self, session: SessionId, rank: Rank) {
        if self.members.insert(session, rank).is_none() {
            self.audience = None;
        }
    }

    /// Gives or takes a member's `o` or `v`; returns whether that changed anything.
    pub(crate) fn set_rank(&mut self, session: SessionId, letter: char, add: bool) -> bool {
        let Some(rank) = self.members.get_mut(&session) else {
            return false;
        };
        let held = match letter {
            'o' => &mut rank.operator,
            _ => &mut rank.voice,
        };
        mem::replace(held, add) != add
    }

    pub(crate) fn remove_member(&mut self, session: SessionId) {
        if self.members.remove(&session).is_some() {
            self.audience = None;
        }
    }
}

impl Rank {
    /// Returns the highest prefix (RPL_NAMREPLY in the Modern IRC document).
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self { operator: true, .. } => "@",
            Self { voice: true, .. } => "+",
            _ => "",
        }
    }

    /// Returns all prefixes, highest first, or the highest alone (IRCv3 multi-prefix).
    pub(crate) fn prefixes(self, all: bool) -> &'static str {
        match (all, self) {
            (
                true,
                Self {
                    operator: true,
                    voice: true,
                },
            ) => "@+",
            _ => self.prefix(),
        }
    }

    /// Whether the member may speak in a moderated channel.
    pub(crate) fn speaks(self) -> bool {
        self.operator || self.voice
    }
}

impl Modes {
    /// Returns the flag behind a letter of type D.
    pub(crate) fn flag(&mut self, letter: char) -> Option<&mut bool> {
        match letter {
            'i' => Some(&mut self.invite_only),
            'm' => Some(&mut self.moderated),
            'n' => Some(&mut self.no_outside),
            's' => Some(&mut self.secret),
            't' => Some(&mut self.topic_locked),
            _ => None,
        }
    }

    /// Returns the modes in the order of their letters, bans apart.
    pub(crate) fn settings(&self) -> Vec<StoredMode> {
        let flags = [
            ('i', self.invite_only),
            ('m', self.moderated),
            ('n', self.no_outside),
            ('s', self.secret),
            ('t', self.topic_locked),
        ];
        let set = |letter, value| StoredMode {
            add: true,
            letter,
            value,
        };
        let flags = flags
            .iter()
            .filter(|(_, on)| *on)
            .map(|&(letter, _)| set(letter, None));
        let key = self.key.iter().map(|key| set('k', Some(key.clone())));
        let limit = self
            .limit
            .iter()
            .map(|limit| set('l', Some(limit.to_string())));
        flags.chain(key).chain(limit).collect()
    }

    /// Carries out a change of the channel's own modes.
    pub(crate) fn change(&mut self, mode: &StoredMode, by: &str, wall_ms: u64) -> Changed {
        let changed = match mode.letter {
            'b' => return self.change_ban(mode, by, wall_ms),
            'k' => {
                let key = mode.value.clone().filter(|_| mode.add);
                let changed = self.key != key;
                self.key = key;
                changed
            }
            'l' => {
                let limit = mode.value.as_deref().and_then(|value| value.parse().ok());
                let limit = limit.filter(|_| mode.add);
                mem::replace(&mut self.limit, limit) != limit
            }
            letter => match self.flag(letter) {
                Some(flag) => mem::replace(flag, mode.add) != mode.add,
                None => false,
            },
        };
        if changed { Changed::Yes } else { Changed::No }
    }

    fn change_ban(&mut self, mode: &StoredMode, by: &str, wall_ms: u64) -> Changed {
        let Some(mask) = &mode.value else {
            return Changed::No;
        };
        let place = self.bans.iter().position(|ban| ban.mask == *mask);
        match (mode.add, place) {
            (true, None) if self.bans.len() >= BANS_MAX => Changed::Full,
            (true, None) => {
                self.bans.push(Ban {
                    mask: mask.clone(),
                    by: by.into(),
                    set_ms: wall_ms,
                });
                Changed::Yes
            }
            (false, Some(place)) => {
                self.bans.remove(place);
                Changed::Yes
            }
            _ => Changed::No,
        }
    }
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

/// Most bans of a channel: every JOIN and every message looks through them.
pub(crate) const BANS_MAX: usize = 64;
