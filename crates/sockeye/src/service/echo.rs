//! `echo:`: sends back what arrives (RFC 862).

use std::io;
use std::sync::atomic::Ordering;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{BoxFuture, Service};
use crate::engine::Session;
use crate::error::{Error, ErrorKind};
use crate::io::{Conversation, Stream};

/// Sends back what arrives.
#[derive(Debug, Clone, Copy, Default)]
pub struct Echo;

impl Service for Echo {
    fn name(&self) -> &'static str {
        "echo"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(reflect("echo", conversation, session, |_| {}))
    }
}

/// Reads, changes and sends back until the peer's end of stream, which is passed back too.
pub(super) async fn reflect(
    name: &'static str,
    conversation: Conversation,
    session: &Session,
    change: fn(&mut [u8]),
) -> Result<(), Error> {
    let Conversation::Stream(mut stream) = conversation;
    let result = tokio::select! {
        result = reflect_all(&mut stream, session, change) => result,
        () = session.closing() => stream.shutdown().await,
    };
    result.map_err(|error| Error::new(ErrorKind::PeerReset, name, &session.info().peer_text, error))
}

async fn reflect_all(
    stream: &mut Stream,
    session: &Session,
    change: fn(&mut [u8]),
) -> io::Result<()> {
    let facts = session.facts();
    let mut buffer = vec![0; PIECE_BYTES];
    loop {
        let count = stream.read(&mut buffer).await?;
        let Some(piece) = buffer.get_mut(..count).filter(|piece| !piece.is_empty()) else {
            return stream.shutdown().await;
        };
        facts.bytes_in.fetch_add(count as u64, Ordering::Relaxed);
        change(piece);
        facts.bytes_lost.fetch_add(count as u64, Ordering::Relaxed);
        stream.write_all(piece).await?;
        stream.flush().await?;
        facts.bytes_lost.fetch_sub(count as u64, Ordering::Relaxed);
        facts.bytes_out.fetch_add(count as u64, Ordering::Relaxed);
    }
}

/// What is read at once, bytes.
const PIECE_BYTES: usize = 16 * 1024;
