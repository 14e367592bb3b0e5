//! The command line: one definition a flag, from which parser and help derive.

use std::os::fd::RawFd;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, ColorChoice, Parser, Subcommand};

use crate::answer;
use crate::completions::Completions;
use crate::connect::Connect;
use crate::explain::Explain;
use crate::generate::Generate;
use crate::hub::HubVerb;
use crate::listen::Listen;
use crate::output::Output;
use crate::probe::Probe;
use crate::relay::Relay;

/// Does every job that people do with sockets.
#[derive(Debug, Parser)]
#[command(
    name = "sockeye",
    version,
    max_term_width = 100,
    infer_subcommands = false
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) shared: Shared,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Connect(Connect),
    Listen(Listen),
    Relay(Relay),
    Probe(Probe),
    Explain(Explain),
    Completions(Completions),
    #[command(hide = true)]
    Generate(Generate),
    #[command(flatten)]
    Hub(HubVerb),
}

/// Flags that every verb takes.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Shared {
    /// Say nothing but errors.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// Report as JSON, one object a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Tell each step in words, once it has happened.
    #[arg(long, global = true)]
    pub(crate) explain: bool,

    /// Tell each step, in detail.
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,

    /// Colour what is said; auto heeds NO_COLOR.
    #[arg(long, global = true, value_name = "WHEN", default_value_t)]
    pub(crate) color: ColorChoice,

    /// Write `ready` and a newline to this descriptor when ready.
    #[arg(long, global = true, value_name = "N")]
    pub(crate) ready_fd: Option<RawFd>,
}

impl Arguments {
    /// Reads the process's arguments; an error or a help text is printed already.
    pub(crate) fn read() -> Result<Self, ExitCode> {
        Self::try_parse().map_err(|error| {
            let error = explain(error);
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            if error.use_stderr() {
                // Nobody is left to tell when the error's own stream is closed.
                let _ = error.print();
                return ExitCode::from(code);
            }
            match answer::printed(|| error.print()) {
                Ok(()) => ExitCode::from(code),
                Err(error) => Output::default().fail(&error),
            }
        })
    }
}

/// Tells a verb that is to come from a mistake.
fn explain(error: clap::Error) -> clap::Error {
    let is_later = |verb: &str| LATER.contains(&verb);
    match (error.kind(), error.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::InvalidSubcommand, Some(ContextValue::String(verb))) if is_later(verb) => {
            let message = format!("{verb} is not in this version\n");
            clap::Error::raw(ErrorKind::InvalidSubcommand, message)
        }
        _ => error,
    }
}

/// Verbs that are planned.
const LATER: &[&str] = &[
    "chat", "run", "put", "get", "login", "send", "receive", "watch", "trace", "lab", "record",
    "replay", "fault", "bench", "talk", "doctor",
];
