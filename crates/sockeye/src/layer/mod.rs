//! Layers: what is wrapped around a conversation, one file each; this is the one match over them.
//!
//! They are applied bottom-up in written order, as on the wire. Preparing reads what a layer needs
//! (certificates) and happens once, at start; wrapping runs once for each conversation.
//!
//! Invariant: wrapping never runs in an accept loop, and all of it has [`HANDSHAKE_TIME`].

mod framing;
mod proxy_header;
#[cfg(test)]
mod tests;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "no_tls.rs"]
mod tls;
mod unsent;
mod websocket;
#[cfg(feature = "zstd")]
mod zstd;
#[cfg(not(feature = "zstd"))]
#[path = "no_zstd.rs"]
mod zstd;

use std::time::Duration;

use crate::endpoint::{Endpoint, NetworkSet, Role, Word};
use crate::error::{Error, ErrorKind};
use crate::io::{ConnectionInfo, Conversation};
use framing::Framing;
use proxy_header::Proxy;
use tls::Tls;
use websocket::Ws;
use zstd::Zstd;

/// The layers of one endpoint, ready to wrap its conversations.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    endpoint: String,
    layers: Vec<Layer>,
}

/// What a conversation is wrapped for: the other side of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Beyond<'a> {
    /// The connection for which it was opened.
    pub(crate) behalf: Option<&'a ConnectionInfo>,
    /// The WebSocket subprotocols of the service that answers on it.
    pub(crate) subprotocols: &'a [&'a str],
}

/// One layer with all that it needs.
#[derive(Debug)]
enum Layer {
    Framing(Framing),
    Proxy(Proxy),
    Tls(Tls),
    Ws(Ws),
    Zstd(Zstd),
}

impl Layers {
    /// Makes the layers of `endpoint` ready; `role` says on which side of the handshake they are.
    pub(crate) fn prepare(endpoint: &Endpoint, role: Role) -> Result<Self, Error> {
        let layers = endpoint
            .layers()
            .map(|word| Layer::prepare(word, endpoint, role));
        Ok(Self {
            endpoint: endpoint.to_string(),
            layers: layers.collect::<Result<_, _>>()?,
        })
    }

    /// Tells whether there is nothing to wrap.
    pub(crate) fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// Returns what a person has to know of them, in words.
    pub(crate) fn notes(&self) -> impl Iterator<Item = &str> {
        self.layers.iter().filter_map(Layer::note)
    }

    /// Returns the networks of those who are believed for whom they come, where a layer then learns
    /// that.
    pub(crate) fn trusted(&self) -> Option<&NetworkSet> {
        self.layers.iter().find_map(|layer| match layer {
            Layer::Proxy(proxy) => proxy.trusted(),
            Layer::Ws(ws) => ws.trusted(),
            _ => None,
        })
    }

    /// Tells whether nobody else may come.
    pub(crate) fn needs_trusted(&self) -> bool {
        let needs =
            |layer: &Layer| matches!(layer, Layer::Proxy(proxy) if proxy.trusted().is_some());
        self.layers.iter().any(needs)
    }

    /// Wraps a conversation in all of them and adds what they learn to `info`.
    pub(crate) async fn wrap(
        &self,
        mut conversation: Conversation,
        info: &mut ConnectionInfo,
        beyond: Beyond<'_>,
    ) -> Result<Conversation, Error> {
        let all = async {
            for layer in &self.layers {
                conversation = layer.wrap(conversation, info, beyond).await?;
            }
            Ok(conversation)
        };
        tokio::time::timeout(HANDSHAKE_TIME, all)
            .await
            .unwrap_or_else(|_| {
                let why = format!("no handshake within {} s", HANDSHAKE_TIME.as_secs());
                Err(Error::new(
                    ErrorKind::PeerTimeout,
                    "wrap",
                    &self.endpoint,
                    why,
                ))
            })
    }
}

impl Layer {
    fn prepare(word: &Word, endpoint: &Endpoint, role: Role) -> Result<Self, Error> {
        match word.row().name {
            "line" => Framing::line(endpoint).map(Self::Framing),
            "frame" => Ok(Self::Framing(Framing::frame(endpoint))),
            "proxy" => Proxy::prepare(word, endpoint, role).map(Self::Proxy),
            "tls" => Tls::prepare(word, endpoint, role).map(Self::Tls),
            "ws" => Ws::prepare(word, endpoint, role).map(Self::Ws),
            "zstd" => Zstd::prepare(endpoint).map(Self::Zstd),
            name => {
                let why = format!("+{name} is not in this version");
                Err(Error::new(ErrorKind::ConfigUsage, "open", endpoint, why))
            }
        }
    }

    fn note(&self) -> Option<&str> {
        match self {
            Self::Framing(_) | Self::Proxy(_) | Self::Ws(_) | Self::Zstd(_) => None,
            Self::Tls(tls) => tls.note(),
        }
    }

    async fn wrap(
        &self,
        conversation: Conversation,
        info: &mut ConnectionInfo,
        beyond: Beyond<'_>,
    ) -> Result<Conversation, Error> {
        let Conversation::Stream(stream) = conversation.into_bytes() else {
            let why = "a layer of bytes, and there are messages already";
            let peer = &info.peer_text;
            return Err(Error::new(ErrorKind::ConfigUsage, "wrap", peer, why));
        };
        match self {
            Self::Framing(framing) => Ok(framing.wrap(stream).into()),
            Self::Proxy(proxy) => Ok(proxy.wrap(stream, info, beyond.behalf).await?.into()),
            Self::Tls(tls) => Ok(tls.wrap(stream, info).await?.into()),
            Self::Ws(ws) => Ok(ws.wrap(stream, info, beyond).await?.into()),
            Self::Zstd(zstd) => Ok(zstd.wrap(stream).into()),
        }
    }
}

/// How long the handshakes of all layers of a conversation may take together.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
