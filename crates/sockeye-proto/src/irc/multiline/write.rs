//! How a message of several lines is written: as a batch, and for those who know none of that as
//! one message a line.

use alloc::string::String;

use super::{BATCH_TYPE, CONCAT_TAG, Piece, pieces};
use crate::irc::event::MessageKind;
use crate::irc::message::Line;

/// A message to be written. The first line, of the batch or of the others, is given with its tags.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines<'a> {
    pub(crate) kind: MessageKind,
    pub(crate) source: &'a str,
    pub(crate) target: &'a str,
    pub(crate) text: &'a str,
    /// Of the batch.
    pub(crate) reference: &'a str,
}

impl<'a> Lines<'a> {
    /// Writes the line that opens the batch.
    pub(crate) fn write_opening(&self, line: Line<'_>) {
        let line = line.source(self.source).command("BATCH");
        line.param(&["+", self.reference].concat())
            .param(BATCH_TYPE)
            .param(self.target)
            .end();
    }

    /// Writes what is in the batch.
    pub(crate) fn write_body(&self, out: &mut String) {
        for piece in pieces(self.text) {
            let line = Line::new(out).tag("batch", self.reference);
            let line = match piece.continues {
                true => line.tag(CONCAT_TAG, ""),
                false => line,
            };
            self.write_single(line, piece);
        }
    }

    /// Writes the line that ends the batch.
    pub(crate) fn write_closing(&self, line: Line<'_>) {
        let line = line.source(self.source).command("BATCH");
        line.param(&["-", self.reference].concat()).end();
    }

    /// Returns the lines that those without `draft/multiline` get: all but the blank ones.
    pub(crate) fn single(&self) -> impl Iterator<Item = Piece<'a>> {
        pieces(self.text).filter(|piece| !piece.text.is_empty())
    }

    /// Writes one of the lines.
    pub(crate) fn write_single(&self, line: Line<'_>, piece: Piece<'_>) {
        let line = line.source(self.source).command(self.kind.command());
        line.param(self.target).trailing(piece.text);
    }
}
