//! Signals as a run sees them.

use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use sockeye::{Error, ErrorKind};
use tokio::signal::unix::{self, SignalKind};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// The signals that a run listens to.
#[derive(Debug)]
pub(crate) struct Signals {
    terminate: unix::Signal,
    interrupt: unix::Signal,
    report: unix::Signal,
    /// Comes each second where progress is shown.
    tick: Option<Interval>,
}

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// SIGTERM or SIGINT: come to an end.
    Stop(SignalKind),
    /// SIGUSR1: say how it stands.
    Report,
    /// A moment has passed: show how far it is.
    Progress,
}

impl Signals {
    /// Starts listening; called inside a runtime.
    pub(crate) fn new() -> Result<Self, Error> {
        let listen = |kind| {
            unix::signal(kind)
                .map_err(|error| Error::new(ErrorKind::LocalLimits, "start", "signals", error))
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            report: listen(SignalKind::user_defined1())?,
            tick: None,
        })
    }

    /// Asks for progress now and then, if `wanted`.
    pub(crate) fn with_progress(mut self, wanted: bool) -> Self {
        self.tick = wanted.then(|| {
            let mut tick = interval_at(Instant::now() + PROGRESS_EVERY, PROGRESS_EVERY);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            tick
        });
        self
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::Stop(SignalKind::terminate()),
            _ = self.interrupt.recv() => Asked::Stop(SignalKind::interrupt()),
            _ = self.report.recv() => Asked::Report,
            () = passed(&mut self.tick) => Asked::Progress,
        }
    }

    /// Waits for `future`; a signal that asks to stop comes first and is the error. `answer` is given
    /// what else is asked for meanwhile.
    pub(crate) async fn until<T>(
        &mut self,
        future: impl Future<Output = T>,
        answer: impl Fn(Asked),
    ) -> Result<T, SignalKind> {
        let mut future = pin!(future);
        loop {
            tokio::select! {
                done = &mut future => return Ok(done),
                asked = self.next() => match asked {
                    Asked::Stop(kind) => return Err(kind),
                    other => answer(other),
                },
            }
        }
    }

    /// Waits for the next signal that asks to stop.
    pub(crate) async fn stop(&mut self) -> SignalKind {
        loop {
            if let Asked::Stop(kind) = self.next().await {
                return kind;
            }
        }
    }
}

/// Waits for the next moment; for ever where none is wanted.
async fn passed(tick: &mut Option<Interval>) {
    match tick {
        Some(tick) => drop(tick.tick().await),
        None => std::future::pending().await,
    }
}

/// Returns what a shell shows for a process that a signal ended.
pub(crate) fn exit_code(kind: SignalKind) -> ExitCode {
    ExitCode::from(u8::try_from(128 + kind.as_raw_value()).unwrap_or(u8::MAX))
}

/// How often progress is shown.
const PROGRESS_EVERY: Duration = Duration::from_secs(1);
