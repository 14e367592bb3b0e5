//! The table of sessions.
//!
//! Sharded by number, so that accepting on one thread does not wait for closing on another.
//! Invariant: a session is in the table from its making until its owner drops it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::admit::Permit;
use super::door::Door;
use super::session::{CLOSING, Session, SessionRow, Shared};
use super::tally::Tally;
use crate::io::ConnectionInfo;
use crate::service::Refusal;
use crate::sys;

#[derive(Debug)]
pub(super) struct Table {
    shards: [Mutex<BTreeMap<u64, Arc<Shared>>>; SHARDS],
    sessions_max: usize,
    open: AtomicUsize,
    /// The most sessions since memory was given back.
    peak: AtomicUsize,
    last_id: AtomicU64,
    draining: AtomicBool,
    bytes_lost: AtomicU64,
    cut: AtomicUsize,
    emptied: Notify,
    /// A session has left.
    left: Notify,
    pub(super) door: Door,
    pub(super) tally: Arc<Tally>,
}

impl Table {
    pub(super) fn new(sessions_max: usize) -> Self {
        Self {
            shards: Default::default(),
            sessions_max,
            open: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
            last_id: AtomicU64::new(0),
            draining: AtomicBool::new(false),
            bytes_lost: AtomicU64::new(0),
            cut: AtomicUsize::new(0),
            emptied: Notify::new(),
            left: Notify::new(),
            door: Door::default(),
            tally: Arc::default(),
        }
    }

    /// Enters a session, unless the table is full or draining.
    pub(super) fn enter(
        self: &Arc<Self>,
        info: ConnectionInfo,
        service: &'static str,
        permit: Option<Permit>,
    ) -> Result<Session, Refusal> {
        if self.draining.load(Ordering::SeqCst) {
            return Err(Refusal::Draining);
        }
        let before = self.open.fetch_add(1, Ordering::SeqCst);
        if before >= self.sessions_max {
            self.left();
            return Err(Refusal::Full);
        }
        self.peak.fetch_max(before + 1, Ordering::Relaxed);
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let shared = Arc::new(Shared::new(id, info, service));
        self.shard(id).insert(id, Arc::clone(&shared));
        // Drain may have walked over this shard between the first look and the insertion.
        if self.draining.load(Ordering::SeqCst) {
            shared.advance(CLOSING);
        }
        Ok(Session::new(shared, permit, Arc::clone(self)))
    }

    pub(super) fn remove(&self, shared: &Shared) {
        self.shard(shared.id).remove(&shared.id);
        let lost = shared.facts.bytes_lost.load(Ordering::Relaxed);
        if lost > 0 {
            self.bytes_lost.fetch_add(lost, Ordering::Relaxed);
        }
        if shared.is_cut() {
            self.cut.fetch_add(1, Ordering::Relaxed);
        }
        self.left();
    }

    fn left(&self) {
        let open = self.open.fetch_sub(1, Ordering::SeqCst) - 1;
        if open == 0 {
            self.emptied.notify_waiters();
        }
        self.left.notify_waiters();
        self.after_a_flood(open);
    }

    /// Gives memory back once most of many sessions have gone.
    fn after_a_flood(&self, open: usize) {
        let peak = self.peak.load(Ordering::Relaxed);
        let over = peak >= FLOOD_MIN && open <= peak / 4;
        // Of several that see it, one acts.
        if over
            && self
                .peak
                .compare_exchange(peak, open, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            sys::memory::give_back();
        }
    }

    /// Refuses further sessions.
    pub(super) fn close(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    /// Moves every session on to `stage`.
    pub(super) fn advance_all(&self, stage: u8) {
        for shard in &self.shards {
            lock(shard)
                .values()
                .for_each(|shared| shared.advance(stage));
        }
    }

    /// Moves the sessions of a service on to `stage`; returns their numbers.
    pub(super) fn advance_those(&self, service: &str, stage: u8) -> Vec<u64> {
        let mut ids = Vec::new();
        for shard in &self.shards {
            for shared in lock(shard).values().filter(|it| it.service == service) {
                shared.advance(stage);
                ids.push(shared.id);
            }
        }
        ids
    }

    /// Waits until none of these sessions is left.
    pub(super) async fn without(&self, ids: &[u64]) {
        for &id in ids {
            loop {
                // Waiting begins where `notified` is called, before the look at the table.
                let left = self.left.notified();
                if self.find(id).is_none() {
                    break;
                }
                left.await;
            }
        }
    }

    pub(super) fn find(&self, id: u64) -> Option<Arc<Shared>> {
        self.shard(id).get(&id).cloned()
    }

    /// Returns the sessions of which `is_it` is true; it is asked under the table's locks.
    pub(super) fn matching(&self, is_it: impl Fn(&Shared) -> bool) -> Vec<Arc<Shared>> {
        let mut found = Vec::new();
        for shard in &self.shards {
            let shard = lock(shard);
            found.extend(shard.values().filter(|shared| is_it(shared)).cloned());
        }
        found
    }

    /// Returns every session in the order of their numbers.
    pub(super) fn rows(&self) -> Vec<SessionRow> {
        let mut rows: Vec<_> = self
            .shards
            .iter()
            .flat_map(|shard| {
                lock(shard)
                    .values()
                    .map(|shared| shared.row())
                    .collect::<Vec<_>>()
            })
            .collect();
        rows.sort_unstable_by_key(|row| row.id);
        rows
    }

    pub(super) fn sessions_max(&self) -> usize {
        self.sessions_max
    }

    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// Returns how many sessions have ended after they were cut.
    pub(super) fn cut(&self) -> usize {
        self.cut.load(Ordering::Relaxed)
    }

    /// Returns what the sessions that have ended lost.
    pub(super) fn bytes_lost(&self) -> u64 {
        self.bytes_lost.load(Ordering::Relaxed)
    }

    /// Waits until no session is left.
    pub(super) async fn empty(&self) {
        loop {
            // Waiting begins where `notified` is called, before the look at the count.
            let emptied = self.emptied.notified();
            if self.open() == 0 {
                return;
            }
            emptied.await;
        }
    }

    fn shard(&self, id: u64) -> MutexGuard<'_, BTreeMap<u64, Arc<Shared>>> {
        lock(&self.shards[(id % SHARDS as u64) as usize])
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sessions at once whose memory is worth giving back: a megabyte and more.
const FLOOD_MIN: usize = 256;
/// Parts of the table with a lock each: more than there are threads that accept at once.
const SHARDS: usize = 16;
