//! `status`: how a running hub is doing, and what an operator does to it.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use sockeye::hub::DataDir;
use sockeye::hub::control::{self, BackendOrder, Reply, Request, SessionRow};
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
    /// Let a backend of the balancers take sessions or not, until it is told otherwise.
    Backend {
        /// Its name in the list, or its endpoint.
        name: String,
        #[command(subcommand)]
        order: Order,
    },
    /// Read the configuration again, as SIGHUP does.
    Reload,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum Order {
    /// It takes sessions.
    Ready,
    /// It keeps the sessions that it has, and takes no more.
    Drain,
    /// It takes no more sessions, and is not checked.
    Maintenance,
    /// It takes another share of the sessions, until its weight in the file is another.
    Weight {
        /// From 0 to 256.
        #[arg(value_parser = clap::value_parser!(u16).range(0..=256))]
        weight: u16,
    },
}

impl Order {
    fn request(self, name: String) -> Request {
        let order = match self {
            Self::Ready => BackendOrder::Ready,
            Self::Drain => BackendOrder::Drain,
            Self::Maintenance => BackendOrder::Maintenance,
            Self::Weight { weight } => return Request::BackendWeight { name, weight },
        };
        Request::BackendOrder { name, order }
    }
}

impl Status {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Error> {
        let plan = self.which.plan()?;
        let request = match &self.action {
            None => Request::Status,
            Some(Action::Sessions) => Request::SessionList,
            Some(Action::Kill { id }) => Request::SessionKill { id: *id },
            Some(Action::Backend { name, order }) => order.request(name.clone()),
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
        to,
    } = row;
    let age_s = age_ms / 1_000;
    let to = to.as_ref().map_or(String::new(), |to| format!(" → {to}"));
    format!("{id:>8}  {service:<8} {peer:<28} {age_s:>7} s  {in_bytes} in, {out_bytes} out{to}")
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
