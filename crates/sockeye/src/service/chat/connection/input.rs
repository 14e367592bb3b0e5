//! From bytes to inputs of the core.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use sockeye_proto::irc::account::Question;
use sockeye_proto::irc::history::{Found, Query, parse_msgid};
use sockeye_proto::irc::id::Number;
use sockeye_proto::irc::input::{Candidate, Input, Link};
use sockeye_proto::irc::message::Message;
use sockeye_proto::irc::numeric::ERR_SASLFAIL;
use sockeye_proto::irc::registration::Step;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::Instant;

use super::{Ask, Connection, LOGIN_MAX, Phase, Seat};
use crate::error;
use crate::service::chat::accounts::{self, Asker};
use crate::service::chat::{bans, words};
use crate::state::Suspect;

thread_local! {
    /// One buffer a worker thread: a connection needs one only from a read to its decoding.
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ_BYTES].into());
}

impl<'a> Connection<'a> {
    /// Reads and decodes once; ready when something was read.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.may_read() {
            return Poll::Pending;
        }
        if !self.carry.is_empty() {
            let mut carry = std::mem::take(&mut self.carry);
            let rest = self.decode(&carry).len();
            self.carry = carry.split_off(carry.len() - rest);
            return Poll::Ready(());
        }
        BUFFER.with_borrow_mut(|buffer| {
            let mut read = ReadBuf::new(buffer);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut read)) {
                Err(e) => self.lose(&format!("Read error: {}", error::words(&e))),
                Ok(()) if read.filled().is_empty() => self.leave("Connection closed"),
                Ok(()) => self.received(read.filled()),
            }
            Poll::Ready(())
        })
    }

    /// Takes what the accounts have answered.
    pub(super) fn poll_verifying(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(verifying) = &mut self.verifying else {
            return Poll::Pending;
        };
        let (answer, challenge) = ready!(verifying.as_mut().poll(cx));
        self.verifying = None;
        self.challenge = challenge;
        let mut steps = Vec::new();
        self.registration.answered(answer, &mut steps);
        self.carry_out(&mut steps);
        self.hand_over_inputs();
        Poll::Ready(())
    }

    /// Takes the stored message that a line names.
    pub(super) fn poll_naming(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(naming) = &mut self.naming else {
            return Poll::Pending;
        };
        let input = ready!(naming.as_mut().poll(cx));
        self.naming = None;
        self.inputs.push(input);
        self.hand_over_inputs();
        Poll::Ready(())
    }

    /// Sends on what the core had no room for.
    pub(super) fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(room) = &mut self.room else {
            return Poll::Pending;
        };
        let permit = ready!(room.as_mut().poll(cx));
        self.room = None;
        match (permit, self.asks.pop_front()) {
            (Some(permit), Some(ask)) => {
                self.note_enter(&ask, true);
                permit.send(ask);
            }
            (None, _) => self.core_is_gone(),
            (_, None) => {}
        }
        while self.room.is_none()
            && let Some(ask) = self.asks.pop_front()
        {
            self.hand_over(ask);
        }
        Poll::Ready(())
    }

    /// Asks the core for something, after what is to come before it.
    pub(super) fn ask(&mut self, ask: Ask) {
        self.hand_over_inputs();
        self.hand_over(ask);
    }

    fn hand_over_inputs(&mut self) {
        if !self.inputs.is_empty() {
            let inputs = std::mem::take(&mut self.inputs);
            self.hand_over(Ask::Inputs(inputs));
        }
    }

    /// Hands something to the core, or keeps it until there is room.
    fn hand_over(&mut self, ask: Ask) {
        if self.room.is_some() {
            return self.asks.push_back(ask);
        }
        self.note_enter(&ask, true);
        match self.shared.asks.try_send(ask) {
            Ok(()) => {}
            Err(TrySendError::Closed(ask)) => {
                self.note_enter(&ask, false);
                self.core_is_gone();
            }
            Err(TrySendError::Full(ask)) => {
                self.note_enter(&ask, false);
                self.asks.push_front(ask);
                let asks = self.shared.asks.clone();
                self.room = Some(Box::pin(async move { asks.reserve_owned().await.ok() }));
            }
        }
    }

    /// From the moment when the core can see it, only the core frees the seat.
    fn note_enter(&self, ask: &Ask, known: bool) {
        if let Ask::Enter(..) = ask {
            self.outbox.set_known(known);
        }
    }

    fn core_is_gone(&mut self) {
        self.asks.clear();
        self.enter_phase(Phase::Ending);
    }

    pub(super) fn may_read(&self) -> bool {
        self.may_decode() && !self.is_dead && !self.outbox.is_above_half()
    }

    fn may_decode(&self) -> bool {
        matches!(self.phase, Phase::Registering | Phase::Entered)
            && self.verifying.is_none()
            && self.naming.is_none()
            && self.room.is_none()
            && self.next_line.is_none()
            && self.in_flight < IN_FLIGHT_MAX
    }

    fn received(&mut self, bytes: &[u8]) {
        self.session
            .facts()
            .bytes_in
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.heard = Instant::now();
        self.pinged = None;
        let rest = self.decode(bytes);
        self.carry = Bytes::copy_from_slice(rest);
    }

    /// Decodes lines as long as the limits allow; returns what is left.
    fn decode<'b>(&mut self, mut bytes: &'b [u8]) -> &'b [u8] {
        let mut steps = Vec::new();
        while self.may_decode() && !bytes.is_empty() {
            if let Some(flood) = &mut self.flood
                && bytes.contains(&b'\n')
                && !self.registration.batch().is_paid()
            {
                let now = Instant::now();
                if let Err(wait) = flood.take(now - self.started) {
                    self.next_line = Some(now + wait);
                    break;
                }
                self.registration.batch().paid();
            }
            let before = bytes.len();
            let line = self.decoder.next_line(&mut bytes);
            self.registration.received(before - bytes.len(), &mut steps);
            if let (Some(Ok(message)), Some(flood)) = (&line, &mut self.flood)
                && message.only_types()
            {
                flood.types(Instant::now() - self.started);
            }
            if let Some(line) = line {
                self.registration.line(line, &mut steps);
            }
            self.carry_out(&mut steps);
        }
        self.hand_over_inputs();
        self.watch_batch();
        bytes
    }

    /// Sets by when the batch must be whole that the client has open.
    fn watch_batch(&mut self) {
        let open = self.registration.batch().open();
        if self.batch.map(|(batch, _)| batch) != open {
            self.batch = open.map(|batch| (batch, Instant::now() + BATCH_MAX));
        }
    }

    /// Gives up on a batch that does not become whole.
    pub(super) fn expire_batch(&mut self, now: Instant) {
        let Some((_, ends)) = &mut self.batch else {
            return;
        };
        if *ends > now {
            return;
        }
        *ends = now + BATCH_MAX;
        // The rest of it may have come, and wait here.
        if self.may_read() && self.carry.is_empty() {
            self.batch = None;
            let mut steps = Vec::new();
            let expired = self.registration.batch().expire();
            steps.extend(expired.map(Step::Batch));
            self.carry_out(&mut steps);
            self.hand_over_inputs();
        }
    }

    fn carry_out(&mut self, steps: &mut Vec<Step>) {
        for step in steps.drain(..) {
            match step {
                Step::Send(lines) => self.send(lines),
                Step::Close(lines) => {
                    self.send(lines);
                    self.enter_phase(Phase::Ending);
                }
                Step::Introduced(introduction) => self.introduce(&introduction),
                Step::Ask(question) => self.look_up(question),
                Step::Enter {
                    nick,
                    user,
                    realname,
                    caps,
                    account,
                    away,
                    metadata,
                } => {
                    let session = self.seat();
                    let host = self.registration.host().to_owned();
                    self.enter(Candidate {
                        session,
                        nick,
                        user,
                        host,
                        realname,
                        caps,
                        account,
                        away,
                        metadata,
                        link: self.link(),
                    });
                }
                Step::Forward(message) if message.command == "REDACT" => self.name(message),
                Step::Forward(message) => {
                    self.input(|session| Input::Line { session, message });
                }
                Step::Batch(batch) => self.input(|session| Input::Batch { session, batch }),
                Step::Reply(lines) => self.input(|session| Input::Reply { session, lines }),
                Step::Login(account, lines) => {
                    self.input(|session| Input::Login { session, account });
                    self.input(|session| Input::Reply { session, lines });
                }
            }
        }
    }

    fn link(&self) -> Link {
        Link {
            gateway: self.gateway.as_deref().cloned(),
            ..super::link(self.session.info())
        }
    }

    fn seat(&mut self) -> sockeye_proto::irc::id::SessionId {
        let seat = self
            .seat
            .get_or_insert_with(|| Seat::take(self.shared, &self.outbox));
        seat.id
    }

    fn enter(&mut self, candidate: Candidate) {
        if let Some((lines, reason)) = self.refusal(&candidate) {
            return self.refuse(&lines, &reason);
        }
        // The limit is held before the others see the client, not after.
        if let Err(refusal) = self.session.establish() {
            return self.leave(words(refusal));
        }
        self.in_flight += 1;
        let input = Box::new(Input::Enter(candidate));
        self.ask(Ask::Enter(input, self.outbox.clone()));
        self.enter_phase(Phase::Entering);
    }

    /// Returns why a client may not come onto the network: the line that says so, and a reason.
    fn refusal(&self, candidate: &Candidate) -> Option<(Bytes, String)> {
        let nick = candidate.nick.as_str();
        let account = candidate.account.as_ref().map(|account| &*account.name);
        let whom = Suspect {
            account,
            source: Some((nick, &candidate.user, &candidate.host)),
            ..self.suspect()
        };
        if let Some(ban) = self.shared.ban_of(&whom) {
            return Some((bans::told(&ban, &self.server(), nick), ban.reason));
        }
        let rules = self.shared.current().rules;
        let at = whom.address.unwrap_or(self.session.info().source());
        (account.is_none() && rules.requires_login(at)).then(|| {
            let mut line = String::new();
            let reply = ERR_SASLFAIL.to(&mut line, &self.server(), nick);
            reply.trailing(LOGIN_REQUIRED);
            (line.into(), LOGIN_REQUIRED.to_owned())
        })
    }

    fn input(&mut self, make: impl FnOnce(sockeye_proto::irc::id::SessionId) -> Input) {
        if let Some(seat) = &self.seat {
            let input = make(seat.id);
            self.in_flight += 1;
            self.inputs.push(input);
        }
    }

    /// Looks up the stored message that a line names, so that the network can decide by it.
    fn name(&mut self, message: Message) {
        let Some(session) = self.seat.as_ref().map(|seat| seat.id) else {
            return;
        };
        self.in_flight += 1;
        let named = message.param(1).and_then(parse_msgid);
        let stored = self.shared.history.clone();
        self.naming = Some(Box::pin(async move {
            let found = match named {
                // Whoever knows the id has been shown the message, so all of it is applied.
                Some((number, _)) => stored.find(Query::One(number), Number::MAX).await,
                None => Found::Messages(Vec::new()),
            };
            let found = match found {
                Found::Messages(records) => records.into_iter().next(),
                Found::Targets(_) | Found::Unavailable(_) => None,
            };
            Input::Naming {
                session,
                message,
                found,
            }
        }));
    }

    fn look_up(&mut self, question: Question) {
        if self.phase == Phase::Registering {
            self.phase_ends = Some(self.started + LOGIN_MAX);
        }
        let asker = Asker {
            source: self.session.info().source(),
            address: self.link().address.unwrap_or_default(),
            certificate: self.link().certificate,
            challenge: self.challenge.take(),
        };
        self.verifying = Some(Box::pin(accounts::answer(self.shared, question, asker)));
    }
}

/// How much is read at once.
const READ_BYTES: usize = 16 * 1_024;

/// How long a batch may stay open: what a person has pasted comes at once.
const BATCH_MAX: Duration = Duration::from_secs(30);

/// With so many inputs under way no further line is taken; one line makes two at most (a login and
/// its reply), and the core takes 64.
const IN_FLIGHT_MAX: u32 = 63;

/// What a client is told from whose network one has to log in.
const LOGIN_REQUIRED: &str = "You have to log in (SASL) to come from your network";
