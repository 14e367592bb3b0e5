//! Version 5: methods, login, request and reply (RFC 1928 sections 3 to 6, RFC 1929).

use alloc::vec::Vec;
use core::fmt;

use super::{Decoded, Destination, Reader, SocksError, VERSION, counted};

/// What a client can do to log in: the first that it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// The methods, of which the proxy takes one: none to 255.
    pub methods: Vec<u8>,
}

impl Greeting {
    /// Reads a greeting.
    ///
    /// # Errors
    /// [`SocksError::Version`].
    pub fn decode(bytes: &[u8]) -> Decoded<Self> {
        let mut reader = Reader::new(bytes);
        let Some(()) = reader.version(VERSION)? else {
            return Ok(None);
        };
        Ok(reader.counted().map(|methods| {
            let methods = methods.to_vec();
            (Self { methods }, reader.used())
        }))
    }

    /// Appends the greeting; methods past the 255th are left out.
    pub fn encode(&self, into: &mut Vec<u8>) {
        into.push(VERSION);
        counted(&self.methods, into);
    }
}

/// Which method the proxy takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// This one.
    Method(u8),
    /// None of those that were offered: the client has to go.
    None,
}

impl Choice {
    /// Reads a choice.
    ///
    /// # Errors
    /// [`SocksError::Version`].
    pub fn decode(bytes: &[u8]) -> Decoded<Self> {
        let mut reader = Reader::new(bytes);
        let Some(()) = reader.version(VERSION)? else {
            return Ok(None);
        };
        Ok(reader.byte().map(|method| {
            let choice = match method {
                NO_METHOD => Self::None,
                method => Self::Method(method),
            };
            (choice, reader.used())
        }))
    }

    /// Appends the choice.
    pub fn encode(self, into: &mut Vec<u8>) {
        let method = match self {
            Self::Method(method) => method,
            Self::None => NO_METHOD,
        };
        into.extend_from_slice(&[VERSION, method]);
    }
}

/// Who the client says that it is. Its `Debug` tells neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The name, up to 255 bytes.
    pub name: Vec<u8>,
    /// The password, up to 255 bytes.
    pub password: Vec<u8>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").finish_non_exhaustive()
    }
}

impl Login {
    /// Reads a login. An empty name or password, which RFC 1929 does not allow, is read: it opens
    /// nothing, and the client is owed an answer.
    ///
    /// # Errors
    /// [`SocksError::Version`].
    pub fn decode(bytes: &[u8]) -> Decoded<Self> {
        let mut reader = Reader::new(bytes);
        let Some(()) = reader.version(LOGIN_VERSION)? else {
            return Ok(None);
        };
        let mut read = || {
            let name = reader.counted()?.to_vec();
            let password = reader.counted()?.to_vec();
            Some((Self { name, password }, reader.used()))
        };
        Ok(read())
    }

    /// Appends the login; bytes past the 255th of either are left out, so ask before.
    pub fn encode(&self, into: &mut Vec<u8>) {
        into.push(LOGIN_VERSION);
        counted(&self.name, into);
        counted(&self.password, into);
    }
}

/// The proxy's answer to a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginStatus {
    /// The client may go on.
    Ok,
    /// The client has to go.
    Denied,
}

impl LoginStatus {
    /// Reads an answer.
    ///
    /// # Errors
    /// [`SocksError::Version`]; 5 is taken for 1, since proxies are about that say so.
    pub fn decode(bytes: &[u8]) -> Decoded<Self> {
        let mut reader = Reader::new(bytes);
        match reader.byte() {
            None => return Ok(None),
            Some(LOGIN_VERSION | VERSION) => {}
            Some(other) => return Err(SocksError::Version(other)),
        }
        Ok(reader.byte().map(|status| {
            let status = match status {
                0 => Self::Ok,
                _ => Self::Denied,
            };
            (status, reader.used())
        }))
    }

    /// Appends the answer.
    pub fn encode(self, into: &mut Vec<u8>) {
        into.extend_from_slice(&[LOGIN_VERSION, u8::from(self == Self::Denied)]);
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// A connection to the destination.
    Connect,
    /// A port at which the destination's connection is taken.
    Bind,
    /// A port that passes datagrams, for as long as this connection lives.
    UdpAssociate,
    /// Something that does not exist.
    Unknown(u8),
}

impl Command {
    pub(super) const fn read(byte: u8) -> Self {
        match byte {
            1 => Self::Connect,
            2 => Self::Bind,
            3 => Self::UdpAssociate,
            other => Self::Unknown(other),
        }
    }

    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Connect => 1,
            Self::Bind => 2,
            Self::UdpAssociate => 3,
            Self::Unknown(other) => other,
        }
    }
}

/// A request: what, and where (RFC 1928 section 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub command: Command,
    /// Where to connect; for BIND from where, for UDP ASSOCIATE from where the client will send.
    pub destination: Destination,
}

impl Request {
    /// Reads a request. The reserved byte may be anything.
    ///
    /// # Errors
    /// [`SocksError::Version`], [`SocksError::AddressType`] or [`SocksError::Name`].
    pub fn decode(bytes: &[u8]) -> Decoded<Self> {
        let decoded = decode_with_destination(bytes)?;
        Ok(decoded.map(|(command, destination, used)| {
            let command = Command::read(command);
            let request = Self {
                command,
                destination,
            };
            (request, used)
        }))
    }

    /// Appends the request.
    pub fn encode(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&[VERSION, self.command.byte(), 0]);
        self.destination.encode(into);
    }
}

/// How a request went (RFC 1928 section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyCode {
    /// 0: it is done.
    Succeeded,
    /// 1: the proxy cannot.
    GeneralFailure,
    /// 2: the rules do not allow it.
    NotAllowed,
    /// 3: no way to the network.
    NetworkUnreachable,
    /// 4: no way to the host, or no host of that name.
    HostUnreachable,
    /// 5: the host refuses.
    ConnectionRefused,
    /// 6: the host does not answer; "TTL expired" in the RFC's words.
    TimedOut,
    /// 7: there is no such command.
    CommandNotSupported,
    /// 8: there is no such type of address.
    AddressTypeNotSupported,
    /// Something that does not exist.
    Unknown(u8),
}

impl ReplyCode {
    pub(super) const fn read(byte: u8) -> Self {
        match byte {
            0 => Self::Succeeded,
            1 => Self::GeneralFailure,
            2 => Self::NotAllowed,
            3 => Self::NetworkUnreachable,
            4 => Self::HostUnreachable,
            5 => Self::ConnectionRefused,
            6 => Self::TimedOut,
            7 => Self::CommandNotSupported,
            8 => Self::AddressTypeNotSupported,
            other => Self::Unknown(other),
        }
    }

    const fn byte(self) -> u8 {
        match self {
            Self::Succeeded => 0,
            Self::GeneralFailure => 1,
            Self::NotAllowed => 2,
            Self::NetworkUnreachable => 3,
            Self::HostUnreachable => 4,
            Self::ConnectionRefused => 5,
            Self::TimedOut => 6,
            Self::CommandNotSupported => 7,
            Self::AddressTypeNotSupported => 8,
            Self::Unknown(other) => other,
        }
    }
}

impl fmt::Display for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "done",
            Self::GeneralFailure => "the proxy has failed",
            Self::NotAllowed => "the proxy's rules do not allow it",
            Self::NetworkUnreachable => "network unreachable from the proxy",
            Self::HostUnreachable => "host unreachable from the proxy, or no host of that name",
            Self::ConnectionRefused => "connection refused",
            Self::TimedOut => "timed out",
            Self::CommandNotSupported => "the proxy does not know the command",
            Self::AddressTypeNotSupported => "the proxy does not know the type of address",
            Self::Unknown(code) => return write!(f, "the proxy answers {code}"),
        })
    }
}

/// A reply: how it went, and the proxy's end of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// How it went.
    pub code: ReplyCode,
    /// Of CONNECT the proxy's own address; of BIND first where it listens, then who has come; of UDP
    /// ASSOCIATE where to send.
    pub bound: Destination,
}

impl Reply {
    /// Reads a reply.
    ///
    /// # Errors
    /// [`SocksError::Version`], [`SocksError::AddressType`] or [`SocksError::Name`].
    pub fn decode(bytes: &[u8]) -> Decoded<Self> {
        let decoded = decode_with_destination(bytes)?;
        Ok(decoded.map(|(code, bound, used)| {
            let code = ReplyCode::read(code);
            (Self { code, bound }, used)
        }))
    }

    /// Appends the reply.
    pub fn encode(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&[VERSION, self.code.byte(), 0]);
        self.bound.encode(into);
    }
}

fn decode_with_destination(bytes: &[u8]) -> Result<Option<(u8, Destination, usize)>, SocksError> {
    let mut reader = Reader::new(bytes);
    let Some(()) = reader.version(VERSION)? else {
        return Ok(None);
    };
    let (Some(code), Some(_)) = (reader.byte(), reader.byte()) else {
        return Ok(None);
    };
    let destination = Destination::decode(&mut reader)?;
    Ok(destination.map(|destination| (code, destination, reader.used())))
}

/// No method of those offered (RFC 1928 section 3).
const NO_METHOD: u8 = 0xff;

/// The version of the login by name and password (RFC 1929 section 2).
const LOGIN_VERSION: u8 = 1;
