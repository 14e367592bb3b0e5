//! What stands in the place of the hub's verbs in a program without its store.

use std::process::ExitCode;

use clap::Subcommand;
use sockeye::Error;

use crate::output::Output;

/// No verb.
#[derive(Debug, Subcommand)]
pub(crate) enum HubVerb {}

impl HubVerb {
    pub(crate) fn run(&self, _: &Output) -> Result<ExitCode, Error> {
        match *self {}
    }
}
