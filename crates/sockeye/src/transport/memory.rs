//! `mem:NAME`: pairs of pipes inside this process, met by name within one engine.
//!
//! Exact half-close, bounded buffers, a bounded queue of conversations to accept, and no descriptor:
//! what tests with paused time talk through.

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex};
use tokio::sync::mpsc;

use super::Bound;
use crate::endpoint::{Address, Endpoint};
use crate::error::{Error, ErrorKind};
use crate::io::{ConnectionInfo, Conversation, Layered, Stream};

/// The names that somebody listens at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rooms {
    doors: Arc<Mutex<BTreeMap<String, mpsc::Sender<MemoryStream>>>>,
}

impl Rooms {
    fn doors(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, mpsc::Sender<MemoryStream>>> {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Listens at a name until dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    name: String,
    rooms: Rooms,
    queue: tokio::sync::Mutex<mpsc::Receiver<MemoryStream>>,
}

pub(super) fn bind(endpoint: &Endpoint, name: &str, rooms: &Rooms) -> Result<Bound, Error> {
    let mut doors = rooms.doors();
    if doors.contains_key(name) {
        return Err(Error::new(
            ErrorKind::LocalBind,
            "listen",
            endpoint,
            "address already in use",
        ));
    }
    let (door, queue) = mpsc::channel(BACKLOG);
    doors.insert(name.to_owned(), door);
    let queue = tokio::sync::Mutex::new(queue);
    let listener = Listener {
        name: name.to_owned(),
        rooms: rooms.clone(),
        queue,
    };
    Ok(Bound {
        listeners: vec![super::Listener::Memory(listener)],
        skipped: Vec::new(),
    })
}

pub(super) async fn connect(
    endpoint: &Endpoint,
    name: &str,
    rooms: &Rooms,
) -> Result<(Conversation, ConnectionInfo), Error> {
    let refused = || {
        Error::new(
            ErrorKind::PeerUnreachable,
            "connect",
            endpoint,
            "nobody listens at that name",
        )
    };
    let door = rooms.doors().get(name).cloned().ok_or_else(refused)?;
    let (ours, theirs) = pair();
    door.send(theirs).await.map_err(|_| refused())?;
    Ok(conversation(ours, name))
}

impl Listener {
    pub(super) async fn accept(&self) -> io::Result<(Conversation, ConnectionInfo)> {
        // The listener's own door keeps the channel open for as long as the listener lives.
        let stream = self
            .queue
            .lock()
            .await
            .recv()
            .await
            .ok_or(io::ErrorKind::NotConnected)?;
        Ok(conversation(stream, &self.name))
    }

    pub(super) fn local(&self) -> Address {
        Address::Mem {
            name: self.name.clone(),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.rooms.doors().remove(&self.name);
    }
}

fn conversation(stream: MemoryStream, name: &str) -> (Conversation, ConnectionInfo) {
    let info = ConnectionInfo {
        peer_text: format!("mem:{name}"),
        ..ConnectionInfo::default()
    };
    (Conversation::Stream(Stream::layered(stream)), info)
}

/// One end of a pair.
#[derive(Debug)]
pub(crate) struct MemoryStream {
    io: DuplexStream,
    /// Whether either end aborted: the end of the stream is then an error.
    reset: Arc<AtomicBool>,
}

fn pair() -> (MemoryStream, MemoryStream) {
    let (a, b) = duplex(BUFFER_BYTES);
    let reset = Arc::new(AtomicBool::new(false));
    (
        MemoryStream {
            io: a,
            reset: Arc::clone(&reset),
        },
        MemoryStream { io: b, reset },
    )
}

impl Layered for MemoryStream {
    fn abort(&mut self) {
        self.reset.store(true, Ordering::Release);
    }
}

impl AsyncRead for MemoryStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, buf))?;
        let ended = buf.filled().len() == before && buf.remaining() > 0;
        match ended && self.reset.load(Ordering::Acquire) {
            true => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            false => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for MemoryStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// Conversations that may wait to be accepted.
const BACKLOG: usize = 128;
/// What each direction of a pair holds, bytes: as much as a Linux pipe.
const BUFFER_BYTES: usize = 64 * 1024;
