//! What stands before a stream's bytes: read until it is whole, and not a byte further.

use std::fmt::{self, Display};

use super::{Stream, read_piece};
use crate::error::words;

/// Why there is nothing whole.
#[derive(Debug)]
pub(crate) enum HeadError<E> {
    /// The decoder says so.
    Wrong(E),
    /// It ended before, or the stream failed: in words.
    Cut(String),
}

impl<E: Display> Display for HeadError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(error) => error.fmt(f),
            Self::Cut(why) => f.write_str(why),
        }
    }
}

/// Reads until `decode` finds something whole, and returns it; what has come behind it is read again.
/// `what` names it: `answer`. The decoder sets the limit.
///
/// # Errors
/// The decoder's, the stream's, or that it ended before.
pub(crate) async fn read_head<T, E>(
    stream: &mut Stream,
    what: &str,
    decode: impl Fn(&[u8]) -> Result<Option<(T, usize)>, E>,
) -> Result<T, HeadError<E>> {
    let mut arrived = Vec::new();
    loop {
        let keep = |piece: &mut [u8]| {
            arrived.extend_from_slice(piece);
            piece.is_empty()
        };
        let ended = read_piece(stream, keep).await;
        if ended.map_err(|error| HeadError::Cut(words(&error)))? {
            return Err(HeadError::Cut(match arrived.is_empty() {
                true => format!("closed before its {what}"),
                false => format!("closed within its {what}"),
            }));
        }
        if let Some((head, used)) = decode(&arrived).map_err(HeadError::Wrong)? {
            let rest = arrived.split_off(used);
            if !rest.is_empty() {
                stream.unread(rest.into());
            }
            return Ok(head);
        }
    }
}
