//! `hello:`: says one line and ends.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::leave::leave;
use super::{BoxFuture, Service};
use crate::engine::Session;
use crate::error::{Error, ErrorKind};
use crate::io::{Conversation, Datagram, Stream};

/// Greets the peer by its address and ends.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hello;

impl Service for Hello {
    fn name(&self) -> &'static str {
        "hello"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        let line = format!("hello {}\n", session.info().peer_text);
        Box::pin(tell("hello", conversation, session, line))
    }
}

/// Says one line to the peer and ends.
pub(super) async fn tell(
    name: &'static str,
    conversation: Conversation,
    session: &Session,
    line: String,
) -> Result<(), Error> {
    let said = async {
        let bytes_out = &session.facts().bytes_out;
        match conversation {
            Conversation::Stream(stream) => say(stream, &line, bytes_out).await,
            Conversation::Datagram(datagram) => answer(datagram, line, bytes_out).await,
        }
    };
    let peer = &session.info().peer_text;
    tokio::select! {
        said = said => said.map_err(|error| Error::new(ErrorKind::PeerReset, name, peer, error)),
        () = session.closing() => Ok(()),
    }
}

/// Says the line and ends.
async fn say(mut stream: Stream, line: &str, bytes_out: &AtomicU64) -> io::Result<()> {
    stream.write_all(line.as_bytes()).await?;
    bytes_out.fetch_add(line.len() as u64, Ordering::Relaxed);
    stream.shutdown().await?;
    leave(&mut stream, LEAVING_TIME).await
}

/// Answers the message that began the session with the line, and ends.
async fn answer(mut datagram: Datagram, line: String, bytes_out: &AtomicU64) -> io::Result<()> {
    if datagram.receive().await?.is_some() {
        let count = line.len() as u64;
        datagram.send(line.into()).await?;
        bytes_out.fetch_add(count, Ordering::Relaxed);
    }
    datagram.shutdown().await
}

/// How long a peer may take to close once all is said.
const LEAVING_TIME: Duration = Duration::from_secs(10);
