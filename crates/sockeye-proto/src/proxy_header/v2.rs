//! Version 2: binary, with values behind the addresses (proxy-protocol.txt section 2.2).
//!
//! ```text
//! signature 12 | version, command 1 | family, protocol 1 | length 2 | addresses | values
//!                                                      value: type 1 | length 2 | that many bytes
//! ```

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{ProxyAddresses, ProxyHeader, ProxyHeaderError, ProxyTls};

pub(super) fn decode(bytes: &[u8]) -> Result<Option<(ProxyHeader, usize)>, ProxyHeaderError> {
    let Some((fixed, rest)) = bytes.split_at_checked(FIXED_BYTES) else {
        return Ok(None);
    };
    let [.., version_command, family_protocol, high, low] = *fixed else {
        return Ok(None);
    };
    if version_command >> 4 != 2 {
        return Err(ProxyHeaderError::Version);
    }
    let is_local = match version_command & 15 {
        0 => true,
        1 => false,
        _ => return Err(ProxyHeaderError::Command),
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > LENGTH_MAX {
        return Err(ProxyHeaderError::TooLong(FIXED_BYTES + LENGTH_MAX));
    }
    // A wrong family of a LOCAL header is for nobody to look at.
    let family = match is_local {
        true => Family::None,
        false => Family::read(family_protocol)?,
    };
    let Some(payload) = rest.get(..length) else {
        return Ok(None);
    };
    let used = FIXED_BYTES + length;
    let header = match family {
        Family::None => ProxyHeader::default(),
        _ => {
            let (addresses, values) = payload
                .split_at_checked(family.bytes())
                .ok_or(ProxyHeaderError::Addresses)?;
            let mut header = ProxyHeader {
                addresses: family.addresses(addresses),
                ..ProxyHeader::default()
            };
            let whole = bytes.get(..used).unwrap_or_default();
            read_values(values, whole, &mut header)?;
            header
        }
    };
    Ok(Some((header, used)))
}

/// What the address block holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Nothing that is to be used.
    None,
    V4,
    V6,
    Unix,
}

impl Family {
    fn read(family_protocol: u8) -> Result<Self, ProxyHeaderError> {
        match (family_protocol >> 4, family_protocol & 15) {
            (0..=3, 0) | (0, 1 | 2) => Ok(Self::None),
            (1, 1 | 2) => Ok(Self::V4),
            (2, 1 | 2) => Ok(Self::V6),
            (3, 1 | 2) => Ok(Self::Unix),
            _ => Err(ProxyHeaderError::Family),
        }
    }

    const fn bytes(self) -> usize {
        match self {
            Self::None => 0,
            Self::V4 => 12,
            Self::V6 => 36,
            Self::Unix => 216,
        }
    }

    fn addresses(self, block: &[u8]) -> Option<ProxyAddresses> {
        let mut block = Reader(block);
        let (source, destination): (IpAddr, IpAddr) = match self {
            Self::V4 => {
                let mut ip = || block.take::<4>().map(Ipv4Addr::from);
                (ip()?.into(), ip()?.into())
            }
            Self::V6 => {
                let mut ip = || block.take::<16>().map(Ipv6Addr::from);
                (ip()?.into(), ip()?.into())
            }
            Self::None | Self::Unix => return None,
        };
        let mut port = || block.take().map(u16::from_be_bytes);
        Some(ProxyAddresses {
            source: SocketAddr::new(source, port()?),
            destination: SocketAddr::new(destination, port()?),
        })
    }
}

/// Reads the values; those of unknown types are passed over.
fn read_values(
    values: &[u8],
    whole: &[u8],
    header: &mut ProxyHeader,
) -> Result<(), ProxyHeaderError> {
    let mut values = Reader(values);
    while let Some((kind, value)) = values.value()? {
        match kind {
            AUTHORITY => header.authority = Some(text(value)?),
            UNIQUE_ID if value.len() > UNIQUE_ID_BYTES_MAX => {
                return Err(ProxyHeaderError::ValueLength);
            }
            UNIQUE_ID => header.unique_id = Some(value.to_vec()),
            CRC32C => check_crc32c(value, values.0.len(), whole)?,
            SSL => header.tls = read_tls(value)?,
            _ => {}
        }
    }
    Ok(())
}

/// Reads PP2_TYPE_SSL; `None` where the client did not use TLS.
fn read_tls(value: &[u8]) -> Result<Option<ProxyTls>, ProxyHeaderError> {
    let mut value = Reader(value);
    let (Some([client]), Some(verify)) = (value.take(), value.take()) else {
        return Err(ProxyHeaderError::ValueLength);
    };
    let shown = client & (CLIENT_CERT_CONN | CLIENT_CERT_SESS) != 0;
    let mut tls = ProxyTls {
        verified: shown && u32::from_be_bytes(verify) == 0,
        ..ProxyTls::default()
    };
    while let Some((kind, value)) = value.value()? {
        match kind {
            SSL_VERSION => tls.version = Some(text(value)?),
            SSL_COMMON_NAME => tls.common_name = Some(text(value)?),
            SSL_CIPHER => tls.cipher = Some(text(value)?),
            _ => {}
        }
    }
    Ok((client & CLIENT_SSL != 0).then_some(tls))
}

/// Compares the checksum, behind which `behind` bytes follow, with that of the whole header in which
/// it is zero (proxy-protocol.txt section 2.2.3).
fn check_crc32c(value: &[u8], behind: usize, whole: &[u8]) -> Result<(), ProxyHeaderError> {
    let value: [u8; 4] = value
        .try_into()
        .map_err(|_| ProxyHeaderError::ValueLength)?;
    let at = whole.len().saturating_sub(behind + value.len());
    let (front, rest) = whole.split_at(at.min(whole.len()));
    let bytes = front.iter().chain(&[0; 4]).chain(rest.iter().skip(4));
    match crc32c(bytes) == u32::from_be_bytes(value) {
        true => Ok(()),
        false => Err(ProxyHeaderError::Checksum),
    }
}

/// Returns the CRC-32C of some bytes (RFC 3720 appendix B.4).
pub(super) fn crc32c<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    !bytes.fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| match crc & 1 {
            0 => crc >> 1,
            _ => crc >> 1 ^ CRC32C_REVERSED,
        })
    })
}

fn text(value: &[u8]) -> Result<String, ProxyHeaderError> {
    String::from_utf8(value.to_vec()).map_err(|_| ProxyHeaderError::Text)
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const COUNT: usize>(&mut self) -> Option<[u8; COUNT]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    /// Takes a value with its type; `None` at the end.
    fn value(&mut self) -> Result<Option<(u8, &'a [u8])>, ProxyHeaderError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let wrong = ProxyHeaderError::ValueLength;
        let [kind, high, low] = self.take().ok_or(wrong)?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let (value, rest) = self.0.split_at_checked(length).ok_or(wrong)?;
        self.0 = rest;
        Ok(Some((kind, value)))
    }
}

pub(super) fn encode(header: &ProxyHeader, into: &mut Vec<u8>) {
    let mut payload = Vec::new();
    let family = match &header.addresses {
        None => UNSPEC,
        Some(ProxyAddresses {
            source,
            destination,
        }) => {
            for end in [source, destination] {
                match end.ip() {
                    IpAddr::V4(ip) => payload.extend_from_slice(&ip.octets()),
                    IpAddr::V6(ip) => payload.extend_from_slice(&ip.octets()),
                }
            }
            payload.extend_from_slice(&source.port().to_be_bytes());
            payload.extend_from_slice(&destination.port().to_be_bytes());
            if source.is_ipv4() { TCP4 } else { TCP6 }
        }
    };
    // A reader keeps the socket's address and looks at nothing behind it.
    if family != UNSPEC {
        encode_values(header, &mut payload);
    }
    into.extend_from_slice(SIGNATURE);
    into.extend_from_slice(&[PROXY, family]);
    into.extend_from_slice(&length(&payload));
    into.extend_from_slice(&payload);
}

fn encode_values(header: &ProxyHeader, into: &mut Vec<u8>) {
    let mut put = |kind, value: &[u8]| put(kind, value, into);
    if let Some(authority) = &header.authority {
        put(AUTHORITY, authority.as_bytes());
    }
    if let Some(unique_id) = &header.unique_id {
        put(UNIQUE_ID, unique_id);
    }
    if let Some(tls) = &header.tls {
        let (client, verify) = match tls.verified {
            true => (CLIENT_SSL | CLIENT_CERT_CONN, 0),
            false => (CLIENT_SSL, 1_u32),
        };
        let mut value = Vec::from([client]);
        value.extend_from_slice(&verify.to_be_bytes());
        let texts = [
            (SSL_VERSION, &tls.version),
            (SSL_COMMON_NAME, &tls.common_name),
            (SSL_CIPHER, &tls.cipher),
        ];
        for (kind, text) in texts {
            if let Some(text) = text {
                self::put(kind, text.as_bytes(), &mut value);
            }
        }
        put(SSL, &value);
    }
}

/// Appends a value, cut where it is longer than a header of ours may hold.
fn put(kind: u8, value: &[u8], into: &mut Vec<u8>) {
    let value = value.get(..VALUE_BYTES_MAX).unwrap_or(value);
    into.push(kind);
    into.extend_from_slice(&length(value));
    into.extend_from_slice(value);
}

/// Returns a length as it is written; what is measured here is far below its limit.
fn length(bytes: &[u8]) -> [u8; 2] {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes()
}

/// How a header of version 2 begins.
pub(super) const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// What stands before the addresses, bytes.
const FIXED_BYTES: usize = 16;

/// The longest header behind its fixed part, bytes: the addresses and a chain of certificates.
const LENGTH_MAX: usize = 16 * 1024;

/// The longest unique id, bytes (proxy-protocol.txt section 2.2.5).
const UNIQUE_ID_BYTES_MAX: usize = 128;

/// The longest value that is written, bytes: more than any name has, and all together fit.
const VALUE_BYTES_MAX: usize = 1024;

/// Version 2, command PROXY (proxy-protocol.txt section 2.2).
const PROXY: u8 = 0x21;
const UNSPEC: u8 = 0x00;
const TCP4: u8 = 0x11;
const TCP6: u8 = 0x21;

/// Types of values (proxy-protocol.txt section 2.2.1 and the following).
const AUTHORITY: u8 = 0x02;
const CRC32C: u8 = 0x03;
const UNIQUE_ID: u8 = 0x05;
const SSL: u8 = 0x20;
const SSL_VERSION: u8 = 0x21;
const SSL_COMMON_NAME: u8 = 0x22;
const SSL_CIPHER: u8 = 0x23;

/// Bits of the client field of [`SSL`].
const CLIENT_SSL: u8 = 1;
const CLIENT_CERT_CONN: u8 = 2;
const CLIENT_CERT_SESS: u8 = 4;

/// The polynomial of CRC-32C, its bits reversed.
const CRC32C_REVERSED: u32 = 0x82f6_3b78;
