//! What a layer has made and the stream beneath has not taken yet.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::AsyncWrite;

use crate::io::Stream;

/// Bytes that wait for the stream beneath; holds no buffer while there are none.
#[derive(Debug, Default)]
pub(super) struct Unsent(Bytes);

impl Unsent {
    /// Returns how many bytes wait.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Sends what waits.
    pub(super) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut Stream,
    ) -> Poll<io::Result<()>> {
        while self.0.has_remaining() {
            let count = ready!(Pin::new(&mut *stream).poll_write(cx, &self.0))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.0.advance(count);
        }
        // Gives the buffer back, which an empty rest would keep.
        self.0 = Bytes::new();
        Poll::Ready(Ok(()))
    }

    /// Sends of `bytes` what can be sent at once, behind what waits; the rest waits.
    pub(super) fn send(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut Stream,
        mut bytes: &[u8],
    ) -> io::Result<()> {
        while self.0.is_empty() && !bytes.is_empty() {
            match Pin::new(&mut *stream).poll_write(cx, bytes) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(count)) => bytes = bytes.get(count..).unwrap_or_default(),
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => break,
            }
        }
        if !bytes.is_empty() {
            self.0 = [&self.0, bytes].concat().into();
        }
        Ok(())
    }
}
