//! The engine: owns every task, every limit and the table of sessions.

mod session;

use std::sync::Arc;

use tokio_util::task::TaskTracker;

pub use session::{Session, SessionFacts};

/// Runs listeners, sessions and the tasks of services; nobody else spawns.
///
/// Clones share one engine.
#[derive(Debug, Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    tasks: TaskTracker,
}

impl Engine {
    /// Runs a service's own task until it ends; drain waits for it.
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the one place that spawns"
    )]
    pub fn spawn(
        &self,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> tokio::task::JoinHandle<()> {
        tokio::spawn(self.inner.tasks.track_future(future))
    }
}
