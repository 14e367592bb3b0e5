//! What the program needs of the library and nobody else; outside the promised surface.

use std::fs::File;
use std::os::fd::RawFd;

pub use crate::error::{visible, visible_lines};
pub use crate::sys::standard::output_was_closed;

use crate::error::{Error, ErrorKind};
use crate::sys::{inherited, notify};

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

/// Tells the service manager that all is ready, where it asked for that (sd_notify(3)).
///
/// # Errors
/// [`ErrorKind::LocalWrite`] when it does not listen where it said.
pub fn notify_ready() -> Result<(), Error> {
    let Some(path) = std::env::var_os("NOTIFY_SOCKET").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    notify::send(&path, b"READY=1")
        .map_err(|error| Error::new(ErrorKind::LocalWrite, "start", "NOTIFY_SOCKET", error))
}
