//! Capabilities: what a client and the server have agreed on (IRCv3 capability negotiation).

/// A set of capabilities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caps(u32);
