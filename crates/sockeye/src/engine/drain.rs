//! Ending: drain, and waiting for what the engine runs.

use std::time::Duration;

use super::Engine;
use super::session::{CLOSING, CUT};

/// How a drain went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drained {
    /// Sessions that ended by themselves.
    pub finished: usize,
    /// Sessions that were cut.
    pub cut: usize,
    /// Bytes that were accepted from one side and did not reach the other.
    pub bytes_lost: u64,
}

impl Engine {
    /// Stops accepting, asks every session to end, cuts those that are left after `limit`, and
    /// returns when none is left.
    ///
    /// A second call with [`Duration::ZERO`] while the first one waits cuts at once.
    pub async fn drain(&self, limit: Duration) -> Drained {
        let table = &self.inner.table;
        let (cut_before, lost_before) = (table.cut(), table.bytes_lost());
        table.close();
        self.inner.stopping.cancel();
        let sessions = table.open();
        table.advance_all(CLOSING);
        if tokio::time::timeout(limit, table.empty()).await.is_err() {
            table.advance_all(CUT);
            if tokio::time::timeout(CUT_TIME, table.empty()).await.is_err() {
                tracing::warn!(
                    sessions = table.open(),
                    "sessions did not stop when they were cut"
                );
            }
        }
        let cut = table.cut() - cut_before;
        Drained {
            finished: sessions.saturating_sub(cut + table.open()),
            cut: cut + table.open(),
            bytes_lost: table.bytes_lost() - lost_before,
        }
    }

    /// Asks the sessions of a service to end and cuts those that are left after `limit`; the others
    /// live on, and so do the listeners. Returns when none of them is left.
    pub async fn end(&self, service: &str, limit: Duration) {
        let table = &self.inner.table;
        let ids = table.advance_those(service, CLOSING);
        if tokio::time::timeout(limit, table.without(&ids))
            .await
            .is_err()
        {
            table.advance_those(service, CUT);
            if tokio::time::timeout(CUT_TIME, table.without(&ids))
                .await
                .is_err()
            {
                tracing::warn!("sessions of {service} did not stop when they were cut");
            }
        }
    }

    /// Waits until no session is left.
    pub async fn empty(&self) {
        self.inner.table.empty().await;
    }

    /// Waits until every task that the engine runs has ended.
    pub async fn idle(&self) {
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }
}

/// How long sessions that are cut may take to notice.
const CUT_TIME: Duration = Duration::from_secs(2);
