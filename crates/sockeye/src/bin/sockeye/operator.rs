//! What `account` and `status` share: which hub is meant, and what is printed of its answers.

use std::path::PathBuf;

use clap::Args;
use sockeye::hub::{Plan, ServeOptions};
use sockeye::{Error, ErrorKind};

use crate::answer;
use crate::serve::source;

/// Which hub is meant.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The hub's data directory [default: the user's data directory].
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,

    /// The hub's configuration, where it names the directory.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Which {
    /// Finds the hub's directory; opens nothing.
    pub(crate) fn plan(&self) -> Result<Plan, Error> {
        Plan::read(ServeOptions {
            config: self.config.clone().map(source),
            data: self.data.clone(),
            ..ServeOptions::default()
        })
    }
}

/// Writes lines to standard output; a reader that has gone away is no error.
pub(crate) fn print(lines: impl IntoIterator<Item = String>) -> Result<(), Error> {
    let lines = lines.into_iter().map(|line| line + "\n");
    answer::print(&lines.collect::<String>())
}

/// Writes a value as one line of JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|e| Error::new(ErrorKind::Internal, "write", "json", e))
}
