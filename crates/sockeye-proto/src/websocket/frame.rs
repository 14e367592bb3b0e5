//! Frames: a head, then the payload, masked by who connects (RFC 6455 section 5.2).

use alloc::vec::Vec;

use super::WebSocketError;

/// What a frame is (RFC 6455 section 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opcode {
    /// More of a message.
    Continuation,
    /// A text message, or its beginning.
    Text,
    /// A binary message, or its beginning.
    Binary,
    /// The end of the sender's direction.
    Close,
    /// To be answered by a pong.
    Ping,
    /// The answer to a ping.
    Pong,
}

impl Opcode {
    const fn read(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return None,
        })
    }

    const fn number(self) -> u8 {
        match self {
            Self::Continuation => 0,
            Self::Text => 1,
            Self::Binary => 2,
            Self::Close => 8,
            Self::Ping => 9,
            Self::Pong => 10,
        }
    }

    /// Tells whether such frames may stand within a message.
    pub(super) const fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// The head of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) last: bool,
    pub(super) opcode: Opcode,
    pub(super) mask: Option<[u8; 4]>,
    pub(super) length: u64,
}

impl Head {
    /// Reads a head and the bytes that it took, once it is whole.
    pub(super) fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, WebSocketError> {
        let [first, second, rest @ ..] = bytes else {
            return Ok(None);
        };
        if first & RESERVED != 0 {
            return Err(WebSocketError::Reserved);
        }
        let opcode = Opcode::read(first & 15).ok_or(WebSocketError::Opcode)?;
        let (length, rest) = match second & 127 {
            126 => match rest.split_first_chunk() {
                Some((length, rest)) => (u16::from_be_bytes(*length).into(), rest),
                None => return Ok(None),
            },
            127 => match rest.split_first_chunk() {
                Some((length, rest)) => (u64::from_be_bytes(*length), rest),
                None => return Ok(None),
            },
            short => (short.into(), rest),
        };
        // The shortest form, and no sign bit (RFC 6455 section 5.2).
        let shortest = match second & 127 {
            126 => length >= 126,
            127 => length > 0xffff && length >> 63 == 0,
            _ => true,
        };
        let last = first & LAST != 0;
        if !shortest || opcode.is_control() && (length > CONTROL_BYTES_MAX || !last) {
            return Err(WebSocketError::Length);
        }
        let (mask, rest) = match second & MASKED {
            0 => (None, rest),
            _ => match rest.split_first_chunk() {
                Some((mask, rest)) => (Some(*mask), rest),
                None => return Ok(None),
            },
        };
        let head = Self {
            last,
            opcode,
            mask,
            length,
        };
        Ok(Some((head, bytes.len() - rest.len())))
    }
}

/// Appends a whole frame, masked where `mask` is given: who connects masks, who accepts does not.
pub fn encode(opcode: Opcode, payload: &[u8], mask: Option<[u8; 4]>, into: &mut Vec<u8>) {
    into.push(LAST | opcode.number());
    let masked = if mask.is_some() { MASKED } else { 0 };
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short @ 0..=125), _) => into.push(masked | short),
        (_, Ok(length)) => {
            into.push(masked | 126);
            into.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            into.push(masked | 127);
            into.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    into.extend_from_slice(mask.as_ref().map_or(&[], |mask| mask.as_slice()));
    let start = into.len();
    into.extend_from_slice(payload);
    if let Some(mask) = mask {
        unmask(into.get_mut(start..).unwrap_or_default(), mask, 0);
    }
}

/// Appends a Close frame with a status code and as much of a reason as fits (RFC 6455 section 7.4).
pub fn encode_close(code: u16, reason: &str, mask: Option<[u8; 4]>, into: &mut Vec<u8>) {
    let mut end = reason.len().min(REASON_BYTES_MAX);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    let mut payload = Vec::from(code.to_be_bytes());
    payload.extend_from_slice(reason.as_bytes().get(..end).unwrap_or_default());
    encode(Opcode::Close, &payload, mask, into);
}

/// Masks or unmasks what stands `at` bytes after the beginning of a payload (RFC 6455 section 5.3).
pub(super) fn unmask(bytes: &mut [u8], mask: [u8; 4], at: u64) {
    let [a, b, c, d] = mask;
    let mask = match at % 4 {
        0 => [a, b, c, d],
        1 => [b, c, d, a],
        2 => [c, d, a, b],
        _ => [d, a, b, c],
    };
    for piece in bytes.chunks_mut(4) {
        for (byte, mask) in piece.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
}

const LAST: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASKED: u8 = 0x80;

/// The longest payload of a control frame, bytes (RFC 6455 section 5.5).
const CONTROL_BYTES_MAX: u64 = 125;

/// The longest reason of a Close, bytes: what its status code leaves (RFC 6455 section 5.5.1).
const REASON_BYTES_MAX: usize = 123;

/// The longest head, bytes: two, a length of 8 and a mask of 4.
pub(super) const HEAD_BYTES_MAX: usize = 14;
