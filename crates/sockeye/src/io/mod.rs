//! Conversations and what joins them.
//!
//! Invariant: nothing outside this module knows that splicing exists.

mod child;
mod conversation;
mod direction;
mod info;
mod relay;
mod splice;
mod stream;
mod watch;

pub use child::ChildProcess;
pub use conversation::Conversation;
pub use info::ConnectionInfo;
pub use relay::{Ending, Leg, RelayReport, RelaySettings, relay};
pub use stream::{Layered, Socket, Stream};
pub use watch::{Watch, Way};
