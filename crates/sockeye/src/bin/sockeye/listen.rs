//! `listen`: for every connection accepted at one endpoint, another one or a service.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use sockeye::Error;
use sockeye::endpoint::{Address, Endpoint, Role};
use sockeye::engine::{Admission, AdmissionLimits, Drained, Engine, EngineLimits, Listening};
use sockeye::io::Conversation;
use sockeye::service::balance::{Balance, Prepared};
use sockeye::service::{self, Forward, Policy, Proxy, Service};
use tokio::sync::mpsc::Receiver;

use crate::endpoints::{Families, read_time, usage};
use crate::output::Output;
use crate::runtime;
use crate::show::{Show, Shown};
use crate::signals::{Asked, Signals};
use crate::single::{Moment, Single};
use crate::tally::{Stats, Tally};
use crate::turns::Turns;
use crate::vocabulary;

/// Accept connections and join each with another endpoint or a service.
#[derive(Debug, Args)]
#[command(after_long_help = vocabulary::help())]
pub(crate) struct Listen {
    /// Where to accept, then what to join with (- if left out), each with +words after it.
    #[arg(required = true, value_name = "ENDPOINT")]
    words: Vec<String>,

    #[command(flatten)]
    families: Families,

    /// Serve one connection, then exit with its result.
    #[arg(long)]
    once: bool,

    /// Where - would serve one connection only, serve the next when it has closed.
    #[arg(long, conflicts_with = "once")]
    keep: bool,

    /// Let everybody through a proxy who can reach it, also from other machines.
    #[arg(long)]
    open: bool,

    /// Serve at most so many connections at once.
    #[arg(long, value_name = "N")]
    max_conns: Option<usize>,

    /// When told to stop, let connections finish for so long.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = read_time)]
    drain: Duration,

    /// Say at the end how much has moved; SIGUSR1 asks in between.
    #[arg(long)]
    stats: bool,

    #[command(flatten)]
    show: Show,
}

impl Listen {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Error> {
        let (at, served) = self.endpoints()?;
        runtime::multi_thread()?.block_on(self.serve(&at, &served, output))
    }

    fn endpoints(&self) -> Result<(Endpoint, Endpoint), Error> {
        let mut endpoints = self.families.parse("listen", &self.words)?.into_iter();
        let (Some(at), served, None) = (endpoints.next(), endpoints.next(), endpoints.next())
        else {
            return Err(usage(
                "listen",
                "two endpoints are wanted: where, and what to join with",
            ));
        };
        let served = served.unwrap_or_else(|| Address::Stdio.into());
        at.check(Role::Accept)?;
        served.check(Role::Serve)?;
        at.check_serving(&served)?;
        at.check_open(&served, self.open)?;
        if self.keep && *served.address() != Address::Stdio {
            let why = "--keep has no effect: only - serves one connection and ends";
            return Err(usage("listen", why));
        }
        if self.max_conns.is_some() && at.limit().conns.is_some() {
            return Err(usage(
                "listen",
                "--max-conns and +limit,conns say the same: write one",
            ));
        }
        Ok((at, served))
    }

    async fn serve(
        &self,
        at: &Endpoint,
        served: &Endpoint,
        output: &Output,
    ) -> Result<ExitCode, Error> {
        output.print_apart()?;
        let shown = self.show.open(output)?;
        let progress = self.stats && output.shows_progress();
        let signals = Signals::new()?.with_progress(progress);
        let engine = Engine::new(EngineLimits {
            session_descriptors: session_descriptors(served),
            ..Default::default()
        })?;
        let is_one = self.once || served.opens_once() && !self.keep;
        // The result of the one session is the run's, which says it.
        let reports = (!is_one).then_some(output);
        let tally = observed(&engine, reports, &shown, served);
        let mut service = self.service(&engine, at, served, &shown).await?;
        let mut single = None;
        if is_one {
            let (once, moments) = Single::new(service);
            (service, single) = (once, Some(moments));
        }
        let mut limits = AdmissionLimits::of(at);
        limits.sessions_max = limits.sessions_max.or(self.max_conns);
        let listening = engine
            .listen_under(at, service, Admission::new(limits))
            .await?;
        output.accepting(&listening, at);
        if served.is_proxy() {
            output.note(format_args!(
                "{} lets everybody through who can reach it",
                served.address()
            ));
        }
        output.ready()?;

        let run = Run {
            engine,
            listening,
            tally,
            drain: self.drain,
            output,
        };
        let result = run.until_the_end(signals, single).await;
        if self.stats {
            output.stats(run.stats());
        }
        result.map(|()| ExitCode::SUCCESS)
    }

    /// Returns what serves each accepted conversation.
    async fn service(
        &self,
        engine: &Engine,
        at: &Endpoint,
        served: &Endpoint,
        shown: &Shown,
    ) -> Result<Arc<dyn Service>, Error> {
        match served.address() {
            Address::Service {
                name: "balance",
                text,
            } => {
                let idle = [at.idle(), served.idle()].into_iter().flatten().min();
                let prepared = Prepared::read(text, idle)?;
                let balance = Balance::new(engine).watched(Arc::new(shown.clone()));
                balance.configure(prepared);
                Ok(Arc::new(balance))
            }
            Address::Service { name, .. } if served.is_proxy() => {
                let policy = Policy::open().guarding_inside(!at.is_of_this_machine());
                let proxy = Proxy::by_name(name, policy).map(|proxy| Arc::new(proxy) as _);
                proxy.ok_or_else(|| usage("listen", format!("{name}: is not in this version")))
            }
            Address::Service { name, .. } => service::by_name(name).ok_or_else(|| {
                usage("listen", format!("{name}: needs a hub")).with_hint("sockeye serve has it")
            }),
            Address::Stdio if self.keep => {
                let idle = [at.idle(), served.idle()].into_iter().flatten().min();
                match engine.open(served).await? {
                    (Conversation::Stream(near), _) => Ok(Arc::new(Turns::new(near, idle, shown))),
                    _ => Err(usage("listen", "standard input is a stream of bytes")),
                }
            }
            _ => {
                let forward = Forward::new(engine, served.clone(), at.idle())?;
                Ok(Arc::new(forward.watched(Arc::new(shown.clone()))))
            }
        }
    }
}

/// Returns how many descriptors each session takes: its own, and those of what it is joined with. A
/// program has a pipe each way, a descriptor that tells of its end, and two more while it is started.
fn session_descriptors(served: &Endpoint) -> usize {
    match served.address() {
        Address::Service {
            name: "balance", ..
        } => 2,
        Address::Service { .. } if served.is_proxy() => 2,
        Address::Service { .. } => 1,
        Address::Exec { .. } | Address::Sh { .. } => 6,
        _ => 2,
    }
}

/// What is going on between `ready` and the end.
struct Run<'a> {
    engine: Engine,
    listening: Listening,
    tally: Arc<Tally>,
    drain: Duration,
    output: &'a Output,
}

impl Run<'_> {
    fn stats(&self) -> Stats {
        let (_, refused) = self.listening.counts();
        self.tally.stats(&self.engine).with_refused(refused)
    }

    /// Serves until a signal asks to stop, or until the one connection has ended.
    async fn until_the_end(
        &self,
        mut signals: Signals,
        mut single: Option<Receiver<Moment>>,
    ) -> Result<(), Error> {
        loop {
            tokio::select! {
                asked = signals.next() => match asked {
                    Asked::Report => self.output.stats(self.stats()),
                    Asked::Progress => self.output.progress(self.stats()),
                    Asked::Stop(_) => break,
                },
                moment = next(&mut single) => match moment {
                    Moment::Accepted => self.listening.close(),
                    Moment::Ended(result) => return result,
                },
            }
        }
        if !self.engine.sessions().is_empty() {
            self.output.draining(self.drain);
        }
        let in_time = tokio::select! {
            drained = self.engine.drain(self.drain) => Some(drained),
            _ = signals.stop() => None,
        };
        let drained = match in_time {
            Some(drained) => drained,
            None => self.engine.drain(Duration::ZERO).await,
        };
        if drained.cut > 0 {
            let Drained {
                cut, bytes_lost, ..
            } = drained;
            self.output.note(format_args!(
                "sessions that had not ended and were cut: {cut}; {bytes_lost} bytes did not arrive"
            ));
        }
        while let Some(Ok(moment)) = single.as_mut().map(Receiver::try_recv) {
            if let Moment::Ended(result) = moment {
                return result;
            }
        }
        Ok(())
    }
}

/// Waits for the next moment; for ever where there is none to come.
async fn next(single: &mut Option<Receiver<Moment>>) -> Moment {
    if let Some(moments) = single
        && let Some(moment) = moments.recv().await
    {
        return moment;
    }
    std::future::pending().await
}

/// Makes the engine report sessions that end badly, if wanted, and sum up all that end.
fn observed(
    engine: &Engine,
    reports: Option<&Output>,
    shown: &Shown,
    served: &Endpoint,
) -> Arc<Tally> {
    let tally = Arc::new(Tally::new());
    let (sums, reports, shown) = (Arc::clone(&tally), reports.cloned(), shown.clone());
    let to = served.to_string();
    engine.observe(move |session, result| {
        sums.add(session);
        let to = session.to().unwrap_or(&to);
        shown.ended(session, to, result);
        if let (Some(output), Err(error)) = (&reports, result) {
            output.session_error(session, error);
        }
    });
    tally
}
