//! `+ws`: WebSocket (RFC 6455) at both ends, without extensions.
//!
//! ```text
//! handshake over HTTP ──▶ WebSocket: messages ──into_bytes──▶ WebSocketStream: their bytes alone
//!                                             ──into_lines──▶ WebSocketStream: a line each
//! ```
//!
//! Messages keep their edges towards messages and services; towards bytes they are pieces of a stream,
//! and towards chat lines of it (IRCv3 websocket).
//! Half-close: WebSocket has none. The end of the own direction is a Close, and what the peer still
//! sends is read until its own, or until 10 s have passed without a byte. A stream that ends without a
//! Close was cut.

mod accept;
mod connect;
mod lines;
mod socket;
mod stream;
#[cfg(test)]
mod tests;

use std::time::Duration;

use sockeye_proto::websocket::Kind;

use super::Beyond;
use crate::endpoint::{Endpoint, NetworkSet, Role, Value, Word};
use crate::error::{Error, ErrorKind};
use crate::io::{ConnectionInfo, Datagram, Stream, read_networks, read_secret};
use accept::Accept;
use connect::Connect;
use socket::WebSocket;

/// The layer with its settings.
#[derive(Debug)]
pub(super) struct Ws {
    endpoint: String,
    end: End,
    settings: Settings,
}

/// Which end of the handshake it is.
#[derive(Debug)]
enum End {
    Accept(Accept),
    Connect(Connect),
}

/// What holds behind the handshake.
#[derive(Debug, Clone)]
struct Settings {
    /// Whether who accepts or who connects is this end: who connects masks.
    masks: bool,
    /// What is sent; `None` is what the peer sent last, at first text where it is one.
    kind: Option<Kind>,
    bytes_max: usize,
    ping: Option<Duration>,
}

impl Ws {
    /// Reads what `+ws` says.
    pub(super) fn prepare(word: &Word, endpoint: &Endpoint, role: Role) -> Result<Self, Error> {
        let flag = |key| word.value(key) == Some(Value::Flag(true));
        let refused = |why| Err(Error::new(ErrorKind::ConfigUsage, "open", endpoint, why));
        let kind = match (flag("text"), flag("binary")) {
            (true, true) => return refused("text and binary of +ws exclude each other"),
            (true, false) => Some(Kind::Text),
            (false, true) => Some(Kind::Binary),
            (false, false) => None,
        };
        let path = text(word, "path");
        if path.as_ref().is_some_and(|path| !is_path(path)) {
            return refused("the path of +ws begins with / and has no blanks");
        }
        let subprotocols = list(word, "subprotocol");
        if !subprotocols.iter().all(|name| is_token(name)) {
            return refused("a subprotocol of +ws is a name without blanks");
        }
        let end = match role {
            Role::Accept => End::Accept(Accept {
                path,
                subprotocols,
                origins: list(word, "origins"),
                from: match word.value("from") {
                    Some(Value::Networks(from)) => Some(
                        read_networks(&from)
                            .map_err(|(kind, why)| Error::new(kind, "open", endpoint, why))?,
                    ),
                    _ => None,
                },
            }),
            Role::Connect | Role::Serve => End::Connect(Connect {
                host: connect::host(endpoint),
                path: path.unwrap_or_else(|| "/".to_owned()),
                subprotocols,
                field: match word.value("header") {
                    Some(Value::Secret(secret)) => {
                        let text = read_secret(&secret)
                            .map_err(|(kind, why)| Error::new(kind, "open", endpoint, why))?;
                        match connect::field(&text) {
                            Some(field) => field,
                            None => return refused("a header of +ws is NAME: VALUE"),
                        }
                    }
                    _ => String::new(),
                },
            }),
        };
        let settings = Settings {
            masks: role != Role::Accept,
            kind,
            bytes_max: BYTES_MAX,
            ping: match word.value("ping") {
                Some(Value::Duration(ping)) if !ping.is_zero() => Some(ping),
                _ => None,
            },
        };
        Ok(Self {
            endpoint: endpoint.to_string(),
            end,
            settings,
        })
    }

    /// Returns the networks of gateways that are believed, where it learns from such.
    pub(super) fn trusted(&self) -> Option<&NetworkSet> {
        match &self.end {
            End::Accept(accept) => accept.from.as_ref(),
            End::Connect(_) => None,
        }
    }

    /// Shakes hands over `stream`; where messages are to be bytes is decided later.
    pub(super) async fn wrap(
        &self,
        mut stream: Stream,
        info: &mut ConnectionInfo,
        beyond: Beyond<'_>,
    ) -> Result<Datagram, Error> {
        let (op, on) = match &self.end {
            End::Accept(_) => ("accept", info.peer_text.clone()),
            End::Connect(_) => ("connect", self.endpoint.clone()),
        };
        let shaken = match &self.end {
            End::Accept(accept) => accept.shake(&mut stream, beyond.subprotocols, info).await,
            End::Connect(connect) => connect.shake(&mut stream).await,
        };
        let settled = shaken.map_err(|why| {
            Error::new(
                ErrorKind::PeerHandshake,
                op,
                on,
                format!("websocket: {why}"),
            )
        })?;
        let agreed = settled.subprotocol.as_deref();
        let told = agreed.map_or(String::new(), |name| format!(", they agree on {name}"));
        tracing::info!(target: "step", "websocket: both ends are done, path {}{told}", settled.path);
        let mut settings = self.settings.clone();
        settings.kind = settings.kind.or(match agreed {
            Some("text.ircv3.net") => Some(Kind::Text),
            Some("binary.ircv3.net") => Some(Kind::Binary),
            _ => None,
        });
        info.websocket = Some(Box::new(settled));
        Ok(Datagram::new(WebSocket::new(stream, settings)))
    }
}

fn text(word: &Word, key: &str) -> Option<String> {
    match word.value(key) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

fn list(word: &Word, key: &str) -> Vec<String> {
    let text = text(word, key).unwrap_or_default();
    let items = text.split(',').map(str::trim);
    items
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_path(path: &str) -> bool {
    path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Tells whether a text is a token (RFC 9110 section 5.6.2).
fn is_token(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_part)
}

/// The longest message, bytes.
const BYTES_MAX: usize = 1024 * 1024;
