//! The PROXY protocol: whom a connection is for, said by the proxy in front, before all else
//! (haproxy.org, proxy-protocol.txt, versions 1 and 2).
//!
//! A codec without state: [`ProxyHeader::decode`] looks at what has arrived, so any split of an input
//! gives the same result. Whether the sender is to be believed is decided elsewhere.

mod v1;
mod v2;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;

/// What a proxy says of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProxyHeader {
    /// Whose it is; `None` where the sender says to keep the socket's own (LOCAL, UNKNOWN, UNSPEC, or
    /// Unix sockets, which have no address).
    pub addresses: Option<ProxyAddresses>,
    /// The name that the client asked for, of TLS or of HTTP (PP2_TYPE_AUTHORITY).
    pub authority: Option<String>,
    /// The sender's name for the connection (PP2_TYPE_UNIQUE_ID).
    pub unique_id: Option<Vec<u8>>,
    /// The TLS between the client and the sender (PP2_TYPE_SSL).
    pub tls: Option<ProxyTls>,
}

/// Both ends of the connection that a proxy has accepted; of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProxyAddresses {
    /// Who has connected.
    pub source: SocketAddr,
    /// To which address of the proxy.
    pub destination: SocketAddr,
}

/// What a proxy says of the TLS that it has ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProxyTls {
    /// `TLSv1.3`.
    pub version: Option<String>,
    /// The cipher suite.
    pub cipher: Option<String>,
    /// The common name of the client's certificate.
    pub common_name: Option<String>,
    /// Whether the client has shown a certificate that the proxy has verified.
    pub verified: bool,
}

/// Which form a header is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyVersion {
    /// A line of text, addresses only.
    V1,
    /// Binary.
    V2,
}

/// Why bytes are no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyHeaderError {
    /// They begin with something else.
    NoHeader,
    /// It is longer than the limit, bytes.
    TooLong(usize),
    /// A line that is not written as the specification says.
    Line,
    /// A version that does not exist.
    Version,
    /// A command that is neither LOCAL nor PROXY.
    Command,
    /// A family or a protocol that does not exist.
    Family,
    /// It ends within the addresses.
    Addresses,
    /// A value that goes on beyond the header, or has a length that it cannot have.
    ValueLength,
    /// A text that is not UTF-8.
    Text,
    /// Its checksum is wrong.
    Checksum,
}

impl fmt::Display for ProxyHeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self {
            Self::TooLong(max) => return write!(f, "a PROXY header of more than {max} bytes"),
            Self::NoHeader => "no PROXY header",
            Self::Line => "a PROXY header of version 1 that is not well written",
            Self::Version => "a PROXY header of an unknown version",
            Self::Command => "a PROXY header with an unknown command",
            Self::Family => "a PROXY header with an unknown address family or protocol",
            Self::Addresses => "a PROXY header that is too short for its addresses",
            Self::ValueLength => "a PROXY header with a value of a wrong length",
            Self::Text => "a PROXY header with a text that is not UTF-8",
            Self::Checksum => "a PROXY header with a wrong checksum",
        };
        f.write_str(why)
    }
}

impl core::error::Error for ProxyHeaderError {}

impl ProxyHeader {
    /// Takes the header off the front of `bytes`: what it says and the bytes that it took, once it is
    /// whole.
    ///
    /// # Errors
    /// [`ProxyHeaderError`], as soon as no further bytes could make it right.
    pub fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, ProxyHeaderError> {
        let begins = |signature: &[u8]| bytes.iter().zip(signature).all(|(byte, at)| byte == at);
        if begins(v2::SIGNATURE) {
            v2::decode(bytes)
        } else if begins(v1::SIGNATURE) {
            v1::decode(bytes)
        } else {
            Err(ProxyHeaderError::NoHeader)
        }
    }

    /// Appends the header; version 1 has room for the addresses only.
    pub fn encode(&self, version: ProxyVersion, into: &mut Vec<u8>) {
        match version {
            ProxyVersion::V1 => v1::encode(self.addresses.as_ref(), into),
            ProxyVersion::V2 => v2::encode(self, into),
        }
    }
}

#[cfg(test)]
mod tests;
