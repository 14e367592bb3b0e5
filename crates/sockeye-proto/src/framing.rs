//! Messages in a stream of bytes: lines, and frames with their length in front.
//!
//! Both are codecs without state: `decode` looks at what has arrived and returns the first whole
//! message with the bytes that it took, so any split of an input gives the same messages. A message that
//! stands in the input as it is is not copied.

mod checksum;
mod frame;
mod line;

use alloc::borrow::Cow;
use core::fmt;

pub use checksum::Checksum;
pub use frame::{Frame, Order};
pub use line::{Line, LineText, unescape};

/// A message, and how many bytes it took off the input.
pub type Decoded<'a> = (Cow<'a, [u8]>, usize);

/// Why bytes are no message, or a message cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FramingError {
    /// It is longer than the limit, bytes.
    TooLong(usize),
    /// The bytes of a message do not give its checksum.
    Checksum,
    /// The stream ended within a message.
    Cut,
    /// A line is not what its text should be: not hexadecimal, or a wrong escape.
    Text,
    /// A message holds what ends a line.
    Delimiter,
}

impl fmt::Display for FramingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(max) => write!(f, "a message of more than {max} bytes"),
            Self::Checksum => f.write_str("a message with a wrong checksum"),
            Self::Cut => f.write_str("the stream ended within a message"),
            Self::Text => f.write_str("a line that is not well written"),
            Self::Delimiter => f.write_str("a message with the end of a line in it"),
        }
    }
}

impl core::error::Error for FramingError {}

#[cfg(test)]
mod tests;
