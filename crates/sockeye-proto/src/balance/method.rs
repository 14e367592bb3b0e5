//! Who is next.

use core::time::Duration;

use super::{Backend, BackendId, Balancer, Pick};

/// How the next backend is chosen among those that are up and have room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Method {
    /// In turn, each as often as its weight says.
    #[default]
    RoundRobin,
    /// The one with the fewest sessions for its weight; in turn where several have as few.
    LeastConnections,
    /// The better of two that are drawn at random.
    TwoChoices,
    /// At random, each as often as its weight says.
    Random,
    /// By the source alone; most sources move when a backend comes or goes.
    SourceHash,
    /// By the source on a ring; only the sources of a backend that comes or goes move. A backend with
    /// more than so many percent of its share of the sessions passes them on.
    ConsistentHash {
        /// 100 is exactly its share; 0 is no limit.
        load_percent: u16,
    },
    /// The first one, as long as it is up and has room.
    First,
}

impl Balancer {
    /// Chooses by the method; the caller counts.
    pub(super) fn choose(
        &mut self,
        source: u64,
        tried: &[BackendId],
        random: &mut dyn FnMut() -> u64,
        now: Duration,
    ) -> Pick {
        let open = |backups: bool| {
            let all = self.backends.iter().enumerate();
            all.filter(move |(at, backend)| {
                let is_new = !tried.contains(&BackendId(*at));
                backend.settings.is_backup == backups && is_new && backend.is_open(now)
            })
        };
        // Full ones do not call for the backups: they are there for those that are down.
        let backups = open(false).next().is_none();
        if open(backups).next().is_none() {
            return Pick::Down;
        }
        let among = Among {
            backups,
            tried,
            besides: None,
            now,
        };
        let chosen = match self.settings.method {
            Method::RoundRobin => self.in_turn(&among),
            Method::LeastConnections => self.least(&among),
            Method::TwoChoices => self.better_of_two(&among, random),
            Method::Random => self.at(&among, random()),
            Method::SourceHash => self.at(&among, super::ring::mixed(source)),
            Method::ConsistentHash { load_percent } => self.on_ring(&among, source, load_percent),
            Method::First => self.able(&among).next().map(|(at, _)| at),
        };
        match chosen {
            Some(at) => Pick::Backend(BackendId(at)),
            None => Pick::Full,
        }
    }

    /// Those that may be chosen: their places and weights.
    fn able<'a>(&'a self, among: &'a Among<'_>) -> impl Iterator<Item = (usize, u64)> + 'a {
        let slow_start = self.settings.slow_start;
        let all = self.backends.iter().enumerate();
        all.filter(|(at, backend)| among.has(*at, backend))
            .map(move |(at, backend)| (at, backend.weight_now(slow_start, among.now)))
    }

    /// The smooth weighted round: all save up their weight, the richest pays what all have saved.
    fn in_turn(&mut self, among: &Among<'_>) -> Option<usize> {
        let slow_start = self.settings.slow_start;
        let mut total = 0_i64;
        let mut richest: Option<(i64, usize)> = None;
        for (at, backend) in self.backends.iter_mut().enumerate() {
            if !among.has(at, backend) {
                continue;
            }
            let weight = backend.weight_now(slow_start, among.now);
            let weight = i64::try_from(weight).unwrap_or(i64::MAX);
            backend.credit = backend.credit.saturating_add(weight);
            total = total.saturating_add(weight);
            if richest.is_none_or(|(credit, _)| backend.credit > credit) {
                richest = Some((backend.credit, at));
            }
        }
        let (_, at) = richest?;
        if let Some(backend) = self.backends.get_mut(at) {
            backend.credit = backend.credit.saturating_sub(total);
        }
        Some(at)
    }

    fn least(&mut self, among: &Among<'_>) -> Option<usize> {
        let count = self.backends.len().max(1);
        let turn = self.turn;
        // Behind the last one first, where several are equal.
        let place = |at: usize| (at + count - turn % count) % count;
        let mut best: Option<(usize, u64)> = None;
        for (at, weight) in self.able(among) {
            let is_better = best.is_none_or(|(best, best_weight)| {
                let ours = self.load(at).saturating_mul(best_weight);
                let theirs = self.load(best).saturating_mul(weight);
                (ours, place(at)) < (theirs, place(best))
            });
            if is_better {
                best = Some((at, weight));
            }
        }
        let (at, _) = best?;
        self.turn = at + 1;
        Some(at)
    }

    fn better_of_two(&self, among: &Among<'_>, random: &mut dyn FnMut() -> u64) -> Option<usize> {
        let first = self.at(among, random())?;
        let weight_of = |wanted| {
            self.able(among)
                .find(|(at, _)| *at == wanted)
                .map(|(_, w)| w)
        };
        let others = Among {
            besides: Some(first),
            ..*among
        };
        let Some(second) = self.at(&others, random()) else {
            return Some(first);
        };
        let (first_weight, second_weight) = (weight_of(first)?, weight_of(second)?);
        let first_load = (self.load(first) - 1).saturating_mul(second_weight);
        let second_load = (self.load(second) - 1).saturating_mul(first_weight);
        Some(if second_load < first_load {
            second
        } else {
            first
        })
    }

    /// The one at a place on the line of all weights.
    fn at(&self, among: &Among<'_>, number: u64) -> Option<usize> {
        let total: u64 = self.able(among).map(|(_, weight)| weight).sum();
        // Even to within 2⁻⁴⁰, for weights of up to 2²⁴ in all.
        let scaled = (u128::from(number) * u128::from(total)) >> 64;
        let mut left = u64::try_from(scaled).unwrap_or_default();
        for (at, weight) in self.able(among) {
            if left < weight {
                return Some(at);
            }
            left -= weight;
        }
        None
    }

    fn on_ring(&self, among: &Among<'_>, source: u64, load_percent: u16) -> Option<usize> {
        let (mut sessions, mut weights) = (1_u64, 0_u64);
        for (at, weight) in self.able(among) {
            sessions = sessions.saturating_add(self.load(at) - 1);
            weights = weights.saturating_add(weight);
        }
        let has_less = |at: usize| {
            let Some((_, weight)) = self.able(among).find(|(able, _)| *able == at) else {
                return false;
            };
            // Its sessions and one more ≤ ⌈percent / 100 · all and one more · weight / weights⌉.
            let share = u128::from(sessions) * u128::from(weight) * u128::from(load_percent);
            let most = share.div_ceil(u128::from(weights.max(1)) * 100);
            load_percent == 0 || u128::from(self.load(at)) <= most
        };
        let mut around = self.ring.from(source);
        around.find(|id| has_less(id.0)).map(|id| id.0)
    }

    /// The sessions that it would have with one more.
    fn load(&self, at: usize) -> u64 {
        let sessions = self.backends.get(at).map_or(0, |backend| backend.sessions);
        u64::from(sessions) + 1
    }
}

/// Which backends may be chosen.
#[derive(Clone, Copy)]
struct Among<'a> {
    backups: bool,
    tried: &'a [BackendId],
    besides: Option<usize>,
    now: Duration,
}

impl Among<'_> {
    fn has(&self, at: usize, backend: &Backend) -> bool {
        let is_new = !self.tried.contains(&BackendId(at)) && self.besides != Some(at);
        let is_of_kind = backend.settings.is_backup == self.backups;
        is_new && is_of_kind && backend.is_open(self.now) && !backend.is_full()
    }
}
