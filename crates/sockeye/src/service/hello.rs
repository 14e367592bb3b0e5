//! `hello:`: says one line and ends.

use std::sync::atomic::Ordering;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{BoxFuture, Service};
use crate::engine::Session;
use crate::error::{Error, ErrorKind};
use crate::io::Conversation;

/// Greets the peer by its address and ends.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hello;

impl Service for Hello {
    fn name(&self) -> &'static str {
        "hello"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let Conversation::Stream(mut stream) = conversation;
            let peer = &session.info().peer_text;
            let line = format!("hello {peer}\n");
            let said = async {
                stream.write_all(line.as_bytes()).await?;
                session
                    .facts()
                    .bytes_out
                    .fetch_add(line.len() as u64, Ordering::Relaxed);
                stream.shutdown().await?;
                // Unread bytes at close would turn the end into a reset that overtakes the line.
                let mut rest = (&mut stream).take(IGNORED_BYTES_MAX);
                tokio::io::copy(&mut rest, &mut tokio::io::sink()).await
            };
            tokio::select! {
                said = said => said.map(drop).map_err(|error| {
                    Error::new(ErrorKind::PeerReset, "hello", peer, error)
                }),
                () = session.closing() => Ok(()),
            }
        })
    }
}

/// What a peer may send that nobody reads, bytes, before it is closed anyway.
const IGNORED_BYTES_MAX: u64 = 64 * 1024;
