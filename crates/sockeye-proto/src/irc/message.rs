//! One IRC line: `[@tags] [:source] command params…` (RFC 1459 section 2.3.1, IRCv3 message-tags).

use alloc::string::String;
use alloc::vec::Vec;

/// A line, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Tags in the order written, values unescaped; a tag without a value has an empty one.
    pub tags: Vec<(String, String)>,
    /// The source, without its colon.
    pub source: Option<String>,
    /// The command in upper case, or three digits.
    pub command: String,
    /// The parameters; the last may hold spaces.
    pub params: Vec<String>,
}

/// Why a line is not a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineError {
    /// The part without tags is over 512 bytes with CR LF. The line was skipped to its end.
    TooLong,
    /// The tags are over 4,096 bytes. The line was skipped to its end.
    TagsTooLong,
    /// Not UTF-8.
    NotUtf8,
    /// A NUL byte inside.
    Nul,
    /// Nothing where a command should be.
    NoCommand,
}

/// Cuts a byte stream into lines and decodes them, one byte at a time or many at once alike.
#[derive(Debug, Default)]
pub struct LineDecoder {}

impl LineDecoder {
    /// Takes the next line out of `bytes`, which are consumed up to its end (or whole, when the
    /// line goes on). Empty lines are skipped.
    ///
    /// Holds at most 4,096 + 512 bytes whatever comes.
    pub fn next_line(&mut self, _bytes: &mut &[u8]) -> Option<Result<Message, LineError>> {
        unimplemented!()
    }
}
