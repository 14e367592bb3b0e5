//! What was asked for, on standard output.

use std::io::{self, Write};

use sockeye::{Error, ErrorKind, cli};

/// Writes text to standard output; a reader that has gone away is no error.
///
/// # Errors
/// [`ErrorKind::LocalWrite`] when it does not arrive there, also where there is no standard output.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    printed(|| io::stdout().write_all(text.as_bytes()))
}

/// Does the same with whatever writes to standard output.
pub(crate) fn printed(write: impl FnOnce() -> io::Result<()>) -> Result<(), Error> {
    let written = match cli::output_was_closed() {
        true => Err(io::Error::other("it was closed when the program started")),
        false => write().and_then(|()| io::stdout().flush()),
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let on = "standard output";
            Err(Error::new(ErrorKind::LocalWrite, "write", on, error))
        }
        _ => Ok(()),
    }
}
