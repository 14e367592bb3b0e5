//! Model beside pipeline: every answer is one that the model gives too, and everybody sees what the
//! model foretells.

use std::collections::BTreeMap;
use std::rc::Rc;

use sockeye_proto::irc::caps::Caps;
use sockeye_proto::irc::event::{Fact, PresenceChange, Record, StoredPresence};
use sockeye_proto::irc::id::SessionId;
use sockeye_proto::irc::message::{LineDecoder, Message};
use sockeye_proto::irc::multiline::pieces;

use crate::client::{Client, Pending, Sent};
use crate::log::Log;
use crate::model::{Fate, Lines, Model};
use crate::room::fold;
use crate::seen::Seen;

/// What does not fit, in words.
pub(crate) type Fault = String;

#[derive(Default)]
pub(crate) struct Judge {
    pub(crate) model: Model,
    pub(crate) clients: BTreeMap<SessionId, Client>,
    /// The model after each change, for what was right when a line came.
    past: Vec<Rc<Model>>,
    /// Ids by text: the same for everybody, now and later.
    msgids: BTreeMap<String, String>,
}

impl Judge {
    pub(crate) fn is_quiet(&self) -> bool {
        self.clients
            .values()
            .all(|client| client.pending.is_empty())
    }

    /// A client has asked something.
    pub(crate) fn asked(&mut self, id: SessionId, sent: Sent) {
        let checked_from = self.remember();
        let pending = Pending {
            sent,
            in_log: false,
            failed: false,
            checked_from,
        };
        self.clients
            .entry(id)
            .or_default()
            .pending
            .push_back(pending);
    }

    /// Every row is that of a line under way.
    pub(crate) fn appends(&mut self, record: &Record, room: &str) -> Result<(), Fault> {
        let by = match &record.fact {
            Fact::Message(message) => &message.source,
            Fact::Topic { by, .. } | Fact::Mode { by, .. } => by,
            Fact::Direct(direct) => &direct.message.source,
            Fact::ReadMark { .. }
            | Fact::Redact { .. }
            | Fact::Rename { .. }
            | Fact::Metadata { .. }
            | Fact::Registry { .. } => "",
            Fact::Prefer { .. } => "",
            // The network writes it by itself.
            Fact::Stay { .. } => return Ok(()),
            // It comes with the row of the line that makes its channel last.
            Fact::Found(_) => return Ok(()),
            // It happens whether it is stored or not.
            Fact::Presence(presence) => return self.is_under_way(presence),
        };
        // One whose new nick nobody has seen yet is known by its line only.
        let named = self
            .clients
            .iter()
            .filter(|(id, _)| self.model.mask(**id) == *by);
        let asks = |pending: &Pending| pending.asks_for(record, room);
        let mut senders = named.chain(&self.clients);
        let sender = senders.find(|(_, client)| client.pending.iter().any(asks));
        let id = sender.map(|(id, _)| *id);
        let client = id.and_then(|id| self.clients.get_mut(&id));
        match client.and_then(|client| client.pending.iter_mut().find(|pending| asks(pending))) {
            Some(pending) => pending.in_log = true,
            None => return Err(format!("nobody under way asked for this row: {record:?}")),
        }
        Ok(())
    }

    /// Somebody under way comes, goes or takes another nick.
    fn is_under_way(&self, presence: &StoredPresence) -> Result<(), Fault> {
        let command = match presence.change {
            PresenceChange::Join { .. } => "JOIN",
            PresenceChange::Part { .. } => "PART",
            PresenceChange::Quit { .. } => "QUIT",
            PresenceChange::Kick { .. } => "KICK",
            PresenceChange::Nick { .. } => "NICK",
        };
        let asks = |pending: &Pending| match &pending.sent {
            Sent::Line(line) => line.command == command,
            Sent::Leave(_) => command == "QUIT",
            _ => false,
        };
        let mut clients = self.clients.values();
        let is_asked = clients.any(|client| client.pending.iter().any(asks));
        is_asked
            .then_some(())
            .ok_or_else(|| format!("nobody under way asked for {presence:?}"))
    }

    /// The batch is on disk, or it is lost.
    pub(crate) fn appended(&mut self, fails: bool) {
        for pending in self
            .clients
            .values_mut()
            .flat_map(|client| &mut client.pending)
        {
            pending.failed |= fails && pending.in_log;
            pending.in_log = false;
        }
    }

    pub(crate) fn receives(
        &mut self,
        id: SessionId,
        mut bytes: &[u8],
        log: &Log,
    ) -> Result<(), Fault> {
        let mut decoder = LineDecoder::default();
        while let Some(line) = decoder.next_line(&mut bytes) {
            let line = line.map_err(|error| format!("{id:?} is sent no line: {error:?}"))?;
            let client = self.clients.get_mut(&id).filter(|client| !client.closed);
            let client = client.ok_or_else(|| format!("{id:?} is gone and is sent {line:?}"))?;
            let Some((seen, msgid)) = client.view.see(&line) else {
                continue;
            };
            if let Some(code) = seen.refused() {
                client.refusal = Some(code.into());
            }
            self.check_message(&seen, msgid, log)?;
            self.clients.entry(id).or_default().actual.push(seen);
        }
        Ok(())
    }

    /// Nothing is shown that is not on disk, and a message has one id.
    fn check_message(&mut self, seen: &Seen, id: Option<String>, log: &Log) -> Result<(), Fault> {
        let ("PRIVMSG" | "NOTICE", [target, text]) = (seen.command.as_str(), &seen.params[..])
        else {
            return Ok(());
        };
        let was_for_few = |model: &Model| {
            let room = model.rooms.get(&fold(target));
            room.is_some_and(|room| room.has('U'))
        };
        let is_for_all = target.starts_with('#') && !self.past.iter().any(|then| was_for_few(then));
        if is_for_all && !log.holds_text(text) {
            return Err(format!("{text} is shown and not stored"));
        }
        if let Some(id) = id {
            let known = self
                .msgids
                .entry(text.clone())
                .or_insert_with(|| id.clone());
            if *known != id {
                return Err(format!("{text} has two ids: {known} and {id}"));
            }
        }
        Ok(())
    }

    pub(crate) fn entered(&mut self, id: SessionId, accepted: bool) -> Result<(), Fault> {
        let front = self
            .clients
            .get_mut(&id)
            .and_then(|client| client.pending.front_mut());
        let sent = front.map(|pending| std::mem::replace(&mut pending.sent, Sent::Entered));
        let Some(Sent::Enter(user)) = sent else {
            return Err(format!("{id:?} did not ask to enter"));
        };
        let nick = user.nick.clone();
        if self.model.enter(id, user) != accepted {
            return Err(format!("{id:?} as {nick}: accepted {accepted}"));
        }
        self.remember();
        let lines = self.model.welcomed(id);
        self.expect(id, None, lines);
        Ok(())
    }

    /// A line is answered: the model answers it too.
    pub(crate) fn done(&mut self, id: SessionId, log: &Log) -> Result<(), Fault> {
        let pending = self.next_pending(id)?;
        let refusal = self
            .clients
            .get_mut(&id)
            .and_then(|client| client.refusal.take());
        let message = match &pending.sent {
            Sent::Line(message) => message,
            Sent::Login(account) => {
                let lines = self.model.log_in(id, *account);
                let lines = lines.ok_or("a login of nobody")?;
                let now = self.remember();
                let client = self.clients.entry(id).or_default();
                client
                    .pending
                    .iter_mut()
                    .for_each(|pending| pending.checked_from = now);
                self.expect(id, None, lines);
                return Ok(());
            }
            Sent::Entered => return Ok(()),
            other => return Err(format!("{id:?} is done with {other:?}")),
        };
        // Nobody is told why a NOTICE was not delivered (RFC 2812 section 3.3.2).
        let is_silent = message.command == "NOTICE" && !pending.failed;
        let refused = refusal.is_some() || (is_silent && !self.is_heard(message, log));
        let foretold = if refused {
            self.check_refusal(id, message, &pending, refusal.as_deref())?;
            refusal
                .iter()
                .map(|code| (id, Seen::refusal(code)))
                .collect()
        } else {
            self.carry_out(id, message, &pending, log)?
        };
        // Later lines of the same client wait for what it changes, and are checked only then.
        let asks = [
            "PRIVMSG",
            "NOTICE",
            "TAGMSG",
            "PING",
            "CHATHISTORY",
            "NAMES",
            "METADATA",
        ];
        if !refused && !foretold.is_empty() && !asks.contains(&message.command.as_str()) {
            let now = self.remember();
            let client = self.clients.entry(id).or_default();
            client
                .pending
                .iter_mut()
                .for_each(|pending| pending.checked_from = now);
        }
        self.expect(id, message.tag("label"), foretold);
        Ok(())
    }

    /// Whether a message has come anywhere: to a client or into the log.
    fn is_heard(&self, message: &Message, log: &Log) -> bool {
        let text = message.params.get(1);
        let mut actual = self.clients.values().flat_map(|client| &client.actual);
        actual.any(|line| {
            let (Some(seen), Some(text)) = (line.params.get(1), text) else {
                return false;
            };
            let is_line = |text: &str| text == seen && !text.is_empty();
            seen == text || pieces(text).any(|piece| is_line(piece.text))
        }) || text.is_some_and(|text| log.keeps_text(text))
    }

    /// A refusal is right if it is so now, or was so when the line came, before others changed what
    /// it met.
    fn check_refusal(
        &self,
        id: SessionId,
        message: &Message,
        pending: &Pending,
        code: Option<&str>,
    ) -> Result<(), Fault> {
        // A NOTICE that nobody hears is none that is refused, but it looks the same.
        let is_right = |model: &Model, message: &Message, for_few| {
            let stored = !pending.failed;
            match model
                .clone()
                .carry_out(id, message, Fate { stored, for_few })
            {
                Ok(lines) => code.is_none() && lines.is_empty(),
                Err(codes) => code.is_none_or(|code| codes.contains(&code)),
            }
        };
        let mut then = self.past.iter().skip(pending.checked_from);
        let mut today = self.as_addressed(message, pending).into_iter();
        if then.any(|model| is_right(model, message, None))
            || today.any(|message| {
                is_right(&self.model, &message, None)
                    || is_right(&self.model, &message, Some(false))
            })
        {
            return Ok(());
        }
        Err(format!("{id:?}: {code:?} is no answer to {message:?}"))
    }

    fn carry_out(
        &mut self,
        id: SessionId,
        message: &Message,
        pending: &Pending,
        log: &Log,
    ) -> Result<Lines, Fault> {
        // Whether it is for few is decided when it comes: then it is not stored.
        let is_for_room = message
            .params
            .first()
            .is_some_and(|target| target.starts_with('#'));
        let fate = Fate {
            stored: !pending.failed,
            for_few: is_for_room.then(|| !log.keeps(message)),
        };
        let mut refusals = Vec::new();
        for message in self.as_addressed(message, pending) {
            let mut model = self.model.clone();
            match model.carry_out(id, &message, fate) {
                Ok(lines) => {
                    self.model = model;
                    return Ok(lines);
                }
                Err(codes) => refusals.extend(codes),
            }
        }
        Err(format!("{id:?}: not one of {refusals:?} to {message:?}"))
    }

    /// Returns what a line may mean: it names whoever had the nick when it was checked, by the nick
    /// of today.
    fn as_addressed(&self, message: &Message, pending: &Pending) -> Vec<Message> {
        let change = message.params.get(1).map_or("", String::as_str);
        let place = match message.command.as_str() {
            "PRIVMSG" | "NOTICE" | "TAGMSG" | "INVITE" => 0,
            "KICK" => 1,
            "MODE" if change.ends_with(['q', 'a', 'o', 'h', 'v']) => 2,
            _ => return vec![message.clone()],
        };
        let then = self.past.iter().skip(pending.checked_from);
        let holders = then.map(|model| model.find(&message.params[place]));
        let mut meanings = Vec::new();
        for holder in holders {
            let mut meant = message.clone();
            if let Some(holder) = holder {
                let user = self.model.users.get(&holder);
                meant.params[place] = user.map_or("nobody".into(), |user| user.nick.clone());
            }
            if !meanings.contains(&meant) {
                meanings.push(meant);
            }
        }
        meanings
    }

    pub(crate) fn closed(&mut self, id: SessionId) -> Result<(), Fault> {
        let pending = self.next_pending(id)?;
        let reason = match &pending.sent {
            Sent::Leave(reason) => reason.clone(),
            Sent::Line(line) if line.command == "QUIT" => format!("Quit: {}", line.params[0]),
            other => return Err(format!("{id:?} is closed by {other:?}")),
        };
        if self.model.users.contains_key(&id) {
            let lines = self.model.leave(id, &reason);
            self.remember();
            self.expect(id, None, lines);
        }
        let client = self.clients.entry(id).or_default();
        client.closed = true;
        client.pending.clear();
        Ok(())
    }

    fn next_pending(&mut self, id: SessionId) -> Result<Pending, Fault> {
        let client = self.clients.get_mut(&id);
        let pending = client.and_then(|client| client.pending.pop_front());
        pending.ok_or_else(|| format!("{id:?} is answered and has asked nothing"))
    }

    /// Adds what each of the lines becomes for its receiver.
    fn expect(&mut self, sender: SessionId, label: Option<&str>, lines: Lines) {
        let is_reply = |(to, line): &(SessionId, Seen)| *to == sender && line.is_reply;
        let is_answered = lines.iter().any(is_reply);
        for (to, mut line) in lines {
            let caps = self
                .model
                .users
                .get(&to)
                .map_or(Caps::NONE, |user| user.caps);
            let is_labelled = to == sender && line.is_reply;
            line.label = label.filter(|_| is_labelled).map(String::from);
            self.clients
                .entry(to)
                .or_default()
                .expected
                .extend(line.for_caps(caps));
        }
        if let (Some(label), false) = (label, is_answered) {
            let acknowledged = Seen {
                label: Some(label.into()),
                ..Seen::server("ACK", &[])
            };
            self.clients
                .entry(sender)
                .or_default()
                .expected
                .push(acknowledged);
        }
    }

    pub(crate) fn compare_lines(&mut self) -> Result<(), Fault> {
        for (id, client) in &mut self.clients {
            if let Some(difference) = client.difference() {
                return Err(format!("{id:?} {difference}"));
            }
            client.actual.clear();
            client.expected.clear();
        }
        self.clients.retain(|_, client| !client.closed);
        if self.is_quiet() {
            self.past.clear();
        }
        Ok(())
    }

    /// Notes what the model is now; returns the place of that in the past.
    fn remember(&mut self) -> usize {
        self.past.push(Rc::new(self.model.clone()));
        self.past.len() - 1
    }
}
