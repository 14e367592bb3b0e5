//! From an accepted conversation to one that is joined with a backend.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sockeye_proto::balance::BackendId;
use tokio::time::{Instant, timeout};

use super::Balance;
use super::pool::{Pool, Seat, Seating};
use crate::endpoint::words::Carries;
use crate::endpoint::{Address, Endpoint, Host, Value};
use crate::engine::Session;
use crate::error::{Error, ErrorKind};
use crate::io::{ConnectionInfo, Conversation, Watch};

/// A conversation and the backend that it is to be joined with.
pub(super) struct Joined {
    pub(super) near: Conversation,
    pub(super) far: Conversation,
    pub(super) seat: Seat,
    pub(super) watch: Option<Box<dyn Watch>>,
    pub(super) idle: Option<Duration>,
}

impl Balance {
    /// Finds a backend that takes the conversation and connects to it; `None` when the session ended
    /// meanwhile.
    pub(super) async fn open(
        &self,
        mut conversation: Conversation,
        session: &Session,
    ) -> Result<Option<Joined>, Error> {
        let found = tokio::select! {
            found = self.find(&mut conversation, session) => found,
            () = session.cut() => Ok(None),
        };
        let (far, info, seat) = match found {
            Ok(Some(found)) => found,
            Ok(None) => {
                conversation.abort().await;
                return Ok(None);
            }
            Err(error) => {
                conversation.abort().await;
                return Err(error);
            }
        };
        // Towards bytes the edges of WebSocket's messages mean nothing.
        let (near, far) = match (&conversation, seat.backend.to.carries()) {
            (Conversation::Stream(_), _) => (conversation, far.into_bytes()),
            (_, Carries::Bytes) => (conversation.into_bytes(), far),
            _ => (conversation, far),
        };
        let (near, far) = near.fitted_to(far);
        let peer = &session.info().peer_text;
        let refused = |kind, why: &str| Error::new(kind, "balance", peer, why);
        if let Err(why) = near.check_fits(&far) {
            near.abort().await;
            return Err(refused(ErrorKind::ConfigUsage, why));
        }
        if session.establish().is_err() {
            near.abort().await;
            let why = "too many sessions from this source";
            return Err(refused(ErrorKind::LocalLimits, why));
        }
        session.set_to(seat.name());
        let watch = self.watches.as_ref();
        Ok(Some(Joined {
            watch: watch.and_then(|watches| watches.watch(session, &info)),
            idle: [self.terms().idle, seat.backend.to.idle()]
                .into_iter()
                .flatten()
                .min(),
            near,
            far,
            seat,
        }))
    }

    /// Tries backends until one can be connected to; nothing of the conversation is written before.
    async fn find(
        &self,
        conversation: &mut Conversation,
        session: &Session,
    ) -> Result<Option<(Conversation, ConnectionInfo, Seat)>, Error> {
        let pool = self.route(conversation);
        let source = source_of(session.info());
        let mut tried = Vec::new();
        let mut failed: Option<Error> = None;
        let mut connecting = Duration::ZERO;
        loop {
            let seat = match seat(pool, source, &tried, conversation, session).await {
                Ok(Some(seat)) => seat,
                Ok(None) => return Ok(None),
                Err(why) => return Err(without(session, why, failed)),
            };
            let began = Instant::now();
            let error = match self.connect(&seat, session).await {
                Ok((far, info)) => {
                    seat.connected(Ok(()));
                    let (id, name) = (session.id(), seat.name());
                    tracing::info!(target: "step", "session {id}: goes to backend {name}");
                    return Ok(Some((far, info, seat)));
                }
                Err(error) => error,
            };
            let (id, name) = (session.id(), seat.name());
            tracing::info!(target: "step", "session {id}: not to backend {name}: {error}");
            if !is_own(&error) {
                seat.connected(Err(&cause_of(&error, &seat.backend.to)));
            }
            tried.push(seat.id());
            failed = Some(error);
            connecting += began.elapsed();
            if connecting >= CONNECTING_MAX {
                let why = "gave up connecting to backends";
                return Err(without(session, why, failed));
            }
        }
    }

    /// Connects to the backend of a seat.
    async fn connect(
        &self,
        seat: &Seat,
        session: &Session,
    ) -> Result<(Conversation, ConnectionInfo), Error> {
        let backend = &seat.backend;
        let behalf = session.info();
        let leads_back = |at: Option<SocketAddr>| {
            backend.is_loop.store(true, Ordering::Relaxed);
            let at = at.map_or_else(String::new, |at| format!(" ({at})"));
            let why = format!("{LEADS_BACK}{at}");
            Error::new(ErrorKind::PeerUnreachable, "connect", &backend.to, why)
        };
        if backend.is_loop.load(Ordering::Relaxed) || is_at(&backend.to, session) {
            return Err(leads_back(None));
        }
        let limit = self.terms().connect_timeout;
        let opening = self
            .engine
            .open_under(&backend.to, &backend.layers, Some(behalf));
        // In a box of its own: connecting takes more room than waiting for a seat.
        let opened = timeout(limit, Box::pin(opening)).await;
        let (far, info) = opened.unwrap_or_else(|_| {
            let why = format!("not open within {}", Value::Duration(limit));
            Err(Error::new(
                ErrorKind::PeerTimeout,
                "connect",
                &backend.to,
                why,
            ))
        })?;
        let accepted = session.accepted_at();
        if accepted.is_some() && info.peer == accepted && backend.to.hops().next().is_none() {
            far.reset();
            return Err(leads_back(accepted));
        }
        Ok((far, info))
    }
}

/// Finds a seat, waiting in the queue if need be; `None` when the session is to end.
async fn seat(
    pool: &Arc<Pool>,
    source: u64,
    tried: &[BackendId],
    conversation: &mut Conversation,
    session: &Session,
) -> Result<Option<Seat>, &'static str> {
    let waiting = match pool.seat(source, tried) {
        Seating::Seat(seat) => return Ok(Some(seat)),
        Seating::Wait(waiting) => waiting,
        Seating::Full => return Err("all backends have as many sessions as they may"),
        Seating::Down => return Err("no backend is up"),
    };
    let id = session.id();
    tracing::info!(target: "step", "session {id}: waits for a backend");
    tokio::select! {
        seat = Box::pin(waiting.turn()) => seat.map(Some),
        () = left(conversation) => Err("the peer left while it waited for a backend"),
        () = session.closing() => Ok(None),
    }
}

async fn left(conversation: &mut Conversation) {
    match conversation {
        Conversation::Stream(stream) => drop(stream.left().await),
        Conversation::Datagram(_) => std::future::pending().await,
    }
}

/// Tells whether it is this machine that has no room for a connection, which says nothing of a backend.
fn is_own(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::LocalLimits | ErrorKind::LocalBind | ErrorKind::Internal
    )
}

/// Returns why an endpoint could not be connected to, without what was tried.
pub(super) fn cause_of(error: &Error, to: &Endpoint) -> String {
    let said = error.to_string();
    let cause = said.strip_prefix(&format!("connect {to}: "));
    cause.map(str::to_owned).unwrap_or(said)
}

/// Makes the error of a session that found no backend.
fn without(session: &Session, why: &str, failed: Option<Error>) -> Error {
    let peer = &session.info().peer_text;
    match failed {
        Some(error) => Error::new(error.kind(), "balance", peer, format!("{why}; {error}")),
        None => Error::new(ErrorKind::PeerUnreachable, "balance", peer, why),
    }
}

/// Returns the number of a source: an IPv4 address, or the network of an IPv6 /64.
fn source_of(info: &ConnectionInfo) -> u64 {
    match info.source() {
        IpAddr::V4(v4) => u64::from(v4.to_bits()),
        IpAddr::V6(v6) => (v6.to_bits() >> 64) as u64,
    }
}

/// Tells whether an endpoint is where a session was accepted, as far as that is written.
fn is_at(to: &Endpoint, session: &Session) -> bool {
    let (Some(accepted), Address::Tcp { host, port, .. }) = (session.accepted_at(), to.address())
    else {
        return false;
    };
    let is_host = match host {
        Host::Ip(ip) => ip.to_canonical() == accepted.ip().to_canonical(),
        Host::Loopback | Host::Any => accepted.ip().to_canonical().is_loopback(),
        Host::Name(_) => false,
    };
    is_host && *port == accepted.port() && to.hops().next().is_none()
}

/// Why a backend is none that is the listener itself.
pub(super) const LEADS_BACK: &str = "leads back to this listener";
/// How long a session tries backends in all: who waits longer has given up.
const CONNECTING_MAX: Duration = Duration::from_secs(30);
