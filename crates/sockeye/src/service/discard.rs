//! `discard:`: reads and answers nothing (RFC 863).

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::AsyncWriteExt;

use super::{BoxFuture, Service};
use crate::engine::Session;
use crate::error::{Error, ErrorKind};
use crate::io::{Conversation, Datagram, read_piece};

/// Reads all that comes and answers nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discard;

impl Service for Discard {
    fn name(&self) -> &'static str {
        "discard"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let bytes_in = &session.facts().bytes_in;
            let read = async {
                match conversation {
                    Conversation::Stream(mut stream) => {
                        read_all(&mut stream, bytes_in).await?;
                        stream.shutdown().await
                    }
                    Conversation::Datagram(mut datagram) => {
                        let read = read_each(&mut datagram, bytes_in).await;
                        if read.is_err() {
                            datagram.abort().await;
                        }
                        read
                    }
                }
            };
            let read: io::Result<()> = tokio::select! {
                read = read => read,
                () = session.closing() => Ok(()),
            };
            let peer = &session.info().peer_text;
            read.map_err(|error| Error::new(ErrorKind::PeerReset, "discard", peer, error))
        })
    }
}

async fn read_each(datagram: &mut Datagram, bytes_in: &AtomicU64) -> io::Result<()> {
    while let Some(message) = datagram.receive().await? {
        bytes_in.fetch_add(message.len() as u64, Ordering::Relaxed);
    }
    datagram.shutdown().await
}

/// Reads to the end of the peer's stream.
pub(super) async fn read_all(
    stream: &mut (impl tokio::io::AsyncRead + Unpin),
    bytes_in: &AtomicU64,
) -> io::Result<()> {
    loop {
        match read_piece(stream, |piece| piece.len()).await? {
            0 => return Ok(()),
            count => bytes_in.fetch_add(count as u64, Ordering::Relaxed),
        };
    }
}
