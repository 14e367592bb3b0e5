//! Clients, pipeline, log and judge in one room, one step after the other.

use std::collections::BTreeMap;
use std::time::Duration;

use sockeye_proto::Now;
use sockeye_proto::irc::event::Record;
use sockeye_proto::irc::history;
use sockeye_proto::irc::id::{AccountId, SessionId};
use sockeye_proto::irc::input::{AccountRef, Candidate, Input, Output, Recipients};
use sockeye_proto::irc::message::Message;
use sockeye_proto::irc::multiline::{
    BATCH_TYPE, CONCAT_TAG, Collector, Taken, is_multiline, pieces,
};
use sockeye_proto::irc::pipeline::{Pipeline, StoreFailure};
use sockeye_proto::irc::power::Powers;

use crate::client::Sent;
use crate::judge::{Fault, Judge};
use crate::log::Log;
use crate::model::Model;
use crate::room::Room;
use crate::script::Script;
use crate::settings;
use crate::stored::{keys_from, marks_from, rooms_from};

pub(crate) struct World {
    script: Script,
    /// Replicas that are fed the same.
    replicas: Vec<Pipeline>,
    log: Log,
    judge: Judge,
    generation: u32,
    now: Now,
    mutant: bool,
    pub(crate) trace: Vec<String>,
}

impl World {
    pub(crate) fn new(seed: u64, replicas: usize, mutant: bool) -> Self {
        let mut world = Self {
            script: Script::new(seed),
            replicas: Vec::new(),
            log: Log::default(),
            judge: Judge::default(),
            generation: 0,
            now: Now {
                monotonic: Duration::ZERO,
                wall_ms: 0,
            },
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
        match self.script.random.below(1_000) {
            0..600 => {
                for _ in 0..=self.script.random.below(4) {
                    self.speak();
                }
            }
            600..900 => self.finish_append(),
            900..997 => {}
            _ => self.crash(),
        }
        self.advance()
    }

    /// Lets everything under way come to its end, then compares all that lasts.
    pub(crate) fn settle(&mut self) -> Result<(), Fault> {
        for _ in 0..SETTLE_STEPS_MAX {
            if self.judge.is_quiet() && !self.log.is_appending() {
                self.compare_durable()?;
                return self.compare_replicas();
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
    fn crash(&mut self) {
        if self.script.random.percent(50) {
            self.log.commit();
        }
        self.log.crash();
        self.trace.push("crash".into());
        let rooms = rooms_from(self.log.records());
        let marks = marks_from(self.log.records());
        let keys = keys_from(self.log.records());
        self.judge.model = Model {
            rooms,
            marks,
            keys,
            ..Model::default()
        };
        self.judge.clients.clear();
        self.start(self.replicas.len());
    }

    fn speak(&mut self) {
        let clients = &self.judge.clients;
        if !self.replicas[0].takes_input() {
            return;
        }
        if clients.is_empty() || (clients.len() < CLIENTS_MAX && self.script.random.percent(10)) {
            self.generation += 1;
            // A slot is free once its client is closed.
            let is_free = |slot: &usize| clients.keys().all(|id| id.slot() != *slot);
            let slot = (0..=clients.len()).find(is_free).unwrap_or_default();
            let user = self.script.user();
            return self.send(
                SessionId::new(slot as u32, self.generation),
                Sent::Enter(user),
            );
        }
        let ids: Vec<_> = clients.keys().copied().collect();
        let id = ids[self.script.random.below(ids.len())];
        if !clients[&id].is_free() {
            return;
        }
        let Some(user) = self.judge.model.users.get(&id) else {
            // The nick was taken: try another one.
            let user = self.script.user();
            return self.send(id, Sent::Enter(user));
        };
        let sent = match self.script.random.below(200) {
            0 => Sent::Leave(format!("gone {}", self.generation)),
            1 => Sent::Login(self.script.random.number() % 3 + 1),
            _ => Sent::Line(self.script.line(&user.nick, user.caps)),
        };
        self.send(id, sent);
    }

    fn send(&mut self, session: SessionId, sent: Sent) {
        self.trace.push(format!("{session:?} sends {sent:?}"));
        let input = match sent.clone() {
            Sent::Enter(user) => {
                let (name, host) = user.user_at_host.split_once('@').unwrap_or_default();
                Input::Enter(Candidate {
                    session,
                    user: name.into(),
                    host: host.into(),
                    nick: user.nick,
                    realname: "r".into(),
                    caps: user.caps,
                    account: user.account.map(account),
                    away: None,
                    metadata: None,
                    link: Default::default(),
                })
            }
            Sent::Entered => return,
            Sent::Line(message) => said(session, message),
            Sent::Login(id) => Input::Login {
                session,
                account: account(id),
            },
            Sent::Leave(reason) => Input::Leave { session, reason },
        };
        self.judge.asked(session, sent);
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
        self.judge.appended(fails);
        if fails {
            self.log.lose();
        } else {
            self.log.commit();
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
        self.judge.compare_lines()?;

        let mut batches = self.replicas.iter_mut().map(Pipeline::next_batch);
        let batch = batches.next().flatten();
        if batches.any(|other| other != batch) {
            return Err("two replicas of the same store different things".into());
        }
        if let Some(batch) = batch {
            self.trace.push(format!("appends {batch:?}"));
            self.log.begin(batch);
            for (record, room) in self.log.appending() {
                self.judge.appends(record, room)?;
            }
        }
        Ok(())
    }

    fn carry_out(&mut self, output: Output) -> Result<(), Fault> {
        self.trace.push(format!("{output:?}"));
        let (judge, log) = (&mut self.judge, &self.log);
        match output {
            Output::Send {
                to: Recipients::One(id),
                lines,
            } => judge.receives(id, &lines, log),
            Output::Send {
                to: Recipients::Many { members, except },
                lines,
            } => {
                let mut others = members.iter().filter(|&&member| Some(member) != except);
                others.try_for_each(|&member| judge.receives(member, &lines, log))
            }
            Output::History(request) => {
                let answer = history::encode(&request.reply, &log.read(&request));
                judge.receives(request.to, &answer, log)
            }
            Output::Entered { session } => judge.entered(session, true),
            Output::NickRefused { session, .. } => judge.entered(session, false),
            Output::Done { session } => judge.done(session, log),
            Output::Record(_) => Ok(()),
            Output::Ask { .. } => Err("nobody has asked for that".into()),
            Output::Close { session } => judge.closed(session),
        }
    }

    /// What the model, the rows and the pipeline know for good is the same, also after a restart.
    fn compare_durable(&self) -> Result<(), Fault> {
        let lasting = |rooms: &BTreeMap<String, Room>| -> Vec<Room> {
            rooms
                .values()
                .filter(|room| room.kept)
                .map(Room::without_members)
                .collect()
        };
        let known = lasting(&self.judge.model.rooms);
        let stored = lasting(&rooms_from(self.log.kept()));
        if known != stored {
            return Err(format!("known is\n{known:#?}\nand stored is\n{stored:#?}"));
        }
        if self.judge.model.marks != marks_from(self.log.kept()) {
            return Err("read markers that are known are not those that are stored".into());
        }
        if self.judge.model.keys != keys_from(self.log.kept()) {
            return Err("keys of accounts that are known are not those that are stored".into());
        }
        let records: Vec<Record> = self.log.kept().cloned().collect();
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

    /// Everything that the replicas know is the same, also what does not last.
    fn compare_replicas(&self) -> Result<(), Fault> {
        if self.replicas.len() > 1 {
            let mut states = self.replicas.iter().map(|pipeline| format!("{pipeline:?}"));
            let first = states.next();
            if states.any(|state| Some(state) != first) {
                return Err("two replicas of the same know different things".into());
            }
        }
        Ok(())
    }
}

/// A line as an input: one of several lines comes as the batch that a connection has gathered.
fn said(session: SessionId, message: Message) -> Input {
    let text = message.params.last().map_or("", String::as_str);
    if !is_multiline(text) {
        return Input::Line { session, message };
    }
    let line = |command: &str, params: &[&str], tags: Vec<(String, String)>| Message {
        command: command.into(),
        params: params.iter().map(|&param| param.into()).collect(),
        tags,
        source: None,
    };
    let target = message.params[0].as_str();
    let mut collector = Collector::default();
    collector.take(line(
        "BATCH",
        &["+b", BATCH_TYPE, target],
        message.tags.clone(),
    ));
    for piece in pieces(text) {
        let mut tags = vec![("batch".into(), "b".into())];
        if piece.continues {
            tags.push((CONCAT_TAG.into(), String::new()));
        }
        collector.take(line(&message.command, &[target, piece.text], tags));
    }
    match collector.take(line("BATCH", &["-b"], Vec::new())) {
        Taken::Batch(batch) => Input::Batch { session, batch },
        other => panic!("the batch is whole: {other:?}"),
    }
}

fn account(id: u64) -> AccountRef {
    AccountRef {
        id: AccountId(id),
        name: format!("account{id}"),
        powers: Powers::NONE,
    }
}

/// Clients at a time.
const CLIENTS_MAX: usize = 6;

/// Steps after which nothing can be under way any more.
const SETTLE_STEPS_MAX: usize = 1_000;
