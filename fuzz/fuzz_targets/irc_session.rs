//! Three clients with a network and a log: from bytes to bytes.
//!
//! A chunk up to LF is what one client sends, its first byte says which one; some values of that
//! byte make the log commit, fail or crash instead.
#![no_main]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use sockeye_proto::Now;
use sockeye_proto::irc::account::{AccountRef, Answer, AnswerError, Question};
use sockeye_proto::irc::event::Record;
use sockeye_proto::irc::history::{self, Found};
use sockeye_proto::irc::id::{AccountId, Number, SessionId};
use sockeye_proto::irc::input::{Batch, Candidate, Input, Link, Output, Recipients};
use sockeye_proto::irc::message::{LINE_BYTES_MAX, LineDecoder, RELAYED_TAGS_BYTES_MAX};
use sockeye_proto::irc::pipeline::{Pipeline, StoreFailure};
use sockeye_proto::irc::power::{Power, Powers};
use sockeye_proto::irc::registration::{Registration, Step};
use sockeye_proto::irc::settings::{CaseMapping, Settings};

fuzz_target!(|bytes: &[u8]| {
    let mut world = World::new();
    for chunk in bytes.split_inclusive(|&byte| byte == b'\n') {
        match chunk.split_first() {
            Some((b'!', _)) => world.finish_append(false),
            Some((b'~', _)) => world.finish_append(true),
            Some((b'#', _)) => world.crash(),
            Some((&first, rest)) => world.receive(usize::from(first) % CLIENTS, rest),
            None => {}
        }
        world.advance();
    }
    while world.appending.is_some() {
        world.finish_append(false);
        world.advance();
    }
    world.check_restart();
});

struct World {
    pipeline: Pipeline,
    clients: [Client; CLIENTS],
    rows: BTreeMap<Number, Record>,
    /// Rows whose voids could not be written yet.
    owed: BTreeSet<Number>,
    appending: Option<Batch>,
    /// What the accounts have been asked and have not answered.
    asked: Vec<(SessionId, Question)>,
    generation: u32,
    now_ms: u64,
}

struct Client {
    session: SessionId,
    decoder: LineDecoder,
    registration: Registration,
    /// Whether it may take a line now: nothing of it is under way before it is on the network.
    waits: bool,
    is_in: bool,
    under_way: usize,
    closed: bool,
}

impl World {
    fn new() -> Self {
        let pipeline = Pipeline::restore(settings(), None, &[], 0, 0).expect("nothing to read");
        Self {
            pipeline,
            clients: std::array::from_fn(|slot| Client::new(slot, 1)),
            rows: BTreeMap::new(),
            owed: BTreeSet::new(),
            appending: None,
            asked: Vec::new(),
            generation: 1,
            now_ms: 1,
        }
    }

    fn receive(&mut self, index: usize, mut bytes: &[u8]) {
        self.now_ms += 1;
        let mut steps = Vec::new();
        let client = &mut self.clients[index];
        if client.closed {
            self.generation += 1;
            *client = Client::new(index, self.generation);
        }
        while !client.closed && !client.waits && client.under_way < UNDER_WAY_MAX {
            let before = bytes.len();
            let line = client.decoder.next_line(&mut bytes);
            client
                .registration
                .received(before - bytes.len(), &mut steps);
            let Some(line) = line else { break };
            client.registration.line(line, &mut steps);
            while !steps.is_empty() {
                for step in std::mem::take(&mut steps) {
                    client.take(step, &mut self.pipeline, self.now_ms, &mut steps);
                }
            }
        }
    }

    fn advance(&mut self) {
        let mut outputs = Vec::new();
        self.pipeline.advance(&mut outputs);
        for output in outputs {
            self.carry_out(output);
        }
        if !self.asked.is_empty() {
            for (session, question) in std::mem::take(&mut self.asked) {
                let answer = answer(question);
                let input = Input::Answer { session, answer };
                self.pipeline.input(input, now(self.now_ms), self.now_ms);
            }
            return self.advance();
        }
        if self.appending.is_none() {
            self.appending = self.pipeline.next_batch();
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Send { to, lines } => {
                check_lines(&lines);
                if let Recipients::Many { members, .. } = to {
                    for member in members.iter() {
                        self.client(*member);
                    }
                }
            }
            Output::History(request) => {
                let found = Found::Messages(self.rows.values().take(100).cloned().collect());
                let answer = history::encode(&request.reply, &found);
                // Without a batch there is nothing to write for nothing found.
                if !answer.is_empty() {
                    check_lines(&answer);
                }
            }
            Output::Entered { session } => {
                let client = self.client(session);
                client.registration.entered();
                (client.waits, client.is_in) = (false, true);
            }
            Output::NickRefused { session, lines } => {
                check_lines(&lines);
                let client = self.client(session);
                client.registration.nick_refused();
                client.waits = false;
            }
            Output::Done { session } => {
                let client = self.client(session);
                client.under_way = client.under_way.checked_sub(1).expect("it was asked");
            }
            Output::Ask {
                session, question, ..
            } => {
                self.client(session);
                self.asked.push((session, question));
            }
            Output::Record(_) => {}
            Output::Close { session } => self.client(session).closed = true,
        }
    }

    /// The one whom an output is for: nobody who is gone gets any.
    fn client(&mut self, session: SessionId) -> &mut Client {
        let client = &mut self.clients[session.slot()];
        assert!(client.session == session && !client.closed);
        client
    }

    fn finish_append(&mut self, fails: bool) {
        let Some(batch) = self.appending.take() else {
            return;
        };
        if fails {
            self.owed.extend(batch.voids);
            self.pipeline.failed(&StoreFailure::Full("full".into()));
            return;
        }
        self.rows.extend(
            batch
                .records
                .into_iter()
                .map(|record| (record.stamp.number, record)),
        );
        for void in &batch.voids {
            assert!(self.rows.remove(void).is_some());
            self.owed.remove(void);
        }
        self.pipeline.committed();
    }

    fn crash(&mut self) {
        self.appending = None;
        self.owed.clear();
        self.pipeline = self.restored();
        self.generation += 1;
        self.clients = std::array::from_fn(|slot| Client::new(slot, self.generation));
    }

    fn restored(&self) -> Pipeline {
        let is_kept = |row: &&Record| !self.owed.contains(&row.stamp.number);
        let rows: Vec<_> = self.rows.values().filter(is_kept).cloned().collect();
        let last = rows
            .last()
            .map_or((0, 0), |row| (row.stamp.number, row.stamp.wall_ms));
        Pipeline::restore(settings(), None, &rows, last.0, last.1).expect("our own rows")
    }

    fn check_restart(&self) {
        assert_eq!(self.restored().snapshot().1, self.pipeline.snapshot().1);
    }
}

impl Client {
    fn new(slot: usize, generation: u32) -> Self {
        Self {
            session: SessionId::new(slot as u32, generation),
            decoder: LineDecoder::default(),
            registration: Registration::new(
                Arc::new(settings()),
                "10.0.0.1".into(),
                Link::default(),
            ),
            waits: false,
            is_in: false,
            under_way: 0,
            closed: false,
        }
    }

    fn take(&mut self, step: Step, pipeline: &mut Pipeline, now_ms: u64, steps: &mut Vec<Step>) {
        if self.closed {
            return;
        }
        let session = self.session;
        let mut inputs = Vec::new();
        match step {
            Step::Send(lines) => {
                assert!(!self.is_in);
                check_lines(&lines);
            }
            Step::Close(lines) => {
                assert!(!self.is_in);
                check_lines(&lines);
                self.closed = true;
            }
            Step::Ask(question) => self.registration.answered(answer(question), steps),
            Step::Enter {
                nick,
                user,
                realname,
                caps,
                account,
                away,
                metadata,
            } => {
                self.waits = true;
                let host = "10.0.0.1".into();
                let candidate = Candidate {
                    session,
                    nick,
                    user,
                    host,
                    realname,
                    caps,
                    account,
                    away,
                    metadata,
                    link: Link::default(),
                };
                inputs.push(Input::Enter(candidate));
            }
            // No gateway is believed here.
            Step::Introduced(_) => {}
            Step::Batch(batch) => inputs.push(Input::Batch { session, batch }),
            Step::Forward(message) => inputs.push(Input::Line { session, message }),
            Step::Reply(lines) => {
                check_lines(&lines);
                inputs.push(Input::Reply { session, lines });
            }
            Step::Login(account, lines) => {
                check_lines(&lines);
                inputs.push(Input::Login { session, account });
                inputs.push(Input::Reply { session, lines });
            }
        }
        for input in inputs {
            self.under_way += 1;
            pipeline.input(input, now(now_ms), now_ms);
        }
    }
}

/// The accounts: the password of each is `p`, and who begins with an `a` is an operator.
fn answer(question: Question) -> Result<Answer, AnswerError> {
    match question {
        Question::Password { name, password } | Question::Register { name, password }
            if password.0 == "p" =>
        {
            Ok(Answer::Account(account(name)))
        }
        Question::Challenge { name } => Ok(Answer::Challenge {
            nonce: "n".into(),
            salt: name,
            iterations: 4_096,
        }),
        Question::Proof { name, .. } => Ok(Answer::Proven {
            account: account(name),
            signature: vec![0; 32],
        }),
        Question::Lookup { name } => Ok(Answer::Info {
            account: AccountId(name.len() as u64),
            name,
            created_ms: 0,
        }),
        Question::Bans(_) | Question::Rehash | Question::Audit { .. } => Ok(Answer::Lines(
            ":hub.test NOTE KLINE DONE :It is done\r\n".into(),
        )),
        Question::Names => Ok(Answer::Names(vec!["ann".into(); 600])),
        Question::Certificates { .. } => Ok(Answer::Certificates(vec![[0; 32]; 16])),
        Question::SetPassword { .. } | Question::AddCertificate { .. } => Ok(Answer::Done),
        _ => Err(AnswerError::Denied),
    }
}

fn account(name: String) -> AccountRef {
    let powers = match name.bytes().next() {
        Some(b'a') => Powers::ALL,
        Some(b'k') => Power::Kill.into(),
        _ => Powers::NONE,
    };
    AccountRef {
        id: AccountId(name.len() as u64),
        powers,
        name,
    }
}

fn now(now_ms: u64) -> Now {
    Now {
        monotonic: Duration::from_millis(now_ms),
        wall_ms: now_ms,
    }
}

/// Complete lines of UTF-8, none of them too long.
fn check_lines(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    assert!(text.ends_with("\r\n"), "{text:?}");
    for line in text.split_terminator("\r\n") {
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
        let (tags, rest) = match line.strip_prefix('@') {
            Some(tagged) => tagged.split_once(' ').expect("a command after the tags"),
            None => ("", line),
        };
        assert!(
            tags.len() + "@ ".len() <= RELAYED_TAGS_BYTES_MAX,
            "{line:?}"
        );
        assert!(
            !rest.is_empty() && rest.len() + "\r\n".len() <= LINE_BYTES_MAX,
            "{line:?}"
        );
    }
}

fn settings() -> Settings {
    Settings {
        server: "h".into(),
        network: "Net".into(),
        version: "v".into(),
        created_ms: 0,
        motd: vec!["hello".into()],
        history: true,
        search: true,
        replay_on_join: 5,
        casemapping: CaseMapping::Ascii,
        accounts: true,
        register: true,
        ..Settings::default()
    }
}

const CLIENTS: usize = 3;

/// Inputs of a client that are not answered yet.
const UNDER_WAY_MAX: usize = 8;
