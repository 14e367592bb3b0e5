//! `HOST:PORT`: a name, an IPv4 address or an IPv6 address in brackets, and a port.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::address::{Address, Family, Host};
use super::parse_address::is_number;
use super::problem::Fault;
use super::split::Token;

/// `HOST:PORT`, a part of a token.
pub(super) struct Authority<'a> {
    pub(super) token: &'a Token,
    pub(super) part: Range<usize>,
}

/// Whether `%` starts an encoded byte.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Percent,
}

impl Authority<'_> {
    pub(super) fn tcp(&self, family: Family, encoding: Encoding) -> Result<Address, Fault> {
        let text = &self.token.text[self.part.clone()];
        if let Some(path) = text.find(['/', '?', '#', '@']) {
            let at = self.part.start + path;
            let rest = self.token.place(at..self.part.end);
            return Err(Fault::new(
                rest,
                "a user or a path has no place in HOST:PORT",
            ));
        }
        let Some(colon) = text
            .rfind(':')
            .filter(|colon| !text[*colon..].contains(']'))
        else {
            let meant = is_number(text).then(|| format!("localhost:{text}"));
            return Err(self.fault("a port is missing").did_you_mean(meant));
        };
        let colon = self.part.start + colon;
        let port = self.port(colon + 1..self.part.end)?;
        let host_part = self.part.start..colon;
        let host = &self.token.text[host_part.clone()];
        let wrong = |(problem, hint): (String, Option<String>)| {
            let fault = Fault::new(self.token.place(host_part), problem);
            hint.into_iter().fold(fault, |fault, hint| fault.hint(hint))
        };
        let host = read_host(host, encoding).and_then(|host| in_family(host, family));
        Ok(Address::Tcp {
            host: host.map_err(wrong)?,
            port,
            family,
        })
    }

    pub(super) fn port(&self, part: Range<usize>) -> Result<u16, Fault> {
        let digits = &self.token.text[part.clone()];
        let at = self.token.place(part);
        match digits.parse::<u16>() {
            Ok(port) if is_number(digits) => Ok(port),
            _ if is_number(digits) => Err(Fault::new(
                at,
                format!("port {digits} is above {}", u16::MAX),
            )),
            _ if digits.is_empty() => Err(self.fault("a port is missing after the colon")),
            _ => Err(Fault::new(at, format!("{digits} is no port")).hint("a port is a number")),
        }
    }

    fn fault(&self, problem: &str) -> Fault {
        Fault::new(self.token.place(self.part.clone()), problem)
    }
}

/// A problem with a host, and a hint.
type HostFault = (String, Option<String>);

fn read_host(text: &str, encoding: Encoding) -> Result<Host, HostFault> {
    let decoded = match encoding {
        Encoding::Plain => text.to_owned(),
        Encoding::Percent => percent_decode(text).ok_or_else(|| {
            (
                format!("{text} is not well encoded"),
                Some("% is %25".to_owned()),
            )
        })?,
    };
    let text = decoded.as_str();
    if text.is_empty() {
        return Ok(Host::Any);
    }
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(Host::Loopback);
    }
    if let Some(bracketed) = text.strip_prefix('[') {
        return read_ipv6(bracketed.strip_suffix(']').unwrap_or_default())
            .ok_or_else(|| (format!("{text} is no IPv6 address"), None));
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        let hint = Some("write [ADDRESS]:PORT".to_owned());
        return Err(("an IPv6 address without brackets".to_owned(), hint));
    }
    read_name(text)
}

fn read_ipv6(text: &str) -> Option<Host> {
    match text.split_once('%') {
        None => text.parse().ok().map(|v6: Ipv6Addr| Host::Ip(v6.into())),
        Some((address, zone)) => {
            let is_zone = !zone.is_empty() && zone.chars().all(is_name_char);
            let v6: Ipv6Addr = address.parse().ok().filter(|_| is_zone)?;
            Some(Host::Name(format!("{v6}%{zone}")))
        }
    }
}

fn read_name(text: &str) -> Result<Host, HostFault> {
    if let Ok(v4) = text.parse::<Ipv4Addr>() {
        return Ok(Host::Ip(v4.into()));
    }
    // Resolvers read `10.1` as 10.0.0.1 and `1.2.3.256` as a name: both surprise.
    if is_number(
        text.trim_end_matches('.')
            .rsplit('.')
            .next()
            .unwrap_or_default(),
    ) {
        return Err((format!("{text} is no IPv4 address"), None));
    }
    if let Some(odd) = text.chars().find(|c| !is_name_char(*c)) {
        return Err((format!("{odd:?} has no place in a host name"), None));
    }
    match text.len() <= NAME_BYTES_MAX {
        true => Ok(Host::Name(text.to_owned())),
        false => Err((
            format!("a host name has at most {NAME_BYTES_MAX} bytes"),
            None,
        )),
    }
}

fn in_family(host: Host, family: Family) -> Result<Host, HostFault> {
    match (&host, family) {
        (_, Family::V4) if host.is_ipv6() => Err((format!("{host} is no IPv4 address"), None)),
        (Host::Ip(IpAddr::V4(_)), Family::V6) => Err((format!("{host} is no IPv6 address"), None)),
        _ => Ok(host),
    }
}

/// Decodes `%XX` (RFC 3986 section 2.1); `None` where it is not well formed or not UTF-8.
pub(super) fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16));
        let (high, low) = (digit()?, digit()?);
        bytes.push((high * 16 + low) as u8);
    }
    String::from_utf8(bytes).ok()
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// Longest host name (RFC 1035 section 2.3.4, as text).
const NAME_BYTES_MAX: usize = 253;
