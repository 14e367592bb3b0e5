//! Forgetting old messages as the configuration says: a pass now and then, in small steps.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio_util::sync::CancellationToken;

use super::life::Shared;
use crate::state::{LogError, Pass, Retention};

/// Passes over the store until the hub stops.
pub(super) async fn run(shared: Arc<Shared>, stop: CancellationToken) {
    let passes = async {
        loop {
            let retention = shared.running.lock().await.config.chat.retention();
            if !retention.is_everlasting()
                && let Err(e) = pass(&shared, retention).await
            {
                tracing::warn!("old messages could not be deleted, later again: {e}");
            }
            tokio::time::sleep(PASS_EVERY).await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = passes => {}
    }
}

async fn pass(shared: &Shared, retention: Retention) -> Result<(), LogError> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let mut pass = Pass::new(retention, now.as_millis() as u64);
    let mut rows = 0;
    loop {
        let forgotten = pass.step(&shared.store).await?;
        rows += forgotten.rows;
        if forgotten.is_last {
            break;
        }
        tokio::time::sleep(STEP_EVERY).await;
    }
    if rows > 0 {
        tracing::info!("{rows} old messages were deleted");
    }
    Ok(())
}

/// How long it is between two passes.
const PASS_EVERY: Duration = Duration::from_secs(600);

/// How long it is between two steps of a pass: the writer is asked for a step of a few milliseconds
/// fifty times a second at most, which is 5,000 rows a second.
const STEP_EVERY: Duration = Duration::from_millis(20);
