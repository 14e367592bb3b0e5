//! Who sits where: the small numbers by which the core finds a client's queue.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sockeye_proto::irc::id::SessionId;

use super::Shared;
use super::outbox::Outbox;

/// The seats of a network: each is free, or taken by one session.
#[derive(Debug, Default)]
pub(super) struct Seats {
    table: Mutex<Table>,
    has_orphans: AtomicBool,
}

#[derive(Debug, Default)]
struct Table {
    /// How often each seat was taken.
    generations: Vec<u32>,
    free: Vec<u32>,
    orphans: Vec<SessionId>,
}

/// A taken seat. Dropping it gives the seat back; a session that the core knows of is taken out of
/// the network first.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) id: SessionId,
    outbox: Arc<Outbox>,
    shared: Arc<Shared>,
}

impl Seat {
    pub(super) fn take(shared: &Arc<Shared>, outbox: &Arc<Outbox>) -> Self {
        let id = shared.seats.take();
        let (shared, outbox) = (shared.clone(), outbox.clone());
        Self { id, outbox, shared }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if self.outbox.orphan() {
            self.shared.seats.add_orphan(self.id);
            self.shared.relief.notify_one();
        } else {
            self.shared.seats.free(self.id);
        }
    }
}

impl Seats {
    /// Frees the seat of a session that has left the network.
    pub(super) fn free(&self, id: SessionId) {
        self.table().free.push(id.slot() as u32);
    }

    /// Takes the sessions whose connections have gone without a goodbye.
    pub(super) fn take_orphans(&self) -> Vec<SessionId> {
        match self.has_orphans.swap(false, Ordering::AcqRel) {
            true => std::mem::take(&mut self.table().orphans),
            false => Vec::new(),
        }
    }

    fn take(&self) -> SessionId {
        let mut table = self.table();
        let slot = table.free.pop().unwrap_or_else(|| {
            table.generations.push(0);
            table.generations.len() as u32 - 1
        });
        let generation = &mut table.generations[slot as usize];
        *generation = generation.wrapping_add(1);
        SessionId::new(slot, *generation)
    }

    fn add_orphan(&self, id: SessionId) {
        self.table().orphans.push(id);
        self.has_orphans.store(true, Ordering::Release);
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_taken_again_by_another_generation() {
        let seats = Seats::default();
        let (first, second) = (seats.take(), seats.take());
        assert_ne!(first.slot(), second.slot());
        seats.free(first);
        let third = seats.take();
        assert_eq!(third.slot(), first.slot());
        assert_ne!(third, first);
    }
}
