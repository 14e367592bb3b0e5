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
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::BorrowedFd;
use rustix::io::Errno;
use rustix::stdio::{stdin, stdout};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;

use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, words};
use crate::io::{ConnectionInfo, Conversation, Layered, Stream};

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
            broken: false,
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
    /// Whether standard output takes no more: nobody is there to go on reading for.
    broken: bool,
}

impl Layered for StdioStream {}

impl AsyncRead for StdioStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.broken {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
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
        self.broken = written.is_err();
        Poll::Ready(written)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(close_output())
    }
}

/// A thread that runs one blocking call after the other, and the way to it.
#[derive(Debug)]
struct Lane {
    jobs: mpsc::Sender<Vec<u8>>,
    done: mpsc::Receiver<(Vec<u8>, io::Result<usize>)>,
    busy: bool,
    /// The buffer of the last job, for the next one.
    spare: Vec<u8>,
}

impl Lane {
    fn start(name: &str, call: fn(&mut [u8]) -> io::Result<usize>) -> io::Result<Self> {
        let (jobs, mut waiting) = mpsc::channel::<Vec<u8>>(1);
        let (finished, done) = mpsc::channel(1);
        thread::Builder::new().name(name.into()).spawn(move || {
            while let Some(mut buffer) = waiting.blocking_recv() {
                let result = call(&mut buffer);
                if finished.blocking_send((buffer, result)).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self {
            jobs,
            done,
            busy: false,
            spare: Vec::new(),
        })
    }

    fn begin(&mut self, buffer: Vec<u8>) {
        // There is room: no job is begun before the last one is done. A thread that is gone shows
        // in `poll_done`.
        let _ = self.jobs.try_send(buffer);
        self.busy = true;
    }

    fn poll_done(&mut self, cx: &mut Context<'_>) -> Poll<(Vec<u8>, io::Result<usize>)> {
        let done = ready!(self.done.poll_recv(cx));
        self.busy = false;
        Poll::Ready(done.unwrap_or_else(|| (Vec::new(), Err(io::ErrorKind::BrokenPipe.into()))))
    }
}

fn read(buffer: &mut [u8]) -> io::Result<usize> {
    until_done(stdin(), PollFlags::IN, |input| {
        rustix::io::read(input, &mut *buffer)
    })
}

fn write(buffer: &mut [u8]) -> io::Result<usize> {
    until_done(stdout(), PollFlags::OUT, |output| {
        rustix::io::write(output, buffer)
    })
}

/// Runs a call until it is done, also on a descriptor that somebody else made non-blocking.
fn until_done(
    descriptor: BorrowedFd<'_>,
    ready: PollFlags,
    mut call: impl FnMut(BorrowedFd<'_>) -> rustix::io::Result<usize>,
) -> io::Result<usize> {
    loop {
        match call(descriptor) {
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                poll(&mut [PollFd::from_borrowed_fd(descriptor, ready)], None)?;
            }
            other => return Ok(other?),
        }
    }
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

/// What is read or written at once, bytes: what a Linux pipe holds.
const PIECE_BYTES: usize = 64 * 1024;
