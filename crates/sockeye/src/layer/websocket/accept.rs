//! The accepting end's handshake: a request that is answered, with 101 or why not.

use std::net::IpAddr;
use std::time::Duration;

use sockeye_proto::websocket::{Accepted, Offer, Refusal, Request, Status, forwarded_for};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::endpoint::NetworkSet;
use crate::error::words;
use crate::io::{ConnectionInfo, ProxyInfo, ProxyTls, Stream, WebSocketInfo, read_piece};

/// What is taken.
#[derive(Debug)]
pub(super) struct Accept {
    pub(super) path: Option<String>,
    pub(super) subprotocols: Vec<String>,
    pub(super) origins: Vec<String>,
    /// Gateways that are believed for whom they come.
    pub(super) from: Option<NetworkSet>,
}

impl Accept {
    /// Answers a request; `spoken` are the subprotocols of the service. Whom a gateway comes for is
    /// added to `info`.
    pub(super) async fn shake(
        &self,
        stream: &mut Stream,
        spoken: &[&str],
        info: &mut ConnectionInfo,
    ) -> Result<WebSocketInfo, String> {
        let request = match read(stream).await {
            Ok(request) => request.map_err(|error| (Refusal::of(&error), error.to_string())),
            Err(why) => return Err(why),
        };
        let own: Vec<&str> = self.subprotocols.iter().map(String::as_str).collect();
        let origins: Vec<&str> = self
            .origins
            .iter()
            .map(|at| at.trim_end_matches('/'))
            .collect();
        let offer = Offer {
            path: self.path.as_deref(),
            subprotocols: if own.is_empty() { spoken } else { &own },
            origins: &origins,
        };
        let judged = request.and_then(|request| {
            let accepted = request.judge(&offer);
            match accepted.and_then(|accepted| self.learn(&request, accepted, info)) {
                Ok(accepted) => Ok((request, accepted)),
                Err(refusal) => {
                    let why = refused_because(&refusal, &request);
                    Err((refusal, why))
                }
            }
        });
        match judged {
            Ok((request, accepted)) => {
                let written = async {
                    stream.write_all(&accepted.encode()).await?;
                    stream.flush().await
                };
                written.await.map_err(|error| words(&error))?;
                Ok(WebSocketInfo {
                    path: request.path,
                    origin: request.origin,
                    subprotocol: accepted.subprotocol,
                })
            }
            Err((refusal, why)) => {
                part(stream, &refusal.encode()).await;
                Err(why)
            }
        }
    }
}

impl Accept {
    /// Takes over for whom a gateway comes that is believed.
    fn learn(
        &self,
        request: &Request,
        accepted: Accepted,
        info: &mut ConnectionInfo,
    ) -> Result<Accepted, Refusal> {
        let unspecified = IpAddr::from([0, 0, 0, 0]);
        let gateway = info.peer.map_or(unspecified, |peer| peer.ip());
        let Some(from) = self.from.as_ref().filter(|from| from.contains(gateway)) else {
            return Ok(accepted);
        };
        let told = forwarded_for(&request.forwarded_for, |ip| from.contains(ip));
        let Some(peer) = told.map_err(|_| Refusal {
            status: Status::BadRequest,
            why: "an X-Forwarded-For that is no address",
        })?
        else {
            return Ok(accepted);
        };
        tracing::info!(target: "step", "websocket: {} comes for {peer}", info.peer_text);
        info.peer = Some(peer);
        let proxy_text = std::mem::replace(&mut info.peer_text, peer.to_string());
        // What the gateway has proved is not proved by whom it comes for.
        info.credentials = None;
        info.tls = None;
        let is_secure = matches!(request.forwarded_proto.as_deref(), Some("https" | "wss"));
        info.proxied = Some(Box::new(ProxyInfo {
            proxy_text,
            tls: is_secure.then(ProxyTls::default),
            ..ProxyInfo::default()
        }));
        Ok(accepted)
    }
}

fn refused_because(refusal: &Refusal, request: &Request) -> String {
    match &request.origin {
        Some(origin) => format!("refused: {} ({origin})", refusal.why),
        None => format!("refused: {}", refusal.why),
    }
}

/// Reads the request; what has come behind it is read again.
async fn read(
    stream: &mut Stream,
) -> Result<Result<Request, sockeye_proto::websocket::HandshakeError>, String> {
    let mut arrived = Vec::new();
    loop {
        let keep = |piece: &mut [u8]| {
            arrived.extend_from_slice(piece);
            piece.is_empty()
        };
        if read_piece(stream, keep)
            .await
            .map_err(|error| words(&error))?
        {
            return Err("closed before the end of its request".to_owned());
        }
        match Request::decode(&arrived) {
            Ok(None) => {}
            Ok(Some((request, used))) => {
                let rest = arrived.split_off(used);
                if !rest.is_empty() {
                    stream.unread(rest.into());
                }
                return Ok(Ok(request));
            }
            Err(error) => return Ok(Err(error)),
        }
    }
}

/// Tells the peer why, and closes so that it can read it: unread bytes at close would turn the end
/// into a reset (RFC 1122 section 4.2.2.13) that overtakes the answer.
async fn part(stream: &mut Stream, answer: &[u8]) {
    let farewell = async {
        stream.write_all(answer).await?;
        stream.shutdown().await?;
        let mut rest = stream.take(FAREWELL_BYTES_MAX);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await
    };
    // Whether the peer listens is its own affair.
    let _ = tokio::time::timeout(FAREWELL_TIME, farewell).await;
}

/// How long a peer may take to read why it is refused.
const FAREWELL_TIME: Duration = Duration::from_secs(1);
/// What it may have sent already, bytes, before it is closed anyway.
const FAREWELL_BYTES_MAX: u64 = 64 * 1024;
