//! The connecting end's handshake: a request, and an answer that accepts it.

use std::fmt;

use sockeye_proto::websocket::Response;
use tokio::io::AsyncWriteExt;

use super::is_token;
use crate::endpoint::{Address, Endpoint};
use crate::error::words;
use crate::io::{Stream, WebSocketInfo, read_piece};

/// What is asked for.
pub(super) struct Connect {
    pub(super) host: String,
    pub(super) path: String,
    pub(super) subprotocols: Vec<String>,
    /// One more line of the request, with its end: a secret.
    pub(super) field: String,
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect")
            .field("host", &self.host)
            .field("path", &self.path)
            .field("subprotocols", &self.subprotocols)
            .finish_non_exhaustive()
    }
}

impl Connect {
    /// Asks, and reads the answer; what has come behind it is read again.
    pub(super) async fn shake(&self, stream: &mut Stream) -> Result<WebSocketInfo, String> {
        let offered: Vec<&str> = self.subprotocols.iter().map(String::as_str).collect();
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| error.to_string())?;
        let (request, key) = Response::ask(&self.host, &self.path, random, &offered, &self.field);
        let written = async {
            stream.write_all(&request).await?;
            stream.flush().await
        };
        written.await.map_err(|error| words(&error))?;
        let mut arrived = Vec::new();
        let (response, used) = loop {
            let keep = |piece: &mut [u8]| {
                arrived.extend_from_slice(piece);
                piece.is_empty()
            };
            if read_piece(stream, keep)
                .await
                .map_err(|error| words(&error))?
            {
                return Err("closed before the end of its answer".to_owned());
            }
            if let Some(whole) = Response::decode(&arrived).map_err(|error| error.to_string())? {
                break whole;
            }
        };
        response
            .check(&key, &offered)
            .map_err(|error| error.to_string())?;
        let rest = arrived.split_off(used);
        if !rest.is_empty() {
            stream.unread(rest.into());
        }
        Ok(WebSocketInfo {
            path: self.path.clone(),
            origin: None,
            subprotocol: response.subprotocol,
        })
    }
}

/// Returns the host that is asked for (RFC 9110 section 7.2).
pub(super) fn host(endpoint: &Endpoint) -> String {
    let text = match endpoint.address() {
        address @ Address::Tcp { .. } => address.to_string(),
        _ => return "localhost".to_owned(),
    };
    let host = text
        .split_once("://")
        .map_or(text.as_str(), |(_, host)| host);
    match host.strip_prefix(':') {
        Some(port) => format!("localhost:{port}"),
        None => host.to_owned(),
    }
}

/// Reads `NAME: VALUE` as a line of a request; `None` where it is none.
pub(super) fn field(text: &str) -> Option<String> {
    let (name, value) = text.split_once(':')?;
    let is_value = !value.contains(|c: char| c.is_control());
    (is_token(name) && is_value).then(|| format!("{name}: {}\r\n", value.trim()))
}
