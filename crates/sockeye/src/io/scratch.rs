//! The buffer through which bytes pass: one a thread, so that who waits for some holds none.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

/// Lends the thread's buffer.
pub(super) fn with<T>(lend: impl FnOnce(&mut [u8]) -> T) -> T {
    let mut scratch = SCRATCH
        .take()
        .unwrap_or_else(|| vec![0; SCRATCH_BYTES].into());
    let result = lend(&mut scratch);
    SCRATCH.set(Some(scratch));
    result
}

/// Waits for bytes and lets `take` have them, nothing at the end of the stream; what is to be kept of
/// them, it copies.
///
/// # Errors
/// Those of the reader.
pub(crate) async fn read_piece<T>(
    reader: &mut (impl AsyncRead + Unpin),
    mut take: impl FnMut(&mut [u8]) -> T,
) -> io::Result<T> {
    poll_fn(|cx| poll_piece(reader, cx, &mut take)).await
}

/// Does as [`read_piece`] does.
///
/// # Errors
/// Those of the reader.
pub(crate) fn poll_piece<T>(
    reader: &mut (impl AsyncRead + Unpin),
    cx: &mut Context<'_>,
    take: impl FnOnce(&mut [u8]) -> T,
) -> Poll<io::Result<T>> {
    with(|scratch| {
        let mut piece = ReadBuf::new(scratch);
        ready!(Pin::new(reader).poll_read(cx, &mut piece))?;
        Poll::Ready(Ok(take(piece.filled_mut())))
    })
}

thread_local! {
    /// Taken out while in use, so that nobody can meet it half used.
    static SCRATCH: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}

/// What the buffer holds, bytes: the largest read that is worth a copy.
pub(super) const SCRATCH_BYTES: usize = 64 * 1024;
