//! What the listeners of a proxy share, and what outlives a reload.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{PoisonError, RwLock};

use super::counts::Counts;
use super::{DeniedCount, reach};

/// What the listeners of a proxy share, and what outlives a reload.
#[derive(Debug, Default)]
pub struct Ledger {
    pub(super) counts: Counts,
    /// Where nobody gets by way of the proxy: its own listeners.
    own: RwLock<Vec<SocketAddr>>,
}

impl Ledger {
    /// Sets the addresses to which nobody gets by way of the proxy: those of the proxy itself, at which
    /// whoever comes from it would be another, and of what administers it.
    pub fn set_own(&self, own: Vec<SocketAddr>) {
        *self.own.write().unwrap_or_else(PoisonError::into_inner) = own;
    }

    /// Returns how often somebody was refused since the start, for each reason.
    pub fn denied(&self) -> Vec<DeniedCount> {
        self.counts.snapshot()
    }

    /// Tells whether a connection to `at` would be one to such an address.
    pub(super) fn is_own(&self, at: SocketAddr) -> bool {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        let is_at = |own: &SocketAddr, ip: IpAddr| match own.ip().to_canonical() {
            own if own.is_unspecified() => ip.is_loopback() || is_of_this_machine(ip),
            own => own == ip,
        };
        let mut own = own.iter().filter(|own| own.port() == at.port());
        own.any(|own| reach::meanings(at.ip()).any(|ip| is_at(own, ip)))
    }
}

/// Tells whether an address is one of this machine: sockets can be bound to those alone.
fn is_of_this_machine(ip: IpAddr) -> bool {
    UdpSocket::bind((ip, 0)).is_ok()
}
