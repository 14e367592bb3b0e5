//! Conversations and what joins them.

mod conversation;
mod info;
mod stream;

pub use conversation::Conversation;
pub use info::ConnectionInfo;
pub use stream::{Layered, Socket, Stream};
