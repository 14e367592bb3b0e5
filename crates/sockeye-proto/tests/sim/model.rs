//! The naive model: who sees what, said as plainly as the specifications say it.
//!
//! It knows no log, no numbers and no encodings; every command is carried out at once, in order.
//! Sources: RFC 2812, Modern IRC, IRCv3, and what Sockeye promises about stored channels.

use std::collections::{BTreeMap, BTreeSet};

use sockeye_proto::irc::caps::Caps;
use sockeye_proto::irc::history::{parse_time, time_text};
use sockeye_proto::irc::id::SessionId;
use sockeye_proto::irc::message::Message;

use crate::metadata::Keys;
use crate::room::{HALFOP, Rank, Room, fold, given_by};
use crate::seen::Seen;

/// The numerics one of which says why not.
pub(crate) type Refused = Vec<&'static str>;

/// Lines for clients.
pub(crate) type Lines = Vec<(SessionId, Seen)>;

pub(crate) type Outcome = Result<Lines, Refused>;

#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    pub(crate) users: BTreeMap<SessionId, User>,
    pub(crate) rooms: BTreeMap<String, Room>,
    pub(crate) marks: Marks,
    /// What accounts say of themselves.
    pub(crate) keys: BTreeMap<u64, Keys>,
    /// How many have come.
    pub(crate) arrivals: u64,
}

/// Up to when accounts have read rooms, milliseconds since 1970.
pub(crate) type Marks = BTreeMap<(u64, String), u64>;

#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) nick: String,
    pub(crate) user_at_host: String,
    pub(crate) caps: Caps,
    pub(crate) account: Option<u64>,
    pub(crate) modes: BTreeSet<char>,
    /// The rooms that it has joined, also those that it has left, in order.
    pub(crate) joined: Vec<String>,
    /// What it says of itself without an account, and what it is told of others.
    pub(crate) keys: Keys,
    pub(crate) subscriptions: BTreeSet<String>,
    pub(crate) arrived: u64,
}

impl User {
    pub(crate) fn mask(&self) -> String {
        [&self.nick, "!", &self.user_at_host].concat()
    }
}

/// What the model cannot know of a line by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fate {
    /// Whether what needs the store can be stored.
    pub(crate) stored: bool,
    /// Whether it was, when it came, a message for few, which is not stored; `None`: as it is now.
    pub(crate) for_few: Option<bool>,
}

impl Model {
    pub(crate) fn enter(&mut self, who: SessionId, user: User) -> bool {
        let is_free = self.find(&user.nick).is_none();
        if is_free {
            self.arrivals += 1;
            let arrived = self.arrivals;
            self.users.insert(who, User { arrived, ..user });
        }
        is_free
    }

    pub(crate) fn leave(&mut self, who: SessionId, reason: &str) -> Lines {
        let lines = self.to_all(self.peers(who), &self.line(who, "QUIT", &[reason]));
        for room in self.rooms.values_mut() {
            room.members.remove(&who);
            room.invited.remove(&who);
        }
        self.drop_empty_rooms();
        self.users.remove(&who);
        lines
    }

    /// Carries a line out.
    pub(crate) fn carry_out(&mut self, who: SessionId, line: &Message, fate: Fate) -> Outcome {
        let stored = fate.stored;
        let params: Vec<&str> = line.params.iter().map(String::as_str).collect();
        let lines = match (line.command.as_str(), &params[..]) {
            ("PING", [token]) => vec![(who, Seen::server("PONG", &["h", token]))],
            ("CAP", ["REQ", word]) => self.request_cap(who, word),
            ("NICK", [nick]) => self.rename(who, nick)?,
            ("JOIN", [room, key @ ..]) => self.join(who, room, key.first().copied())?,
            ("PART", [room, reason]) => self.part(who, room, reason)?,
            ("KICK", [room, nick, reason]) => self.kick(who, room, nick, reason)?,
            ("INVITE", [nick, room]) => self.invite(who, nick, room)?,
            ("TOPIC", [room, topic]) => self.set_topic(who, room, topic, stored)?,
            ("MODE", [room, change, value @ ..]) if room.starts_with('#') => {
                let value = value.first().copied().unwrap_or_default();
                self.set_mode(who, room, (change, value), stored)?
            }
            ("MODE", [nick, change]) => self.set_own_mode(who, nick, change)?,
            ("NAMES", [room]) => self.names_for_anybody(who, room),
            ("CHATHISTORY", ["LATEST", room, "*", limit]) => {
                let room = self.own_room(who, room).or(Err(vec!["FAIL"]))?;
                room.last(limit.parse().unwrap(), who)
            }
            ("METADATA", params) => self.metadata(who, params, stored)?,
            ("MARKREAD", [room, time]) => self.mark_read(who, room, time, stored)?,
            _ => self.speak(who, line, fate)?,
        };
        self.drop_empty_rooms();
        Ok(lines)
    }

    fn join(&mut self, who: SessionId, name: &str, key: Option<&str>) -> Outcome {
        let user = self.users[&who].clone();
        let is_new = !self.rooms.contains_key(&fold(name));
        let room = self.rooms.entry(fold(name)).or_default();
        if is_new {
            (room.name, room.founder) = (name.into(), user.account);
            room.modes = ['n', 't'].map(|letter| (letter, String::new())).into();
        }
        if room.members.contains_key(&who) {
            return Ok(Vec::new());
        }
        let obstacles = if is_new {
            vec![]
        } else {
            room.obstacles(who, &user, key)
        };
        if obstacles.is_empty() {
            return Ok(self.enter_room(who, name, is_new));
        }
        let other = room.value('f').map(fold).unwrap_or_default();
        let may_join = |room: &Room| {
            !room.members.contains_key(&who) && room.obstacles(who, &user, None).is_empty()
        };
        match self.rooms.get(&other).is_some_and(may_join) {
            true => Ok(self.enter_room(who, &other, false)),
            false => Err(obstacles),
        }
    }

    fn enter_room(&mut self, who: SessionId, name: &str, is_new: bool) -> Lines {
        let joined = &mut self.users.get_mut(&who).unwrap().joined;
        joined.retain(|other| *other != fold(name));
        joined.push(fold(name));
        let user = self.users[&who].clone();
        let room = self.room_mut(name);
        let is_founder = room.belongs_to(&user);
        let letters = match (is_founder, is_new) {
            (true, _) => "qo",
            (false, true) => "o",
            (false, false) => "",
        };
        room.invited.remove(&who);
        let rank = Rank(letters.chars().collect());
        room.members.insert(who, rank);
        let room = room.clone();
        let mut lines = self.to_viewers(&room, who, &self.line(who, "JOIN", &[&room.name]));
        if user.caps.has(Caps::READ_MARKER) {
            lines.push((who, self.marked(who, &room.name)));
        }
        if is_founder {
            // The joiner reads it in NAMES.
            let mode = Seen::server("MODE", &[&room.name, "+qo", &user.nick, &user.nick]);
            let others = self.to_viewers(&room, who, &mode).into_iter();
            lines.extend(others.filter(|(to, _)| *to != who));
        }
        lines.push((who, self.names(&room, who)));
        lines.extend(self.introduced(who, &room));
        if !user.caps.has(Caps::CHATHISTORY) {
            let replayed = room.last(crate::REPLAY_ON_JOIN as usize, who).into_iter();
            lines.extend(replayed.map(|(to, line)| (to, line.replayed())));
        }
        lines
    }

    fn names_for_anybody(&self, who: SessionId, name: &str) -> Lines {
        let room = self.rooms.get(&fold(name));
        let room = room.filter(|room| !room.has('s') || room.members.contains_key(&who));
        let names = match room {
            Some(room) => self.names(room, who),
            None => Seen::server("NAMES", &[name]),
        };
        vec![(who, names)]
    }

    /// Who is in a room, as far as somebody may see, in any order.
    fn names(&self, room: &Room, viewer: SessionId) -> Seen {
        let caps = self.users[&viewer].caps;
        let mut names = Vec::new();
        for (member, rank) in &room.members {
            let user = &self.users[member];
            let is_hidden = user.modes.contains(&'i') && !room.members.contains_key(&viewer);
            if is_hidden || !room.shows(*member, viewer) {
                continue;
            }
            let mut prefixes = rank.prefixes();
            if !caps.has(Caps::MULTI_PREFIX) {
                prefixes.truncate(1);
            }
            let name = match caps.has(Caps::USERHOST_IN_NAMES) {
                true => self.mask(*member),
                false => user.nick.clone(),
            };
            names.push(prefixes + &name);
        }
        names.sort();
        let params = [room.name.as_str()].into_iter();
        let params: Vec<&str> = params.chain(names.iter().map(String::as_str)).collect();
        Seen::server("NAMES", &params)
    }

    /// All clients of an account are told when it has read on.
    fn mark_read(&mut self, who: SessionId, room: &str, time: &str, stored: bool) -> Outcome {
        let account = self.users[&who].account.ok_or(vec!["FAIL"])?;
        if !stored {
            return Err(vec!["FAIL"]);
        }
        let (_, time) = time.split_once('=').unwrap();
        let read_ms = parse_time(time).unwrap();
        let known = self.marks.entry((account, fold(room))).or_default();
        let is_news = *known < read_ms;
        *known = read_ms.max(*known);
        let line = self.marked(who, room);
        let mut lines = vec![(who, line.clone())];
        if is_news {
            let others = self.users.iter().filter(|(other, user)| {
                **other != who && user.account == Some(account) && user.caps.has(Caps::READ_MARKER)
            });
            lines.extend(others.map(|(other, _)| (*other, line.unasked())));
        }
        Ok(lines)
    }

    /// What a client is told of how far it has read a room.
    fn marked(&self, who: SessionId, room: &str) -> Seen {
        let account = self.users[&who].account;
        let known = account.and_then(|account| self.marks.get(&(account, fold(room))));
        let time = known.map(|known| format!("timestamp={}", time_text(*known)));
        Seen::server("MARKREAD", &[room, time.as_deref().unwrap_or("*")])
    }

    fn part(&mut self, who: SessionId, name: &str, reason: &str) -> Outcome {
        let room = self.own_room(who, name)?.clone();
        self.room_mut(name).members.remove(&who);
        Ok(self.to_viewers(&room, who, &self.line(who, "PART", &[&room.name, reason])))
    }

    fn kick(&mut self, who: SessionId, at: &str, nick: &str, why: &str) -> Outcome {
        let room = self.operated_room(who, at, HALFOP).cloned();
        let (room, victim) = both(room, self.find(nick).ok_or(vec!["401", "441"]))?;
        let rank = room.members.get(&victim).ok_or(vec!["441"])?;
        let needed = rank.0.iter().map(|letter| given_by(*letter)).max();
        self.operated_room(who, at, needed.unwrap_or(HALFOP))?;
        self.room_mut(at).members.remove(&victim);
        let params = [&room.name, &self.users[&victim].nick, why];
        Ok(self.to_viewers(&room, victim, &self.line(who, "KICK", &params)))
    }

    fn invite(&mut self, who: SessionId, nick: &str, name: &str) -> Outcome {
        let guest = self.find(nick).ok_or(vec!["401"]);
        let (guest, room) = both(guest, self.own_room(who, name).cloned())?;
        if room.has('i') {
            self.operated_room(who, name, HALFOP)?;
        }
        if room.members.contains_key(&guest) {
            return Err(vec!["443"]);
        }
        self.room_mut(name).invited.insert(guest);
        let (own, nick) = (&self.users[&who].nick, &self.users[&guest].nick);
        let inviting = Seen::server("341", &[own, nick, &room.name]);
        let invitation = self.line(who, "INVITE", &[nick, &room.name]);
        Ok(vec![(who, inviting), (guest, invitation)])
    }

    fn set_topic(&mut self, who: SessionId, name: &str, topic: &str, stored: bool) -> Outcome {
        let room = self.own_room(who, name)?.clone();
        if room.has('t') {
            self.operated_room(who, name, HALFOP)?;
        }
        self.keep(name, stored)?.topic = topic.into();
        Ok(self.to_room(&room, &self.line(who, "TOPIC", &[&room.name, topic])))
    }

    fn rename(&mut self, who: SessionId, nick: &str) -> Outcome {
        if self.find(nick).is_some_and(|other| other != who) {
            return Err(vec!["433"]);
        }
        let silenced = |room: &&Room| {
            let rank = room.members.get(&who);
            rank.is_some_and(|rank| rank.level() == 0) && room.silences(&self.users[&who])
        };
        if nick != self.users[&who].nick && self.rooms.values().any(|room| silenced(&room)) {
            return Err(vec!["435"]);
        }
        let line = self.line(who, "NICK", &[nick]);
        let old = std::mem::replace(&mut self.users.get_mut(&who).unwrap().nick, nick.into());
        if old == nick {
            return Ok(Vec::new());
        }
        Ok(self.to_all(self.peers(who).into_iter().chain([who]), &line))
    }

    fn request_cap(&mut self, who: SessionId, word: &str) -> Lines {
        let user = self.users.get_mut(&who).unwrap();
        let is_time = word.ends_with("server-time");
        let cap = if is_time {
            Caps::SERVER_TIME
        } else {
            Caps::ECHO_MESSAGE
        };
        let without = user.caps.without(cap);
        user.caps = if word.starts_with('-') {
            without
        } else {
            user.caps | cap
        };
        vec![(who, Seen::server("CAP", &[&user.nick, "ACK", word]))]
    }

    pub(crate) fn own_room(&self, who: SessionId, name: &str) -> Result<&Room, Refused> {
        let room = self.rooms.get(&fold(name)).ok_or(vec!["403"])?;
        let is_member = room.members.contains_key(&who);
        is_member.then_some(room).ok_or(vec!["442"])
    }

    /// A room in which somebody stands at least so high.
    pub(crate) fn operated_room(
        &self,
        who: SessionId,
        name: &str,
        least: usize,
    ) -> Result<&Room, Refused> {
        let room = self.own_room(who, name)?;
        let stands_high = room.members[&who].level() >= least;
        stands_high.then_some(room).ok_or(vec!["482"])
    }

    /// A room that is about to change for good: it is kept from now on.
    pub(crate) fn keep(&mut self, name: &str, stored: bool) -> Result<&mut Room, Refused> {
        let room = self.room_mut(name);
        room.kept |= stored;
        stored.then_some(room).ok_or(vec!["404", "400"])
    }

    pub(crate) fn room_mut(&mut self, name: &str) -> &mut Room {
        self.rooms.get_mut(&fold(name)).unwrap()
    }

    pub(crate) fn find(&self, nick: &str) -> Option<SessionId> {
        let mut users = self.users.iter();
        users
            .find(|(_, user)| fold(&user.nick) == fold(nick))
            .map(|(&who, _)| who)
    }

    fn peers(&self, who: SessionId) -> BTreeSet<SessionId> {
        let mut peers = BTreeSet::new();
        for room in self.rooms.values() {
            if room.members.contains_key(&who) {
                let members = room.members.keys().copied();
                peers.extend(members.filter(|&member| member != who && room.shows(who, member)));
            }
        }
        peers
    }

    pub(crate) fn to_room(&self, room: &Room, line: &Seen) -> Lines {
        self.to_all(room.members.keys().copied(), line)
    }

    /// To those in a room who may know that somebody is there.
    fn to_viewers(&self, room: &Room, of: SessionId, line: &Seen) -> Lines {
        let viewers = room.members.keys().copied();
        self.to_all(viewers.filter(|&viewer| room.shows(of, viewer)), line)
    }

    pub(crate) fn to_all(
        &self,
        receivers: impl IntoIterator<Item = SessionId>,
        line: &Seen,
    ) -> Lines {
        receivers.into_iter().map(|to| (to, line.clone())).collect()
    }

    pub(crate) fn mask(&self, who: SessionId) -> String {
        self.users.get(&who).map_or(String::new(), User::mask)
    }

    pub(crate) fn line(&self, who: SessionId, command: &str, params: &[&str]) -> Seen {
        let source = self.mask(who);
        Seen {
            source,
            ..Seen::server(command, params)
        }
    }

    fn drop_empty_rooms(&mut self) {
        self.rooms
            .retain(|_, room| room.kept || !room.members.is_empty());
    }
}

/// Of two that are needed, either may be the one that is named as missing.
pub(crate) fn both<A, B>(
    one: Result<A, Refused>,
    other: Result<B, Refused>,
) -> Result<(A, B), Refused> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (one, other) => Err([one.err(), other.err()]
            .into_iter()
            .flatten()
            .flatten()
            .collect()),
    }
}
