//! Descriptors that the parent process handed over, by number or by name.

#![allow(unsafe_code)]

use std::io;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::{Mutex, PoisonError};

use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_getfd, fcntl_setfd};

/// Takes over a descriptor that the parent process opened; children do not inherit it.
///
/// What this process opens itself is closed when another program is run in it (FD_CLOEXEC), and what
/// it inherits is not: so each is taken once, and none that is its own already. Standard streams are
/// duplicated and stay open.
///
/// # Errors
/// `EBADF` when nothing is open there, `EBUSY` when it is this process's own already.
pub(crate) fn take(number: RawFd) -> io::Result<OwnedFd> {
    if number < 0 {
        return Err(rustix::io::Errno::BADF.into());
    }
    let _one_at_a_time = TAKING.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: the number is not negative, and the descriptor is used for these calls only, which
    // report EBADF when it is not open.
    let borrowed = unsafe { BorrowedFd::borrow_raw(number) };
    if number <= STANDARD_LAST {
        return Ok(fcntl_dupfd_cloexec(borrowed, STANDARD_LAST + 1)?);
    }
    if fcntl_getfd(borrowed)?.contains(FdFlags::CLOEXEC) {
        return Err(rustix::io::Errno::BUSY.into());
    }
    fcntl_setfd(borrowed, FdFlags::CLOEXEC)?;
    // SAFETY: the descriptor is open, as fcntl has just shown, and the parent opened it for this
    // process: nothing here owns it yet.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Returns the numbers of the descriptors that the service manager handed over by this name, and
/// whether it handed over any at all (sd_listen_fds(3)).
pub(crate) fn named(name: &str) -> (Vec<RawFd>, bool) {
    let [pid, count, names] = ACTIVATION.map(|key| std::env::var(key).unwrap_or_default());
    // They are meant for this process and not for one that it was started by.
    let ours = pid.parse() == Ok(std::process::id());
    let count = count.parse().ok().filter(|_| ours).unwrap_or(0);
    let each = names.split(':').take(count).zip(STANDARD_LAST + 1..);
    let numbers = each
        .filter(|(its, _)| *its == name)
        .map(|(_, number)| number);
    (numbers.collect(), count > 0)
}

/// What tells a process about descriptors that are handed over to it, and no child of it
/// (sd_listen_fds(3)).
pub(crate) const ACTIVATION: [&str; 3] = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];

/// Held from the look at a descriptor until it is taken.
static TAKING: Mutex<()> = Mutex::new(());
/// Standard error, the last of the descriptors that every process shares with its libraries.
const STANDARD_LAST: RawFd = 2;
