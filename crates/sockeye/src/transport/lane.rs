//! Blocking calls on a thread of their own, one after the other.

use std::io;
use std::task::{Context, Poll, ready};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::BorrowedFd;
use rustix::io::Errno;
use tokio::sync::mpsc;

/// A thread that runs one blocking call after the other, and the way to it.
#[derive(Debug)]
pub(super) struct Lane {
    jobs: mpsc::Sender<Vec<u8>>,
    done: mpsc::Receiver<(Vec<u8>, io::Result<usize>)>,
    pub(super) busy: bool,
    /// The buffer of the last job, for the next one.
    pub(super) spare: Vec<u8>,
}

impl Lane {
    pub(super) fn start(
        name: &str,
        mut call: impl FnMut(&mut [u8]) -> io::Result<usize> + Send + 'static,
    ) -> io::Result<Self> {
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

    pub(super) fn begin(&mut self, buffer: Vec<u8>) {
        // There is room: no job is begun before the last one is done. A thread that is gone shows
        // in `poll_done`.
        let _ = self.jobs.try_send(buffer);
        self.busy = true;
    }

    pub(super) fn poll_done(&mut self, cx: &mut Context<'_>) -> Poll<(Vec<u8>, io::Result<usize>)> {
        let done = ready!(self.done.poll_recv(cx));
        self.busy = false;
        Poll::Ready(done.unwrap_or_else(|| (Vec::new(), Err(io::ErrorKind::BrokenPipe.into()))))
    }
}

/// Runs a call until it is done, also on a descriptor that somebody else made non-blocking.
pub(super) fn until_done(
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

/// What is read or written at once, bytes: what a Linux pipe holds.
pub(super) const PIECE_BYTES: usize = 64 * 1024;
