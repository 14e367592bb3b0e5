//! The stream above a TLS session.
//!
//! ```text
//! write ──▶ encrypt in the thread's buffer ──▶ stream beneath; what it does not take at once: unsent
//! read  ◀── plain ◀── decrypt in the thread's buffer ◀── unfinished record + stream beneath
//! ```
//!
//! Invariant: at rest it holds no buffer; while bytes wait, exactly theirs.

use std::cell::Cell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rustls::Error as TlsError;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::session::{Outgoing, Session};
use super::why;
use crate::io::{Layered, Socket, Stream};
use crate::layer::unsent::Unsent;

/// A stream whose handshake is done.
#[derive(Debug)]
pub(super) struct TlsStream {
    stream: Stream,
    session: Session,
    /// Encrypted and not yet taken by the stream beneath.
    unsent: Unsent,
    /// Whether the own direction has ended.
    closed: bool,
    /// Whether the peer broke the protocol, so that nothing more can be read or written.
    failed: Option<TlsError>,
}

impl TlsStream {
    pub(super) fn new(stream: Stream, session: Session) -> Self {
        Self {
            stream,
            session,
            unsent: Unsent::default(),
            closed: false,
            failed: None,
        }
    }

    /// Lets the session make bytes for the peer, and sends of them what can be sent at once.
    fn send(
        &mut self,
        cx: &mut Context<'_>,
        make: impl FnOnce(&mut Session, &mut Outgoing) -> Result<(), TlsError>,
    ) -> io::Result<()> {
        let mut outgoing = OUTGOING.take();
        let made = make(&mut self.session, &mut outgoing);
        let sent = self.unsent.send(cx, &mut self.stream, outgoing.bytes());
        outgoing.clear();
        OUTGOING.set(outgoing);
        match made {
            Ok(()) => sent,
            Err(error) => Err(self.fail(error)),
        }
    }

    fn fail(&mut self, error: TlsError) -> io::Error {
        let failure = io::Error::new(io::ErrorKind::InvalidData, why::words(&error));
        self.failed = Some(error);
        failure
    }

    fn check(&self) -> io::Result<()> {
        match &self.failed {
            None => Ok(()),
            Some(error) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                why::words(error),
            )),
        }
    }

    /// Takes ciphertext from the stream beneath and decrypts it.
    fn poll_take(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut buffer = INCOMING
            .take()
            .unwrap_or_else(|| vec![0; INCOMING_BYTES].into());
        let taken = self.poll_take_through(cx, &mut buffer);
        INCOMING.set(Some(buffer));
        taken
    }

    fn poll_take_through(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<()>> {
        let kept = self.session.incoming.len();
        let (head, room) = buffer
            .split_at_mut_checked(kept)
            .filter(|(_, room)| !room.is_empty())
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a message is too long"))?;
        head.copy_from_slice(&self.session.incoming);
        let mut room = ReadBuf::new(room);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut room))?;
        let came = room.filled().len();
        if came == 0 {
            let cut = io::Error::new(io::ErrorKind::UnexpectedEof, why::CUT);
            return Poll::Ready(Err(cut));
        }
        let data = buffer.get_mut(..kept + came).unwrap_or_default();
        match self.send(cx, |session, out| session.feed(data, out)) {
            Err(error) if self.failed.is_some() => Poll::Ready(Err(error)),
            // An answer that cannot be sent (to an update of keys) takes nothing from what has come.
            _ => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncRead for TlsStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.session.plain.is_empty() {
            this.check()?;
            if this.session.peer_closed || buf.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            match ready!(this.poll_take(cx)) {
                // What came before is delivered first; the failure is kept for the next read.
                Err(_) if !this.session.plain.is_empty() => {}
                taken => taken?,
            }
        }
        let plain = &mut this.session.plain;
        let count = plain.len().min(buf.remaining());
        buf.put_slice(&plain[..count]);
        match count == plain.len() {
            true => *plain = Vec::new(),
            false => drop(plain.drain(..count)),
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        this.check()?;
        if this.closed {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        ready!(this.unsent.poll_send(cx, &mut this.stream))?;
        let piece = buf.get(..PIECE_BYTES).unwrap_or(buf);
        this.send(cx, |session, out| session.encrypt(piece, out))?;
        Poll::Ready(Ok(piece.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut some = bufs.iter().filter(|buf| !buf.is_empty());
        let (Some(first), Some(_)) = (some.next(), some.next()) else {
            let only = bufs.iter().find(|buf| !buf.is_empty());
            return self.poll_write(cx, only.map_or(&[], |buf| buf));
        };
        if first.len() >= PIECE_BYTES {
            return self.poll_write(cx, first);
        }
        // What cannot be encrypted yet is not copied either.
        let this = &mut *self;
        ready!(this.unsent.poll_send(cx, &mut this.stream))?;
        // Joined, for each piece would be a record of its own.
        let mut joined = JOINED.take();
        for buf in bufs {
            let room = PIECE_BYTES - joined.len();
            joined.extend_from_slice(buf.get(..room).unwrap_or(buf));
        }
        let written = self.poll_write(cx, &joined);
        joined.clear();
        JOINED.set(joined);
        written
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        ready!(this.unsent.poll_send(cx, &mut this.stream))?;
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.closed && this.failed.is_none() {
            this.closed = true;
            this.send(cx, Session::close)?;
        }
        ready!(this.unsent.poll_send(cx, &mut this.stream))?;
        match ready!(Pin::new(&mut this.stream).poll_shutdown(cx)) {
            // The peer reset the connection meanwhile; reading reports that.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Poll::Ready(Ok(())),
            other => Poll::Ready(other),
        }
    }
}

impl Layered for TlsStream {
    fn abort(&mut self) {
        self.stream.abort_now();
    }

    fn unacknowledged(&self) -> u64 {
        self.unsent.len() as u64 + self.stream.unacknowledged()
    }

    fn has_failed(&self) -> bool {
        self.failed.is_some() || self.stream.has_failed()
    }

    fn bottom(&self) -> Option<Socket<'_>> {
        self.stream.bottom()
    }
}

thread_local! {
    /// The buffers through which every TLS stream of this thread passes; taken out while in use, so
    /// that nobody can meet one half used.
    static INCOMING: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
    static OUTGOING: Cell<Outgoing> = const { Cell::new(Outgoing::new()) };
    static JOINED: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// What is read at once, and the longest that can be unfinished, bytes: more than a handshake message
/// may have (rustls takes 64 KiB) with its records' headers.
const INCOMING_BYTES: usize = 96 * 1024;
/// What is encrypted at once, bytes: four full records (RFC 8446 section 5.1).
const PIECE_BYTES: usize = 4 * 16 * 1024;
