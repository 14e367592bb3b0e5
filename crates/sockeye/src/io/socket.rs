//! Bare sockets: what a relay does with them itself, without a layer between.

use std::io;
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustix::net::SendFlags;
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::{TcpStream, UnixStream};

use crate::sys;

/// A bare socket, for the paths that need one (splice, `tcp_info`, abort).
#[derive(Debug, Clone, Copy)]
pub enum Socket<'a> {
    /// TCP.
    Tcp(&'a TcpStream),
    /// A Unix stream socket.
    Unix(&'a UnixStream),
}

/// Calls one method of a bare socket.
macro_rules! each_socket {
    ($socket:expr, $s:ident => $call:expr) => {
        match $socket {
            Socket::Tcp($s) => $call,
            Socket::Unix($s) => $call,
        }
    };
}

impl<'a> Socket<'a> {
    pub(super) fn poll_read_ready(self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each_socket!(self, s => s.poll_read_ready(cx))
    }

    pub(super) fn poll_write_ready(self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each_socket!(self, s => s.poll_write_ready(cx))
    }

    pub(super) fn send_at_once(self, bytes: &[u8]) -> io::Result<usize> {
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        each_socket!(self, s => Ok(rustix::net::send(s.as_fd(), bytes, flags)?))
    }

    /// Runs a system call on the socket; if it would block, readiness is forgotten.
    pub(super) fn try_io<T>(
        self,
        interest: Interest,
        call: impl FnOnce(BorrowedFd<'a>) -> io::Result<T>,
    ) -> io::Result<T> {
        each_socket!(self, s => s.try_io(interest, || call(s.as_fd())))
    }

    pub(super) fn poll_read(self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.poll_read_ready(cx))?;
            let wanted = buf.len();
            let read = |socket| Ok(rustix::io::read(socket, &mut *buf)?);
            if let Some(done) = self.some_io(Interest::READABLE, wanted, read) {
                return Poll::Ready(done);
            }
        }
    }

    pub(super) fn poll_write(self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.poll_write_ready(cx))?;
            let send = |socket| Ok(rustix::net::send(socket, buf, SendFlags::NOSIGNAL)?);
            if let Some(done) = self.some_io(Interest::WRITABLE, buf.len(), send) {
                return Poll::Ready(done);
            }
        }
    }

    /// Runs a system call that moves up to `wanted` bytes; `None` if it would block.
    ///
    /// Fewer bytes than wanted, but some, mean that the socket is now empty or full: readiness is
    /// forgotten without the call that would say so.
    fn some_io(
        self,
        interest: Interest,
        wanted: usize,
        call: impl FnOnce(BorrowedFd<'a>) -> io::Result<usize>,
    ) -> Option<io::Result<usize>> {
        let mut moved = 0;
        let done = self.try_io(interest, |socket| {
            moved = call(socket)?;
            match moved {
                0 => Ok(()),
                some if some == wanted => Ok(()),
                _ => Err(io::ErrorKind::WouldBlock.into()),
            }
        });
        match done {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && moved == 0 => None,
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Some(Err(error)),
            _ => Some(Ok(moved)),
        }
    }

    /// Waits until the socket has failed and returns why.
    pub(super) async fn hangup(self) -> io::Error {
        // That the event loop itself ends is a failure of the socket, too.
        let _ = each_socket!(self, s => s.ready(Interest::ERROR).await);
        let error = each_socket!(self, s => s.take_error());
        error
            .ok()
            .flatten()
            .unwrap_or_else(|| io::ErrorKind::ConnectionReset.into())
    }

    /// Makes closing, whoever does it, a reset or an end like any other.
    pub(super) fn reset_at_close(self, reset: bool) {
        match self {
            Self::Tcp(tcp) => {
                // Closing with a linger time of zero sends a reset (tcp(7), socket(7)); it cannot
                // fail on a socket that is open.
                let _ = SockRef::from(tcp).set_linger(reset.then_some(Duration::ZERO));
            }
            // A Unix socket has no reset: closing is all there is.
            Self::Unix(_) => {}
        }
    }

    pub(super) fn shutdown(self) -> io::Result<()> {
        match each_socket!(self, s => SockRef::from(s).shutdown(Shutdown::Write)) {
            // The peer reset the connection meanwhile; reading reports that.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
            other => other,
        }
    }
}

/// Completes, with the reason, when a peer is gone.
pub(super) type Hangup<'a> = Pin<Box<dyn Future<Output = io::Error> + Send + 'a>>;

/// Waits as [`Socket::hangup`] does, by a descriptor of its own for the same socket, so that its owner is
/// free to write meanwhile.
///
/// # Errors
/// There is no descriptor left.
pub(super) fn hangup(socket: Socket<'_>) -> io::Result<Hangup<'static>> {
    Ok(match socket {
        Socket::Tcp(tcp) => {
            let own = TcpStream::from_std(tcp.as_fd().try_clone_to_owned()?.into())?;
            Box::pin(async move { Socket::Tcp(&own).hangup().await })
        }
        Socket::Unix(unix) => {
            let own = UnixStream::from_std(unix.as_fd().try_clone_to_owned()?.into())?;
            Box::pin(async move { Socket::Unix(&own).hangup().await })
        }
    })
}

/// Completes when a peer has left, with the reason where that was no end of its own.
pub(crate) type Left = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

/// Waits, by a descriptor of its own, until the peer has left: a Unix socket tells a close from a
/// half-close, TCP says only that it has failed.
///
/// # Errors
/// There is no descriptor left.
pub(super) fn left(socket: Socket<'_>) -> io::Result<Left> {
    let Socket::Unix(unix) = socket else {
        let hangup = hangup(socket)?;
        return Ok(Box::pin(async move { Err(hangup.await) }));
    };
    let own = UnixStream::from_std(unix.as_fd().try_clone_to_owned()?.into())?;
    Ok(Box::pin(async move {
        let hung_up = || match sys::socket::hung_up(own.as_fd())? {
            true => Ok(()),
            false => Err(io::ErrorKind::WouldBlock.into()),
        };
        loop {
            // A close makes it writable once more.
            own.writable().await?;
            match own.try_io(Interest::WRITABLE, hung_up) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return other.and_then(|()| own.take_error()?.map_or(Ok(()), Err)),
            }
        }
    }))
}
