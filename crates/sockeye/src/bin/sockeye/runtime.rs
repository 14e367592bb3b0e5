//! The two runtimes: one thread for one conversation, all cores for many.

use std::io;

use sockeye::{Error, ErrorKind};
use tokio::runtime::{Builder, Runtime};

/// Starts the runtime of verbs that carry one conversation; it starts no thread.
pub(crate) fn single_thread() -> Result<Runtime, Error> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(no_runtime)
}

/// Starts the runtime of verbs that serve many.
pub(crate) fn multi_thread() -> Result<Runtime, Error> {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(no_runtime)
}

fn no_runtime(error: io::Error) -> Error {
    Error::new(ErrorKind::LocalLimits, "start", "", error)
}
