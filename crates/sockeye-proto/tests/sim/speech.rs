//! Who speaks and who hears it, as the naive model has it.

use std::rc::Rc;

use sockeye_proto::irc::caps::Caps;
use sockeye_proto::irc::id::SessionId;
use sockeye_proto::irc::message::Message;
use sockeye_proto::irc::multiline::pieces;

use crate::model::{Fate, Lines, Model, Outcome, Refused};
use crate::room::{HALFOP, Room, fold};
use crate::seen::Seen;

impl Model {
    pub(crate) fn speak(&mut self, who: SessionId, said: &Message, fate: Fate) -> Outcome {
        let mut params: Vec<&str> = said.params.iter().map(String::as_str).collect();
        let name = params[0].trim_start_matches(['~', '&', '@', '%', '+']);
        if !name.starts_with('#') {
            return self.tell(who, said, fate.stored);
        }
        let prefixes = params[0].strip_suffix(name).unwrap();
        let wanted = prefixes.chars().map(|prefix| "+%@&~".find(prefix).unwrap());
        let wanted = wanted.min();
        let room = self.rooms.get(&fold(name)).cloned();
        let room = room.ok_or(vec!["401", "403"])?;
        self.may_speak(who, &room, params.get(1).copied().unwrap_or_default())?;
        let is_for_few = room.has('U') && room.level(who) == 0;
        let was_for_few = fate.for_few.unwrap_or(is_for_few);
        if is_for_few && !was_for_few && wanted.is_none_or(|wanted| wanted + 1 < HALFOP) {
            return Err(vec!["404"]);
        }
        let mut least = wanted.map_or(0, |wanted| wanted + 1);
        if was_for_few {
            least = least.max(HALFOP);
        }
        let prefix = wanted.map_or("", |wanted| &"+%@&~"[wanted..=wanted]);
        let target = [prefix, &room.name].concat();
        params[0] = &target;
        let line = self.line(who, &said.command, &params).tagged(said);
        if least == 0 {
            let kept = self.keep(name, fate.stored)?;
            if said.command != "TAGMSG" {
                kept.said.push(Rc::new(line.clone()));
            }
        }
        let others = room.members.iter().filter(|(member, _)| **member != who);
        let others = others.filter(|(_, rank)| rank.level() >= least);
        Ok(self.heard(others.map(|(&member, _)| member).collect(), who, &line))
    }

    fn tell(&mut self, who: SessionId, said: &Message, stored: bool) -> Outcome {
        let mut params: Vec<&str> = said.params.iter().map(String::as_str).collect();
        let to = self.find(params[0]).ok_or(vec!["401"])?;
        let (sender, receiver) = (&self.users[&who], &self.users[&to]);
        if receiver.modes.contains(&'R') && sender.account.is_none() && to != who {
            return Err(vec!["477"]);
        }
        if !stored {
            return Err(vec!["400"]);
        }
        params[0] = &receiver.nick;
        let line = self.line(who, &said.command, &params).tagged(said);
        Ok(self.heard(vec![to], who, &line))
    }

    fn may_speak(&self, who: SessionId, room: &Room, text: &str) -> Result<(), Refused> {
        let (is_member, user) = (room.members.contains_key(&who), &self.users[&who]);
        let is_outside = room.has('n') && !is_member;
        let mut lines = pieces(text).map(|piece| piece.text);
        let is_ctcp =
            lines.any(|line| line.starts_with('\u{1}') && !line.starts_with("\u{1}ACTION "));
        let is_stranger = room.has('M') && user.account.is_none();
        let is_silenced = room.has('m') || is_stranger || room.silences(user);
        if is_outside || (room.has('C') && is_ctcp) || (is_silenced && room.level(who) == 0) {
            return Err(vec!["404"]);
        }
        Ok(())
    }

    /// Who hears a message: its receivers, and its sender with `echo-message`, which alone answers
    /// the command.
    fn heard(&self, receivers: Vec<SessionId>, sender: SessionId, line: &Seen) -> Lines {
        let mut lines = self.to_all(receivers, &line.unasked());
        if self.users[&sender].caps.has(Caps::ECHO_MESSAGE) {
            lines.push((sender, line.clone()));
        }
        if line.command == "TAGMSG" {
            lines.retain(|(to, _)| self.users[to].caps.has(Caps::MESSAGE_TAGS));
        }
        lines
    }
}
