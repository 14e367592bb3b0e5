//! `chargen:`: sends lines of printable characters without end (RFC 864).

use std::io;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use tokio::io::AsyncWriteExt;

use super::discard::read_all;
use super::{BoxFuture, Service};
use crate::engine::Session;
use crate::error::{Error, ErrorKind};
use crate::io::{Conversation, Datagram, Stream};

/// Sends lines until the peer has ended its stream; answers a message with at most as many bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chargen;

impl Service for Chargen {
    fn name(&self) -> &'static str {
        "chargen"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let sent = async {
                match conversation {
                    Conversation::Stream(stream) => generate(stream, session).await,
                    Conversation::Datagram(datagram) => answer(datagram, session).await,
                }
            };
            let sent = tokio::select! {
                sent = sent => sent,
                () = session.closing() => Ok(()),
            };
            let peer = &session.info().peer_text;
            sent.map_err(|error| Error::new(ErrorKind::PeerReset, "chargen", peer, error))
        })
    }
}

async fn generate(stream: Stream, session: &Session) -> io::Result<()> {
    let facts = session.facts();
    let (mut reader, mut writer) = tokio::io::split(stream);
    tokio::select! {
        ended = read_all(&mut reader, &facts.bytes_in) => ended?,
        // A peer may leave at any time: nothing else would end this.
        _ = send_lines(&mut writer, &facts.bytes_out) => return Ok(()),
    }
    writer.shutdown().await
}

async fn send_lines(
    writer: &mut (impl tokio::io::AsyncWrite + Unpin),
    bytes_out: &AtomicU64,
) -> io::Result<()> {
    loop {
        let mut rest = LINES.as_slice();
        while !rest.is_empty() {
            let count = writer.write(rest).await?;
            bytes_out.fetch_add(count as u64, Ordering::Relaxed);
            rest = rest.get(count..).unwrap_or_default();
        }
        writer.flush().await?;
    }
}

/// Answers each message; never with more, so that a forged sender is not flooded.
async fn answer(mut datagram: Datagram, session: &Session) -> io::Result<()> {
    let facts = session.facts();
    let mut first = 0;
    while let Some(message) = datagram.receive().await? {
        facts
            .bytes_in
            .fetch_add(message.len() as u64, Ordering::Relaxed);
        let mut text: Vec<u8> = (first..first + LINES_MAX).flat_map(line).collect();
        text.truncate(message.len().min(ANSWER_BYTES_MAX));
        let count = text.len() as u64;
        datagram.send(Bytes::from(text)).await?;
        facts.bytes_out.fetch_add(count, Ordering::Relaxed);
        first = (first + 1) % CHARACTERS;
    }
    datagram.shutdown().await
}

/// Every line there is, one after the other.
static LINES: LazyLock<Vec<u8>> = LazyLock::new(|| (0..CHARACTERS).flat_map(line).collect());

/// Returns a line, each of which begins one character later than the one before.
fn line(first: u8) -> impl Iterator<Item = u8> {
    let characters =
        (0..LINE_CHARACTERS).map(move |at| b' ' + (first % CHARACTERS + at) % CHARACTERS);
    characters.chain(*b"\r\n")
}

/// The printable characters of ASCII, from the blank to the tilde.
const CHARACTERS: u8 = 95;
/// Characters in a line (RFC 864).
const LINE_CHARACTERS: u8 = 72;
/// The largest answer to a message, bytes (RFC 864), and the lines that are enough for it.
const ANSWER_BYTES_MAX: usize = 512;
const LINES_MAX: u8 = 7;
