//! A service that is a closure.

use std::fmt;

use super::{BoxFuture, Service};
use crate::engine::Session;
use crate::error::Error;
use crate::io::Conversation;

/// Makes a service of a closure.
///
/// ```
/// use sockeye::io::Conversation;
/// use sockeye::service::serve_fn;
/// use tokio::io::AsyncWriteExt;
///
/// let bye = serve_fn("bye", |conversation, _session| {
///     Box::pin(async move {
///         if let Conversation::Stream(mut stream) = conversation {
///             // A peer that has gone does not need it.
///             let _ = stream.write_all(b"bye\n").await;
///         }
///         Ok(())
///     })
/// });
/// # let _: &dyn sockeye::service::Service = &bye;
/// ```
pub fn serve_fn<F>(name: &'static str, serve: F) -> ServeFn<F>
where
    F: for<'a> Fn(Conversation, &'a Session) -> BoxFuture<'a, Result<(), Error>> + Send + Sync,
{
    ServeFn { name, serve }
}

/// A service that calls a closure for each conversation.
#[derive(Clone, Copy)]
pub struct ServeFn<F> {
    name: &'static str,
    serve: F,
}

impl<F> Service for ServeFn<F>
where
    F: for<'a> Fn(Conversation, &'a Session) -> BoxFuture<'a, Result<(), Error>> + Send + Sync,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        (self.serve)(conversation, session)
    }
}

impl<F> fmt::Debug for ServeFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServeFn")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
