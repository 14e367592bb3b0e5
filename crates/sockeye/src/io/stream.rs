//! Ordered bytes with half-close, whatever carries them.

use std::fmt;
use std::io::{self, IoSlice};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Instant, sleep};

use super::Bounds;
use super::socket::{Hangup, Left, Socket, hangup, left};
use crate::sys;

/// A stream that is not a bare socket: a layer, a pipe, a child process, memory.
///
/// `poll_shutdown` is a half-close: it ends the writing direction and leaves reading alone.
/// `poll_read` yields an error, not the end of the stream, where the peer ended uncleanly.
pub trait Layered: AsyncRead + AsyncWrite + fmt::Debug + Send + Unpin {
    /// Ends both directions so that the peer sees that this is no clean end, where it can be told.
    fn abort(&mut self) {}

    /// Returns how many written bytes the peer has not taken yet, where that can be known.
    fn unacknowledged(&self) -> u64 {
        0
    }

    /// Tells whether the peer will never take what it has not taken yet.
    fn has_failed(&self) -> bool {
        false
    }

    /// Returns the socket at the bottom, where there is one: by it a relay notices that a peer whose
    /// stream has ended, and which is not read any more, is gone.
    fn bottom(&self) -> Option<Socket<'_>> {
        None
    }
}

impl Layered for DuplexStream {}

/// Ordered bytes in both directions; each direction ends by itself.
#[derive(Debug)]
pub struct Stream {
    /// What a handshake read too far and gave back; read before anything else.
    unread: Bytes,
    io: Io,
    bounds: Option<Box<Bounds>>,
}

#[derive(Debug)]
enum Io {
    Tcp(TcpStream),
    Unix(UnixStream),
    Layered(Box<dyn Layered>),
}

impl Stream {
    /// Wraps anything that reads, writes and half-closes.
    pub fn layered(io: impl Layered + 'static) -> Self {
        Self {
            unread: Bytes::new(),
            io: Io::Layered(Box::new(io)),
            bounds: None,
        }
    }

    /// Gives back bytes that were read too far; they are read again first.
    pub fn unread(&mut self, bytes: Bytes) {
        if self.unread.is_empty() {
            self.unread = bytes;
        } else {
            self.unread = [bytes, std::mem::take(&mut self.unread)].concat().into();
        }
    }

    /// Returns the bare socket, only with nothing stacked on it and nothing unread.
    pub fn socket(&self) -> Option<Socket<'_>> {
        match &self.io {
            _ if !self.unread.is_empty() => None,
            Io::Tcp(tcp) => Some(Socket::Tcp(tcp)),
            Io::Unix(unix) => Some(Socket::Unix(unix)),
            Io::Layered(_) => None,
        }
    }
}

impl Stream {
    /// Takes what was given back, to be delivered apart from the stream.
    pub(super) fn take_unread(&mut self) -> Bytes {
        std::mem::take(&mut self.unread)
    }

    /// Holds it to bounds.
    #[must_use]
    pub(super) fn bounded(self, bounds: Option<Box<Bounds>>) -> Self {
        Self { bounds, ..self }
    }

    /// Takes its bounds off, to be kept by whoever takes them.
    pub(crate) fn take_bounds(&mut self) -> Option<Box<Bounds>> {
        self.bounds.take()
    }

    /// Returns what carries the stream, past anything unread.
    pub(super) fn end(&mut self) -> End<'_> {
        match &mut self.io {
            Io::Tcp(tcp) => End::Socket(Socket::Tcp(tcp)),
            Io::Unix(unix) => End::Socket(Socket::Unix(unix)),
            Io::Layered(layered) => End::Layered(layered.as_mut()),
        }
    }

    /// Ends both directions uncleanly once the peer has acknowledged what was written, after 10 s
    /// at the latest; returns how many bytes it had not acknowledged by then.
    pub async fn abort(mut self) -> u64 {
        self.acknowledged(ABORT_PATIENCE).await;
        self.reset()
    }

    /// Waits until the peer has acknowledged all that was written, at most `patience`.
    pub(super) async fn acknowledged(&mut self, patience: Duration) {
        let give_up = Instant::now() + patience;
        let mut pause = ACKNOWLEDGED_PAUSE_MIN;
        // No event tells it, so the queue is looked at now and then.
        while self.io.unacknowledged() > 0 && !self.io.has_failed() && Instant::now() < give_up {
            sleep(pause).await;
            pause = (pause * 2).min(ACKNOWLEDGED_PAUSE_MAX);
        }
    }

    /// Says what the system is to make of it if this process dies: a reset, or an end like any other.
    pub(super) fn reset_if_killed(&self, reset: bool) {
        if let Some(socket) = self.bottom() {
            socket.reset_at_close(reset);
        }
    }

    /// Ends both directions at once so that the peer sees a reset, where it can be told; returns
    /// how many bytes it had not acknowledged.
    pub(crate) fn reset(mut self) -> u64 {
        let lost = self.io.unacknowledged();
        self.abort_now();
        lost
    }
}

/// What a layer above passes on ([`Layered`]).
impl Stream {
    /// Makes closing a reset, where the peer can be told.
    pub fn abort_now(&mut self) {
        match &mut self.io {
            Io::Tcp(tcp) => Socket::Tcp(tcp).reset_at_close(true),
            Io::Unix(unix) => Socket::Unix(unix).reset_at_close(true),
            Io::Layered(layered) => layered.abort(),
        }
    }

    /// Sends what the bare socket takes without waiting, also where it is so new that it has not been
    /// reported as writable yet; returns how many bytes that is.
    ///
    /// # Errors
    /// The socket takes nothing now, or there is a layer upon it.
    pub(crate) fn send_at_once(&self, bytes: &[u8]) -> io::Result<usize> {
        let socket = self.socket().ok_or(io::ErrorKind::Unsupported)?;
        socket.send_at_once(bytes)
    }

    /// Waits until the peer has left, while nobody reads: it has closed, where its socket tells that
    /// apart from a half-close, or it is an error. Never, where neither can be noticed.
    pub(crate) fn left(&self) -> Left {
        let left = self.bottom().and_then(|socket| left(socket).ok());
        left.unwrap_or_else(|| Box::pin(std::future::pending()))
    }

    /// Returns how many written bytes the peer has not acknowledged, 0 where that is unknown.
    pub fn unacknowledged(&self) -> u64 {
        self.io.unacknowledged()
    }

    /// Tells whether the peer will never acknowledge what it has not acknowledged yet.
    pub fn has_failed(&self) -> bool {
        self.io.has_failed()
    }

    /// Returns the socket at the bottom, under all layers, where there is one.
    pub fn bottom(&self) -> Option<Socket<'_>> {
        match &self.io {
            Io::Tcp(tcp) => Some(Socket::Tcp(tcp)),
            Io::Unix(unix) => Some(Socket::Unix(unix)),
            Io::Layered(layered) => layered.bottom(),
        }
    }
}

impl Io {
    /// Returns how many written bytes the peer has not acknowledged, 0 where that is unknown.
    fn unacknowledged(&self) -> u64 {
        let queued = match self {
            Self::Tcp(tcp) => sys::socket::unacknowledged(tcp.as_fd()),
            Self::Unix(unix) => sys::socket::unacknowledged(unix.as_fd()),
            Self::Layered(layered) => Ok(layered.unacknowledged()),
        };
        queued.unwrap_or(0)
    }

    /// Tells whether the peer will never acknowledge what it has not acknowledged yet.
    fn has_failed(&self) -> bool {
        match self {
            Self::Tcp(tcp) => !matches!(tcp.take_error(), Ok(None)),
            Self::Unix(unix) => !matches!(unix.take_error(), Ok(None)),
            Self::Layered(layered) => layered.has_failed(),
        }
    }
}

/// What carries a stream, taken apart for a relay.
#[derive(Debug)]
pub(super) enum End<'a> {
    Socket(Socket<'a>),
    Layered(&'a mut dyn Layered),
}

impl<'a> End<'a> {
    /// Returns what completes, with the reason, when the peer is gone; `None` where that cannot be
    /// noticed.
    pub(super) fn hangup(&self) -> Option<Hangup<'a>> {
        match self {
            Self::Socket(socket) => Some(Box::pin(socket.hangup())),
            Self::Layered(layered) => hangup(layered.bottom()?).ok(),
        }
    }

    /// Reads into `buf`; 0 is the end of the stream.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Socket(socket) => socket.poll_read(cx, buf),
            Self::Layered(layered) => {
                let mut buf = ReadBuf::new(buf);
                ready!(Pin::new(layered).poll_read(cx, &mut buf))?;
                Poll::Ready(Ok(buf.filled().len()))
            }
        }
    }

    /// Writes some of `buf`, which is not empty; never 0.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = match self {
            Self::Socket(socket) => ready!(socket.poll_write(cx, buf))?,
            Self::Layered(layered) => ready!(Pin::new(layered).poll_write(cx, buf))?,
        };
        Poll::Ready(match written {
            0 => Err(io::ErrorKind::WriteZero.into()),
            _ => Ok(written),
        })
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Socket(_) => Poll::Ready(Ok(())),
            Self::Layered(layered) => Pin::new(layered).poll_flush(cx),
        }
    }

    /// Ends the writing direction.
    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Socket(socket) => Poll::Ready(socket.shutdown()),
            Self::Layered(layered) => Pin::new(layered).poll_shutdown(cx),
        }
    }
}

impl From<TcpStream> for Stream {
    fn from(tcp: TcpStream) -> Self {
        Self {
            unread: Bytes::new(),
            io: Io::Tcp(tcp),
            bounds: None,
        }
    }
}

impl From<UnixStream> for Stream {
    fn from(unix: UnixStream) -> Self {
        Self {
            unread: Bytes::new(),
            io: Io::Unix(unix),
            bounds: None,
        }
    }
}

/// Calls one method of whatever carries the stream.
macro_rules! each_io {
    ($stream:expr, $io:ident => $call:expr) => {
        match &mut $stream.io {
            Io::Tcp($io) => $call,
            Io::Unix($io) => $call,
            Io::Layered($io) => $call,
        }
    };
}

impl Stream {
    fn poll_read_unbounded(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.unread.is_empty() {
            let n = self.unread.len().min(buf.remaining());
            buf.put_slice(&self.unread[..n]);
            self.unread.advance(n);
            return Poll::Ready(Ok(()));
        }
        each_io!(self, io => Pin::new(io).poll_read(cx, buf))
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(mut bounds) = self.bounds.take() else {
            return self.poll_read_unbounded(cx, buf);
        };
        let read = bounds.poll_read(cx, buf, |cx, part| self.poll_read_unbounded(cx, part));
        self.bounds = Some(bounds);
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Some(mut bounds) = self.bounds.take() else {
            return each_io!(self, io => Pin::new(io).poll_write(cx, buf));
        };
        let written = bounds.poll_write(
            cx,
            buf,
            |cx, part| each_io!(self, io => Pin::new(io).poll_write(cx, part)),
        );
        self.bounds = Some(bounds);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.bounds.is_some() {
            let first = bufs.iter().find(|buf| !buf.is_empty());
            return self.poll_write(cx, first.map_or(&[], |buf| buf));
        }
        each_io!(self, io => Pin::new(io).poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.io {
            _ if self.bounds.is_some() => false,
            Io::Tcp(io) => io.is_write_vectored(),
            Io::Unix(io) => io.is_write_vectored(),
            Io::Layered(io) => io.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each_io!(self, io => Pin::new(io).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each_io!(self, io => Pin::new(io).poll_shutdown(cx))
    }
}

/// How long an abort waits for the bytes before it to be acknowledged.
pub(super) const ABORT_PATIENCE: Duration = Duration::from_secs(10);
/// First and longest pause between two looks at a send queue.
const ACKNOWLEDGED_PAUSE_MIN: Duration = Duration::from_millis(1);
const ACKNOWLEDGED_PAUSE_MAX: Duration = Duration::from_millis(64);
