//! What stands before a stream's bytes: read until it is whole, and not a byte further.

use std::fmt::Display;

use super::{Stream, read_piece};
use crate::error::words;

/// Reads until `decode` finds something whole, and returns it; what has come behind it is read again.
/// `what` names it: `answer`. The decoder sets the limit.
///
/// # Errors
/// In words: the decoder's, the stream's, or that it ended before.
pub(crate) async fn read_head<T, E: Display>(
    stream: &mut Stream,
    what: &str,
    decode: impl Fn(&[u8]) -> Result<Option<(T, usize)>, E>,
) -> Result<T, String> {
    let mut arrived = Vec::new();
    loop {
        let keep = |piece: &mut [u8]| {
            arrived.extend_from_slice(piece);
            piece.is_empty()
        };
        let ended = read_piece(stream, keep).await;
        if ended.map_err(|error| words(&error))? {
            return Err(match arrived.is_empty() {
                true => format!("closed before its {what}"),
                false => format!("closed within its {what}"),
            });
        }
        let decoded = decode(&arrived).map_err(|error| error.to_string())?;
        if let Some((head, used)) = decoded {
            let rest = arrived.split_off(used);
            if !rest.is_empty() {
                stream.unread(rest.into());
            }
            return Ok(head);
        }
    }
}
