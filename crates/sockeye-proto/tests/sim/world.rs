//! Clients, pipeline, log and model in one room; whatever does not fit together is a fault.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use sockeye_proto::Now;
use sockeye_proto::irc::caps::Caps;
use sockeye_proto::irc::event::{Fact, Record, StoredMode};
use sockeye_proto::irc::history;
use sockeye_proto::irc::id::{AccountId, SessionId};
use sockeye_proto::irc::input::{AccountRef, Candidate, Input, Output, Recipients};
use sockeye_proto::irc::message::{LineDecoder, Message};
use sockeye_proto::irc::pipeline::{Pipeline, StoreFailure};

use crate::log::Log;
use crate::model::{Model, Room, User};
use crate::script::Script;
use crate::seen::{Seen, View};
use crate::settings;
use crate::stored::rooms_from;

/// What does not fit, in words.
pub(crate) type Fault = String;

pub(crate) struct World {
    script: Script,
    /// Replicas that are fed the same.
    replicas: Vec<Pipeline>,
    log: Log,
    model: Model,
    /// The model after each change, for refusals that were right when the line came.
    past: Vec<Rc<Model>>,
    clients: BTreeMap<SessionId, Client>,
    generation: u32,
    now: Now,
    /// Ids by text: the same for everybody, now and later.
    msgids: BTreeMap<String, String>,
    mutant: bool,
    pub(crate) trace: Vec<String>,
}

#[derive(Default)]
struct Client {
    pending: VecDeque<Pending>,
    view: View,
    expected: Vec<Seen>,
    actual: Vec<Seen>,
    /// The refusal since the last answer.
    refusal: Option<String>,
    closed: bool,
}

struct Pending {
    sent: Sent,
    /// Whether a row of it is in the batch that is being appended.
    in_log: bool,
    /// Whether its row could not be stored.
    failed: bool,
    /// The first of the past models against which it may have been checked.
    checked_from: usize,
}

#[derive(Debug, Clone)]
enum Sent {
    Enter(User),
    /// An Enter that is answered and not done.
    Entered,
    Line(Message),
    Login(u64),
    Leave(String),
}

impl World {
    pub(crate) fn new(seed: u64, replicas: usize, mutant: bool) -> Self {
        let mut world = Self {
            script: Script::new(seed),
            replicas: Vec::new(),
            log: Log::default(),
            model: Model::default(),
            past: Vec::new(),
            clients: BTreeMap::new(),
            generation: 0,
            now: Now {
                monotonic: Duration::ZERO,
                wall_ms: 1_000_000,
            },
            msgids: BTreeMap::new(),
            mutant,
            trace: Vec::new(),
        };
        world.start(replicas);
        world
    }

    /// One step: clients speak, the log gets on, time goes by, or all of it breaks.
    pub(crate) fn step(&mut self) -> Result<(), Fault> {
        self.now.monotonic += Duration::from_millis(1);
        // A wall clock may go backwards.
        self.now.wall_ms = 1_000_000 + self.script.random.number() % 10_000;
        match self.script.random.below(100) {
            0..60 => {
                for _ in 0..=self.script.random.below(4) {
                    self.speak();
                }
            }
            60..90 => self.finish_append(),
            90..99 => {}
            _ if self.script.random.percent(30) => return self.crash(),
            _ => {}
        }
        self.advance()
    }

    /// Lets everything under way come to its end, then compares all that lasts.
    pub(crate) fn settle(&mut self) -> Result<(), Fault> {
        for _ in 0..SETTLE_STEPS_MAX {
            let is_quiet = self
                .clients
                .values()
                .all(|client| client.pending.is_empty());
            if is_quiet && !self.log.is_appending() {
                return self.compare_durable();
            }
            self.finish_append();
            self.advance()?;
        }
        Err("something is never answered".into())
    }

    fn start(&mut self, replicas: usize) {
        let records: Vec<Record> = self.log.records().cloned().collect();
        let (last, last_wall_ms) = self.log.last();
        self.replicas.clear();
        for _ in 0..replicas {
            let restored = Pipeline::restore(settings(), None, &records, last, last_wall_ms);
            let mut pipeline = restored.expect("our own records are of a known format");
            if self.mutant {
                pipeline.plant_skipped_membership_check();
            }
            self.replicas.push(pipeline);
        }
    }

    /// Everything in memory is gone; a batch on its way is on disk or not.
    fn crash(&mut self) -> Result<(), Fault> {
        if self.script.random.percent(50) {
            self.log.commit();
        }
        self.log.crash();
        self.trace.push("crash".into());
        let rooms = rooms_from(self.log.records());
        self.model = Model {
            rooms,
            ..Model::default()
        };
        self.past.clear();
        self.clients.clear();
        self.start(self.replicas.len());
        self.compare_durable()
    }

    fn speak(&mut self) {
        if !self.replicas[0].takes_input() {
            return;
        }
        let places = self
            .clients
            .values()
            .filter(|client| !client.closed)
            .count();
        if places == 0 || (places < CLIENTS_MAX && self.script.random.percent(10)) {
            self.generation += 1;
            // A slot is free once its client is closed.
            let slot = (0..).find(|slot| self.clients.keys().all(|id| id.slot() != *slot));
            let id = SessionId::new(slot.unwrap_or_default() as u32, self.generation);
            self.clients.insert(id, Client::default());
            let user = self.script.user();
            return self.send(id, Sent::Enter(user));
        }
        let ids: Vec<_> = self.clients.keys().copied().collect();
        let id = ids[self.script.random.below(ids.len())];
        let client = &self.clients[&id];
        let is_entering = matches!(
            client.pending.front(),
            Some(Pending {
                sent: Sent::Enter(_),
                ..
            })
        );
        let is_leaving = matches!(
            client.pending.back(),
            Some(Pending {
                sent: Sent::Leave(_),
                ..
            })
        );
        if client.closed || is_entering || is_leaving || client.pending.len() >= UNDER_WAY_MAX {
            return;
        }
        let Some(user) = self.model.users.get(&id) else {
            // The nick was taken: try another one.
            let user = self.script.user();
            return self.send(id, Sent::Enter(user));
        };
        let caps = user.caps;
        let sent = match self.script.random.below(200) {
            0 => Sent::Leave(format!("gone {}", self.generation)),
            1 => Sent::Login(self.script.random.number() % 3 + 1),
            _ => Sent::Line(self.script.line(caps)),
        };
        self.send(id, sent);
    }

    fn send(&mut self, session: SessionId, sent: Sent) {
        self.trace.push(format!("{session:?} sends {sent:?}"));
        let input = match sent.clone() {
            Sent::Enter(user) => Input::Enter(Candidate {
                session,
                nick: user.nick,
                user: user
                    .user_at_host
                    .split('@')
                    .next()
                    .unwrap_or_default()
                    .into(),
                host: user
                    .user_at_host
                    .split('@')
                    .next_back()
                    .unwrap_or_default()
                    .into(),
                realname: "r".into(),
                caps: user.caps,
                account: user.account.map(account),
            }),
            Sent::Entered => return,
            Sent::Line(message) => Input::Line { session, message },
            Sent::Login(id) => Input::Login {
                session,
                account: account(id),
            },
            Sent::Leave(reason) => Input::Leave { session, reason },
        };
        let checked_from = self.past.len();
        self.past.push(Rc::new(self.model.clone()));
        let pending = Pending {
            sent,
            in_log: false,
            failed: false,
            checked_from,
        };
        self.clients
            .get_mut(&session)
            .expect("it exists")
            .pending
            .push_back(pending);
        let random = self.script.random.number();
        for pipeline in &mut self.replicas {
            pipeline.input(input.clone(), self.now, random);
        }
    }

    fn finish_append(&mut self) {
        if !self.log.is_appending() {
            return;
        }
        let fails = self.script.random.percent(10);
        self.trace.push(
            if fails {
                "append fails"
            } else {
                "append succeeds"
            }
            .into(),
        );
        if fails {
            self.log.lose();
        } else {
            self.log.commit();
        }
        for pending in self
            .clients
            .values_mut()
            .flat_map(|client| &mut client.pending)
        {
            pending.failed |= fails && pending.in_log;
            pending.in_log = false;
        }
        for pipeline in &mut self.replicas {
            match fails {
                true => pipeline.failed(&StoreFailure::Full("disk full".into())),
                false => pipeline.committed(),
            }
        }
    }

    fn advance(&mut self) -> Result<(), Fault> {
        let mut all = self.replicas.iter_mut().map(|pipeline| {
            let mut outputs = Vec::new();
            pipeline.advance(&mut outputs);
            outputs
        });
        let outputs = all.next().unwrap_or_default();
        if all.any(|other| format!("{other:?}") != format!("{outputs:?}")) {
            return Err("two replicas of the same say different things".into());
        }
        for output in outputs {
            self.carry_out(output)?;
        }
        self.compare_lines()?;

        let mut batches = self.replicas.iter_mut().map(Pipeline::next_batch);
        let batch = batches.next().flatten();
        if batches.any(|other| other != batch) {
            return Err("two replicas of the same store different things".into());
        }
        if let Some(batch) = batch {
            for record in &batch.records {
                self.find_sender(record)?;
            }
            self.trace.push(format!("appends {batch:?}"));
            self.log.begin(batch);
        }
        Ok(())
    }

    /// Every row is that of a line under way.
    fn find_sender(&mut self, record: &Record) -> Result<(), Fault> {
        let is_sender = |pending: &Pending| {
            let Sent::Line(line) = &pending.sent else {
                return false;
            };
            let params: Vec<_> = line.params.iter().skip(1).map(String::as_str).collect();
            !pending.in_log
                && match &record.fact {
                    Fact::Found(_) => false,
                    Fact::Message(message) => params == [&message.text],
                    Fact::Topic { topic, .. } => line.command == "TOPIC" && params == [topic],
                    Fact::Mode { changes, .. } => {
                        line.command == "MODE"
                            && changes.iter().all(|change| is_change(change, &params))
                    }
                }
        };
        let by = match &record.fact {
            Fact::Message(message) => &message.source,
            Fact::Topic { by, .. } | Fact::Mode { by, .. } => by,
            // It comes with the row of the line that makes its channel last.
            Fact::Found(_) => return Ok(()),
        };
        let model = &self.model;
        let is_by = |id: &SessionId| model.mask(*id) == *by;
        // One whose new nick nobody has seen yet is known by its line only.
        let by_name = self.clients.iter().filter(|(id, _)| is_by(id));
        let senders = by_name.chain(&self.clients);
        let mut senders = senders.filter(|(_, client)| client.pending.iter().any(is_sender));
        let sender = senders.next().map(|(id, _)| *id);
        let client = sender.and_then(|id| self.clients.get_mut(&id));
        let pending =
            client.and_then(|client| client.pending.iter_mut().find(|one| is_sender(one)));
        match pending {
            Some(pending) => pending.in_log = true,
            None => return Err(format!("nobody under way asked for this row: {record:?}")),
        }
        Ok(())
    }

    fn carry_out(&mut self, output: Output) -> Result<(), Fault> {
        self.trace.push(format!("{output:?}"));
        match output {
            Output::Send {
                to: Recipients::One(id),
                lines,
            } => self.receive(id, &lines),
            Output::Send {
                to: Recipients::Many { members, except },
                lines,
            } => {
                let others = members.iter().filter(|&&member| Some(member) != except);
                others
                    .copied()
                    .try_for_each(|member| self.receive(member, &lines))
            }
            Output::History(request) => {
                let found = self.log.read(&request);
                self.receive(request.to, &history::encode(&request.reply, &found))
            }
            Output::Entered { session } => self.entered(session, true),
            Output::NickRefused { session, .. } => self.entered(session, false),
            Output::Done { session } => self.done(session),
            Output::Close { session } => self.closed(session),
        }
    }

    fn receive(&mut self, id: SessionId, mut bytes: &[u8]) -> Result<(), Fault> {
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
            client.actual.push(seen);
            self.check_message(&line, msgid)?;
        }
        Ok(())
    }

    /// Nothing is shown that is not on disk, and a message has one id.
    fn check_message(&mut self, line: &Message, msgid: Option<String>) -> Result<(), Fault> {
        let ("PRIVMSG" | "NOTICE", Some([target, text])) =
            (line.command.as_str(), line.params.get(..2))
        else {
            return Ok(());
        };
        let text = text.rsplit(' ').next().unwrap_or_default();
        if target.starts_with('#') && !self.log.holds_text(text) {
            return Err(format!("{text} is shown and not stored"));
        }
        if let Some(msgid) = msgid {
            let known = self
                .msgids
                .entry(text.into())
                .or_insert_with(|| msgid.clone());
            if *known != msgid {
                return Err(format!("{text} has two ids: {known} and {msgid}"));
            }
        }
        Ok(())
    }

    fn entered(&mut self, id: SessionId, accepted: bool) -> Result<(), Fault> {
        let client = self.clients.get_mut(&id);
        let Some(Pending { sent, .. }) = client.and_then(|client| client.pending.front_mut())
        else {
            return Err(format!("{id:?} did not ask to enter"));
        };
        let Sent::Enter(user) = std::mem::replace(sent, Sent::Entered) else {
            return Err(format!("{id:?} did not ask to enter"));
        };
        let nick = user.nick.clone();
        if self.model.enter(id, user) != accepted {
            return Err(format!("{id:?} as {nick}: accepted {accepted}"));
        }
        self.past.push(Rc::new(self.model.clone()));
        Ok(())
    }

    fn done(&mut self, id: SessionId) -> Result<(), Fault> {
        let pending = self.next_pending(id)?;
        let refusal = self
            .clients
            .get_mut(&id)
            .and_then(|client| client.refusal.take());
        let message = match &pending.sent {
            Sent::Line(message) => message,
            Sent::Login(account) => {
                let user = self.model.users.get_mut(&id).ok_or("a login of nobody")?;
                user.account = Some(*account);
                return Ok(());
            }
            Sent::Entered => return Ok(()),
            other => return Err(format!("{id:?} is done with {other:?}")),
        };
        let before = self.model.clone();
        let outcome = self
            .model
            .line_of(id, &self.resolved(message, &pending), !pending.failed);
        let is_silent = message.command == "NOTICE" && !pending.failed;
        let foretold = match (outcome, &refusal) {
            (Ok(lines), None) if !is_silent || self.is_heard(message) => lines,
            // Nobody is told why a NOTICE was not delivered (RFC 2812 section 3.3.2).
            (outcome, None) if is_silent => {
                if outcome.is_ok() && !self.was_refused(id, message, &pending, None) {
                    return Err(format!("{id:?}: nothing is heard of {message:?}"));
                }
                self.model = before;
                Vec::new()
            }
            (outcome, Some(code)) => {
                let is_right = outcome.is_err_and(|codes| codes.contains(&code.as_str()));
                if !is_right && !self.was_refused(id, message, &pending, Some(code)) {
                    return Err(format!("{id:?}: {code} is no answer to {message:?}"));
                }
                self.model = before;
                vec![(id, Seen::refusal(code))]
            }
            (outcome, None) => {
                return Err(format!("{id:?}: no answer to {message:?}, but {outcome:?}"));
            }
        };
        // Later lines of the same client wait for what it changes, and are checked only then.
        let changes = !matches!(
            message.command.as_str(),
            "PRIVMSG" | "NOTICE" | "TAGMSG" | "PING" | "CHATHISTORY"
        );
        if refusal.is_none() && changes {
            self.past.push(Rc::new(self.model.clone()));
            let now = self.past.len() - 1;
            let client = self.clients.get_mut(&id).expect("it was there");
            client
                .pending
                .iter_mut()
                .for_each(|pending| pending.checked_from = now);
        }
        self.expect(id, message.tag("label"), foretold);
        Ok(())
    }

    /// Returns a line that names whoever had the nick when the line came, by the nick of today.
    fn resolved(&self, message: &Message, pending: &Pending) -> Message {
        let mut resolved = message.clone();
        let place = match (
            message.command.as_str(),
            message.params.get(1).map(String::as_str),
        ) {
            ("PRIVMSG" | "NOTICE" | "TAGMSG" | "INVITE", _) => 0,
            ("KICK", _) => 1,
            ("MODE", Some("+o" | "-o" | "+v" | "-v")) => 2,
            _ => return resolved,
        };
        let nick = &mut resolved.params[place];
        let then = self
            .past
            .get(pending.checked_from)
            .and_then(|model| model.find(nick));
        if let Some(who) = then {
            *nick = self
                .model
                .users
                .get(&who)
                .map_or("nobody".into(), |user| user.nick.clone());
        }
        resolved
    }

    /// Whether a line was rightly refused when it came, before others changed what it met.
    fn was_refused(
        &self,
        id: SessionId,
        message: &Message,
        pending: &Pending,
        code: Option<&str>,
    ) -> bool {
        self.past.iter().skip(pending.checked_from).any(|model| {
            let outcome = Model::clone(model).line_of(id, message, !pending.failed);
            outcome.is_err_and(|codes| code.is_none_or(|code| codes.contains(&code)))
        })
    }

    /// Whether a message has come anywhere: into the log or to a client.
    fn is_heard(&self, message: &Message) -> bool {
        let text = message.params.get(1);
        let mut actual = self.clients.values().flat_map(|client| &client.actual);
        actual.any(|line| line.params.get(1) == text)
            || text.is_some_and(|text| self.log.keeps_text(text))
    }

    fn closed(&mut self, id: SessionId) -> Result<(), Fault> {
        let pending = self.next_pending(id)?;
        let reason = match &pending.sent {
            Sent::Leave(reason) => reason.clone(),
            Sent::Line(line) if line.command == "QUIT" => format!("Quit: {}", line.params[0]),
            other => return Err(format!("{id:?} is closed by {other:?}")),
        };
        if self.model.users.contains_key(&id) {
            let lines = self.model.leave(id, &reason);
            self.past.push(Rc::new(self.model.clone()));
            self.expect(id, None, lines);
        }
        if let Some(client) = self.clients.get_mut(&id) {
            client.closed = true;
            client.pending.clear();
        }
        Ok(())
    }

    fn next_pending(&mut self, id: SessionId) -> Result<Pending, Fault> {
        let client = self.clients.get_mut(&id);
        let pending = client.and_then(|client| client.pending.pop_front());
        pending.ok_or_else(|| format!("{id:?} is answered and has asked nothing"))
    }

    /// Adds what each of the lines becomes for its receiver.
    fn expect(&mut self, sender: SessionId, label: Option<&str>, lines: Vec<(SessionId, Seen)>) {
        let is_reply = |(to, line): &(SessionId, Seen)| *to == sender && line.is_reply;
        let is_answered = lines.iter().any(is_reply);
        for (to, mut line) in lines {
            let caps = self
                .model
                .users
                .get(&to)
                .map_or(Caps::NONE, |user| user.caps);
            if to == sender && line.is_reply {
                line.label = label.map(String::from);
            }
            line.is_reply = true;
            line.time &= caps.has(Caps::SERVER_TIME);
            line.msgid &= caps.has(Caps::MESSAGE_TAGS);
            if !caps.has(Caps::MESSAGE_TAGS) {
                line.tags.clear();
            }
            if line.command == "MODE" && line.params[1] == "-k" {
                line.params.truncate(2);
            }
            self.clients.entry(to).or_default().expected.push(line);
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

    fn compare_lines(&mut self) -> Result<(), Fault> {
        for (id, client) in &mut self.clients {
            if client.actual != client.expected {
                let (actual, expected) = (&client.actual, &client.expected);
                let same = actual
                    .iter()
                    .zip(expected)
                    .take_while(|(one, other)| one == other)
                    .count();
                let (sees, should) = (actual.get(same), expected.get(same));
                return Err(format!("{id:?} sees\n{sees:?}\nand should see\n{should:?}"));
            }
            client.actual.clear();
            client.expected.clear();
        }
        self.clients.retain(|_, client| !client.closed);
        if self
            .clients
            .values()
            .all(|client| client.pending.is_empty())
        {
            self.past.clear();
        }
        Ok(())
    }

    /// What the model, the rows and the pipeline know for good is the same, also after a restart.
    fn compare_durable(&self) -> Result<(), Fault> {
        let lasting = |rooms: &BTreeMap<String, Room>| -> Vec<Room> {
            let kept = rooms.values().filter(|room| room.kept).cloned();
            kept.map(|room| Room {
                members: BTreeMap::new(),
                invited: Default::default(),
                ..room
            })
            .collect()
        };
        let (known, stored) = (
            lasting(&self.model.rooms),
            lasting(&rooms_from(self.log.records())),
        );
        if known != stored {
            return Err(format!("known is\n{known:#?}\nand stored is\n{stored:#?}"));
        }
        let records: Vec<Record> = self.log.records().cloned().collect();
        let (last, last_wall_ms) = self.log.last();
        let (_, snapshot) = self.replicas[0].snapshot();
        for (from, tail) in [(None, records.as_slice()), (Some(snapshot.as_slice()), &[])] {
            let restored = Pipeline::restore(settings(), from, tail, last, last_wall_ms);
            let restored = restored.map_err(|error| format!("cannot restore: {error:?}"))?;
            if restored.snapshot().1 != snapshot {
                return Err("what is restored is not what was there".into());
            }
        }
        Ok(())
    }

    /// Everything that the replicas know, also what does not last.
    pub(crate) fn compare_replicas(&self) -> Result<(), Fault> {
        let mut states = self.replicas.iter().map(|pipeline| format!("{pipeline:?}"));
        let first = states.next();
        if states.any(|state| Some(state) != first) {
            return Err("two replicas of the same know different things".into());
        }
        Ok(())
    }
}

/// Whether a stored mode is the one that a line asks for.
fn is_change(change: &StoredMode, params: &[&str]) -> bool {
    let sign = if change.add { '+' } else { '-' };
    let value = change.value.as_deref();
    params.first() == Some(&format!("{sign}{}", change.letter).as_str())
        && (value.is_none() || value == params.get(1).copied())
}

fn account(id: u64) -> AccountRef {
    AccountRef {
        id: AccountId(id),
        name: format!("account{id}"),
        admin: false,
    }
}

/// Clients at a time.
const CLIENTS_MAX: usize = 6;

/// Lines of a client that are not answered yet.
const UNDER_WAY_MAX: usize = 6;

/// Steps after which nothing can be under way any more.
const SETTLE_STEPS_MAX: usize = 1_000;
