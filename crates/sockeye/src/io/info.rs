//! What is known of a connection.

use std::net::{IpAddr, SocketAddr};

use super::ChildProcess;
pub use crate::sys::local::PeerCredentials;
pub use sockeye_proto::proxy_header::ProxyTls;

/// What transports and layers have learned of a connection; owned by its session.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ConnectionInfo {
    /// The other end, an IPv4-mapped IPv6 address un-mapped; `None` where it has no IP address.
    pub peer: Option<SocketAddr>,
    /// This end.
    pub local: Option<SocketAddr>,
    /// The peer as a person reads it: `127.0.0.1:50000`, `unix:/run/a.sock`, `exec`.
    pub peer_text: String,
    /// Addresses that were tried before, and why each did not answer.
    pub tried: Vec<(SocketAddr, String)>,
    /// The process at the other end of a Unix socket.
    pub credentials: Option<PeerCredentials>,
    /// The child process that is the peer.
    pub child: Option<ChildProcess>,
    /// What the uppermost TLS handshake settled.
    pub tls: Option<Box<TlsInfo>>,
    /// What the proxy in front has said, where one is believed (`+proxy`); the addresses are then those
    /// that it gave.
    pub proxied: Option<Box<ProxyInfo>>,
    /// What the WebSocket handshake settled.
    pub websocket: Option<Box<WebSocketInfo>>,
}

/// What a WebSocket handshake settled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebSocketInfo {
    /// The path that was asked for.
    pub path: String,
    /// The page from which a browser has connected.
    pub origin: Option<String>,
    /// The subprotocol that was agreed on.
    pub subprotocol: Option<String>,
}

/// What a proxy in front has said of a connection (PROXY protocol).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProxyInfo {
    /// The proxy as a person reads it.
    pub proxy_text: String,
    /// The name that the client asked the proxy for.
    pub authority: Option<String>,
    /// The proxy's own name for the connection.
    pub unique_id: Option<Vec<u8>>,
    /// The TLS between the client and the proxy.
    pub tls: Option<ProxyTls>,
}

/// What a TLS handshake settled.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsInfo {
    /// `1.2` or `1.3`.
    pub version: &'static str,
    /// The cipher suite as its registry writes it: `TLS_AES_128_GCM_SHA256`.
    pub cipher: String,
    /// Whether an earlier session was resumed: certificates were verified then (RFC 8446 section 2.2).
    pub resumed: bool,
    /// The name that was asked for (RFC 6066 section 3).
    pub name: Option<String>,
    /// The protocol that was agreed on (RFC 7301).
    pub alpn: Option<String>,
    /// The SHA-256 of the peer's certificate, whose key the peer has proved to have.
    pub peer_certificate_sha256: Option<[u8; 32]>,
}

impl ConnectionInfo {
    /// Returns the peer as a person reads it, with its process, or the proxy in front, where that is
    /// known.
    pub fn who(&self) -> String {
        match (self.credentials, &self.proxied) {
            (Some(credentials), _) => format!("{} ({credentials})", self.peer_text),
            (None, Some(by)) => format!("{} (by way of {})", self.peer_text, by.proxy_text),
            (None, None) => self.peer_text.clone(),
        }
    }

    /// Tells whether the peer's own connection is encrypted: up to here, or up to the proxy in front.
    pub fn is_secure(&self) -> bool {
        let by_proxy = |proxied: &ProxyInfo| proxied.tls.is_some();
        self.tls.is_some() || self.proxied.as_deref().is_some_and(by_proxy)
    }

    /// Returns the *source* that limits count by: an IPv4 address or an IPv6 /64.
    ///
    /// Peers without an IP address (Unix sockets, pipes) are one source, the unspecified address.
    pub fn source(&self) -> IpAddr {
        match self.peer.map(|peer| peer.ip().to_canonical()) {
            Some(IpAddr::V6(v6)) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            }
            Some(v4) => v4,
            None => IpAddr::from([0, 0, 0, 0]),
        }
    }
}
