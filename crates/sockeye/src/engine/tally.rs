//! What is counted of connections: by each listener, and by the engine over all of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::service::Refusal;

/// Counts connections; what a listener counts its engine counts, too.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    accepted: AtomicU64,
    refused: AtomicU64,
    throttled: AtomicU64,
    banned: AtomicU64,
    whole: Option<Arc<Self>>,
}

/// Connections since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connections {
    /// Taken in.
    pub accepted: u64,
    /// Refused by a limit or a rule.
    pub refused: u64,
    /// Those of the refused that came too fast.
    pub throttled: u64,
    /// Those of the refused whose address is banned.
    pub banned: u64,
}

impl Tally {
    /// Makes one whose connections `whole` counts, too.
    pub(super) fn under(whole: &Arc<Self>) -> Self {
        Self {
            whole: Some(Arc::clone(whole)),
            ..Self::default()
        }
    }

    /// Counts a connection that was taken in.
    pub(super) fn accept(&self) {
        self.each(|tally| &tally.accepted);
    }

    /// Counts a connection that was refused.
    pub(super) fn refuse(&self, why: Refusal) {
        self.each(|tally| &tally.refused);
        match why {
            Refusal::SourceThrottled => self.each(|tally| &tally.throttled),
            Refusal::Banned => self.each(|tally| &tally.banned),
            _ => {}
        }
    }

    fn each(&self, count: impl Fn(&Self) -> &AtomicU64) {
        let whole = self.whole.as_deref();
        for tally in [Some(self), whole].into_iter().flatten() {
            count(tally).fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns what was counted.
    pub(crate) fn connections(&self) -> Connections {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Connections {
            accepted: read(&self.accepted),
            refused: read(&self.refused),
            throttled: read(&self.throttled),
            banned: read(&self.banned),
        }
    }
}
