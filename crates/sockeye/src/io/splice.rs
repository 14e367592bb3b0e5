//! Splicing: bulk between two sockets, without the bytes ever entering this process (splice(2)).
//!
//! A direction begins by copying, which is cheaper for small messages, switches after two full
//! reads, and goes back when a burst was small. Pipes come from a small pool, shared by all relays.
//!
//! Invariants: a pipe in the pool is empty; a direction holds one only while bytes are in flight;
//! where there is no pipe, the direction copies.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::Interest;

use super::scratch::SCRATCH_BYTES;
use super::socket::Socket;
use super::stream::End;
use crate::sys::pipe::Pipe;

/// What a direction knows of splicing: whether it does, and what is inside its pipe.
#[derive(Debug, Default)]
pub(super) struct Splice {
    mode: Mode,
    /// Holds bytes: an empty pipe is back in the pool.
    loaded: Option<Loaded>,
}

#[derive(Debug)]
enum Mode {
    /// Copies, after so many full reads in a row.
    Copying { full_reads: u8 },
    /// Splices, so many bytes since the source was last empty.
    Splicing { burst_bytes: usize },
    /// These sockets cannot be spliced, or somebody looks at the bytes.
    Never,
}

#[derive(Debug)]
struct Loaded {
    pipe: Pooled,
    holds: usize,
}

impl Default for Mode {
    fn default() -> Self {
        Self::Copying { full_reads: 0 }
    }
}

impl Splice {
    /// Makes one that only ever copies, so that the bytes are seen.
    pub(super) fn never() -> Self {
        Self {
            mode: Mode::Never,
            loaded: None,
        }
    }

    /// Learns that a read by copying got `count` of the `wanted` bytes.
    pub(super) fn saw(&mut self, count: usize, wanted: usize) {
        let full = count == wanted && wanted >= FULL_BYTES_MIN;
        self.mode = match self.mode {
            Mode::Copying { full_reads } if full && full_reads + 1 >= FULL_READS => {
                Mode::Splicing { burst_bytes: 0 }
            }
            Mode::Copying { full_reads } if full => Mode::Copying {
                full_reads: full_reads + 1,
            },
            Mode::Never => Mode::Never,
            _ => Mode::default(),
        };
    }

    /// Moves at most `max` bytes from a socket into a pipe; `None` says that this read is to be copied.
    pub(super) fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        from: Socket<'_>,
        max: usize,
    ) -> Option<Poll<io::Result<usize>>> {
        let Mode::Splicing { burst_bytes } = &mut self.mode else {
            return None;
        };
        let Some(pipe) = POOL.take() else {
            self.mode = Mode::default();
            return None;
        };
        let filled = loop {
            match from.poll_read_ready(cx) {
                Poll::Pending => {
                    self.mode = match *burst_bytes {
                        ..BURST_BYTES_MIN => Mode::default(),
                        _ => Mode::Splicing { burst_bytes: 0 },
                    };
                    break Poll::Pending;
                }
                Poll::Ready(Err(error)) => break Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) => {}
            }
            match from.try_io(Interest::READABLE, |socket| {
                pipe.pipe.fill(socket, max.min(PIPE_BYTES))
            }) {
                // Only an empty socket blocks here, for the pipe is empty: a short splice says
                // nothing, since a pipe has a number of slots, too, and small segments fill them.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                    self.mode = Mode::Never;
                    POOL.give(pipe);
                    return None;
                }
                Ok(holds) if holds > 0 => {
                    *burst_bytes += holds;
                    self.loaded = Some(Loaded { pipe, holds });
                    return Some(Poll::Ready(Ok(holds)));
                }
                ended => break Poll::Ready(ended),
            }
        };
        POOL.give(pipe);
        Some(filled)
    }

    /// Moves bytes from the pipe to the sink; `None` when nothing is left in it.
    pub(super) fn poll_drain(
        &mut self,
        cx: &mut Context<'_>,
        to: &End<'_>,
    ) -> Poll<io::Result<Option<usize>>> {
        let (Some(loaded), End::Socket(to)) = (&mut self.loaded, to) else {
            return Poll::Ready(Ok(None));
        };
        let count = loop {
            ready!(to.poll_write_ready(cx))?;
            let drain = |socket: BorrowedFd<'_>| loaded.pipe.pipe.drain(socket, loaded.holds);
            match to.try_io(Interest::WRITABLE, drain) {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Ok(count) => break count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        };
        loaded.holds -= count;
        if loaded.holds == 0
            && let Some(empty) = self.loaded.take()
        {
            POOL.give(empty.pipe);
        }
        Poll::Ready(Ok(Some(count)))
    }
}

/// A pipe and its place among the pipes that there may be.
#[derive(Debug)]
struct Pooled {
    pipe: Pipe,
    _place: Place,
}

/// Empty pipes, ready for use.
struct Pool {
    idle: Mutex<Vec<Pooled>>,
    made: AtomicUsize,
}

static POOL: Pool = Pool {
    idle: Mutex::new(Vec::new()),
    made: AtomicUsize::new(0),
};

impl Pool {
    fn take(&'static self) -> Option<Pooled> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        idle.or_else(|| {
            let place = Place::take(&self.made)?;
            // A user without pipe memory or descriptors left is served by copying.
            Some(Pooled {
                pipe: Pipe::new(PIPE_BYTES).ok()?,
                _place: place,
            })
        })
    }

    /// Takes an empty pipe back.
    fn give(&self, pipe: Pooled) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_PIPES_MAX {
            idle.push(pipe);
        }
    }
}

/// One of [`PIPES_MAX`] places.
#[derive(Debug)]
struct Place(&'static AtomicUsize);

impl Place {
    fn take(made: &'static AtomicUsize) -> Option<Self> {
        let place = Self(made);
        (made.fetch_add(1, Ordering::Relaxed) < PIPES_MAX).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Full reads in a row after which a direction is taken for bulk.
const FULL_READS: u8 = 2;
/// What a read has to want to count as a full one, bytes, where a rate allows less than the buffer holds.
const FULL_BYTES_MIN: usize = SCRATCH_BYTES / 4;
/// A burst below this, bytes, would have been cheaper to copy.
const BURST_BYTES_MIN: usize = 2 * SCRATCH_BYTES;
/// What a pipe holds, bytes: half of what an unprivileged user may ask for (pipe(7)).
const PIPE_BYTES: usize = 512 * 1024;
/// Pipes at once, two descriptors each: together what an unprivileged user's pipes may hold
/// (pipe-user-pages-soft, pipe(7)). Directions beyond that copy.
const PIPES_MAX: usize = 128;
/// Empty pipes that are kept for the next burst.
const IDLE_PIPES_MAX: usize = 32;
