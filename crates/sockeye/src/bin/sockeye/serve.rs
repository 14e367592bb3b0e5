//! `serve`: a hub.

use std::future::pending;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use sockeye::engine::Drained;
use sockeye::hub::{
    self, ConfigSource, HandedOver, Notice, Notices, Plan, Prepared, Retired, ServeOptions,
};
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

    /// When told to stop, let sessions finish for so long [default: 10s]. After another hub has taken
    /// over, so long too, and without this flag until they have ended.
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    drain: Option<Duration>,

    /// Take over from the hub that runs on the data directory: nobody who comes is turned away,
    /// relays live on in the old process, chat clients come again.
    #[arg(long, conflicts_with = "check")]
    takeover: bool,

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
            takeover: self.takeover,
        }
    }

    async fn serve(&self, prepared: Prepared, output: &Output) -> Result<ExitCode, Error> {
        output.print_apart()?;
        let mut signals = Signals::new()?;
        let mut reloads = signal(SignalKind::hangup())
            .map_err(|error| Error::new(ErrorKind::LocalLimits, "start", "signals", error))?;
        let mut hub = prepared.start(notices(output)).await?;
        output.ready()?;
        loop {
            let successor = tokio::select! {
                _ = signals.stop() => break,
                _ = reloads.recv() => match hub.can_reload() {
                    true => {
                        hub.reload().await;
                        continue;
                    }
                    // Its terminal was closed.
                    false => break,
                },
                successor = hub.successor() => successor,
            };
            match hub.hand_over(successor).await? {
                HandedOver::Back(back) => hub = *back,
                HandedOver::Gone(retired) => {
                    self.retire(&retired, &mut signals, output).await;
                    return Ok(ExitCode::SUCCESS);
                }
            }
        }
        let drained = self.drain(&mut signals, |limit| hub.drain(limit)).await;
        say_cut(drained, output);
        hub.close().await;
        Ok(ExitCode::SUCCESS)
    }

    /// Lets sessions finish; a second signal cuts them.
    async fn drain<D: Future<Output = Drained>>(
        &self,
        signals: &mut Signals,
        drain: impl Fn(Duration) -> D,
    ) -> Drained {
        let limit = self.drain.unwrap_or(DRAIN);
        let in_time = tokio::select! {
            drained = drain(limit) => Some(drained),
            _ = signals.stop() => None,
        };
        match in_time {
            Some(drained) => drained,
            None => drain(Duration::ZERO).await,
        }
    }

    /// Carries the sessions that are left to their end, after another process has taken over.
    async fn retire(&self, retired: &Retired, signals: &mut Signals, output: &Output) {
        let sessions = counted(retired.sessions());
        output.note(format_args!("handed over; here {sessions} may finish"));
        let time = async {
            match self.drain {
                Some(limit) => tokio::time::sleep(limit).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = retired.empty() => {}
            () = time => say_cut(retired.drain(Duration::ZERO).await, output),
            _ = signals.stop() => {
                let drained = self.drain(signals, |limit| retired.drain(limit)).await;
                say_cut(drained, output);
            }
        }
    }
}

fn say_cut(drained: Drained, output: &Output) {
    if drained.cut > 0 {
        let (cut, lost) = (drained.cut, drained.bytes_lost);
        output.note(format_args!("cut {}, {lost} bytes lost", counted(cut)));
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

/// How long sessions may finish when the hub is told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// The port of chat without a configuration (IANA: ircu).
const PORT_BASE: u16 = 6667;
