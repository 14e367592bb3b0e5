//! A network in a test: clients with what they read, and a log that is as slow as wanted.

use std::collections::BTreeMap;
use std::string::{String, ToString as _};
use std::time::Duration;
use std::vec::Vec;

use crate::Now;
use crate::irc::account::{Answer, AnswerError, Question};
use crate::irc::caps::{self, Caps, Offer};
use crate::irc::deed::Deed;
use crate::irc::event::Record;
use crate::irc::history::HistoryRequest;
use crate::irc::id::{AccountId, Number, SessionId};
use crate::irc::input::{AccountRef, Batch, Candidate, Input, Link, Output, Recipients};
use crate::irc::message::Message;
use crate::irc::multiline::{Collector, Taken};
use crate::irc::pipeline::{Pipeline, StoreFailure};
use crate::irc::power::{Power, Powers};
use crate::irc::settings::{CaseMapping, Settings};

/// A client's number on the network, its slot.
pub(super) type Who = u32;

pub(super) struct Net {
    pub(super) pipeline: Pipeline,
    /// Rows in the log, and those taken back.
    pub(super) log: Vec<Record>,
    pub(super) voids: Vec<Number>,
    /// Messages that the log was told to empty.
    pub(super) erased: Vec<Number>,
    /// The batch that is being appended, when the log is slow.
    pub(super) appending: Option<Batch>,
    slow: bool,
    clients: BTreeMap<Who, Client>,
    wall_ms: u64,
    random: u64,
    /// For the audit log, since they were asked for.
    deeds: Vec<Deed>,
    /// Different buffers that were sent to many, since they were asked for.
    buffers: Vec<bytes::Bytes>,
}

#[derive(Default)]
struct Client {
    unread: Vec<String>,
    done: usize,
    closed: bool,
    histories: Vec<HistoryRequest>,
    asked: Vec<Question>,
    batches: Collector,
}

pub(super) fn settings() -> Settings {
    Settings {
        server: "hub.test".into(),
        network: "Test Net".into(),
        version: "sockeye-0".into(),
        created_ms: START_MS,
        motd: ["Hello".into()].into(),
        history: true,
        search: true,
        history_events: true,
        redaction_window_s: 60,
        replay_on_join: 50,
        casemapping: CaseMapping::Ascii,
        accounts: true,
        register: true,
        channel_relays: true,
        registered_channels_max: 15,
        ..Settings::default()
    }
}

impl Net {
    pub(super) fn new() -> Self {
        Self::with(settings())
    }

    pub(super) fn with(settings: Settings) -> Self {
        let pipeline = Pipeline::restore(settings, None, &[], 0, 0).unwrap();
        Self::around(pipeline)
    }

    pub(super) fn around(pipeline: Pipeline) -> Self {
        Self {
            pipeline,
            log: Vec::new(),
            voids: Vec::new(),
            erased: Vec::new(),
            appending: None,
            slow: false,
            clients: BTreeMap::new(),
            wall_ms: START_MS,
            random: 0,
            deeds: Vec::new(),
            buffers: Vec::new(),
        }
    }

    /// Clients without capabilities, each as far as having read its welcome.
    pub(super) fn enter<const N: usize>(&mut self, nicks: [&str; N]) -> [Who; N] {
        nicks.map(|nick| self.enter_with(nick, "", None))
    }

    pub(super) fn enter_with(&mut self, nick: &str, caps: &str, account: Option<&str>) -> Who {
        let who = self.candidate(nick, caps, account);
        self.read(who);
        who
    }

    /// A client that asks to enter; nothing is read yet.
    pub(super) fn candidate(&mut self, nick: &str, caps: &str, account: Option<&str>) -> Who {
        let who = u32::try_from(self.clients.len()).unwrap();
        self.clients.insert(who, Client::default());
        self.input(Input::Enter(Candidate {
            nick: nick.into(),
            caps: capabilities(caps),
            account: account.map(account_ref),
            ..candidate(who)
        }));
        who
    }

    /// The client writes a line; returns what it reads.
    pub(super) fn says(&mut self, who: Who, line: &str) -> Vec<String> {
        self.writes(who, line);
        self.read(who)
    }

    /// The client writes a line and does not read yet.
    pub(super) fn writes(&mut self, who: Who, line: &str) {
        let message = Message::parse(line.as_bytes()).unwrap();
        let session = id(who);
        match self.client(who).batches.take(message) {
            Taken::Line(message) => self.input(Input::Line { session, message }),
            Taken::Batch(batch) => self.input(Input::Batch { session, batch }),
            Taken::Kept => {}
        }
    }

    /// What the client has not read yet.
    pub(super) fn read(&mut self, who: Who) -> Vec<String> {
        core::mem::take(&mut self.client(who).unread)
    }

    /// What the accounts have been asked for a client.
    pub(super) fn asked(&mut self, who: Who) -> Question {
        self.client(who).asked.remove(0)
    }

    /// Returns whether the accounts have been asked, and forgets what.
    pub(super) fn has_asked(&mut self, who: Who) -> bool {
        !core::mem::take(&mut self.client(who).asked).is_empty()
    }

    /// What the accounts have been asked, if anything.
    pub(super) fn has_asked_what(&mut self, who: Who) -> Option<Question> {
        self.client(who).asked.pop()
    }

    /// The accounts answer; returns what the client reads.
    pub(super) fn answers(&mut self, who: Who, answer: Result<Answer, AnswerError>) -> Vec<String> {
        let session = id(who);
        self.input(Input::Answer { session, answer });
        self.read(who)
    }

    /// What is to be kept in the audit log: act, by whom, on what, why.
    pub(super) fn deeds(&mut self) -> Vec<[String; 4]> {
        let text = |deed: Deed| [deed.act.name().into(), deed.by, deed.on, deed.detail];
        self.deeds.drain(..).map(text).collect()
    }

    /// How many times a line for many was written since the last time.
    pub(super) fn writes_of_sends(&mut self) -> usize {
        core::mem::take(&mut self.buffers).len()
    }

    pub(super) fn histories(&mut self, who: Who) -> Vec<HistoryRequest> {
        core::mem::take(&mut self.client(who).histories)
    }

    /// How many of its inputs have been dealt with since the last time.
    pub(super) fn done(&mut self, who: Who) -> usize {
        core::mem::take(&mut self.client(who).done)
    }

    pub(super) fn is_closed(&mut self, who: Who) -> bool {
        self.client(who).closed
    }

    /// Lets the slot of a closed client be used again.
    pub(super) fn reopen(&mut self, who: Who) {
        self.clients.insert(who, Client::default());
    }

    /// Lets a client enter that has said more than others.
    pub(super) fn enters(&mut self, change: impl FnOnce(&mut Candidate)) -> Who {
        let who = self.candidate_with(change);
        self.read(who);
        who
    }

    /// The same; nothing is read yet.
    pub(super) fn candidate_with(&mut self, change: impl FnOnce(&mut Candidate)) -> Who {
        let who = u32::try_from(self.clients.len()).unwrap();
        self.clients.insert(who, Client::default());
        let mut candidate = candidate(who);
        change(&mut candidate);
        self.input(Input::Enter(candidate));
        who
    }

    pub(super) fn input(&mut self, input: Input) {
        assert!(self.pipeline.takes_input());
        self.random += 1;
        let now = Now {
            monotonic: Duration::ZERO,
            wall_ms: self.wall_ms,
        };
        self.pipeline.input(input, now, self.random);
        self.run();
    }

    pub(super) fn passes_ms(&mut self, ms: u64) {
        self.wall_ms += ms;
    }

    /// From now on batches wait until they are committed by hand.
    pub(super) fn slow_log(&mut self) {
        self.slow = true;
    }

    pub(super) fn commit(&mut self) {
        let batch = self.appending.take().expect("nothing is being appended");
        self.log.extend(batch.records);
        self.voids.extend(batch.voids);
        self.erased.extend(batch.erased);
        self.pipeline.committed();
        self.run();
    }

    pub(super) fn fail(&mut self) {
        self.appending.take().expect("nothing is being appended");
        self.pipeline
            .failed(&StoreFailure::Full("no space left".into()));
        self.run();
    }

    /// A hub that is started from what this one has stored.
    pub(super) fn restarted(&self, settings: Settings) -> Self {
        let last = self.log.last().map_or(0, |record| record.stamp.number);
        let valid: Vec<Record> = self
            .log
            .iter()
            .filter(|record| !self.voids.contains(&record.stamp.number))
            .cloned()
            .collect();
        Self::around(Pipeline::restore(settings, None, &valid, last, self.wall_ms).unwrap())
    }

    fn run(&mut self) {
        loop {
            self.deliver();
            if self.appending.is_none() {
                self.appending = self.pipeline.next_batch();
            }
            if self.slow || self.appending.is_none() {
                return;
            }
            let batch = self.appending.take().unwrap();
            self.log.extend(batch.records);
            self.voids.extend(batch.voids);
            self.erased.extend(batch.erased);
            self.pipeline.committed();
        }
    }

    fn deliver(&mut self) {
        let mut outputs = Vec::new();
        self.pipeline.advance(&mut outputs);
        for output in outputs {
            match output {
                Output::Send {
                    to: Recipients::One(session),
                    lines,
                } => {
                    self.receives(session, &lines);
                }
                Output::Send {
                    to: Recipients::Many { members, except },
                    lines,
                } => {
                    let is_known = |known: &bytes::Bytes| known.as_ptr() == lines.as_ptr();
                    if !self.buffers.iter().any(is_known) {
                        self.buffers.push(lines.clone());
                    }
                    for &member in members.iter().filter(|&&member| Some(member) != except) {
                        self.receives(member, &lines);
                    }
                }
                Output::NickRefused { session, lines } => self.receives(session, &lines),
                Output::History(request) => {
                    let who = who(request.to);
                    self.client(who).histories.push(request);
                    self.client(who).unread.push("(history)".into());
                }
                Output::Entered { session } => {
                    self.client(who(session)).unread.push("(entered)".into());
                }
                Output::Ask {
                    session, question, ..
                } => self.client(who(session)).asked.push(question),
                Output::Record(deed) => self.deeds.push(deed),
                Output::Done { session } => self.client(who(session)).done += 1,
                Output::Close { session } => self.client(who(session)).closed = true,
            }
        }
    }

    fn receives(&mut self, session: SessionId, lines: &[u8]) {
        let lines = core::str::from_utf8(lines).unwrap();
        assert!(lines.ends_with("\r\n"), "{lines:?}");
        let client = self.client(who(session));
        assert!(!client.closed, "sent after Close: {lines:?}");
        client
            .unread
            .extend(lines.split_terminator("\r\n").map(String::from));
    }

    fn client(&mut self, who: Who) -> &mut Client {
        self.clients.get_mut(&who).unwrap()
    }
}

fn candidate(who: Who) -> Candidate {
    Candidate {
        session: id(who),
        nick: "nick".into(),
        user: "u".into(),
        host: "h".into(),
        realname: "Real Name".into(),
        caps: Caps::NONE,
        account: None,
        away: None,
        metadata: None,
        link: Link::default(),
    }
}

pub(super) fn id(who: Who) -> SessionId {
    SessionId::new(who, 1)
}

fn who(session: SessionId) -> Who {
    u32::try_from(session.slot()).unwrap()
}

/// `boss` may do everything, `kira` send people away.
pub(super) fn account_ref(name: &str) -> AccountRef {
    let id = name.bytes().fold(0, |id, byte| id * 256 + u64::from(byte));
    AccountRef {
        id: AccountId(id),
        name: name.into(),
        powers: powers(name),
    }
}

fn powers(name: &str) -> Powers {
    match name {
        "boss" => Powers::ALL,
        "kira" => Power::Kill.into(),
        _ => Powers::NONE,
    }
}

fn capabilities(list: &str) -> Caps {
    let mut caps = Caps::NONE;
    let params = ["REQ".to_string(), list.into()];
    let offer = Offer::new(&settings(), &Link::default());
    caps::command(
        &params,
        &mut caps,
        &offer,
        ("hub.test", "*"),
        &mut String::new(),
    );
    caps
}

/// The part of a line after its tags.
pub(super) fn untagged(line: &str) -> &str {
    match line.strip_prefix('@') {
        Some(tagged) => tagged.split_once(' ').unwrap().1,
        None => line,
    }
}

/// The value of a tag.
pub(super) fn tag<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let tags = line.strip_prefix('@')?.split_once(' ')?.0;
    tags.split(';')
        .find_map(|tag| tag.strip_prefix(key)?.strip_prefix('='))
}

/// The lines with this command or numeric.
pub(super) fn only(lines: &[String], command: &str) -> Vec<String> {
    let is_it = |line: &&String| untagged(line).split(' ').nth(1) == Some(command);
    lines.iter().filter(is_it).cloned().collect()
}

pub(super) fn line(text: &str) -> Vec<String> {
    Vec::from([text.to_string()])
}

/// 2026-01-01T00:00:00Z
pub(super) const START_MS: u64 = 1_767_225_600_000;
