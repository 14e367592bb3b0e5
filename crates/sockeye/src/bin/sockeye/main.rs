//! The `sockeye` program.
//!
//! It reads as one page: arguments in, one verb, one exit code out. Nothing starts a thread before
//! the verb does.

mod access;
#[cfg(feature = "sqlite")]
mod account;
mod answer;
mod args;
#[cfg(feature = "sqlite")]
mod audit;
#[cfg(feature = "sqlite")]
mod backup;
#[cfg(feature = "sqlite")]
mod ban;
mod completions;
mod connect;
mod door;
mod endpoints;
mod explain;
#[cfg(feature = "sqlite")]
mod fingerprint;
mod generate;
#[cfg(feature = "sqlite")]
mod hub;
#[cfg(not(feature = "sqlite"))]
#[path = "no_hub.rs"]
mod hub;
mod listen;
mod log;
#[cfg(feature = "sqlite")]
mod operator;
mod output;
#[cfg(feature = "sqlite")]
mod password;
mod printer;
mod probe;
#[cfg(feature = "sqlite")]
mod proxy;
mod reference;
mod relay;
mod runtime;
#[cfg(feature = "sqlite")]
mod serve;
mod show;
mod signals;
mod single;
#[cfg(feature = "sqlite")]
mod status;
mod tally;
mod turns;
mod vocabulary;

use std::process::ExitCode;

use args::{Arguments, Verb};
use output::Output;
use sockeye::{Error, ErrorKind};

fn main() -> ExitCode {
    let arguments = match Arguments::read() {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    let output = match Output::new(&arguments.shared) {
        Ok(output) => output,
        Err(error) => return Output::default().fail(&error),
    };
    let exit =
        match log::start(&arguments.shared, &output).and_then(|()| run(&arguments.verb, &output)) {
            Ok(exit) => exit,
            // What a child process had to say, it has said itself.
            Err(error) if matches!(error.kind(), ErrorKind::ChildStatus(_)) => {
                ExitCode::from(error.kind().exit_code())
            }
            Err(error) => output.fail(&error),
        };
    output.finish();
    exit
}

fn run(verb: &Verb, output: &Output) -> Result<ExitCode, Error> {
    match verb {
        Verb::Connect(connect) => connect.run(output),
        Verb::Listen(listen) => listen.run(output),
        Verb::Relay(relay) => relay.run(output),
        Verb::Probe(probe) => probe.run(output),
        Verb::Explain(explain) => explain.run(output),
        Verb::Completions(completions) => completions.run(),
        Verb::Generate(generate) => generate.run(),
        Verb::Hub(verb) => verb.run(output),
    }
}
