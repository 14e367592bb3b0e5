//! Looking on while a relay runs.

use std::fmt;

use super::Ending;

/// Is told what passes through a relay, as it happens.
///
/// Its methods run within the relay, on the relay's time: they must not block.
pub trait Watch: fmt::Debug + Send + Sync {
    /// Tells whether it wants to see the bytes; they are then never spliced.
    fn sees_bytes(&self) -> bool {
        false
    }

    /// Sees bytes that were just taken from their source.
    fn bytes(&self, _way: Way, _bytes: &[u8]) {}

    /// Sees that one direction has ended after so many bytes were handed on.
    fn ended(&self, _way: Way, _ending: &Ending, _bytes: u64) {}
}

/// One of the two directions of a relay between `a` and `b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From `a` to `b`.
    Forth,
    /// From `b` to `a`.
    Back,
}
