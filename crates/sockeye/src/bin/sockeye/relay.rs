//! `relay`: two endpoints joined, each of them opened or waited for.

use std::process::ExitCode;

use clap::Args;
use sockeye::endpoint::words::Carries;
use sockeye::endpoint::{Address, Endpoint, Role};
use sockeye::engine::{Engine, EngineLimits};
use sockeye::io::{ChildProcess, ConnectionInfo, RelayReport, RelaySettings, Watch, join};
use sockeye::{Error, ErrorKind};
use tokio::time::{Duration, Instant, sleep};

use crate::access::Entry;
use crate::door::{Door, Guest};
use crate::endpoints::{Families, read_time, usage};
use crate::output::Output;
use crate::runtime;
use crate::show::{Show, Shown};
use crate::signals::Signals;
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

    /// When told to stop, let the two finish for so long.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = read_time)]
    drain: Duration,

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
        let mut sides = [Side::of(&engine, a).await?, Side::of(&engine, b).await?];
        for side in &sides {
            side.announce(output);
        }
        output.ready()?;
        let run = Run {
            engine,
            tally: Tally::new(),
            drain: self.drain,
            output,
            shown,
        };
        let ended = loop {
            let met = run.stoppable(&mut signals, meet(&run.engine, &mut sides));
            let Some(pair) = met.await else {
                break Ok(());
            };
            if !self.keep {
                sides.iter().for_each(Side::close);
            }
            let ended = match pair {
                Ok([near, far]) => run.pass(near, far, &sides, &mut signals).await,
                Err(error) => Err(error),
            };
            match ended {
                Ok(Next::Stop) => break Ok(()),
                ended if !self.keep => break ended.map(drop),
                Ok(Next::GoOn) => {}
                Err(error) => output.error(&error),
            }
        };
        if self.stats {
            output.stats(run.tally.own_stats());
        }
        run.engine.drain(Duration::ZERO).await;
        ended.map(|()| ExitCode::SUCCESS)
    }
}

/// What is going on between `ready` and the end.
struct Run<'a> {
    engine: Engine,
    tally: Tally,
    drain: Duration,
    output: &'a Output,
    shown: Shown,
}

/// What comes after a relay.
enum Next {
    GoOn,
    Stop,
}

impl Run<'_> {
    /// Waits for `future`; `None` when a signal that asks to stop comes first.
    async fn stoppable<T>(
        &self,
        signals: &mut Signals,
        future: impl Future<Output = T>,
    ) -> Option<T> {
        let answer = |asked| self.output.moved(asked, self.tally.own_stats());
        signals.until(future, answer).await.ok()
    }

    /// Relays between the two until they have ended; the first signal that asks to stop leaves them
    /// the time to drain, the second one cuts.
    async fn pass(
        &self,
        near: Guest,
        far: Guest,
        sides: &[Side; 2],
        signals: &mut Signals,
    ) -> Result<Next, Error> {
        if let Err(why) = near.conversation.check_fits(&far.conversation) {
            return Err(usage("relay", why));
        }
        let known = [&near, &far].map(|guest| guest.info.clone());
        let number = self.tally.own_stats().sessions() + 1;
        let onlooker = self
            .shown
            .watch(number, &known[0].peer_text, &known[1].peer_text);
        let settings = RelaySettings {
            idle: [near.idle, far.idle].into_iter().flatten().min(),
            watch: onlooker.as_ref().map(|onlooker| onlooker as &dyn Watch),
            ..RelaySettings::counting(self.tally.bytes_in(), self.tally.bytes_out())
        };
        let mut next = Next::GoOn;
        let cut = async {
            let forever = std::future::pending::<()>();
            self.stoppable(signals, forever).await;
            next = Next::Stop;
            sides.iter().for_each(Side::close);
            self.output.draining(self.drain);
            self.stoppable(signals, sleep(self.drain)).await;
        };
        let (_open, began) = (self.tally.began(), Instant::now());
        let report = join(near.conversation, far.conversation, settings, cut).await;
        self.ended(report, &known, sides, began)?;
        for child in known.into_iter().filter_map(|info| info.child) {
            match self.stoppable(signals, status_of(&child)).await {
                Some(status) => status?,
                None => return Ok(Next::Stop),
            }
        }
        Ok(next)
    }

    /// Counts and notes a relay that has ended, and says what went wrong.
    fn ended(
        &self,
        report: RelayReport,
        [near, far]: &[ConnectionInfo; 2],
        sides: &[Side; 2],
        began: Instant,
    ) -> Result<(), Error> {
        let [a, b] = sides.each_ref().map(|side| side.endpoint.address());
        let is_output = |address: &Address| *address == Address::Stdio;
        let reader_left =
            is_output(a) && report.back.reader_left() || is_output(b) && report.forth.reader_left();
        let (bytes_in, bytes_out) = (report.forth.bytes_read, report.back.bytes_written);
        // The one exception to the relay invariant: `… | head` has what it wanted.
        let (bytes_lost, result) = match reader_left {
            true => (0, Ok(())),
            false => {
                let fault = report.local_fault(a.is_local(), b.is_local());
                let lost = report.bytes_lost();
                let result = report.into_result("relay", &near.peer_text, &far.peer_text);
                (lost, result.map_err(|error| error.blamed_on(fault)))
            }
        };
        self.tally.lost(bytes_lost);
        if let Some(log) = self.shown.log() {
            log.write(&Entry {
                peer: near,
                to: &far.peer_text,
                bytes_in,
                bytes_out,
                bytes_lost,
                lasted: began.elapsed(),
                result: result.as_ref().map(|_| ()),
            });
        }
        result
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
async fn meet(engine: &Engine, [a, b]: &mut [Side; 2]) -> Result<[Guest; 2], Error> {
    let (near, far) = tokio::try_join!(a.arrival(), b.arrival())?;
    let near = a.complete(engine, near).await?;
    match b.complete(engine, far).await {
        Ok(far) => Ok(towards_bytes([near, far], [&a.endpoint, &b.endpoint])),
        Err(error) => {
            near.conversation.abort().await;
            Err(error)
        }
    }
}

/// Gives up edges of messages that mean nothing where the other end carries bytes.
fn towards_bytes([mut near, mut far]: [Guest; 2], [a, b]: [&Endpoint; 2]) -> [Guest; 2] {
    if b.carries() == Carries::Bytes {
        near.conversation = near.conversation.into_bytes();
    }
    if a.carries() == Carries::Bytes {
        far.conversation = far.conversation.into_bytes();
    }
    (near.conversation, far.conversation) = near.conversation.fitted_to(far.conversation);
    [near, far]
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
