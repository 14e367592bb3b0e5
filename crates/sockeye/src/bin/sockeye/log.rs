//! The library's log on standard error: warnings, or what `SOCKEYE_LOG` asks for.

use std::io;

use sockeye::{Error, ErrorKind};
use tracing_subscriber::EnvFilter;

use crate::args::Shared;

/// Starts the log.
pub(crate) fn start(flags: &Shared) -> Result<(), Error> {
    let default = if flags.quiet { "error" } else { "warn" };
    let directives = std::env::var(VARIABLE).unwrap_or_else(|_| default.to_owned());
    let filter = EnvFilter::try_new(directives)
        .map_err(|error| Error::new(ErrorKind::ConfigUsage, "start", VARIABLE, error))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    log.without_time().with_target(false).init();
    Ok(())
}

/// Holds directives such as `debug` or `sockeye::engine=trace`.
const VARIABLE: &str = "SOCKEYE_LOG";
