//! Accepting: what stands between a bound socket and a session.
//!
//! Invariants: no handshake runs in the accept loop; a refusal costs no task for longer than
//! [`FAREWELL_TIME`] and there are at most [`FAREWELLS_MAX`] of them; when descriptors run out, the
//! queue moves on by the reserve and the loop sleeps instead of spinning; sessions live on.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::admit::Admission;
use super::tally::{Connections, Tally};
use super::{Bound, Engine, Rules, Session, Terms};
use crate::endpoint::Address;
use crate::error::{Error, ErrorKind};
use crate::io::{ConnectionInfo, Conversation};
use crate::layer::Layers;
use crate::service::{Refusal, Service};
use crate::sys::descriptors::{self, Reserve};
use crate::transport::Listener;

/// A listening endpoint; dropping it closes it.
#[derive(Debug)]
pub struct Listening {
    addresses: Vec<Address>,
    notes: Vec<String>,
    desk: Arc<Desk>,
    loops: TaskTracker,
}

impl Listening {
    pub(super) fn start(
        engine: &Engine,
        bound: Bound,
        service: Arc<dyn Service>,
        admission: Arc<Admission>,
    ) -> Self {
        let Bound {
            sockets,
            layers,
            rules,
        } = bound;
        let notes = layers.notes().map(str::to_owned);
        let notes = sockets.skipped.into_iter().chain(notes).collect();
        let tally = Arc::new(Tally::under(&engine.inner.table.tally));
        let desk = Arc::new(Desk {
            engine: engine.clone(),
            open_to: RwLock::new(OpenTo {
                service,
                admission,
                layers,
                rules: rules.counting_in(&tally),
            }),
            closed: engine.inner.stopping.child_token(),
            tally,
            given_up: Mutex::default(),
        });
        let addresses = sockets.listeners.iter().map(Listener::local).collect();
        let loops = TaskTracker::new();
        for (place, mut listener) in sockets.listeners.into_iter().enumerate() {
            if let Some(companion) = listener.companion() {
                engine.spawn(companion);
            }
            engine.spawn(loops.track_future(Arc::clone(&desk).run(place, listener)));
        }
        loops.close();
        Self {
            addresses,
            notes,
            desk,
            loops,
        }
    }

    /// Returns the addresses it is bound to, with their real ports.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// Returns what a person has to know of it, in words: the addresses that this machine does not
    /// have, and what its layers have to say.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Gives new sessions another service and counts them in another admission; those that are open
    /// keep the old ones.
    pub fn replace(&self, service: Arc<dyn Service>, admission: Arc<Admission>) {
        self.replace_under(service, admission, None, None);
    }

    /// Does as [`Listening::replace`] does, and wraps new sessions in other layers or takes them in
    /// by other rules, where these are given.
    pub(crate) fn replace_under(
        &self,
        service: Arc<dyn Service>,
        admission: Arc<Admission>,
        layers: Option<Arc<Layers>>,
        rules: Option<Rules>,
    ) {
        let now = self.desk.open_to();
        self.desk.set(OpenTo {
            service,
            admission,
            layers: layers.unwrap_or(now.layers),
            rules: rules.map_or(now.rules, |rules| rules.counting_in(&self.desk.tally)),
        });
    }

    /// Returns how many connections were taken in, and how many were refused by a limit or a rule: at
    /// once, or, also taken in, once a layer had told whom they are for or a service who they are.
    pub fn counts(&self) -> (u64, u64) {
        let connections = self.connections();
        (connections.accepted, connections.refused)
    }

    /// Returns the same, with why some were refused.
    pub fn connections(&self) -> Connections {
        self.desk.tally.connections()
    }

    /// Stops accepting; sessions live on.
    pub fn close(&self) {
        self.desk.closed.cancel();
    }

    /// Waits until it accepts no more: it was closed, or the engine drains.
    pub async fn finished(&self) {
        self.loops.wait().await;
    }

    /// Stops accepting and returns the sockets, for another process or for [`Engine::listen_on`].
    ///
    /// No connection is lost by that: those who come meanwhile wait in the queue of the socket, and
    /// sessions live on, but for those of datagram sockets, which end with what has come for them.
    /// What only this process can reach (`mem:`) is closed.
    ///
    /// # Errors
    /// When the system has no descriptor left; the sockets are closed then.
    pub async fn hand_over(self) -> io::Result<Vec<OwnedFd>> {
        *self.desk.given_up() = Some(Vec::new());
        self.close();
        self.finished().await;
        let mut listeners = self.desk.given_up().take().unwrap_or_default();
        listeners.sort_unstable_by_key(|(place, _)| *place);
        let sockets = listeners
            .into_iter()
            .map(|(_, listener)| listener.hand_over());
        sockets.filter_map(io::Result::transpose).collect()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.close();
    }
}

/// What the accept loops of one endpoint share.
#[derive(Debug)]
struct Desk {
    engine: Engine,
    open_to: RwLock<OpenTo>,
    closed: CancellationToken,
    tally: Arc<Tally>,
    /// Where loops leave what they accepted at, with its place among the addresses, when it is not to
    /// be closed with them.
    given_up: Mutex<Option<Vec<(usize, Listener)>>>,
}

/// What new sessions are given.
#[derive(Debug, Clone)]
struct OpenTo {
    service: Arc<dyn Service>,
    admission: Arc<Admission>,
    layers: Arc<Layers>,
    rules: Arc<Rules>,
}

impl OpenTo {
    /// Tells whether a peer is believed whom it comes for, which it is to say yet.
    fn speaks(&self, info: &ConnectionInfo) -> bool {
        let unspecified = Ipv4Addr::UNSPECIFIED.into();
        let ip = info.peer.map_or(unspecified, |peer| peer.ip());
        let trusted = self.layers.trusted();
        trusted.is_some_and(|trusted| trusted.contains(ip))
    }

    /// Checks that a peer may come in, if it does not come for another: `+allow` and `+deny` are about
    /// that other one.
    fn check_peer(&self, info: &ConnectionInfo, speaks: bool) -> Result<(), Refusal> {
        if speaks {
            return Ok(());
        }
        if !self.layers.needs_trusted() {
            return self.rules.check_source(info);
        }
        tracing::warn!("refused {}: it is not in from= of +proxy", info.who());
        Err(Refusal::SourceForbidden)
    }

    /// Returns what a refused peer is told: nothing under layers, whose handshake did not run.
    fn refusal(&self, why: Refusal, peer: Option<SocketAddr>) -> Option<Bytes> {
        let said = words(&*self.service, why, peer);
        said.filter(|_| self.layers.is_empty())
    }
}

impl Desk {
    fn open_to(&self) -> OpenTo {
        let open_to = self.open_to.read();
        open_to.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, open_to: OpenTo) {
        *self.open_to.write().unwrap_or_else(PoisonError::into_inner) = open_to;
    }

    fn given_up(&self) -> MutexGuard<'_, Option<Vec<(usize, Listener)>>> {
        let given_up = self.given_up.lock();
        given_up.unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(self: Arc<Self>, place: usize, listener: Listener) {
        self.accept_at(&listener).await;
        if let Some(given_up) = self.given_up().as_mut() {
            given_up.push((place, listener));
        }
    }

    async fn accept_at(&self, listener: &Listener) {
        let mut closed = pin!(self.closed.cancelled());
        loop {
            let accepted = tokio::select! {
                biased;
                () = &mut closed => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((conversation, info)) => {
                    self.receive(conversation, info);
                    continue;
                }
                // The connection ended while it waited (accept(2)): the next one may be good.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
                Err(error) if descriptors::ran_out(&error) => {
                    tracing::warn!(%error, "cannot accept; sessions live on");
                    self.shed(listener).await;
                }
                Err(error) => tracing::warn!(%error, "cannot accept"),
            }
            tokio::select! {
                () = &mut closed => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    /// Admits a conversation and starts its session, or refuses it.
    fn receive(&self, conversation: Conversation, info: ConnectionInfo) {
        let open_to = self.open_to();
        let table = &self.engine.inner.table;
        let (peer, speaks) = (info.peer, open_to.speaks(&info));
        // Whom it comes for is looked at when that is known.
        let at_door = |info: &ConnectionInfo| match speaks {
            true => Ok(()),
            false => table.door.check(info),
        };
        let admitted = at_door(&info)
            .and_then(|()| open_to.check_peer(&info, speaks))
            .and_then(|()| open_to.admission.admit(&info, speaks))
            .and_then(|permit| table.enter(info, open_to.service.name(), Some(permit)))
            // Who was banned in between has not been seen in the table.
            .and_then(|session| at_door(session.info()).map(|()| session));
        match admitted {
            Ok(mut session) => {
                session.set_rules(Arc::clone(&open_to.rules));
                let (id, who) = (session.id(), session.info().who());
                tracing::info!(target: "step", "session {id}: accepted from {who}");
                self.tally.accept();
                let terms = Terms {
                    layers: open_to.layers,
                    rules: open_to.rules,
                    service: open_to.service,
                };
                self.engine.serve(conversation, terms, session);
            }
            Err(why) => {
                tracing::info!(target: "step", "refused a connection: {why:?}");
                self.tally.refuse(why);
                self.refuse(conversation, open_to.refusal(why, peer));
            }
        }
    }

    /// Tells the peer why, then closes so that it can read it: unread bytes at close would turn
    /// the end into a reset (RFC 1122 section 4.2.2.13) that overtakes the answer.
    fn refuse(&self, conversation: Conversation, answer: Option<Bytes>) {
        let answer = answer.unwrap_or_default();
        let Ok(place) = Arc::clone(&self.engine.inner.farewells).try_acquire_owned() else {
            return part_now(conversation, &answer);
        };
        self.engine.spawn(async move {
            farewell(conversation, answer).await;
            drop(place);
        });
    }

    /// Takes connections off the queue and refuses them, by means of the reserve.
    async fn shed(&self, listener: &Listener) {
        for _ in 0..SHED_MAX {
            if !self.reserve().give_up() {
                break;
            }
            let accepted = tokio::select! {
                biased;
                accepted = listener.accept() => accepted,
                () = std::future::ready(()) => Err(io::ErrorKind::WouldBlock.into()),
            };
            let queue_is_empty = accepted.is_err();
            if let Ok((conversation, _)) = accepted {
                self.tally.refuse(Refusal::Full);
                let answer = self.open_to().refusal(Refusal::Full, None);
                part_now(conversation, &answer.unwrap_or_default());
            }
            *self.reserve() = Reserve::take();
            if queue_is_empty {
                return;
            }
        }
        // A reserve that somebody else's descriptor took is taken again when one is free.
        let mut reserve = self.reserve();
        if !reserve.is_kept() {
            *reserve = Reserve::take();
        }
    }

    fn reserve(&self) -> MutexGuard<'_, Reserve> {
        self.engine
            .inner
            .reserve
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns what a service tells a refused peer.
pub(super) fn words(
    service: &dyn Service,
    why: Refusal,
    peer: Option<SocketAddr>,
) -> Option<Bytes> {
    match (why, peer) {
        (Refusal::Banned, Some(peer)) => service.refusal_of_banned(peer.ip().to_canonical()),
        _ => service.refusal(why),
    }
}

/// Tells a peer why it is refused, and waits a moment for it to read that.
async fn farewell(conversation: Conversation, answer: Bytes) {
    let said = async {
        match conversation.into_lines() {
            Conversation::Stream(mut stream) => {
                stream.write_all(&answer).await?;
                stream.shutdown().await?;
                let mut rest = (&mut stream).take(FAREWELL_BYTES_MAX);
                tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
            }
            // A datagram's peer has no connection to be told the end of.
            Conversation::Datagram(_) => {}
        }
        io::Result::Ok(())
    };
    // The peer was refused; whether it listens to the reason is its own affair.
    let _ = tokio::time::timeout(FAREWELL_TIME, said).await;
}

/// Refuses a session of which only its layers have told for whom it is.
pub(super) async fn turn_away(
    conversation: Conversation,
    answer: Option<Bytes>,
    session: &Session,
    why: Refusal,
) -> Result<(), Error> {
    farewell(conversation, answer.unwrap_or_default()).await;
    let why = match why {
        Refusal::SourceForbidden => "+allow or +deny keeps it out",
        Refusal::Banned => "it is banned",
        Refusal::SourceThrottled => "too many new connections from this source",
        _ => "too many sessions from this source",
    };
    let peer = session.info().who();
    Err(Error::new(ErrorKind::LocalLimits, "accept", peer, why))
}

/// Writes what the send buffer takes at once, and closes.
fn part_now(conversation: Conversation, answer: &[u8]) {
    if let Conversation::Stream(stream) = conversation {
        let _ = stream.send_at_once(answer);
    }
}

/// Refused connections that are told so at once; the rest are closed without waiting.
pub(super) const FAREWELLS_MAX: usize = 256;
/// How long a refused peer may take to read why.
const FAREWELL_TIME: Duration = Duration::from_secs(1);
/// What a refused peer may have sent already, bytes, before it is closed anyway.
const FAREWELL_BYTES_MAX: u64 = 64 * 1024;
/// Connections closed in one go when descriptors have run out.
const SHED_MAX: usize = 64;
/// How long an accept loop sleeps that cannot accept: short for those who wait, long for the CPU.
const PAUSE: Duration = Duration::from_millis(50);
