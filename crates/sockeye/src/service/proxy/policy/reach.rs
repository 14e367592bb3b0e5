//! Addresses that a proxy lets nobody through to, and those that it lets only some through to.
//!
//! An IPv6 address that carries an IPv4 one leads to that where a translator or a tunnel is on the way: it is
//! closed where either of them is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::endpoint::Network;

/// Tells whether nobody is let through to an address, wherever they come from: what is of one link or
/// one machine only, or is no single machine's (RFC 6890 section 2.2).
pub(super) fn is_closed(ip: IpAddr) -> bool {
    meanings(ip).any(|ip| in_one_of(CLOSED, ip).is_some())
}

/// Returns the range by which an address is of this machine or of a network that is nobody else's, if it is.
pub(super) fn inside(ip: IpAddr) -> Option<Network> {
    meanings(ip).find_map(|ip| in_one_of(INSIDE, ip))
}

/// Returns an address, IPv4-mapped ones as IPv4, and the IPv4 address that it carries.
pub(super) fn meanings(ip: IpAddr) -> impl Iterator<Item = IpAddr> {
    let ip = ip.to_canonical();
    let carried = match ip {
        IpAddr::V4(_) => None,
        IpAddr::V6(ip) => carried(ip).map(IpAddr::V4),
    };
    std::iter::once(ip).chain(carried)
}

fn carried(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let of = |high: u16, low: u16| Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match [a, b, c, d, e, f] {
        // IPv4-compatible (RFC 4291 section 2.5.5.1); :: and ::1 are none.
        [0, 0, 0, 0, 0, 0] if g != 0 || h > 1 => of(g, h),
        // NAT64 (RFC 6052 section 2.1), and its local prefix at its usual length (RFC 8215).
        [0x64, 0xff9b, 0, 0, 0, 0] | [0x64, 0xff9b, 1, ..] => of(g, h),
        // 6to4 (RFC 3056 section 2).
        [0x2002, high, low, ..] => of(high, low),
        // Teredo (RFC 4380 section 4), whose client is written inverted.
        [0x2001, 0, ..] => of(!g, !h),
        // ISATAP (RFC 5214 section 6.1).
        [_, _, _, _, 0 | 0x200, 0x5efe] => of(g, h),
        _ => None,
    }
}

fn in_one_of(ranges: &[Network], ip: IpAddr) -> Option<Network> {
    ranges.iter().find(|range| range.contains(ip)).copied()
}

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Network {
    Network::new(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits)
}

const fn v6(first: u16, last: u16, bits: u8) -> Network {
    let ip = Ipv6Addr::new(first, 0, 0, 0, 0, 0, 0, last);
    Network::new(IpAddr::V6(ip), bits)
}

/// Nobody's (RFC 6890 section 2.2): "this network", one link, groups, all of one link.
const CLOSED: &[Network] = &[
    v4(0, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(224, 0, 0, 0, 4),
    v4(255, 255, 255, 255, 32),
    v6(0, 0, 128),
    v6(0xfe80, 0, 10),
    v6(0xff00, 0, 8),
];

/// This machine's, and private (RFC 1918, RFC 4193, RFC 6598, RFC 6890 section 2.2, RFC 8215).
const INSIDE: &[Network] = &[
    v4(127, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(172, 16, 0, 0, 12),
    v4(192, 168, 0, 0, 16),
    v4(100, 64, 0, 0, 10),
    v4(192, 0, 0, 0, 24),
    v4(198, 18, 0, 0, 15),
    v4(240, 0, 0, 0, 4),
    v6(0, 1, 128),
    v6(0xfc00, 0, 7),
    v6(0xfec0, 0, 10),
    Network::new(
        IpAddr::V6(Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0)),
        48,
    ),
];
