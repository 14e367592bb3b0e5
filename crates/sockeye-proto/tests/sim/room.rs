//! A channel as the naive model has it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use sockeye_proto::irc::id::SessionId;

use crate::metadata::Keys;
use crate::model::{Refused, User};
use crate::seen::Seen;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) name: String,
    pub(crate) members: BTreeMap<SessionId, Rank>,
    pub(crate) invited: BTreeSet<SessionId>,
    /// Whether it outlives its last member.
    pub(crate) kept: bool,
    pub(crate) founder: Option<u64>,
    /// Mode letter and parameter.
    pub(crate) modes: BTreeSet<(char, String)>,
    pub(crate) topic: String,
    pub(crate) keys: Keys,
    pub(crate) said: Vec<Rc<Seen>>,
}

/// The letters of a member's prefixes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rank(pub(crate) BTreeSet<char>);

impl Rank {
    /// How high it stands: 0 without a prefix, 5 for a founder.
    pub(crate) fn level(&self) -> usize {
        let levels = self
            .0
            .iter()
            .map(|letter| "vhoaq".find(*letter).unwrap() + 1);
        levels.max().unwrap_or(0)
    }

    /// What stands before the nick, highest first.
    pub(crate) fn prefixes(&self) -> String {
        let all = [('q', '~'), ('a', '&'), ('o', '@'), ('h', '%'), ('v', '+')];
        let held = all.iter().filter(|(letter, _)| self.0.contains(letter));
        held.map(|(_, prefix)| prefix).collect()
    }

    /// Carries out `+o` and its like; returns whether that changes anything.
    pub(crate) fn change(&mut self, letter: char, add: bool) -> bool {
        match add {
            true => self.0.insert(letter),
            false => self.0.remove(&letter),
        }
    }
}

/// The level that gives and takes a prefix, and kicks who has it.
pub(crate) fn given_by(letter: char) -> usize {
    match letter {
        'q' | 'a' => FOUNDER,
        'o' | 'h' => OPERATOR,
        _ => HALFOP,
    }
}

pub(crate) const HALFOP: usize = 2;

pub(crate) const OPERATOR: usize = 3;

pub(crate) const FOUNDER: usize = 5;

impl Room {
    /// What of it outlives its members.
    pub(crate) fn without_members(&self) -> Self {
        Self {
            members: BTreeMap::new(),
            invited: BTreeSet::new(),
            ..self.clone()
        }
    }

    pub(crate) fn has(&self, letter: char) -> bool {
        self.value(letter).is_some()
    }

    pub(crate) fn value(&self, letter: char) -> Option<&str> {
        let mut modes = self.modes.iter();
        modes.find(|mode| mode.0 == letter).map(|mode| &*mode.1)
    }

    pub(crate) fn level(&self, who: SessionId) -> usize {
        self.members.get(&who).map_or(0, Rank::level)
    }

    /// Whether somebody may know that a member is there.
    pub(crate) fn shows(&self, member: SessionId, viewer: SessionId) -> bool {
        let is_public = !self.has('u') || self.level(member) > 0;
        is_public || member == viewer || self.level(viewer) >= HALFOP
    }

    pub(crate) fn belongs_to(&self, user: &User) -> bool {
        user.account.is_some() && user.account == self.founder
    }

    /// Whether a list has an entry for a user; one that mutes counts when it is about speaking.
    fn lists(&self, letter: char, user: &User, speaking: bool) -> bool {
        let account = user.account.map(|account| format!("account{account}"));
        let mut entries = self.modes.iter().filter(|mode| mode.0 == letter);
        entries.any(|(_, entry)| {
            let is_mute = entry.starts_with("m:");
            let whom = entry.trim_start_matches("m:");
            let fits = match whom.strip_prefix("a:") {
                Some(name) => account.as_deref() == Some(name),
                None => glob(&fold(whom), &fold(&user.mask())),
            };
            fits && (speaking || !is_mute)
        })
    }

    pub(crate) fn silences(&self, user: &User) -> bool {
        self.lists('b', user, true) && !self.lists('e', user, true)
    }

    /// What keeps a client from joining.
    pub(crate) fn obstacles(&self, who: SessionId, user: &User, key: Option<&str>) -> Refused {
        if self.belongs_to(user) {
            return Vec::new();
        }
        let limit = self.value('l').map(|limit| limit.parse().unwrap());
        let is_invited = self.invited.contains(&who) || self.lists('I', user, false);
        let is_banned = self.lists('b', user, false) && !self.lists('e', user, false);
        let obstacles = [
            (self.has('i') && !is_invited, "473"),
            (self.has('k') && self.value('k') != key, "475"),
            (
                limit.is_some_and(|limit| self.members.len() >= limit),
                "471",
            ),
            (is_banned, "474"),
            (self.has('R') && user.account.is_none(), "477"),
        ];
        let met = obstacles.into_iter().filter(|(met, _)| *met);
        met.map(|(_, code)| code).collect()
    }

    /// What is replayed of it to a client.
    pub(crate) fn last(&self, limit: usize, to: SessionId) -> Vec<(SessionId, Seen)> {
        let last = self.said.iter().rev().take(limit).rev();
        last.map(|line| (to, line.unasked())).collect()
    }

    pub(crate) fn change(&mut self, add: bool, letter: char, value: &str) {
        let mode = (letter, value.to_string());
        if !"beI".contains(letter) {
            self.modes.retain(|mode| mode.0 != letter);
        }
        if add {
            self.modes.insert(mode);
        } else {
            self.modes.remove(&mode);
        }
    }
}

pub(crate) fn fold(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// Whether `*` for any text makes the pattern the same as the text.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(start) else {
        return false;
    };
    (0..=text.len()).any(|skipped| glob(rest, &text[skipped..]))
}
