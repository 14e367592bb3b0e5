//! Messages of several lines (IRCv3 draft/multiline) and the batches in which clients send them
//! (IRCv3 draft/client-batch).
//!
//! In memory and in the store such a message is one text: LF stands between two lines, CR where a
//! line goes on with the one before (`draft/multiline-concat`). No line can hold either. So the
//! lines come out again as its sender has cut them.

mod collector;
#[cfg(test)]
mod tests;
mod write;

pub(super) use write::Lines;

pub use collector::{ClientBatch, Collector, Content, Fault, Taken};

/// One line of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// What it says; may be empty.
    pub text: &'a str,
    /// Whether it goes on with the line before.
    pub continues: bool,
}

/// Returns the lines of a message: one, where its text has no line ends.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let (mut rest, mut continues) = (Some(text), false);
    core::iter::from_fn(move || {
        let text = rest?;
        let end = text.find(BREAKS);
        let piece = Piece {
            text: text.get(..end.unwrap_or(text.len())).unwrap_or_default(),
            continues,
        };
        let after = end.and_then(|end| text.get(end..));
        continues = after.is_some_and(|after| after.starts_with(CONCAT));
        rest = after.and_then(|after| after.strip_prefix(BREAKS));
        Some(piece)
    })
}

/// Returns whether a message has more than one line.
pub fn is_multiline(text: &str) -> bool {
    text.contains(BREAKS)
}

/// Between two lines of a text.
const LINE_BREAK: char = '\n';

/// Between two lines that are one when they are shown.
const CONCAT: char = '\r';

const BREAKS: [char; 2] = [LINE_BREAK, CONCAT];

/// The type of the batch.
pub const BATCH_TYPE: &str = "draft/multiline";

/// The tag of a line that goes on with the one before.
pub const CONCAT_TAG: &str = "draft/multiline-concat";

/// Longest message, bytes of its lines and one for each line end: a page of text or of code. What is
/// longer is a file.
pub const BYTES_MAX: usize = 8_192;

/// Most lines of a message: who lacks `draft/multiline` gets each of them as a message.
pub const LINES_MAX: usize = 100;

/// The value of the capability: both limits.
pub(super) const CAPABILITY_VALUE: &str = "max-bytes=8192,max-lines=100";
