//! The messages of a socket that is connected to its one peer.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io;
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use socket2::{Socket, Type};
use tokio::io::unix::AsyncFd;

use super::pause::{Pause, may_pass};
use super::{BUFFER_OVERHEAD_BYTES, MESSAGE_BYTES_MAX};
use crate::io::Messages;
use crate::sys::local::{self, Arrived};
use crate::sys::socket::watched;

/// The messages of a connected socket.
#[derive(Debug)]
pub(super) struct SocketMessages {
    socket: AsyncFd<Socket>,
    /// Whether the peer can end: a connection's can, a datagram socket's cannot.
    ends: bool,
    bytes_max: usize,
    pause: Pause,
}

impl SocketMessages {
    /// Takes a connected, non-blocking socket of a kind that keeps the edges of messages.
    pub(super) fn new(socket: Socket, kind: Type) -> io::Result<Self> {
        let ends = kind == Type::SEQPACKET;
        if ends {
            // An empty message and the end look the same but for the credentials that come with one.
            local::ask_for_credentials(&socket)?;
        }
        Ok(Self {
            bytes_max: bytes_max(&socket)?,
            socket: watched(socket)?,
            ends,
            pause: Pause::default(),
        })
    }
}

impl Messages for SocketMessages {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        loop {
            let mut guard = ready!(self.socket.poll_read_ready(cx))?;
            let Ok(received) = guard.try_io(|socket| receive(socket.get_ref())) else {
                continue;
            };
            let (arrived, message) = received?;
            if self.ends && arrived.bytes == 0 && arrived.credentials.is_none() {
                return Poll::Ready(Ok(false));
            }
            into.push_back(message.map_err(too_large)?);
            return Poll::Ready(Ok(true));
        }
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        while let Some(message) = from.front() {
            ready!(self.pause.poll(cx));
            let mut guard = ready!(self.socket.poll_write_ready(cx))?;
            match guard.try_io(|socket| send(socket.get_ref(), message)) {
                Ok(Ok(_)) => {
                    self.pause.succeeded();
                    from.pop_front();
                }
                Ok(Err(error)) if may_pass(&error) => {
                    self.pause.begin(None);
                }
                Ok(Err(error)) => return Poll::Ready(Err(error)),
                // The socket tells when there is room at its peer.
                Err(_) => {}
            }
        }
        Poll::Ready(Ok(()))
    }

    fn message_bytes_max(&self) -> usize {
        self.bytes_max
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.ends {
            return Poll::Ready(Ok(()));
        }
        match self.socket.get_ref().shutdown(Shutdown::Write) {
            // The peer has gone meanwhile; receiving reports that.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Poll::Ready(Ok(())),
            other => Poll::Ready(other),
        }
    }

    fn can_end(&self) -> bool {
        self.ends
    }
}

/// Receives one message; where it is longer than any may be, how long it was.
pub(super) fn receive(socket: &Socket) -> io::Result<(Arrived, Result<Bytes, usize>)> {
    let mut space = SPACE
        .take()
        .unwrap_or_else(|| vec![0; MESSAGE_BYTES_MAX].into());
    let received = local::receive(socket.as_fd(), &mut space).map(|arrived| {
        let message = space.get(..arrived.bytes).map(Bytes::copy_from_slice);
        let message = message.ok_or(arrived.bytes);
        (arrived, message)
    });
    SPACE.set(Some(space));
    received
}

fn send(socket: &Socket, message: &[u8]) -> io::Result<usize> {
    Ok(rustix::net::send(
        socket,
        message,
        rustix::net::SendFlags::NOSIGNAL,
    )?)
}

/// Makes the error of a message of so many bytes that has arrived.
pub(super) fn too_large(bytes: usize) -> io::Error {
    let why = format!("a message of {bytes} bytes, where {MESSAGE_BYTES_MAX} are the most");
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Returns the largest message that a socket can send, bytes.
pub(super) fn bytes_max(socket: &Socket) -> io::Result<usize> {
    let room = socket.send_buffer_size()?;
    Ok(room
        .saturating_sub(BUFFER_OVERHEAD_BYTES)
        .min(MESSAGE_BYTES_MAX))
}

thread_local! {
    /// Where messages of this thread arrive; taken out while in use. The system lends its memory page
    /// by page, as it is first written to.
    static SPACE: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}
