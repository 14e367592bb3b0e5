//! `ban`: who may not use a hub.

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand};
use sockeye::Error;
use sockeye::hub;
use sockeye::hub::control::{BanPage, BanRow, Reply, Request};
use sockeye_proto::irc::ban::span_s;

use crate::operator::{self, Which};
use crate::output::Output;
use crate::runtime;

/// Keep somebody out of a hub, running or not.
#[derive(Debug, Args)]
pub(crate) struct Ban {
    #[command(subcommand)]
    action: Action,

    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Ban; who is connected has to go.
    Add {
        /// An address, a network (203.0.113.0/24), account:NAME, or a mask (nick!user@host).
        target: String,
        /// For how long: 30m, 12h, 7d; without it until it is removed.
        #[arg(long = "for", value_name = "SPAN", value_parser = span)]
        span_s: Option<u64>,
        /// What they are told.
        #[arg(long, value_name = "TEXT", default_value = "No reason given")]
        reason: String,
    },
    /// List the bans that hold.
    List,
    /// Take a ban back.
    Remove {
        /// As it was given, or as `list` shows it.
        target: String,
    },
}

impl Ban {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Error> {
        let plan = self.which.plan()?;
        let mut request = self.action.request();
        loop {
            let reply = runtime::single_thread()?.block_on(hub::ask_or_do(&plan, request))?;
            let Reply::Bans(BanPage { rows, more }) = reply.accepted()? else {
                output.note(self.action.done());
                return Ok(ExitCode::SUCCESS);
            };
            let line = |row: &BanRow| match output.json {
                true => operator::json(row),
                false => Ok(line(row)),
            };
            let lines: Result<Vec<_>, _> = rows.iter().map(line).collect();
            operator::print(lines?)?;
            match rows.last().filter(|_| more) {
                Some(last) => {
                    request = Request::BanList {
                        after: Some(last.place()),
                    }
                }
                None => return Ok(ExitCode::SUCCESS),
            }
        }
    }
}

impl Action {
    fn request(&self) -> Request {
        match self {
            Self::List => Request::BanList { after: None },
            Self::Add {
                target,
                span_s,
                reason,
            } => Request::BanAdd {
                target: target.clone(),
                span_s: *span_s,
                reason: reason.clone(),
            },
            Self::Remove { target } => Request::BanRemove {
                target: target.clone(),
            },
        }
    }

    fn done(&self) -> String {
        match self {
            Self::List => "no bans".to_owned(),
            Self::Add { target, .. } => format!("{target} is banned"),
            Self::Remove { target } => format!("{target} is not banned any more"),
        }
    }
}

fn span(text: &str) -> Result<u64, String> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let read = if is_number { None } else { span_s(text) };
    read.ok_or_else(|| "a span such as 30m, 12h or 7d is expected".to_owned())
}

fn line(row: &BanRow) -> String {
    let BanRow {
        target,
        reason,
        by,
        expires_ms,
        ..
    } = row;
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let now_ms = since_1970.map_or(0, |now| now.as_millis() as u64);
    let left = match expires_ms {
        Some(expires_ms) => format!("{} min", expires_ms.saturating_sub(now_ms).div_ceil(60_000)),
        None => "for good".to_owned(),
    };
    format!("{target:<40} {left:>12}  by {by}: {reason}")
}
