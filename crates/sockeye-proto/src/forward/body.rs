//! Bodies: where they end, and how that is said on the next connection (RFC 9112 sections 6 and 7).

use alloc::format;
use alloc::vec::Vec;

use crate::connect::ConnectError;

/// How it is said where a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// There is none.
    Empty,
    /// After so many bytes.
    Length(u64),
    /// In chunks, the last of which is empty.
    Chunked,
    /// Where the connection ends.
    UntilClose,
}

impl Framing {
    /// Appends the field that says so.
    pub(super) fn name(self, into: &mut Vec<u8>) {
        match self {
            Self::Empty | Self::UntilClose => {}
            Self::Length(bytes) => {
                into.extend_from_slice(format!("Content-Length: {bytes}\r\n").as_bytes());
            }
            Self::Chunked => into.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
        }
    }
}

/// A body on its way, read in one framing and written in another. Trailers end here, as they may
/// (RFC 9110 section 6.5.1).
///
/// ```text
/// Size ─; or space─▶ Extension ─▶ SizeEnd ─▶ Data ─▶ DataEnd ─▶ DataEndLf ─▶ Size
///                                    └─ size 0 ─▶ Trailers ─▶ TrailerEnd ─▶ Trailers … Over
/// ```
#[derive(Debug)]
pub struct Passage {
    from: From,
    chunks: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// So many more bytes.
    Length(u64),
    UntilClose,
    /// Within the digits of a chunk's size, of which so many have come.
    Size(u64, u32),
    /// Behind a chunk's size, so many bytes of what nobody knows.
    Extension(u64, u32),
    /// At the LF behind a chunk's size.
    SizeEnd(u64),
    /// So many more bytes of a chunk.
    Data(u64),
    /// At the CR behind a chunk.
    DataEnd,
    /// At the LF behind it.
    DataEndLf,
    /// Within the trailers: bytes of this line, and of all.
    Trailers(usize, usize),
    /// At the LF of a line of trailers: the same.
    TrailerEnd(usize, usize),
    Over,
}

impl Passage {
    /// Begins with a body that comes in one framing and goes on in another.
    pub fn new(from: Framing, onward: Framing) -> Self {
        Self {
            from: match from {
                Framing::Empty | Framing::Length(0) => From::Over,
                Framing::Length(bytes) => From::Length(bytes),
                Framing::Chunked => From::Size(0, 0),
                Framing::UntilClose => From::UntilClose,
            },
            chunks: onward == Framing::Chunked,
        }
    }

    /// Tells whether all of it has passed.
    pub fn is_over(&self) -> bool {
        self.from == From::Over
    }

    /// Takes what has come and appends what goes on; returns how many bytes belonged to the body.
    ///
    /// # Errors
    /// [`ConnectError::Chunks`].
    pub fn feed(&mut self, bytes: &[u8], into: &mut Vec<u8>) -> Result<usize, ConnectError> {
        let mut rest = bytes;
        while !rest.is_empty() && !self.is_over() {
            let used = match self.from {
                From::Length(left) | From::Data(left) => {
                    let count = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                    self.data(rest.get(..count).unwrap_or_default(), into);
                    self.from = match (self.from, left - count as u64) {
                        (From::Data(_), 0) => From::DataEnd,
                        (From::Data(_), left) => From::Data(left),
                        (_, 0) => From::Over,
                        (_, left) => From::Length(left),
                    };
                    count
                }
                From::UntilClose => {
                    self.data(rest, into);
                    rest.len()
                }
                _ => {
                    self.from = self.from.next(*rest.first().ok_or(ConnectError::Chunks)?)?;
                    1
                }
            };
            rest = rest.get(used..).unwrap_or_default();
            if self.is_over() {
                self.finish(into);
            }
        }
        Ok(bytes.len() - rest.len())
    }

    /// Takes the end of the connection.
    ///
    /// # Errors
    /// [`ConnectError::Length`] where that is not where the body ends.
    pub fn end(&mut self, into: &mut Vec<u8>) -> Result<(), ConnectError> {
        match self.from {
            From::UntilClose => {
                self.from = From::Over;
                self.finish(into);
                Ok(())
            }
            From::Over => Ok(()),
            _ => Err(ConnectError::Length),
        }
    }

    fn data(&self, data: &[u8], into: &mut Vec<u8>) {
        if !self.chunks {
            return into.extend_from_slice(data);
        }
        into.extend_from_slice(format!("{:x}\r\n", data.len()).as_bytes());
        into.extend_from_slice(data);
        into.extend_from_slice(b"\r\n");
    }

    fn finish(&self, into: &mut Vec<u8>) {
        if self.chunks {
            into.extend_from_slice(b"0\r\n\r\n");
        }
    }
}

impl From {
    /// Takes a byte that is not of the body itself. A single LF ends no line here: it is what is read
    /// differently by some.
    fn next(self, byte: u8) -> Result<Self, ConnectError> {
        Ok(match (self, byte) {
            (Self::Size(size, digits), b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                let digit = char::from(byte).to_digit(16).unwrap_or_default();
                let size = size.checked_mul(16).ok_or(ConnectError::Chunks)?;
                match digits < SIZE_DIGITS_MAX {
                    true => Self::Size(size | u64::from(digit), digits + 1),
                    false => return Err(ConnectError::Chunks),
                }
            }
            (Self::Size(size, 1..) | Self::Extension(size, _), b'\r') => Self::SizeEnd(size),
            (Self::Size(size, 1..), b';' | b' ' | b'\t') => Self::Extension(size, 0),
            (Self::Extension(size, bytes), _) if byte != b'\n' && bytes < EXTENSION_BYTES_MAX => {
                Self::Extension(size, bytes + 1)
            }
            (Self::SizeEnd(0), b'\n') => Self::Trailers(0, 0),
            (Self::SizeEnd(size), b'\n') => Self::Data(size),
            (Self::DataEnd, b'\r') => Self::DataEndLf,
            (Self::DataEndLf, b'\n') => Self::Size(0, 0),
            (Self::Trailers(line, all), b'\r') => Self::TrailerEnd(line, all),
            (Self::Trailers(line, all), _) if byte != b'\n' && all < TRAILERS_BYTES_MAX => {
                Self::Trailers(line + 1, all + 1)
            }
            (Self::TrailerEnd(0, _), b'\n') => Self::Over,
            (Self::TrailerEnd(_, all), b'\n') => Self::Trailers(0, all + 2),
            _ => return Err(ConnectError::Chunks),
        })
    }
}

/// Digits of a chunk's size, what 64 bits can hold.
const SIZE_DIGITS_MAX: u32 = 16;

/// Bytes behind a chunk's size, which mean nothing to anybody: enough for the signatures that some put there.
const EXTENSION_BYTES_MAX: u32 = 256;

/// Bytes of all trailers: as of a head.
const TRAILERS_BYTES_MAX: usize = 16 * 1024;
