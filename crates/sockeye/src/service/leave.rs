//! Going once all is said.

use std::io;
use std::time::Duration;

use tokio::time::timeout;

use crate::io::{Stream, read_piece};

/// Waits until the peer, which was told the end, closes: bytes that are unread at close would turn the
/// end into a reset that overtakes the last word.
pub(super) async fn leave(stream: &mut Stream, within: Duration) -> io::Result<()> {
    let rest = async {
        let mut ignored_bytes = 0;
        while ignored_bytes < IGNORED_BYTES_MAX {
            match read_piece(stream, |piece| piece.len()).await? {
                0 => break,
                count => ignored_bytes += count,
            }
        }
        Ok(())
    };
    timeout(within, rest).await.unwrap_or(Ok(()))
}

/// What a peer may send that nobody reads, bytes, before it is closed anyway.
const IGNORED_BYTES_MAX: usize = 64 * 1024;
