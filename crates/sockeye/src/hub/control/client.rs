//! Asking a running hub, without a runtime.

use std::io::{BufRead, BufReader, ErrorKind as Io, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::{LINE_BYTES_MAX, Reply, Request};
use crate::error::{Error, ErrorKind};

/// Sends one request to the hub whose control socket is at `socket` and returns its answer;
/// `None` when no hub listens there.
///
/// # Errors
/// When the socket may not be used, or the hub does not answer.
pub fn call(socket: &Path, request: &Request) -> Result<Option<Reply>, Error> {
    let fail = |kind, cause: &dyn std::fmt::Display| {
        Error::new(kind, "ask", socket.display(), cause.to_string())
    };
    let mut stream = match UnixStream::connect(socket) {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), Io::NotFound | Io::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(fail(ErrorKind::PeerUnreachable, &error)),
    };
    let broken = |error: std::io::Error| match error.kind() {
        Io::WouldBlock | Io::TimedOut => fail(
            ErrorKind::PeerTimeout,
            &format_args!("no answer in {ANSWER_WAIT:?}"),
        ),
        _ => fail(ErrorKind::PeerReset, &error),
    };
    let internal = |error: serde_json::Error| fail(ErrorKind::Internal, &error);

    stream.set_read_timeout(Some(ANSWER_WAIT)).map_err(broken)?;
    stream
        .set_write_timeout(Some(ANSWER_WAIT))
        .map_err(broken)?;
    let mut line = serde_json::to_vec(request).map_err(internal)?;
    line.push(b'\n');
    stream.write_all(&line).map_err(broken)?;

    let mut answer = String::new();
    let limit = LINE_BYTES_MAX as u64;
    BufReader::new(stream.take(limit))
        .read_line(&mut answer)
        .map_err(broken)?;
    if answer.is_empty() {
        return Err(fail(
            ErrorKind::PeerReset,
            &"the hub closed the connection without an answer",
        ));
    }
    serde_json::from_str(&answer).map(Some).map_err(internal)
}

/// How long a hub may take: longer than its own limit for a request.
const ANSWER_WAIT: Duration = Duration::from_secs(40);
