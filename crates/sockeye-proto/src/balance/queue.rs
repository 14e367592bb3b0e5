//! Who waits while all backends are full: first come, first served.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use super::BackendId;

/// Who waits, and for how long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueSettings {
    /// Most that wait; 0 refuses at once.
    pub max: usize,
    /// The longest wait.
    pub wait: Duration,
}

/// A place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

#[derive(Debug, Clone)]
pub(super) struct Queue {
    settings: QueueSettings,
    /// In order.
    waiting: VecDeque<Waiting>,
    next: u64,
}

#[derive(Debug, Clone)]
struct Waiting {
    ticket: Ticket,
    until: Duration,
    source: u64,
    tried: Vec<BackendId>,
}

impl Queue {
    pub(super) const fn new(settings: QueueSettings) -> Self {
        Self {
            settings,
            waiting: VecDeque::new(),
            next: 0,
        }
    }

    /// Takes other settings; those who wait keep their times.
    pub(super) fn adjust(&mut self, settings: QueueSettings) {
        self.settings = settings;
    }

    pub(super) fn join(
        &mut self,
        source: u64,
        tried: &[BackendId],
        now: Duration,
    ) -> Option<(Ticket, Duration)> {
        self.expire(now);
        if self.waiting.len() >= self.settings.max {
            return None;
        }
        let ticket = Ticket(self.next);
        self.next += 1;
        let until = now.saturating_add(self.settings.wait);
        self.waiting.push_back(Waiting {
            ticket,
            until,
            source,
            tried: tried.into(),
        });
        Some((ticket, until))
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Returns for whom the one at this place waits, and who was tried.
    pub(super) fn at(&self, place: usize) -> Option<(u64, Vec<BackendId>)> {
        let waiting = self.waiting.get(place)?;
        Some((waiting.source, waiting.tried.clone()))
    }

    pub(super) fn take(&mut self, place: usize) -> Option<Ticket> {
        self.waiting.remove(place).map(|waiting| waiting.ticket)
    }

    pub(super) fn leave(&mut self, ticket: Ticket) {
        // In order of the tickets.
        if let Ok(at) = self
            .waiting
            .binary_search_by_key(&ticket, |waiting| waiting.ticket)
        {
            self.waiting.remove(at);
        }
    }

    /// Those whose time is over go, which stand in front unless a shorter wait was configured.
    pub(super) fn expire(&mut self, now: Duration) {
        while self.waiting.front().is_some_and(|first| first.until <= now) {
            self.waiting.pop_front();
        }
    }
}
