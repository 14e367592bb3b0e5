//! The naive model of metadata: whose keys there are, and who is told of them.

use std::collections::{BTreeMap, BTreeSet};

use sockeye_proto::irc::caps::Caps;
use sockeye_proto::irc::id::SessionId;

use crate::model::{Lines, Model, Outcome, User};
use crate::room::{OPERATOR, Room, fold};
use crate::seen::Seen;

pub(crate) type Keys = BTreeMap<String, String>;

impl Model {
    /// `METADATA target …`, as far as the script says it.
    pub(crate) fn metadata(&mut self, who: SessionId, params: &[&str], stored: bool) -> Outcome {
        match params {
            ["*", "SUB", key] => Ok(self.subscribe(who, key)),
            ["*", "SET", key, value] => self.set_own_key(who, key, value, stored),
            [room, "SET", key, value] => self.set_room_key(who, room, key, value, stored),
            [room, "LIST"] => {
                let room = self.rooms.get(&fold(room)).ok_or(vec!["FAIL"])?;
                let is_secret = room.has('s') && !room.members.contains_key(&who);
                let all = told(&room.name, &room.keys, None);
                match is_secret {
                    true => Err(vec!["FAIL"]),
                    false => Ok(vec![(who, batch(all))]),
                }
            }
            other => panic!("the script does not say {other:?}"),
        }
    }

    fn subscribe(&mut self, who: SessionId, key: &str) -> Lines {
        let user = self.users.get_mut(&who).unwrap();
        let is_new = user.subscriptions.insert(key.into());
        let mut lines = vec![(who, Seen::server("770", &[&user.nick, key]))];
        if is_new {
            let only = BTreeSet::from([key.to_string()]);
            let rooms = self.rooms.values();
            let rooms = rooms.filter(|room| room.members.contains_key(&who));
            lines.push((who, self.shown(who, rooms, &only)));
        }
        lines
    }

    fn set_own_key(&mut self, who: SessionId, key: &str, value: &str, stored: bool) -> Outcome {
        let account = self.users[&who].account;
        let keys = match account {
            None => &mut self.users.get_mut(&who).unwrap().keys,
            Some(account) if stored => self.keys.entry(account).or_default(),
            Some(_) => return Err(vec!["FAIL"]),
        };
        keys.insert(key.into(), value.into());
        let nick = self.users[&who].nick.clone();
        let mut lines = vec![(who, news(&nick, &nick, key, Some(value)))];
        let mut owners: Vec<_> = self.users.iter().collect();
        owners.retain(|(id, user)| match account {
            Some(account) => user.account == Some(account),
            None => **id == who,
        });
        owners.sort_by_key(|(_, user)| user.arrived);
        for (id, owner) in owners {
            let viewers = self.subscribers(*id, key).into_iter();
            for viewer in viewers.filter(|&viewer| viewer != who) {
                let nick = &self.users[&viewer].nick;
                lines.push((viewer, news(nick, &owner.nick, key, Some(value))));
            }
        }
        Ok(lines)
    }

    fn set_room_key(
        &mut self,
        who: SessionId,
        name: &str,
        key: &str,
        value: &str,
        stored: bool,
    ) -> Outcome {
        let room = self.rooms.get(&fold(name)).ok_or(vec!["FAIL"])?;
        if room.level(who) < OPERATOR || !stored {
            return Err(vec!["FAIL"]);
        }
        let room = self.room_mut(name);
        room.keys.insert(key.into(), value.into());
        room.kept = true;
        let room = room.clone();
        let members = room.members.keys().copied();
        let told = members.filter(|member| self.users[member].subscriptions.contains(key));
        let told = told.chain([who]).collect::<BTreeSet<_>>().into_iter();
        let lines = told.map(|to| {
            let line = news(&self.users[&to].nick, &room.name, key, Some(value));
            (to, line)
        });
        Ok(lines.collect())
    }

    /// What a newcomer is told of itself.
    pub(crate) fn welcomed(&self, who: SessionId) -> Lines {
        let user = self.users.get(&who);
        let user = user.filter(|user| user.caps.has(Caps::METADATA_3 | Caps::BATCH));
        let own = user.map(|user| (who, batch(told(&user.nick, self.keys_of(user), None))));
        own.into_iter().collect()
    }

    /// What a joiner is shown, and the others of it.
    pub(crate) fn introduced(&self, who: SessionId, room: &Room) -> Lines {
        let user = &self.users[&who];
        let mut lines = Lines::new();
        for (key, value) in self.keys_of(user) {
            for &member in room.members.keys() {
                let viewer = &self.users[&member];
                let is_told = member != who && viewer.subscriptions.contains(key);
                if is_told && room.shows(who, member) {
                    lines.push((member, news(&viewer.nick, &user.nick, key, Some(value))));
                }
            }
        }
        if user.caps.has(Caps::METADATA_3 | Caps::BATCH) {
            let shown = self.shown(who, [room].into_iter(), &user.subscriptions);
            lines.push((who, shown));
        }
        lines
    }

    /// What those who see somebody are told of keys that are others by a login.
    pub(crate) fn keys_changed(&self, who: SessionId, before: &Keys) -> Lines {
        let user = &self.users[&who];
        let now = self.keys_of(user);
        let gone = before.keys().filter(|key| !now.contains_key(*key));
        let gone = gone.map(|key| (key, None));
        let new = now
            .iter()
            .filter(|(key, value)| before.get(*key) != Some(*value));
        let new = new.map(|(key, value)| (key, Some(value.as_str())));
        let mut lines = Lines::new();
        for (key, value) in gone.chain(new) {
            for viewer in self.subscribers(who, key) {
                let nick = &self.users[&viewer].nick;
                lines.push((viewer, news(nick, &user.nick, key, value)));
            }
        }
        lines
    }

    pub(crate) fn keys_of<'a>(&'a self, user: &'a User) -> &'a Keys {
        match user.account {
            Some(account) => self.keys.get(&account).unwrap_or(NO_KEYS),
            None => &user.keys,
        }
    }

    /// Who sees somebody and has subscribed to a key.
    fn subscribers(&self, of: SessionId, key: &str) -> BTreeSet<SessionId> {
        let rooms = self.rooms.values();
        let rooms = rooms.filter(|room| room.members.contains_key(&of));
        let viewers = rooms.flat_map(|room| {
            let members = room.members.keys().copied();
            members.filter(|&member| room.shows(of, member))
        });
        let all = viewers.chain([of]);
        all.filter(|id| self.users[id].subscriptions.contains(key))
            .collect()
    }

    /// The keys of rooms, and of those whom somebody sees there.
    fn shown<'a>(
        &self,
        who: SessionId,
        rooms: impl Iterator<Item = &'a Room>,
        keys: &BTreeSet<String>,
    ) -> Seen {
        let mut all = Vec::new();
        let mut users = BTreeSet::from([who]);
        for room in rooms {
            all.extend(told(&room.name, &room.keys, Some(keys)));
            let members = room.members.keys().copied();
            users.extend(members.filter(|&member| room.shows(member, who)));
        }
        for user in users.iter().map(|id| &self.users[id]) {
            all.extend(told(&user.nick, self.keys_of(user), Some(keys)));
        }
        batch(all)
    }
}

/// Each key with its value, in the words of a batch.
fn told(name: &str, keys: &Keys, among: Option<&BTreeSet<String>>) -> Vec<String> {
    let keys = keys.iter();
    let keys = keys.filter(|(key, _)| among.is_none_or(|among| among.contains(*key)));
    keys.map(|(key, value)| [name, key, "*", value].join(" "))
        .collect()
}

fn batch(mut all: Vec<String>) -> Seen {
    all.sort();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    Seen::server("KEYS", &all)
}

fn news(to: &str, of: &str, key: &str, value: Option<&str>) -> Seen {
    match value {
        Some(value) => Seen::server("761", &[to, of, key, "*", value]),
        None => Seen::server("766", &[to, of, key, "Key not set"]),
    }
}

const NO_KEYS: &Keys = &Keys::new();
