//! How often and how fast logins may be tried.
//!
//! Attempts are delayed for each pair of source and account, so that guesses from one address do
//! not shut out the owner at another.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

/// Remembers failed attempts and counts waiting ones.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    sources: BTreeMap<IpAddr, Source>,
    waiting: u32,
}

#[derive(Debug, Default)]
struct Source {
    waiting: u32,
    names: BTreeMap<String, Failing>,
}

#[derive(Debug)]
struct Failing {
    failures: u32,
    /// When the next attempt may be made.
    next: Instant,
}

impl Attempts {
    /// Takes a place for an attempt and returns when it may be made; [`Attempts::end`] gives the
    /// place back. `None`: too many wait already, or it would wait too long.
    pub(super) fn begin(&mut self, from: IpAddr, name: &str, now: Instant) -> Option<Instant> {
        if self.waiting >= WAITING_MAX {
            return None;
        }
        self.make_room(now);
        let source = self.sources.entry(from).or_default();
        if source.waiting >= WAITING_PER_SOURCE_MAX {
            return None;
        }
        let at = match source.names.get_mut(source.key(name)) {
            None => now,
            Some(failing) => {
                let at = failing.next.max(now);
                if at - now > DELAY_MAX {
                    return None;
                }
                failing.next = at + delay(failing.failures);
                at
            }
        };
        source.waiting += 1;
        self.waiting += 1;
        Some(at)
    }

    /// Gives the place of an attempt back.
    pub(super) fn end(&mut self, from: IpAddr) {
        self.waiting = self.waiting.saturating_sub(1);
        if let Some(source) = self.sources.get_mut(&from) {
            source.waiting = source.waiting.saturating_sub(1);
            if source.waiting == 0 && source.names.is_empty() {
                self.sources.remove(&from);
            }
        }
    }

    /// Remembers that an attempt failed.
    pub(super) fn failed(&mut self, from: IpAddr, name: &str, now: Instant) {
        let source = self.sources.entry(from).or_default();
        let key = source.key(name).to_owned();
        let failing = source.names.entry(key).or_insert(Failing {
            failures: 0,
            next: now,
        });
        failing.failures = failing.failures.saturating_add(1);
        failing.next = failing.next.max(now + delay(failing.failures));
    }

    /// Forgets failed attempts: the right password was given.
    pub(super) fn succeeded(&mut self, from: IpAddr, name: &str) {
        if let Some(source) = self.sources.get_mut(&from) {
            source.names.remove(name);
        }
    }

    /// Forgets what is old, and with too many sources those that may try again soonest.
    fn make_room(&mut self, now: Instant) {
        if self.sources.len() < SOURCES_MAX {
            return;
        }
        self.sources.retain(|_, source| {
            source
                .names
                .retain(|_, failing| failing.next + FORGET > now);
            source.waiting > 0 || !source.names.is_empty()
        });
        if self.sources.len() < SOURCES_MAX {
            return;
        }
        let mut ends: Vec<_> = self.sources.values().map(Source::last).collect();
        ends.sort_unstable();
        let median = ends.get(ends.len() / 2).copied().flatten();
        self.sources
            .retain(|_, source| source.waiting > 0 || source.last() > median);
    }
}

impl Source {
    /// Returns what a name is remembered by: beyond some names all others share one entry.
    fn key<'n>(&self, name: &'n str) -> &'n str {
        match self.names.len() < NAMES_PER_SOURCE_MAX || self.names.contains_key(name) {
            true => name,
            false => "",
        }
    }

    fn last(&self) -> Option<Instant> {
        self.names.values().map(|failing| failing.next).max()
    }
}

fn delay(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(5);
    (DELAY_FIRST * (1 << doublings)).min(DELAY_MAX)
}

/// Wait after the first failure; each further one doubles it.
const DELAY_FIRST: Duration = Duration::from_secs(1);

/// Longest wait for an attempt; what would wait longer is refused.
const DELAY_MAX: Duration = Duration::from_secs(30);

/// For how long failures count after the wait that they caused.
const FORGET: Duration = Duration::from_secs(15 * 60);

/// Attempts of one source that wait at once.
const WAITING_PER_SOURCE_MAX: u32 = 8;

/// Attempts that wait at once in all: some seconds of hashing.
const WAITING_MAX: u32 = 256;

/// Account names that are remembered apart for one source.
const NAMES_PER_SOURCE_MAX: usize = 16;

/// Sources that are remembered: some MiB at most.
const SOURCES_MAX: usize = 16_384;

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn try_once(attempts: &mut Attempts, from: IpAddr, now: Instant) -> Option<Duration> {
        let at = attempts.begin(from, "ali", now)?;
        attempts.end(from);
        Some(at - now)
    }

    #[tokio::test(start_paused = true)]
    async fn failures_delay_one_source_and_account_only() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        assert_eq!(try_once(&mut attempts, HERE, now), Some(Duration::ZERO));
        attempts.failed(HERE, "ali", now);
        assert_eq!(try_once(&mut attempts, HERE, now), Some(DELAY_FIRST));
        assert_eq!(try_once(&mut attempts, THERE, now), Some(Duration::ZERO));
        assert_eq!(attempts.begin(HERE, "bo", now), Some(now));
        attempts.succeeded(HERE, "ali");
        assert_eq!(try_once(&mut attempts, HERE, now), Some(Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn parallel_guesses_are_spaced_and_then_refused() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        for _ in 0..4 {
            attempts.failed(HERE, "ali", now);
        }
        let waits: Vec<_> = (0..4).map(|_| try_once(&mut attempts, HERE, now)).collect();
        let [eight, sixteen, twenty_four, none] = waits[..] else {
            panic!("{waits:?}")
        };
        assert_eq!(eight, Some(Duration::from_secs(8)));
        assert_eq!(sixteen, Some(Duration::from_secs(16)));
        assert_eq!(twenty_four, Some(Duration::from_secs(24)));
        assert_eq!(none, None);
    }

    #[tokio::test(start_paused = true)]
    async fn one_source_cannot_fill_the_queue() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        for _ in 0..WAITING_PER_SOURCE_MAX {
            assert!(attempts.begin(HERE, "ali", now).is_some());
        }
        assert!(attempts.begin(HERE, "bo", now).is_none());
        assert!(attempts.begin(THERE, "ali", now).is_some());
        attempts.end(HERE);
        assert!(attempts.begin(HERE, "bo", now).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        for n in 0..100 {
            attempts.failed(HERE, &format!("name{n}"), now);
        }
        assert!(attempts.sources[&HERE].names.len() <= NAMES_PER_SOURCE_MAX + 1);
        for n in 0..2 * SOURCES_MAX as u32 {
            let from = IpAddr::from(n.to_be_bytes());
            let later = now + Duration::from_millis(n.into());
            attempts.begin(from, "ali", later).unwrap();
            attempts.end(from);
            attempts.failed(from, "ali", later);
        }
        assert!(attempts.sources.len() <= SOURCES_MAX + 1);
    }
}
