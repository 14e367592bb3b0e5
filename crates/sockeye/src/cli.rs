//! What the program needs of the library and nobody else; outside the promised surface.

use std::fs::File;
use std::os::fd::RawFd;

pub use crate::error::{visible, visible_lines};

use crate::error::{Error, ErrorKind};
use crate::sys::{descriptors, inherited, notify, standard};

/// Raises the descriptor limit and sees to it that a runtime, a listener and some sessions fit.
///
/// # Errors
/// [`ErrorKind::LocalLimits`] when they do not.
pub fn check_descriptors() -> Result<(), Error> {
    match descriptors::raise_limit() {
        few @ ..DESCRIPTORS_MIN => {
            let why =
                format!("the limit is {few} descriptors, and {DESCRIPTORS_MIN} are the least");
            let error = Error::new(ErrorKind::LocalLimits, "start", "", why);
            Err(error.with_hint("raise the hard limit (ulimit -Hn)"))
        }
        _ => Ok(()),
    }
}

/// Takes over the descriptor that `--ready-fd` names.
///
/// # Errors
/// [`ErrorKind::ConfigUsage`] when nothing is open there.
pub fn ready_descriptor(number: RawFd) -> Result<File, Error> {
    inherited::take(number).map(File::from).map_err(|_| {
        let why = format!("descriptor {number} is not open");
        Error::new(ErrorKind::ConfigUsage, "start", "--ready-fd", why)
    })
}

/// Tells whether the process was started without a standard output; `false` where that cannot be known.
pub fn output_was_closed() -> bool {
    standard::output_was_closed()
}

/// Tells the service manager that all is ready, where it asked for that (sd_notify(3)).
///
/// # Errors
/// [`ErrorKind::LocalWrite`] when it does not listen where it said.
pub fn notify_ready() -> Result<(), Error> {
    let Some(path) = std::env::var_os("NOTIFY_SOCKET").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    // The main process may be another one than was started: `serve --takeover` changes it.
    let state = format!("READY=1\nMAINPID={}", std::process::id());
    notify::send(&path, state.as_bytes())
        .map_err(|error| Error::new(ErrorKind::LocalWrite, "start", "NOTIFY_SOCKET", error))
}

/// Descriptors of a program that does anything at all: 3 standard streams, 8 of the runtime and its
/// signals, a reserve, a listener, and the few of a session with a child.
const DESCRIPTORS_MIN: u64 = 24;
