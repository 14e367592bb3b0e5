//! The verbs of the hub.

use std::process::ExitCode;

use clap::Subcommand;
use sockeye::Error;

use crate::account::Account;
use crate::audit::Audit;
use crate::backup::Backup;
use crate::ban::Ban;
use crate::output::Output;
use crate::proxy::Proxy;
use crate::serve::Serve;
use crate::status::Status;

/// The verbs of the hub.
#[derive(Debug, Subcommand)]
pub(crate) enum HubVerb {
    Serve(Serve),
    Account(Account),
    Ban(Ban),
    Audit(Audit),
    Status(Status),
    Backup(Backup),
    Proxy(Proxy),
}

impl HubVerb {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Error> {
        match self {
            Self::Serve(serve) => serve.run(output),
            Self::Account(account) => account.run(output),
            Self::Ban(ban) => ban.run(output),
            Self::Audit(audit) => audit.run(output),
            Self::Status(status) => status.run(output),
            Self::Backup(backup) => backup.run(output),
            Self::Proxy(proxy) => proxy.run(output),
        }
    }
}
