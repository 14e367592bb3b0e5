//! `+zstd`: compresses what passes, by Zstandard (RFC 8878); the command `zstd` reads and writes the
//! same.
//!
//! ```text
//! write ──▶ a block, flushed ──▶ stream beneath; what it does not take at once: unsent
//! read  ◀── as much as there is room for ◀── stream beneath; what is not decoded yet: arrived
//! ```
//!
//! Each direction is a frame. What is written leaves at once, so that the peer can answer it. Half-close:
//! the end of the frame, then the end of the stream beneath. A stream that ends within a frame was cut;
//! several frames are read as one.
//!
//! Invariant: however much a few bytes expand to, no more is decoded than the reader has room for.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use zstd::stream::raw::{CParameter, DParameter, Decoder, Encoder, Operation, OutBuffer};
use zstd::zstd_safe::compress_bound;

use super::unsent::Unsent;
use crate::endpoint::{Endpoint, Value};
use crate::error::Error;
use crate::io::{Layered, Socket, Stream};

/// The layer with its settings.
#[derive(Debug)]
pub(super) struct Zstd {
    level: i32,
}

impl Zstd {
    /// Reads what `+zstd` says.
    pub(super) fn prepare(endpoint: &Endpoint) -> Result<Self, Error> {
        let level = match endpoint.value("zstd", "level") {
            Some(Value::Count(level)) => i32::try_from(level).ok(),
            _ => None,
        };
        Ok(Self {
            level: level.unwrap_or(zstd::DEFAULT_COMPRESSION_LEVEL),
        })
    }

    pub(super) fn wrap(&self, stream: Stream) -> Stream {
        Stream::layered(ZstdStream {
            stream,
            level: self.level,
            encoder: None,
            decoder: None,
            unsent: Unsent::default(),
            arrived: Bytes::new(),
            in_frame: false,
            has_more: false,
            closed: false,
        })
    }
}

/// A stream whose bytes are compressed on the way.
struct ZstdStream {
    stream: Stream,
    level: i32,
    /// Made when the first bytes are written: it takes some megabytes.
    encoder: Option<Encoder<'static>>,
    /// Made when the first bytes arrive: it takes as much as the frame's window.
    decoder: Option<Decoder<'static>>,
    unsent: Unsent,
    /// Compressed, and not decoded for lack of room.
    arrived: Bytes,
    /// Whether a frame of the peer has begun and not ended.
    in_frame: bool,
    /// Whether there may be decoded bytes that had no room.
    has_more: bool,
    /// Whether the own direction has ended.
    closed: bool,
}

impl ZstdStream {
    /// Lets the encoder write for the peer, and sends of that what can be sent at once.
    fn send(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(&mut Encoder<'static>, &mut Vec<u8>) -> io::Result<()>,
    ) -> io::Result<()> {
        let encoder = match &mut self.encoder {
            Some(encoder) => encoder,
            none => none.insert(encoder(self.level)?),
        };
        let mut made = MADE.take();
        let sent =
            write(encoder, &mut made).and_then(|()| self.unsent.send(cx, &mut self.stream, &made));
        made.clear();
        MADE.set(made);
        sent
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
        self.has_more = done.bytes_written == room.len();
        if done.bytes_read > 0 || done.bytes_written > 0 {
            self.in_frame = done.remaining > 0;
        }
        buf.advance(done.bytes_written);
        Ok(())
    }

    /// Takes compressed bytes from the stream beneath; `false` at its end.
    fn poll_take(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let mut buffer = TAKEN.take().unwrap_or_else(|| vec![0; TAKE_BYTES].into());
        let mut space = ReadBuf::new(&mut buffer);
        let taken = Pin::new(&mut self.stream).poll_read(cx, &mut space);
        self.arrived = Bytes::copy_from_slice(space.filled());
        TAKEN.set(Some(buffer));
        taken.map_ok(|()| !self.arrived.is_empty())
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
            if this.has_more || !this.arrived.is_empty() {
                this.decode(buf)?;
                if buf.filled().len() > before {
                    return Poll::Ready(Ok(()));
                }
            }
            if this.arrived.is_empty() && !ready!(this.poll_take(cx))? {
                return Poll::Ready(match this.in_frame {
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
        ready!(this.unsent.poll_send(cx, &mut this.stream))?;
        let piece = buf.get(..PIECE_BYTES).unwrap_or(buf);
        this.send(cx, |encoder, made| compress(encoder, piece, made))?;
        Poll::Ready(Ok(piece.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        ready!(this.unsent.poll_send(cx, &mut this.stream))?;
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.closed {
            this.closed = true;
            this.send(cx, |encoder, made| {
                fill(made, 0, |out| encoder.finish(out, true))
            })?;
            this.encoder = None;
        }
        ready!(this.unsent.poll_send(cx, &mut this.stream))?;
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

fn encoder(level: i32) -> io::Result<Encoder<'static>> {
    let mut encoder = Encoder::new(level)?;
    encoder.set_parameter(CParameter::ChecksumFlag(true))?;
    Ok(encoder)
}

fn decoder() -> io::Result<Decoder<'static>> {
    let mut decoder = Decoder::new()?;
    decoder.set_parameter(DParameter::WindowLogMax(WINDOW_BITS_MAX))?;
    Ok(decoder)
}

/// Adds `piece`, compressed and flushed, to `made`.
fn compress(encoder: &mut Encoder<'_>, mut piece: &[u8], made: &mut Vec<u8>) -> io::Result<()> {
    let room = compress_bound(piece.len());
    fill(made, room, |out| {
        let mut input = zstd::stream::raw::InBuffer::around(piece);
        encoder.run(&mut input, out)?;
        piece = piece.get(input.pos()..).unwrap_or_default();
        match piece.is_empty() {
            true => encoder.flush(out),
            false => Ok(piece.len()),
        }
    })
}

/// Calls `write` with room at the end of `made` until it has nothing left to write.
fn fill(
    made: &mut Vec<u8>,
    room: usize,
    mut write: impl FnMut(&mut OutBuffer<'_, Vec<u8>>) -> io::Result<usize>,
) -> io::Result<()> {
    let mut left = room;
    loop {
        made.reserve(left + BLOCK_OVERHEAD_BYTES);
        let at = made.len();
        left = write(&mut OutBuffer::around_pos(made, at))?;
        if left == 0 {
            return Ok(());
        }
    }
}

/// Says why bytes cannot be decoded as a person reads it.
fn not_readable(error: io::Error) -> io::Error {
    let said = error.to_string();
    let why = match said.as_str() {
        "Unknown frame descriptor" => "what the peer sends is not zstd",
        "Frame requires too much memory for decoding" => {
            "the peer compresses with a window of more than 8 MiB"
        }
        _ => return io::Error::new(io::ErrorKind::InvalidData, format!("zstd: {said}")),
    };
    io::Error::new(io::ErrorKind::InvalidData, why)
}

thread_local! {
    /// The buffers through which every stream of this thread passes; taken out while in use, so that
    /// nobody can meet one half used.
    static MADE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    static TAKEN: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}

/// The end of a stream within a frame.
const CUT: &str = "the connection was cut: it ended within a frame of zstd";
/// What is compressed at once, bytes: the largest block (RFC 8878 section 3.1.1.2.4).
const PIECE_BYTES: usize = 128 * 1024;
/// What is taken from the stream beneath at once, bytes.
const TAKE_BYTES: usize = 64 * 1024;
/// Room for the headers of a frame and a block and for the checksum, bytes (RFC 8878 section 3.1.1).
const BLOCK_OVERHEAD_BYTES: usize = 32;
/// The largest window that a peer may ask for: 8 MiB, what every decoder should have (RFC 8878 section
/// 3.1.1.1.2), and what levels up to 19 need.
const WINDOW_BITS_MAX: u32 = 23;

#[cfg(test)]
mod tests;
