//! `-`: the process's own standard input and output.
//!
//! They may be shared with other processes, so their flags stay as they are: no O_NONBLOCK. A
//! thread for each direction blocks in the system call instead. Invariants: no byte is taken from
//! standard input unless somebody waits for it; a byte counts as written only once the system call
//! that wrote it has returned. Half-close: standard output is closed.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::stdio::{stdin, stdout};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::lane::{Lane, PIECE_BYTES, until_done};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, words};
use crate::io::{ConnectionInfo, Conversation, Layered, Stream};
use crate::sys::standard;

pub(super) fn connect(endpoint: &Endpoint) -> Result<(Conversation, ConnectionInfo), Error> {
    let failed = |why: &str| Error::new(ErrorKind::LocalRead, "open", endpoint, why);
    if TAKEN.swap(true, Ordering::Relaxed) {
        return Err(failed("standard input and output are in use already"));
    }
    let open = || {
        io::Result::Ok(StdioStream {
            input: Lane::start("stdin", read)?,
            arrived: Vec::new(),
            given: 0,
            output: Lane::start("stdout", write)?,
            broken: None,
        })
    };
    let stream = open().map_err(|error| failed(&words(&error)))?;
    let info = ConnectionInfo {
        peer_text: "-".into(),
        ..ConnectionInfo::default()
    };
    Ok((Conversation::Stream(Stream::layered(stream)), info))
}

/// Standard input and output belong to the process: whoever opens them first has them.
static TAKEN: AtomicBool = AtomicBool::new(false);

#[derive(Debug)]
struct StdioStream {
    input: Lane,
    /// What was read, and how much of it was given on.
    arrived: Vec<u8>,
    given: usize,
    output: Lane,
    /// Why standard output takes no more: nobody is there to go on reading for.
    broken: Option<io::Error>,
}

impl Layered for StdioStream {}

impl AsyncRead for StdioStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(broken) = &self.broken {
            return Poll::Ready(Err(same(broken)));
        }
        if self.given == self.arrived.len() {
            if !self.input.busy {
                self.given = 0;
                let mut buffer = std::mem::take(&mut self.arrived);
                buffer.resize(PIECE_BYTES, 0);
                self.input.begin(buffer);
            }
            let (buffer, count) = ready!(self.input.poll_done(cx));
            self.arrived = buffer;
            self.arrived.truncate(count?);
        }
        let rest = self.arrived.get(self.given..).unwrap_or_default();
        let count = rest.len().min(buf.remaining());
        buf.put_slice(rest.get(..count).unwrap_or_default());
        self.given += count;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for StdioStream {
    /// Hands a copy of `buf` to the thread and completes when that has written it; a caller that
    /// was told to wait calls again with the same bytes.
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !self.output.busy {
            let mut buffer = std::mem::take(&mut self.output.spare);
            buffer.clear();
            buffer.extend_from_slice(buf.get(..PIECE_BYTES).unwrap_or(buf));
            self.output.begin(buffer);
        }
        let (buffer, written) = ready!(self.output.poll_done(cx));
        self.output.spare = buffer;
        self.broken = written.as_ref().err().map(same);
        Poll::Ready(written)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(close_output())
    }
}

/// Makes another error of the same words.
fn same(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

fn read(buffer: &mut [u8]) -> io::Result<usize> {
    until_done(stdin(), PollFlags::IN, |input| {
        rustix::io::read(input, &mut *buffer)
    })
}

fn write(buffer: &mut [u8]) -> io::Result<usize> {
    if standard::output_was_closed() {
        return Err(io::Error::other(CLOSED));
    }
    until_done(stdout(), PollFlags::OUT, |output| {
        rustix::io::write(output, buffer)
    })
}

/// Ends standard output: a socket is shut down, since standard input may be the same one; anything
/// else gives its place to the null device, so that the number does not go to the next open file.
fn close_output() -> io::Result<()> {
    match rustix::net::shutdown(stdout(), rustix::net::Shutdown::Write) {
        Ok(()) | Err(Errno::NOTCONN) => Ok(()),
        Err(_) => {
            let null = std::fs::OpenOptions::new().write(true).open("/dev/null")?;
            Ok(rustix::stdio::dup2_stdout(null)?)
        }
    }
}

/// Why bytes have no place to go: this process was started without one.
const CLOSED: &str = "it was closed when the program started";
