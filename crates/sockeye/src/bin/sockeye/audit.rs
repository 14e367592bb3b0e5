//! `audit`: who did what to whom on a hub.

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use sockeye::hub::control::{AuditPage, AuditQuery, AuditRow, Reply, Request};
use sockeye::hub::{self, Plan};
use sockeye::{Error, ErrorKind};
use sockeye_proto::irc::ban::span_s;
use sockeye_proto::irc::history::parse_time;

use crate::answer;
use crate::operator::{self, Which};
use crate::output::Output;
use crate::runtime;

/// Show who did what on a hub, running or not: bans, kills, changes of accounts, failed logins.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// From then on: a span before now (30m, 12h, 7d) or a time (2026-01-31T12:00:00.000Z).
    #[arg(long, value_name = "WHEN", value_parser = since)]
    since: Option<u64>,

    /// What this account or nick did.
    #[arg(long, value_name = "NAME")]
    by: Option<String>,

    /// What this account did, and what was done to it.
    #[arg(long, value_name = "NAME")]
    account: Option<String>,

    /// The last so many rows; all with --since, where it is not given.
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    last: Option<u32>,

    /// Go on with what comes, until interrupted.
    #[arg(long)]
    follow: bool,

    #[command(flatten)]
    which: Which,
}

impl Audit {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Error> {
        let plan = self.which.plan()?;
        let mut newest = match (self.last, self.since) {
            (None, Some(_)) => self.show_after(0, &plan, output)?,
            (last, _) => self.show_last(last.unwrap_or(LAST), &plan, output)?,
        };
        if !self.follow {
            return Ok(ExitCode::SUCCESS);
        }
        loop {
            thread::sleep(LOOK_EVERY);
            newest = self.show_after(newest, &plan, output)?;
        }
    }

    /// Prints the last rows; returns the number of the newest.
    fn show_last(&self, rows_max: u32, plan: &Plan, output: &Output) -> Result<u64, Error> {
        let mut all: Vec<AuditRow> = Vec::new();
        while all.len() < rows_max as usize {
            let before = all.first().map(|row| row.id);
            let query = AuditQuery {
                before,
                rows_max: rows_max - all.len() as u32,
                ..self.query()
            };
            let AuditPage { mut rows, more } = ask(plan, query)?;
            rows.append(&mut all);
            all = rows;
            if !more {
                break;
            }
        }
        print(&all, output)?;
        Ok(all.last().map_or(0, |row| row.id))
    }

    /// Prints what comes after a number; returns the number of the newest.
    fn show_after(&self, mut newest: u64, plan: &Plan, output: &Output) -> Result<u64, Error> {
        loop {
            let query = AuditQuery {
                after: Some(newest),
                rows_max: u32::MAX,
                ..self.query()
            };
            let AuditPage { rows, more } = ask(plan, query)?;
            print(&rows, output)?;
            newest = rows.last().map_or(newest, |row| row.id);
            if !more {
                return Ok(newest);
            }
        }
    }

    fn query(&self) -> AuditQuery {
        AuditQuery {
            since_ms: self.since.unwrap_or(0),
            by: self.by.clone(),
            account: self.account.clone(),
            ..AuditQuery::default()
        }
    }
}

fn ask(plan: &Plan, query: AuditQuery) -> Result<AuditPage, Error> {
    let asked = hub::ask_or_do(plan, Request::AuditList { query });
    match runtime::single_thread()?.block_on(asked)?.accepted()? {
        Reply::Audit(page) => Ok(page),
        _ => {
            let cause = "the hub answers something else";
            Err(Error::new(ErrorKind::Internal, "audit", "", cause))
        }
    }
}

fn print(rows: &[AuditRow], output: &Output) -> Result<(), Error> {
    let line = |row: &AuditRow| match output.json {
        true => operator::json(row),
        false => Ok(row.to_string()),
    };
    let lines: Result<Vec<_>, _> = rows.iter().map(line).collect();
    let text = lines?
        .iter()
        .flat_map(|line| [line, "\n"])
        .collect::<String>();
    answer::print(&text)
}

/// Reads a span before now, or a time; returns milliseconds since 1970.
fn since(text: &str) -> Result<u64, String> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(span_s) = span_s(text).filter(|_| !is_number) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now_ms = now.map_or(0, |now| now.as_millis() as u64);
        return Ok(now_ms.saturating_sub(span_s.saturating_mul(1_000)));
    }
    parse_time(text).ok_or_else(|| {
        "a span such as 30m, 12h or 7d, or a time such as 2026-01-31T12:00:00.000Z is expected"
            .to_owned()
    })
}

/// Rows that are shown where nothing else is asked for.
const LAST: u32 = 50;

/// How often it is looked for more.
const LOOK_EVERY: Duration = Duration::from_secs(1);
