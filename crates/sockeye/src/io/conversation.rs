//! What transports yield, layers wrap and services serve.

use super::stream::ABORT_PATIENCE;
use super::{Bounds, Datagram, Stream};

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
    /// Checks that a bare socket's bytes do not meet messages with nothing on it that says where
    /// each ends.
    ///
    /// # Errors
    /// In words, what is to be written.
    pub fn check_fits(&self, other: &Self) -> Result<(), &'static str> {
        match (self, other) {
            (Self::Stream(stream), Self::Datagram(_))
            | (Self::Datagram(_), Self::Stream(stream))
                if stream.socket().is_some() =>
            {
                Err(NO_EDGES)
            }
            _ => Ok(()),
        }
    }

    /// Holds it to bounds.
    #[must_use]
    pub(crate) fn bounded(self, bounds: Option<Box<Bounds>>) -> Self {
        match self {
            Self::Stream(stream) => stream.bounded(bounds).into(),
            Self::Datagram(datagram) => datagram.bounded(bounds).into(),
        }
    }

    /// Gives up the edges of messages that mean nothing towards bytes: those of WebSocket.
    #[must_use]
    pub fn into_bytes(self) -> Self {
        match self {
            Self::Datagram(datagram) => datagram.into_stream(|messages| messages.into_bytes()),
            stream => stream,
        }
    }

    /// Makes a stream of lines of messages that are a line each towards services of lines: those of
    /// WebSocket. Each line that is written whole is a message without its ending.
    #[must_use]
    pub fn into_lines(self) -> Self {
        match self {
            Self::Datagram(datagram) => datagram.into_stream(|messages| messages.into_lines()),
            stream => stream,
        }
    }

    /// Gives up edges of messages on either side that mean nothing to a bare socket on the other one:
    /// what a descriptor of the parent process carries is known only now.
    #[must_use]
    pub fn fitted_to(self, other: Self) -> (Self, Self) {
        match self.check_fits(&other) {
            Ok(()) => (self, other),
            Err(_) => (self.into_bytes(), other.into_bytes()),
        }
    }

    /// Ends both directions uncleanly once the peer has acknowledged what was written, after 10 s
    /// at the latest; returns how many bytes it had not acknowledged by then.
    pub async fn abort(self) -> u64 {
        match self {
            Self::Stream(stream) => stream.abort().await,
            Self::Datagram(datagram) => datagram.abort().await,
        }
    }
}

impl Conversation {
    /// Does as [`Conversation::abort`] does, at once when `now` completes.
    pub(crate) async fn abort_or(mut self, now: impl Future<Output = ()>) {
        let acknowledged = async {
            match &mut self {
                Self::Stream(stream) => stream.acknowledged(ABORT_PATIENCE).await,
                Self::Datagram(datagram) => datagram.acknowledged(ABORT_PATIENCE).await,
            }
        };
        tokio::select! {
            () = acknowledged => {}
            () = now => {}
        }
        self.reset();
    }

    /// Ends both directions at once so that the peer sees a reset, where it can be told.
    pub(crate) fn reset(self) {
        match self {
            Self::Stream(stream) => stream.reset(),
            Self::Datagram(datagram) => datagram.reset(),
        };
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

/// Why a stream and messages are not joined.
const NO_EDGES: &str = "one side carries bytes, and the other messages: \
                        +line or +frame on the bytes says where each message ends";
