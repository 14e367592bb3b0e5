//! `exec:` and `sh:`: a program's standard input and output, through pipes.
//!
//! Half-close: ending the writing direction closes the program's standard input; its output goes
//! on. Its standard error is this process's. An unclean end of the other side ends the program by
//! SIGTERM, once it has taken what was written for it. It inherits no descriptor but these three, and nothing that
//! tells of others.

use std::io;
use std::pin::Pin;
use std::process::Stdio;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::process::{ChildStdin, ChildStdout, Command};

use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, words};
use crate::io::{ChildProcess, ConnectionInfo, Conversation, Layered, Stream};
use crate::sys::{descriptors, inherited};

pub(super) fn connect(
    endpoint: &Endpoint,
    argv: &[String],
) -> Result<(Conversation, ConnectionInfo), Error> {
    let failed = |why: &str| Error::new(ErrorKind::PeerUnreachable, "connect", endpoint, why);
    let [program, arguments @ ..] = argv else {
        return Err(failed("no program is named"));
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    for variable in inherited::ACTIVATION {
        command.env_remove(variable);
    }
    descriptors::part_from(&mut command);
    let mut child = command.spawn().map_err(|error| failed(&words(&error)))?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(failed("its pipes are missing"));
    };
    let process = ChildProcess::new(child);
    let info = ConnectionInfo {
        peer_text: format!("exec:{program}"),
        child: Some(process.clone()),
        ..ConnectionInfo::default()
    };
    let stream = ExecStream {
        input: Some(input),
        output,
        process,
    };
    Ok((Conversation::Stream(Stream::layered(stream)), info))
}

/// Runs a command by the system's shell (POSIX sh).
pub(super) fn connect_shell(
    endpoint: &Endpoint,
    command: &str,
) -> Result<(Conversation, ConnectionInfo), Error> {
    let argv = ["sh", "-c", command].map(str::to_owned);
    let (conversation, info) = connect(endpoint, &argv)?;
    let peer_text = "sh".into();
    Ok((conversation, ConnectionInfo { peer_text, ..info }))
}

/// The two pipes of a child.
#[derive(Debug)]
struct ExecStream {
    /// Gone after the half-close: only closing a pipe ends it.
    input: Option<ChildStdin>,
    output: ChildStdout,
    process: ChildProcess,
}

impl Layered for ExecStream {
    fn abort(&mut self) {
        self.process.terminate();
    }

    fn unacknowledged(&self) -> u64 {
        self.input
            .as_ref()
            .map_or(0, |input| rustix::io::ioctl_fionread(input).unwrap_or(0))
    }

    fn has_failed(&self) -> bool {
        self.process.has_ended()
    }
}

impl AsyncRead for ExecStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.output).poll_read(cx, buf)
    }
}

impl AsyncWrite for ExecStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.input {
            Some(input) => Pin::new(input).poll_write(cx, buf),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.input = None;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests;
