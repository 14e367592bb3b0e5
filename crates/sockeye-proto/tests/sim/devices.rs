//! Accounts with several devices on one nick, some of which stay while none is connected: a model of
//! its own, which knows for each account what it has been told, and asks the hub after each crash.
//!
//! What a device has been told of the account's own doings is so after a crash; of what it has begun
//! and was not told of either may be. All devices of an account read the same, in the same order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sockeye_proto::Now;
use sockeye_proto::irc::caps::Caps;
use sockeye_proto::irc::event::Record;
use sockeye_proto::irc::id::{AccountId, SessionId};
use sockeye_proto::irc::input::{AccountRef, Candidate, Input, Output, Recipients};
use sockeye_proto::irc::message::Message;
use sockeye_proto::irc::pipeline::{Pipeline, StoreFailure};
use sockeye_proto::irc::settings::Settings;

use crate::judge::Fault;
use crate::log::Log;
use crate::random::Random;

/// What an account has been told of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    nick: String,
    rooms: BTreeSet<String>,
    stays: bool,
    /// Whether it is on the network.
    here: bool,
}

/// What one of its devices is about to change.
#[derive(Debug, Clone)]
enum Doing {
    Come,
    Say,
    Join(String),
    Part(String),
    Nick(String),
    Stay(bool),
    Go,
}

#[derive(Debug)]
struct Home {
    account: u64,
    told: Told,
    devices: Vec<SessionId>,
    doing: Option<(SessionId, Doing)>,
    /// Whether a crash has left open what it wants: it is the first thing to be said again.
    unsure: bool,
}

struct World {
    random: Random,
    pipeline: Pipeline,
    log: Log,
    homes: Vec<Home>,
    /// What each session has read that was said on channels.
    read: BTreeMap<SessionId, Vec<String>>,
    /// The sessions that were told 400: what they wanted could not be stored.
    refused: BTreeSet<SessionId>,
    /// The answers to what the observer asked last.
    answers: Vec<String>,
    sessions: u32,
    fails: bool,
    now: Now,
}

/// Runs one story; `fails`: the log does, too, and then there are no crashes.
pub(crate) fn run(seed: u64, fails: bool) -> Result<(), Fault> {
    let mut world = World::new(seed, fails);
    for _ in 0..ROUNDS {
        for _ in 0..STEPS {
            world.step()?;
        }
        world.settle()?;
    }
    Ok(())
}

impl World {
    fn new(seed: u64, fails: bool) -> Self {
        let homes = (1..=ACCOUNTS).map(|account| Home {
            account,
            told: Told {
                nick: format!("n{account}"),
                rooms: BTreeSet::new(),
                stays: false,
                here: false,
            },
            devices: Vec::new(),
            doing: None,
            unsure: false,
        });
        let log = Log::default();
        Self {
            random: Random::new(seed),
            pipeline: restored(&log),
            log,
            homes: homes.collect(),
            read: BTreeMap::new(),
            refused: BTreeSet::new(),
            answers: Vec::new(),
            sessions: 0,
            fails,
            now: Now {
                monotonic: Duration::ZERO,
                wall_ms: 1_000_000,
            },
        }
    }

    fn step(&mut self) -> Result<(), Fault> {
        self.now.wall_ms += 1;
        match self.random.below(100) {
            0..60 => self.act()?,
            60..98 => self.finish_append()?,
            _ if !self.fails => self.crash()?,
            _ => {}
        }
        self.advance()
    }

    /// Something that one account does, if it has nothing under way.
    fn act(&mut self) -> Result<(), Fault> {
        let index = self.random.below(self.homes.len());
        let home = &self.homes[index];
        if home.doing.is_some() || !self.pipeline.takes_input() {
            return Ok(());
        }
        let comes = home.devices.len() < DEVICES_MAX && self.random.percent(20);
        if home.devices.is_empty() || comes {
            let session = self.next_session();
            let home = &mut self.homes[index];
            home.doing = Some((session, Doing::Come));
            let account = Some(AccountRef {
                id: AccountId(home.account),
                name: format!("account{}", home.account),
                powers: sockeye_proto::irc::power::Powers::NONE,
            });
            let nick = home.told.nick.clone();
            self.enter(session, nick, account);
            return Ok(());
        }
        let session = home.devices[self.random.below(home.devices.len())];
        let room = self.random.pick(&["#a", "#b", "#c"]).to_string();
        let what = match home.unsure {
            true => 6,
            false => self.random.below(12),
        };
        let (doing, line) = match what {
            0..4 => (Doing::Join(room.clone()), format!("JOIN {room}")),
            4 => (Doing::Part(room.clone()), format!("PART {room}")),
            5 => {
                let other = ["", "x", "y"][self.random.below(3)];
                let nick = format!("n{}{other}", home.account);
                (Doing::Nick(nick.clone()), format!("NICK {nick}"))
            }
            6 => {
                let stays = self.random.percent(70);
                (Doing::Stay(stays), format!("NS SET ALWAYS-ON {stays}"))
            }
            7 => (Doing::Go, "QUIT :off".into()),
            _ => {
                let text = self.random.number();
                (Doing::Say, format!("PRIVMSG {room} :{text}"))
            }
        };
        self.homes[index].doing = Some((session, doing));
        self.line(session, &line);
        Ok(())
    }

    fn advance(&mut self) -> Result<(), Fault> {
        let mut outputs = Vec::new();
        self.pipeline.advance(&mut outputs);
        for output in outputs {
            self.carry_out(output)?;
        }
        if let Some(batch) = self.pipeline.next_batch() {
            self.log.begin(batch);
        }
        Ok(())
    }

    fn carry_out(&mut self, output: Output) -> Result<(), Fault> {
        match output {
            Output::Send { to, lines } => {
                let text = String::from_utf8_lossy(&lines).into_owned();
                let receivers: Vec<SessionId> = match to {
                    Recipients::One(id) => vec![id],
                    Recipients::Many { members, except } => {
                        let others = members.iter().filter(|&&id| Some(id) != except);
                        others.copied().collect()
                    }
                };
                for id in receivers {
                    let said = text.lines().filter(|line| line.contains(" PRIVMSG #"));
                    self.read
                        .entry(id)
                        .or_default()
                        .extend(said.map(String::from));
                    if text.lines().any(|line| line.starts_with(":h 400 ")) {
                        self.refused.insert(id);
                    }
                    if id == OBSERVER {
                        self.answers.extend(text.lines().map(String::from));
                    }
                }
            }
            Output::Done { session } => self.told(session),
            Output::Close { session } => self.told(session),
            Output::NickRefused { session, .. } => {
                return Err(format!("{session:?} may not have its own nick"));
            }
            _ => {}
        }
        Ok(())
    }

    /// A device has been told all that has come of what it did.
    fn told(&mut self, session: SessionId) {
        let was_refused = self.refused.remove(&session);
        let is_it = |home: &&mut Home| home.doing.as_ref().is_some_and(|(id, _)| *id == session);
        let Some(home) = self.homes.iter_mut().find(is_it) else {
            return;
        };
        let Some((_, doing)) = home.doing.take() else {
            return;
        };
        match doing {
            Doing::Come => home.devices.push(session),
            Doing::Go => home.devices.retain(|&other| other != session),
            Doing::Stay(_) => home.unsure = false,
            _ => {}
        }
        if !was_refused {
            let connected = !home.devices.is_empty();
            home.told = after(&home.told, &doing, connected);
        }
    }

    fn finish_append(&mut self) -> Result<(), Fault> {
        if self.log.is_appending() {
            if self.fails && self.random.percent(30) {
                self.log.lose();
                self.pipeline.failed(&StoreFailure::Full("full".into()));
            } else {
                self.log.commit();
                self.pipeline.committed();
            }
        }
        Ok(())
    }

    /// Lets all under way come to its end; then all devices of an account have read the same, the hub
    /// says what they have been told, and what is stored is what it knows.
    fn settle(&mut self) -> Result<(), Fault> {
        for _ in 0..STEPS {
            self.finish_append()?;
            self.advance()?;
        }
        if let Some(home) = self.homes.iter().find(|home| home.doing.is_some()) {
            return Err(format!("never told: {home:?}"));
        }
        for home in &self.homes {
            let read = |id: &SessionId| self.read.get(id).cloned().unwrap_or_default();
            let all: Vec<Vec<String>> = home.devices.iter().map(read).collect();
            for (one, other) in all.iter().zip(all.iter().skip(1)) {
                // The later one may have missed the beginning, nothing else.
                let same = one.len().checked_sub(other.len());
                let same = same.and_then(|from| one.get(from..));
                if same.is_none_or(|same| same != other.as_slice()) {
                    return Err(format!("{home:?}: {one:?} and {other:?}"));
                }
            }
        }
        self.ask_for_all()?;
        if let Some(batch) = self.pipeline.closing_batch() {
            self.log.begin(batch);
            self.log.commit();
        }
        let (number, known) = self.pipeline.snapshot();
        if restored(&self.log).snapshot().1 != known {
            return Err("what is stored is not what is known".into());
        }
        let last = self.log.last();
        let from_it = Pipeline::restore(settings(), Some(&known), &[], number, last.1);
        match from_it.map(|again| again.snapshot().1 == known) {
            Ok(true) => Ok(()),
            other => Err(format!(
                "a snapshot is not read as it was written: {other:?}"
            )),
        }
    }

    fn crash(&mut self) -> Result<(), Fault> {
        if self.log.is_appending() && self.random.percent(50) {
            self.log.commit();
        }
        self.log.crash();
        self.pipeline = restored(&self.log);
        self.read.clear();
        for home in &mut self.homes {
            home.devices.clear();
        }
        self.ask_for_all()
    }

    /// Asks the hub for each account whether it is as it has been told, or as what it has begun
    /// makes it.
    fn ask_for_all(&mut self) -> Result<(), Fault> {
        self.enter(OBSERVER, "observer".into(), None);
        self.rest()?;
        for index in 0..self.homes.len() {
            let home = &self.homes[index];
            let connected = !home.devices.is_empty();
            let mut allowed = vec![home.told.clone()];
            if home.unsure {
                let stays = !home.told.stays;
                allowed.push(Told {
                    stays,
                    ..home.told.clone()
                });
            }
            if let Some((_, doing)) = &home.doing {
                let done: Vec<Told> = allowed
                    .iter()
                    .map(|told| after(told, doing, connected))
                    .collect();
                allowed.extend(done);
            }
            for told in &mut allowed {
                told.here = connected || (told.here && told.stays);
            }
            let found = allowed
                .iter()
                .find_map(|told| self.is_so(told).then(|| told.clone()));
            let home = &mut self.homes[index];
            let Some(mut found) = found else {
                return Err(format!("{home:?} is not so: {:#?}", self.answers));
            };
            home.unsure |= matches!(home.doing, Some((_, Doing::Stay(_))));
            home.doing = None;
            if !found.here {
                found.rooms.clear();
            }
            home.told = found;
        }
        let reason = "asked".into();
        let session = OBSERVER;
        self.input(Input::Leave { session, reason });
        self.rest()
    }

    /// Lets the log take all that waits for it.
    fn rest(&mut self) -> Result<(), Fault> {
        self.advance()?;
        while self.log.is_appending() {
            self.log.commit();
            self.pipeline.committed();
            self.advance()?;
        }
        Ok(())
    }

    /// Whether the hub shows an account so.
    fn is_so(&mut self, told: &Told) -> bool {
        self.answers.clear();
        let nick = &told.nick;
        self.line(OBSERVER, &format!("WHOIS {nick}"));
        if self.rest().is_err() {
            return false;
        }
        let with = |numeric: &str| {
            let part = format!(" {numeric} observer {nick} :");
            let line = self.answers.iter().find_map(|line| line.split_once(&part));
            line.map(|(_, rest)| rest.to_owned())
        };
        let is_here = self.answers.iter().any(|line| line.contains(" 311 "));
        let rooms = with("319").unwrap_or_default();
        let rooms: BTreeSet<String> = rooms
            .split_whitespace()
            .map(|room| room.trim_start_matches(['~', '@']).to_owned())
            .collect();
        is_here == told.here && (!is_here || rooms == told.rooms)
    }

    fn enter(&mut self, session: SessionId, nick: String, account: Option<AccountRef>) {
        self.input(Input::Enter(Candidate {
            session,
            nick,
            user: "u".into(),
            host: "h".into(),
            realname: "r".into(),
            caps: Caps::ECHO_MESSAGE | Caps::CHATHISTORY,
            account,
            away: None,
            metadata: None,
            link: Default::default(),
        }));
    }

    fn line(&mut self, session: SessionId, line: &str) {
        let message = Message::parse(line.as_bytes()).unwrap();
        self.input(Input::Line { session, message });
    }

    fn input(&mut self, input: Input) {
        let random = self.random.number();
        self.pipeline.input(input, self.now, random);
    }

    fn next_session(&mut self) -> SessionId {
        self.sessions += 1;
        SessionId::new(self.sessions, 1)
    }
}

/// What an account is told when something is done.
fn after(before: &Told, doing: &Doing, connected: bool) -> Told {
    let mut told = before.clone();
    match doing {
        Doing::Say => {}
        Doing::Come => told.here = true,
        Doing::Join(room) => _ = told.rooms.insert(room.clone()),
        Doing::Part(room) => _ = told.rooms.remove(room),
        Doing::Nick(nick) => told.nick.clone_from(nick),
        Doing::Stay(stays) => told.stays = *stays,
        Doing::Go => told.here = connected || told.stays,
    }
    if !told.here {
        told.rooms.clear();
    }
    told
}

fn restored(log: &Log) -> Pipeline {
    let records: Vec<Record> = log.kept().cloned().collect();
    let (last, last_wall_ms) = log.last();
    let restored = Pipeline::restore(settings(), None, &records, last, last_wall_ms);
    restored.expect("our own records are of a known format")
}

fn settings() -> Settings {
    Settings {
        presence: Default::default(),
        ..crate::settings()
    }
}

/// Who looks at the others.
const OBSERVER: SessionId = SessionId::new(0, 1);

const ACCOUNTS: u64 = 3;

const DEVICES_MAX: usize = 3;

/// Steps until all comes to rest, and how often it does.
const STEPS: usize = 150;
const ROUNDS: usize = 4;
