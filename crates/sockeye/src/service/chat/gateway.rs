//! Gateways: who is believed whom it comes for (IRCv3 WebIRC).

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use sockeye_proto::irc::registration::Introduction;
use subtle::ConstantTimeEq;

use crate::endpoint::Network;
use crate::io::{ConnectionInfo, ProxyInfo, ProxyTls};
use crate::state::mac;

/// A gateway that is believed, by what it proves and where it is.
#[derive(Clone)]
pub struct Gateway {
    /// How the log calls it.
    pub name: String,
    /// Its password; `None`: it has to have the certificate.
    pub password: Option<String>,
    /// The SHA-256 of its certificate; `None`: any, or none.
    pub fingerprint: Option<[u8; 32]>,
    /// Where it is.
    pub from: Vec<Network>,
}

impl Gateway {
    /// Tells whether it is this one that has connected, taking the same time for any password.
    pub(super) fn is(&self, introduction: &Introduction, info: &ConnectionInfo) -> bool {
        let unspecified = IpAddr::from([0, 0, 0, 0]);
        let address = info.peer.map_or(unspecified, |peer| peer.ip());
        let is_there = self.from.iter().any(|network| network.contains(address));
        // Digests, so that not even the length of a password shows.
        let digest = |password: &str| mac(&[0; 32], &[password.as_bytes()]);
        let given = digest(&introduction.password.0);
        let is_known = match &self.password {
            Some(password) => digest(password).ct_eq(&given).into(),
            None => self.fingerprint.is_some(),
        };
        let tls = info.tls.as_ref();
        let certificate = tls.and_then(|tls| tls.peer_certificate_sha256);
        let is_certified = self.fingerprint.is_none() || self.fingerprint == certificate;
        is_there && is_known && is_certified
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("name", &self.name)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// Returns what is known of the connection of whom a believed gateway comes for. It is secure where
/// both of its ways are.
pub(super) fn info_of(introduction: &Introduction, gateway: &ConnectionInfo) -> ConnectionInfo {
    let peer = SocketAddr::new(introduction.address, introduction.port);
    let is_secure = introduction.secure && gateway.is_secure();
    let mut info = gateway.clone();
    info.peer = Some(peer);
    let proxy_text = std::mem::replace(&mut info.peer_text, peer.to_string());
    // What the gateway has proved is not proved by whom it comes for.
    info.credentials = None;
    info.tls = None;
    info.proxied = Some(Box::new(ProxyInfo {
        proxy_text,
        tls: is_secure.then(ProxyTls::default),
        ..ProxyInfo::default()
    }));
    info
}
