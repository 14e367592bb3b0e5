//! Ordered bytes with half-close, whatever carries them.

use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

/// A stream that is not a bare socket: a layer, a pipe, a child process, memory.
///
/// `poll_shutdown` is a half-close: it ends the writing direction and leaves reading alone.
/// `poll_read` yields an error, not the end of the stream, where the peer ended uncleanly.
pub trait Layered: AsyncRead + AsyncWrite + fmt::Debug + Send + Unpin {
    /// Ends both directions so that the peer sees that this is no clean end, where it can be told.
    fn abort(&mut self) {}
}

impl Layered for DuplexStream {}

/// Ordered bytes in both directions; each direction ends by itself.
#[derive(Debug)]
pub struct Stream {
    /// What a handshake read too far and gave back; read before anything else.
    unread: Bytes,
    io: Io,
}

#[derive(Debug)]
enum Io {
    Tcp(TcpStream),
    Unix(UnixStream),
    Layered(Box<dyn Layered>),
}

/// A bare socket, for the paths that need one (splice, `tcp_info`, abort).
#[derive(Debug, Clone, Copy)]
pub enum Socket<'a> {
    /// TCP.
    Tcp(&'a TcpStream),
    /// A Unix stream socket.
    Unix(&'a UnixStream),
}

impl Stream {
    /// Wraps anything that reads, writes and half-closes.
    pub fn layered(io: impl Layered + 'static) -> Self {
        Self {
            unread: Bytes::new(),
            io: Io::Layered(Box::new(io)),
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

impl From<TcpStream> for Stream {
    fn from(tcp: TcpStream) -> Self {
        Self {
            unread: Bytes::new(),
            io: Io::Tcp(tcp),
        }
    }
}

impl From<UnixStream> for Stream {
    fn from(unix: UnixStream) -> Self {
        Self {
            unread: Bytes::new(),
            io: Io::Unix(unix),
        }
    }
}

/// Calls one method of whatever carries the stream.
macro_rules! each_io {
    ($stream:expr, $io:ident => $call:expr) => {
        match &mut $stream.get_mut().io {
            Io::Tcp($io) => $call,
            Io::Unix($io) => $call,
            Io::Layered($io) => $call,
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
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

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        each_io!(self, io => Pin::new(io).poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        each_io!(self, io => Pin::new(io).poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.io {
            Io::Tcp(io) => io.is_write_vectored(),
            Io::Unix(io) => io.is_write_vectored(),
            Io::Layered(io) => io.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each_io!(self, io => Pin::new(io).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each_io!(self, io => Pin::new(io).poll_shutdown(cx))
    }
}
