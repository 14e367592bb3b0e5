//! Serving one connection only: `--once`, and what can be opened once only.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sockeye::Error;
use sockeye::engine::Session;
use sockeye::io::Conversation;
use sockeye::service::{BoxFuture, Service};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// A service that takes one conversation, and closes those that came before the listener closed.
#[derive(Debug)]
pub(crate) struct Single {
    service: Arc<dyn Service>,
    taken: AtomicBool,
    moments: Sender<Moment>,
}

/// What becomes of the one conversation.
#[derive(Debug)]
pub(crate) enum Moment {
    /// It has come.
    Accepted,
    /// It has ended.
    Ended(Result<(), Error>),
}

impl Single {
    /// Wraps a service; the receiver gets each of the two moments once.
    pub(crate) fn new(service: Arc<dyn Service>) -> (Arc<Self>, Receiver<Moment>) {
        let (moments, received) = channel(MOMENTS);
        (
            Arc::new(Self {
                service,
                taken: AtomicBool::new(false),
                moments,
            }),
            received,
        )
    }
}

impl Service for Single {
    fn name(&self) -> &'static str {
        self.service.name()
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            if self.taken.swap(true, Ordering::Relaxed) {
                return Ok(());
            }
            // The receiver is gone only when the run ends anyway.
            let _ = self.moments.try_send(Moment::Accepted);
            let result = self.service.serve(conversation, session).await;
            let result = session.within_quota(result);
            let _ = self.moments.try_send(Moment::Ended(result.clone()));
            result
        })
    }
}

/// Accepted and ended.
const MOMENTS: usize = 2;
