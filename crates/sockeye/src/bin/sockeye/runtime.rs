//! The two runtimes: one thread for one conversation, all cores for many.

use std::io;

use rustix::process::Signal;
use sockeye::{Error, ErrorKind, cli};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

/// Starts the runtime of verbs that carry one conversation; it starts no thread.
pub(crate) fn single_thread() -> Result<Runtime, Error> {
    prepared(&mut Builder::new_current_thread())
}

/// Starts the runtime of verbs that serve many.
pub(crate) fn multi_thread() -> Result<Runtime, Error> {
    prepared(&mut Builder::new_multi_thread())
}

fn prepared(builder: &mut Builder) -> Result<Runtime, Error> {
    // The runtime itself panics where it lacks one.
    cli::check_descriptors()?;
    let runtime = builder.enable_all().build().map_err(no_runtime)?;
    let context = runtime.enter();
    // A file that may not grow is an error where it is written to, not the end of all sessions; a
    // child gets the signal's default back.
    drop(signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).map_err(no_runtime)?);
    drop(context);
    Ok(runtime)
}

fn no_runtime(error: io::Error) -> Error {
    Error::new(ErrorKind::LocalLimits, "start", "", error)
}
