//! The clients on the network: a slab by slot, and an index by nick.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::irc::caps::Caps;
use crate::irc::id::{AccountId, ChannelId, SessionId};
use crate::irc::input::{AccountRef, Link};

/// One client on the network.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    /// The nick as displayed, and as compared.
    pub(crate) nick: String,
    pub(crate) folded: String,
    pub(crate) user: String,
    pub(crate) host: String,
    pub(crate) realname: String,
    /// `nick!user@host`, kept because every relayed line begins with it.
    pub(crate) source: String,
    pub(crate) caps: Caps,
    pub(crate) account: Option<AccountRef>,
    pub(crate) away: Option<String>,
    pub(crate) modes: UserModes,
    pub(crate) link: Link,
    /// In the order of joining.
    pub(crate) channels: Vec<ChannelId>,
    /// Where it has been invited to, oldest first.
    pub(crate) invites: Vec<ChannelId>,
    /// Whose coming and going it is told, as compared and as it wrote them.
    pub(crate) monitors: BTreeMap<String, String>,
    pub(crate) signed_on_ms: u64,
    pub(crate) last_spoke_ms: u64,
    /// How many batches it has been sent: their reference tags are unique for it.
    pub(crate) batches: u64,
    /// The last walk that visited it.
    pub(crate) mark: u64,
}

/// Modes of a client (Modern IRC, section User Modes; IRCv3 bot mode).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct UserModes(u8);

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserMode {
    /// `+B`: is a program.
    Bot,
    /// `+R`: takes messages from who is logged in only.
    RegisteredOnly,
    /// `+i`: is shown to those on a channel with it only.
    Invisible,
    /// `+s`: receives notices of the server, as an operator.
    Notices,
    /// `+w`: receives WALLOPS.
    Wallops,
}

impl UserMode {
    /// All of them, in the order in which they are shown.
    pub(crate) const ALL: [Self; 5] = [
        Self::Bot,
        Self::RegisteredOnly,
        Self::Invisible,
        Self::Notices,
        Self::Wallops,
    ];

    pub(crate) const fn letter(self) -> char {
        match self {
            Self::Bot => 'B',
            Self::RegisteredOnly => 'R',
            Self::Invisible => 'i',
            Self::Notices => 's',
            Self::Wallops => 'w',
        }
    }

    pub(crate) fn of_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.letter() == letter)
    }
}

/// The letter of operators, a mode that is held by logging in and cannot be set.
pub(crate) const OPERATOR_LETTER: char = 'o';

impl UserModes {
    pub(crate) const fn has(self, mode: UserMode) -> bool {
        self.0 & 1 << mode as u8 != 0
    }

    /// Sets or clears one; returns whether that changes anything.
    fn set(&mut self, mode: UserMode, add: bool) -> bool {
        let changes = self.has(mode) != add;
        if changes {
            self.0 ^= 1 << mode as u8;
        }
        changes
    }
}

impl Session {
    /// Returns the letters of its modes after a `+`.
    pub(crate) fn mode_letters(&self) -> String {
        let held = UserMode::ALL.into_iter();
        let held = held.filter(|&mode| self.modes.has(mode));
        let operator = self.is_admin().then_some(OPERATOR_LETTER);
        ['+']
            .into_iter()
            .chain(held.map(UserMode::letter))
            .chain(operator)
            .collect()
    }

    pub(crate) fn is_invisible(&self) -> bool {
        self.modes.has(UserMode::Invisible)
    }

    /// Returns the address, if `asker` may know it.
    pub(crate) fn address_for(&self, asker: &Self) -> Option<&str> {
        let address = self.link.address.as_deref();
        address.filter(|_| asker.id == self.id || asker.is_admin())
    }

    /// Takes a nick, valid and free.
    fn rename(&mut self, nick: String, folded: String) {
        self.source = source(&nick, &self.user, &self.host);
        self.nick = nick;
        self.folded = folded;
    }

    /// Shows it with another user name and host.
    pub(super) fn rehost(&mut self, user: String, host: String) {
        self.source = source(&self.nick, &user, &host);
        self.user = user;
        self.host = host;
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.admin)
    }

    /// Returns a batch reference that this session has not seen yet.
    pub(crate) fn batch_reference(&mut self) -> String {
        self.batches += 1;
        format!("{}", self.batches)
    }
}

/// Writes the source of a client's lines.
pub(crate) fn source(nick: &str, user: &str, host: &str) -> String {
    format!("{nick}!{user}@{host}")
}

/// All clients on the network.
///
/// Invariant: `by_nick` holds exactly the sessions of `slots`, each under its folded nick, and
/// `by_account` those with an account, each under it.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    slots: Vec<Option<Session>>,
    by_nick: BTreeMap<String, SessionId>,
    /// Who is logged in, by account.
    by_account: BTreeSet<(AccountId, SessionId)>,
    /// Who has `+s`.
    listeners: BTreeSet<SessionId>,
    /// The most that there have been at once.
    most: usize,
}

impl Sessions {
    pub(crate) fn find(&self, id: SessionId) -> Option<&Session> {
        self.slots
            .get(id.slot())?
            .as_ref()
            .filter(|session| session.id == id)
    }

    pub(crate) fn find_mut(&mut self, id: SessionId) -> Option<&mut Session> {
        self.slots
            .get_mut(id.slot())?
            .as_mut()
            .filter(|session| session.id == id)
    }

    /// Marks a session as visited by the walk of this epoch; returns whether it was not yet.
    pub(super) fn visit(&mut self, id: SessionId, epoch: u64) -> bool {
        let session = self.find_mut(id);
        session.is_some_and(|session| core::mem::replace(&mut session.mark, epoch) != epoch)
    }

    pub(crate) fn by_folded_nick(&self, folded: &str) -> Option<&Session> {
        self.by_nick.get(folded).and_then(|&id| self.find(id))
    }

    /// Returns all of them in the order of their nicks.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Session> {
        self.by_nick.values().filter_map(|&id| self.find(id))
    }

    /// Returns those that are logged in to an account, in the order of their slots.
    pub(crate) fn of_account(&self, account: AccountId) -> impl Iterator<Item = &Session> {
        let all = (account, SessionId::FIRST)..=(account, SessionId::LAST);
        let ids = self.by_account.range(all).map(|&(_, id)| id);
        ids.filter_map(|id| self.find(id))
    }

    /// Logs a client in, or out.
    pub(crate) fn set_account(&mut self, id: SessionId, account: Option<AccountRef>) {
        let Some(session) = self.find_mut(id) else {
            return;
        };
        let before = core::mem::replace(&mut session.account, account.clone());
        if let Some(before) = before {
            self.by_account.remove(&(before.id, id));
        }
        if let Some(account) = account {
            self.by_account.insert((account.id, id));
        }
    }

    /// Sets or clears a mode of a client.
    pub(crate) fn set_mode(&mut self, id: SessionId, mode: UserMode, add: bool) {
        let Some(session) = self.find_mut(id) else {
            return;
        };
        if session.modes.set(mode, add) && mode == UserMode::Notices {
            match add {
                true => self.listeners.insert(id),
                false => self.listeners.remove(&id),
            };
        }
    }

    /// Lets an operator be none until the next login.
    pub(crate) fn resign(&mut self, id: SessionId) {
        let account = self
            .find_mut(id)
            .and_then(|session| session.account.as_mut());
        if let Some(account) = account {
            account.admin = false;
        }
    }

    /// Returns those with `+s`, in the order of their slots.
    pub(super) fn listeners(&self) -> impl Iterator<Item = &Session> {
        self.listeners.iter().filter_map(|&id| self.find(id))
    }

    pub(crate) fn len(&self) -> usize {
        self.by_nick.len()
    }

    /// Returns how many of them are so.
    pub(crate) fn count(&self, is_so: impl Fn(&Session) -> bool) -> usize {
        self.slots
            .iter()
            .flatten()
            .filter(|session| is_so(session))
            .count()
    }

    /// Returns the most that there have been at once.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Takes in a client whose nick and slot are free.
    pub(crate) fn insert(&mut self, session: Session) {
        let slot = session.id.slot();
        if self.slots.len() <= slot {
            self.slots.resize_with(slot + 1, || None);
        }
        self.by_nick.insert(session.folded.clone(), session.id);
        if let Some(account) = &session.account {
            self.by_account.insert((account.id, session.id));
        }
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some(session);
        }
        self.most = self.most.max(self.len());
    }

    pub(crate) fn remove(&mut self, id: SessionId) -> Option<Session> {
        let session = self
            .slots
            .get_mut(id.slot())?
            .take_if(|session| session.id == id)?;
        self.by_nick.remove(&session.folded);
        self.listeners.remove(&id);
        if let Some(account) = &session.account {
            self.by_account.remove(&(account.id, id));
        }
        Some(session)
    }

    /// Gives a client a nick that is free or is its own in other letters.
    pub(super) fn rename(&mut self, id: SessionId, nick: String, folded: String) {
        let Some(session) = self.find_mut(id) else {
            return;
        };
        let before = core::mem::take(&mut session.folded);
        session.rename(nick, folded.clone());
        self.by_nick.remove(&before);
        self.by_nick.insert(folded, id);
    }
}
