//! Messages over frames.
//!
//! ```text
//! open ──Close sent──▶ closing ──peer's Close──▶ closed
//!   └──peer's Close──▶ the peer has ended; the own direction goes on until it ends ──Close sent──▶ closed
//! ```
//!
//! Invariant: at rest it holds no buffer; of a message that arrives what has come, of one that leaves
//! what the stream beneath has not taken.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use sockeye_proto::websocket::{
    Incoming, Kind, Opcode, Receiver, WebSocketError, encode, encode_close,
};
use tokio::io::AsyncWrite;
use tokio::time::{Instant, Sleep, sleep};

use super::Settings;
use super::lines;
use super::stream::WebSocketStream;
use crate::io::{Messages, Stream, poll_piece};
use crate::layer::unsent::Unsent;

/// A WebSocket whose handshake is done.
#[derive(Debug)]
pub(super) struct WebSocket {
    pub(super) stream: Stream,
    settings: Settings,
    receiver: Receiver,
    pieces: Pieces,
    /// What has come of a message.
    message: Vec<u8>,
    /// What the peer sent last.
    heard: Option<Kind>,
    pub(super) unsent: Unsent,
    close_sent: bool,
    peer_closed: bool,
    /// The status code of a Close that is no end of what was said.
    gave_up: Option<u16>,
    failed: Option<WebSocketError>,
    /// What the Close says of why this end ends.
    pub(super) reason: String,
    timer: Option<Pin<Box<Sleep>>>,
    /// Whether a ping waits for anything to come back.
    pinged: bool,
}

impl WebSocket {
    pub(super) fn new(stream: Stream, settings: Settings) -> Self {
        Self {
            stream,
            receiver: Receiver::new(!settings.masks, settings.bytes_max as u64),
            pieces: Pieces::Whole,
            message: Vec::new(),
            heard: None,
            unsent: Unsent::default(),
            close_sent: false,
            peer_closed: false,
            gave_up: None,
            failed: None,
            reason: String::new(),
            timer: settings.ping.map(|ping| Box::pin(sleep(ping))),
            pinged: false,
            settings,
        }
    }

    /// Hands on pieces of messages from now on; no limit holds where nothing is kept.
    pub(super) fn in_pieces(mut self, pieces: Pieces) -> Self {
        self.receiver = Receiver::new(!self.settings.masks, u64::MAX);
        if pieces == Pieces::Bytes {
            self.settings.kind = self.settings.kind.or(Some(Kind::Binary));
        }
        self.pieces = pieces;
        self
    }

    /// Takes what bytes make of it.
    fn take(
        &mut self,
        cx: &mut Context<'_>,
        mut bytes: &[u8],
        into: &mut VecDeque<Bytes>,
    ) -> io::Result<()> {
        loop {
            match self.receiver.receive(&mut bytes) {
                Ok(None) => return Ok(()),
                Ok(Some(Incoming::Data { kind, bytes, last })) => {
                    self.heard = Some(kind);
                    if self.pieces != Pieces::Whole {
                        into.extend((!bytes.is_empty()).then(|| bytes.into()));
                        if last && self.pieces == Pieces::Lines {
                            into.push_back(Bytes::from_static(lines::ENDING));
                        }
                        continue;
                    }
                    match self.message.is_empty() {
                        true => self.message = bytes,
                        false => self.message.extend_from_slice(&bytes),
                    }
                    if last {
                        into.push_back(std::mem::take(&mut self.message).into());
                    }
                }
                Ok(Some(Incoming::Ping(payload))) => {
                    // One that does not read its pongs gets no more of them.
                    if !self.close_sent && self.unsent.len() < PONGS_BYTES_MAX {
                        self.send(cx, |made, mask| encode(Opcode::Pong, &payload, mask, made))?;
                    }
                }
                Ok(Some(Incoming::Pong)) => {}
                Ok(Some(Incoming::Close(code))) => {
                    self.peer_closed = true;
                    self.gave_up = code.filter(|code| !matches!(*code, NORMAL | GOING_AWAY));
                    if let (Some(code), false) = (self.gave_up, self.close_sent) {
                        self.close_sent = true;
                        // The peer gets its own word back, where it takes it at once.
                        let _ = self.send(cx, |made, mask| encode_close(code, "", mask, made));
                    }
                }
                Err(error) => {
                    if !self.close_sent {
                        self.close_sent = true;
                        // The peer is told why, where it takes it at once.
                        let _ =
                            self.send(cx, |made, mask| encode_close(error.code(), "", mask, made));
                    }
                    self.failed = Some(error);
                    return Ok(());
                }
            }
        }
    }

    /// Sends what `make` makes, what the stream takes of it at once.
    fn send(
        &mut self,
        cx: &mut Context<'_>,
        make: impl FnOnce(&mut Vec<u8>, Option<[u8; 4]>),
    ) -> io::Result<()> {
        self.send_frames(cx, |socket, made| {
            make(made, socket.mask()?);
            Ok(())
        })
    }

    /// Sends the frames that `make` makes, also those before one that it cannot make.
    fn send_frames(
        &mut self,
        cx: &mut Context<'_>,
        make: impl FnOnce(&mut Self, &mut Vec<u8>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut made = MADE.take();
        let encoded = make(self, &mut made);
        let sent = self.unsent.send(cx, &mut self.stream, &made);
        made.clear();
        MADE.set(made);
        sent.and(encoded)
    }

    /// Sends what `make` makes of messages once what was made before has left.
    pub(super) fn poll_send_frames(
        &mut self,
        cx: &mut Context<'_>,
        make: impl FnOnce(&mut Self, &mut Vec<u8>) -> io::Result<()>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        if self.close_sent {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        ready!(self.unsent.poll_send(cx, &mut self.stream))?;
        Poll::Ready(self.send_frames(cx, make))
    }

    /// Makes a mask that nobody can foresee, where this end masks (RFC 6455 section 5.3).
    fn mask(&self) -> io::Result<Option<[u8; 4]>> {
        match self.settings.masks {
            false => Ok(None),
            true => getrandom::u32()
                .map(|random| Some(random.to_ne_bytes()))
                .map_err(io::Error::other),
        }
    }

    /// Returns what a message is sent as.
    fn opcode_of(&self, message: &[u8]) -> io::Result<Opcode> {
        let is_text = || std::str::from_utf8(message).is_ok();
        match self.settings.kind {
            Some(Kind::Binary) => Ok(Opcode::Binary),
            Some(Kind::Text) if is_text() => Ok(Opcode::Text),
            Some(Kind::Text) => Err(io::Error::new(io::ErrorKind::InvalidInput, NO_TEXT)),
            None if self.heard != Some(Kind::Binary) && is_text() => Ok(Opcode::Text),
            None => Ok(Opcode::Binary),
        }
    }

    /// Looks at the clock: whether the peer has been silent for too long, and whether it is to be
    /// pinged.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let Some(timer) = &mut self.timer else {
            return Poll::Pending;
        };
        ready!(timer.as_mut().poll(cx));
        let late = |why: &str| Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, why));
        if self.close_sent {
            return late(NO_CLOSE);
        }
        if self.pinged {
            return late(NO_PONG);
        }
        self.pinged = true;
        self.wait(self.settings.ping.unwrap_or(CLOSE_PATIENCE));
        if let Err(error) = self.send(cx, |made, mask| encode(Opcode::Ping, b"", mask, made)) {
            return Poll::Ready(error);
        }
        self.poll_timer(cx)
    }

    fn wait(&mut self, time: Duration) {
        let at = Instant::now() + time;
        match &mut self.timer {
            Some(timer) => timer.as_mut().reset(at),
            none => *none = Some(Box::pin(tokio::time::sleep_until(at))),
        }
    }

    /// Notes that bytes have come.
    fn heard_of(&mut self) {
        self.pinged = false;
        match (self.close_sent, self.settings.ping) {
            (true, _) => self.wait(CLOSE_PATIENCE),
            (false, Some(ping)) => self.wait(ping),
            (false, None) => {}
        }
    }

    fn check(&self) -> io::Result<()> {
        match self.failed {
            None => Ok(()),
            Some(error) => {
                let why = format!("websocket: {error}");
                Err(io::Error::new(io::ErrorKind::InvalidData, why))
            }
        }
    }
}

impl Messages for WebSocket {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        let before = into.len();
        loop {
            if into.len() > before {
                return Poll::Ready(Ok(true));
            }
            self.check()?;
            if let Some(code) = self.gave_up {
                let why = format!("websocket: the peer gave up with status code {code}");
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, why)));
            }
            if self.peer_closed {
                if self.close_sent {
                    ready!(self.unsent.poll_send(cx, &mut self.stream))?;
                    ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
                    // Both have said all: a peer that does not wait for the end beneath misses nothing.
                    let _ = ready!(Pin::new(&mut self.stream).poll_shutdown(cx));
                }
                return Poll::Ready(Ok(false));
            }
            if let Poll::Ready(Err(error)) = self.unsent.poll_send(cx, &mut self.stream) {
                return Poll::Ready(Err(error));
            }
            let mut arrived = VecDeque::new();
            let piece = poll_piece(&mut self.stream, cx, |piece| Bytes::copy_from_slice(piece));
            let Poll::Ready(piece) = piece else {
                return match self.poll_timer(cx) {
                    Poll::Ready(late) => Poll::Ready(Err(late)),
                    Poll::Pending => Poll::Pending,
                };
            };
            let piece = piece?;
            if piece.is_empty() {
                let cut = io::Error::new(io::ErrorKind::UnexpectedEof, CUT);
                return Poll::Ready(Err(cut));
            }
            self.heard_of();
            self.take(cx, &piece, &mut arrived)?;
            into.append(&mut arrived);
        }
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        if self.close_sent && !from.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        while !from.is_empty() {
            ready!(self.unsent.poll_send(cx, &mut self.stream))?;
            self.send_frames(cx, |socket, made| socket.encode_some(from, made))?;
        }
        ready!(self.unsent.poll_send(cx, &mut self.stream))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn message_bytes_max(&self) -> usize {
        self.settings.bytes_max
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.close_sent {
            ready!(self.unsent.poll_send(cx, &mut self.stream))?;
            self.close_sent = true;
            let reason = std::mem::take(&mut self.reason);
            self.send(cx, |made, mask| encode_close(NORMAL, &reason, mask, made))?;
            self.wait(CLOSE_PATIENCE);
        }
        ready!(self.unsent.poll_send(cx, &mut self.stream))?;
        match self.peer_closed {
            true => Pin::new(&mut self.stream).poll_shutdown(cx),
            false => {
                // Registers the timer for who only waits from now on.
                if let Some(timer) = &mut self.timer {
                    let _ = timer.as_mut().poll(cx);
                }
                Pin::new(&mut self.stream).poll_flush(cx)
            }
        }
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

    fn has_bytes(&self) -> bool {
        true
    }

    fn into_bytes(self: Box<Self>) -> Option<Stream> {
        Some(Stream::layered(WebSocketStream::of_bytes(*self)))
    }

    fn into_lines(self: Box<Self>) -> Option<Stream> {
        Some(Stream::layered(WebSocketStream::of_lines(*self)))
    }
}

impl WebSocket {
    /// Encodes one message.
    pub(super) fn encode_message(&self, message: &[u8], made: &mut Vec<u8>) -> io::Result<()> {
        encode(self.opcode_of(message)?, message, self.mask()?, made);
        Ok(())
    }

    /// Encodes messages up to some size, so that many small ones are one write.
    fn encode_some(&self, from: &mut VecDeque<Bytes>, made: &mut Vec<u8>) -> io::Result<()> {
        while let Some(message) = from.front() {
            self.encode_message(message, made)?;
            from.pop_front();
            if made.len() >= WRITE_BYTES {
                break;
            }
        }
        Ok(())
    }
}

thread_local! {
    /// The buffer through which every frame of this thread leaves; taken out while in use, so that
    /// nobody can meet it half used.
    static MADE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// What becomes of the messages that come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pieces {
    /// They are handed on whole.
    Whole,
    /// They are handed on as they come, and their ends are not told.
    Bytes,
    /// They are handed on as they come, each with the end of a line behind it.
    Lines,
}

/// The end of a stream without a Close.
const CUT: &str = "the connection was cut: it ended without a Close";
const NO_CLOSE: &str = "the peer sent no Close and nothing else for 10 s";
const NO_PONG: &str = "the peer does not answer a ping";
const NO_TEXT: &str = "a message that is not UTF-8 and would be sent as text";
/// How long a peer may send nothing once this end has sent its Close.
const CLOSE_PATIENCE: Duration = Duration::from_secs(10);
/// The end of a connection that has done what it was for (RFC 6455 section 7.4.1).
const NORMAL: u16 = 1000;
/// The end of one whose page was left or whose server stops (the same section).
const GOING_AWAY: u16 = 1001;
/// With so much waiting to leave no pong is added, bytes.
const PONGS_BYTES_MAX: usize = 4 * 1024;
/// What is written at once, bytes.
pub(super) const WRITE_BYTES: usize = 64 * 1024;
