//! Conversations and what joins them.
//!
//! Invariant: nothing outside this module knows that splicing exists.

mod bounds;
mod child;
mod conversation;
mod datagram;
mod direction;
mod head;
mod info;
mod networks;
mod over;
mod pieces;
mod relay;
mod relay_messages;
mod scratch;
mod secret;
mod shortcut;
mod socket;
mod splice;
mod stream;
mod watch;

pub use bounds::Reached;
pub(crate) use bounds::{Bounds, Gate, Quota};
pub use child::ChildProcess;
pub use conversation::Conversation;
pub(crate) use datagram::bytes_in;
pub use datagram::{Datagram, Messages};
pub(crate) use head::{HeadError, read_head};
pub use info::{ConnectionInfo, PeerCredentials, ProxyInfo, ProxyTls, TlsInfo, WebSocketInfo};
pub(crate) use networks::read_networks;
pub use relay::{Ending, Leg, RelayReport, RelaySettings, join, relay};
pub(crate) use scratch::{poll_piece, read_piece};
pub(crate) use secret::read_secret;
pub(crate) use shortcut::Shortcut;
pub use socket::Socket;
pub use stream::{Layered, Stream};
pub use watch::{Watch, Way};
