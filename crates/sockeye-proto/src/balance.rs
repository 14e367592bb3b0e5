//! The balancer: which backend takes the next session, and which of them are well.
//!
//! A state machine: sessions, results of checks and orders come in with the time, a choice goes out.
//! It opens nothing and waits for nothing; whoever drives it connects, checks and tells how it went.
//!
//! ```text
//!            fall failures in a row                    ┌─ maintenance: nothing
//!      up ───────────────────────────▶ down            │
//!       ▲ ◀─────────────────────────── │      order ───┼─ drain: no new sessions
//!       │    rise successes in a row                   │
//!       └─ slow start: weight grows                    └─ ready
//! ```

mod health;
mod method;
mod queue;
mod ring;
mod sticky;

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use health::Health;
use queue::Queue;
use ring::Ring;
use sticky::Sticky;

pub use health::{EJECTED_MAX, HealthSettings, Verdict};
pub use method::Method;
pub use queue::{QueueSettings, Ticket};
pub use sticky::StickySettings;

/// How a balancer behaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BalanceSettings {
    /// Who is next.
    pub method: Method,
    /// When a backend is down, and up again.
    pub health: HealthSettings,
    /// How long the weight of a backend grows that has come up again; zero is not at all.
    pub slow_start: Duration,
    /// Whether a source comes back to its backend.
    pub sticky: Option<StickySettings>,
    /// Who waits while all backends are full.
    pub queue: QueueSettings,
}

/// What is known of a backend beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendSettings {
    /// Its name, the same after a reload.
    pub name: String,
    /// Its share of the sessions; 0 takes none, [`WEIGHT_MAX`] is the most.
    pub weight: u16,
    /// Most sessions at once; `None` is any number.
    pub sessions_max: Option<u32>,
    /// Is used only while all that are no backups are down.
    pub is_backup: bool,
}

/// A backend, for as long as it has sessions or is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BackendId(usize);

/// What an operator has ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// It works.
    #[default]
    Ready,
    /// No new sessions; those that it has go on.
    Drain,
    /// No new sessions and no checks.
    Maintenance,
}

/// Who takes a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// This one; it counts the session from now on, until [`Balancer::ended`].
    Backend(BackendId),
    /// All that could are full.
    Full,
    /// All that were not tried yet are down, or take no sessions.
    Down,
}

/// A backend's state, for listings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendState<'a> {
    /// Which.
    pub id: BackendId,
    /// Its name.
    pub name: &'a str,
    /// What was ordered.
    pub order: Order,
    /// Whether it is well.
    pub is_up: bool,
    /// Whether it is no longer configured and only has sessions left.
    pub is_leaving: bool,
    /// Its sessions now.
    pub sessions: u32,
    /// Most of them at once.
    pub sessions_max: Option<u32>,
    /// Its weight, as configured or ordered.
    pub weight: u16,
    /// Whether it is used only while all that are no backups are down.
    pub is_backup: bool,
    /// The last reason for a change, in words.
    pub reason: &'a str,
    /// Since when it is in this state.
    pub since: Duration,
}

/// Chooses a backend for each session. Times are monotonic, and all of one clock.
#[derive(Debug, Clone)]
pub struct Balancer {
    settings: BalanceSettings,
    backends: Vec<Backend>,
    ring: Ring,
    sticky: Sticky,
    queue: Queue,
    /// Where ties go next.
    turn: usize,
}

#[derive(Debug, Clone)]
struct Backend {
    settings: BackendSettings,
    order: Order,
    /// Since when that order holds.
    ordered_at: Duration,
    /// The weight that an operator has given it.
    weight_ordered: Option<u16>,
    health: Health,
    sessions: u32,
    /// The weighted round's account: grows by the weight each round, pays for each session.
    credit: i64,
    is_leaving: bool,
}

impl Balancer {
    /// Makes a balancer whose backends are all up.
    pub fn new(settings: BalanceSettings, backends: Vec<BackendSettings>, now: Duration) -> Self {
        let mut balancer = Self {
            sticky: Sticky::new(settings.sticky),
            queue: Queue::new(settings.queue),
            settings,
            backends: Vec::new(),
            ring: Ring::default(),
            turn: 0,
        };
        balancer.name(backends, now);
        balancer
    }

    /// Takes other settings and backends. Backends of the same name keep their state, sessions and what
    /// was ordered, a weight as long as the configured one stays; those that are no longer named get no
    /// more sessions.
    pub fn configure(
        &mut self,
        settings: BalanceSettings,
        backends: Vec<BackendSettings>,
        now: Duration,
    ) {
        self.sticky.adjust(settings.sticky);
        self.queue.adjust(settings.queue);
        self.settings = settings;
        self.name(backends, now);
    }

    fn name(&mut self, backends: Vec<BackendSettings>, now: Duration) {
        for backend in &mut self.backends {
            backend.is_leaving = true;
        }
        for mut settings in backends {
            settings.weight = settings.weight.min(WEIGHT_MAX);
            let known = |backend: &&mut Backend| backend.settings.name == settings.name;
            match self.backends.iter_mut().find(known) {
                Some(backend) => {
                    if backend.settings.weight != settings.weight {
                        backend.weight_ordered = None;
                    }
                    backend.settings = settings;
                    backend.is_leaving = false;
                }
                None => self.add(Backend::new(settings, now)),
            }
        }
        self.place();
    }

    /// Adds a backend, at the place of one that has left, so that places do not grow with reloads.
    fn add(&mut self, backend: Backend) {
        let has_left = |backend: &Backend| backend.is_leaving && backend.sessions == 0;
        match self.backends.iter().position(has_left) {
            Some(at) => {
                self.sticky.forget(BackendId(at));
                if let Some(place) = self.backends.get_mut(at) {
                    *place = backend;
                }
            }
            None => self.backends.push(backend),
        }
    }

    /// Chooses who takes a session of `source`, a hash of the address or of whatever else shall come
    /// back to the same backend; `random` gives evenly spread numbers. Those `tried` already are left
    /// out.
    pub fn pick(
        &mut self,
        source: u64,
        tried: &[BackendId],
        random: &mut dyn FnMut() -> u64,
        now: Duration,
    ) -> Pick {
        let pick = match self.sticky.backend_of(source, now) {
            Some(id) if self.has_room(id, tried, now) => Pick::Backend(id),
            _ => match self.choose(source, tried, random, now) {
                Pick::Down => self.last_resort(tried, now),
                pick => pick,
            },
        };
        if let Pick::Backend(id) = pick {
            self.sticky.keep(source, id, now);
            if let Some(backend) = self.backends.get_mut(id.0) {
                backend.sessions = backend.sessions.saturating_add(1);
            }
        }
        pick
    }

    /// Returns the one that is left out because sessions could not connect and that comes back first:
    /// nobody has looked at it since, so it is better than none.
    fn last_resort(&self, tried: &[BackendId], now: Duration) -> Pick {
        let all = self.backends.iter().enumerate();
        let able = all.filter(|(at, backend)| {
            backend.is_wanted() && !backend.is_full() && !tried.contains(&BackendId(*at))
        });
        let ejected =
            able.filter_map(|(at, backend)| Some((backend.health.ejected_until(now)?, at)));
        match ejected.min() {
            Some((_, at)) => Pick::Backend(BackendId(at)),
            None => Pick::Down,
        }
    }

    /// Queues a session that found all backends [`Pick::Full`], as it was to be picked for, and returns
    /// its place and until when it waits; `None` when the queue is full, too.
    pub fn wait(
        &mut self,
        source: u64,
        tried: &[BackendId],
        now: Duration,
    ) -> Option<(Ticket, Duration)> {
        self.queue.join(source, tried, now)
    }

    /// Gives the first of the queue for whom there is one a backend, which counts the session from now
    /// on.
    pub fn next_waiting(
        &mut self,
        random: &mut dyn FnMut() -> u64,
        now: Duration,
    ) -> Option<(Ticket, BackendId)> {
        self.queue.expire(now);
        let mut ids = (0..self.backends.len()).map(BackendId);
        if self.back_at(now).is_none() && !ids.any(|id| self.has_room(id, &[], now)) {
            return None;
        }
        // Who has tried all that have room does not hold up those behind.
        for place in 0..LOOKED_AT_MAX {
            let (source, tried) = self.queue.at(place)?;
            if let Pick::Backend(id) = self.pick(source, &tried, random, now) {
                return Some((self.queue.take(place)?, id));
            }
        }
        None
    }

    /// Returns when a backend comes back by itself, so that who waits could be served; `None` is not at
    /// all.
    pub fn back_at(&self, now: Duration) -> Option<Duration> {
        let ejected = self.backends.iter();
        ejected
            .filter_map(|backend| backend.health.ejected_until(now))
            .min()
    }

    /// Returns how many wait.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Takes who no longer waits out of the queue; who has waited too long is out already.
    pub fn leave(&mut self, ticket: Ticket) {
        self.queue.leave(ticket);
    }

    /// Tells that a session has ended, or that it did not come to be.
    pub fn ended(&mut self, id: BackendId) {
        if let Some(backend) = self.backends.get_mut(id.0) {
            backend.sessions = backend.sessions.saturating_sub(1);
        }
    }

    /// Tells that connecting for a session has worked, or why not. Returns what that changes.
    pub fn connected(
        &mut self,
        id: BackendId,
        result: Result<(), &str>,
        now: Duration,
    ) -> Option<Verdict> {
        let settings = &self.settings.health;
        let backend = self.backends.get_mut(id.0)?;
        backend.health.connected(result, settings, now)
    }

    /// Returns when the backend is to be checked next; `None` is not at all.
    pub fn check_due(&self, id: BackendId) -> Option<Duration> {
        let backend = self.backends.get(id.0)?;
        let wanted = !backend.is_leaving && backend.order != Order::Maintenance;
        wanted.then(|| backend.health.check_due(&self.settings.health))?
    }

    /// Tells how a check went; `random` spreads the next one. Returns what that changes.
    pub fn checked(
        &mut self,
        id: BackendId,
        result: Result<(), &str>,
        random: u64,
        now: Duration,
    ) -> Option<Verdict> {
        let settings = &self.settings.health;
        let backend = self.backends.get_mut(id.0)?;
        backend.health.checked(result, settings, random, now)
    }

    /// Takes an operator's order.
    pub fn order(&mut self, id: BackendId, order: Order, now: Duration) {
        if let Some(backend) = self.backends.get_mut(id.0) {
            if backend.order != order {
                backend.ordered_at = now;
            }
            backend.order = order;
        }
    }

    /// Gives a backend another weight, until another one is configured.
    pub fn weigh(&mut self, id: BackendId, weight: u16) {
        if let Some(backend) = self.backends.get_mut(id.0) {
            backend.weight_ordered = Some(weight.min(WEIGHT_MAX));
        }
        self.place();
    }

    /// Lists the backends that are configured or have sessions.
    pub fn states(&self, now: Duration) -> impl Iterator<Item = BackendState<'_>> {
        let listed = |backend: &Backend| !backend.is_leaving || backend.sessions > 0;
        let all = self.backends.iter().enumerate();
        all.filter(move |(_, backend)| listed(backend))
            .map(move |(at, backend)| BackendState {
                id: BackendId(at),
                name: &backend.settings.name,
                order: backend.order,
                is_up: backend.health.is_up(now),
                is_leaving: backend.is_leaving,
                sessions: backend.sessions,
                sessions_max: backend.settings.sessions_max,
                weight: backend.weight(),
                is_backup: backend.settings.is_backup,
                reason: backend.health.reason(),
                since: backend.since(),
            })
    }

    fn has_room(&self, id: BackendId, tried: &[BackendId], now: Duration) -> bool {
        let backend = self.backends.get(id.0);
        !tried.contains(&id)
            && backend.is_some_and(|backend| backend.is_open(now) && !backend.is_full())
    }

    fn place(&mut self) {
        let all = self.backends.iter().enumerate();
        let placed = all.filter(|(_, backend)| !backend.is_leaving);
        self.ring = Ring::new(placed.map(|(at, backend)| {
            let settings = &backend.settings;
            (BackendId(at), settings.name.as_str(), backend.weight())
        }));
    }
}

impl Backend {
    fn new(settings: BackendSettings, now: Duration) -> Self {
        Self {
            settings,
            order: Order::Ready,
            ordered_at: now,
            weight_ordered: None,
            health: Health::new(now),
            sessions: 0,
            credit: 0,
            is_leaving: false,
        }
    }

    fn weight(&self) -> u16 {
        self.weight_ordered.unwrap_or(self.settings.weight)
    }

    /// Since when it is in its state: by an order, or by how it is.
    fn since(&self) -> Duration {
        match self.order {
            Order::Ready => self.health.since().max(self.ordered_at),
            _ => self.ordered_at,
        }
    }

    /// Whether it is to take sessions, if it is well.
    fn is_wanted(&self) -> bool {
        !self.is_leaving && self.order == Order::Ready && self.weight() > 0
    }

    /// Whether it takes sessions, if it has room.
    fn is_open(&self, now: Duration) -> bool {
        self.is_wanted() && self.health.is_up(now)
    }

    fn is_full(&self) -> bool {
        self.settings
            .sessions_max
            .is_some_and(|max| self.sessions >= max)
    }

    /// The weight in 1/[`health::GROWN`] parts, less while it starts slowly.
    fn weight_now(&self, slow_start: Duration, now: Duration) -> u64 {
        let grown = self.health.grown(slow_start, now);
        u64::from(self.weight()).saturating_mul(grown).max(1)
    }
}

/// Most of the queue that are looked at for one for whom there is room: each look costs a choice.
const LOOKED_AT_MAX: usize = 64;

/// The largest weight.
pub const WEIGHT_MAX: u16 = 256;

#[cfg(test)]
mod tests;
