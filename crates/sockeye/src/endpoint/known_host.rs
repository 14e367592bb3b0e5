//! Addresses that are known without asking anybody: `HOST:PORT:ADDRESS[,ADDRESS…]`, as curl's
//! `--resolve` has them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A name, a port, and the addresses that the two stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownHost {
    /// The name.
    pub host: String,
    /// The port of the address that it is for.
    pub port: u16,
    /// The addresses in the order in which they are tried, at least one.
    pub addresses: Vec<IpAddr>,
}

impl FromStr for KnownHost {
    type Err = ();

    /// Reads `db:5432:10.0.0.5,[fd00::5]`; the brackets may be left out.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, ':');
        let mut part = || parts.next().filter(|part| !part.is_empty()).ok_or(());
        let (host, port, addresses) = (part()?, part()?, part()?);
        if host.starts_with(['+', '-', '[', '*']) || port.starts_with('+') {
            return Err(());
        }
        Ok(Self {
            host: host.to_owned(),
            port: port.parse().map_err(|_| ())?,
            addresses: addresses
                .split(',')
                .map(address)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl fmt::Display for KnownHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addresses = self.addresses.iter().map(|at| match at {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => format!("[{v6}]"),
        });
        let addresses = addresses.collect::<Vec<_>>();
        write!(f, "{}:{}:{}", self.host, self.port, addresses.join(","))
    }
}

/// Reads an address, one of IPv6 with or without brackets.
pub(super) fn address(text: &str) -> Result<IpAddr, ()> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    match bare {
        Some(v6) => v6.parse().map(IpAddr::V6).map_err(|_| ()),
        None => text.parse().map_err(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_curl_takes_is_read() {
        let known: KnownHost = "db:5432:10.0.0.5,[fd00::5],fd00::6".parse().unwrap();
        assert_eq!((known.host.as_str(), known.port), ("db", 5432));
        assert_eq!(known.addresses.len(), 3);
        assert_eq!(known.to_string(), "db:5432:10.0.0.5,[fd00::5],[fd00::6]");
        for wrong in [
            "",
            "db",
            "db:5432",
            "db:5432:",
            "db:99999:10.0.0.5",
            ":1:10.0.0.5",
            "db:1:other",
            "*:1:10.0.0.5",
            "-db:1:10.0.0.5",
            "db:1:10.0.0.5,",
            "db:1:[10.0.0.5]",
        ] {
            assert_eq!(wrong.parse::<KnownHost>(), Err(()), "{wrong}");
        }
    }
}
