//! The backends of a balancer with the state machine that chooses among them, and the seats of sessions.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sockeye_proto::balance::{
    BackendId, BackendState, BalanceSettings, Balancer, Order, Pick, Ticket, Verdict,
};
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, sleep_until};

use super::options::BackendOptions;
use crate::endpoint::{Endpoint, Role};
use crate::error::Error;
use crate::layer::Layers;

/// A balancer's backends and who is at which.
#[derive(Debug)]
pub(super) struct Pool {
    state: Mutex<State>,
    started: Instant,
    /// Told when checks may be due at another time.
    pub(super) changed: Notify,
}

#[derive(Debug)]
struct State {
    balancer: Balancer,
    /// Those that are configured or have sessions.
    backends: BTreeMap<BackendId, Arc<Backend>>,
    /// Where each session of the queue waits for its seat.
    waiting: BTreeMap<Ticket, oneshot::Sender<Seat>>,
}

/// A backend, ready to be connected to.
#[derive(Debug)]
pub(super) struct Backend {
    pub(super) to: Endpoint,
    pub(super) layers: Layers,
    name: Arc<str>,
    options: BackendOptions,
    /// Whether connecting to it has led to the listener itself.
    pub(super) is_loop: AtomicBool,
    counts: Arc<Counts>,
}

/// What a backend of one name has seen, also before a reload.
#[derive(Debug, Default)]
struct Counts {
    sessions: AtomicU64,
    failures: AtomicU64,
}

/// A backend in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendRow {
    /// Its name.
    pub name: String,
    /// `up`, `down`, `drain`, `maintenance`, or `leaving` when it is no longer configured.
    pub state: &'static str,
    /// Why it is in this state; empty at first.
    pub reason: String,
    /// For how long it has been.
    pub age: Duration,
    /// Its sessions now.
    pub sessions: u32,
    /// Most of them at once.
    pub sessions_max: Option<u32>,
    /// Its weight, as configured or ordered.
    pub weight: u16,
    /// Whether it is used only while all others are down.
    pub is_backup: bool,
    /// Sessions that were joined with it since the start.
    pub served: u64,
    /// Attempts to connect to it that failed since the start.
    pub failures: u64,
}

/// What a session is told that wants a seat.
#[derive(Debug)]
pub(super) enum Seating {
    /// Here.
    Seat(Seat),
    /// Wait for it.
    Wait(Waiting),
    /// All are full, and so is the queue.
    Full,
    /// None that was not tried is up.
    Down,
}

/// A session's place at a backend; dropping it gives it to who waits.
#[derive(Debug)]
pub(super) struct Seat {
    pool: Arc<Pool>,
    id: BackendId,
    pub(super) backend: Arc<Backend>,
}

/// A session's place in the queue; dropping it leaves the queue.
#[derive(Debug)]
pub(super) struct Waiting {
    pool: Arc<Pool>,
    ticket: Ticket,
    /// Its seat, once there is one; closed where there will be none.
    turn: oneshot::Receiver<Seat>,
    /// When it has waited too long.
    until: Instant,
}

impl Backend {
    /// Makes a backend ready.
    ///
    /// # Errors
    /// What its layers need and do not find.
    pub(super) fn prepare(options: BackendOptions) -> Result<Self, Error> {
        Ok(Self {
            layers: Layers::prepare(&options.to, Role::Serve)?,
            to: options.to.clone(),
            name: options.name.as_str().into(),
            options,
            is_loop: AtomicBool::new(false),
            counts: Arc::default(),
        })
    }
}

impl Pool {
    pub(super) fn new() -> Self {
        let balancer = Balancer::new(BalanceSettings::default(), Vec::new(), Duration::ZERO);
        Self {
            state: Mutex::new(State {
                balancer,
                backends: BTreeMap::new(),
                waiting: BTreeMap::new(),
            }),
            started: Instant::now(),
            changed: Notify::new(),
        }
    }

    /// Takes other backends and returns what each is known by; `None` is never.
    pub(super) fn configure(
        self: &Arc<Self>,
        settings: BalanceSettings,
        backends: Vec<Backend>,
    ) -> Vec<Option<BackendId>> {
        let now = self.now();
        let mut state = self.lock();
        let named = backends.iter().map(|backend| backend.options.settings());
        state.balancer.configure(settings, named.collect(), now);
        let mut before = std::mem::take(&mut state.backends);
        let mut after: Vec<_> = backends.into_iter().map(Some).collect();
        let mut ids = vec![None; after.len()];
        let mut known = BTreeMap::new();
        for row in state.balancer.states(now) {
            let old = before.remove(&row.id).filter(|old| *old.name == *row.name);
            let is_row = |backend: &Option<Backend>| {
                backend.as_ref().is_some_and(|new| *new.name == *row.name)
            };
            let place = after.iter().position(is_row);
            let new = place.and_then(|place| {
                ids[place] = Some(row.id);
                let mut new = after[place].take()?;
                if let Some(old) = &old {
                    new.counts = Arc::clone(&old.counts);
                }
                Some(Arc::new(new))
            });
            known.extend(new.or(old).map(|backend| (row.id, backend)));
        }
        state.backends = known;
        drop(state);
        self.changed.notify_waiters();
        self.seat_waiting();
        ids
    }

    /// Hands out no more seats.
    pub(super) fn close(self: &Arc<Self>) {
        self.configure(BalanceSettings::default(), Vec::new());
        let waiting = std::mem::take(&mut self.lock().waiting);
        // Outside of the lock: each may hold a seat.
        drop(waiting);
    }

    /// Finds a seat for a session of `source`, which has tried some already.
    pub(super) fn seat(self: &Arc<Self>, source: u64, tried: &[BackendId]) -> Seating {
        let now = self.now();
        let mut state = self.lock();
        match state.balancer.pick(source, tried, &mut random, now) {
            Pick::Backend(id) => match state.backends.get(&id).cloned() {
                Some(backend) => Seating::Seat(self.seat_at(id, backend)),
                None => {
                    state.balancer.ended(id);
                    Seating::Down
                }
            },
            Pick::Full => match state.balancer.wait(source, tried, now) {
                Some((ticket, until)) => {
                    let (sender, turn) = oneshot::channel();
                    state.waiting.insert(ticket, sender);
                    Seating::Wait(Waiting {
                        pool: Arc::clone(self),
                        ticket,
                        turn,
                        until: self.started + until,
                    })
                }
                None => Seating::Full,
            },
            Pick::Down => Seating::Down,
        }
    }

    /// Gives those who wait the seats that are free.
    fn seat_waiting(self: &Arc<Self>) {
        let now = self.now();
        let mut given = Vec::new();
        let mut state = self.lock();
        while let Some((ticket, id)) = state.balancer.next_waiting(&mut random, now) {
            match (
                state.waiting.remove(&ticket),
                state.backends.get(&id).cloned(),
            ) {
                (Some(turn), Some(backend)) => given.push((turn, self.seat_at(id, backend))),
                _ => state.balancer.ended(id),
            }
        }
        drop(state);
        for (turn, seat) in given {
            // Who is gone by now lets go of the seat at once.
            let _ = turn.send(seat);
        }
    }

    fn seat_at(self: &Arc<Self>, id: BackendId, backend: Arc<Backend>) -> Seat {
        Seat {
            pool: Arc::clone(self),
            id,
            backend,
        }
    }

    /// Tells whether connecting to a backend has led to the listener itself: looking at it would be one
    /// more session there.
    pub(super) fn leads_back(&self, id: BackendId) -> bool {
        let state = self.lock();
        let backend = state.backends.get(&id);
        backend.is_some_and(|backend| backend.is_loop.load(Ordering::Relaxed))
    }

    /// Returns when a backend is to be checked next; `None` is not for now.
    pub(super) fn check_due(&self, id: BackendId) -> Option<Instant> {
        let due = self.lock().balancer.check_due(id)?;
        Some(self.started + due)
    }

    /// Takes the result of a check.
    pub(super) fn checked(self: &Arc<Self>, id: BackendId, result: Result<(), &str>) {
        let now = self.now();
        let mut state = self.lock();
        let verdict = state.balancer.checked(id, result, random(), now);
        let name = state
            .backends
            .get(&id)
            .map(|backend| Arc::clone(&backend.name));
        drop(state);
        self.tell(name, verdict, result);
    }

    /// Takes how connecting for a session went.
    fn connected(self: &Arc<Self>, seat: &Seat, result: Result<(), &str>) {
        let counts = &seat.backend.counts;
        let count = match result {
            Ok(()) => &counts.sessions,
            Err(_) => &counts.failures,
        };
        count.fetch_add(1, Ordering::Relaxed);
        let now = self.now();
        let verdict = self.lock().balancer.connected(seat.id, result, now);
        self.tell(Some(Arc::clone(&seat.backend.name)), verdict, result);
    }

    fn tell(
        self: &Arc<Self>,
        name: Option<Arc<str>>,
        verdict: Option<Verdict>,
        result: Result<(), &str>,
    ) {
        let name = name.as_deref().unwrap_or_default();
        match (verdict, result) {
            (None, _) => return,
            (Some(Verdict::Down), Err(why)) => tracing::warn!("backend {name} is down: {why}"),
            (Some(_), _) => tracing::warn!("backend {name} is up again"),
        }
        self.changed.notify_waiters();
        self.seat_waiting();
    }

    pub(super) fn order(self: &Arc<Self>, name: &str, order: Order) -> bool {
        let now = self.now();
        self.change(name, |balancer, id| balancer.order(id, order, now))
    }

    pub(super) fn weigh(self: &Arc<Self>, name: &str, weight: u16) -> bool {
        self.change(name, |balancer, id| balancer.weigh(id, weight))
    }

    fn change(self: &Arc<Self>, name: &str, change: impl FnOnce(&mut Balancer, BackendId)) -> bool {
        let now = self.now();
        let mut state = self.lock();
        let is_named = |row: &BackendState<'_>| row.name == name && !row.is_leaving;
        let Some(id) = state.balancer.states(now).find(is_named).map(|row| row.id) else {
            return false;
        };
        change(&mut state.balancer, id);
        drop(state);
        self.changed.notify_waiters();
        self.seat_waiting();
        true
    }

    /// Returns its backends, and how many sessions wait.
    pub(super) fn rows(&self) -> (Vec<BackendRow>, usize) {
        let now = self.now();
        let state = self.lock();
        let rows = state.balancer.states(now).map(|row| {
            let counts = state.backends.get(&row.id).map(|backend| &backend.counts);
            let count = |of: fn(&Counts) -> &AtomicU64| {
                counts.map_or(0, |counts| of(counts).load(Ordering::Relaxed))
            };
            BackendRow {
                name: row.name.to_owned(),
                state: word_of(&row),
                reason: row.reason.to_owned(),
                age: now.saturating_sub(row.since),
                sessions: row.sessions,
                sessions_max: row.sessions_max,
                weight: row.weight,
                is_backup: row.is_backup,
                served: count(|counts| &counts.sessions),
                failures: count(|counts| &counts.failures),
            }
        });
        (rows.collect(), state.balancer.waiting())
    }

    /// Waits until a backend is back by itself, of which nobody tells; for ever where none will be.
    async fn back(&self) {
        let back_at = self.lock().balancer.back_at(self.now());
        match back_at {
            Some(at) => sleep_until(self.started + at).await,
            None => std::future::pending().await,
        }
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Returns which backend it is at.
    pub(super) fn id(&self) -> BackendId {
        self.id
    }

    /// Returns that backend's name.
    pub(super) fn name(&self) -> &Arc<str> {
        &self.backend.name
    }

    /// Tells that its backend could be connected to, or why not.
    pub(super) fn connected(&self, result: Result<(), &str>) {
        self.pool.connected(self, result);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.pool.lock().balancer.ended(self.id);
        self.pool.seat_waiting();
    }
}

impl Waiting {
    /// Waits for the seat.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn turn(mut self) -> Result<Seat, &'static str> {
        loop {
            tokio::select! {
                seat = &mut self.turn => return seat.map_err(|_| "no backend is up"),
                () = sleep_until(self.until) => return Err("no backend had room in time"),
                () = self.pool.back() => self.pool.seat_waiting(),
            }
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        state.balancer.leave(self.ticket);
        let turn = state.waiting.remove(&self.ticket);
        drop(state);
        drop(turn);
    }
}

fn word_of(row: &BackendState<'_>) -> &'static str {
    match (row.is_leaving, row.order, row.is_up) {
        (true, ..) => "leaving",
        (_, Order::Maintenance, _) => "maintenance",
        (_, Order::Drain, _) => "drain",
        (_, Order::Ready, true) => "up",
        (_, Order::Ready, false) => "down",
    }
}

/// Returns an evenly spread number; without randomness, one that is at least there.
fn random() -> u64 {
    getrandom::u64().unwrap_or_default()
}
