//! `echo:`: sends back what arrives (RFC 862).

use std::io;
use std::sync::atomic::Ordering;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{BoxFuture, Service};
use crate::engine::Session;
use crate::error::{Error, ErrorKind};
use crate::io::{Conversation, Datagram, Stream};

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
    let result = match conversation {
        Conversation::Stream(mut stream) => tokio::select! {
            result = reflect_all(&mut stream, session, change) => result,
            () = session.closing() => stream.shutdown().await,
        },
        Conversation::Datagram(mut datagram) => tokio::select! {
            result = reflect_each(&mut datagram, session, change) => result,
            () = session.closing() => datagram.shutdown().await,
        },
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

/// Sends each message back whole.
async fn reflect_each(
    datagram: &mut Datagram,
    session: &Session,
    change: fn(&mut [u8]),
) -> io::Result<()> {
    let facts = session.facts();
    let mut dropped = 0;
    while let Some(message) = datagram.receive().await? {
        let count = message.len() as u64;
        facts.bytes_in.fetch_add(count, Ordering::Relaxed);
        let mut message = BytesMut::from(message);
        change(&mut message);
        facts.bytes_lost.fetch_add(count, Ordering::Relaxed);
        datagram.send(message.freeze()).await?;
        facts.bytes_lost.fetch_sub(count, Ordering::Relaxed);
        facts.bytes_out.fetch_add(count, Ordering::Relaxed);
        let dropped_before = std::mem::replace(&mut dropped, datagram.bytes_dropped());
        facts
            .bytes_lost
            .fetch_add(dropped - dropped_before, Ordering::Relaxed);
    }
    datagram.shutdown().await
}

/// What is read at once, bytes.
const PIECE_BYTES: usize = 16 * 1024;
