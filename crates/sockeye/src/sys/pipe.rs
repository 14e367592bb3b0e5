//! Pipes that carry bytes between sockets inside the kernel (splice(2)).

use std::io;
use std::os::fd::BorrowedFd;

#[cfg(target_os = "linux")]
pub(crate) use linux::Pipe;
#[cfg(not(target_os = "linux"))]
pub(crate) use none::Pipe;

#[cfg(target_os = "linux")]
mod linux {
    use super::{BorrowedFd, io};
    use std::os::fd::OwnedFd;

    use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, splice};

    /// A pipe whose two ends this process holds.
    #[derive(Debug)]
    pub(crate) struct Pipe {
        read: OwnedFd,
        write: OwnedFd,
    }

    impl Pipe {
        /// Makes a pipe that holds `size` bytes.
        ///
        /// # Errors
        /// No descriptor left, or the user's share of pipe memory is used up (pipe(7)).
        pub(crate) fn new(size: usize) -> io::Result<Self> {
            let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
            fcntl_setpipe_size(&write, size)?;
            Ok(Self { read, write })
        }

        /// Moves up to `len` bytes from `socket` into the pipe; 0 is the end of the stream.
        pub(crate) fn fill(&self, socket: BorrowedFd<'_>, len: usize) -> io::Result<usize> {
            Ok(splice(socket, None, &self.write, None, len, FLAGS)?)
        }

        /// Moves up to `len` bytes from the pipe into `socket`.
        pub(crate) fn drain(&self, socket: BorrowedFd<'_>, len: usize) -> io::Result<usize> {
            Ok(splice(&self.read, None, socket, None, len, FLAGS)?)
        }
    }

    const FLAGS: SpliceFlags = SpliceFlags::MOVE.union(SpliceFlags::NONBLOCK);
}

#[cfg(not(target_os = "linux"))]
mod none {
    use super::{BorrowedFd, io};

    /// No pipe: this system has no splice(2), so none is ever made.
    #[derive(Debug)]
    pub(crate) enum Pipe {}

    impl Pipe {
        pub(crate) fn new(_size: usize) -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(crate) fn fill(&self, _socket: BorrowedFd<'_>, _len: usize) -> io::Result<usize> {
            match *self {}
        }

        pub(crate) fn drain(&self, _socket: BorrowedFd<'_>, _len: usize) -> io::Result<usize> {
            match *self {}
        }
    }
}
