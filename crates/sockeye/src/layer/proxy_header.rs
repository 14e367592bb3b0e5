//! `+proxy`: who a connection is for, said by the PROXY protocol (haproxy.org, proxy-protocol.txt).
//!
//! ```text
//! accepting: header ──▶ ConnectionInfo: peer, local, proxied      opening: header of the connection
//!            the rest ──▶ read on                                          for which it is opened
//! ```
//!
//! It changes no byte behind the header and its half-close is the stream's own. Only peers in `from=`
//! get so far as to be read; what they say is believed.

use std::net::{IpAddr, SocketAddr};

use sockeye_proto::proxy_header::{ProxyAddresses, ProxyHeader, ProxyTls, ProxyVersion};
use tokio::io::AsyncWriteExt;

use crate::endpoint::{Endpoint, NetworkSet, Role, Value, Word};
use crate::error::{Error, ErrorKind, words};
use crate::io::{ConnectionInfo, ProxyInfo, Stream, read_head, read_networks};

/// The layer with its settings.
#[derive(Debug)]
pub(super) enum Proxy {
    /// Learns from peers in these networks.
    Learn(NetworkSet),
    /// Tells, in this version.
    Tell(ProxyVersion),
}

impl Proxy {
    /// Reads what `+proxy` says.
    pub(super) fn prepare(word: &Word, endpoint: &Endpoint, role: Role) -> Result<Self, Error> {
        match (role, word.value("from"), word.value("version")) {
            (Role::Accept, Some(Value::Networks(from)), _) => read_networks(&from)
                .map(Self::Learn)
                .map_err(|(kind, why)| Error::new(kind, "open", endpoint, why)),
            (Role::Accept, ..) => {
                let why = "+proxy needs to know whom to believe where it accepts";
                let hint = "+proxy,from=NETWORKS, such as from=10.0.0.0/8";
                Err(Error::new(ErrorKind::ConfigUsage, "open", endpoint, why).with_hint(hint))
            }
            (_, _, Some(Value::Text(version))) if version == "2" => {
                Ok(Self::Tell(ProxyVersion::V2))
            }
            _ => Ok(Self::Tell(ProxyVersion::V1)),
        }
    }

    /// Returns the networks that are believed, where it learns.
    pub(super) fn trusted(&self) -> Option<&NetworkSet> {
        match self {
            Self::Learn(from) => Some(from),
            Self::Tell(_) => None,
        }
    }

    /// Reads the header, or writes that of `behalf`: of the connection for which `stream` was opened.
    pub(super) async fn wrap(
        &self,
        mut stream: Stream,
        info: &mut ConnectionInfo,
        behalf: Option<&ConnectionInfo>,
    ) -> Result<Stream, Error> {
        let failed = |op, why: String| {
            Error::new(
                ErrorKind::PeerHandshake,
                op,
                &info.peer_text,
                format!("proxy: {why}"),
            )
        };
        match self {
            Self::Learn(_) => {
                let header = read_head(&mut stream, "PROXY header", ProxyHeader::decode).await;
                learn(
                    header.map_err(|why| failed("accept", why.to_string()))?,
                    info,
                );
            }
            Self::Tell(version) => {
                let (mut bytes, header) = (Vec::new(), header_for(info, behalf));
                header.encode(*version, &mut bytes);
                let written = async {
                    stream.write_all(&bytes).await?;
                    stream.flush().await
                };
                written
                    .await
                    .map_err(|error| failed("connect", words(&error)))?;
                tracing::info!(target: "step", "proxy: told {}", told(&header));
            }
        }
        Ok(stream)
    }
}

/// Takes over what a header says.
fn learn(header: ProxyHeader, info: &mut ConnectionInfo) {
    let said = told(&header);
    tracing::info!(target: "step", "proxy: {} comes for {said}", info.peer_text);
    let Some(ProxyAddresses {
        source,
        destination,
    }) = header.addresses
    else {
        return;
    };
    let canonical = |end: SocketAddr| SocketAddr::new(end.ip().to_canonical(), end.port());
    let (peer, local) = (canonical(source), canonical(destination));
    info.peer = Some(peer);
    info.local = Some(local);
    let proxy_text = std::mem::replace(&mut info.peer_text, peer.to_string());
    // Who is at the other end of the socket is the proxy: its process and its certificate are not
    // those of whom it comes for.
    info.credentials = None;
    info.tls = None;
    info.proxied = Some(Box::new(ProxyInfo {
        proxy_text,
        authority: header.authority,
        unique_id: header.unique_id,
        tls: header.tls,
    }));
}

/// Makes the header of a connection that was opened for `behalf`, else for this program itself.
fn header_for(info: &ConnectionInfo, behalf: Option<&ConnectionInfo>) -> ProxyHeader {
    let ends = match behalf {
        Some(near) => near.peer.zip(near.local),
        None => info.local.zip(info.peer),
    };
    let addresses = ends.map(|(source, destination)| of_one_family(source, destination));
    let proxied = behalf.and_then(|near| near.proxied.as_deref());
    let tls = behalf.and_then(|near| near.tls.as_deref());
    let authority = tls.and_then(|tls| tls.name.clone());
    let own_tls = tls.map(|tls| ProxyTls {
        version: Some(format!("TLSv{}", tls.version)),
        cipher: Some(tls.cipher.clone()),
        ..ProxyTls::default()
    });
    ProxyHeader {
        addresses,
        authority: authority.or_else(|| proxied?.authority.clone()),
        unique_id: proxied.and_then(|proxied| proxied.unique_id.clone()),
        tls: own_tls.or_else(|| proxied?.tls.clone()),
    }
}

/// A header has one family for both: IPv4 becomes IPv4-mapped where the other is IPv6.
fn of_one_family(source: SocketAddr, destination: SocketAddr) -> ProxyAddresses {
    let wide = |end: SocketAddr| match end.ip() {
        IpAddr::V4(v4) => SocketAddr::new(v4.to_ipv6_mapped().into(), end.port()),
        IpAddr::V6(_) => end,
    };
    match source.is_ipv4() == destination.is_ipv4() {
        true => ProxyAddresses {
            source,
            destination,
        },
        false => ProxyAddresses {
            source: wide(source),
            destination: wide(destination),
        },
    }
}

/// Says of whom a header tells.
fn told(header: &ProxyHeader) -> String {
    match header.addresses {
        None => "nobody else".to_owned(),
        Some(ProxyAddresses {
            source,
            destination,
        }) => format!("{source}, who connected to {destination}"),
    }
}

#[cfg(test)]
mod tests;
