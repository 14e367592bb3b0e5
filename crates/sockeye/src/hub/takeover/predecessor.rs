//! The old hub, as the new one sees it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::{Given, READY, SEND, YOURS, hear, say, sockets};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::hub::control::{Handed, LINE_BYTES_MAX, Reply, Request};

/// The old hub, which waits for what becomes of the new one.
#[derive(Debug)]
pub(in crate::hub) struct Predecessor {
    socket: PathBuf,
    stream: UnixStream,
}

impl Predecessor {
    /// Asks the hub whose control socket is at `socket` for what it has, and waits until it has let
    /// go; `None` when no hub listens there.
    ///
    /// # Errors
    /// When it refuses, or does not answer in time; it goes on then.
    pub(in crate::hub) async fn ask(socket: &Path) -> Result<Option<(Self, Given)>, Error> {
        let stream = match UnixStream::connect(socket).await {
            Ok(stream) => stream,
            Err(error) if is_nobody(&error) => return Ok(None),
            Err(error) => return Err(failed(socket, ErrorKind::PeerUnreachable, error)),
        };
        let socket = socket.to_owned();
        let mut old = Self { socket, stream };
        let given = old.receive().await?;
        Ok(Some((old, given)))
    }

    async fn receive(&mut self) -> Result<Given, Error> {
        let pid = std::process::id();
        let handed = match timeout(LETTING_GO_WAIT, self.exchange(&Request::Takeover { pid })).await
        {
            Ok(Ok(reply)) => reply.accepted()?,
            Ok(Err(error)) => return Err(self.failed(ErrorKind::PeerReset, error)),
            Err(_) => {
                let why = format!("no answer in {LETTING_GO_WAIT:?}");
                return Err(self.failed(ErrorKind::PeerTimeout, why));
            }
        };
        let Reply::Handed(handed) = handed else {
            return Err(self.failed(ErrorKind::Internal, "it answers something else"));
        };
        let count = handed.iter().map(|row| row.sockets).sum();
        let receiving = async {
            say(&mut self.stream, SEND).await?;
            sockets::receive(&self.stream, count).await
        };
        let sockets = match timeout(SOCKETS_WAIT, receiving).await {
            Ok(received) => received.map_err(|e| self.failed(ErrorKind::PeerReset, e))?,
            Err(_) => return Err(self.failed(ErrorKind::PeerTimeout, "its sockets do not come")),
        };
        self.sort(handed, sockets)
    }

    fn sort(
        &self,
        handed: Vec<Handed>,
        sockets: Vec<std::os::fd::OwnedFd>,
    ) -> Result<Given, Error> {
        let mut given = Given::default();
        let mut sockets = sockets.into_iter();
        for row in handed {
            let at = Endpoint::parse(&row.at)
                .map_err(|error| self.failed(ErrorKind::Internal, error))?;
            given.add(at, sockets.by_ref().take(row.sockets).collect());
        }
        Ok(given)
    }

    /// Tells it that this hub could accept, and waits for its word that it will not any more.
    ///
    /// # Errors
    /// When it has taken everything back.
    pub(in crate::hub) async fn confirm(mut self) -> Result<(), Error> {
        let confirming = async {
            say(&mut self.stream, READY).await?;
            hear(&mut self.stream, YOURS).await
        };
        match timeout(SOCKETS_WAIT, confirming).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(self.failed(ErrorKind::PeerReset, "it has taken everything back")),
            Err(_) => Err(self.failed(ErrorKind::PeerTimeout, "its last word does not come")),
        }
    }

    async fn exchange(&mut self, request: &Request) -> io::Result<Reply> {
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        say(&mut self.stream, &line).await?;
        // Nothing comes behind the answer before it is asked for, so none of that is read here.
        let mut answer = String::new();
        let mut limited = BufReader::new((&mut self.stream).take(LINE_BYTES_MAX as u64));
        limited.read_line(&mut answer).await?;
        match answer.is_empty() {
            true => Err(io::ErrorKind::UnexpectedEof.into()),
            false => Ok(serde_json::from_str(&answer)?),
        }
    }

    fn failed(&self, kind: ErrorKind, cause: impl std::fmt::Display) -> Error {
        failed(&self.socket, kind, cause)
    }
}

fn failed(socket: &Path, kind: ErrorKind, cause: impl std::fmt::Display) -> Error {
    let error = Error::new(kind, "take over", socket.display(), cause.to_string());
    error.with_hint("the hub that runs goes on; what it says tells why")
}

fn is_nobody(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
    )
}

/// How long the old hub may take to let go: its chat says goodbye, and all gets to the disk.
const LETTING_GO_WAIT: Duration = Duration::from_secs(60);
/// How long sockets, or a word, may be on their way between two processes of a machine.
const SOCKETS_WAIT: Duration = Duration::from_secs(10);
