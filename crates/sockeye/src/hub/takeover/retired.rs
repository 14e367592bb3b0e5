//! The old hub, once it has let go: back again, or only what it still carries.

use std::time::{Duration, Instant};

use super::{Given, Successor};
use crate::engine::{Drained, Engine};
use crate::error::{Error, ErrorKind};
use crate::hub::life::{Hub, Prepared, Running, Shared};
use crate::hub::notice::{Notice, Notices};
use crate::hub::plan::Plan;
use crate::hub::services::SHARING;

/// What became of a hub that was asked to hand over.
#[derive(Debug)]
pub enum HandedOver {
    /// Another process is the hub.
    Gone(Retired),
    /// It took everything back.
    Back(Box<Hub>),
}

/// What is left of a hub: sessions that need nothing but each other.
#[derive(Debug)]
pub struct Retired {
    engine: Engine,
}

impl Retired {
    /// Returns how many sessions it carries.
    pub fn sessions(&self) -> usize {
        self.engine.sessions().len()
    }

    /// Waits until the last of them has ended.
    pub async fn empty(&self) {
        self.engine.empty().await;
    }

    /// Asks them to end, waits as long as `limit` and cuts the rest.
    pub async fn drain(&self, limit: Duration) -> Drained {
        self.engine.drain(limit).await
    }
}

impl Hub {
    /// Stops accepting, ends what needs the store and hands all over; takes it back when the other
    /// process does not come to accept.
    ///
    /// # Errors
    /// When it could not be taken back: the hub has ended then.
    pub async fn hand_over(self, successor: Successor) -> Result<HandedOver, Error> {
        let pid = successor.pid();
        let shared = self.end_control().await;
        let Shared {
            engine, notices, ..
        } = &*shared;
        notices.say(Notice::Note(format!("process {pid} takes over")));
        let (plan, given) = let_go(&shared).await;
        let Err(why) = successor.give(&given).await else {
            return Ok(HandedOver::Gone(Retired {
                engine: engine.clone(),
            }));
        };
        let note = format!("process {pid} {why}: everything is taken back");
        notices.say(Notice::Note(note));
        let prepared = Prepared::new(plan, engine.clone());
        let hub = take_back(prepared, &given, notices.clone()).await?;
        Ok(HandedOver::Back(Box::new(hub)))
    }
}

/// Stops accepting, has chat say goodbye and closes the store; returns the sockets, and what the hub
/// was started by.
async fn let_go(shared: &Shared) -> (Plan, Given) {
    let mut running = shared.running.lock().await;
    let Running {
        config,
        listeners,
        services,
    } = &mut *running;
    let given = listeners.hand_over().await;
    for service in SHARING {
        shared.engine.end(service, GOODBYE_TIME).await;
    }
    if let Err(error) = services.stop().await {
        let note = format!("{error}; nothing acknowledged is lost, the next start reads more");
        shared.notices.say(Notice::Note(note));
    }
    shared.audit.flush().await;
    shared.store.close().await;
    let plan = Plan {
        options: shared.options.clone(),
        config: config.clone(),
        data: shared.data.clone(),
    };
    (plan, given)
}

/// Starts again, at the sockets that are kept. The store may be held for a moment by the process that
/// did not make it.
async fn take_back(prepared: Prepared, given: &Given, notices: Notices) -> Result<Hub, Error> {
    let until = Instant::now() + LOCK_WAIT;
    loop {
        let again = given.try_clone().map_err(|error| {
            Error::new(ErrorKind::LocalLimits, "take back", "the sockets", error)
        })?;
        match prepared.open(again).await {
            Ok(opened) => return Ok(prepared.accept(opened, notices).await),
            Err(error) if error.kind() == ErrorKind::ConfigUsage && Instant::now() < until => {
                tokio::time::sleep(LOCK_PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// How long chat may take to say goodbye.
const GOODBYE_TIME: Duration = Duration::from_secs(5);
/// How long a process that was refused may take to end.
const LOCK_WAIT: Duration = Duration::from_secs(10);
/// How long it is between two looks at the lock.
const LOCK_PAUSE: Duration = Duration::from_millis(50);
