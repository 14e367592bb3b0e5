//! Giving up opening an endpoint when its time is over.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::endpoint::{Endpoint, Value};
use crate::error::{Error, ErrorKind};

/// When an endpoint has to be open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Until {
    pub(crate) began: Instant,
    pub(crate) limit: Duration,
}

impl Until {
    /// Makes the moment that is `limit` away.
    pub(crate) fn from_now(limit: Duration) -> Self {
        Self {
            began: Instant::now(),
            limit,
        }
    }

    /// Waits for the moment, for ever where there is none, and returns the limit.
    pub(super) async fn over(until: Option<Self>) -> Duration {
        match until {
            Some(Self { began, limit }) => {
                sleep_until(began + limit).await;
                limit
            }
            None => std::future::pending().await,
        }
    }

    /// Gives up a step of opening `endpoint` when the moment has come.
    ///
    /// # Errors
    /// [`ErrorKind::PeerTimeout`] then, else the step's own.
    pub(crate) async fn hold<T>(
        until: Option<Self>,
        endpoint: &Endpoint,
        step: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::select! {
            biased;
            done = step => done,
            limit = Self::over(until) => {
                let why = format!("not open within {}", Value::Duration(limit));
                Err(Error::new(ErrorKind::PeerTimeout, "connect", endpoint, why))
            }
        }
    }
}
