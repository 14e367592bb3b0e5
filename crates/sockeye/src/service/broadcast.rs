//! `broadcast:NAME`: what one member sends, all others get.
//!
//! Each member has a bounded queue and a task that writes it; whoever sends only puts into queues, so
//! a member that does not read holds up nobody. Its queue fills, and it is dropped.
//!
//! Half-close: a member that has said its last goes on hearing the others until it closes, which is
//! noticed when the next piece is written to it.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::sync::CancellationToken;

use super::{BoxFuture, Service};
use crate::engine::{Session, SessionFacts};
use crate::error::{Error, ErrorKind, words};
use crate::io::{Conversation, Datagram, Stream, read_piece};

/// A room: sends what one member says to all others.
#[derive(Debug, Default)]
pub struct Broadcast {
    members: Mutex<BTreeMap<u64, Member>>,
}

/// Who is in the room, by the session's number.
#[derive(Debug)]
struct Member {
    queue: Sender<Bytes>,
    queued_bytes: Arc<AtomicUsize>,
    /// Cancelled when its queue was full.
    dropped: CancellationToken,
}

impl Service for Broadcast {
    fn name(&self) -> &'static str {
        "broadcast"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let mut seat = self.enter(session);
            let dropped = seat.dropped.clone();
            let talk = async {
                match conversation {
                    Conversation::Stream(stream) => seat.stream(stream).await,
                    Conversation::Datagram(datagram) => seat.datagram(datagram).await,
                }
            };
            let ended = tokio::select! {
                ended = talk => ended.map_err(|error| (ErrorKind::PeerReset, words(&error))),
                () = dropped.cancelled() => Err((ErrorKind::PeerTimeout, DROPPED.to_owned())),
                () = session.cut() => Ok(()),
            };
            let peer = &session.info().peer_text;
            ended.map_err(|(kind, why)| Error::new(kind, "broadcast", peer, why))
        })
    }
}

impl Broadcast {
    fn enter<'a>(&'a self, session: &'a Session) -> Seat<'a> {
        let (queue, waiting) = channel(QUEUE_PIECES_MAX);
        let (queued_bytes, dropped) = (Arc::default(), CancellationToken::new());
        let member = Member {
            queue,
            queued_bytes: Arc::clone(&queued_bytes),
            dropped: dropped.clone(),
        };
        self.members().insert(session.id(), member);
        Seat {
            room: self,
            session,
            waiting,
            queued_bytes,
            dropped,
        }
    }

    /// Puts a piece into everybody's queue but the sender's; those who have no room for it go.
    fn send(&self, from: u64, piece: &Bytes) {
        self.members()
            .retain(|id, member| *id == from || member.takes(piece));
    }

    fn members(&self) -> MutexGuard<'_, BTreeMap<u64, Member>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Member {
    fn takes(&self, piece: &Bytes) -> bool {
        let queued = self.queued_bytes.fetch_add(piece.len(), Ordering::Relaxed);
        let takes =
            queued + piece.len() <= QUEUE_BYTES_MAX && self.queue.try_send(piece.clone()).is_ok();
        if !takes {
            self.dropped.cancel();
        }
        takes
    }
}

/// One member's place in the room; given up when dropped.
#[derive(Debug)]
struct Seat<'a> {
    room: &'a Broadcast,
    session: &'a Session,
    waiting: Receiver<Bytes>,
    queued_bytes: Arc<AtomicUsize>,
    dropped: CancellationToken,
}

impl Seat<'_> {
    /// Says what the stream brings, and writes what others say, until the room closes or the
    /// peer is gone; the end of its stream only ends what it says.
    async fn stream(&mut self, stream: Stream) -> io::Result<()> {
        let (mut reader, mut writer) = tokio::io::split(stream);
        let (room, session) = (self.room, self.session);
        let listen = self.listen(&mut writer);
        let say = async {
            say(room, session, &mut reader).await?;
            std::future::pending().await
        };
        tokio::select! {
            listened = listen => listened,
            said = say => said,
            () = session.closing() => Ok(()),
        }?;
        writer.shutdown().await
    }

    async fn listen(&mut self, writer: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        while let Some(piece) = self.waiting.recv().await {
            writer.write_all(&piece).await?;
            self.heard(&piece);
            if self.waiting.is_empty() {
                writer.flush().await?;
            }
        }
        Ok(())
    }

    async fn datagram(&mut self, mut datagram: Datagram) -> io::Result<()> {
        let talked = self.messages(&mut datagram).await;
        if talked.is_err() {
            datagram.abort().await;
        }
        talked
    }

    async fn messages(&mut self, datagram: &mut Datagram) -> io::Result<()> {
        loop {
            tokio::select! {
                message = datagram.receive() => match message? {
                    Some(message) => {
                        count_in(self.session.facts(), message.len());
                        self.room.send(self.session.id(), &message);
                    }
                    None => break,
                },
                piece = self.waiting.recv() => match piece {
                    Some(piece) => {
                        datagram.send(piece.clone()).await?;
                        self.heard(&piece);
                    }
                    None => break,
                },
                () = self.session.closing() => break,
            }
        }
        datagram.shutdown().await
    }

    /// Counts a piece that has left the queue.
    fn heard(&self, piece: &Bytes) {
        self.queued_bytes.fetch_sub(piece.len(), Ordering::Relaxed);
        let bytes_out = &self.session.facts().bytes_out;
        bytes_out.fetch_add(piece.len() as u64, Ordering::Relaxed);
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.room.members().remove(&self.session.id());
    }
}

/// Sends what a stream brings, to its end.
async fn say(
    room: &Broadcast,
    session: &Session,
    reader: &mut (impl AsyncRead + Unpin),
) -> io::Result<()> {
    loop {
        // A copy of its very size: queues count bytes, not what else a buffer holds.
        let piece = read_piece(reader, |piece| Bytes::copy_from_slice(piece)).await?;
        if piece.is_empty() {
            return Ok(());
        }
        count_in(session.facts(), piece.len());
        room.send(session.id(), &piece);
    }
}

fn count_in(facts: &SessionFacts, count: usize) {
    facts.bytes_in.fetch_add(count as u64, Ordering::Relaxed);
}

/// What becomes of a member whose queue is full.
const DROPPED: &str = "dropped, since it did not read what others sent";

/// What may wait for a member, bytes: some seconds of a busy room.
const QUEUE_BYTES_MAX: usize = 1024 * 1024;
/// Pieces that may wait for a member: those of small messages.
const QUEUE_PIECES_MAX: usize = 4096;

#[cfg(test)]
mod tests;
