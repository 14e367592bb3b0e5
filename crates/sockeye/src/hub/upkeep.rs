//! What is done to the store behind everybody's back, a little at a time: words are collected for
//! searches, the latest direct messages of an older store are listed, and what was taken back is emptied
//! where a crash came between.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::life::Shared;
use crate::state::LogError;

/// Looks after the store until the hub stops.
pub(super) async fn run(shared: Arc<Shared>, stop: CancellationToken) {
    let work = async {
        if let Err(e) = erase(&shared).await {
            tracing::warn!("messages that were taken back still have their text: {e}");
        }
        if let Err(e) = list(&shared).await {
            tracing::warn!("direct messages are not all listed, at the next start again: {e}");
        }
        loop {
            let pause = match step(&shared).await {
                Ok(true) => STEP_EVERY,
                Ok(false) => LOOK_EVERY,
                Err(e) => {
                    tracing::warn!("words for searches could not be collected, later again: {e}");
                    RETRY_EVERY
                }
            };
            tokio::time::sleep(pause).await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = work => {}
    }
}

async fn erase(shared: &Shared) -> Result<(), LogError> {
    let mut after = 0;
    while let Some(last) = shared.store.erase_step(after).await? {
        after = last;
        tokio::time::sleep(STEP_EVERY).await;
    }
    Ok(())
}

async fn list(shared: &Shared) -> Result<(), LogError> {
    let mut last = None;
    loop {
        last = shared.store.list_step(last).await?;
        if last.is_none() {
            return Ok(());
        }
        tokio::time::sleep(STEP_EVERY).await;
    }
}

/// Returns whether there is more to do.
async fn step(shared: &Shared) -> Result<bool, LogError> {
    let is_wanted = shared.running.lock().await.config.chat.search;
    match is_wanted {
        true => shared.store.index_step().await,
        false => shared.store.unindex_step().await,
    }
}

/// How long it is between two steps while there is work: as long as a step takes or longer, so that
/// the writer is free for others half of the time.
const STEP_EVERY: Duration = Duration::from_millis(5);

/// How long it is between two looks for new messages; a search does not wait for it.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How long it is before another try.
const RETRY_EVERY: Duration = Duration::from_secs(60);
