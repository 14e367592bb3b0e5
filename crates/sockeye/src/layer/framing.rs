//! `+line` and `+frame`: messages in a stream of bytes.
//!
//! ```text
//! receive ◀── all whole messages of a read, slices of one copy of it ◀── unfinished + stream beneath
//! send    ──▶ what is at hand, framed into one write ──▶ stream beneath; what it does not take: unsent
//! ```
//!
//! Nothing waits for more: many messages go together only if they are there together.
//!
//! Half-close is the stream's own. A line that the end of the stream cuts off is a message; a frame
//! that it cuts off is an error.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use sockeye_proto::framing::{
    Checksum, Decoded, Frame, FramingError, Line, LineText, Order, unescape,
};
use tokio::io::AsyncWrite;

use super::unsent::Unsent;
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
            arrived: Vec::new(),
            searched: 0,
            mistake: None,
            ended: false,
            unsent: Unsent::default(),
            unflushed: false,
        })
    }

    /// Takes the first message off `bytes`; no line ends in the first `searched` of them.
    fn decode<'a>(
        &self,
        bytes: &'a [u8],
        searched: usize,
    ) -> Result<Option<Decoded<'a>>, FramingError> {
        match self {
            Self::Line(line) => line.decode_searched(bytes, searched),
            Self::Frame(frame) => frame.decode(bytes),
        }
    }

    fn searched(&self, bytes: &[u8]) -> usize {
        match self {
            Self::Line(line) => line.searched(bytes),
            Self::Frame(_) => 0,
        }
    }

    fn finish<'a>(&self, rest: &'a [u8]) -> Result<Option<Cow<'a, [u8]>>, FramingError> {
        match self {
            Self::Line(line) => line.finish(rest),
            Self::Frame(frame) => frame.finish(rest).map(|()| None),
        }
    }

    fn encode(&self, message: &[u8], into: &mut Vec<u8>) -> Result<(), FramingError> {
        match self {
            Self::Line(line) => line.encode(message, into),
            Self::Frame(frame) => frame.encode(message, into),
        }
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
    /// What has come and is no whole message yet; holds no buffer while there is nothing.
    arrived: Vec<u8>,
    /// How much of that has been searched for its end.
    searched: usize,
    /// Why no message can follow those that were received.
    mistake: Option<FramingError>,
    ended: bool,
    /// What the stream has not taken yet of messages that are on their way.
    unsent: Unsent,
    unflushed: bool,
}

impl Framed {
    /// Takes the whole messages out of what has come.
    fn take(&mut self, into: &mut VecDeque<Bytes>) -> Result<(), FramingError> {
        let before = into.len();
        let mut rest = Bytes::from(std::mem::take(&mut self.arrived));
        let mut taken = Ok(());
        loop {
            match self.framing.decode(&rest, self.searched) {
                Ok(Some((message, count))) => {
                    into.push_back(part(&rest, message));
                    rest.advance(count);
                    self.searched = 0;
                }
                Ok(None) => break,
                Err(mistake) => {
                    taken = Err(mistake);
                    break;
                }
            }
        }
        if self.ended && taken.is_ok() {
            let last = self.framing.finish(&rest)?;
            into.extend(last.map(|message| part(&rest, message)));
            return Ok(());
        }
        self.searched = self.framing.searched(&rest);
        self.arrived = match into.len() > before {
            // So that it does not keep what the messages before it took.
            true => rest.to_vec(),
            // Nobody else has it, so a long message is not copied as it grows.
            false => rest.into(),
        };
        taken
    }

    /// Frames messages from the front of `from`, and sends of that what can be sent at once.
    fn send(&mut self, cx: &mut Context<'_>, from: &mut VecDeque<Bytes>) -> io::Result<()> {
        let mut batch = BATCH.take();
        let mut framed = Ok(());
        while batch.len() < BATCH_BYTES
            && let Some(message) = from.front()
        {
            framed = self.framing.encode(message, &mut batch);
            if framed.is_err() {
                break;
            }
            from.pop_front();
        }
        // One that cannot be sent is told once those before it have left.
        let sent = match framed {
            Err(mistake) if batch.is_empty() => {
                Err(io::Error::new(io::ErrorKind::InvalidInput, mistake))
            }
            _ => self.unsent.send(cx, &mut self.stream, &batch),
        };
        self.unflushed |= !batch.is_empty();
        batch.clear();
        batch.shrink_to(2 * BATCH_BYTES);
        BATCH.set(batch);
        sent
    }
}

/// Returns a message of `whole`: a part of it where it stands there.
fn part(whole: &Bytes, message: Cow<'_, [u8]>) -> Bytes {
    match message {
        Cow::Borrowed(message) => whole.slice_ref(message),
        Cow::Owned(message) => message.into(),
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
            if let Some(mistake) = self.mistake {
                let mistake = io::Error::new(io::ErrorKind::InvalidData, mistake);
                return Poll::Ready(Err(mistake));
            }
            if self.ended {
                return Poll::Ready(Ok(false));
            }
            let arrived = &mut self.arrived;
            let keep = |piece: &mut [u8]| {
                arrived.extend_from_slice(piece);
                piece.is_empty()
            };
            self.ended = ready!(poll_piece(&mut self.stream, cx, keep))?;
            self.mistake = self.take(into).err();
            if into.len() > before {
                return Poll::Ready(Ok(true));
            }
        }
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        ready!(self.unsent.poll_send(cx, &mut self.stream))?;
        while !from.is_empty() {
            self.send(cx, from)?;
            ready!(self.unsent.poll_send(cx, &mut self.stream))?;
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
        ready!(self.unsent.poll_send(cx, &mut self.stream))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn can_end(&self) -> bool {
        true
    }

    fn abort(self: Box<Self>) -> u64 {
        self.unsent.len() as u64 + self.stream.reset()
    }

    fn stream(&mut self) -> Option<&mut Stream> {
        Some(&mut self.stream)
    }
}

thread_local! {
    /// What is framed and sent at once; taken out while in use, so that nobody can meet it half used.
    static BATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The longest message where nothing is set, bytes.
const BYTES_MAX: usize = 1024 * 1024;
/// The longest delimiter, bytes: more than any protocol has.
const DELIMITER_BYTES_MAX: usize = 16;
/// What is framed at once, bytes, and the last message on top: as much as a read yields.
const BATCH_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests;
