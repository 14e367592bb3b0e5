//! Serving connections one after the other with one near end: `listen --keep` with `-`.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use sockeye::Error;
use sockeye::engine::Session;
use sockeye::io::{Conversation, Layered, RelaySettings, Stream, Watch, join};
use sockeye::service::{BoxFuture, Service};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::show::Shown;

/// A service that joins each conversation with the same stream, when its turn has come.
#[derive(Debug)]
pub(crate) struct Turns {
    near: Arc<Mutex<Stream>>,
    turn: tokio::sync::Mutex<()>,
    idle: Option<Duration>,
    shown: Shown,
}

impl Turns {
    /// Wraps the stream that all share.
    pub(crate) fn new(near: Stream, idle: Option<Duration>, shown: &Shown) -> Self {
        Self {
            near: Arc::new(Mutex::new(near)),
            turn: tokio::sync::Mutex::new(()),
            idle,
            shown: shown.clone(),
        }
    }

    async fn join(&self, conversation: Conversation, session: &Session) -> Result<(), Error> {
        let peer = &session.info().peer_text;
        let _turn = tokio::select! {
            turn = self.turn.lock() => turn,
            () = session.closing() => return Ok(()),
        };
        let facts = session.facts();
        let onlooker = self.shown.watch(session.id(), peer, "-");
        let settings = RelaySettings {
            idle: self.idle,
            watch: onlooker.as_ref().map(|onlooker| onlooker as &dyn Watch),
            ..RelaySettings::counting(&facts.bytes_in, &facts.bytes_out)
        };
        let near = Stream::layered(Lent {
            near: Arc::clone(&self.near),
            far_ended: false,
        });
        let report = join(conversation, near.into(), settings, session.cut()).await;
        let lost = report.bytes_lost();
        facts
            .bytes_lost
            .fetch_add(lost, std::sync::atomic::Ordering::Relaxed);
        let fault = report.local_fault(false, true);
        let result = report.into_result("relay", peer, &"-");
        result.map_err(|error| error.blamed_on(fault))
    }
}

impl Service for Turns {
    fn name(&self) -> &'static str {
        "forward"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(self.join(conversation, session))
    }
}

/// The shared stream for the length of a turn.
///
/// A half-close is not passed on, since there may be a next turn. It ends the turn as soon as there
/// is nothing to read: what comes later is for the next connection.
#[derive(Debug)]
struct Lent {
    near: Arc<Mutex<Stream>>,
    far_ended: bool,
}

impl Lent {
    fn stream(&self) -> MutexGuard<'_, Stream> {
        self.near.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Layered for Lent {}

impl AsyncRead for Lent {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut *self.stream()).poll_read(cx, buf);
        match read {
            Poll::Pending if self.far_ended => Poll::Ready(Ok(())),
            read => read,
        }
    }
}

impl AsyncWrite for Lent {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream()).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream()).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.far_ended = true;
        self.poll_flush(cx)
    }
}
