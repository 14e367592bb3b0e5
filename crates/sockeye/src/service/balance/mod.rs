//! `balance:`: joins each connection with one of several backends.
//!
//! ```text
//! accepted ──▶ route ──▶ pick ──▶ connect ──▶ relay ──▶ ended
//!                         │ ▲        │ another one, while nothing has been written
//!                         ▼ │ full   ▼
//!                        queue    failed
//! ```
//!
//! Who is next is decided by the state machine in `sockeye_proto::balance`; the *pool* (`pool`) holds it
//! with what it is about, a *seat* is a session's place at a backend, and `check` looks at backends.
//!
//! Invariant: a session that was counted at a backend holds a seat, and dropping that takes back exactly
//! what was counted, whichever way the session ends.

mod check;
mod dial;
mod options;
mod pool;
#[cfg(test)]
mod tests;

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sockeye_proto::balance::Order;
use tokio_util::sync::CancellationToken;

use super::{BoxFuture, Service, WatchSessions};
use crate::engine::{Engine, Session};
use crate::error::{Error, ErrorKind};
use crate::io::{Conversation, RelaySettings, join};
use check::Probe;
use dial::Joined;
use pool::{Backend, Pool};

pub use options::{
    BackendOptions, BalanceOptions, CheckKind, CheckOptions, EjectOptions, METHODS, QueueOptions,
    method_name, read_statuses, shown_statuses,
};
pub use pool::BackendRow;

/// Joins each conversation with one of several backends.
#[derive(Debug)]
pub struct Balance {
    engine: Engine,
    pool: Arc<Pool>,
    now: Mutex<Now>,
    watches: Option<Arc<dyn WatchSessions>>,
}

/// What a reload changes.
#[derive(Debug, Default)]
struct Now {
    terms: Terms,
    method: &'static str,
    /// Ends the checks of the backends before.
    checks: CancellationToken,
}

/// What new sessions are held to.
#[derive(Debug, Clone, Copy, Default)]
struct Terms {
    connect_timeout: Duration,
    idle: Option<Duration>,
}

/// A balancer's options with all that they need, ready to take effect.
#[derive(Debug)]
pub struct Prepared {
    options: BalanceOptions,
    idle: Option<Duration>,
    backends: Vec<(Backend, Option<Probe>)>,
}

impl Prepared {
    /// Makes options ready; `idle`, or less that a backend itself says, ends a session in which no byte
    /// moves for so long.
    ///
    /// # Errors
    /// What the layers of a backend need and do not find, such as a file with a certificate.
    pub fn new(options: BalanceOptions, idle: Option<Duration>) -> Result<Self, Error> {
        let ready = |backend: &BackendOptions| -> Result<_, Error> {
            let check = options.check.as_ref();
            let probe = check.map(|check| Probe::prepare(&backend.to, check));
            Ok((Backend::prepare(backend.clone())?, probe.transpose()?))
        };
        let backends = options
            .backends
            .iter()
            .map(ready)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            options,
            idle,
            backends,
        })
    }

    /// Makes ready what stands behind `balance:` on a command line: backends parted by commas.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn read(text: &str, idle: Option<Duration>) -> Result<Self, Error> {
        let backends = BackendOptions::read_list(text).map_err(|(what, hint)| {
            let error = Error::new(ErrorKind::ConfigUsage, "listen", "balance", what);
            hint.iter().fold(error, |error, hint| error.with_hint(hint))
        })?;
        let options = BalanceOptions {
            backends,
            ..BalanceOptions::default()
        };
        Self::new(options, idle)
    }
}

impl Balance {
    /// Makes a balancer without backends.
    pub fn new(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            pool: Arc::new(Pool::new()),
            now: Mutex::default(),
            watches: None,
        }
    }

    /// Lets `watches` look on.
    #[must_use]
    pub fn watched(mut self, watches: Arc<dyn WatchSessions>) -> Self {
        self.watches = Some(watches);
        self
    }

    /// Takes other options. Backends of the same name keep their state, their counts and what was
    /// ordered; sessions live on, also those of backends that are no longer named.
    pub fn configure(&self, prepared: Prepared) {
        let Prepared {
            options,
            idle,
            backends,
        } = prepared;
        let (backends, probes): (Vec<_>, Vec<_>) = backends.into_iter().unzip();
        let ids = self.pool.configure(options.settings(), backends);
        let checks = CancellationToken::new();
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.checks.cancel();
        *now = Now {
            terms: Terms {
                connect_timeout: options.connect_timeout,
                idle,
            },
            method: method_name(options.method),
            checks: checks.clone(),
        };
        for (id, probe) in ids.into_iter().zip(probes) {
            if let (Some(id), Some(probe)) = (id, probe) {
                let (pool, engine) = (Arc::clone(&self.pool), self.engine.clone());
                let watching = check::watch(pool, id, probe, engine, checks.clone());
                self.engine.spawn(watching);
            }
        }
    }

    /// Ends its checks and hands out no more sessions; those that it has live on.
    pub fn retire(&self) {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.checks.cancel();
        drop(now);
        self.pool.close();
    }

    /// Returns its backends, how many sessions wait for one, and by which method they are chosen.
    pub fn state(&self) -> (Vec<BackendRow>, usize, &'static str) {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let method = now.method;
        drop(now);
        let (rows, waiting) = self.pool.rows();
        (rows, waiting, method)
    }

    /// Takes an operator's order for a backend; `false` where there is none of that name.
    pub fn order(&self, name: &str, order: Order) -> bool {
        self.pool.order(name, order)
    }

    /// Gives a backend another weight; `false` where there is none of that name.
    pub fn weigh(&self, name: &str, weight: u16) -> bool {
        self.pool.weigh(name, weight)
    }

    fn terms(&self) -> Terms {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.terms
    }

    /// Returns the pool whose backends a conversation may be joined with, before anything of it is
    /// written elsewhere.
    fn route(&self, _conversation: &mut Conversation) -> &Arc<Pool> {
        &self.pool
    }
}

impl Service for Balance {
    fn name(&self) -> &'static str {
        "balance"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        // In a box of its own: opening takes more room than the relay that lives on.
        let opening = Box::pin(self.open(conversation, session));
        Box::pin(async move {
            let Some(Joined {
                near,
                far,
                seat,
                watch,
                idle,
            }) = opening.await?
            else {
                return Ok(());
            };
            let facts = session.facts();
            let settings = RelaySettings {
                idle,
                watch: watch.as_deref(),
                ..RelaySettings::counting(&facts.bytes_in, &facts.bytes_out)
            };
            let report = join(near, far, settings, pin!(session.cut())).await;
            let lost = report.bytes_lost();
            facts.bytes_lost.fetch_add(lost, Ordering::Relaxed);
            report.into_result("relay", &session.info().peer_text, seat.name())
        })
    }
}
