//! Where a connection shall go (RFC 1928 section 5).
//!
//! ```text
//! type 1: 4 bytes | 3: length 1, that many | 4: 16 bytes      then port 2
//! ```

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{Reader, SocksError, counted};

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Destination {
    /// Which host.
    pub host: Host,
    /// Which port of it.
    pub port: u16,
}

/// A host, as who asks for it names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// By its address.
    Address(IpAddr),
    /// By a name, which the proxy looks up: 1 to 255 printable ASCII characters.
    Name(String),
}

impl Host {
    /// Takes an address or a name; `None` where it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        match text.parse() {
            Ok(address) => Some(Self::Address(address)),
            Err(_) => Self::name(text.as_bytes()).ok(),
        }
    }

    /// Takes a name as it came; an address that is written as a name is an address.
    pub(super) fn name(bytes: &[u8]) -> Result<Self, SocksError> {
        let is_of_names = |byte: &u8| byte.is_ascii_graphic();
        if bytes.is_empty() || bytes.len() > NAME_BYTES_MAX || !bytes.iter().all(is_of_names) {
            return Err(SocksError::Name);
        }
        let name = str::from_utf8(bytes).map_err(|_| SocksError::Name)?;
        Ok(match name.parse() {
            Ok(address) => Self::Address(address),
            Err(_) => Self::Name(name.into()),
        })
    }
}

impl Destination {
    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Option<Self>, SocksError> {
        let host = match reader.byte() {
            None => None,
            Some(IPV4) => (reader.array()).map(|ip| Host::Address(Ipv4Addr::from(ip).into())),
            Some(IPV6) => (reader.array::<16>()).map(|ip| Host::Address(Ipv6Addr::from(ip).into())),
            Some(NAME) => match reader.counted() {
                Some(name) => Some(Host::name(name)?),
                None => None,
            },
            Some(other) => return Err(SocksError::AddressType(other)),
        };
        Ok(host.and_then(|host| {
            let port = reader.port()?;
            Some(Self { host, port })
        }))
    }

    pub(super) fn encode(&self, into: &mut Vec<u8>) {
        match &self.host {
            Host::Address(IpAddr::V4(ip)) => {
                into.push(IPV4);
                into.extend_from_slice(&ip.octets());
            }
            Host::Address(IpAddr::V6(ip)) => {
                into.push(IPV6);
                into.extend_from_slice(&ip.octets());
            }
            Host::Name(name) => {
                into.push(NAME);
                counted(name.as_bytes(), into);
            }
        }
        into.extend_from_slice(&self.port.to_be_bytes());
    }
}

impl From<SocketAddr> for Destination {
    fn from(address: SocketAddr) -> Self {
        Self {
            host: Host::Address(address.ip()),
            port: address.port(),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Address(IpAddr::V6(ip)) => write!(f, "[{ip}]:{}", self.port),
            host => write!(f, "{host}:{}", self.port),
        }
    }
}

const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// The longest host name, bytes: what a length of one byte can say (RFC 1928 section 5).
const NAME_BYTES_MAX: usize = 255;
