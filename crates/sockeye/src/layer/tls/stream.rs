//! The stream above a TLS session.
//!
//! ```text
//! write ──▶ encrypt in the thread's buffer ──▶ stream beneath; what it does not take at once: unsent
//! read  ◀── plain ◀── decrypt in the thread's buffer ◀── unfinished record + stream beneath
//! ```
//!
//! Invariant: at rest it holds no buffer; while bytes wait, exactly theirs.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use rustls::Error as TlsError;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::session::{Outgoing, Session};
use super::why;
use crate::io::{Layered, Socket, Stream};

/// A stream whose handshake is done.
#[derive(Debug)]
pub(super) struct TlsStream {
    stream: Stream,
    session: Session,
    /// Encrypted and not yet taken by the stream beneath.
    unsent: Bytes,
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
            unsent: Bytes::new(),
            closed: false,
            failed: None,
        }
    }

    /// Sends what is encrypted already.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.unsent.has_remaining() {
            let count = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.unsent))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unsent.advance(count);
        }
        // Gives the buffer back, which an empty rest would keep.
        self.unsent = Bytes::new();
        Poll::Ready(Ok(()))
    }

    /// Lets the session make bytes for the peer, and sends of them what can be sent at once.
    fn send(
        &mut self,
        cx: &mut Context<'_>,
        make: impl FnOnce(&mut Session, &mut Outgoing) -> Result<(), TlsError>,
    ) -> io::Result<()> {
        let mut outgoing = OUTGOING.take();
        let made = make(&mut self.session, &mut outgoing);
        let mut bytes = outgoing.bytes();
        let mut sent = Ok(());
        while self.unsent.is_empty() && !bytes.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, bytes) {
                Poll::Ready(Ok(0)) => sent = Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(count)) => bytes = bytes.get(count..).unwrap_or_default(),
                Poll::Ready(Err(error)) => sent = Err(error),
                Poll::Pending => self.unsent = Bytes::copy_from_slice(bytes),
            }
            if sent.is_err() || !self.unsent.is_empty() {
                bytes = &[];
            }
        }
        if !bytes.is_empty() {
            self.unsent = [&self.unsent, bytes].concat().into();
        }
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
        Poll::Ready(self.send(cx, |session, out| session.feed(data, out)))
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
            ready!(this.poll_take(cx))?;
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
        self.check()?;
        if self.closed {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        ready!(self.poll_send(cx))?;
        let piece = buf.get(..PIECE_BYTES).unwrap_or(buf);
        self.send(cx, |session, out| session.encrypt(piece, out))?;
        Poll::Ready(Ok(piece.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.closed && self.failed.is_none() {
            self.closed = true;
            self.send(cx, Session::close)?;
        }
        ready!(self.poll_send(cx))?;
        match ready!(Pin::new(&mut self.stream).poll_shutdown(cx)) {
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
}

/// What is read at once, and the longest that can be unfinished, bytes: more than a handshake message
/// may have (rustls takes 64 KiB) with its records' headers.
const INCOMING_BYTES: usize = 96 * 1024;
/// What is encrypted at once, bytes: four full records (RFC 8446 section 5.1).
const PIECE_BYTES: usize = 4 * 16 * 1024;
