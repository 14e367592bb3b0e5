//! Services: what answers on an accepted conversation.

#[doc(hidden)]
pub mod balance;
mod broadcast;
mod chargen;
#[cfg(feature = "sqlite")]
#[doc(hidden)]
pub mod chat;
mod closure;
mod daytime;
mod discard;
mod echo;
mod forward;
mod hello;
mod leave;
#[doc(hidden)]
pub mod proxy;
mod upper;

use std::fmt::Debug;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

use crate::engine::Session;
use crate::error::Error;
use crate::io::Conversation;

pub use broadcast::Broadcast;
pub use chargen::Chargen;
pub use closure::{ServeFn, serve_fn};
pub use daytime::Daytime;
pub use discard::Discard;
pub use echo::Echo;
pub use forward::{Forward, WatchSessions};
pub use hello::Hello;
pub use proxy::{Policy, Proxy};
pub use upper::Upper;

/// A future with a lifetime, in a box.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why a connection was not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The listener holds as many sessions as it may.
    Full,
    /// The source has too many sessions that are not established.
    SourcePending,
    /// The source has too many established sessions.
    SourceEstablished,
    /// The listener does not take connections from the source (`+allow`, `+deny`).
    SourceForbidden,
    /// The hub keeps the address out of everything.
    Banned,
    /// The source, or its network, opens connections too fast.
    SourceThrottled,
    /// The engine is draining.
    Draining,
}

/// Returns the service that a name of the vocabulary stands for, where it needs nothing more; a proxy lets
/// everybody through.
///
/// `None` for what only a hub can give (`chat`) and for what this version does not have.
pub fn by_name(name: &str) -> Option<Arc<dyn Service>> {
    match name {
        "broadcast" => Some(Arc::new(Broadcast::default())),
        "chargen" => Some(Arc::new(Chargen)),
        "daytime" => Some(Arc::new(Daytime)),
        "discard" => Some(Arc::new(Discard)),
        "echo" => Some(Arc::new(Echo)),
        "hello" => Some(Arc::new(Hello)),
        "upper" => Some(Arc::new(Upper)),
        name => Proxy::by_name(name, Policy::open()).map(|proxy| Arc::new(proxy) as _),
    }
}

/// Answers on a conversation.
///
/// `serve` is called once for each admitted conversation, in a task of its own, and returns when
/// the conversation has ended. It watches [`Session::closing`] and ends politely when that fires.
pub trait Service: Debug + Send + Sync {
    /// Returns the service's name in listings and logs.
    fn name(&self) -> &'static str;

    /// Serves one conversation to its end.
    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>>;

    /// Returns the WebSocket subprotocols that it speaks.
    fn subprotocols(&self) -> &'static [&'static str] {
        &[]
    }

    /// Returns what a refused connection is told before it is closed, in the service's protocol.
    fn refusal(&self, _why: Refusal) -> Option<Bytes> {
        None
    }

    /// Returns the same for one from a banned address, where more can be said of that.
    fn refusal_of_banned(&self, _address: IpAddr) -> Option<Bytes> {
        self.refusal(Refusal::Banned)
    }
}

#[cfg(test)]
mod tests {
    use super::by_name;
    use crate::endpoint::words::{SCHEMES, SchemeKind};

    #[test]
    fn each_service_of_the_vocabulary_is_given_once() {
        for row in SCHEMES.iter().filter(|row| row.is == SchemeKind::Service) {
            let given = by_name(row.name).map(|service| service.name());
            // Chat and the pages need a hub, which gives them, and a balancer its backends.
            let needs = ["chat", "page", "balance"].contains(&row.name);
            let expected = (row.built && !needs).then_some(row.name);
            assert_eq!(given, expected, "{}:", row.name);
        }
    }
}
