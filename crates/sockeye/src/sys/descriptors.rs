//! Descriptors: how many this process may hold, and one kept back for when they run out.

use std::fs::File;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd, RawFd};
use std::sync::OnceLock;

use rustix::io::{Errno, FdFlags, fcntl_setfd};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the soft descriptor limit to the hard one and returns what then holds.
pub(crate) fn raise_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    INHERITED.get_or_init(|| limit);
    let Rlimit { current, maximum } = limit;
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    let holds = match current != maximum && setrlimit(Resource::Nofile, raised).is_ok() {
        true => maximum,
        false => current,
    };
    holds.unwrap_or(u64::MAX)
}

/// Gives a child its standard streams and no other descriptor, also none that this process inherited,
/// and the limit that this process began with: programs that walk over all descriptors or use
/// select(2) do not expect a raised one.
#[allow(
    unsafe_code,
    reason = "only between fork and exec can a child's own descriptors and limit be set"
)]
pub(crate) fn part_from(command: &mut tokio::process::Command) {
    let raised = getrlimit(Resource::Nofile);
    let limit = INHERITED.get().filter(|limit| **limit != raised);
    // SAFETY: the closure runs in a forked child and makes system calls only; it allocates nothing
    // and takes no lock.
    unsafe {
        command.pre_exec(move || {
            keep_from_child(raised)?;
            match limit {
                Some(limit) => Ok(setrlimit(Resource::Nofile, *limit)?),
                None => Ok(()),
            }
        });
    }
}

/// Marks every descriptor but the standard streams to be closed by exec.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "rustix has no wrapper for close_range(2)")]
fn keep_from_child(limit: Rlimit) -> io::Result<()> {
    // SAFETY: with this flag close_range(2) closes nothing now; it takes three numbers.
    let failed = unsafe {
        let call = libc::SYS_close_range;
        libc::syscall(call, FIRST, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC)
    };
    match failed {
        0 => Ok(()),
        // Before Linux 5.11.
        _ => keep_each_from_child(limit),
    }
}

#[cfg(not(target_os = "linux"))]
fn keep_from_child(limit: Rlimit) -> io::Result<()> {
    keep_each_from_child(limit)
}

#[allow(unsafe_code, reason = "what is open is not known before each is tried")]
fn keep_each_from_child(limit: Rlimit) -> io::Result<()> {
    let end = limit.current.and_then(|soft| RawFd::try_from(soft).ok());
    for number in FIRST..end.unwrap_or(RawFd::MAX) {
        // SAFETY: the descriptor is used for the one call only, which reports when it is not open.
        let borrowed = unsafe { BorrowedFd::borrow_raw(number) };
        match fcntl_setfd(borrowed, FdFlags::CLOEXEC) {
            Ok(()) | Err(Errno::BADF) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The first descriptor after the standard streams.
const FIRST: RawFd = 3;

/// The limit before [`raise_limit`] raised it.
pub(crate) static INHERITED: OnceLock<Rlimit> = OnceLock::new();

/// Tells whether an error means that descriptors or kernel memory have run out.
pub(crate) fn ran_out(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM)
    )
}

/// A descriptor kept back, given up for a moment to take a connection off a full queue.
#[derive(Debug, Default)]
pub(crate) struct Reserve {
    kept: Option<OwnedFd>,
}

impl Reserve {
    /// Takes a descriptor, or none where there is none left.
    pub(crate) fn take() -> Self {
        Self {
            kept: File::open("/dev/null").ok().map(OwnedFd::from),
        }
    }

    /// Tells whether there is one.
    pub(crate) fn is_kept(&self) -> bool {
        self.kept.is_some()
    }

    /// Gives the descriptor up; `false` when there was none.
    pub(crate) fn give_up(&mut self) -> bool {
        self.kept.take().is_some()
    }
}
