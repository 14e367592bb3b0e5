//! Who waits while all backends are full: first come, first served.

use alloc::collections::VecDeque;
use core::time::Duration;

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
    /// In order, each with when its wait is over.
    waiting: VecDeque<(Ticket, Duration)>,
    next: u64,
}

impl Queue {
    pub(super) const fn new(settings: QueueSettings) -> Self {
        Self {
            settings,
            waiting: VecDeque::new(),
            next: 0,
        }
    }

    pub(super) fn join(&mut self, now: Duration) -> Option<Ticket> {
        self.expire(now);
        if self.waiting.len() >= self.settings.max {
            return None;
        }
        let ticket = Ticket(self.next);
        self.next += 1;
        let until = now.saturating_add(self.settings.wait);
        self.waiting.push_back((ticket, until));
        Some(ticket)
    }

    pub(super) fn next(&mut self, now: Duration) -> Option<Ticket> {
        self.expire(now);
        self.waiting.pop_front().map(|(ticket, _)| ticket)
    }

    pub(super) fn leave(&mut self, ticket: Ticket) {
        // In order of the tickets.
        if let Ok(at) = self
            .waiting
            .binary_search_by_key(&ticket, |(ticket, _)| *ticket)
        {
            self.waiting.remove(at);
        }
    }

    /// All wait equally long, so those whose time is over stand in front.
    fn expire(&mut self, now: Duration) {
        while self.waiting.front().is_some_and(|(_, until)| *until <= now) {
            self.waiting.pop_front();
        }
    }
}
