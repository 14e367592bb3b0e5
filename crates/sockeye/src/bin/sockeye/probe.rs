//! `probe`: whether an endpoint answers, or waiting until it does.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use sockeye::endpoint::{Address, Endpoint, Role};
use sockeye::engine::{Engine, EngineLimits, Session};
use sockeye::{Error, ErrorKind};
use tokio::time::{Instant, sleep, timeout_at};

use crate::access::with_process;
use crate::endpoints::{Families, read_time, usage};
use crate::output::Output;
use crate::runtime;
use crate::signals::{self, Signals};
use crate::vocabulary;

/// Ask whether an endpoint answers, or wait until it does.
///
/// Exits with 0 when it does; otherwise with 6 when its name is unknown, 7 when nothing answers
/// there, or 28 when time ran out.
#[derive(Debug, Args)]
#[command(after_long_help = vocabulary::help())]
pub(crate) struct Probe {
    /// What to connect to, with +words after it.
    #[arg(required = true, value_name = "ENDPOINT")]
    words: Vec<String>,

    #[command(flatten)]
    families: Families,

    /// Try again until it answers, for so long [default: try once, for at most 10s].
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    wait: Option<Duration>,
}

impl Probe {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Error> {
        let mut endpoints = self.families.parse("probe", &self.words)?;
        let (Some(endpoint), true) = (endpoints.pop(), endpoints.is_empty()) else {
            return Err(usage("probe", "one endpoint is wanted"));
        };
        endpoint.check(Role::Connect)?;
        if matches!(
            endpoint.address(),
            Address::Stdio | Address::Exec { .. } | Address::Sh { .. }
        ) {
            let why = format!("{} is not asked, it is started", endpoint.address());
            return Err(usage("probe", why));
        }
        runtime::single_thread()?.block_on(self.ask(&endpoint, output))
    }

    async fn ask(&self, endpoint: &Endpoint, output: &Output) -> Result<ExitCode, Error> {
        let mut signals = Signals::new()?;
        let engine = Engine::new(EngineLimits::default())?;
        let began = Instant::now();
        let mut attempts = 0;
        let asked = tokio::select! {
            asked = self.until_it_answers(&engine, endpoint, &mut attempts) => asked,
            kind = signals.stop() => return Ok(signals::exit_code(kind)),
        };
        let took = Took {
            attempts,
            elapsed_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        match asked {
            Ok(session) => {
                let object = took.answered(endpoint, &session);
                output.answer(in_words(endpoint, &session, took), &object)?;
                Ok(ExitCode::SUCCESS)
            }
            Err(error) if output.json => {
                output.answer("", &took.failed(endpoint, &error))?;
                Ok(ExitCode::from(error.kind().exit_code()))
            }
            Err(error) => Err(error),
        }
    }

    /// Connects, again and again where that was asked for.
    async fn until_it_answers(
        &self,
        engine: &Engine,
        endpoint: &Endpoint,
        attempts: &mut u32,
    ) -> Result<Session, Error> {
        let until = self.wait.map(|wait| Instant::now() + wait);
        let mut pause = PAUSE_MIN;
        let mut last = None;
        loop {
            *attempts += 1;
            let limit = Instant::now() + ATTEMPT_TIME_MAX;
            let limit = until.map_or(limit, |until| limit.min(until));
            let error = match timeout_at(limit, engine.connect(endpoint)).await {
                Ok(Ok((_, session))) => return Ok(session),
                Ok(Err(error)) if !error.kind().may_pass() => return Err(error),
                Ok(Err(error)) => error,
                Err(_) => last.take().unwrap_or_else(|| {
                    Error::new(
                        ErrorKind::PeerTimeout,
                        "connect",
                        endpoint,
                        "no answer in time",
                    )
                }),
            };
            let Some(until) = until else {
                return Err(error);
            };
            if Instant::now() + pause >= until {
                let waited = sockeye::endpoint::Value::Duration(self.wait.unwrap_or_default());
                let why = format!("nothing answered within {waited}; last: {error}");
                return Err(Error::new(ErrorKind::PeerTimeout, "probe", endpoint, why));
            }
            last = Some(error);
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }
}

/// What asking took.
#[derive(Debug, Clone, Copy)]
struct Took {
    attempts: u32,
    elapsed_ms: u64,
}

impl Took {
    fn answered(self, endpoint: &Endpoint, session: &Session) -> Value {
        let info = session.info();
        let tried = info.tried.iter();
        let tried =
            tried.map(|(address, why)| json!({"address": address.to_string(), "error": why}));
        let object = json!({
            "event": "probe",
            "endpoint": endpoint.to_string(),
            "answers": true,
            "peer": info.peer_text,
            "tried": tried.collect::<Vec<_>>(),
            "attempts": self.attempts,
            "elapsed_ms": self.elapsed_ms,
        });
        with_process(object, info)
    }

    fn failed(self, endpoint: &Endpoint, error: &Error) -> Value {
        json!({
            "event": "probe",
            "endpoint": endpoint.to_string(),
            "answers": false,
            "error": error.to_string(),
            "hint": error.hint(),
            "exit_code": error.kind().exit_code(),
            "attempts": self.attempts,
            "elapsed_ms": self.elapsed_ms,
        })
    }
}

fn in_words(endpoint: &Endpoint, session: &Session, took: Took) -> String {
    let info = session.info();
    let Took {
        attempts,
        elapsed_ms,
    } = took;
    let mut text = format!("{endpoint} answers ({}", info.who());
    for (address, why) in &info.tried {
        text += &format!("; {address}: {why}");
    }
    let attempts = match attempts {
        1 => String::new(),
        more => format!(", attempt {more}"),
    };
    format!("{text}; {elapsed_ms} ms{attempts})")
}

/// How long one attempt may take: what a person waits for an answer.
const ATTEMPT_TIME_MAX: Duration = Duration::from_secs(10);
/// First and longest pause between two attempts: soon enough for scripts, rare enough for servers.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(1);
