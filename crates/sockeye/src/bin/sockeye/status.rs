//! `status`: how a running hub is doing, and what an operator does to it.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use sockeye::hub::DataDir;
use sockeye::hub::control::{self, Reply, Request, SessionRow};
use sockeye::{Error, ErrorKind};

use crate::operator::{self, Which};
use crate::output::Output;

/// Show how a running hub is doing.
#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(subcommand)]
    action: Option<Action>,

    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List all sessions.
    Sessions,
    /// End a session.
    Kill {
        /// Its number in the list.
        id: u64,
    },
    /// Read the configuration again, as SIGHUP does.
    Reload,
}

impl Status {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Error> {
        let plan = self.which.plan()?;
        let request = match self.action {
            None => Request::Status,
            Some(Action::Sessions) => Request::SessionList,
            Some(Action::Kill { id }) => Request::SessionKill { id },
            Some(Action::Reload) => Request::Reload,
        };
        let reply = control::call(&plan.data().control_socket(), &request)?
            .ok_or_else(|| no_hub(plan.data()))?
            .accepted()?;
        operator::print(lines(reply, output.json)?)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn lines(reply: Reply, json: bool) -> Result<Vec<String>, Error> {
    match reply {
        Reply::Status(status) if json => Ok(vec![operator::json(&status)?]),
        Reply::Status(status) => Ok(vec![status.to_string()]),
        Reply::Sessions(rows) if json => rows.iter().map(operator::json).collect(),
        Reply::Sessions(rows) => Ok(rows.iter().map(session).collect()),
        Reply::Changed(changes) if json => Ok(vec![operator::json(&changes)?]),
        Reply::Changed(changes) => Ok(changes),
        _ => Ok(Vec::new()),
    }
}

fn session(row: &SessionRow) -> String {
    let SessionRow {
        id,
        peer,
        service,
        age_ms,
        in_bytes,
        out_bytes,
    } = row;
    let age_s = age_ms / 1_000;
    format!("{id:>8}  {service:<8} {peer:<28} {age_s:>7} s  {in_bytes} in, {out_bytes} out")
}

fn no_hub(data: &DataDir) -> Error {
    let on = data.path().display();
    Error::new(
        ErrorKind::PeerUnreachable,
        "status",
        on,
        "no hub runs on this directory",
    )
    .with_hint("start one with `sockeye serve`, or name its directory with --data DIR")
}
