//! One client's connection: bytes to inputs, outbox to bytes, deadlines and limits.
//!
//! ```text
//!                 Enter                Entered              QUIT, lost, drained
//!  Registering ─────────▶ Entering ─────────▶ Entered ─────────────────────────▶ Leaving
//!      ▲   │   NickRefused   │                                                      │ Closed
//!      └───┼─────────────────┘                                                      ▼
//!          └──────────────────── registration ends it ─────────────────────────▶ Ending
//! ```
//!
//! Reading and writing go on side by side in one task, so a client that does not read its lines
//! still is heard, up to the limits: an idle connection holds no buffer.

mod flood;
mod input;
mod introduced;
mod output;

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use sockeye_proto::irc::input::{Input, Link};
use sockeye_proto::irc::message::LineDecoder;
use sockeye_proto::irc::registration::Registration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::OwnedPermit;
use tokio::time::{Instant, Sleep};

use self::flood::Flood;
use self::introduced::treatment;
use super::accounts::Answered;
use super::bans;
use super::core::Ask;
use super::outbox::{Answer, Delivery, End, Item, Outbox};
use super::seats::Seat;
use super::{Shared, address_text};
use crate::engine::{Parting, Session};
use crate::io::{ConnectionInfo, Stream};
use crate::service::BoxFuture;
use crate::state::{Challenge, Suspect};

/// A connection in its task.
pub(super) struct Connection<'a> {
    shared: &'a Arc<Shared>,
    session: &'a Session,
    stream: Stream,
    phase: Phase,
    /// The stream is of no more use; what is to be written is dropped.
    is_dead: bool,
    outbox: Arc<Outbox>,
    seat: Option<Seat>,
    counted: Counted<'a>,

    started: Instant,
    decoder: LineDecoder,
    registration: Registration,
    flood: Option<Box<Flood>>,
    /// The name and the address of the gateway that it comes by.
    gateway: Option<Box<(String, String)>>,
    /// Read, but held back from the decoder.
    carry: Bytes,
    verifying: Option<BoxFuture<'a, Answered>>,
    /// Waits for its proof. Boxed: every idle connection would hold the room for it.
    challenge: Option<Box<Challenge>>,
    /// A line waits for the stored message that it names; no line is taken meanwhile.
    naming: Option<BoxFuture<'a, Input>>,
    /// Of what was read last, not yet handed to the core.
    inputs: Vec<Input>,
    /// For the core, which has no room for the first of them.
    asks: VecDeque<Ask>,
    room: Option<BoxFuture<'static, Option<OwnedPermit<Ask>>>>,
    /// Inputs that the core has not dealt with.
    in_flight: u32,

    out: VecDeque<Item>,
    fetching: Option<BoxFuture<'a, Bytes>>,

    timer: Pin<Box<Sleep>>,
    /// By when the phase must have ended, where it has to.
    phase_ends: Option<Instant>,
    /// The batch that the client has open, as the how manieth, and by when it must be whole.
    batch: Option<(u64, Instant)>,
    /// When flood control lets the next line through.
    next_line: Option<Instant>,
    heard: Instant,
    pinged: Option<Instant>,
    /// How the peer takes bytes, while some wait.
    progress: Option<Progress>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Registering,
    Entering,
    Entered,
    /// The core was told, or is telling.
    Leaving,
    /// What is queued is written, then the connection is closed.
    Ending,
}

/// How a peer takes bytes.
#[derive(Debug)]
struct Progress {
    /// When it had taken [`PROGRESS_BYTES`] last, or bytes began to wait.
    since: Instant,
    /// What it has taken after that.
    bytes: usize,
}

/// Keeps the service's counters right however a connection ends.
#[derive(Debug)]
struct Counted<'a> {
    shared: &'a Shared,
    is_client: bool,
}

impl<'a> Connection<'a> {
    pub(super) fn new(shared: &'a Arc<Shared>, stream: Stream, session: &'a Session) -> Self {
        let current = shared.current();
        let (host, flood) = treatment(&current.rules, session.info());
        let now = Instant::now();
        Self {
            shared,
            session,
            stream,
            phase: Phase::Registering,
            is_dead: false,
            outbox: Arc::default(),
            seat: None,
            counted: Counted::new(shared),
            started: now,
            decoder: LineDecoder::default(),
            registration: Registration::new(current.settings, host, link(session.info())),
            flood,
            gateway: None,
            carry: Bytes::new(),
            verifying: None,
            challenge: None,
            naming: None,
            inputs: Vec::new(),
            asks: VecDeque::new(),
            room: None,
            in_flight: 0,
            out: VecDeque::new(),
            fetching: None,
            timer: Box::pin(tokio::time::sleep_until(now + REGISTRATION_MAX)),
            phase_ends: Some(now + REGISTRATION_MAX),
            batch: None,
            next_line: None,
            heard: now,
            pinged: None,
            progress: None,
        }
    }

    /// Serves the client to the end of its connection.
    pub(super) async fn serve(&mut self) {
        let session = self.session;
        if let Some(ban) = self.shared.ban_of(&self.suspect()) {
            self.refuse(&bans::told(&ban, &self.server(), "*"), &ban.reason);
        }
        let (mut cut, mut closing) = (pin!(session.cut()), pin!(session.closing()));
        let mut is_asked = false;
        loop {
            tokio::select! {
                biased;
                () = &mut cut => return,
                () = &mut closing, if !is_asked => {
                    is_asked = true;
                    self.leave_as_asked();
                }
                () = std::future::poll_fn(|cx| self.poll(cx)) => break,
            }
        }
        // Boxed, since every idle connection would hold the room for it.
        tokio::select! {
            () = &mut cut => {}
            () = Box::pin(self.part()) => {}
        }
    }

    /// Goes, as the engine wants it, and says why.
    fn leave_as_asked(&mut self) {
        match self.session.parting() {
            // Who is on the network is sent away by that, in order with all else.
            Parting::KeptOut if self.seat.is_some() => {}
            Parting::KeptOut => match self.shared.ban_of(&self.suspect()) {
                Some(ban) => self.refuse(&bans::told(&ban, &self.server(), "*"), &ban.reason),
                None => self.leave("Banned"),
            },
            Parting::Killed => self.leave("Ended by an operator of the hub"),
            _ => self.leave("The hub is shutting down"),
        }
    }

    /// Closes the writing direction and waits a moment for the peer to do the same: an unread byte
    /// would turn the close into a reset, which takes the last lines along.
    async fn part(&mut self) {
        if self.is_dead {
            return;
        }
        let parting = async {
            let mut unread = [0; 512];
            self.stream.shutdown().await?;
            while self.stream.read(&mut unread).await? > 0 {}
            std::io::Result::Ok(())
        };
        let linger = match self.session.info().websocket {
            Some(_) => WEB_LINGER_MAX,
            None => LINGER_MAX,
        };
        let _ = tokio::time::timeout(linger, parting).await;
    }

    /// Does all that can be done now; ready when the connection is over.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            self.take_mail(cx);
            let wrote = self.poll_write(cx).is_ready();
            if self.is_over() {
                return Poll::Ready(());
            }
            let moved = wrote
                | self.poll_room(cx).is_ready()
                | self.poll_verifying(cx).is_ready()
                | self.poll_naming(cx).is_ready()
                | self.poll_read(cx).is_ready()
                | self.poll_timer(cx).is_ready();
            if !moved {
                return Poll::Pending;
            }
        }
    }

    fn is_over(&self) -> bool {
        self.phase == Phase::Ending && (self.is_dead || self.is_written())
    }

    fn take_mail(&mut self, cx: &mut Context<'_>) {
        let mail = self.outbox.take(cx, &mut self.out);
        self.in_flight = self.in_flight.saturating_sub(mail.done);
        match mail.answer {
            Some(Answer::Entered) => {
                self.registration.entered();
                self.counted.enter();
                if self.phase == Phase::Entering {
                    self.enter_phase(Phase::Entered);
                }
            }
            Some(Answer::NickRefused) => {
                self.registration.nick_refused();
                self.in_flight = 0;
                match self.phase {
                    Phase::Leaving => self.enter_phase(Phase::Ending),
                    _ => self.enter_phase(Phase::Registering),
                }
            }
            None => {}
        }
        match mail.end {
            End::Closed if self.phase != Phase::Ending => self.enter_phase(Phase::Ending),
            End::Overflowed if self.phase == Phase::Entered => self.enter_phase(Phase::Leaving),
            _ => {}
        }
    }

    /// Ends the connection as politely as its phase allows.
    fn leave(&mut self, reason: &str) {
        match (self.phase, &self.seat) {
            (Phase::Entering | Phase::Entered, Some(seat)) => {
                let (session, reason) = (seat.id, reason.to_owned());
                self.ask(Ask::Inputs(vec![Input::Leave { session, reason }]));
                self.enter_phase(Phase::Leaving);
            }
            (Phase::Leaving | Phase::Ending, _) => {}
            _ => {
                self.send(format!("ERROR :Closing link: ({reason})\r\n").into());
                self.enter_phase(Phase::Ending);
            }
        }
    }

    /// Refuses a client that is not on the network: says why, and closes.
    fn refuse(&mut self, lines: &Bytes, reason: &str) {
        self.send(lines.clone());
        self.leave(reason);
    }

    fn suspect(&self) -> Suspect<'static> {
        let peer = self.session.info().peer;
        Suspect {
            address: peer.map(|peer| peer.ip().to_canonical()),
            ..Suspect::default()
        }
    }

    fn server(&self) -> String {
        self.shared.current().settings.server.clone()
    }

    /// The stream has failed: nothing more can be written.
    fn lose(&mut self, reason: &str) {
        self.is_dead = true;
        self.leave(reason);
    }

    fn enter_phase(&mut self, phase: Phase) {
        let now = Instant::now();
        if phase == Phase::Ending {
            self.counted.leave();
        }
        let since = std::mem::replace(&mut self.phase, phase);
        self.phase_ends = match (since, phase) {
            // One span for all of registration, however often a nick is refused.
            (_, Phase::Registering | Phase::Entering) => self.phase_ends,
            (_, Phase::Entered) => None,
            (Phase::Leaving, Phase::Ending) => self.phase_ends,
            (_, Phase::Leaving | Phase::Ending) => Some(now + FAREWELL_MAX),
        };
        self.heard = now;
    }

    /// Queues lines of this connection's own.
    fn send(&mut self, lines: Bytes) {
        self.outbox
            .deliver(&mut Delivery::of(lines), Instant::now());
    }

    /// Looks at the clock; ready when something was due.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline();
        // A later deadline needs no touch: the timer rings early and is set again.
        if deadline < self.timer.deadline() || self.timer.is_elapsed() {
            self.timer.as_mut().reset(deadline);
        }
        std::task::ready!(self.timer.as_mut().poll(cx));
        let now = Instant::now();
        if self.next_line.is_some_and(|at| at <= now) {
            self.next_line = None;
        }
        if self.phase_ends.is_some_and(|at| at <= now) {
            self.phase_ends = None;
            match self.phase {
                Phase::Registering | Phase::Entering => self.leave("Registration timed out"),
                _ => self.lose("Write timed out"),
            }
            if self.phase == Phase::Leaving && self.is_dead {
                // The seat is freed by the core, whenever it comes to it.
                self.phase = Phase::Ending;
            }
        }
        if self.stalls_at().is_some_and(|at| at <= now) {
            self.progress = None;
            self.lose("Write timed out");
        }
        self.expire_batch(now);
        self.keep_alive(now);
        Poll::Ready(())
    }

    fn deadline(&self) -> Instant {
        let silence = (self.phase == Phase::Entered).then(|| self.silent_until());
        let batch = self.batch.map(|(_, ends)| ends);
        let waits = [self.phase_ends, self.next_line, self.stalls_at()];
        let all = waits.into_iter().chain([silence, batch]);
        let far = || Instant::now() + PING_AFTER;
        all.flatten().min().unwrap_or_else(far)
    }

    /// When a client counts as one that does not read: with more than half a queue waiting.
    fn stalls_at(&self) -> Option<Instant> {
        let stalls_at = self.progress.as_ref()?.since + STALL_MAX;
        (!self.is_dead && self.outbox.is_above_half()).then_some(stalls_at)
    }

    fn silent_until(&self) -> Instant {
        self.pinged.unwrap_or(self.heard) + PING_AFTER
    }

    /// Pings a silent client, and gives one up that stays so.
    fn keep_alive(&mut self, now: Instant) {
        if self.phase != Phase::Entered || self.silent_until() > now {
            return;
        }
        if !self.may_read() || !self.carry.is_empty() {
            // What it said may be waiting: it is not silent, it is not heard.
            self.heard = now;
            self.pinged = None;
            return;
        }
        if self.pinged.is_some() {
            return self.lose("Ping timeout");
        }
        self.pinged = Some(now);
        let server = self.shared.current().settings.server.clone();
        self.send(format!("PING :{server}\r\n").into());
    }
}

impl<'a> Counted<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.connections.fetch_add(1, Ordering::Relaxed);
        Self {
            shared,
            is_client: false,
        }
    }

    fn enter(&mut self) {
        if !std::mem::replace(&mut self.is_client, true) {
            self.shared.registered.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn leave(&mut self) {
        if std::mem::take(&mut self.is_client) {
            self.shared.registered.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.leave();
        self.shared.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Returns what the network is told of a connection.
fn link(info: &ConnectionInfo) -> Link {
    let tls = info.tls.as_ref();
    Link {
        address: info.peer.map(|peer| address_text(peer.ip().to_canonical())),
        secure: info.is_secure(),
        certificate: tls.and_then(|tls| tls.peer_certificate_sha256),
        gateway: None,
    }
}

/// Longest registration.
const REGISTRATION_MAX: Duration = Duration::from_secs(60);

/// Longest registration of a client that has begun to log in: a person may type the password.
const LOGIN_MAX: Duration = Duration::from_secs(120);

/// How long a goodbye may take.
const FAREWELL_MAX: Duration = Duration::from_secs(5);

/// How long it is waited for the peer to take note of the end.
const LINGER_MAX: Duration = Duration::from_secs(1);

/// The same where the peer has to answer the end (RFC 6455 section 7.1.1): a busy browser takes its time.
const WEB_LINGER_MAX: Duration = Duration::from_secs(10);

/// Silence after which a client is pinged, and after which it is given up.
const PING_AFTER: Duration = Duration::from_secs(120);

/// How long a client with more than half a queue may go without progress.
const STALL_MAX: Duration = Duration::from_secs(20);

/// Less is no progress: who takes a byte a second does not read. The slowest of links takes so much in
/// [`STALL_MAX`].
const PROGRESS_BYTES: usize = 4_096;
