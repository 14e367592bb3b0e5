//! The ClientHello: what a TLS client says before anything is encrypted (RFC 8446 section 4.1.2, and
//! RFC 5246 section 7.4.1.2), as far as it tells where to take the connection.
//!
//! ```text
//! record: 22, version, length │ record: 22, …        a message may be cut into records anywhere
//!         └ handshake: 1, length, version, random, session, suites, compression, extensions
//! ```
//!
//! A codec without state: [`ClientHello::decode`] looks at what has arrived, so any split of an input
//! gives the same result.

#[cfg(test)]
mod tests;

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// What a TLS client says of where it wants to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientHello {
    /// The name of the server, in small letters (server_name, RFC 6066 section 3).
    pub server_name: Option<String>,
    /// The protocols that it could speak, its favourite first (ALPN, RFC 7301 section 3.1).
    pub protocols: Vec<Vec<u8>>,
}

/// Why bytes are no ClientHello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientHelloError {
    /// They begin with something else than a TLS handshake.
    NotTls,
    /// A record with nothing in it, with too much, or of another kind in the middle.
    Record,
    /// A handshake that begins with another message.
    NotHello,
    /// It is longer than the limit, bytes.
    TooLong(usize),
    /// It is not built as the specification says.
    Malformed,
    /// Its server's name is none.
    Name,
}

impl fmt::Display for ClientHelloError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTls => f.write_str("no TLS"),
            Self::Record => f.write_str("a TLS record that cannot be"),
            Self::NotHello => f.write_str("a TLS handshake without a ClientHello"),
            Self::TooLong(max) => write!(f, "a ClientHello of more than {max} bytes"),
            Self::Malformed => f.write_str("a ClientHello that is not well formed"),
            Self::Name => f.write_str("a ClientHello whose server name is none"),
        }
    }
}

impl core::error::Error for ClientHelloError {}

impl ClientHello {
    /// Reads a ClientHello and returns how many bytes its records have; `None`: it is not whole yet.
    ///
    /// # Errors
    /// As soon as it is clear that these bytes cannot become one.
    pub fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, ClientHelloError> {
        let (mut message, mut used) = (Vec::new(), 0);
        loop {
            let Some((fragment, length)) = record(bytes.get(used..).unwrap_or_default())? else {
                return match bytes.len() > RECORDS_BYTES_MAX {
                    true => Err(ClientHelloError::TooLong(MESSAGE_BYTES_MAX)),
                    false => Ok(None),
                };
            };
            used += length;
            if used > RECORDS_BYTES_MAX {
                return Err(ClientHelloError::TooLong(MESSAGE_BYTES_MAX));
            }
            message.extend_from_slice(fragment);
            if let Some(hello) = handshake(&message)? {
                return Ok(Some((Self::read(hello)?, used)));
            }
        }
    }

    fn read(hello: &[u8]) -> Result<Self, ClientHelloError> {
        let mut rest = Rest(hello);
        rest.take(VERSION_BYTES + RANDOM_BYTES)?;
        rest.vector(1)?;
        rest.vector(2)?;
        rest.vector(1)?;
        let mut read = Self::default();
        // Before TLS 1.2 there may be no extensions at all.
        if rest.0.is_empty() {
            return Ok(read);
        }
        let mut extensions = Rest(rest.vector(2)?);
        if !rest.0.is_empty() {
            return Err(ClientHelloError::Malformed);
        }
        while !extensions.0.is_empty() {
            let kind = extensions.number(2)?;
            let value = extensions.vector(2)?;
            match kind {
                SERVER_NAME => read.server_name = server_name(value)?,
                ALPN => read.protocols = protocols(value)?,
                _ => {}
            }
        }
        Ok(read)
    }
}

/// Returns what is in the first record, and how long that is with its header; `None`: it is not whole.
fn record(bytes: &[u8]) -> Result<Option<(&[u8], usize)>, ClientHelloError> {
    let other = |at: usize, wanted: u8| bytes.get(at).is_some_and(|byte| *byte != wanted);
    // Every version writes 3 here (RFC 8446 section 5.1).
    if other(0, HANDSHAKE) || other(1, 3) {
        return Err(ClientHelloError::NotTls);
    }
    let Some(&[high, low]) = bytes.get(3..HEADER_BYTES) else {
        return Ok(None);
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length == 0 || length > RECORD_BYTES_MAX {
        return Err(ClientHelloError::Record);
    }
    let whole = HEADER_BYTES + length;
    Ok(bytes.get(HEADER_BYTES..whole).map(|inside| (inside, whole)))
}

/// Returns what is in the first message of a handshake, which has to be a ClientHello; `None`: it is not
/// whole.
fn handshake(message: &[u8]) -> Result<Option<&[u8]>, ClientHelloError> {
    if message.first().is_some_and(|kind| *kind != CLIENT_HELLO) {
        return Err(ClientHelloError::NotHello);
    }
    let Some(&[a, b, c]) = message.get(1..4) else {
        return Ok(None);
    };
    let length = u32::from_be_bytes([0, a, b, c]) as usize;
    if length > MESSAGE_BYTES_MAX {
        return Err(ClientHelloError::TooLong(MESSAGE_BYTES_MAX));
    }
    Ok(message.get(4..4 + length))
}

/// Reads the one name of a list (RFC 6066 section 3); names of other kinds do not exist.
fn server_name(value: &[u8]) -> Result<Option<String>, ClientHelloError> {
    let mut list = Rest(Rest(value).vector(2)?);
    while !list.0.is_empty() {
        let kind = list.number(1)?;
        let name = list.vector(2)?;
        if kind == HOST_NAME {
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._".contains(byte);
            let is_name = !name.is_empty() && name.len() <= NAME_BYTES_MAX;
            let name = core::str::from_utf8(name).map_err(|_| ClientHelloError::Name)?;
            if !is_name || !name.as_bytes().iter().all(plain) {
                return Err(ClientHelloError::Name);
            }
            let name = name.strip_suffix('.').unwrap_or(name);
            return Ok(Some(name.to_owned().to_ascii_lowercase()));
        }
    }
    Ok(None)
}

fn protocols(value: &[u8]) -> Result<Vec<Vec<u8>>, ClientHelloError> {
    let mut list = Rest(Rest(value).vector(2)?);
    let mut protocols = Vec::new();
    while !list.0.is_empty() {
        match list.vector(1)? {
            [] => return Err(ClientHelloError::Malformed),
            protocol => protocols.push(protocol.to_vec()),
        }
    }
    Ok(protocols)
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], ClientHelloError> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or(ClientHelloError::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    /// Reads a number of one or two bytes.
    fn number(&mut self, bytes: usize) -> Result<usize, ClientHelloError> {
        let bytes = self.take(bytes)?.iter();
        Ok(bytes.fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    /// Reads what has its length in front of it, in so many bytes.
    fn vector(&mut self, length_bytes: usize) -> Result<&'a [u8], ClientHelloError> {
        let length = self.number(length_bytes)?;
        self.take(length)
    }
}

/// Longest ClientHello, bytes: with keys of post-quantum groups some have 2,000, and the largest record
/// holds as much.
pub const MESSAGE_BYTES_MAX: usize = 16 * 1024;
/// Most bytes of all its records: room for it in records of a dozen bytes and more.
pub const RECORDS_BYTES_MAX: usize = MESSAGE_BYTES_MAX + MESSAGE_BYTES_MAX / 2;
/// Most bytes in a record (RFC 8446 section 5.1).
const RECORD_BYTES_MAX: usize = 1 << 14;
/// Kind, version and length of a record, bytes.
const HEADER_BYTES: usize = 5;
const VERSION_BYTES: usize = 2;
const RANDOM_BYTES: usize = 32;
/// Longest name of a server, bytes (RFC 1035 section 2.3.4, with a dot behind it).
const NAME_BYTES_MAX: usize = 254;
/// The record type (RFC 8446 appendix B.1).
const HANDSHAKE: u8 = 22;
/// The message type (RFC 8446 appendix B.3).
const CLIENT_HELLO: u8 = 1;
/// Extension types (RFC 8446 section 4.2).
const SERVER_NAME: usize = 0;
const ALPN: usize = 16;
/// The one kind of names (RFC 6066 section 3).
const HOST_NAME: usize = 0;
