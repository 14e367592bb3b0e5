//! Who may go where by way of a proxy.

use std::net::{IpAddr, SocketAddr};

/// Who may go where by way of a proxy.
#[derive(Debug, Default)]
pub struct Policy {}

/// Why somebody may not go somewhere, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Denied(pub(super) String);

impl Policy {
    /// Returns one that lets everybody through who reaches the proxy.
    pub fn open() -> Self {
        Self::default()
    }

    /// Checks that one may go to an address, as asked for or as a name stands for it.
    pub(super) fn check(&self, at: SocketAddr) -> Result<(), Denied> {
        match is_closed(at.ip()) {
            true => Err(Denied(
                "nobody is let through to such an address".to_owned(),
            )),
            false => Ok(()),
        }
    }
}

/// Tells whether nobody is let through to an address, wherever they come from: what is of one link or
/// one machine only, or is no single machine's (RFC 6890 section 2.2).
fn is_closed(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            ip.is_link_local() || ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast()
        }
        IpAddr::V6(ip) => ip.is_unicast_link_local() || ip.is_unspecified() || ip.is_multicast(),
    }
}
