//! From bytes to messages and control frames.
//!
//! ```text
//!         head whole                      payload done
//!  Head ─────────────▶ data: Payload ─────────────────────▶ Head      (a message ends with its last frame)
//!       ─────────────▶ control: Payload, kept whole ──────▶ Head      (may stand within a message)
//! ```
//!
//! Invariant: of data nothing is kept but the beginning of a character; of control frames 125 bytes.

use alloc::vec::Vec;
use core::fmt;
use core::str;

use super::frame::{HEAD_BYTES_MAX, Head, Opcode, unmask};

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// Bytes.
    Binary,
}

/// What has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A piece of a message; a message ends with its last one, which may be empty.
    Data {
        /// What the message is.
        kind: Kind,
        /// The piece, unmasked.
        bytes: Vec<u8>,
        /// Whether the message ends with it.
        last: bool,
    },
    /// To be answered by a pong with the same bytes.
    Ping(Vec<u8>),
    /// An answer to a ping.
    Pong,
    /// The peer says nothing more; with its status code, if it gave one.
    Close(Option<u16>),
}

/// Why bytes break the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebSocketError {
    /// A reserved bit is set: an extension that nobody agreed on.
    Reserved,
    /// A kind of frame that does not exist.
    Opcode,
    /// A length that is not written in its shortest form, or too large for its frame.
    Length,
    /// Who connects has to mask, who accepts must not.
    Mask,
    /// A message that begins within another, or one that goes on and never began.
    Order,
    /// A message is longer than the limit, bytes.
    TooLong(u64),
    /// A text that is not UTF-8.
    Text,
    /// A Close frame with half a status code, or one that must not be sent.
    CloseCode,
}

impl WebSocketError {
    /// Returns the status code to close with (RFC 6455 section 7.4.1).
    pub fn code(self) -> u16 {
        match self {
            Self::TooLong(_) => 1009,
            Self::Text => 1007,
            _ => 1002,
        }
    }
}

impl fmt::Display for WebSocketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reserved => "a frame of an extension that was not agreed on",
            Self::Opcode => "a frame of an unknown kind",
            Self::Length => "a frame of a wrong length",
            Self::Mask => "a frame that is masked and must not be, or the other way round",
            Self::Order => "a frame that does not belong to the message",
            Self::TooLong(max) => return write!(f, "a message of more than {max} bytes"),
            Self::Text => "a text that is not UTF-8",
            Self::CloseCode => "a Close with a wrong status code",
        })
    }
}

impl core::error::Error for WebSocketError {}

/// Takes apart what a peer sends.
#[derive(Debug)]
pub struct Receiver {
    /// Whether the peer is who connected, and so masks.
    masked: bool,
    bytes_max: u64,
    /// The beginning of a head.
    partial: Vec<u8>,
    frame: Option<Frame>,
    /// The message that has begun: what it is, and how many bytes of it have come.
    message: Option<(Kind, u64)>,
    /// The payload of a control frame that has begun.
    control: Vec<u8>,
    /// The beginning of a character of a text.
    character: Vec<u8>,
    closed: bool,
}

#[derive(Debug)]
struct Frame {
    head: Head,
    /// Bytes of the payload that have come.
    came: u64,
}

impl Receiver {
    /// Starts behind the handshake; `masked` where the peer has connected. Messages of more than
    /// `bytes_max` are refused as soon as a head announces them.
    pub fn new(masked: bool, bytes_max: u64) -> Self {
        Self {
            masked,
            bytes_max,
            partial: Vec::new(),
            frame: None,
            message: None,
            control: Vec::new(),
            character: Vec::new(),
            closed: false,
        }
    }

    /// Takes bytes off the front of `input` until something has come; `None` when it is used up. What
    /// stands behind a Close is not looked at.
    ///
    /// # Errors
    /// The peer breaks the protocol; it is then not to be called again.
    pub fn receive(&mut self, input: &mut &[u8]) -> Result<Option<Incoming>, WebSocketError> {
        loop {
            if self.closed {
                *input = &[];
            }
            let Some(frame) = &mut self.frame else {
                match self.head(input)? {
                    true => continue,
                    false => return Ok(None),
                }
            };
            let left = frame.head.length - frame.came;
            let count = usize::try_from(left).map_or(input.len(), |left| left.min(input.len()));
            if count == 0 && left > 0 {
                return Ok(None);
            }
            let (piece, rest) = input.split_at(count);
            *input = rest;
            let mut bytes = piece.to_vec();
            if let Some(mask) = frame.head.mask {
                unmask(&mut bytes, mask, frame.came);
            }
            frame.came += count as u64;
            let (head, done) = (frame.head, frame.came == frame.head.length);
            if done {
                self.frame = None;
            }
            if !head.opcode.is_control() {
                return self.data(bytes, done && head.last).map(Some);
            }
            self.control.append(&mut bytes);
            if done {
                return self.control(head.opcode).map(Some);
            }
        }
    }

    /// Takes a head; `false` while it is not whole.
    fn head(&mut self, input: &mut &[u8]) -> Result<bool, WebSocketError> {
        let known = self.partial.len();
        let wanted = HEAD_BYTES_MAX.saturating_sub(known).min(input.len());
        self.partial
            .extend_from_slice(input.get(..wanted).unwrap_or_default());
        let Some((head, used)) = Head::decode(&self.partial)? else {
            *input = &[];
            return Ok(false);
        };
        *input = input.get(used.saturating_sub(known)..).unwrap_or_default();
        self.partial = Vec::new();
        if head.mask.is_some() != self.masked {
            return Err(WebSocketError::Mask);
        }
        self.begin(head)?;
        self.frame = Some(Frame { head, came: 0 });
        Ok(true)
    }

    /// Looks whether a frame may stand here.
    fn begin(&mut self, head: Head) -> Result<(), WebSocketError> {
        let (kind, before) = match (head.opcode, self.message) {
            (Opcode::Text, None) => (Kind::Text, 0),
            (Opcode::Binary, None) => (Kind::Binary, 0),
            (Opcode::Continuation, Some(message)) => message,
            (Opcode::Close | Opcode::Ping | Opcode::Pong, _) => return Ok(()),
            _ => return Err(WebSocketError::Order),
        };
        let bytes = before.saturating_add(head.length);
        if bytes > self.bytes_max {
            return Err(WebSocketError::TooLong(self.bytes_max));
        }
        self.message = Some((kind, bytes));
        Ok(())
    }

    fn data(&mut self, bytes: Vec<u8>, last: bool) -> Result<Incoming, WebSocketError> {
        let kind = self.message.map_or(Kind::Binary, |(kind, _)| kind);
        if kind == Kind::Text {
            self.check_text(&bytes)?;
        }
        if last {
            self.message = None;
            if !self.character.is_empty() {
                return Err(WebSocketError::Text);
            }
        }
        Ok(Incoming::Data { kind, bytes, last })
    }

    /// Checks a piece of a text; the beginning of a character at its end is kept.
    fn check_text(&mut self, piece: &[u8]) -> Result<(), WebSocketError> {
        let mut rest = piece;
        while let (false, [next, after @ ..]) = (self.character.is_empty(), rest) {
            self.character.push(*next);
            rest = after;
            match str::from_utf8(&self.character) {
                Ok(_) => self.character = Vec::new(),
                Err(error) if error.error_len().is_some() => return Err(WebSocketError::Text),
                Err(_) => {}
            }
        }
        match str::from_utf8(rest) {
            Ok(_) => Ok(()),
            Err(error) if error.error_len().is_some() => Err(WebSocketError::Text),
            Err(error) => {
                let beginning = rest.get(error.valid_up_to()..).unwrap_or_default();
                self.character.extend_from_slice(beginning);
                Ok(())
            }
        }
    }

    fn control(&mut self, opcode: Opcode) -> Result<Incoming, WebSocketError> {
        let payload = core::mem::take(&mut self.control);
        Ok(match opcode {
            Opcode::Ping => Incoming::Ping(payload),
            Opcode::Close => {
                self.closed = true;
                Incoming::Close(close_code(&payload)?)
            }
            _ => Incoming::Pong,
        })
    }
}

/// Reads the status code of a Close (RFC 6455 sections 5.5.1 and 7.4.1).
fn close_code(payload: &[u8]) -> Result<Option<u16>, WebSocketError> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return match payload {
            [] => Ok(None),
            _ => Err(WebSocketError::CloseCode),
        };
    };
    str::from_utf8(reason).map_err(|_| WebSocketError::Text)?;
    match u16::from_be_bytes(*code) {
        code @ (1000..=1003 | 1007..=1014 | 3000..=4999) => Ok(Some(code)),
        _ => Err(WebSocketError::CloseCode),
    }
}
