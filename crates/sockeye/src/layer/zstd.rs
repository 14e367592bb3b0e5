//! `+zstd`: compresses what passes, by Zstandard (RFC 8878); the command `zstd` reads and writes the
//! same.
//!
//! ```text
//! write ──▶ a block, flushed ──▶ stream beneath; what it does not take at once: unsent
//! read  ◀── as much as there is room for ◀── stream beneath; what is not decoded yet: arrived
//! ```
//!
//! What is written leaves at once, so that the peer can answer it. Half-close: the end of the frame, then the
//! end of the stream beneath. Several frames are read as one.
//!
//! ```text
//!          write             nothing written for a while
//! nothing ───────▶ a frame ───────────────────────────────▶ its end and the next one's first bytes
//!                     ▲                  write                        │
//!                     └───────────────────────────────────────────────┘
//! ```
//!
//! A context takes some hundred KiB and up to some MiB, so a direction at rest has none: where it writes, its
//! frame is ended, and where it reads, nothing is kept of a frame that has ended. The next one begins with
//! the same four bytes, whatever it will hold. They are sent at once, for a stream that ends within a frame
//! was cut, and one that ends between two would look whole.
//!
//! Invariant: however much a few bytes expand to, no more is decoded than the reader has room for.

mod codec;

use std::cell::Cell;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};
use zstd::stream::raw::{Decoder, Encoder, Operation};

use self::codec::{MAGIC, compress, decoder, encoder, finish, not_readable};
use super::unsent::Unsent;
use crate::endpoint::{Endpoint, Value};
use crate::error::Error;
use crate::io::{Layered, Socket, Stream};

/// The layer with its settings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Zstd {
    level: i32,
    window_bits: u32,
}

impl Zstd {
    /// Reads what `+zstd` says.
    pub(super) fn prepare(endpoint: &Endpoint) -> Result<Self, Error> {
        let level = match endpoint.value("zstd", "level") {
            Some(Value::Count(level)) => i32::try_from(level).ok(),
            _ => None,
        };
        let window_bits = match endpoint.value("zstd", "window") {
            Some(Value::Bytes(bytes)) => bytes.checked_ilog2(),
            _ => None,
        };
        Ok(Self {
            level: level.unwrap_or(zstd::DEFAULT_COMPRESSION_LEVEL),
            window_bits: window_bits.unwrap_or(WINDOW_BITS),
        })
    }

    pub(super) fn wrap(&self, stream: Stream) -> Stream {
        Stream::layered(ZstdStream::new(*self, stream))
    }
}

/// A stream whose bytes are compressed on the way.
struct ZstdStream {
    stream: Stream,
    settings: Zstd,
    /// The own frame, from the first bytes written until a pause.
    frame: Option<Frame>,
    /// Whether the first bytes of the own next frame are sent.
    has_begun: bool,
    unsent: Unsent,
    /// Whether who writes waits for the stream beneath.
    is_blocked: bool,
    /// Whether the end of a frame is on its way for which nobody waits but who reads.
    is_leaving: bool,
    /// Why that end did not leave, for who writes next.
    failed: Option<io::Error>,
    /// Whether the own direction has ended.
    closed: bool,
    /// Who waits for bytes, and sees to pauses meanwhile.
    reader: Option<Waker>,
    /// Made when a frame arrives: it takes as much as the frame's window.
    decoder: Option<Decoder<'static>>,
    /// Compressed, and not decoded for lack of room or of more.
    arrived: Bytes,
    /// Whether a frame of the peer has begun and not ended.
    in_frame: bool,
    /// Whether there may be decoded bytes that had no room.
    has_more: bool,
}

/// A frame that is being written.
struct Frame {
    encoder: Encoder<'static>,
    clock: Pin<Box<Sleep>>,
    /// Whether anything was written since the clock was set.
    is_used: bool,
}

impl ZstdStream {
    fn new(settings: Zstd, stream: Stream) -> Self {
        Self {
            stream,
            settings,
            frame: None,
            has_begun: false,
            unsent: Unsent::default(),
            is_blocked: false,
            is_leaving: false,
            failed: None,
            closed: false,
            reader: None,
            decoder: None,
            arrived: Bytes::new(),
            in_frame: false,
            has_more: false,
        }
    }

    /// Lets the encoder write for the peer, and sends of that what can be sent at once.
    fn send(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(&mut Encoder<'static>, &mut Vec<u8>) -> io::Result<()>,
    ) -> io::Result<()> {
        let frame = match &mut self.frame {
            Some(frame) => frame,
            none => none.insert(Frame::begin(self.settings, self.reader.as_ref())?),
        };
        frame.is_used = true;
        let mut made = MADE.take();
        let sent = write(&mut frame.encoder, &mut made).and_then(|()| {
            let sent_before = match std::mem::take(&mut self.has_begun) {
                true => MAGIC.len(),
                false => 0,
            };
            let bytes = made.get(sent_before..).unwrap_or_default();
            self.unsent.send(cx, &mut self.stream, bytes)
        });
        made.clear();
        MADE.set(made);
        sent
    }

    /// Sends what waits, for who writes.
    fn poll_unsent(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.is_leaving = false;
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Err(error));
        }
        let sent = self.unsent.poll_send(cx, &mut self.stream);
        self.is_blocked = sent.is_pending();
        sent
    }

    /// Ends the own frame once nothing was written for a while, and sees to it that the end leaves.
    fn pause(&mut self, cx: &mut Context<'_>) {
        // Who waits to write is to be woken by the stream beneath, not who reads.
        let is_busy = self.is_blocked || (self.unsent.len() > 0 && !self.is_leaving);
        if let Some(frame) = &mut self.frame
            && frame.has_rested(cx, is_busy)
        {
            let sent = self.send(cx, |encoder, made| {
                finish(encoder, made)?;
                made.extend(MAGIC);
                Ok(())
            });
            self.frame = None;
            self.has_begun = true;
            self.is_leaving = sent.is_ok();
            self.failed = sent.err();
        }
        if self.is_leaving
            && !self.is_blocked
            && let Poll::Ready(left) = self.poll_leave(cx)
        {
            self.is_leaving = false;
            self.failed = left.err();
        }
    }

    fn poll_leave(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.unsent.poll_send(cx, &mut self.stream))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Tells whether nothing can be decoded before more arrives; of the next frame the first bytes are
    /// kept as they are, for a decoder would take its memory for them.
    fn wants_more(&self) -> bool {
        match self.in_frame {
            true => self.arrived.is_empty() && !self.has_more,
            false => MAGIC.starts_with(&self.arrived),
        }
    }

    /// Decodes into `buf` what it has room for.
    fn decode(&mut self, buf: &mut ReadBuf<'_>) -> io::Result<()> {
        let decoder = match &mut self.decoder {
            Some(decoder) => decoder,
            none => none.insert(decoder()?),
        };
        let room = buf.initialize_unfilled();
        let done = decoder
            .run_on_buffers(&self.arrived, room)
            .map_err(not_readable)?;
        self.arrived.advance(done.bytes_read);
        self.has_more = done.bytes_written == room.len() && done.remaining > 0;
        if done.bytes_read > 0 || done.bytes_written > 0 {
            self.in_frame = done.remaining > 0;
        }
        buf.advance(done.bytes_written);
        if !self.in_frame && self.wants_more() {
            self.decoder = None;
        }
        Ok(())
    }

    /// Takes compressed bytes from the stream beneath; `false` at its end.
    fn poll_take(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let mut buffer = TAKEN.take().unwrap_or_else(|| vec![0; TAKE_BYTES].into());
        let mut space = ReadBuf::new(&mut buffer);
        let taken = Pin::new(&mut self.stream).poll_read(cx, &mut space);
        let count = space.filled().len();
        self.arrived = match self.arrived.is_empty() {
            true => Bytes::copy_from_slice(space.filled()),
            false => [&self.arrived, space.filled()].concat().into(),
        };
        TAKEN.set(Some(buffer));
        if taken.is_pending() {
            self.reader = Some(cx.waker().clone());
            self.pause(cx);
        }
        taken.map_ok(|()| count > 0)
    }
}

impl Frame {
    /// Begins a frame whose clock wakes `reader`.
    fn begin(settings: Zstd, reader: Option<&Waker>) -> io::Result<Self> {
        let mut clock = Box::pin(sleep(PAUSE));
        if let Some(reader) = reader {
            // It has only just been set.
            let _ = clock.as_mut().poll(&mut Context::from_waker(reader));
        }
        Ok(Self {
            encoder: encoder(settings.level, settings.window_bits)?,
            clock,
            is_used: false,
        })
    }

    /// Tells whether nothing was written while the clock ran; sets it anew where something was.
    fn has_rested(&mut self, cx: &mut Context<'_>, is_busy: bool) -> bool {
        while self.clock.as_mut().poll(cx).is_ready() {
            if !std::mem::take(&mut self.is_used) && !is_busy {
                return true;
            }
            self.clock.as_mut().reset(Instant::now() + PAUSE);
        }
        false
    }
}

impl AsyncRead for ZstdStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (this, before) = (&mut *self, buf.filled().len());
        while buf.remaining() > 0 {
            if !this.wants_more() {
                this.decode(buf)?;
                if buf.filled().len() > before {
                    return Poll::Ready(Ok(()));
                }
            }
            if this.wants_more() && !ready!(this.poll_take(cx))? {
                return Poll::Ready(match this.in_frame || !this.arrived.is_empty() {
                    true => Err(io::Error::new(io::ErrorKind::UnexpectedEof, CUT)),
                    false => Ok(()),
                });
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ZstdStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.closed {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if buf.is_empty() {
            return Poll::Ready(Ok(0));
        }
        ready!(this.poll_unsent(cx))?;
        let piece = buf.get(..PIECE_BYTES).unwrap_or(buf);
        this.send(cx, |encoder, made| compress(encoder, piece, made))?;
        Poll::Ready(Ok(piece.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        ready!(this.poll_unsent(cx))?;
        let flushed = Pin::new(&mut this.stream).poll_flush(cx);
        this.is_blocked = flushed.is_pending();
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.closed {
            this.closed = true;
            this.send(cx, |encoder, made| finish(encoder, made))?;
            this.frame = None;
        }
        ready!(this.poll_unsent(cx))?;
        Pin::new(&mut this.stream).poll_shutdown(cx)
    }
}

impl Layered for ZstdStream {
    fn abort(&mut self) {
        self.stream.abort_now();
    }

    fn unacknowledged(&self) -> u64 {
        self.unsent.len() as u64 + self.stream.unacknowledged()
    }

    fn has_failed(&self) -> bool {
        self.stream.has_failed()
    }

    fn bottom(&self) -> Option<Socket<'_>> {
        self.stream.bottom()
    }
}

impl fmt::Debug for ZstdStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZstdStream")
            .field("stream", &self.stream)
            .field("in_frame", &self.in_frame)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

thread_local! {
    /// The buffers through which every stream of this thread passes; taken out while in use, so that
    /// nobody can meet one half used.
    static MADE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    static TAKEN: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}

/// The end of a stream within a frame.
const CUT: &str = "the connection was cut: it ended within a frame of zstd";
/// The window if nothing is said, as a power of two: 256 KiB.
const WINDOW_BITS: u32 = 18;
/// What is compressed at once, bytes: the largest block (RFC 8878 section 3.1.1.2.4).
const PIECE_BYTES: usize = 128 * 1024;
/// What is taken from the stream beneath at once, bytes.
const TAKE_BYTES: usize = 64 * 1024;
/// How long nothing may be written before the frame ends, at least; twice that at most. A new frame knows
/// nothing of what was said before, so it is to be longer than the pauses of those who talk.
const PAUSE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests;
