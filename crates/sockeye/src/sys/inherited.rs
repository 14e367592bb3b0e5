//! Descriptors that the parent process handed over by number.

#![allow(unsafe_code)]

use std::io;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};

use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};

/// Takes over a descriptor that the parent process opened; children do not inherit it.
///
/// Called before anything else opens descriptors, else the number may be one of this process's own.
/// Standard streams are duplicated and stay open.
///
/// # Errors
/// `EBADF` when nothing is open there.
pub(crate) fn take(number: RawFd) -> io::Result<OwnedFd> {
    if number < 0 {
        return Err(rustix::io::Errno::BADF.into());
    }
    // SAFETY: the number is not negative, and the descriptor is used for the one call only, which
    // reports EBADF when it is not open.
    let borrowed = unsafe { BorrowedFd::borrow_raw(number) };
    if number <= STANDARD_LAST {
        return Ok(fcntl_dupfd_cloexec(borrowed, STANDARD_LAST + 1)?);
    }
    fcntl_setfd(borrowed, FdFlags::CLOEXEC)?;
    // SAFETY: the descriptor is open, as fcntl has just shown, and the parent opened it for this
    // process: nothing here owns it yet.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Standard error, the last of the descriptors that every process shares with its libraries.
const STANDARD_LAST: RawFd = 2;
