//! `echo:`: sends back what arrives (RFC 862).

use std::io;
use std::sync::atomic::Ordering;

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncWriteExt;

use super::{BoxFuture, Service};
use crate::engine::Session;
use crate::error::{Error, ErrorKind};
use crate::io::{Conversation, Datagram, Stream, bytes_in, read_piece};

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
        reflect("echo", conversation, session, |_| {})
    }
}

/// Reads, changes and sends back until the peer's end of stream, which is passed back too.
pub(super) fn reflect<'a>(
    name: &'static str,
    conversation: Conversation,
    session: &'a Session,
    change: fn(&mut [u8]),
) -> BoxFuture<'a, Result<(), Error>> {
    let failed = move |error: io::Error| {
        Error::new(ErrorKind::PeerReset, name, &session.info().peer_text, error)
    };
    match conversation {
        Conversation::Stream(mut stream) => Box::pin(async move {
            let reflected = tokio::select! {
                result = reflect_all(&mut stream, session, change) => result,
                () = session.closing() => stream.shutdown().await,
            };
            reflected.map_err(failed)
        }),
        Conversation::Datagram(mut datagram) => Box::pin(async move {
            let reflected = tokio::select! {
                result = reflect_each(&mut datagram, session, change) => result,
                () = session.closing() => datagram.shutdown().await,
            };
            match reflected {
                Err(error) => {
                    // What was taken and not answered is no clean end.
                    datagram.abort().await;
                    Err(failed(error))
                }
                Ok(()) => Ok(()),
            }
        }),
    }
}

async fn reflect_all(
    stream: &mut Stream,
    session: &Session,
    change: fn(&mut [u8]),
) -> io::Result<()> {
    let facts = session.facts();
    loop {
        let piece = read_piece(stream, |piece| {
            change(piece);
            Bytes::copy_from_slice(piece)
        });
        let piece = piece.await?;
        if piece.is_empty() {
            return stream.shutdown().await;
        }
        let count = piece.len() as u64;
        facts.bytes_in.fetch_add(count, Ordering::Relaxed);
        facts.bytes_lost.fetch_add(count, Ordering::Relaxed);
        stream.write_all(&piece).await?;
        stream.flush().await?;
        facts.bytes_lost.fetch_sub(count, Ordering::Relaxed);
        facts.bytes_out.fetch_add(count, Ordering::Relaxed);
    }
}

/// Sends each message back whole, those that came together together.
async fn reflect_each(
    datagram: &mut Datagram,
    session: &Session,
    change: fn(&mut [u8]),
) -> io::Result<()> {
    let facts = session.facts();
    let mut dropped = 0;
    loop {
        let mut messages = datagram.receive_all().await?;
        if messages.is_empty() {
            return datagram.shutdown().await;
        }
        for message in &mut messages {
            let mut changed = BytesMut::from(std::mem::take(message));
            change(&mut changed);
            *message = changed.freeze();
        }
        let count = bytes_in(&messages);
        facts.bytes_in.fetch_add(count, Ordering::Relaxed);
        facts.bytes_lost.fetch_add(count, Ordering::Relaxed);
        let sent = datagram.send_all(&mut messages).await;
        let count = count - bytes_in(&messages);
        facts.bytes_lost.fetch_sub(count, Ordering::Relaxed);
        facts.bytes_out.fetch_add(count, Ordering::Relaxed);
        sent?;
        let dropped_before = std::mem::replace(&mut dropped, datagram.bytes_dropped());
        facts
            .bytes_lost
            .fetch_add(dropped - dropped_before, Ordering::Relaxed);
    }
}
