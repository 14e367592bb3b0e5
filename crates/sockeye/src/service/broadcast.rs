//! `broadcast:NAME`: what one member sends, all others get.
//!
//! Each member has a bounded queue and a task that writes it; whoever sends only puts into queues, so
//! a member that does not read holds up nobody. Its queue fills, and it is dropped.
//!
//! Half-close: a member that has said its last goes on hearing the others until it closes or vanishes.
//! One of messages leaves with its last one.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Buf, Bytes};
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
        mut conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let mut seat = self.enter(session);
            let dropped = seat.dropped.clone();
            let talk = async {
                match &mut conversation {
                    Conversation::Stream(stream) => seat.stream(stream).await,
                    Conversation::Datagram(datagram) => seat.messages(datagram).await,
                }
            };
            let ended = tokio::select! {
                ended = talk => ended.map_err(|error| (ErrorKind::PeerReset, words(&error))),
                () = dropped.cancelled() => Err((ErrorKind::PeerTimeout, DROPPED.to_owned())),
                () = session.cut() => {
                    conversation.reset();
                    return Ok(());
                }
            };
            drop(seat);
            let Err((kind, why)) = ended else {
                return Ok(());
            };
            // What it has missed must not look like the end of what was said.
            conversation.abort_or(session.cut()).await;
            let peer = &session.info().peer_text;
            Err(Error::new(kind, "broadcast", peer, why))
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
            in_hand: Bytes::new(),
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
    /// What is left of the piece that is being written.
    in_hand: Bytes,
    queued_bytes: Arc<AtomicUsize>,
    dropped: CancellationToken,
}

impl Seat<'_> {
    /// Says what the stream brings, and writes what others say, until the room closes or the
    /// peer is gone; the end of its stream only ends what it says.
    async fn stream(&mut self, stream: &mut Stream) -> io::Result<()> {
        let (room, session) = (self.room, self.session);
        let (mut reader, mut writer) = tokio::io::split(&mut *stream);
        let closing = tokio::select! {
            listened = self.listen(&mut writer) => return listened,
            said = say(room, session, &mut reader) => said.map(|()| false)?,
            () = session.closing() => true,
        };
        if !closing {
            let left = stream.left();
            tokio::select! {
                listened = self.listen(stream) => return listened,
                left = left => return left,
                () = session.closing() => {}
            }
        }
        self.leave();
        self.listen(stream).await?;
        stream.shutdown().await
    }

    /// Writes what others say, until it has left and heard all; who stops it loses nothing of that.
    async fn listen(&mut self, writer: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        loop {
            while self.in_hand.has_remaining() {
                let count = writer.write_buf(&mut self.in_hand).await?;
                self.heard(count);
            }
            if self.waiting.is_empty() {
                writer.flush().await?;
            }
            match self.next_piece().await {
                Some(piece) => self.in_hand = piece,
                None => return Ok(()),
            }
        }
    }

    async fn messages(&mut self, datagram: &mut Datagram) -> io::Result<()> {
        let session = self.session;
        loop {
            tokio::select! {
                message = datagram.receive() => match message? {
                    Some(message) => {
                        count_in(session.facts(), message.len());
                        self.room.send(session.id(), &message);
                    }
                    None => break,
                },
                Some(piece) = self.next_piece() => self.pass_on(datagram, piece).await?,
                () = session.closing() => break,
            }
        }
        self.leave();
        while let Some(piece) = self.next_piece().await {
            self.pass_on(datagram, piece).await?;
        }
        datagram.shutdown().await
    }

    async fn pass_on(&self, datagram: &mut Datagram, piece: Bytes) -> io::Result<()> {
        let count = piece.len();
        datagram.send(piece).await?;
        self.heard(count);
        Ok(())
    }

    /// Waits for what others say; `None` once it has left and heard all.
    async fn next_piece(&mut self) -> Option<Bytes> {
        match self.waiting.recv().await {
            // It is about to be told.
            None if self.dropped.is_cancelled() => std::future::pending().await,
            piece => piece,
        }
    }

    /// Hears no more of what is said from now on.
    fn leave(&self) {
        self.room.members().remove(&self.session.id());
    }

    /// Counts bytes that have left the queue.
    fn heard(&self, count: usize) {
        self.queued_bytes.fetch_sub(count, Ordering::Relaxed);
        let bytes_out = &self.session.facts().bytes_out;
        bytes_out.fetch_add(count as u64, Ordering::Relaxed);
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.leave();
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
