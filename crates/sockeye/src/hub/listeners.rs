//! The listeners of a hub: bound all together, swapped all together.
//!
//! A change has two halves. [`Listeners::bind`] may fail and touches nothing that runs;
//! [`Listeners::swap`] cannot fail. A listener is kept, with its socket, when the new configuration
//! has one at the same address.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use super::balancers::Ready;
use super::config::{Config, Listen};
use super::notice::{Notice, Notices};
use super::services::{PAGE, Services, is_chat};
use super::status::ListenerStatus;
use super::takeover::Given;
use crate::endpoint::{Address, Endpoint, Host, Role, Value};
use crate::engine::{
    Admission, AdmissionLimits, Bound, ConnectLimits, Engine, Listening, Rules, Throttle,
};
use crate::error::{Error, ErrorKind};
use crate::layer::Layers;
use crate::service::Service;
use crate::service::balance::Balance;

/// What accepts at this moment, in the order of the configuration.
#[derive(Debug)]
pub(super) struct Listeners {
    rows: Vec<Row>,
    /// Counts the connections that are opened, whichever of them they come through.
    throttle: Arc<Throttle>,
}

#[derive(Debug)]
struct Row {
    listen: Listen,
    balance: Option<Arc<Balance>>,
    gate: Gate,
    listening: Listening,
}

/// What counts the sessions of a listener.
#[derive(Debug, Clone)]
struct Gate {
    limits: AdmissionLimits,
    is_passage: bool,
    admission: Arc<Admission>,
}

/// Listeners that are ready to take over.
#[derive(Debug)]
pub(super) struct Change {
    rows: Vec<Next>,
}

#[derive(Debug)]
struct Next {
    listen: Listen,
    service: Arc<dyn Service>,
    balance: Option<Ready>,
    from: From,
}

/// What a change came to.
#[derive(Debug, Default)]
pub(super) struct Swapped {
    /// What is different, in words.
    pub(super) changes: Vec<String>,
    /// Where it accepts and did not before, and the names of the layers there.
    pub(super) opened: Vec<(Address, Vec<&'static str>)>,
    /// What a person has to know of those, in words.
    pub(super) notes: Vec<String>,
}

impl Swapped {
    fn take_in(&mut self, at: &Endpoint, listening: &Listening) {
        let layers: Vec<_> = at.layers().map(|word| word.row().name).collect();
        for address in listening.addresses() {
            self.opened.push((address.clone(), layers.clone()));
        }
        self.notes.extend_from_slice(listening.notes());
    }

    /// Says where it accepts now.
    pub(super) fn announce(&self, notices: &Notices) {
        for (address, layers) in self.opened.iter().cloned() {
            notices.say(Notice::Listening { address, layers });
        }
        for note in &self.notes {
            notices.say(Notice::Note(note.clone()));
        }
    }
}

/// Where the socket of a listener comes from.
#[derive(Debug)]
enum From {
    /// The running listener at this index, with the rules of its new sessions, and their layers if
    /// these change.
    Kept(usize, Rules, Option<Arc<Layers>>),
    New(Bound),
}

impl Default for Listeners {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            throttle: Arc::new(Throttle::new(ConnectLimits::default())),
        }
    }
}

impl Listeners {
    /// Binds what is new in `config`; nothing that runs is touched.
    ///
    /// # Errors
    /// When an address cannot be bound, or a kept one would have to be bound anew.
    pub(super) async fn bind(
        &self,
        engine: &Engine,
        services: &Services,
        config: &Config,
        given: &mut Given,
    ) -> Result<Change, Error> {
        let mut rows = Vec::with_capacity(config.listen.len());
        let mut kept = vec![false; self.rows.len()];
        for listen in &config.listen {
            let same = |(index, row): &(usize, &Row)| {
                !kept[*index] && row.listen.at.address() == listen.at.address()
            };
            let before = self.rows.iter().enumerate().find(same);
            let balanced = before.and_then(|(_, row)| row.balance.as_ref());
            let balance = Ready::new(engine, listen, balanced)?;
            let from = match before {
                Some((index, row)) => {
                    check_kept(&row.listen.at, &listen.at)?;
                    kept[index] = true;
                    From::Kept(
                        index,
                        Rules::read(&listen.at)?,
                        layers_anew(&row.listen.at, &listen.at)?,
                    )
                }
                None => From::New(match given.take(&listen.at) {
                    Some((before, sockets)) => {
                        check_kept(&before, &listen.at)?;
                        engine.adopt(&listen.at, sockets)?
                    }
                    None => engine.bind(&listen.at).await?,
                }),
            };
            let service = match &balance {
                Some(ready) => Arc::clone(&ready.balance) as _,
                None => services.answering(listen)?,
            };
            rows.push(Next {
                listen: listen.clone(),
                service,
                balance,
                from,
            });
        }
        Ok(Change { rows })
    }

    /// Lets a change take effect.
    ///
    /// Sessions live on, with the service that they have, also where their listener goes.
    pub(super) fn swap(&mut self, engine: &Engine, change: Change, config: &Config) -> Swapped {
        let mut swapped = Swapped::default();
        let mut gates = Gates {
            config,
            throttle: &self.throttle,
            shared: None,
        };
        self.throttle.set(config.hub.connect_limits());
        let mut old: Vec<_> = std::mem::take(&mut self.rows)
            .into_iter()
            .map(Some)
            .collect();
        for next in change.rows {
            let Next {
                listen,
                service,
                balance,
                from,
            } = next;
            let balance = balance.map(Ready::configure);
            let (kept, bound) = match from {
                From::Kept(index, rules, layers) => {
                    (old[index].take().map(|row| (row, rules, layers)), None)
                }
                From::New(bound) => (None, Some(bound)),
            };
            let gate = gates.gate(&listen, kept.as_ref().map(|(row, ..)| &row.gate));
            let admission = Arc::clone(&gate.admission);
            let listening = match (kept, bound) {
                (Some((row, rules, layers)), _) => {
                    swapped.changes.extend(row.listen.changes(&listen));
                    row.retire_unless(balance.as_ref());
                    let notes = layers.iter().flat_map(|layers| layers.notes());
                    swapped.notes.extend(notes.map(str::to_owned));
                    if !row.listen.open {
                        swapped.notes.extend(open_note(&listen));
                    }
                    row.listening
                        .replace_under(service, admission, layers, Some(rules));
                    row.listening
                }
                (None, Some(bound)) => {
                    swapped.changes.push(format!("new: {listen}"));
                    let listening = engine.accept(bound, service, admission);
                    swapped.take_in(&listen.at, &listening);
                    swapped.notes.extend(open_note(&listen));
                    listening
                }
                // `bind` hands out each index once, under the lock that is held here.
                (None, None) => continue,
            };
            self.rows.push(Row {
                listen,
                balance,
                gate,
                listening,
            });
        }
        for row in old.into_iter().flatten() {
            row.retire_unless(None);
            swapped.changes.push(format!("gone: {}", row.listen));
        }
        swapped
    }

    /// Stops accepting and returns the sockets. Where the system has no descriptor left for them,
    /// they are closed and will have to be bound anew.
    pub(super) async fn hand_over(&mut self) -> Given {
        let mut given = Given::default();
        for Row {
            listen, listening, ..
        } in std::mem::take(&mut self.rows)
        {
            match listening.hand_over().await {
                Ok(sockets) => given.add(listen.at, sockets),
                Err(error) => tracing::warn!(%error, "{} is closed", listen.at),
            }
        }
        given
    }

    /// Returns each listener's addresses, service and counts.
    pub(super) fn status(&self) -> Vec<ListenerStatus> {
        let mut statuses = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let counted = row.listening.connections();
            statuses.extend(row.listening.addresses().iter().map(|at| ListenerStatus {
                at: at.to_string(),
                serve: row.listen.serve.to_string(),
                accepted: counted.accepted,
                refused: counted.refused,
                refused_throttled: counted.throttled,
                refused_banned: counted.banned,
            }));
        }
        statuses
    }

    /// Returns each balancer with the addresses where it accepts.
    pub(super) fn balancers(&self) -> impl Iterator<Item = (Vec<String>, &Arc<Balance>)> {
        self.rows.iter().filter_map(|row| {
            let at = row.listening.addresses().iter().map(Address::to_string);
            Some((at.collect(), row.balance.as_ref()?))
        })
    }

    /// Tells whether a proxy answers somewhere.
    pub(super) fn has_proxy(&self) -> bool {
        self.rows.iter().any(|row| row.listen.serve.is_proxy())
    }

    /// Returns where nobody is to come by way of a proxy of this hub: to the proxies and to the pages.
    pub(super) fn closed_to_proxies(&self) -> Vec<SocketAddr> {
        let is_closed = |row: &&Row| {
            let serve = &row.listen.serve;
            serve.is_proxy() || serve.address().scheme() == PAGE
        };
        let closed = self.rows.iter().filter(is_closed);
        let addresses = closed.flat_map(|row| row.listening.addresses());
        let socket = |address: &Address| match address {
            Address::Tcp { host, port, .. } => match host {
                Host::Ip(ip) => Some(SocketAddr::new(*ip, *port)),
                Host::Any => Some(SocketAddr::from((Ipv4Addr::UNSPECIFIED, *port))),
                Host::Loopback => Some(SocketAddr::from((Ipv4Addr::LOCALHOST, *port))),
                Host::Name(_) => None,
            },
            _ => None,
        };
        addresses.filter_map(socket).collect()
    }

    /// Returns the first address where this service answers.
    pub(super) fn address_of(&self, service: &str) -> Option<&Address> {
        let row = self
            .rows
            .iter()
            .find(|row| row.listen.serve.address().scheme() == service)?;
        row.listening.addresses().first()
    }
}

impl Row {
    /// Lets its balancer go, unless that goes on.
    fn retire_unless(&self, kept: Option<&Arc<Balance>>) {
        match (&self.balance, kept) {
            (Some(balance), Some(kept)) if Arc::ptr_eq(balance, kept) => {}
            (Some(balance), _) => balance.retire(),
            (None, _) => {}
        }
    }
}

impl Listen {
    /// Returns what is different in another one at the same address, in words.
    fn changes(&self, new: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        if (&self.at, &self.serve, self.open) != (&new.at, &new.serve, new.open) {
            changes.push(format!("{self} → {new}"));
        }
        changes.extend(self.balance_changes(new));
        changes
    }
}

impl std::fmt::Display for Listen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            at, serve, open, ..
        } = self;
        let open = if *open { ", open to everybody" } else { "" };
        write!(f, "listen {at} {serve}{open}")
    }
}

/// Says that a listener lets everybody through, if it does.
fn open_note(listen: &Listen) -> Option<String> {
    let Listen {
        at, serve, open, ..
    } = listen;
    let at = at.address();
    (*open).then(|| format!("{serve} at {at} lets everybody through who can reach it"))
}

/// Refuses a change that only a new socket could carry out.
fn check_kept(old: &Endpoint, new: &Endpoint) -> Result<(), Error> {
    if (old.tcp(), old.udp(), old.unix()) == (new.tcp(), new.udp(), new.unix()) {
        return Ok(());
    }
    let cause = format!("is bound already as {old}: its socket options hold until a restart");
    Err(Error::new(ErrorKind::LocalBind, "listen", new, cause))
}

/// Prepares the layers of a kept listener again, for their files may be others; `None` where the
/// ones that it has stay, for their certificate was made for this run.
fn layers_anew(old: &Endpoint, new: &Endpoint) -> Result<Option<Arc<Layers>>, Error> {
    let made_here = old.value("tls", "self-signed") == Some(Value::Flag(true));
    if made_here && old.words() == new.words() {
        return Ok(None);
    }
    Ok(Some(Arc::new(Layers::prepare(new, Role::Accept)?)))
}

/// Finds what counts the sessions of each listener.
struct Gates<'a> {
    config: &'a Config,
    throttle: &'a Arc<Throttle>,
    /// What those for chat share that have no `+limit` of their own.
    shared: Option<Gate>,
}

impl Gates<'_> {
    /// Returns what counts a listener's sessions: what counted them before, where its limits are the
    /// same, so that the counts go on.
    ///
    /// Listeners for chat without a `+limit` of their own count together: a source is one source,
    /// whichever of them it comes through.
    fn gate(&mut self, listen: &Listen, before: Option<&Gate>) -> Gate {
        let mut limits = AdmissionLimits::of(&listen.at);
        let alone = limits != AdmissionLimits::default();
        let Config { hub, chat, .. } = self.config;
        limits.exempt.clone_from(&hub.exempt);
        let is_shared = is_chat(listen) && !alone;
        if is_chat(listen) {
            limits.source_pending_max = Some(chat.pending_per_source as usize);
            limits.source_established_max = Some(chat.registered_per_source as usize);
            let from = self.config.gateways.iter().flat_map(|at| &at.from);
            limits.gateways.extend(from.copied());
        }
        let known = match is_shared {
            true => self.shared.as_ref().or(before),
            false => before,
        };
        let is_passage = is_passage(listen);
        let fits = |gate: &&Gate| gate.limits == limits && gate.is_passage == is_passage;
        let gate = known.filter(fits).cloned().unwrap_or_else(|| Gate {
            admission: match is_passage {
                true => Admission::new(limits.clone()),
                false => Admission::throttled_by(self.throttle, limits.clone()),
            },
            limits,
            is_passage,
        });
        if is_shared {
            self.shared = Some(gate.clone());
        }
        gate
    }
}

/// Tells whether connections are passed on: a browser or an application rightly opens many of those,
/// and what they cost is paid elsewhere.
fn is_passage(listen: &Listen) -> bool {
    match listen.serve.address() {
        Address::Service { name, .. } => PASSAGES.contains(name),
        _ => true,
    }
}

/// Services that pass connections on, by their names in the vocabulary.
const PASSAGES: [&str; 4] = ["balance", "http-proxy", "proxy", "socks"];
