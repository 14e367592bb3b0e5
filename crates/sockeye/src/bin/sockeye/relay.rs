//! `relay`: two endpoints joined, each of them opened or waited for.

use std::process::ExitCode;

use clap::Args;
use sockeye::endpoint::{Address, Endpoint, Role};
use sockeye::engine::{Engine, EngineLimits};
use sockeye::io::{ChildProcess, RelaySettings, Watch, join};
use sockeye::{Error, ErrorKind};
use tokio::signal::unix::SignalKind;
use tokio::time::{Duration, Instant};

use crate::access::Entry;
use crate::door::{Door, Guest};
use crate::endpoints::{Families, usage};
use crate::output::Output;
use crate::runtime;
use crate::show::{Show, Shown};
use crate::signals::{self, Asked, Signals};
use crate::tally::Tally;
use crate::vocabulary;

/// Join two endpoints; one whose scheme ends in -l (tcp-l://) waits for a connection.
#[derive(Debug, Args)]
#[command(after_long_help = vocabulary::help())]
pub(crate) struct Relay {
    /// The two endpoints, each with +words after it.
    #[arg(required = true, value_name = "ENDPOINT")]
    words: Vec<String>,

    #[command(flatten)]
    families: Families,

    /// When the two have ended, wait for the next ones.
    #[arg(long)]
    keep: bool,

    /// Say at the end how much has moved; SIGUSR1 asks in between.
    #[arg(long)]
    stats: bool,

    #[command(flatten)]
    show: Show,
}

impl Relay {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Error> {
        let endpoints = self.families.parse("relay", &self.words)?;
        let [a, b] = endpoints.as_slice() else {
            return Err(usage("relay", "two endpoints are wanted"));
        };
        for endpoint in [a, b] {
            endpoint.check(match endpoint.is_listening() {
                true => Role::Accept,
                false => Role::Connect,
            })?;
        }
        a.check_serving(b)?;
        if [a, b].map(Endpoint::address) == [&Address::Stdio; 2] {
            return Err(usage(
                "relay",
                "standard input and output cannot be both ends",
            ));
        }
        if self.keep && !a.is_listening() && !b.is_listening() {
            return Err(usage("relay", "--keep has no effect: neither end waits")
                .with_hint("a scheme that ends in -l waits for a connection: tcp-l://:9000"));
        }
        runtime::single_thread()?.block_on(self.join(a, b, output))
    }

    async fn join(&self, a: &Endpoint, b: &Endpoint, output: &Output) -> Result<ExitCode, Error> {
        let shown = self.show.open(output)?;
        let progress = self.stats && output.shows_progress();
        let mut signals = Signals::new()?.with_progress(progress);
        let engine = Engine::new(EngineLimits {
            session_descriptors: 2,
            ..Default::default()
        })?;
        let (mut a, mut b) = (Side::of(&engine, a).await?, Side::of(&engine, b).await?);
        for side in [&a, &b] {
            side.announce(output);
        }
        output.ready()?;
        let run = Run {
            engine,
            tally: Tally::new(),
            output,
            shown,
        };
        let ended = loop {
            let met = run.stoppable(&mut signals, meet(&run.engine, &mut a, &mut b));
            let pair = match met.await {
                Ok(pair) => pair,
                Err(kind) => break Ok(signals::exit_code(kind)),
            };
            if !self.keep {
                for side in [&a, &b] {
                    side.close();
                }
            }
            let ended = match pair {
                Ok((near, far)) => run.pass(near, far, &mut signals).await,
                Err(error) => Err(error),
            };
            match ended {
                Ok(Some(stopped)) => break Ok(signals::exit_code(stopped)),
                ended if !self.keep => break ended.map(|_| ExitCode::SUCCESS),
                Ok(None) => {}
                Err(error) => output.error(&error),
            }
        };
        if self.stats {
            output.stats(run.tally.own_stats());
        }
        run.engine.drain(Duration::ZERO).await;
        ended
    }
}

/// What is going on between `ready` and the end.
struct Run<'a> {
    engine: Engine,
    tally: Tally,
    output: &'a Output,
    shown: Shown,
}

impl Run<'_> {
    /// Waits for `future`; a signal that asks to stop comes first and is the error.
    async fn stoppable<T>(
        &self,
        signals: &mut Signals,
        future: impl Future<Output = T>,
    ) -> Result<T, SignalKind> {
        let mut future = std::pin::pin!(future);
        loop {
            tokio::select! {
                done = &mut future => return Ok(done),
                asked = signals.next() => match asked {
                    Asked::Report => self.output.stats(self.tally.own_stats()),
                    Asked::Progress => self.output.progress(self.tally.own_stats()),
                    Asked::Stop(kind) => return Err(kind),
                },
            }
        }
    }

    /// Relays between the two until they have ended or a signal says so, which is returned.
    async fn pass(
        &self,
        near: Guest,
        far: Guest,
        signals: &mut Signals,
    ) -> Result<Option<SignalKind>, Error> {
        let names = [&near, &far].map(|guest| guest.info.peer_text.clone());
        let peer = near.info.clone();
        let children = [&near, &far].map(|guest| guest.info.child.clone());
        let number = self.tally.own_stats().sessions() + 1;
        let onlooker = self.shown.watch(number, &names[0], &names[1]);
        let settings = RelaySettings {
            idle: [near.idle, far.idle].into_iter().flatten().min(),
            watch: onlooker.as_ref().map(|onlooker| onlooker as &dyn Watch),
            ..RelaySettings::counting(self.tally.bytes_in(), self.tally.bytes_out())
        };
        let mut stopped = None;
        let cut = async {
            let forever = std::future::pending::<()>();
            stopped = self.stoppable(signals, forever).await.err();
        };
        let (_open, began) = (self.tally.began(), Instant::now());
        let report = join(near.conversation, far.conversation, settings, cut).await;
        let is_output = names.each_ref().map(|name| name == "-");
        let reader_left =
            is_output[0] && report.back.reader_left() || is_output[1] && report.forth.reader_left();
        let (bytes_in, bytes_out) = (report.forth.bytes_read, report.back.bytes_written);
        // The one exception to the relay invariant: `… | head` has what it wanted.
        let (bytes_lost, result) = match reader_left {
            true => (0, Ok(())),
            false => (
                report.bytes_lost(),
                report.into_result("relay", &names[0], &names[1]),
            ),
        };
        self.tally.lost(bytes_lost);
        if let Some(log) = self.shown.log() {
            log.write(&Entry {
                peer: &peer,
                to: &names[1],
                bytes_in,
                bytes_out,
                bytes_lost,
                lasted: began.elapsed(),
                result: result.as_ref().map(|_| ()),
            });
        }
        result?;
        if stopped.is_none() && !reader_left {
            for child in children.into_iter().flatten() {
                status_of(&child).await?;
            }
        }
        Ok(stopped)
    }
}

/// One of the two ends: opened when its turn comes, or waited for.
#[derive(Debug)]
struct Side {
    endpoint: Endpoint,
    door: Option<Door>,
}

impl Side {
    /// Binds an end that is waited for.
    async fn of(engine: &Engine, endpoint: &Endpoint) -> Result<Self, Error> {
        let door = match endpoint.is_listening() {
            true => Some(Door::open(engine, endpoint).await?),
            false => None,
        };
        Ok(Self {
            endpoint: endpoint.clone(),
            door,
        })
    }

    fn announce(&self, output: &Output) {
        let Some(door) = &self.door else { return };
        output.accepting(door.listening(), &self.endpoint);
    }

    /// Stops waiting for more.
    fn close(&self) {
        if let Some(door) = &self.door {
            door.listening().close();
        }
    }

    /// Waits for a connection, if this end is waited for.
    async fn arrival(&mut self) -> Result<Option<Guest>, Error> {
        match &mut self.door {
            Some(door) => door.next().await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns who came, or opens the end.
    async fn complete(&self, engine: &Engine, arrived: Option<Guest>) -> Result<Guest, Error> {
        match arrived {
            Some(guest) => Ok(guest),
            None => {
                let (conversation, info) = engine.open(&self.endpoint).await?;
                Ok(Guest::opened(conversation, info, &self.endpoint))
            }
        }
    }
}

/// Waits for those who come, then opens what is to be opened.
async fn meet(engine: &Engine, a: &mut Side, b: &mut Side) -> Result<(Guest, Guest), Error> {
    let (near, far) = tokio::try_join!(a.arrival(), b.arrival())?;
    let near = a.complete(engine, near).await?;
    match b.complete(engine, far).await {
        Ok(far) => Ok((near, far)),
        Err(error) => {
            near.conversation.abort().await;
            Err(error)
        }
    }
}

async fn status_of(child: &ChildProcess) -> Result<(), Error> {
    match child.status().await {
        Ok(0) => Ok(()),
        Ok(status) => {
            let why = format!("a program ended with status {status}");
            Err(Error::new(ErrorKind::ChildStatus(status), "relay", "", why))
        }
        Err(error) => Err(Error::new(ErrorKind::LocalRead, "relay", "", error)),
    }
}
