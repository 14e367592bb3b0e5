//! Descriptors: how many this process may hold, and one kept back for when they run out.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::OnceLock;

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

/// Gives a child the limit that this process began with: programs that walk over all descriptors
/// or use select(2) do not expect a raised one.
#[allow(
    unsafe_code,
    reason = "only between fork and exec can a child's own limit be set"
)]
pub(crate) fn restore_limit_in(command: &mut tokio::process::Command) {
    let Some(limit) = INHERITED.get() else { return };
    if *limit == getrlimit(Resource::Nofile) {
        return;
    }
    // SAFETY: the closure runs in a forked child and makes one system call; it allocates nothing
    // and takes no lock.
    unsafe {
        command.pre_exec(|| Ok(setrlimit(Resource::Nofile, *limit)?));
    }
}

/// The limit before [`raise_limit`] raised it.
pub(crate) static INHERITED: OnceLock<Rlimit> = OnceLock::new();

/// Tells whether an error means that descriptors or kernel memory have run out.
pub(crate) fn ran_out(error: &io::Error) -> bool {
    use rustix::io::Errno;
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
