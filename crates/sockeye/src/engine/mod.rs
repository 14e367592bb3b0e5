//! The engine: owns every task, every limit and the table of sessions.
//!
//! ```text
//! Endpoint ──listen──▶ Listening ──accept, admit──▶ Session + Conversation ──▶ Service::serve
//! Endpoint ──connect─────────────────────────────▶ Session + Conversation ──▶ the caller
//! ```
//!
//! Nobody else spawns. Each session runs in a task of its own; a panic in it costs that session.

mod admit;
mod door;
mod drain;
mod listener;
mod retry;
mod rules;
mod session;
mod table;
mod tally;
#[cfg(test)]
mod tests;
mod throttle;
mod via;

use std::fmt;
use std::future::ready;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, OnceLock};

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use admit::{Admission, AdmissionLimits};
pub use drain::Drained;
pub use listener::Listening;
pub(crate) use rules::Rules;
pub use session::{Parting, Session, SessionFacts, SessionRow, SessionState};
pub use tally::Connections;
pub use throttle::{ConnectLimits, Throttle};
pub(crate) use via::connect_by_way_of;

use crate::endpoint::{Endpoint, Role};
use crate::error::{Error, ErrorKind};
use crate::io::{Bounds, ConnectionInfo, Conversation};
use crate::layer::{Beyond, Layers};
use crate::service::Service;
use crate::sys::descriptors::{self, Reserve};
use crate::transport::{self, Rooms, Until};
use retry::Pauses;
use table::Table;

/// What an engine holds in all.
#[derive(Debug, Clone)]
pub struct EngineLimits {
    /// Sessions at once; `None` is as many as the machine's descriptors allow.
    pub sessions_max: Option<usize>,
    /// Descriptors that each session takes: 1 for a service, 2 for a relay.
    pub session_descriptors: usize,
}

impl Default for EngineLimits {
    fn default() -> Self {
        Self {
            sessions_max: None,
            session_descriptors: 1,
        }
    }
}

/// Runs listeners, sessions and the tasks of services; nobody else spawns.
///
/// Clones share one engine.
#[derive(Debug, Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    tasks: TaskTracker,
    table: Arc<Table>,
    /// Descriptors that the process may have.
    descriptors_max: usize,
    rooms: Rooms,
    /// Cancelled when drain begins: no accept loop goes on.
    stopping: CancellationToken,
    reserve: Mutex<Reserve>,
    farewells: Arc<Semaphore>,
    observer: OnceLock<Box<Observer>>,
}

/// What is bound and does not accept yet.
#[derive(Debug)]
pub(crate) struct Bound {
    sockets: transport::Bound,
    layers: Arc<Layers>,
    rules: Rules,
}

/// What is called when an accepted session has ended.
type Observer = dyn Fn(&Session, &Result<(), Error>) + Send + Sync;

impl Engine {
    /// Makes an engine, with the process's soft descriptor limit raised to the hard one.
    ///
    /// # Errors
    /// [`ErrorKind::LocalLimits`] when the descriptors cannot hold the sessions asked for.
    pub fn new(limits: EngineLimits) -> Result<Self, Error> {
        let holds = usize::try_from(descriptors::raise_limit()).unwrap_or(usize::MAX);
        let each = limits.session_descriptors.max(1);
        // Where there are few, half of them are the most that may be kept apart.
        let apart = DESCRIPTORS_APART.min(holds / 2);
        let room = (holds - apart) / each;
        let sessions_max = limits.sessions_max.unwrap_or(room.max(1));
        if sessions_max > room {
            let why = format!(
                "{sessions_max} sessions need {} descriptors and the limit is {holds}",
                sessions_max.saturating_mul(each).saturating_add(apart),
            );
            return Err(Error::new(ErrorKind::LocalLimits, "start", "", why)
                .with_hint("raise the hard limit (ulimit -Hn) or ask for fewer sessions"));
        }
        // Half of what sessions leave: those who are refused must not take the sessions' own.
        let beside = holds.saturating_sub(sessions_max.saturating_mul(each));
        let farewells = listener::FAREWELLS_MAX.min(beside / 2);
        let inner = Inner {
            tasks: TaskTracker::new(),
            table: Arc::new(Table::new(sessions_max)),
            descriptors_max: holds,
            rooms: Rooms::default(),
            stopping: CancellationToken::new(),
            reserve: Mutex::new(Reserve::take()),
            farewells: Arc::new(Semaphore::new(farewells)),
            observer: OnceLock::new(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Sets what is called with each accepted session that has ended, once; later calls do nothing.
    ///
    /// It runs in the session's task and must not block.
    pub fn observe(&self, ended: impl Fn(&Session, &Result<(), Error>) + Send + Sync + 'static) {
        let _ = self.inner.observer.set(Box::new(ended));
    }

    /// Listens at `endpoint` and gives each conversation to `service`, under the endpoint's own
    /// `+limit`.
    ///
    /// # Errors
    /// [`ErrorKind::LocalBind`] when an address cannot be bound, [`ErrorKind::ConfigUsage`] when
    /// nothing can be accepted at such an endpoint; what its layers and its lists of networks lack.
    pub async fn listen(
        &self,
        endpoint: &Endpoint,
        service: Arc<dyn Service>,
    ) -> Result<Listening, Error> {
        let admission = Admission::new(AdmissionLimits::of(endpoint));
        self.listen_under(endpoint, service, admission).await
    }

    /// Listens as [`Engine::listen`] does, under `admission` in place of the endpoint's `+limit`, its
    /// `+allow` and `+deny` holding as ever;
    /// listeners that are given the same admission count together.
    ///
    /// # Errors
    /// As [`Engine::listen`].
    pub async fn listen_under(
        &self,
        endpoint: &Endpoint,
        service: Arc<dyn Service>,
        admission: Arc<Admission>,
    ) -> Result<Listening, Error> {
        Ok(self.accept(self.bind(endpoint).await?, service, admission))
    }

    /// Listens as [`Engine::listen_under`] does, at sockets that were bound for `endpoint` before:
    /// [`Listening::hand_over`] has given them up, here or in another process.
    ///
    /// # Errors
    /// [`ErrorKind::LocalBind`] when one of them is none at which can be accepted; what the endpoint's
    /// layers and its lists of networks lack.
    pub fn listen_on(
        &self,
        sockets: Vec<OwnedFd>,
        endpoint: &Endpoint,
        service: Arc<dyn Service>,
        admission: Arc<Admission>,
    ) -> Result<Listening, Error> {
        Ok(self.accept(self.adopt(endpoint, sockets)?, service, admission))
    }

    /// Binds every address that `endpoint` stands for; nothing is accepted yet.
    ///
    /// # Errors
    /// As [`Engine::listen`].
    pub(crate) async fn bind(&self, endpoint: &Endpoint) -> Result<Bound, Error> {
        let layers = Arc::new(Layers::prepare(endpoint, Role::Accept)?);
        let rules = Rules::read(endpoint)?;
        let sockets = transport::bind(endpoint, &self.inner.rooms).await?;
        Ok(Bound {
            sockets,
            layers,
            rules,
        })
    }

    /// Takes over what was bound for `endpoint`; nothing is accepted yet.
    ///
    /// # Errors
    /// As [`Engine::listen_on`].
    pub(crate) fn adopt(&self, endpoint: &Endpoint, sockets: Vec<OwnedFd>) -> Result<Bound, Error> {
        Ok(Bound {
            layers: Arc::new(Layers::prepare(endpoint, Role::Accept)?),
            rules: Rules::read(endpoint)?,
            sockets: transport::adopt(endpoint, sockets)?,
        })
    }

    /// Accepts at what was bound.
    pub(crate) fn accept(
        &self,
        bound: Bound,
        service: Arc<dyn Service>,
        admission: Arc<Admission>,
    ) -> Listening {
        Listening::start(self, bound, service, admission)
    }

    /// Returns how many sessions it holds at most, and how many descriptors the process may have.
    pub fn capacity(&self) -> (usize, usize) {
        (self.inner.table.sessions_max(), self.inner.descriptors_max)
    }

    /// Opens `endpoint` as a session of its own.
    ///
    /// # Errors
    /// Why it did not open; every address that was tried is named.
    pub async fn connect(&self, endpoint: &Endpoint) -> Result<(Conversation, Session), Error> {
        let (conversation, info) = self.open(endpoint).await?;
        let session = self.inner.table.enter(info, "connect", None).map_err(|_| {
            let why = "the engine holds as many sessions as it may, or is draining";
            Error::new(ErrorKind::LocalLimits, "connect", endpoint, why)
        })?;
        Ok((conversation, session))
    }

    /// Opens `endpoint` as the far side of a session that is in the table already, trying again as
    /// its `+retry` says.
    ///
    /// # Errors
    /// As [`Engine::connect`].
    pub async fn open(&self, endpoint: &Endpoint) -> Result<(Conversation, ConnectionInfo), Error> {
        let layers = Layers::prepare(endpoint, Role::Connect)?;
        self.open_under(endpoint, &layers, None).await
    }

    /// Opens `endpoint`, whose layers are ready, trying again as its `+retry` says and holding what
    /// it opens to its `+limit` and `+timeout`; `behalf` is the connection for which it is opened.
    ///
    /// # Errors
    /// As [`Engine::connect`].
    pub(crate) async fn open_under(
        &self,
        endpoint: &Endpoint,
        layers: &Layers,
        behalf: Option<&ConnectionInfo>,
    ) -> Result<(Conversation, ConnectionInfo), Error> {
        let total = endpoint.total_timeout().map(Until::from_now);
        let opening = self.open_at_last(endpoint, layers, behalf);
        let (conversation, info) = Until::hold(total, endpoint, opening).await?;
        let total = total.map(|until| (until.began, until.limit));
        let bounds = Bounds::new(&endpoint.limit(), total);
        Ok((conversation.bounded(bounds), info))
    }

    async fn open_at_last(
        &self,
        endpoint: &Endpoint,
        layers: &Layers,
        behalf: Option<&ConnectionInfo>,
    ) -> Result<(Conversation, ConnectionInfo), Error> {
        let mut pauses = Pauses::of(endpoint.retry());
        loop {
            let until = endpoint.connect_timeout().map(Until::from_now);
            let error = match self.open_once(endpoint, layers, behalf, until).await {
                Err(error) if error.kind().may_pass() => error,
                other => return other,
            };
            let Some(pause) = pauses.next() else {
                return Err(error);
            };
            let pause_ms = pause.as_millis();
            tracing::info!(target: "step", "{error}; trying again in {pause_ms} ms");
            tokio::time::sleep(pause).await;
        }
    }

    async fn open_once(
        &self,
        endpoint: &Endpoint,
        layers: &Layers,
        behalf: Option<&ConnectionInfo>,
        until: Option<Until>,
    ) -> Result<(Conversation, ConnectionInfo), Error> {
        let (mut conversation, mut info) = match endpoint.hops().next() {
            None => transport::connect(endpoint, &self.inner.rooms, until).await?,
            // In a box of its own: few go by way of others.
            Some(_) => Box::pin(via::connect(endpoint, &self.inner.rooms, until)).await?,
        };
        if !layers.is_empty() {
            let beyond = Beyond {
                behalf,
                ..Beyond::default()
            };
            let wrapping = Box::pin(layers.wrap(conversation, &mut info, beyond));
            conversation = Until::hold(until, endpoint, wrapping).await?;
        }
        tracing::info!(target: "step", "{endpoint} is open: {}", info.who());
        tracing::debug!(target: "step", "known of it: {info:?}");
        Ok((conversation, info))
    }

    /// Waits until drain begins.
    pub(crate) async fn stopping(&self) {
        self.inner.stopping.cancelled().await;
    }

    /// Returns every session in the order of their numbers.
    pub fn sessions(&self) -> Vec<SessionRow> {
        self.inner.table.rows()
    }

    /// Runs a service's own task until it ends.
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the one place that spawns"
    )]
    pub fn spawn(
        &self,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> tokio::task::JoinHandle<()> {
        tokio::spawn(self.inner.tasks.track_future(future))
    }

    /// Runs a session to its end in a task of its own.
    fn serve(&self, conversation: Conversation, terms: Terms, session: Session) {
        let task = self.clone().session(conversation, terms, session);
        self.spawn(task);
    }

    /// Serves a session to its end, its handshakes first.
    #[allow(
        clippy::manual_async_fn,
        reason = "an async fn holds its arguments twice, for as long as the session lives"
    )]
    fn session(
        self,
        conversation: Conversation,
        terms: Terms,
        mut session: Session,
    ) -> impl Future<Output = ()> + Send {
        async move {
            let Terms {
                layers,
                rules,
                service,
            } = terms;
            let bounds = Bounds::new(&rules.limit, None);
            session.set_quota(bounds.as_deref().and_then(Bounds::quota));
            let serving = match layers.is_empty() {
                true => service.serve(conversation.bounded(bounds), &session),
                // In a box of its own: a handshake takes more room than the session that lives on.
                false => {
                    match Box::pin(session.wrap(conversation, &layers, service.subprotocols()))
                        .await
                    {
                        Ok(conversation) => match session.readmit(&layers, &rules) {
                            Ok(()) => service.serve(conversation.bounded(bounds), &session),
                            Err(why) => {
                                let peer = session.info().peer;
                                let answer = listener::words(&*service, why, peer);
                                Box::pin(listener::turn_away(conversation, answer, &session, why))
                            }
                        },
                        Err(error) => Box::pin(ready(Err(error))),
                    }
                }
            };
            drop((layers, rules));
            let result = session.within_quota(serving.await);
            if let Some(observer) = self.inner.observer.get() {
                observer(&session, &result);
            } else if let Err(error) = result {
                tracing::debug!(session = session.id(), %error);
            }
        }
    }
}

/// What an accepted session is given.
#[derive(Debug)]
struct Terms {
    layers: Arc<Layers>,
    rules: Arc<Rules>,
    service: Arc<dyn Service>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("sessions", &self.table.open())
            .finish_non_exhaustive()
    }
}

/// Descriptors for everything but sessions: standard streams, listeners, store, event queue, spare.
const DESCRIPTORS_APART: usize = 64;
