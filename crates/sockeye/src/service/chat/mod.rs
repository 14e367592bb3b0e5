//! Chat: the shell of sockets, queues and the store around the network's
//! [pipeline](sockeye_proto::irc::pipeline).
//!
//! ```text
//!  connection tasks ──asks, bounded──▶ core task ──batches──▶ log
//!        ▲                                 │
//!        └────── outboxes, 1 MiB each ─────┘
//! ```

mod accounts;
mod bans;
mod cloak;
mod connection;
mod core;
mod deliver;
mod gateway;
mod operate;
mod outbox;
mod seats;
mod staying;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use bytes::Bytes;
use sockeye_proto::irc::pipeline::Pipeline;
use sockeye_proto::irc::settings::Settings;
pub use sockeye_proto::irc::settings::{AlwaysOn, ChannelModes, Presence, TagsDenied};
use tokio::sync::{Notify, mpsc, oneshot};

use self::cloak::Cloaks;
use self::connection::Connection;
use self::core::{Ask, Core, Restored};
pub use self::gateway::Gateway;
pub use self::operate::Rehash;
use self::seats::Seats;
use super::{BoxFuture, Refusal, Service};
use crate::endpoint::Network;
use crate::engine::{AdmissionLimits, Engine, Session};
use crate::error::{Error, ErrorKind};
use crate::io::Conversation;
use crate::state::{Accounts, Audit, Ban, Bans, Health, History, Log, LogError, Suspect};

/// A chat network as a service.
#[derive(Debug)]
pub struct Chat {
    shared: Arc<Shared>,
}

/// What a chat network is made of.
#[derive(Debug)]
pub struct ChatOptions {
    /// What an operator sets.
    pub settings: Settings,
    /// Where its events are ordered and kept.
    pub log: Arc<dyn Log>,
    /// Where its messages are read back; the same store.
    pub history: Arc<dyn History>,
    /// Who may log in; none: nobody can.
    pub accounts: Option<Accounts>,
    /// Who may not come; none: nobody is banned.
    pub bans: Option<Bans>,
    /// Where it is kept who did what; none: nowhere.
    pub audit: Option<Audit>,
    /// How clients are treated by where they come from.
    pub rules: ClientRules,
}

/// How clients are treated by where they come from. `0.0.0.0` stands for peers without an IP
/// address.
#[derive(Debug, Clone, Default)]
pub struct ClientRules {
    /// Networks without flood control.
    pub exempt: Vec<Network>,
    /// Networks from which one has to log in to come.
    pub require_sasl: Vec<Network>,
    /// Who is believed whom it comes for.
    pub gateways: Vec<Gateway>,
    /// The key of the hosts that are shown in place of addresses; `None`: addresses are shown.
    pub cloak_key: Option<[u8; 32]>,
}

/// How a chat network is doing, for `status`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChatStats {
    /// Connections, registered or not.
    pub connections: usize,
    /// Those of clients on the network.
    pub registered: usize,
    /// Clients on the network, some with several connections and some without any.
    pub clients: usize,
    /// Channels, with members or with stored state.
    pub channels: usize,
    /// Inputs that wait for the core.
    pub waiting: usize,
    /// The log's health; three failures in a row mean that it does not take anything.
    pub log: Health,
}

/// What the connections, the core and the service share.
#[derive(Debug)]
struct Shared {
    asks: mpsc::Sender<Ask>,
    seats: Seats,
    /// A queue that talkers waited for has been emptied, or a connection has gone.
    relief: Notify,
    current: RwLock<Current>,
    log: Arc<dyn Log>,
    history: Arc<dyn History>,
    accounts: Option<Accounts>,
    bans: Option<Bans>,
    audit: Option<Audit>,
    engine: Engine,
    /// Whether nicks are kept may have changed.
    reserving: Notify,
    /// How the configuration is read again, where that can be done.
    rehash: OnceLock<Rehash>,
    connections: AtomicUsize,
    registered: AtomicUsize,
    clients: AtomicUsize,
    channels: AtomicUsize,
}

/// What a reload replaces.
#[derive(Debug, Clone)]
struct Current {
    settings: Arc<Settings>,
    rules: Arc<ClientRules>,
}

impl Chat {
    /// Rebuilds the network from its log and starts it.
    ///
    /// # Errors
    /// When the log cannot be read or written, or holds what this version does not know.
    pub async fn start(engine: &Engine, options: ChatOptions) -> Result<Arc<Self>, Error> {
        let ChatOptions {
            settings,
            log,
            history,
            accounts,
            bans,
            audit,
            rules,
        } = options;
        let restored = restore(&*log, settings.clone()).await?;
        let (asks, asked) = mpsc::channel(ASKS_MAX);
        let current = Current {
            settings: Arc::new(settings),
            rules: Arc::new(rules),
        };
        let shared = Arc::new(Shared {
            asks,
            seats: Seats::default(),
            relief: Notify::new(),
            current: RwLock::new(current),
            log: log.clone(),
            history,
            accounts,
            bans,
            audit,
            engine: engine.clone(),
            reserving: Notify::new(),
            rehash: OnceLock::new(),
            connections: AtomicUsize::new(0),
            registered: AtomicUsize::new(0),
            clients: AtomicUsize::new(restored.pipeline.clients_len()),
            channels: AtomicUsize::new(restored.pipeline.channels()),
        });
        engine.spawn(Core::new(restored, log, shared.clone(), asked).run());
        if let Some(accounts) = shared.accounts.clone() {
            engine.spawn(accounts::reserve(shared.clone(), accounts.clone()));
            engine.spawn(staying::retire(shared.clone(), accounts));
        }
        Ok(Arc::new(Self { shared }))
    }

    /// Returns the limits for a listener of this service: a flood of half-made connections from one
    /// source leaves room for its others, and for everybody else.
    pub fn admission(exempt: Vec<Network>) -> AdmissionLimits {
        AdmissionLimits {
            source_pending_max: Some(SOURCE_PENDING_MAX as usize),
            source_established_max: Some(SOURCE_ESTABLISHED_MAX as usize),
            exempt,
            ..AdmissionLimits::default()
        }
    }

    /// Replaces settings and rules; connections live on as they are. The case mapping stays.
    ///
    /// # Errors
    /// When the service has stopped.
    pub async fn reload(&self, settings: Settings, rules: ClientRules) -> Result<(), Error> {
        let ask = Ask::Reload(Box::new(settings.clone()));
        self.shared.asks.send(ask).await.map_err(|_| stopped())?;
        let current = Current {
            settings: Arc::new(settings),
            rules: Arc::new(rules),
        };
        *self
            .shared
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner) = current;
        self.shared.reserving.notify_one();
        Ok(())
    }

    /// Sends away whom a new ban fits, and tells the operators of it.
    pub async fn enforce(&self, ban: &Ban) {
        self.shared.enforce(ban).await;
    }

    /// Sets what REHASH of an operator does; once, before that it is refused.
    pub fn set_rehash(&self, rehash: Rehash) {
        let _set_once = self.shared.rehash.set(rehash);
    }

    /// Finishes what is under way and stores the state, so that the next start is quick. Call it
    /// after the connections have been drained.
    ///
    /// # Errors
    /// When the state could not be stored; nothing acknowledged is lost by that.
    pub async fn stop(&self) -> Result<(), Error> {
        let (answer, answered) = oneshot::channel();
        self.shared
            .asks
            .send(Ask::Stop(answer))
            .await
            .map_err(|_| stopped())?;
        answered
            .await
            .map_err(|_| stopped())?
            .map_err(|e| store_error(&e))
    }

    /// Returns how it is doing.
    pub fn stats(&self) -> ChatStats {
        let shared = &self.shared;
        ChatStats {
            connections: shared.connections.load(Ordering::Relaxed),
            registered: shared.registered.load(Ordering::Relaxed),
            clients: shared.clients.load(Ordering::Relaxed),
            channels: shared.channels.load(Ordering::Relaxed),
            waiting: shared.asks.max_capacity() - shared.asks.capacity(),
            log: shared.log.health(),
        }
    }
}

impl Service for Chat {
    fn name(&self) -> &'static str {
        "chat"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        let Conversation::Stream(stream) = conversation.into_lines() else {
            let why = "chat needs a byte stream or a WebSocket";
            let peer = &session.info().peer_text;
            let refused = Error::new(ErrorKind::ConfigUsage, "serve", peer, why);
            return Box::pin(std::future::ready(Err(refused)));
        };
        let mut connection = Connection::new(&self.shared, stream, session);
        Box::pin(async move {
            connection.serve().await;
            Ok(())
        })
    }

    fn subprotocols(&self) -> &'static [&'static str] {
        &["text.ircv3.net", "binary.ircv3.net"]
    }

    fn refusal(&self, why: Refusal) -> Option<Bytes> {
        let line = format!("ERROR :Closing Link: {}\r\n", words(why));
        Some(line.into())
    }

    fn refusal_of_banned(&self, address: IpAddr) -> Option<Bytes> {
        let whom = Suspect {
            address: Some(address),
            ..Suspect::default()
        };
        let Some(ban) = self.shared.ban_of(&whom) else {
            return self.refusal(Refusal::Banned);
        };
        let mut told = bans::told(&ban, &self.shared.current().settings.server, "*").to_vec();
        told.extend(format!("ERROR :Closing link: ({})\r\n", ban.reason).bytes());
        Some(told.into())
    }
}

impl Shared {
    fn current(&self) -> Current {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl ClientRules {
    fn exempts(&self, peer: IpAddr) -> bool {
        self.exempt.iter().any(|network| network.contains(peer))
    }

    fn requires_login(&self, peer: IpAddr) -> bool {
        self.require_sasl
            .iter()
            .any(|network| network.contains(peer))
    }

    /// Returns the host with which a client at this address is shown.
    fn host(&self, peer: Option<IpAddr>) -> String {
        let Some(peer) = peer else {
            return "localhost".to_owned();
        };
        match self.cloak_key {
            Some(key) => Cloaks::new(key).of(peer),
            None => address_text(peer),
        }
    }
}

/// Writes an address so that it can be a parameter: without a colon at its beginning.
fn address_text(address: IpAddr) -> String {
    let text = address.to_string();
    match text.starts_with(':') {
        true => format!("0{text}"),
        false => text,
    }
}

async fn restore(log: &dyn Log, settings: Settings) -> Result<Restored, Error> {
    log.lease().await.map_err(|e| store_error(&e))?;
    let snapshot = log.snapshot().await.map_err(|e| store_error(&e))?;
    let (number, state) = match snapshot {
        Some((number, state)) => (number, Some(state)),
        None => (0, None),
    };
    let tail = log.tail(number).await.map_err(|e| store_error(&e))?;
    let state_rows = tail.records.len();
    let pipeline = Pipeline::restore(
        settings,
        state.as_deref(),
        &tail.records,
        tail.last,
        tail.last_wall_ms,
    )
    .map_err(|e| Error::new(ErrorKind::LocalRead, "restore", "chat", e.0))?;
    Ok(Restored {
        pipeline,
        state_rows,
    })
}

/// Says why a connection is refused.
fn words(why: Refusal) -> &'static str {
    match why {
        Refusal::Full => "Too many connections here, try later",
        Refusal::SourcePending => "Too many unregistered connections from your network",
        Refusal::SourceEstablished => "Too many connections from your network",
        Refusal::Banned => "You are banned from this server",
        Refusal::SourceThrottled => "Too many new connections from your network, try later",
        Refusal::SourceForbidden => "Connections from your network are not allowed here",
        Refusal::Draining => "The hub is shutting down",
    }
}

fn store_error(e: &LogError) -> Error {
    let kind = match e {
        LogError::Unreadable(_) => ErrorKind::LocalRead,
        _ => ErrorKind::LocalWrite,
    };
    Error::new(kind, "start", "chat", e)
}

fn stopped() -> Error {
    Error::new(ErrorKind::Internal, "ask", "chat", "it has stopped")
}

/// Inputs that wait for the core; more make connections wait, and so their clients.
const ASKS_MAX: usize = 4_096;

/// Unregistered connections of one source: enough for a household behind one address that
/// reconnects at once.
pub(crate) const SOURCE_PENDING_MAX: u32 = 64;

/// Registered connections of one source: enough for an office behind one address.
pub(crate) const SOURCE_ESTABLISHED_MAX: u32 = 256;
