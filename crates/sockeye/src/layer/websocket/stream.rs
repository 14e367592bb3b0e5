//! The bytes of a WebSocket's messages: without their edges, or as lines.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::lines::Lines;
use super::socket::{Pieces, WebSocket};
use crate::io::{Layered, Messages, Socket};

/// A WebSocket as a stream: what is written at once is a message, or each line is one.
#[derive(Debug)]
pub(super) struct WebSocketStream {
    socket: WebSocket,
    /// Came, and not read yet for lack of room.
    arrived: VecDeque<Bytes>,
    lines: Option<Lines>,
}

impl WebSocketStream {
    pub(super) fn of_bytes(socket: WebSocket) -> Self {
        Self {
            socket: socket.in_pieces(Pieces::Bytes),
            arrived: VecDeque::new(),
            lines: None,
        }
    }

    pub(super) fn of_lines(socket: WebSocket) -> Self {
        Self {
            socket: socket.in_pieces(Pieces::Lines),
            arrived: VecDeque::new(),
            lines: Some(Lines::default()),
        }
    }
}

impl AsyncRead for WebSocketStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        if this.arrived.is_empty() && !ready!(this.socket.poll_receive(cx, &mut this.arrived))? {
            return Poll::Ready(Ok(()));
        }
        while let Some(piece) = this.arrived.front_mut() {
            let count = piece.len().min(buf.remaining());
            buf.put_slice(&piece[..count]);
            piece.advance(count);
            if piece.has_remaining() {
                return Poll::Ready(Ok(()));
            }
            this.arrived.pop_front();
        }
        this.arrived = VecDeque::new();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for WebSocketStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Self { socket, lines, .. } = &mut *self;
        if let Some(lines) = lines {
            return lines.poll_write(socket, cx, &[IoSlice::new(buf)]);
        }
        ready!(socket.unsent.poll_send(cx, &mut socket.stream))?;
        let piece = buf.get(..PIECE_BYTES).unwrap_or(buf);
        let mut message = VecDeque::from([Bytes::copy_from_slice(piece)]);
        match socket.poll_send(cx, &mut message) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            // What the stream beneath did not take of it waits there.
            _ => Poll::Ready(Ok(piece.len())),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let Self { socket, lines, .. } = &mut *self;
        match lines {
            Some(lines) => lines.poll_write(socket, cx, bufs),
            None => {
                let first = bufs.iter().find(|buf| !buf.is_empty());
                self.poll_write(cx, first.map_or(&[], |buf| buf))
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.lines.is_some()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.poll_send(cx, &mut VecDeque::new())
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.poll_shutdown(cx)
    }
}

impl Layered for WebSocketStream {
    fn abort(&mut self) {
        self.socket.stream.abort_now();
    }

    fn unacknowledged(&self) -> u64 {
        self.socket.unsent.len() as u64 + self.socket.stream.unacknowledged()
    }

    fn has_failed(&self) -> bool {
        self.socket.stream.has_failed()
    }

    fn bottom(&self) -> Option<Socket<'_>> {
        self.socket.stream.bottom()
    }
}

/// The longest message that is made of bytes.
const PIECE_BYTES: usize = 64 * 1024;
