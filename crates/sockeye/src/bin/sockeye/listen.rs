//! `listen`: for every connection accepted at one endpoint, another one or a service.

use std::process::ExitCode;

use clap::Args;
use sockeye::endpoint::Role;
use sockeye::{Error, ErrorKind};

use crate::endpoints::{Families, usage};
use crate::output::Output;

/// Accept connections and join each with another endpoint or a service.
#[derive(Debug, Args)]
pub(crate) struct Listen {
    /// Where to accept, then what to join with (- if left out), each with +words after it.
    #[arg(required = true, value_name = "ENDPOINT")]
    words: Vec<String>,

    #[command(flatten)]
    families: Families,
}

impl Listen {
    pub(crate) fn run(&self, _output: &Output) -> Result<ExitCode, Error> {
        let endpoints = self.families.parse("listen", &self.words)?;
        let [at, served] = &endpoints[..] else {
            return Err(usage("listen", "two endpoints are wanted"));
        };
        at.check(Role::Accept)?;
        served.check(Role::Serve)?;
        Err(Error::new(
            ErrorKind::ConfigUsage,
            "listen",
            at,
            "not in this version",
        ))
    }
}
