//! What transports yield, layers wrap and services serve.

use super::Stream;

/// One accepted or opened exchange.
#[derive(Debug)]
#[non_exhaustive]
pub enum Conversation {
    /// Ordered bytes with half-close.
    Stream(Stream),
}
