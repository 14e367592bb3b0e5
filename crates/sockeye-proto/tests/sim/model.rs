//! The naive model: who sees what, said as plainly as the specifications say it.
//!
//! It knows no log, no numbers and no encodings; every command is carried out at once, in order.
//! Sources: RFC 2812, Modern IRC, IRCv3, and what Sockeye promises about stored channels.

use std::collections::{BTreeMap, BTreeSet};

use sockeye_proto::irc::caps::Caps;
use sockeye_proto::irc::id::SessionId;
use sockeye_proto::irc::message::Message;

use crate::seen::Seen;

/// Lines for clients, or the numerics one of which says why not.
pub(crate) type Outcome = Result<Vec<(SessionId, Seen)>, Vec<&'static str>>;

#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    pub(crate) users: BTreeMap<SessionId, User>,
    pub(crate) rooms: BTreeMap<String, Room>,
}

#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) nick: String,
    pub(crate) user_at_host: String,
    pub(crate) caps: Caps,
    pub(crate) account: Option<u64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) name: String,
    pub(crate) members: BTreeMap<SessionId, BTreeSet<char>>,
    pub(crate) invited: BTreeSet<SessionId>,
    /// Whether it outlives its last member.
    pub(crate) kept: bool,
    pub(crate) founder: Option<u64>,
    /// Mode letter and parameter.
    pub(crate) modes: BTreeSet<(char, String)>,
    pub(crate) topic: String,
    pub(crate) said: Vec<Seen>,
}

impl Model {
    pub(crate) fn enter(&mut self, who: SessionId, user: User) -> bool {
        let free = self.find(&user.nick).is_none();
        if free {
            self.users.insert(who, user);
        }
        free
    }

    pub(crate) fn leave(&mut self, who: SessionId, reason: &str) -> Vec<(SessionId, Seen)> {
        let line = self.line(who, "QUIT", &[reason]);
        let lines = self
            .peers(who)
            .into_iter()
            .map(|peer| (peer, line.clone()))
            .collect();
        for room in self.rooms.values_mut() {
            room.members.remove(&who);
            room.invited.remove(&who);
        }
        self.drop_empty_rooms();
        self.users.remove(&who);
        lines
    }

    /// Carries a line out; `stored` tells whether what needs the store can be stored.
    pub(crate) fn line_of(&mut self, who: SessionId, message: &Message, stored: bool) -> Outcome {
        let params: Vec<&str> = message.params.iter().map(String::as_str).collect();
        let first = params.first().copied().unwrap_or_default();
        let outcome = match (message.command.as_str(), &params[..]) {
            ("PING", _) => Ok(vec![(who, Seen::server("PONG", &["h", first]))]),
            ("CAP", ["REQ", list]) => self.request_caps(who, list),
            ("NICK", _) => self.rename(who, first),
            ("JOIN", _) => self.join(who, first, params.get(1).copied()),
            ("PART", [_, reason]) => self.part(who, first, reason),
            ("KICK", [_, nick, reason]) => self.kick(who, first, nick, reason),
            ("INVITE", [nick, room]) => self.invite(who, nick, room),
            ("TOPIC", [_, topic]) => self.set_topic(who, first, topic, stored),
            ("MODE", [_, change, rest @ ..]) => {
                let mut letters = change.chars();
                let add = letters.next() == Some('+');
                let letter = letters.next().unwrap_or('?');
                let value = rest.first().copied().unwrap_or_default();
                self.set_mode(who, first, (add, letter, value), stored)
            }
            ("PRIVMSG" | "NOTICE" | "TAGMSG", _) => self.speak(who, message, stored),
            ("CHATHISTORY", ["LATEST", room, "*", limit]) => {
                let limit = limit.parse().unwrap_or(0);
                let room = self.own_room(who, room).map_err(|_| vec!["FAIL"])?;
                Ok(room.last(limit, who))
            }
            _ => unreachable!("the script says nothing else: {message:?}"),
        };
        self.drop_empty_rooms();
        outcome
    }

    fn join(&mut self, who: SessionId, name: &str, key: Option<&str>) -> Outcome {
        let (user, mask) = (self.users[&who].clone(), self.mask(who));
        let is_new = !self.rooms.contains_key(&fold(name));
        let fresh = || Room {
            name: name.into(),
            founder: user.account,
            modes: "nt".chars().map(|letter| (letter, String::new())).collect(),
            ..Room::default()
        };
        let room = self.rooms.entry(fold(name)).or_insert_with(fresh);
        if room.members.contains_key(&who) {
            return Ok(Vec::new());
        }
        let mut refusals = Vec::new();
        if room.has('i') && !room.invited.contains(&who) {
            refusals.push("473");
        }
        if room.value('k').is_some_and(|needed| key != Some(needed)) {
            refusals.push("475");
        }
        if room
            .value('l')
            .is_some_and(|limit| room.members.len() >= limit.parse().unwrap())
        {
            refusals.push("471");
        }
        if room.bans(&mask) {
            refusals.push("474");
        }
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let is_founder = user.account.is_some() && user.account == room.founder;
        let rank = if is_new || is_founder {
            BTreeSet::from(['o'])
        } else {
            BTreeSet::new()
        };
        room.invited.remove(&who);
        room.members.insert(who, rank);
        let room = room.clone();
        let mut lines = self.to_room(&room, &self.line(who, "JOIN", &[&room.name]));
        if is_founder && !is_new {
            let mode = Seen::server("MODE", &[&room.name, "+o", &user.nick]);
            // The joiner reads it in NAMES.
            lines.extend(
                self.to_room(&room, &mode)
                    .into_iter()
                    .filter(|(to, _)| *to != who),
            );
        }
        if !user.caps.has(Caps::CHATHISTORY) {
            lines.extend(room.last(crate::REPLAY_ON_JOIN as usize, who));
        }
        Ok(lines)
    }

    fn part(&mut self, who: SessionId, name: &str, reason: &str) -> Outcome {
        let room = self.own_room(who, name)?.clone();
        self.room_mut(name).members.remove(&who);
        Ok(self.to_room(&room, &self.line(who, "PART", &[&room.name, reason])))
    }

    fn kick(&mut self, who: SessionId, name: &str, nick: &str, reason: &str) -> Outcome {
        let room = self.operated_room(who, name).cloned();
        let (room, _) = both(room, self.find(nick).ok_or(vec!["401", "441"]))?;
        let victim = self.member(&room, nick)?;
        self.room_mut(name).members.remove(&victim);
        let params = [room.name.as_str(), &self.users[&victim].nick, reason];
        Ok(self.to_room(&room, &self.line(who, "KICK", &params)))
    }

    fn invite(&mut self, who: SessionId, nick: &str, name: &str) -> Outcome {
        let guest = self.find(nick).ok_or(vec!["401"]);
        let (guest, room) = both(guest, self.own_room(who, name).cloned())?;
        if room.has('i') {
            self.operated_room(who, name)?;
        }
        if room.members.contains_key(&guest) {
            return Err(vec!["443"]);
        }
        self.room_mut(name).invited.insert(guest);
        let (own, nick) = (&self.users[&who].nick, &self.users[&guest].nick);
        let inviting = Seen::server("341", &[own, nick, &room.name]);
        Ok(vec![
            (who, inviting),
            (guest, self.line(who, "INVITE", &[nick, &room.name])),
        ])
    }

    fn set_topic(&mut self, who: SessionId, name: &str, topic: &str, stored: bool) -> Outcome {
        let room = self.own_room(who, name)?.clone();
        if room.has('t') {
            self.operated_room(who, name)?;
        }
        self.keep(name, stored)?.topic = topic.into();
        Ok(self.to_room(&room, &self.line(who, "TOPIC", &[&room.name, topic])))
    }

    fn set_mode(
        &mut self,
        who: SessionId,
        name: &str,
        (add, letter, value): (bool, char, &str),
        stored: bool,
    ) -> Outcome {
        let mut room = self.operated_room(who, name).cloned();
        if "ov".contains(letter) {
            room = both(room, self.find(value).ok_or(vec!["401", "441"])).map(|both| both.0);
        }
        let (room, mut value) = (room?, value.to_string());
        if "ov".contains(letter) {
            let member = self.member(&room, &value)?;
            value = self.users[&member].nick.clone();
            let rank = self.room_mut(name).members.get_mut(&member).unwrap();
            let changed = if add {
                rank.insert(letter)
            } else {
                rank.remove(&letter)
            };
            if !changed {
                return Ok(Vec::new());
            }
        } else {
            // It is stored also when it changes nothing.
            let changed = self.keep(name, stored)?;
            changed.change(add, letter, &value);
            if changed.modes == room.modes {
                return Ok(Vec::new());
            }
        }
        let change = format!("{}{letter}", if add { '+' } else { '-' });
        let mut params = vec![room.name.as_str(), &change];
        params.extend(Some(value.as_str()).filter(|value| !value.is_empty()));
        Ok(self.to_room(&room, &self.line(who, "MODE", &params)))
    }

    fn speak(&mut self, who: SessionId, message: &Message, stored: bool) -> Outcome {
        let target = message.params.first().unwrap().as_str();
        let text = message.params.get(1).map_or("", String::as_str);
        let mut line = self.line(who, &message.command, &[target, text]);
        line.params.truncate(message.params.len());
        line.tags = message.client_only_tags().cloned().collect();
        (line.time, line.msgid) = (true, true);
        if !target.starts_with('#') {
            let to = self.find(target).ok_or(vec!["401"])?;
            line.params[0] = self.users[&to].nick.clone();
            return Ok(self.heard([to], who, &line));
        }
        let room = self
            .rooms
            .get(&fold(target))
            .ok_or(vec!["401", "403"])?
            .clone();
        let rank = room.members.get(&who);
        let is_privileged = rank.is_some_and(|rank| !rank.is_empty());
        let outside = room.has('n') && rank.is_none();
        let silenced = room.has('m') || room.bans(&self.mask(who));
        if outside || (silenced && !is_privileged) {
            return Err(vec!["404"]);
        }
        line.params[0] = room.name.clone();
        if message.command != "TAGMSG" {
            self.keep(target, stored)?.said.push(line.clone());
        }
        let others = room.members.keys().copied().filter(|&member| member != who);
        Ok(self.heard(others, who, &line))
    }

    /// Who hears a message: its receivers, and its sender with `echo-message`, which alone answers
    /// the command.
    fn heard(
        &self,
        receivers: impl IntoIterator<Item = SessionId>,
        sender: SessionId,
        line: &Seen,
    ) -> Vec<(SessionId, Seen)> {
        let delivered = Seen {
            is_reply: false,
            ..line.clone()
        };
        let delivered = receivers.into_iter().map(|to| (to, delivered.clone()));
        let echoes = self.users[&sender].caps.has(Caps::ECHO_MESSAGE);
        let echo = echoes.then(|| (sender, line.clone()));
        let hears = |(to, line): &(SessionId, Seen)| {
            line.command != "TAGMSG" || self.users[to].caps.has(Caps::MESSAGE_TAGS)
        };
        delivered.chain(echo).filter(hears).collect()
    }

    fn rename(&mut self, who: SessionId, nick: &str) -> Outcome {
        if self.find(nick).is_some_and(|other| other != who) {
            return Err(vec!["433"]);
        }
        if self.users[&who].nick == nick {
            return Ok(Vec::new());
        }
        let line = self.line(who, "NICK", &[nick]);
        self.users.get_mut(&who).unwrap().nick = nick.into();
        Ok(self
            .peers(who)
            .into_iter()
            .chain([who])
            .map(|to| (to, line.clone()))
            .collect())
    }

    fn request_caps(&mut self, who: SessionId, word: &str) -> Outcome {
        let (remove, name) = word
            .strip_prefix('-')
            .map_or((false, word), |name| (true, name));
        let cap = match name {
            "server-time" => Caps::SERVER_TIME,
            _ => Caps::ECHO_MESSAGE,
        };
        let caps = &mut self.users.get_mut(&who).unwrap().caps;
        *caps = if remove {
            caps.without(cap)
        } else {
            *caps | cap
        };
        Ok(vec![(
            who,
            Seen::server("CAP", &[&self.users[&who].nick, "ACK", word]),
        )])
    }

    fn own_room(&self, who: SessionId, name: &str) -> Result<&Room, Vec<&'static str>> {
        let room = self.rooms.get(&fold(name)).ok_or(vec!["403"])?;
        if room.members.contains_key(&who) {
            Ok(room)
        } else {
            Err(vec!["442"])
        }
    }

    fn operated_room(&self, who: SessionId, name: &str) -> Result<&Room, Vec<&'static str>> {
        let room = self.own_room(who, name)?;
        if room.members[&who].contains(&'o') {
            Ok(room)
        } else {
            Err(vec!["482"])
        }
    }

    /// A room that is about to change for good: it is kept from now on.
    fn keep(&mut self, name: &str, stored: bool) -> Result<&mut Room, Vec<&'static str>> {
        if !stored {
            return Err(vec!["404", "400", "FAIL"]);
        }
        let room = self.room_mut(name);
        room.kept = true;
        Ok(room)
    }

    fn member(&self, room: &Room, nick: &str) -> Result<SessionId, Vec<&'static str>> {
        let member = self.find(nick).ok_or(vec!["401", "441"])?;
        if room.members.contains_key(&member) {
            Ok(member)
        } else {
            Err(vec!["441"])
        }
    }

    fn room_mut(&mut self, name: &str) -> &mut Room {
        self.rooms.get_mut(&fold(name)).unwrap()
    }

    pub(crate) fn find(&self, nick: &str) -> Option<SessionId> {
        let mut users = self.users.iter();
        users
            .find(|(_, user)| fold(&user.nick) == fold(nick))
            .map(|(&who, _)| who)
    }

    fn peers(&self, who: SessionId) -> BTreeSet<SessionId> {
        let shared = self
            .rooms
            .values()
            .filter(|room| room.members.contains_key(&who));
        let members = shared.flat_map(|room| room.members.keys().copied());
        members.filter(|&member| member != who).collect()
    }

    fn to_room(&self, room: &Room, line: &Seen) -> Vec<(SessionId, Seen)> {
        room.members
            .keys()
            .map(|&member| (member, line.clone()))
            .collect()
    }

    pub(crate) fn mask(&self, who: SessionId) -> String {
        self.users
            .get(&who)
            .map_or(String::new(), |u| format!("{}!{}", u.nick, u.user_at_host))
    }

    fn line(&self, who: SessionId, command: &str, params: &[&str]) -> Seen {
        Seen {
            source: self.mask(who),
            ..Seen::server(command, params)
        }
    }

    fn drop_empty_rooms(&mut self) {
        self.rooms
            .retain(|_, room| room.kept || !room.members.is_empty());
    }
}

impl Room {
    fn has(&self, letter: char) -> bool {
        self.value(letter).is_some()
    }

    fn value(&self, letter: char) -> Option<&str> {
        self.modes
            .iter()
            .find(|mode| mode.0 == letter)
            .map(|mode| mode.1.as_str())
    }

    fn bans(&self, mask: &str) -> bool {
        self.modes
            .iter()
            .any(|(letter, ban)| *letter == 'b' && glob(&fold(ban), &fold(mask)))
    }

    fn last(&self, limit: usize, to: SessionId) -> Vec<(SessionId, Seen)> {
        let said = self.said.iter().skip(self.said.len().saturating_sub(limit));
        said.map(|line| {
            (
                to,
                Seen {
                    is_reply: false,
                    ..line.clone()
                },
            )
        })
        .collect()
    }

    pub(crate) fn change(&mut self, add: bool, letter: char, value: &str) {
        if letter == 'b' && add {
            self.modes.insert((letter, value.into()));
        } else if letter == 'b' {
            self.modes.remove(&(letter, value.into()));
        } else {
            self.modes.retain(|mode| mode.0 != letter);
            if add {
                self.modes.insert((letter, value.into()));
            }
        }
    }
}

/// Of two that are needed, either may be the one that is named as missing.
fn both<A, B>(
    one: Result<A, Vec<&'static str>>,
    other: Result<B, Vec<&'static str>>,
) -> Result<(A, B), Vec<&'static str>> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (one, other) => Err([one.err(), other.err()]
            .into_iter()
            .flatten()
            .flatten()
            .collect()),
    }
}

pub(crate) fn fold(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// Whether `*` for any text makes the pattern the same as the text.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text
            .strip_prefix(start)
            .is_some_and(|text| (0..=text.len()).any(|skipped| glob(rest, &text[skipped..]))),
    }
}
