//! `connect`: standard input and output to an endpoint and back.

use std::process::ExitCode;

use clap::Args;
use sockeye::endpoint::Role;
use sockeye::{Error, ErrorKind};

use crate::endpoints::{Families, usage};
use crate::output::Output;

/// Connect standard input and output to an endpoint.
#[derive(Debug, Args)]
pub(crate) struct Connect {
    /// Where to connect: HOST:PORT, PORT, scheme:TEXT …, with +words after it.
    #[arg(required = true, value_name = "ENDPOINT")]
    words: Vec<String>,

    #[command(flatten)]
    families: Families,
}

impl Connect {
    pub(crate) fn run(&self, _output: &Output) -> Result<ExitCode, Error> {
        let mut endpoints = self.families.parse("connect", &self.words)?;
        let (Some(endpoint), true) = (endpoints.pop(), endpoints.is_empty()) else {
            return Err(usage("connect", "one endpoint is wanted"));
        };
        endpoint.check(Role::Connect)?;
        Err(Error::new(
            ErrorKind::ConfigUsage,
            "connect",
            endpoint,
            "not in this version",
        ))
    }
}
