//! `backup`: a copy of what a hub keeps, in one file.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use sockeye::{Error, ErrorKind, hub};

use crate::operator::{self, Which};
use crate::output::Output;

/// Copy what a hub keeps into one file, while it runs or not.
///
/// The file holds all of one moment: accounts, bans, channels, history. It is there once it is whole
/// and on the disk, and for its owner alone. To go back to it, stop the hub, remove `sockeye.db-wal`
/// and `sockeye.db-shm` from its data directory, and put the file there in the place of `sockeye.db`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to write.
    #[arg(value_name = "FILE")]
    to: PathBuf,

    /// Put it in the place of a file that is there.
    #[arg(long)]
    replace: bool,

    #[command(flatten)]
    which: Which,
}

impl Backup {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Error> {
        if self.to.as_os_str() == "-" {
            let cause = "a backup is written to a file, not to standard output";
            return Err(Error::new(ErrorKind::ConfigUsage, "write", "-", cause));
        }
        let bytes = hub::back_up(&self.which.plan()?, &self.to, self.replace)?;
        let file = self.to.display().to_string();
        match output.json {
            true => {
                let written = serde_json::json!({ "file": file, "bytes": bytes });
                operator::print([operator::json(&written)?])?;
            }
            false => output.note(format_args!("{file} holds all of it, {bytes} bytes")),
        }
        Ok(ExitCode::SUCCESS)
    }
}
