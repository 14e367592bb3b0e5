//! Whether a backend is well: what checks say, and what sessions meet.

use alloc::string::String;
use core::time::Duration;

/// When a backend is down, and up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthSettings {
    /// Time between two checks; `None` is no checks.
    pub every: Option<Duration>,
    /// Time between two checks while results speak against the state.
    pub fast: Duration,
    /// Failed checks in a row until it is down; at least 1.
    pub fall: u32,
    /// Checks in a row that work until it is up; at least 1.
    pub rise: u32,
    /// Sessions in a row that cannot connect until it is down; 0 is never.
    pub eject_after: u32,
    /// How long it is down then, where there are no checks that could tell that it is up; twice as long
    /// each time that it fails again at once, up to [`EJECTED_MAX`].
    pub eject_for: Duration,
}

impl Default for HealthSettings {
    fn default() -> Self {
        Self {
            every: None,
            fast: Duration::from_secs(1),
            fall: 3,
            rise: 2,
            eject_after: 3,
            eject_for: Duration::from_secs(10),
        }
    }
}

/// What has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is up again.
    Up,
    /// It is down.
    Down,
}

#[derive(Debug, Clone)]
pub(super) struct Health {
    state: State,
    since: Duration,
    /// Why it is in this state.
    reason: String,
    /// Results of checks in a row that speak against the state.
    against: u32,
    /// Connects in a row that failed.
    failures: u32,
    /// Ejections in a row without a connect in between.
    ejections: u32,
    /// When it came up again; `None` has been up from the start.
    recovered_at: Option<Duration>,
    check_due: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Up,
    /// Until checks say otherwise.
    Down,
    /// Until then.
    Ejected(Duration),
}

impl Health {
    pub(super) const fn new(now: Duration) -> Self {
        Self {
            state: State::Up,
            since: now,
            reason: String::new(),
            against: 0,
            failures: 0,
            ejections: 0,
            recovered_at: None,
            check_due: now,
        }
    }

    pub(super) fn is_up(&self, now: Duration) -> bool {
        match self.state {
            State::Up => true,
            State::Down => false,
            State::Ejected(until) => until <= now,
        }
    }

    /// When it is back by itself, while it is ejected.
    pub(super) fn ejected_until(&self, now: Duration) -> Option<Duration> {
        match self.state {
            State::Ejected(until) if until > now => Some(until),
            _ => None,
        }
    }

    pub(super) fn since(&self) -> Duration {
        self.since
    }

    pub(super) fn reason(&self) -> &str {
        &self.reason
    }

    pub(super) fn check_due(&self, settings: &HealthSettings) -> Option<Duration> {
        settings.every.map(|_| self.check_due)
    }

    /// How much of its weight it has, of [`GROWN`].
    pub(super) fn grown(&self, slow_start: Duration, now: Duration) -> u64 {
        let recovered_at = match self.state {
            State::Ejected(until) => Some(until),
            _ => self.recovered_at,
        };
        let age = recovered_at.map(|at| now.saturating_sub(at));
        match age.filter(|age| *age < slow_start) {
            None => GROWN,
            Some(age) => {
                let part =
                    age.as_nanos().saturating_mul(GROWN.into()) / slow_start.as_nanos().max(1);
                u64::try_from(part).unwrap_or(GROWN).max(GROWN / 10)
            }
        }
    }

    pub(super) fn checked(
        &mut self,
        result: Result<(), &str>,
        settings: &HealthSettings,
        random: u64,
        now: Duration,
    ) -> Option<Verdict> {
        let is_against = result.is_ok() != (self.state == State::Up);
        self.against = if is_against {
            self.against.saturating_add(1)
        } else {
            0
        };
        let needed = match result {
            Ok(()) => settings.rise,
            Err(_) => settings.fall,
        };
        let verdict = match (is_against && self.against >= needed, result) {
            (false, _) => None,
            (true, Ok(())) => {
                self.recovered_at = Some(now);
                Some(self.enter(State::Up, "checks work again", now))
            }
            (true, Err(why)) => Some(self.enter(State::Down, why, now)),
        };
        let interval = match self.against {
            0 => settings.every.unwrap_or(settings.fast),
            _ => settings.fast,
        };
        self.check_due = now.saturating_add(jittered(interval, random));
        verdict
    }

    pub(super) fn connected(
        &mut self,
        result: Result<(), &str>,
        settings: &HealthSettings,
        now: Duration,
    ) -> Option<Verdict> {
        let Err(why) = result else {
            (self.failures, self.ejections) = (0, 0);
            return match self.state {
                State::Ejected(until) => {
                    self.recovered_at = Some(until.min(now));
                    Some(self.enter(State::Up, "connects again", now))
                }
                State::Up | State::Down => None,
            };
        };
        self.failures = self.failures.saturating_add(1);
        let is_on_trial = self.ejections > 0;
        let is_too_much = is_on_trial || self.failures >= settings.eject_after;
        if settings.eject_after == 0 || !is_too_much || !self.is_up(now) {
            return None;
        }
        let next = match settings.every {
            Some(_) => State::Down,
            None => {
                let times = 1_u32.checked_shl(self.ejections).unwrap_or(u32::MAX);
                let time = settings.eject_for.saturating_mul(times).min(EJECTED_MAX);
                self.ejections = self.ejections.saturating_add(1).min(EJECTIONS_MAX);
                State::Ejected(now.saturating_add(time))
            }
        };
        // The next check tells at once whether that was all.
        self.check_due = self.check_due.min(now.saturating_add(settings.fast));
        Some(self.enter(next, why, now))
    }

    fn enter(&mut self, state: State, why: &str, now: Duration) -> Verdict {
        self.state = state;
        self.since = now;
        self.reason = why.into();
        self.against = 0;
        self.failures = 0;
        match state {
            State::Up => Verdict::Up,
            State::Down | State::Ejected(_) => Verdict::Down,
        }
    }
}

/// Between 0.9 and 1.1 times the interval, so that many balancers do not check in step.
fn jittered(interval: Duration, random: u64) -> Duration {
    let permille = 900 + u32::try_from(random % 201).unwrap_or_default();
    interval.saturating_mul(permille) / 1000
}

/// Parts of a whole weight.
pub(super) const GROWN: u64 = 1000;

/// The longest time for which failed connects alone keep a backend out: a person looks sooner.
pub const EJECTED_MAX: Duration = Duration::from_secs(300);

/// More of them do not make the time longer.
const EJECTIONS_MAX: u32 = 16;
