//! `+line` and `+frame`: messages in a stream of bytes.
//!
//! Half-close is the stream's own. A line that the end of the stream cuts off is a message; a frame
//! that it cuts off is an error.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use sockeye_proto::framing::{Checksum, Frame, FramingError, Line, LineText, Order, unescape};
use tokio::io::AsyncWrite;

use crate::endpoint::{Endpoint, Value};
use crate::error::{Error, ErrorKind};
use crate::io::{Datagram, Messages, Stream, poll_piece};

/// How messages are written into bytes.
#[derive(Debug, Clone)]
pub(super) enum Framing {
    Line(Line),
    Frame(Frame),
}

impl Framing {
    /// Returns what `+line` says.
    pub(super) fn line(endpoint: &Endpoint) -> Result<Self, Error> {
        let on = |key| endpoint.value("line", key) == Some(Value::Flag(true));
        let refused = |why: &str| Error::new(ErrorKind::ConfigUsage, "open", endpoint, why);
        let text = match (on("escape"), on("hex")) {
            (true, true) => return Err(refused("escape and hex of +line exclude each other")),
            (true, false) => LineText::Escaped,
            (false, true) => LineText::Hex,
            (false, false) => LineText::Plain,
        };
        let delimiter = text_of(endpoint, "line", "delimiter");
        let delimiter = unescape(delimiter.as_bytes())
            .filter(|delimiter| (1..=DELIMITER_BYTES_MAX).contains(&delimiter.len()))
            .ok_or_else(|| refused(r"the delimiter is 1 to 16 bytes, such as \n, \0 or \x1e"))?;
        Ok(Self::Line(Line {
            delimiter,
            crlf: on("crlf"),
            text,
            bytes_max: bytes_max(endpoint, "line"),
        }))
    }

    /// Returns what `+frame` says.
    pub(super) fn frame(endpoint: &Endpoint) -> Self {
        Self::Frame(Frame {
            size_bytes: text_of(endpoint, "frame", "size").parse().unwrap_or(4),
            order: match text_of(endpoint, "frame", "order").as_str() {
                "little" => Order::Little,
                _ => Order::Big,
            },
            bytes_max: bytes_max(endpoint, "frame"),
            checksum: match text_of(endpoint, "frame", "checksum").as_str() {
                "crc32" => Some(Checksum::Crc32),
                "sum8" => Some(Checksum::Sum8),
                "crc16-modbus" => Some(Checksum::Crc16Modbus),
                _ => None,
            },
        })
    }

    /// Makes messages of a stream.
    pub(super) fn wrap(&self, stream: Stream) -> Datagram {
        Datagram::new(Framed {
            framing: self.clone(),
            stream,
            arrived: BytesMut::new(),
            ended: false,
            leaving: Bytes::new(),
            unflushed: false,
        })
    }

    fn decode(&self, bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, FramingError> {
        match self {
            Self::Line(line) => line.decode(bytes),
            Self::Frame(frame) => frame.decode(bytes),
        }
    }

    fn finish(&self, rest: &[u8]) -> Result<Option<Vec<u8>>, FramingError> {
        match self {
            Self::Line(line) => line.finish(rest),
            Self::Frame(frame) => frame.finish(rest).map(|()| None),
        }
    }

    fn encode(&self, message: &[u8]) -> Result<Vec<u8>, FramingError> {
        let mut bytes = Vec::with_capacity(message.len() + OVERHEAD_BYTES);
        match self {
            Self::Line(line) => line.encode(message, &mut bytes)?,
            Self::Frame(frame) => frame.encode(message, &mut bytes)?,
        }
        Ok(bytes)
    }
}

fn text_of(endpoint: &Endpoint, word: &str, key: &str) -> String {
    match endpoint.value(word, key) {
        Some(Value::Text(text)) => text,
        _ => String::new(),
    }
}

fn bytes_max(endpoint: &Endpoint, word: &str) -> usize {
    match endpoint.value(word, "max") {
        Some(Value::Bytes(bytes)) => usize::try_from(bytes).unwrap_or(usize::MAX),
        _ => BYTES_MAX,
    }
}

/// A stream with messages in it.
#[derive(Debug)]
struct Framed {
    framing: Framing,
    stream: Stream,
    /// What has come and is no whole message yet.
    arrived: BytesMut,
    ended: bool,
    /// What is left to write of the message that is sent.
    leaving: Bytes,
    unflushed: bool,
}

impl Framed {
    /// Takes the whole messages out of what has come.
    fn take(&mut self, into: &mut VecDeque<Bytes>) -> Result<(), FramingError> {
        while let Some((message, count)) = self.framing.decode(&self.arrived)? {
            self.arrived.advance(count);
            into.push_back(message.into());
        }
        if self.ended {
            let last = self.framing.finish(&self.arrived)?;
            self.arrived.clear();
            into.extend(last.map(Bytes::from));
        }
        Ok(())
    }
}

impl Messages for Framed {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        let before = into.len();
        loop {
            let taken = self.take(into);
            if into.len() > before {
                // A mistake after them is found again by the next call.
                return Poll::Ready(Ok(true));
            }
            taken.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            if self.ended {
                return Poll::Ready(Ok(false));
            }
            if self.arrived.is_empty() {
                // Gives the buffer back, which an empty rest would keep.
                self.arrived = BytesMut::new();
            }
            let arrived = &mut self.arrived;
            let keep = |piece: &mut [u8]| {
                arrived.extend_from_slice(piece);
                piece.is_empty()
            };
            self.ended = ready!(poll_piece(&mut self.stream, cx, keep))?;
        }
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        while let Some(message) = from.front() {
            if self.leaving.is_empty() {
                let framed = self.framing.encode(message);
                self.leaving = framed
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?
                    .into();
            }
            while self.leaving.has_remaining() {
                let count = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.leaving))?;
                if count == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                self.leaving.advance(count);
            }
            self.leaving = Bytes::new();
            self.unflushed = true;
            from.pop_front();
        }
        if self.unflushed {
            ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    fn message_bytes_max(&self) -> usize {
        match &self.framing {
            Framing::Line(line) => line.bytes_max,
            Framing::Frame(frame) => frame.bytes_max(),
        }
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

/// The longest message where nothing is set, bytes.
const BYTES_MAX: usize = 1024 * 1024;
/// The longest delimiter, bytes: more than any protocol has.
const DELIMITER_BYTES_MAX: usize = 16;
/// What a frame adds to a message at most, bytes: a length of 8 and a checksum of 4.
const OVERHEAD_BYTES: usize = 12;

#[cfg(test)]
mod tests;
