//! The handshake: bytes to and fro until both ends agree, or do not.

use std::io;
use std::time::Duration;

use rustls::Error as TlsError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::session::{Outgoing, Session};
use crate::io::Stream;

/// Why there is no session.
#[derive(Debug)]
pub(super) enum Failure {
    /// The two ends do not agree.
    Tls(TlsError),
    /// The stream beneath failed.
    Io(io::Error),
    /// The peer ended the stream.
    PeerClosed,
    /// What was said in plain before the handshake led to none.
    Plain(String),
}

impl Failure {
    /// Makes the failure of what was said in plain.
    pub(super) fn plain(why: impl Into<String>) -> Self {
        Self::Plain(why.into())
    }
}

/// Shakes hands; the caller limits the time.
pub(super) async fn run(stream: &mut Stream, session: &mut Session) -> Result<(), Failure> {
    let mut out = Outgoing::new();
    let mut buffer = vec![0; READ_BYTES];
    let mut came = 0;
    loop {
        let kept = session.incoming.len();
        let data = buffer.get_mut(..kept + came).unwrap_or_default();
        if let Err(why) = session.feed(data, &mut out) {
            part(stream, out.bytes()).await;
            return Err(why.into());
        }
        if !out.bytes().is_empty() {
            match send(stream, out.bytes()).await {
                // A peer that has said all may be gone before the tickets reach it. What it said is
                // still to be read, and whoever writes to it learns the rest.
                Err(_) if session.accepts() && !session.is_handshaking() => {}
                sent => sent?,
            }
            out.clear();
        }
        if !session.is_handshaking() {
            return Ok(());
        }
        let kept = session.incoming.len();
        buffer.resize(kept + READ_BYTES, 0);
        let (head, room) = buffer.split_at_mut(kept);
        head.copy_from_slice(&session.incoming);
        came = stream.read(room).await?;
        if came == 0 {
            return Err(Failure::PeerClosed);
        }
    }
}

async fn send(stream: &mut Stream, flight: &[u8]) -> io::Result<()> {
    stream.write_all(flight).await?;
    stream.flush().await
}

/// Tells the peer why, and closes so that it can read it: unread bytes at close would turn the end
/// into a reset (RFC 1122 section 4.2.2.13) that overtakes the alert.
async fn part(stream: &mut Stream, alert: &[u8]) {
    let farewell = async {
        stream.write_all(alert).await?;
        stream.shutdown().await?;
        let mut rest = stream.take(FAREWELL_BYTES_MAX);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await
    };
    // Whether the peer listens is its own affair.
    let _ = tokio::time::timeout(FAREWELL_TIME, farewell).await;
}

impl From<TlsError> for Failure {
    fn from(error: TlsError) -> Self {
        Self::Tls(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What is read at once, bytes: most flights of a handshake fit.
const READ_BYTES: usize = 4 * 1024;
/// How long a peer may take to read why there is no session.
const FAREWELL_TIME: Duration = Duration::from_secs(1);
/// What it may have sent already, bytes, before it is closed anyway.
const FAREWELL_BYTES_MAX: u64 = 64 * 1024;
