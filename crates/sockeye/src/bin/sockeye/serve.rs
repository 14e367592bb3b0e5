//! `serve`: a hub.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use sockeye::hub::{self, ConfigSource, Hub, Notice, Notices, Plan, Prepared, ServeOptions};
use sockeye::{Error, ErrorKind};
use tokio::signal::unix::{SignalKind, signal};

use crate::answer;
use crate::endpoints::read_time;
use crate::output::Output;
use crate::runtime;
use crate::signals::Signals;

/// Run a hub: one process that serves many people, with accounts and a store.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The configuration, - for standard input; without one: all that is in this version, for this
    /// machine only.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Where the hub keeps what it knows [default: the user's data directory].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Without a configuration: the first port; 0 lets the system choose.
    #[arg(long, value_name = "N", default_value_t = PORT_BASE, conflicts_with = "config")]
    port_base: u16,

    /// When told to stop, let sessions finish for so long.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = read_time)]
    drain: Duration,

    /// Check the configuration and open nothing.
    #[arg(long)]
    check: bool,

    /// Print a configuration to start from.
    #[arg(long, exclusive = true)]
    example_config: bool,
}

impl Serve {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Error> {
        if self.example_config {
            return print_example();
        }
        let plan = Plan::read(self.options())?;
        plan.check()?;
        if self.check {
            let listeners = plan.config().listen.len();
            output.note(format_args!(
                "the configuration is valid: {listeners} listeners"
            ));
            return Ok(ExitCode::SUCCESS);
        }
        // Everything that must come before the first thread happens in here.
        let prepared = hub::prepare(plan)?;
        runtime::multi_thread()?.block_on(self.serve(prepared, output))
    }

    fn options(&self) -> ServeOptions {
        ServeOptions {
            config: self.config.clone().map(source),
            data: self.data.clone(),
            port_base: self.port_base,
        }
    }

    async fn serve(&self, prepared: Prepared, output: &Output) -> Result<ExitCode, Error> {
        output.print_apart()?;
        let mut signals = Signals::new()?;
        let mut reloads = signal(SignalKind::hangup())
            .map_err(|error| Error::new(ErrorKind::LocalLimits, "start", "signals", error))?;
        let hub = prepared.start(notices(output)).await?;
        output.ready()?;
        loop {
            tokio::select! {
                _ = signals.stop() => break,
                _ = reloads.recv() => match hub.can_reload() {
                    true => hub.reload().await,
                    // Its terminal was closed.
                    false => break,
                },
            }
        }
        self.stop(hub, &mut signals, output).await;
        Ok(ExitCode::SUCCESS)
    }

    /// Lets sessions finish; a second signal cuts them.
    async fn stop(&self, hub: Hub, signals: &mut Signals, output: &Output) {
        let in_time = tokio::select! {
            drained = hub.drain(self.drain) => Some(drained),
            _ = signals.stop() => None,
        };
        let drained = match in_time {
            Some(drained) => drained,
            None => hub.drain(Duration::ZERO).await,
        };
        if drained.cut > 0 {
            let (cut, lost) = (drained.cut, drained.bytes_lost);
            output.note(format_args!("cut {}, {lost} bytes lost", counted(cut)));
        }
        hub.close().await;
    }
}

/// Returns the configuration that `--config` names.
pub(crate) fn source(path: PathBuf) -> ConfigSource {
    match path.as_os_str() == "-" {
        true => ConfigSource::Stdin,
        false => ConfigSource::File(path),
    }
}

fn print_example() -> Result<ExitCode, Error> {
    answer::print(&hub::config::example())?;
    Ok(ExitCode::SUCCESS)
}

/// Prints what the hub says.
fn notices(output: &Output) -> Notices {
    let output = output.clone();
    Notices::to(move |notice| match notice {
        Notice::Listening { address, layers } => output.listening(&address, &layers),
        Notice::Note(text) => output.note(text),
        Notice::Page(page) => {
            let text = page.to_string();
            output.report(&text, json!({"event": "page", "text": text}));
        }
        Notice::Reloaded(changes) => {
            changes.iter().for_each(|change| output.note(change));
            output.report("reloaded", json!({"event": "reloaded", "changes": changes}));
        }
        Notice::Kept(error) => {
            output.error(&error);
            let text = "the running configuration is kept";
            output.report(text, json!({"event": "kept", "error": error.to_string()}));
        }
        Notice::Draining { sessions } => {
            let text = format!("stopping: {} may finish", counted(sessions));
            output.report(text, json!({"event": "draining", "sessions": sessions}));
        }
        _ => {}
    })
}

fn counted(sessions: usize) -> String {
    match sessions {
        1 => "1 session".into(),
        many => format!("{many} sessions"),
    }
}

/// The port of chat without a configuration (IANA: ircu).
const PORT_BASE: u16 = 6667;
