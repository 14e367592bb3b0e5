//! The core task: owns the pipeline, feeds it, appends its batches, carries out its outputs.
//!
//! ```text
//!  asks ──up to 1,024──▶ input ─ advance ─ next_batch ──▶ append in flight ─┐
//!    ▲                                └▶ outputs ─▶ deliveries ─▶ outboxes  │
//!    └──────────── no timer: an append begins when the one before ends ◀────┘
//! ```
//!
//! Invariant: one append is in flight at most, and what it covers is applied only after it.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use sockeye_proto::Now;
use sockeye_proto::irc::event::Record;
use sockeye_proto::irc::id::{AccountId, SessionId};
use sockeye_proto::irc::input::{Input, Output};
use sockeye_proto::irc::pipeline::{Pipeline, StoreFailure};
use sockeye_proto::irc::settings::Settings;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::Shared;
use super::accounts;
use super::deliver::Deliveries;
use super::outbox::Outbox;
use super::staying::{self, Resident};
use crate::state::{Answer, Ban, Log, LogError, end_process};

/// What connections and the hub ask of the core.
pub(super) enum Ask {
    /// A client asks to enter the network; what it is told goes into the queue.
    Enter(Box<Input>, Arc<Outbox>),
    /// What one connection has read at once: it stays together, so that what it causes for others
    /// is written at once, too.
    Inputs(Vec<Input>),
    /// New settings.
    Reload(Box<Settings>),
    /// The nicks that belong to accounts, as compared.
    Reserve(BTreeMap<String, AccountId>),
    /// Tell which clients stay without connections.
    Staying(oneshot::Sender<Vec<Resident>>),
    /// Send away whom a new ban fits.
    Banned(Box<Ban>),
    /// Tell the operators who may ban and want to know.
    Tell(String),
    /// Finish what is under way, store a snapshot and end.
    Stop(oneshot::Sender<Result<(), LogError>>),
}

/// A network as its log has it.
pub(super) struct Restored {
    pub(super) pipeline: Pipeline,
    /// Rows of state that were read after the last snapshot.
    pub(super) state_rows: usize,
}

/// The core of a chat service.
pub(super) struct Core {
    pipeline: Pipeline,
    log: Arc<dyn Log>,
    shared: Arc<Shared>,
    asks: mpsc::Receiver<Ask>,
    /// Taken from `asks` and not yet fed.
    backlog: VecDeque<Ask>,
    append: Option<Answer<'static, Result<(), LogError>>>,
    /// A snapshot on its way to the log.
    saving: Option<Answer<'static, Result<(), LogError>>>,
    /// Rows of state that a start would have to read after the last snapshot.
    state_rows: usize,
    outputs: Vec<Output>,
    deliveries: Deliveries,
    /// When it is looked next whose client has not been seen for too long.
    expire_at: Instant,
    stop: Option<Option<oneshot::Sender<Result<(), LogError>>>>,
    started: Instant,
    random: Randomness,
}

/// What woke the core.
enum Woke {
    Appended(Result<(), LogError>),
    Saved(Result<(), LogError>),
    Asked(Vec<Ask>),
    Look,
}

impl Core {
    pub(super) fn new(
        Restored {
            mut pipeline,
            state_rows,
        }: Restored,
        log: Arc<dyn Log>,
        shared: Arc<Shared>,
        asks: mpsc::Receiver<Ask>,
    ) -> Self {
        pipeline.guard(|run| catch_unwind(AssertUnwindSafe(run)).is_ok());
        Self {
            pipeline,
            log,
            shared,
            asks,
            backlog: VecDeque::new(),
            append: None,
            saving: None,
            state_rows,
            outputs: Vec::new(),
            deliveries: Deliveries::default(),
            expire_at: Instant::now() + EXPIRE_EVERY,
            stop: None,
            started: Instant::now(),
            random: Randomness::default(),
        }
    }

    /// Runs until it is told to stop. A panic in here leaves the network in an unknown state, so it
    /// ends the process; the next start rebuilds from the store.
    pub(super) async fn run(self) {
        let mut work = pin!(self.work());
        let poll = |cx: &mut Context<'_>| {
            let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)));
            polled.unwrap_or_else(|_| end_process("the core of the chat panicked"))
        };
        std::future::poll_fn(poll).await;
    }

    async fn work(mut self) {
        while self.stop.is_none() || self.append.is_some() || !self.backlog.is_empty() {
            match self.wait().await {
                Woke::Appended(result) => self.appended(result),
                Woke::Saved(result) => say_if_unsaved(&result),
                Woke::Asked(asks) if asks.is_empty() => self.stop = Some(None),
                Woke::Asked(asks) => self.backlog.extend(asks),
                Woke::Look => self.deliveries.release(Instant::now()),
            }
            self.turn().await;
            self.save_if_due();
        }
        if let Some(batch) = self.pipeline.closing_batch()
            && let Err(e) = self.log.append(batch).await
        {
            tracing::warn!("history may show messages that were refused: {e}");
        }
        if self.saving.is_some() {
            say_if_unsaved(&finish(&mut self.saving).await);
        }
        let (number, state) = self.pipeline.snapshot();
        let stored = self.log.put_snapshot(number, state).await;
        say_if_unsaved(&stored);
        if let Some(answer) = self.stop.flatten() {
            let _ = answer.send(stored);
        }
    }

    async fn wait(&mut self) -> Woke {
        let takes = self.stop.is_none() && self.backlog.is_empty() && self.pipeline.takes_input();
        let mut asked = Vec::new();
        tokio::select! {
            biased;
            result = finish(&mut self.append) => Woke::Appended(result),
            result = finish(&mut self.saving) => Woke::Saved(result),
            () = self.shared.relief.notified() => Woke::Look,
            _ = self.asks.recv_many(&mut asked, ASKS_A_TURN), if takes => Woke::Asked(asked),
            () = tokio::time::sleep(LOOK_EVERY), if self.deliveries.holds() => Woke::Look,
            () = tokio::time::sleep_until(self.expire_at), if takes => Woke::Look,
        }
    }

    /// Feeds, applies, begins the next append, and hands out what follows, until nothing moves.
    async fn turn(&mut self) {
        loop {
            self.feed();
            self.pipeline.advance(&mut self.outputs);
            let (channels, clients) = (self.pipeline.channels(), self.pipeline.clients_len());
            self.shared.channels.store(channels, Ordering::Relaxed);
            self.shared.clients.store(clients, Ordering::Relaxed);
            // Before the fan-out, so that the disk works meanwhile.
            let appended = self.begin_append().await;
            let overflowed = self.deliver();
            for session in overflowed {
                self.drop_slow(session);
            }
            match appended {
                Some(result) => self.appended(result),
                None if self.backlog.is_empty() || !self.pipeline.takes_input() => return,
                None => {}
            }
        }
    }

    fn feed(&mut self) {
        for session in self.shared.seats.take_orphans() {
            if self.deliveries.outbox(session).is_some() {
                let reason = "Connection lost".to_owned();
                self.backlog
                    .push_back(Ask::Inputs(vec![Input::Leave { session, reason }]));
            }
        }
        let now = self.now();
        if Instant::now() >= self.expire_at && self.pipeline.takes_input() {
            self.expire_at = Instant::now() + EXPIRE_EVERY;
            self.pipeline.input(Input::Expire, now, self.random.next());
        }
        let mut room = INPUTS_A_TURN;
        while self.pipeline.takes_input() && room > 0 {
            let Some(ask) = self.backlog.pop_front() else {
                return;
            };
            match ask {
                Ask::Enter(input, outbox) => {
                    if self.seat(&input, outbox) {
                        // Of a ban that was set meanwhile the connection knows nothing.
                        let away = match &*input {
                            Input::Enter(candidate) => self.shared.sends_away(candidate),
                            _ => None,
                        };
                        self.pipeline.input(*input, now, self.random.next());
                        self.backlog.extend(away.map(Ask::Inputs));
                    }
                    room -= 1;
                }
                Ask::Inputs(inputs) => room -= self.feed_inputs(inputs, now, room),
                Ask::Reserve(nicks) => self.pipeline.reserve(nicks),
                Ask::Reload(settings) => {
                    self.pipeline.reload(*settings);
                    // Whose client may not stay any more goes at once.
                    self.expire_at = Instant::now();
                }
                Ask::Staying(answer) => {
                    let _ = answer.send(staying::residents(&self.pipeline));
                }
                Ask::Banned(ban) => {
                    let away = self.shared.send_away(&ban, &self.pipeline);
                    self.backlog.push_front(Ask::Inputs(away));
                }
                Ask::Tell(text) => self.pipeline.tell_of_bans(format_args!("{text}")),
                Ask::Stop(answer) => self.stop = Some(Some(answer)),
            }
        }
    }

    /// Feeds as many inputs as there is room for; returns how many.
    fn feed_inputs(&mut self, inputs: Vec<Input>, now: Now, room: usize) -> usize {
        let mut inputs = inputs.into_iter();
        let mut fed = 0;
        while fed < room && self.pipeline.takes_input() {
            let Some(input) = inputs.next() else {
                return fed;
            };
            match self.unless_banned_as(input) {
                Ok(input) => self.pipeline.input(input, now, self.random.next()),
                Err(away) => self.backlog.push_front(Ask::Inputs(away)),
            }
            fed += 1;
        }
        if inputs.len() > 0 {
            self.backlog.push_front(Ask::Inputs(inputs.collect()));
        }
        fed
    }

    /// Looks whether a client wants a nick by which it is banned; it is sent away then.
    fn unless_banned_as(&self, input: Input) -> Result<Input, Vec<Input>> {
        let Input::Line { session, message } = &input else {
            return Ok(input);
        };
        let nick = message.param(0).filter(|_| message.command == "NICK");
        let client = nick.and_then(|nick| Some((self.pipeline.client(*session)?, nick)));
        let away = client.and_then(|(client, nick)| self.shared.sends_away_as(&client, nick));
        match away {
            Some(away) => Err(away),
            None => Ok(input),
        }
    }

    /// Connects a candidate with its queue; `false` if its connection has gone meanwhile.
    fn seat(&mut self, input: &Input, outbox: Arc<Outbox>) -> bool {
        let Input::Enter(candidate) = input else {
            return false;
        };
        if outbox.is_orphaned() {
            self.shared.seats.free(candidate.session);
            return false;
        }
        self.deliveries.seat(candidate.session, outbox);
        true
    }

    /// Begins an append if one is due and none runs; the result, if it is there at once.
    async fn begin_append(&mut self) -> Option<Result<(), LogError>> {
        if self.append.is_none() {
            let batch = self.pipeline.next_batch()?;
            let is_state = |record: &&Record| record.fact.is_state();
            self.state_rows += batch.records.iter().filter(is_state).count();
            let log = self.log.clone();
            self.append = Some(Box::pin(async move { log.append(batch).await }));
            // The first poll hands the batch to the log.
            return tokio::select! {
                biased;
                result = finish(&mut self.append) => Some(result),
                () = std::future::ready(()) => None,
            };
        }
        None
    }

    /// Begins to store a snapshot once many rows have come after the last one, so that a start is
    /// quick after a crash, too.
    fn save_if_due(&mut self) {
        if self.saving.is_none() && self.state_rows >= STATE_ROWS_MAX {
            self.state_rows = 0;
            let (number, state) = self.pipeline.snapshot();
            let log = self.log.clone();
            self.saving = Some(Box::pin(
                async move { log.put_snapshot(number, state).await },
            ));
        }
    }

    fn appended(&mut self, result: Result<(), LogError>) {
        match result {
            Ok(()) => self.pipeline.committed(),
            Err(LogError::Full(why)) => self.pipeline.failed(&StoreFailure::Full(why)),
            Err(e) => self
                .pipeline
                .failed(&StoreFailure::Unwritable(e.to_string())),
        }
    }

    fn deliver(&mut self) -> Vec<SessionId> {
        for output in self.outputs.drain(..) {
            match output {
                Output::Ask {
                    session,
                    question,
                    link,
                } => accounts::ask(&self.shared, session, question, &link),
                Output::Record(deed) => self.shared.record(deed),
                output => self.deliveries.carry_out(output),
            }
        }
        let outcome = self.deliveries.flush(Instant::now());
        for session in outcome.orphans_gone {
            self.shared.seats.free(session);
        }
        outcome.overflowed
    }

    /// Sends a client away that does not read what it gets.
    fn drop_slow(&mut self, session: SessionId) {
        if let Some(outbox) = self.deliveries.outbox(session) {
            outbox.overflow(Bytes::from_static(OVERFLOW_LINE));
        }
        let reason = OVERFLOW_REASON.to_owned();
        self.backlog
            .push_back(Ask::Inputs(vec![Input::Leave { session, reason }]));
    }

    fn now(&self) -> Now {
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Now {
            monotonic: self.started.elapsed(),
            wall_ms: wall.as_millis() as u64,
        }
    }
}

fn say_if_unsaved(saved: &Result<(), LogError>) {
    if let Err(e) = saved {
        tracing::warn!("the state of the chat was not stored, the next start reads more: {e}");
    }
}

/// Waits for what the log is doing and takes it away; forever if there is nothing.
async fn finish(doing: &mut Option<Answer<'static, Result<(), LogError>>>) -> Result<(), LogError> {
    match doing {
        None => std::future::pending().await,
        Some(running) => {
            let result = running.await;
            *doing = None;
            result
        }
    }
}

/// Random numbers from the system, fetched by the block.
#[derive(Debug)]
struct Randomness {
    block: [u8; RANDOM_BYTES],
    used: usize,
}

impl Default for Randomness {
    fn default() -> Self {
        Self {
            block: [0; RANDOM_BYTES],
            used: RANDOM_BYTES,
        }
    }
}

impl Randomness {
    fn next(&mut self) -> u64 {
        if self.used == RANDOM_BYTES {
            getrandom::fill(&mut self.block).expect("the system has random bytes");
            self.used = 0;
        }
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.block[self.used..self.used + 8]);
        self.used += 8;
        u64::from_ne_bytes(bytes)
    }
}

/// Inputs that are fed before what they cause is handed out: enough for a batch, few enough to keep
/// the turn short.
const INPUTS_A_TURN: usize = 1_024;

/// Rows of state after which a snapshot is stored: some 20 ms of a start.
pub(super) const STATE_ROWS_MAX: usize = 4_096;

/// Asks that are taken from the queue at once.
const ASKS_A_TURN: usize = 256;

/// How often it is looked whether a listener that talkers wait for still is worth it.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How often it is looked whose client has not been seen for too long: the span is given in days.
const EXPIRE_EVERY: Duration = Duration::from_secs(60 * 60);

const RANDOM_BYTES: usize = 512;

const OVERFLOW_REASON: &str = "Send queue exceeded";
const OVERFLOW_LINE: &[u8] = b"ERROR :Closing link: (Send queue exceeded)\r\n";
