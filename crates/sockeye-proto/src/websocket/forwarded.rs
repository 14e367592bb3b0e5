//! Whom a gateway speaks for: `X-Forwarded-For`, to which each one on the way appends who came to it.

use alloc::string::String;
use core::net::{IpAddr, SocketAddr};

/// Returns for whom a trusted gateway speaks: the last in its lists that is no such gateway itself, or
/// the first of all where all are. What stands before that may be made up, and is not read. `None`
/// where nobody is named; the port is 0 where none is told.
///
/// # Errors
/// The entry that is no address.
pub fn forwarded_for(
    lists: &[String],
    is_trusted: impl Fn(IpAddr) -> bool,
) -> Result<Option<SocketAddr>, &str> {
    let entries = lists.iter().rev().flat_map(|list| list.rsplit(','));
    let mut found = None;
    for entry in entries.map(str::trim).filter(|entry| !entry.is_empty()) {
        let end = parse(entry).ok_or(entry)?;
        found = Some(end);
        if !is_trusted(end.ip()) {
            break;
        }
    }
    Ok(found)
}

/// Reads an address, with a port or without, an IPv6 one with brackets or without.
fn parse(entry: &str) -> Option<SocketAddr> {
    let bare = |text: &str| text.parse().ok().map(|ip: IpAddr| SocketAddr::new(ip, 0));
    let bracketed = || bare(entry.strip_prefix('[')?.strip_suffix(']')?);
    let end = bare(entry)
        .or_else(bracketed)
        .or_else(|| entry.parse().ok())?;
    Some(SocketAddr::new(end.ip().to_canonical(), end.port()))
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::*;

    fn told(lists: &[&str]) -> Result<Option<String>, String> {
        let lists: Vec<_> = lists.iter().map(ToString::to_string).collect();
        let is_trusted = |ip: IpAddr| ip.is_loopback() || ip.to_string().starts_with("10.");
        let found = forwarded_for(&lists, is_trusted);
        found
            .map(|end| end.map(|end| end.to_string()))
            .map_err(ToString::to_string)
    }

    #[test]
    fn the_last_that_is_no_gateway_is_believed() {
        let found = |lists: &[&str]| told(lists).unwrap().unwrap();
        assert_eq!(found(&["198.51.100.7"]), "198.51.100.7:0");
        assert_eq!(found(&["192.0.2.1, 198.51.100.7"]), "198.51.100.7:0");
        assert_eq!(found(&["made up, 198.51.100.7,10.0.0.1"]), "198.51.100.7:0");
        assert_eq!(
            found(&["198.51.100.7", "10.0.0.1 ,127.0.0.1"]),
            "198.51.100.7:0"
        );
        assert_eq!(found(&["10.0.0.2", "10.0.0.1"]), "10.0.0.2:0");
        assert_eq!(told(&["", " , "]), Ok(None));
        assert_eq!(told(&[]), Ok(None));
    }

    #[test]
    fn addresses_are_written_in_many_ways() {
        for (text, read) in [
            ("198.51.100.7:4711", "198.51.100.7:4711"),
            ("2001:db8::7", "[2001:db8::7]:0"),
            ("[2001:db8::7]", "[2001:db8::7]:0"),
            ("[2001:db8::7]:4711", "[2001:db8::7]:4711"),
            ("::ffff:198.51.100.7", "198.51.100.7:0"),
        ] {
            assert_eq!(told(&[text]).unwrap().unwrap(), read);
        }
        for text in [
            "unknown",
            "198.51.100.7:",
            "198.51.100.7:65536",
            "[::1",
            "a.example",
        ] {
            assert_eq!(told(&["198.51.100.7", text]), Err(text.into()));
        }
    }
}
