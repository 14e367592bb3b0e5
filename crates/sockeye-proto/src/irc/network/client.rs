//! The clients on the network: a slab by slot, and an index by nick.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Typing;
use crate::irc::id::{AccountId, ChannelId, ClientId, SessionId};
use crate::irc::input::AccountRef;
use crate::irc::lookalike::Looks;
use crate::irc::metadata::{Keys, Pace};
use crate::irc::power::{Power, Powers};

/// One client on the network.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: ClientId,
    /// The nick as displayed, and as compared.
    pub(crate) nick: String,
    pub(crate) folded: String,
    pub(crate) user: String,
    pub(crate) host: String,
    pub(crate) realname: String,
    /// `nick!user@host`, kept because every relayed line begins with it.
    pub(crate) source: String,
    pub(crate) account: Option<AccountRef>,
    /// Why it is away, as all its connections are.
    pub(crate) away: Option<String>,
    /// Why its last connection was away, while there is none.
    pub(crate) away_left: Option<String>,
    pub(crate) modes: UserModes,
    /// Its connections, the oldest first.
    pub(crate) sessions: Vec<SessionId>,
    /// In the order of joining.
    pub(crate) channels: Vec<ChannelId>,
    /// Where it has been invited to, oldest first.
    pub(crate) invites: Vec<ChannelId>,
    pub(crate) signed_on_ms: u64,
    /// When a connection has come or gone last.
    pub(crate) seen_ms: u64,
    pub(crate) last_spoke_ms: u64,
    /// What it says of itself while it has no account.
    pub(crate) keys: Keys,
    /// How soon it may change keys again.
    pub(crate) keys_pace: Pace,
    pub(crate) typing: Typing,
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

impl Client {
    /// Returns the letters of its modes after a `+`.
    pub(crate) fn mode_letters(&self) -> String {
        let held = UserMode::ALL.into_iter();
        let held = held.filter(|&mode| self.modes.has(mode));
        let operator = self.is_operator().then_some(OPERATOR_LETTER);
        ['+']
            .into_iter()
            .chain(held.map(UserMode::letter))
            .chain(operator)
            .collect()
    }

    pub(crate) fn is_invisible(&self) -> bool {
        self.modes.has(UserMode::Invisible)
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

    pub(crate) fn is_operator(&self) -> bool {
        !self.powers().is_empty()
    }

    pub(crate) fn may(&self, power: Power) -> bool {
        self.powers().has(power)
    }

    fn powers(&self) -> Powers {
        let account = self.account.as_ref();
        account.map_or(Powers::NONE, |account| account.powers)
    }

    /// Returns how acts of it are signed: its account, or the nick of who has none.
    pub(crate) fn signature(&self) -> &str {
        let account = self.account.as_ref();
        account.map_or(&self.nick, |account| &account.name)
    }
}

/// Writes the source of a client's lines.
pub(crate) fn source(nick: &str, user: &str, host: &str) -> String {
    format!("{nick}!{user}@{host}")
}

/// All clients on the network.
///
/// Invariant: `by_nick` holds exactly the clients of `slots`, each under its folded nick, and
/// `by_account` those with an account, each under it.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    slots: Vec<Option<Client>>,
    /// Slots without a client.
    free: Vec<u32>,
    /// How many clients there have been.
    generation: u32,
    by_nick: BTreeMap<String, ClientId>,
    /// What their nicks look like.
    looks: Looks<ClientId>,
    /// Who is logged in, by account.
    by_account: BTreeSet<(AccountId, ClientId)>,
    /// Who has `+s`.
    listeners: BTreeSet<ClientId>,
    /// The most that there have been at once.
    most: usize,
}

impl Clients {
    pub(crate) fn find(&self, id: ClientId) -> Option<&Client> {
        self.slots
            .get(id.slot())?
            .as_ref()
            .filter(|client| client.id == id)
    }

    pub(crate) fn find_mut(&mut self, id: ClientId) -> Option<&mut Client> {
        self.slots
            .get_mut(id.slot())?
            .as_mut()
            .filter(|client| client.id == id)
    }

    /// Marks a client as visited by the walk of this epoch; returns whether it was not yet.
    pub(super) fn visit(&mut self, id: ClientId, epoch: u64) -> bool {
        let client = self.find_mut(id);
        client.is_some_and(|client| core::mem::replace(&mut client.mark, epoch) != epoch)
    }

    pub(crate) fn by_folded_nick(&self, folded: &str) -> Option<&Client> {
        self.by_nick.get(folded).and_then(|&id| self.find(id))
    }

    /// Returns who has a nick that looks so, but for one client, who may have it itself.
    pub(crate) fn by_look(&self, looks: &[String], except: Option<ClientId>) -> Option<&Client> {
        let by_nick = looks.iter().find_map(|look| self.by_folded_nick(look));
        let by_look = self.looks.find(looks).and_then(|id| self.find(id));
        let mut found = by_nick.into_iter().chain(by_look);
        found.find(|client| Some(client.id) != except)
    }

    /// Returns all of them in the order of their nicks.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Client> {
        self.by_nick.values().filter_map(|&id| self.find(id))
    }

    /// Returns those that are logged in to an account, in the order of their slots.
    pub(crate) fn of_account(&self, account: AccountId) -> impl Iterator<Item = &Client> {
        let all = (account, ClientId::FIRST)..=(account, ClientId::LAST);
        let ids = self.by_account.range(all).map(|&(_, id)| id);
        ids.filter_map(|id| self.find(id))
    }

    /// Logs a client in, or out.
    pub(crate) fn set_account(&mut self, id: ClientId, account: Option<AccountRef>) {
        let Some(client) = self.find_mut(id) else {
            return;
        };
        let before = core::mem::replace(&mut client.account, account.clone());
        if let Some(before) = before {
            self.by_account.remove(&(before.id, id));
        }
        if let Some(account) = account {
            self.by_account.insert((account.id, id));
        }
    }

    /// Sets or clears a mode of a client.
    pub(crate) fn set_mode(&mut self, id: ClientId, mode: UserMode, add: bool) {
        let Some(client) = self.find_mut(id) else {
            return;
        };
        if client.modes.set(mode, add) && mode == UserMode::Notices {
            match add {
                true => self.listeners.insert(id),
                false => self.listeners.remove(&id),
            };
        }
    }

    /// Lets an operator be none until the next login.
    pub(crate) fn resign(&mut self, id: ClientId) {
        let account = self.find_mut(id).and_then(|client| client.account.as_mut());
        if let Some(account) = account {
            account.powers = Powers::NONE;
        }
    }

    /// Returns those with `+s`, in the order of their slots.
    pub(super) fn listeners(&self) -> impl Iterator<Item = &Client> {
        self.listeners.iter().filter_map(|&id| self.find(id))
    }

    pub(crate) fn len(&self) -> usize {
        self.by_nick.len()
    }

    /// Returns how many of them are so.
    pub(crate) fn count(&self, is_so: impl Fn(&Client) -> bool) -> usize {
        self.slots
            .iter()
            .flatten()
            .filter(|client| is_so(client))
            .count()
    }

    /// Returns the most that there have been at once.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Returns the id for the next client; it is to be inserted at once.
    pub(crate) fn next_id(&mut self) -> ClientId {
        self.generation = self.generation.wrapping_add(1);
        let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
        ClientId::new(slot, self.generation)
    }

    /// Takes in a client whose nick is free.
    pub(crate) fn insert(&mut self, client: Client) {
        self.looks.insert(&client.nick, &client.folded, client.id);
        let slot = client.id.slot();
        if self.slots.len() <= slot {
            self.slots.resize_with(slot + 1, || None);
        }
        self.by_nick.insert(client.folded.clone(), client.id);
        if let Some(account) = &client.account {
            self.by_account.insert((account.id, client.id));
        }
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some(client);
        }
        self.most = self.most.max(self.len());
    }

    pub(crate) fn remove(&mut self, id: ClientId) -> Option<Client> {
        let client = self
            .slots
            .get_mut(id.slot())?
            .take_if(|client| client.id == id)?;
        self.free.push(id.slot() as u32);
        self.by_nick.remove(&client.folded);
        self.looks.remove(&client.nick, &client.folded, id);
        self.listeners.remove(&id);
        if let Some(account) = &client.account {
            self.by_account.remove(&(account.id, id));
        }
        Some(client)
    }

    /// Gives a client a nick that is free or is its own in other letters.
    pub(super) fn rename(&mut self, id: ClientId, nick: String, folded: String) {
        let client = self.slots.get_mut(id.slot()).and_then(Option::as_mut);
        let Some(client) = client.filter(|client| client.id == id) else {
            return;
        };
        self.looks.remove(&client.nick, &client.folded, id);
        self.looks.insert(&nick, &folded, id);
        let before = core::mem::take(&mut client.folded);
        client.rename(nick, folded.clone());
        self.by_nick.remove(&before);
        self.by_nick.insert(folded, id);
    }
}
