//! The hub's end of the control socket.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{Fault, LINE_BYTES_MAX, Reply, Request};
use crate::engine::Engine;
use crate::error::{Error, ErrorKind};
use crate::hub::Successor;
use crate::service::BoxFuture;
use crate::state::Actor;

/// Answers one request.
pub(crate) type Answer = Arc<dyn Fn(Request, Caller) -> BoxFuture<'static, Reply> + Send + Sync>;

/// Who asks: a user of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) uid: u32,
}

impl Caller {
    /// Returns who runs this process.
    pub(crate) fn own() -> Self {
        let uid = rustix::process::geteuid().as_raw();
        Self { uid }
    }

    /// Returns how its acts are signed in the audit log.
    pub(crate) fn actor(self) -> Actor {
        Actor::new("hub", format!("command line, uid {}", self.uid))
    }
}

/// A bound control socket; its file goes when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    listener: UnixListener,
    file: SocketFile,
}

#[derive(Debug)]
struct SocketFile(PathBuf);

impl Server {
    /// Binds the socket, in the place of one that an earlier hub left: the caller holds the lock of
    /// the directory, so nobody listens there.
    ///
    /// # Errors
    /// When the socket cannot be made.
    pub(crate) fn bind(path: &Path) -> Result<Self, Error> {
        let fail = |error: io::Error| {
            let error = Error::new(ErrorKind::LocalBind, "listen", path.display(), error);
            match path.as_os_str().len() > SOCKET_PATH_BYTES_MAX {
                true => error.with_hint("the path is too long for a socket: use a shorter --data"),
                false => error,
            }
        };
        // Made under another name, so that it never stands there with a wider mode.
        let hidden = path.with_extension("new");
        for stale in [path, &hidden] {
            match std::fs::remove_file(stale) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fail(error)),
                _ => {}
            }
        }
        let listener = UnixListener::bind(&hidden).map_err(fail)?;
        std::fs::set_permissions(&hidden, PermissionsExt::from_mode(0o600)).map_err(fail)?;
        std::fs::rename(&hidden, path).map_err(fail)?;
        Ok(Self {
            listener,
            file: SocketFile(path.to_owned()),
        })
    }

    /// Answers until `stop`, each client in a task of its own.
    /// A client that asks for a takeover goes to `successors` with its connection.
    pub(crate) async fn run(
        self,
        engine: Engine,
        answer: Answer,
        successors: mpsc::Sender<Successor>,
        stop: CancellationToken,
    ) {
        let Self {
            listener,
            file: _file,
        } = self;
        let slots = Arc::new(Semaphore::new(CLIENTS_MAX));
        loop {
            let accept = async {
                let slot = Arc::clone(&slots).acquire_owned().await;
                (slot, listener.accept().await)
            };
            let (slot, accepted) = tokio::select! {
                () = stop.cancelled() => return,
                next = accept => next,
            };
            let accepted = accepted.map(|(stream, _)| (caller(&stream), stream));
            match accepted {
                Ok((Some(caller), stream)) => {
                    let (answer, stop) = (Arc::clone(&answer), stop.clone());
                    let successors = successors.clone();
                    engine.spawn(async move {
                        let _slot = slot;
                        tokio::select! {
                            () = stop.cancelled() => {}
                            _ = attend(stream, caller, &answer, &successors) => {}
                        }
                    });
                }
                Ok((None, mut stream)) => {
                    let _ = stream.write_all(&line(&denied())).await;
                }
                // Out of descriptors: nothing was accepted, and asking again at once would spin.
                Err(_) => tokio::time::sleep(ACCEPT_BACKOFF).await,
            }
        }
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Serves one client, and lets it take over if it asks to.
async fn attend(
    mut stream: UnixStream,
    caller: Caller,
    answer: &Answer,
    successors: &mpsc::Sender<Successor>,
) -> io::Result<()> {
    let Some(pid) = converse(&mut stream, caller, answer).await? else {
        return Ok(());
    };
    match successors.try_send(Successor::new(stream, pid)) {
        Ok(()) => Ok(()),
        Err(mpsc::error::TrySendError::Full(other) | mpsc::error::TrySendError::Closed(other)) => {
            let busy = fault(ErrorKind::ConfigUsage, "it is handing over, or stops");
            timeout(REQUEST_WAIT, other.answer(&line(&busy))).await?
        }
    }
}

/// Answers one client until it goes, errs or stays silent; returns the process that it wants to take
/// over.
async fn converse(
    stream: &mut UnixStream,
    caller: Caller,
    answer: &Answer,
) -> io::Result<Option<u32>> {
    let (reader, mut writer) = stream.split();
    let mut reader = BufReader::new(reader);
    loop {
        let mut text = Vec::new();
        let mut limited = (&mut reader).take(LINE_BYTES_MAX as u64);
        timeout(REQUEST_WAIT, limited.read_until(b'\n', &mut text)).await??;
        let reply = match text
            .strip_suffix(b"\n")
            .map(serde_json::from_slice::<Request>)
        {
            Some(Ok(Request::Takeover { pid })) => return Ok(Some(pid)),
            Some(Ok(request)) => timeout(ANSWER_WAIT, answer(request, caller))
                .await
                .unwrap_or_else(|_| fault(ErrorKind::PeerTimeout, "the hub is too busy")),
            Some(Err(error)) => fault(ErrorKind::ConfigUsage, error),
            None if text.is_empty() => return Ok(None),
            None => {
                let what = format!("no end of line within {LINE_BYTES_MAX} bytes");
                timeout(
                    REQUEST_WAIT,
                    writer.write_all(&line(&fault(ErrorKind::ConfigUsage, what))),
                )
                .await??;
                return Ok(None);
            }
        };
        timeout(REQUEST_WAIT, writer.write_all(&line(&reply))).await??;
    }
}

/// Returns who asks, if that is the hub's own user, or root.
fn caller(stream: &UnixStream) -> Option<Caller> {
    let uid = stream.peer_cred().ok()?.uid();
    (uid == Caller::own().uid || uid == 0).then_some(Caller { uid })
}

fn denied() -> Reply {
    fault(
        ErrorKind::PeerLoginDenied,
        "only the hub's own user and root may ask",
    )
}

fn fault(kind: ErrorKind, cause: impl std::fmt::Display) -> Reply {
    Reply::Fault(Fault {
        exit_code: kind.exit_code(),
        error: cause.to_string(),
        hint: None,
    })
}

pub(in crate::hub) fn line(reply: &Reply) -> Vec<u8> {
    let mut line = serde_json::to_vec(reply).expect("replies have string keys only");
    line.push(b'\n');
    line
}

/// Clients at once: an operator, a monitor and their scripts.
pub(super) const CLIENTS_MAX: usize = 16;
/// How long a client may take for a line, and how long it may leave an answer unread.
const REQUEST_WAIT: Duration = Duration::from_secs(10);
/// How long an answer may take: an account waits for the disk and for a password hash.
const ANSWER_WAIT: Duration = Duration::from_secs(20);
/// Pause after a failed accept.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);
/// Bytes of a socket's path (`sun_path` of unix(7), less the final zero byte).
const SOCKET_PATH_BYTES_MAX: usize = 107;
