//! Addresses that a proxy lets nobody through to.

use std::net::IpAddr;

/// Tells whether nobody is let through to an address, wherever they come from: what is of one link or
/// one machine only, or is no single machine's (RFC 6890 section 2.2).
pub(super) fn is_closed(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            ip.is_link_local() || ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast()
        }
        IpAddr::V6(ip) => ip.is_unicast_link_local() || ip.is_unspecified() || ip.is_multicast(),
    }
}
