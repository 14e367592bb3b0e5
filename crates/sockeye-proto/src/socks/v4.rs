//! Version 4, and 4A, which lets the proxy look up names.
//!
//! ```text
//! 4 command port 2 | address 4 | user, zero byte | 4A, where the address is 0.0.0.x: name, zero byte
//! 0 code    port 2 | address 4
//! ```

use alloc::vec::Vec;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, SocketAddrV4};

use super::{Command, Decoded, Destination, Host, Reader, SocksError};

/// What is asked for: CONNECT or BIND.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request4 {
    /// What is asked for.
    pub command: Command,
    /// Where to connect, or for BIND from where.
    pub destination: Destination,
    /// Who the client says that it is, without a proof.
    pub user: Vec<u8>,
}

impl Request4 {
    /// Reads a request.
    ///
    /// # Errors
    /// [`SocksError::Version`], [`SocksError::Name`], or [`SocksError::TooLong`] for a user or a name
    /// of more than 255 bytes.
    pub fn decode(bytes: &[u8]) -> Decoded<Self> {
        let mut reader = Reader::new(bytes);
        let Some(()) = reader.version(4)? else {
            return Ok(None);
        };
        let mut fixed = || Some((reader.byte()?, reader.port()?, reader.array::<4>()?));
        let Some((command, port, address)) = fixed() else {
            return Ok(None);
        };
        let Some(user) = terminated(&mut reader)? else {
            return Ok(None);
        };
        let host = match address {
            // 4A; 0.0.0.0 is none: BIND from anywhere.
            [0, 0, 0, mark] if mark != 0 => match terminated(&mut reader)? {
                Some(name) => Host::name(name)?,
                None => return Ok(None),
            },
            address => Host::Address(Ipv4Addr::from(address).into()),
        };
        let request = Self {
            command: Command::read(command),
            destination: Destination { host, port },
            user: user.to_vec(),
        };
        Ok(Some((request, reader.used())))
    }

    /// Appends the request: 4 for an IPv4 address, 4A for all else.
    pub fn encode(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&[4, self.command.byte()]);
        into.extend_from_slice(&self.destination.port.to_be_bytes());
        let has_no_zero = |byte: &&u8| **byte != 0;
        let user = self.user.iter().filter(has_no_zero).take(TEXT_BYTES_MAX);
        match &self.destination.host {
            Host::Address(IpAddr::V4(ip)) => {
                into.extend_from_slice(&ip.octets());
                into.extend(user);
            }
            host => {
                into.extend_from_slice(&[0, 0, 0, 1]);
                into.extend(user);
                into.push(0);
                into.extend_from_slice(alloc::format!("{host}").as_bytes());
            }
        }
        into.push(0);
    }
}

/// How a request of version 4 went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply4Code {
    /// 90: it is done.
    Granted,
    /// 91: it is not, for whatever reason.
    Rejected,
    /// 92: the proxy finds no identd at the client.
    NoIdentd,
    /// 93: the client's identd names another user.
    OtherUser,
}

impl fmt::Display for Reply4Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Granted => "done",
            Self::Rejected => "the proxy does not, and SOCKS 4 has no word for why",
            Self::NoIdentd => "the proxy finds no identd at the client",
            Self::OtherUser => "the client's identd names another user",
        })
    }
}

/// A reply of version 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply4 {
    /// How it went.
    pub code: Reply4Code,
    /// The proxy's end of it; for the second reply to BIND who has come. Zeros where that is unknown,
    /// or no IPv4 address.
    pub bound: SocketAddrV4,
}

impl Reply4 {
    /// Reads a reply.
    ///
    /// # Errors
    /// [`SocksError::Version`] or [`SocksError::Code`].
    pub fn decode(bytes: &[u8]) -> Decoded<Self> {
        let mut reader = Reader::new(bytes);
        let Some(()) = reader.version(0)? else {
            return Ok(None);
        };
        let code = match reader.byte() {
            None => return Ok(None),
            Some(90) => Reply4Code::Granted,
            Some(91) => Reply4Code::Rejected,
            Some(92) => Reply4Code::NoIdentd,
            Some(93) => Reply4Code::OtherUser,
            Some(other) => return Err(SocksError::Code(other)),
        };
        let mut address = || {
            let port = reader.port()?;
            let ip = reader.array::<4>()?;
            Some(SocketAddrV4::new(ip.into(), port))
        };
        let bound = address();
        Ok(bound.map(|bound| (Self { code, bound }, reader.used())))
    }

    /// Appends the reply.
    pub fn encode(&self, into: &mut Vec<u8>) {
        let code = match self.code {
            Reply4Code::Granted => 90,
            Reply4Code::Rejected => 91,
            Reply4Code::NoIdentd => 92,
            Reply4Code::OtherUser => 93,
        };
        into.extend_from_slice(&[0, code]);
        into.extend_from_slice(&self.bound.port().to_be_bytes());
        into.extend_from_slice(&self.bound.ip().octets());
    }
}

/// A text up to its zero byte.
fn terminated<'a>(reader: &mut Reader<'a>) -> Result<Option<&'a [u8]>, SocksError> {
    match reader.rest.iter().position(|byte| *byte == 0) {
        Some(at) if at <= TEXT_BYTES_MAX => {
            let (text, rest) = reader.rest.split_at_checked(at).unwrap_or_default();
            reader.rest = rest.get(1..).unwrap_or_default();
            Ok(Some(text))
        }
        None if reader.rest.len() <= TEXT_BYTES_MAX => Ok(None),
        _ => Err(SocksError::TooLong),
    }
}

/// The longest user name and host name, bytes; the protocol sets none, and 5 has this one.
const TEXT_BYTES_MAX: usize = 255;
