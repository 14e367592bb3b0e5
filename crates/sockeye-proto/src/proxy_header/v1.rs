//! Version 1: a line of text (proxy-protocol.txt section 2.1).

use alloc::format;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::str::{self, FromStr};

use super::{ProxyAddresses, ProxyHeader, ProxyHeaderError};

pub(super) fn decode(bytes: &[u8]) -> Result<Option<(ProxyHeader, usize)>, ProxyHeaderError> {
    let line = bytes.get(..LINE_BYTES_MAX).unwrap_or(bytes);
    let Some(end) = line.windows(2).position(|at| at == b"\r\n") else {
        return match line.len() {
            LINE_BYTES_MAX => Err(ProxyHeaderError::TooLong(LINE_BYTES_MAX)),
            _ => Ok(None),
        };
    };
    let line = line.get(SIGNATURE.len()..end).unwrap_or_default();
    let line = str::from_utf8(line).map_err(|_| ProxyHeaderError::Line)?;
    let header = ProxyHeader {
        addresses: addresses(line).ok_or(ProxyHeaderError::Line)?,
        ..ProxyHeader::default()
    };
    Ok(Some((header, end + 2)))
}

/// Reads what follows `PROXY `; `None` where it is wrong.
fn addresses(line: &str) -> Option<Option<ProxyAddresses>> {
    let (family, rest) = line.split_once(' ').unwrap_or((line, ""));
    match family {
        // What follows is for nobody to look at.
        "UNKNOWN" => Some(None),
        "TCP4" => both::<Ipv4Addr>(rest).map(Some),
        "TCP6" => both::<Ipv6Addr>(rest).map(Some),
        _ => None,
    }
}

fn both<Ip: FromStr + Into<IpAddr>>(text: &str) -> Option<ProxyAddresses> {
    let mut parts = text.split(' ');
    let (source, destination) = (ip::<Ip>(parts.next()?)?, ip::<Ip>(parts.next()?)?);
    let (source_port, destination_port) = (port(parts.next()?)?, port(parts.next()?)?);
    let addresses = ProxyAddresses {
        source: SocketAddr::new(source, source_port),
        destination: SocketAddr::new(destination, destination_port),
    };
    parts.next().is_none().then_some(addresses)
}

fn ip<Ip: FromStr + Into<IpAddr>>(text: &str) -> Option<IpAddr> {
    text.parse::<Ip>().ok().map(Into::into)
}

/// Reads a port without a sign and without leading zeros.
fn port(text: &str) -> Option<u16> {
    let is_plain =
        text == "0" || text.starts_with(|first: char| first.is_ascii_digit() && first != '0');
    is_plain.then(|| text.parse().ok()).flatten()
}

pub(super) fn encode(addresses: Option<&ProxyAddresses>, into: &mut Vec<u8>) {
    let line = match addresses {
        None => "PROXY UNKNOWN\r\n".into(),
        Some(ProxyAddresses {
            source,
            destination,
        }) => {
            let family = if source.is_ipv4() { "TCP4" } else { "TCP6" };
            let (from, to) = (source.ip(), destination.ip());
            let (from_port, to_port) = (source.port(), destination.port());
            format!("PROXY {family} {from} {to} {from_port} {to_port}\r\n")
        }
    };
    into.extend_from_slice(line.as_bytes());
}

/// How a header of version 1 begins.
pub(super) const SIGNATURE: &[u8] = b"PROXY ";

/// The longest line with its end, bytes (proxy-protocol.txt section 2.1).
const LINE_BYTES_MAX: usize = 107;
