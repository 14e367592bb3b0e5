//! A restart that nobody notices: a new hub takes over from the one that runs on its directory.
//!
//! ```text
//! new: file read and checked ──Takeover──▶ old: stops accepting; chat says goodbye; all is on disk,
//!                                               store and lock are let go
//!      ◀──what listens where, then the sockets── those who come wait in their queues
//! new: store opened, services started
//!      ──ready──▶ old                 ◀──yours──     new: accepts
//!                                                    old: relays live on until they end
//! ```
//!
//! Invariant: at any moment one of the two has the sockets and accepts, or will. Until it has said
//! `yours`, the old one can take everything back, and does so when the new one dies or takes too long;
//! the new one does not accept before it has heard that.

mod given;
mod predecessor;
mod retired;
mod sockets;
mod successor;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

pub(super) use given::Given;
pub(super) use predecessor::Predecessor;
pub use retired::{HandedOver, Retired};
pub use successor::Successor;

/// Says a word of those below.
async fn say(stream: &mut UnixStream, word: &[u8]) -> std::io::Result<()> {
    stream.write_all(word).await
}

/// Waits for a word of those below; any other ends it.
async fn hear(stream: &mut UnixStream, word: &[u8]) -> std::io::Result<()> {
    let mut heard = vec![0; word.len()];
    stream.read_exact(&mut heard).await?;
    match heard == word {
        true => Ok(()),
        false => Err(std::io::ErrorKind::InvalidData.into()),
    }
}

/// The new hub has read what listens where, and waits for the sockets.
const SEND: &[u8] = b"send\n";
/// The new hub could accept.
const READY: &[u8] = b"ready\n";
/// The old hub will not accept again.
const YOURS: &[u8] = b"yours\n";
