//! What the listeners of a proxy share, and what outlives a reload.

use std::fmt;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{OnceLock, PoisonError, RwLock};

use super::counts::Counts;
use super::{Denied, DeniedCount, reach};

/// What the listeners of a proxy share, and what outlives a reload.
#[derive(Default)]
pub struct Ledger {
    counts: Counts,
    observer: OnceLock<Box<Observer>>,
    /// Where nobody gets by way of the proxy: its own listeners.
    own: RwLock<Vec<SocketAddr>>,
}

/// What is called when somebody is refused.
type Observer = dyn Fn(&Denied) + Send + Sync;

impl Ledger {
    /// Sets what is called with each refusal, once; later calls do nothing. It must not block.
    pub fn observe(&self, refused: impl Fn(&Denied) + Send + Sync + 'static) {
        let _set_once = self.observer.set(Box::new(refused));
    }

    /// Counts a refusal.
    pub(super) fn count(&self, denied: &Denied) {
        self.counts.add(denied.reason);
        if let Some(observer) = self.observer.get() {
            observer(denied);
        }
    }

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

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("denied", &self.denied())
            .finish_non_exhaustive()
    }
}
