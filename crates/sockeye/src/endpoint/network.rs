//! Networks, as they are written and compared.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// A network: an address and how many of its leading bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

impl Network {
    /// Makes one of so many leading bits; the address is no IPv4-mapped one.
    pub(crate) const fn new(address: IpAddr, prefix_bits: u8) -> Self {
        Self {
            address,
            prefix_bits,
        }
    }

    /// Tells whether all of `other` lies in it.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        self.prefix_bits <= other.prefix_bits && self.contains(other.address)
    }

    /// Returns its first and its last address.
    fn range(&self) -> (u128, u128) {
        let (address, bits): (u128, _) = match self.address {
            IpAddr::V4(v4) => (v4.to_bits().into(), 32),
            IpAddr::V6(v6) => (v6.to_bits(), 128),
        };
        let free = bits - u32::from(self.prefix_bits);
        let mask = u128::MAX.checked_shl(free).unwrap_or(0);
        let all = u128::MAX >> (128 - bits);
        (address & mask, (address | !mask) & all)
    }

    /// Tells whether `address` lies in the network; IPv4-mapped addresses count as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (ours, theirs, bits) = match (self.address, address.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits().into(), b.to_bits().into(), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
            _ => return false,
        };
        let differing: u128 = ours ^ theirs;
        differing
            .checked_shr(bits - u32::from(self.prefix_bits))
            .unwrap_or(0)
            == 0
    }

    /// Returns the same network, named by its first address.
    pub fn canonical(self) -> Self {
        let prefix_bits = u32::from(self.prefix_bits);
        let address = match self.address {
            IpAddr::V4(a) => {
                let mask = u32::MAX.checked_shl(32 - prefix_bits).unwrap_or(0);
                IpAddr::V4((a.to_bits() & mask).into())
            }
            IpAddr::V6(a) => {
                let mask = u128::MAX.checked_shl(128 - prefix_bits).unwrap_or(0);
                IpAddr::V6((a.to_bits() & mask).into())
            }
        };
        Self { address, ..self }
    }

    /// Tells whether every address of its family lies in it.
    pub fn is_everything(&self) -> bool {
        self.prefix_bits == 0
    }
}

/// An entry of a list of networks, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkEntry {
    /// A network.
    Network(Network),
    /// A file with one network a line.
    File(PathBuf),
}

impl fmt::Display for NetworkEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => network.fmt(f),
            Self::File(path) => write!(f, "@{}", path.display()),
        }
    }
}

impl FromStr for NetworkEntry {
    type Err = String;

    /// Reads a network, or `@` and the path of a file.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix('@') {
            Some("") => Err("@ is followed by the path of a file".to_owned()),
            Some(path) => Ok(Self::File(path.into())),
            None => text.parse().map(Self::Network),
        }
    }
}

/// Networks that are looked up by halving, however many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NetworkSet {
    /// First and last addresses, ascending and apart from each other.
    v4: Vec<(u128, u128)>,
    v6: Vec<(u128, u128)>,
}

impl NetworkSet {
    /// Tells whether `address` lies in one of them; IPv4-mapped addresses count as IPv4.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let (ranges, address) = match address.to_canonical() {
            IpAddr::V4(v4) => (&self.v4, v4.to_bits().into()),
            IpAddr::V6(v6) => (&self.v6, v6.to_bits()),
        };
        let after = ranges.partition_point(|(first, _)| *first <= address);
        let last = after.checked_sub(1).and_then(|at| ranges.get(at));
        last.is_some_and(|(_, last)| address <= *last)
    }
}

impl FromIterator<Network> for NetworkSet {
    fn from_iter<T: IntoIterator<Item = Network>>(networks: T) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for network in networks {
            match network.address {
                IpAddr::V4(_) => v4.push(network.range()),
                IpAddr::V6(_) => v6.push(network.range()),
            }
        }
        Self {
            v4: apart(v4),
            v6: apart(v6),
        }
    }
}

/// Sorts ranges and makes one of those that overlap.
fn apart(mut ranges: Vec<(u128, u128)>) -> Vec<(u128, u128)> {
    ranges.sort_unstable();
    let mut apart: Vec<(u128, u128)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match apart.last_mut() {
            Some(before) if first <= before.1 => before.1 = before.1.max(last),
            _ => apart.push((first, last)),
        }
    }
    apart.shrink_to_fit();
    apart
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix_bits)
    }
}

impl FromStr for Network {
    type Err = String;

    /// Reads `10.0.0.0/8`, `fd00::/8` or a single address.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no network, such as 10.0.0.0/8 or fd00::/8");
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let bits_max = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits: u8 = match bits {
            Some(bits) => bits.parse().map_err(|_| wrong())?,
            None => bits_max,
        };
        if prefix_bits > bits_max {
            return Err(wrong());
        }
        // Peers are compared in their canonical form, and so a mapped network would match none.
        let (address, prefix_bits) = match address.to_canonical() {
            canonical if canonical == address => (address, prefix_bits),
            v4 => (v4, prefix_bits.checked_sub(MAPPED_BITS).ok_or_else(wrong)?),
        };
        Ok(Self {
            address,
            prefix_bits,
        })
    }
}

/// What stands before the IPv4 address in an IPv4-mapped one, bits (RFC 4291 section 2.5.5.2).
const MAPPED_BITS: u8 = 96;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn network(text: &str) -> Network {
        text.parse().expect("a network")
    }

    fn contains(text: &str, ip: &str) -> bool {
        network(text).contains(ip.parse().expect("an address"))
    }

    #[test]
    fn only_the_leading_bits_count() {
        assert!(contains("10.0.0.0/8", "10.255.0.1"));
        assert!(!contains("10.0.0.0/8", "11.0.0.0"));
        assert!(contains("192.0.2.1", "192.0.2.1"));
        assert!(!contains("192.0.2.1", "192.0.2.0"));
        assert!(contains("0.0.0.0/0", "203.0.113.9"));
        assert!(!contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("::/0", "2001:db8::1"));
        assert!(contains("2001:db8::/127", "2001:db8::1"));
        assert!(!contains("2001:db8::/127", "2001:db8::2"));
    }

    #[test]
    fn mapped_addresses_and_networks_are_ipv4() {
        assert!(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
        assert!(contains("::ffff:10.0.0.0/104", "10.1.2.3"));
        assert!(!contains("::ffff:10.0.0.0/104", "11.1.2.3"));
        assert_eq!(network("::ffff:10.0.0.1").to_string(), "10.0.0.1/32");
        assert!("::ffff:10.0.0.0/90".parse::<Network>().is_err());
    }

    proptest! {
        #[test]
        fn a_set_contains_what_one_of_its_networks_does(
            networks in prop::collection::vec(any_network(), 0..20),
            inside in any::<(prop::sample::Index, u8)>(),
            outside in any::<IpAddr>(),
        ) {
            let set: NetworkSet = networks.iter().copied().collect();
            let mut asked = vec![outside];
            if !networks.is_empty() {
                // Close to one of them, where an end may be off by one.
                let near = inside.0.get(&networks).address;
                asked.push(match near {
                    IpAddr::V4(v4) => IpAddr::from((v4.to_bits() ^ (1 << (inside.1 % 32))).to_be_bytes()),
                    IpAddr::V6(v6) => IpAddr::from((v6.to_bits() ^ (1 << (inside.1 % 128))).to_be_bytes()),
                });
                asked.push(near);
            }
            for ip in asked {
                let expected = networks.iter().any(|network| network.contains(ip));
                prop_assert_eq!(set.contains(ip), expected, "{} in {:?}", ip, networks);
            }
        }
    }

    fn any_network() -> impl Strategy<Value = Network> {
        let ip = prop_oneof![
            any::<IpAddr>(),
            (0..8u8).prop_map(|last| IpAddr::from([10, 0, 0, last]))
        ];
        (ip, 0..=32u8).prop_filter_map("a mapped network has 96 bits and more", |(ip, bits)| {
            format!("{ip}/{bits}").parse().ok()
        })
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "10.0.0.0/",
            "10.0.0.0/33",
            "::/129",
            "10.0.0/8",
            "h",
            "10.0.0.0/-1",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
