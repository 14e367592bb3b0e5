//! What transports yield, layers wrap and services serve.

use super::{Datagram, Stream};

/// One accepted or opened exchange.
#[derive(Debug)]
#[non_exhaustive]
pub enum Conversation {
    /// Ordered bytes with half-close.
    Stream(Stream),
    /// Messages whose edges are kept.
    Datagram(Datagram),
}

impl Conversation {
    /// Ends both directions uncleanly once the peer has acknowledged what was written, after 10 s
    /// at the latest; returns how many bytes it had not acknowledged by then.
    pub async fn abort(self) -> u64 {
        match self {
            Self::Stream(stream) => stream.abort().await,
            Self::Datagram(datagram) => datagram.abort().await,
        }
    }
}

impl From<Stream> for Conversation {
    fn from(stream: Stream) -> Self {
        Self::Stream(stream)
    }
}

impl From<Datagram> for Conversation {
    fn from(datagram: Datagram) -> Self {
        Self::Datagram(datagram)
    }
}
