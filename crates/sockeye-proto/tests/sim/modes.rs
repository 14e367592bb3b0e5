//! MODE, as the naive model has it.

use sockeye_proto::irc::id::SessionId;

use crate::model::{Lines, Model, Outcome, Refused, both};
use crate::room::{HALFOP, OPERATOR, Room, fold, given_by};
use crate::seen::Seen;

impl Model {
    pub(crate) fn set_mode(
        &mut self,
        who: SessionId,
        name: &str,
        mode: (&str, &str),
        stored: bool,
    ) -> Outcome {
        let (add, letter) = (mode.0.starts_with('+'), mode.0.chars().next_back().unwrap());
        if "qaohv".contains(letter) {
            return self.set_rank(who, name, mode, (add, letter));
        }
        let is_moderation = "beIim".contains(letter);
        let least = if is_moderation { HALFOP } else { OPERATOR };
        let room = self.operated_room(who, name, least).cloned();
        let forward = match mode.0 {
            "+f" => self.forwarded_room(who, name, mode.1),
            _ => Ok(mode.1.to_string()),
        };
        let (room, value) = both(room, forward)?;
        let mode = (mode.0, &*value);
        // It is stored also when it changes nothing.
        let changed = self.keep(name, stored)?;
        changed.change(add, letter, mode.1);
        if changed.modes == room.modes {
            return Ok(Vec::new());
        }
        let params = [&room.name, mode.0, mode.1];
        let count = 2 + usize::from(!mode.1.is_empty());
        Ok(self.to_room(&room, &self.line(who, "MODE", &params[..count])))
    }

    fn set_rank(
        &mut self,
        who: SessionId,
        name: &str,
        mode: (&str, &str),
        (add, letter): (bool, char),
    ) -> Outcome {
        let member = self.find(mode.1).ok_or(vec!["401", "441"]);
        let gives_up = member == Ok(who) && !add;
        let least = if gives_up { 0 } else { HALFOP };
        let room = self.operated_room(who, name, least).cloned();
        let (room, member) = both(room, member)?;
        let rank = room.members.get(&member).ok_or(vec!["441"])?;
        if !gives_up {
            let above = if add { 0 } else { rank.level() };
            self.operated_room(who, name, given_by(letter).max(above))?;
        }
        let rank = self.room_mut(name).members.get_mut(&member).unwrap();
        let was_shown = rank.level() > 0;
        if !rank.change(letter, add) {
            return Ok(Vec::new());
        }
        let (is_shown, room) = (rank.level() > 0, self.rooms[&fold(name)].clone());
        let mut lines = Lines::new();
        if room.has('u') && is_shown && !was_shown {
            lines.extend(self.appearance(&room, member, "JOIN"));
        }
        let params = [&room.name, mode.0, &self.users[&member].nick];
        lines.extend(self.to_room(&room, &self.line(who, "MODE", &params)));
        if room.has('u') && was_shown && !is_shown {
            lines.extend(self.appearance(&room, member, "PART"));
        }
        Ok(lines)
    }

    /// A founder who logs in gets the prefixes that were missing.
    pub(crate) fn log_in(&mut self, who: SessionId, account: u64) -> Option<Lines> {
        let keys = self.keys_of(self.users.get(&who)?).clone();
        self.users.get_mut(&who)?.account = Some(account);
        let user = self.users[&who].clone();
        let mut lines = self.keys_changed(who, &keys);
        let rooms = user.joined.iter().filter_map(|name| self.rooms.get(name));
        for room in rooms.cloned().collect::<Vec<_>>() {
            let Some(rank) = room.members.get(&who).filter(|_| room.belongs_to(&user)) else {
                continue;
            };
            let missing = ['q', 'o']
                .into_iter()
                .filter(|letter| !rank.0.contains(letter));
            let missing: String = missing.collect();
            if missing.is_empty() {
                continue;
            }
            let held = &mut self.room_mut(&room.name).members.get_mut(&who)?.0;
            held.extend(missing.chars());
            if room.has('u') && rank.level() == 0 {
                lines.extend(self.appearance(&room, who, "JOIN"));
            }
            let change = ["+", &missing].concat();
            let nicks = missing.chars().map(|_| &*user.nick);
            let params: Vec<&str> = [&*room.name, &*change].into_iter().chain(nicks).collect();
            lines.extend(self.to_room(&room, &Seen::server("MODE", &params)));
        }
        Some(lines)
    }

    /// A room to which another one sends people is one that the sender operates, too.
    fn forwarded_room(&self, who: SessionId, from: &str, to: &str) -> Result<String, Refused> {
        let target = self.rooms.get(&fold(to)).filter(|_| fold(from) != fold(to));
        let target = target.ok_or(vec!["696"])?;
        let is_operator = target.level(who) >= OPERATOR;
        is_operator.then(|| target.name.clone()).ok_or(vec!["482"])
    }

    /// In an auditorium a prefix lets a member appear, and without it vanish.
    fn appearance(&self, room: &Room, member: SessionId, command: &str) -> Lines {
        let viewers = room
            .members
            .iter()
            .filter(|(_, rank)| rank.level() < HALFOP);
        let viewers = viewers
            .map(|(&viewer, _)| viewer)
            .filter(|&viewer| viewer != member);
        self.to_all(viewers, &self.line(member, command, &[&room.name]))
    }

    pub(crate) fn set_own_mode(&mut self, who: SessionId, nick: &str, change: &str) -> Outcome {
        match self.find(nick) {
            None => return Err(vec!["401"]),
            Some(other) if other != who => return Err(vec!["502"]),
            Some(_) => {}
        }
        let line = self.line(who, "MODE", &[&self.users[&who].nick, change]);
        let (add, letter) = (change.starts_with('+'), change.chars().next_back().unwrap());
        let modes = &mut self.users.get_mut(&who).unwrap().modes;
        let changed = if add {
            modes.insert(letter)
        } else {
            modes.remove(&letter)
        };
        Ok(if changed {
            vec![(who, line)]
        } else {
            Vec::new()
        })
    }
}
