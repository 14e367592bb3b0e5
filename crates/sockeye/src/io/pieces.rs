//! A stream as messages: what one read yields is one message.
//!
//! For standard input and files, which have no edges of their own: a read from a terminal is a
//! line. Messages for the stream are written one after the other.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::scratch::{self, SCRATCH_BYTES};
use super::{Messages, Stream};

/// A stream whose reads are messages.
#[derive(Debug)]
pub(super) struct Pieces {
    stream: Stream,
    piece_bytes: usize,
    /// Whether something was written that may be held back.
    unflushed: bool,
}

impl Pieces {
    /// Reads at most `piece_bytes` at once, so that each piece fits where it goes.
    pub(super) fn new(stream: Stream, piece_bytes: usize) -> Self {
        Self {
            stream,
            piece_bytes: piece_bytes.clamp(1, SCRATCH_BYTES),
            unflushed: false,
        }
    }
}

impl Messages for Pieces {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        scratch::with(|scratch| {
            let mut piece = ReadBuf::new(&mut scratch[..self.piece_bytes]);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut piece))?;
            let piece = piece.filled();
            if !piece.is_empty() {
                into.push_back(Bytes::copy_from_slice(piece));
            }
            Poll::Ready(Ok(!piece.is_empty()))
        })
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        while let Some(message) = from.front_mut() {
            while message.has_remaining() {
                let count = ready!(Pin::new(&mut self.stream).poll_write(cx, message))?;
                if count == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                self.unflushed = true;
                message.advance(count);
            }
            from.pop_front();
        }
        if self.unflushed {
            ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    fn message_bytes_max(&self) -> usize {
        usize::MAX
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn can_end(&self) -> bool {
        true
    }

    fn abort(self: Box<Self>) -> u64 {
        self.stream.reset()
    }

    fn stream(&mut self) -> Option<&mut Stream> {
        Some(&mut self.stream)
    }
}
