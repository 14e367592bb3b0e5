//! The task that writes what was noted.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Duration, MissedTickBehavior};

use super::{AuditEntry, Errand, Shared, lock};
use crate::state::{LogError, Store};

/// Writes until nobody can note anything any more, and the rest then.
pub(super) async fn run(store: Store, shared: Arc<Shared>, mut errands: mpsc::Receiver<Errand>) {
    let mut minute = tokio::time::interval(SUMS_EVERY);
    minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let mut taken = Vec::new();
        let is_due = tokio::select! {
            biased;
            _ = errands.recv_many(&mut taken, ERRANDS_A_ROUND) => taken.is_empty(),
            _ = minute.tick() => true,
        };
        let is_last = is_due && errands.is_closed() && errands.is_empty();
        let (mut entries, mut waiting) = (Vec::new(), Vec::new());
        for errand in taken {
            match errand {
                Errand::Keep(entry) => entries.push(entry),
                Errand::Flush(written) => waiting.push(written),
            }
        }
        if !entries.is_empty() {
            keep(&store, &shared, entries).await;
        }
        if is_due || !waiting.is_empty() {
            sum_up(&store, &shared).await;
        }
        waiting.into_iter().for_each(tell);
        if is_last {
            return;
        }
    }
}

/// Writes entries all together, or loses them.
async fn keep(store: &Store, shared: &Shared, entries: Vec<AuditEntry>) {
    let entries: Arc<[AuditEntry]> = entries.into();
    let written = Arc::clone(&entries);
    let kept = store.write(move |transaction| {
        let mut rows = written.iter();
        rows.try_for_each(|entry| entry.insert(transaction))
    });
    if let Err(e) = kept.await {
        let why = e.to_string();
        entries.iter().for_each(|entry| shared.lose(entry, &why));
    }
}

/// Writes how many logins have failed; what cannot be written is tried again with the next.
async fn sum_up(store: &Store, shared: &Shared) {
    let sums = std::mem::take(&mut *lock(&shared.sums));
    if sums.is_empty() {
        return;
    }
    let sums = Arc::new(sums);
    let written = Arc::clone(&sums);
    let kept: Result<(), LogError> = store
        .write(move |transaction| written.insert(transaction))
        .await;
    if let Err(e) = kept {
        tracing::warn!("failed logins are not in the audit log yet: {e}");
        if let Some(sums) = Arc::into_inner(sums) {
            lock(&shared.sums).merge(sums);
        }
    }
}

fn tell(written: oneshot::Sender<()>) {
    // Who asked may have gone.
    let _ = written.send(());
}

/// How often failed logins are written.
const SUMS_EVERY: Duration = Duration::from_secs(60);

/// What is written in one transaction.
const ERRANDS_A_ROUND: usize = 64;
