//! A log with faults put into it: for tests of what stands above.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sockeye_proto::irc::id::Number;
use sockeye_proto::irc::input::Batch;

use super::log::{Answer, Health, Log, LogError, Snapshot, Tail};

/// What is done to an append instead of passing it on at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is refused; the log below does not see it.
    Refuse(LogError),
    /// It is passed on after this time.
    Delay(Duration),
}

/// Asks a function what to do with each append; the first is number 1.
pub struct FaultyLog<L> {
    below: L,
    plan: Box<dyn Fn(u64) -> Option<Fault> + Send + Sync>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Clone, Default)]
struct Seen {
    appends: u64,
    failures: u32,
    last_failure: Option<String>,
}

impl<L: Log> FaultyLog<L> {
    /// Puts faults into `below` as `plan` says.
    pub fn new(below: L, plan: impl Fn(u64) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self {
            below,
            plan: Box::new(plan),
            seen: Mutex::default(),
        }
    }

    /// Refuses the `n`-th append.
    pub fn failing_nth(below: L, n: u64, error: LogError) -> Self {
        Self::new(below, move |nth| {
            (nth == n).then(|| Fault::Refuse(error.clone()))
        })
    }

    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<L: Log> Log for FaultyLog<L> {
    fn append(&self, batch: Batch) -> Answer<'_, Result<(), LogError>> {
        let nth = self.seen(|seen| {
            seen.appends += 1;
            seen.appends
        });
        Box::pin(async move {
            match (self.plan)(nth) {
                Some(Fault::Refuse(error)) => {
                    self.seen(|seen| {
                        seen.failures += 1;
                        seen.last_failure = Some(error.to_string());
                    });
                    return Err(error);
                }
                Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
                None => {}
            }
            self.seen(|seen| seen.failures = 0);
            self.below.append(batch).await
        })
    }

    fn tail(&self, after: Number) -> Answer<'_, Result<Tail, LogError>> {
        self.below.tail(after)
    }

    fn put_snapshot(&self, number: Number, state: Vec<u8>) -> Answer<'_, Result<(), LogError>> {
        self.below.put_snapshot(number, state)
    }

    fn snapshot(&self) -> Answer<'_, Result<Option<Snapshot>, LogError>> {
        self.below.snapshot()
    }

    fn lease(&self) -> Answer<'_, Result<u64, LogError>> {
        self.below.lease()
    }

    fn health(&self) -> Health {
        let below = self.below.health();
        let seen = self.seen(|seen| seen.clone());
        Health {
            failures: below.failures.saturating_add(seen.failures),
            last_failure: seen.last_failure.or(below.last_failure),
            ..below
        }
    }
}

impl<L: fmt::Debug> fmt::Debug for FaultyLog<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyLog")
            .field("below", &self.below)
            .finish_non_exhaustive()
    }
}
