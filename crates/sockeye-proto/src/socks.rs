//! SOCKS: asking a proxy for a connection, or to pass datagrams (RFC 1928, RFC 1929; SOCKS 4 and 4A as
//! their authors wrote them down, which no RFC does).
//!
//! Codecs without state: each `decode` looks at what has arrived, so any split of an input gives the
//! same result. An input that can become nothing is an error at its first wrong byte.
//!
//! ```text
//! client   5 n methods ──────────────▶        ◀────────────── 5 method           proxy
//!          1 n name n password ──────▶        ◀────────────── 1 status           (method 2 only)
//!          5 command 0 destination ──▶        ◀────────────── 5 reply 0 bound
//! ```

mod datagram;
mod destination;
mod handshake;
mod v4;

pub use datagram::DatagramHeader;
pub use destination::{Destination, Host};
pub use handshake::{Choice, Command, Greeting, Login, LoginStatus, Reply, ReplyCode, Request};
pub use v4::{Reply4, Reply4Code, Request4};

use alloc::vec::Vec;
use core::fmt;

/// The method without a login (RFC 1928 section 3).
pub const NO_LOGIN: u8 = 0;

/// The method of a name and a password (RFC 1929).
pub const NAME_AND_PASSWORD: u8 = 2;

/// Why bytes are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SocksError {
    /// The first byte is of another version, this one.
    Version(u8),
    /// An address of an unknown type, this one.
    AddressType(u8),
    /// A host name that is empty, or has other characters than names have.
    Name,
    /// A user name or a host name of SOCKS 4 that does not end.
    TooLong,
    /// A code that does not exist, this one.
    Code(u8),
}

impl fmt::Display for SocksError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(byte) => write!(f, "the first byte is {byte}, which is no such version"),
            Self::AddressType(byte) => write!(f, "an address of the unknown type {byte}"),
            Self::Name => f.write_str("what stands for a host name is none"),
            Self::TooLong => f.write_str("a name of more than 255 bytes"),
            Self::Code(byte) => write!(f, "the unknown code {byte}"),
        }
    }
}

impl core::error::Error for SocksError {}

/// What a decoder yields: a value with the bytes that it took, once it is whole.
pub type Decoded<T> = Result<Option<(T, usize)>, SocksError>;

/// Bytes that are read from the front; `None` is not there yet.
struct Reader<'a> {
    rest: &'a [u8],
    whole: usize,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            whole: bytes.len(),
        }
    }

    fn used(&self) -> usize {
        self.whole - self.rest.len()
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*first)
    }

    /// As many bytes as the next one says.
    fn counted(&mut self) -> Option<&'a [u8]> {
        let count = usize::from(self.byte()?);
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn port(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// Takes the version, which has to be this one.
    fn version(&mut self, version: u8) -> Result<Option<()>, SocksError> {
        match self.byte() {
            None => Ok(None),
            Some(byte) if byte == version => Ok(Some(())),
            Some(byte) => Err(SocksError::Version(byte)),
        }
    }
}

/// Appends bytes behind their count, as many as a count of one byte can say.
fn counted(bytes: &[u8], into: &mut Vec<u8>) {
    let count = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    into.push(count);
    into.extend(bytes.iter().take(usize::from(count)));
}

/// The version of SOCKS that most speak.
const VERSION: u8 = 5;

#[cfg(test)]
mod tests;
