//! `connect`: standard input and output to an endpoint and back.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;
use sockeye::endpoint::{Address, Endpoint, Role};
use sockeye::engine::{Engine, EngineLimits, Session};
use sockeye::io::{Ending, RelayReport, RelaySettings, Watch, Way, join};
use sockeye::{Error, ErrorKind};

use crate::endpoints::{Families, usage};
use crate::output::Output;
use crate::runtime;
use crate::show::{Onlooker, Show};
use crate::signals::{self, Signals};
use crate::tally::Tally;
use crate::vocabulary;

/// Connect standard input and output to an endpoint.
#[derive(Debug, Args)]
#[command(after_long_help = vocabulary::help())]
pub(crate) struct Connect {
    /// Where to connect: HOST:PORT, PORT, scheme:TEXT …, with +words after it.
    #[arg(required = true, value_name = "ENDPOINT")]
    words: Vec<String>,

    #[command(flatten)]
    families: Families,

    /// Say at the end how much has moved; SIGUSR1 asks in between.
    #[arg(long)]
    stats: bool,

    #[command(flatten)]
    show: Show,
}

impl Connect {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Error> {
        let mut endpoints = self.families.parse("connect", &self.words)?;
        let (Some(endpoint), true) = (endpoints.pop(), endpoints.is_empty()) else {
            return Err(usage("connect", "one endpoint is wanted"));
        };
        endpoint.check(Role::Connect)?;
        if *endpoint.address() == Address::Stdio {
            return Err(usage(
                "connect",
                "standard input and output are the near side already",
            ));
        }
        runtime::single_thread()?.block_on(self.join(&endpoint, output))
    }

    async fn join(&self, endpoint: &Endpoint, output: &Output) -> Result<ExitCode, Error> {
        let shown = self.show.open(output)?;
        let progress = self.stats && output.shows_progress();
        let mut signals = Signals::new()?.with_progress(progress);
        let engine = Engine::new(EngineLimits {
            session_descriptors: 2,
            ..Default::default()
        })?;
        let tally = Tally::new();
        let answer = |asked| output.moved(asked, tally.stats(&engine));
        let opened = signals.until(engine.connect(endpoint), answer);
        let (far, session) = match opened.await {
            Ok(opened) => opened?,
            Err(kind) => return Ok(signals::exit_code(kind)),
        };
        let (near, _) = engine.open(&near_end(endpoint)?).await?;
        output.tell_ready()?;

        let facts = session.facts();
        let at_terminal = io::stdin().is_terminal();
        let far_end = FarEnd {
            output,
            at_terminal,
            near_ended: AtomicBool::new(false),
            onlooker: shown.watch(session.id(), "-", &session.info().peer_text),
        };
        let settings = RelaySettings {
            idle: endpoint.idle(),
            after_end: (!at_terminal).then_some(AFTER_END),
            watch: Some(&far_end),
            ..RelaySettings::counting(&facts.bytes_out, &facts.bytes_in)
        };
        let mut stopped_by = None;
        let stopped = async {
            let forever = std::future::pending::<()>();
            stopped_by = signals.until(forever, answer).await.err();
        };
        let report = join(near, far, settings, stopped).await;
        let reader_left = report.back.reader_left();
        if !reader_left {
            facts
                .bytes_lost
                .fetch_add(report.bytes_lost(), Ordering::Relaxed);
        }
        // The one exception to the relay invariant: `… | head` has what it wanted.
        let result = match reader_left {
            true => Ok(()),
            false => result_of(report, endpoint),
        };
        let status = match stopped_by {
            Some(kind) => signals::exit_code(kind),
            None if reader_left => ExitCode::SUCCESS,
            None => {
                let status = signals.until(child_status(&session), answer).await;
                status.unwrap_or_else(|kind| Ok(signals::exit_code(kind)))?
            }
        };
        tally.add(&session);
        shown.ended(&session, &endpoint.to_string(), &result);
        drop(session);
        if self.stats {
            output.stats(tally.stats(&engine));
        }
        result.map(|()| status)
    }
}

/// Tells the person at a terminal that only they are left, and lets others look on.
#[derive(Debug)]
struct FarEnd<'a> {
    output: &'a Output,
    at_terminal: bool,
    near_ended: AtomicBool,
    onlooker: Option<Onlooker>,
}

impl Watch for FarEnd<'_> {
    fn sees_bytes(&self) -> bool {
        self.onlooker.as_ref().is_some_and(Watch::sees_bytes)
    }

    fn bytes(&self, way: Way, bytes: &[u8]) {
        if let Some(onlooker) = &self.onlooker {
            onlooker.bytes(way, bytes);
        }
    }

    fn ended(&self, way: Way, ending: &Ending, bytes: u64) {
        if let Some(onlooker) = &self.onlooker {
            onlooker.ended(way, ending, bytes);
        }
        let is_left = match way {
            Way::Forth => {
                self.near_ended.store(true, Ordering::Relaxed);
                false
            }
            Way::Back => matches!(ending, Ending::Eof) && !self.near_ended.load(Ordering::Relaxed),
        };
        if self.at_terminal && is_left {
            let text = "the other side has closed; Ctrl-D ends yours";
            self.output.note(text);
        }
    }
}

/// Returns standard input and output, as lines where the far end has its messages in lines.
fn near_end(far: &Endpoint) -> Result<Endpoint, Error> {
    let has_lines = far.words().iter().any(|word| word.row().name == "line");
    match has_lines {
        true => Ok(Endpoint::parse("- +line")?),
        false => Ok(Address::Stdio.into()),
    }
}

/// Turns an unclean end into an error; what happened on the near side is told apart.
fn result_of(report: RelayReport, endpoint: &Endpoint) -> Result<(), Error> {
    let near = match report.back.ending {
        Ending::SinkFailed(_) => "standard output",
        _ => "standard input",
    };
    let fault = report.local_fault(true, endpoint.address().is_local());
    let result = report.into_result("connect", &near, endpoint);
    result.map_err(|error| error.blamed_on(fault))
}

/// Returns the status of the child process at the far end, once it has ended.
async fn child_status(session: &Session) -> Result<ExitCode, Error> {
    let Some(child) = &session.info().child else {
        return Ok(ExitCode::SUCCESS);
    };
    let peer = &session.info().peer_text;
    let status = child.status().await;
    status
        .map(ExitCode::from)
        .map_err(|error| Error::new(ErrorKind::LocalRead, "connect", peer, error))
}

/// How long the answers to the last message may take, where input is no terminal and the peer cannot
/// say that it has ended.
const AFTER_END: Duration = Duration::from_secs(2);
