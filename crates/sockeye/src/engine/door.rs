//! The door that all listeners have in common: who is kept out of every one of them, whatever is
//! served there, and has to go when that changes.
//!
//! Invariant: a session is in the table before it is looked at the door for the last time, and a look
//! over the table follows each change, so nobody slips in between.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::Engine;
use super::session::{CLOSING, CUT, Parting, Shared};
use crate::io::ConnectionInfo;
use crate::service::Refusal;

/// Knows who is kept out; of itself nobody is.
#[derive(Default)]
pub(super) struct Door {
    keeps_out: OnceLock<Box<KeepsOut>>,
}

/// Tells whether nobody at an address may come in.
type KeepsOut = dyn Fn(IpAddr) -> bool + Send + Sync;

impl Door {
    /// Checks that a peer is not kept out.
    pub(super) fn check(&self, info: &ConnectionInfo) -> Result<(), Refusal> {
        let peer = info.peer.map(|peer| peer.ip().to_canonical());
        let asked = self.keeps_out.get().zip(peer);
        match asked.is_some_and(|(keeps_out, peer)| keeps_out(peer)) {
            true => Err(Refusal::Banned),
            false => Ok(()),
        }
    }
}

impl Engine {
    /// Sets who is kept out of every listener, once; later calls do nothing.
    ///
    /// It is asked for each connection and must not block. Peers without an IP address come in.
    pub fn keep_out(&self, keeps_out: impl Fn(IpAddr) -> bool + Send + Sync + 'static) {
        let _ = self.inner.table.door.keeps_out.set(Box::new(keeps_out));
    }

    /// Asks the sessions to end whose peers are kept out by now, and cuts those that have not after a
    /// moment; returns how many.
    pub fn expel(&self) -> usize {
        let table = &self.inner.table;
        let is_out = |shared: &Shared| table.door.check(shared.info()).is_err();
        self.part(table.matching(is_out), Parting::KeptOut)
    }

    /// Asks a session to end and cuts it if it has not after a moment; `false` if there is none.
    pub fn kill(&self, id: u64) -> bool {
        let found = self.inner.table.find(id);
        self.part(found.into_iter().collect(), Parting::Killed) > 0
    }

    fn part(&self, sessions: Vec<Arc<Shared>>, why: Parting) -> usize {
        let count = sessions.len();
        sessions.iter().for_each(|shared| shared.part(why));
        if count > 0 {
            self.spawn(async move {
                tokio::time::sleep(KILL_GRACE).await;
                sessions.iter().for_each(|shared| shared.advance(CUT));
            });
        }
        count
    }
}

impl Shared {
    /// Asks the session to end.
    fn part(&self, why: Parting) {
        self.set_parting(why);
        self.advance(CLOSING);
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

/// How long a session may take to say goodbye that has to go.
const KILL_GRACE: Duration = Duration::from_secs(1);
