//! Forgetting old messages and acts as the configuration says: a pass now and then, in small steps.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::life::Shared;
use crate::state::{AuditRetention, LogError, Pass, Retention, wall_ms};

/// Passes over the store until the hub stops.
pub(super) async fn run(shared: Arc<Shared>, stop: CancellationToken) {
    let passes = async {
        loop {
            let (retention, acts) = {
                let config = &shared.running.lock().await.config;
                (config.chat.retention(), config.hub.audit_retention())
            };
            if let Err(e) = forget_acts(&shared, acts).await {
                tracing::warn!("old rows of the audit log could not be deleted, later again: {e}");
            }
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
    let mut pass = Pass::new(retention, wall_ms());
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

async fn forget_acts(shared: &Shared, retention: AuditRetention) -> Result<(), LogError> {
    while retention.step(&shared.store, wall_ms()).await? > 0 {
        tokio::time::sleep(STEP_EVERY).await;
    }
    Ok(())
}

/// How long it is between two passes.
const PASS_EVERY: Duration = Duration::from_secs(600);

/// How long it is between two steps of a pass: the writer is asked for a step of a few milliseconds
/// fifty times a second at most, which is 5,000 rows a second.
const STEP_EVERY: Duration = Duration::from_millis(20);
