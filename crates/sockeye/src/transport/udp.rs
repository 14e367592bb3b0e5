//! UDP (RFC 768): a session for each peer that sends, whole messages in the order in which they come.
//!
//! ```text
//! socket ──Pump──▶ queue of each peer ──▶ its session          a new peer's session is accepted
//!    ▲      │                                 │
//!    │      │ ◀───── shortcut ──────▶ far end │                 opened by a relay, while the queue is empty
//!    └──────┴─────────────────────────────────┘  sessions send through the socket themselves
//! ```
//!
//! Invariants: a peer has one session at a time for each address of this machine that it sends to,
//! and all that it sends there goes to it in order; answers leave from that address; a queue
//! is bounded ([`queue`]), and what it drops is counted; a session
//! retires only with an empty queue; the pump runs for as long as anybody needs it.

mod answers;
mod queue;
mod socket;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use super::tcp::{bind_each, unmapped};
use super::{Bound, options};
use crate::endpoint::{Address, Endpoint, Family, Host, IpOptions};
use crate::error::Error;
use crate::io::{ConnectionInfo, Conversation, Datagram, Messages, Shortcut};
use crate::sys::messages::{Ends, receive_from, tell_destination};
use answers::{Answers, Held};
use queue::{Level, Queue};
pub(crate) use socket::receive;
use socket::{Shared, Waiting};

pub(super) use socket::{adopt, connect};

/// A bound UDP socket.
#[derive(Debug)]
pub(crate) struct Listener {
    switch: Arc<Switch>,
    arrivals: tokio::sync::Mutex<mpsc::Receiver<Arrival>>,
    pump: Option<Pump>,
}

type Arrival = (Conversation, ConnectionInfo);

/// Binds every address of `host`, all on one port.
pub(super) async fn bind(
    endpoint: &Endpoint,
    host: &Host,
    port: u16,
    family: Family,
) -> Result<Bound, Error> {
    let idle = endpoint.idle().unwrap_or(IDLE);
    let options = endpoint.udp();
    bind_each(endpoint, host, port, family, |at, only_v6| {
        let socket = open(at, &options)?;
        if at.is_ipv6() {
            socket.set_only_v6(only_v6 || !at.ip().is_unspecified())?;
        }
        if at.ip().is_unspecified() {
            match tell_destination(&socket, at.is_ipv6()) {
                // The system chooses where answers leave from.
                Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
                other => other?,
            }
        }
        socket.bind(&at.into())?;
        let socket = UdpSocket::from_std(socket.into())?;
        let local = socket.local_addr()?;
        let listener = Listener::new(socket, local, idle);
        Ok((super::Listener::Udp(listener), local.port()))
    })
    .await
}

/// Makes a non-blocking socket with room for a burst.
fn open(at: SocketAddr, options: &IpOptions) -> io::Result<Socket> {
    let kind = Type::DGRAM.nonblocking();
    let socket = Socket::new(Domain::for_address(at), kind, Some(Protocol::UDP))?;
    // The system gives what its own limit allows (net.core.rmem_max).
    socket.set_recv_buffer_size(SOCKET_BYTES)?;
    options::set(&socket, at, options)?;
    Ok(socket)
}

impl Listener {
    /// Takes over a bound, non-blocking socket.
    pub(super) fn adopt(
        socket: Socket,
        local: SocketAddr,
        idle: Option<Duration>,
    ) -> io::Result<Self> {
        let socket = UdpSocket::from_std(socket.into())?;
        Ok(Self::new(socket, local, idle.unwrap_or(IDLE)))
    }

    fn new(socket: UdpSocket, local: SocketAddr, idle: Duration) -> Self {
        let (arrived, arrivals) = mpsc::channel(BACKLOG);
        let switch = Arc::new(Switch {
            socket,
            local: unmapped(local),
            idle,
            peers: Mutex::default(),
            answers: Answers::new(),
            changed: Notify::new(),
        });
        Self {
            pump: Some(Pump {
                switch: Arc::clone(&switch),
                arrived,
            }),
            switch,
            arrivals: tokio::sync::Mutex::new(arrivals),
        }
    }

    /// Takes out what has to run for as long as the listener or a session of it lives.
    pub(super) fn take_pump(&mut self) -> Option<Pump> {
        self.pump.take()
    }

    pub(super) async fn accept(&self) -> io::Result<Arrival> {
        // The pump ends after the listener only, unless the socket is broken.
        let arrival = self.arrivals.lock().await.recv().await;
        arrival.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Gives the socket up; what its peers send from now on is not for this process.
    pub(super) fn hand_over(self) -> io::Result<OwnedFd> {
        let mut peers = self.switch.peers();
        peers.closed = true;
        let known: Vec<Ends> = peers.queues.keys().copied().collect();
        known
            .iter()
            .for_each(|peer| self.switch.leave(&mut peers, peer));
        drop(peers);
        self.switch.socket.as_fd().try_clone_to_owned()
    }

    pub(super) fn local(&self) -> Address {
        Address::udp(self.switch.local)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.switch.peers().closed = true;
        self.switch.changed.notify_one();
    }
}

/// One socket and the peers that talk through it.
#[derive(Debug)]
struct Switch {
    socket: UdpSocket,
    local: SocketAddr,
    idle: Duration,
    peers: Mutex<Peers>,
    answers: Answers,
    /// The listener was closed, or a peer has left.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Peers {
    queues: HashMap<Ends, Queue>,
    /// Whether no new peer is taken.
    closed: bool,
}

impl Switch {
    fn peers(&self) -> MutexGuard<'_, Peers> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets a peer, and its shortcut.
    fn leave(&self, peers: &mut Peers, peer: &Ends) {
        let queue = peers.queues.remove(peer);
        if let Some(shortcut) = queue.and_then(|queue| queue.shortcut) {
            self.answers.remove(&shortcut);
        }
    }

    /// Makes the session of a new peer.
    fn arrival(self: &Arc<Self>, from: Ends) -> (Queue, Arrival) {
        let (queue, arrived) = Queue::new();
        let peer = PeerMessages {
            switch: Arc::clone(self),
            to: from,
            arrived,
            level: Arc::clone(&queue.level),
            in_hand: (0, 0),
            blocked: Waiting::default(),
        };
        let peer_at = unmapped(from.peer);
        let ours = from.ours.unwrap_or(self.local.ip());
        let info = ConnectionInfo {
            peer: Some(peer_at),
            local: Some(SocketAddr::new(ours, self.local.port())),
            peer_text: peer_at.to_string(),
            ..ConnectionInfo::default()
        };
        let datagram = Datagram::new(peer).with_idle(Some(self.idle));
        (queue, (datagram.into(), info))
    }
}

/// Reads the socket and hands each message to its peer's queue, or past it.
#[derive(Debug)]
pub(crate) struct Pump {
    switch: Arc<Switch>,
    arrived: mpsc::Sender<Arrival>,
}

impl Pump {
    /// Runs until the listener is closed and the last peer has left.
    pub(crate) async fn run(self) {
        let Switch {
            socket,
            answers,
            changed,
            ..
        } = &*self.switch;
        let mut held = Held::new();
        while !(self.is_over() && held.is_empty()) {
            let moved = tokio::select! {
                ready = socket.readable() => ready.and_then(|()| self.receive()),
                passed = answers.pass(socket, &mut held) => passed,
                () = changed.notified() => Ok(()),
            };
            if let Err(error) = moved {
                tracing::warn!(%error, "cannot receive");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    fn is_over(&self) -> bool {
        let peers = self.switch.peers();
        peers.closed && peers.queues.is_empty()
    }

    fn receive(&self) -> io::Result<()> {
        receive(&self.switch.socket, |socket| {
            receive_from(socket, |messages| {
                let (mut peers, now) = (self.switch.peers(), Instant::now());
                // What one peer sends in a row goes on in a row.
                for run in messages.chunk_by(|(one, _), (next, _)| one == next) {
                    self.sort(&mut peers, run, now);
                }
            })
        })
        .map(drop)
    }

    /// Hands on messages of one peer.
    fn sort(&self, peers: &mut Peers, run: &[(Ends, &[u8])], now: Instant) {
        let Some(&(from, _)) = run.first() else {
            return;
        };
        if let Some(queue) = peers.queues.get(&from) {
            return queue.pass(run, now);
        }
        if peers.closed {
            return;
        }
        // Without a place in the queue of new peers the message is one that never arrived.
        let Ok(place) = self.arrived.try_reserve() else {
            tracing::debug!(from = %from.peer, "too many new peers at once");
            return;
        };
        let (queue, arrival) = self.switch.arrival(from);
        queue.pass(run, now);
        peers.queues.insert(from, queue);
        place.send(arrival);
    }
}

/// The messages of one peer of a listening socket.
#[derive(Debug)]
struct PeerMessages {
    switch: Arc<Switch>,
    to: Ends,
    arrived: mpsc::Receiver<Bytes>,
    level: Arc<Level>,
    /// Messages and bytes that were received last: who asks for more is done with them.
    in_hand: (usize, usize),
    blocked: Waiting,
}

impl Messages for PeerMessages {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        let (messages, bytes) = std::mem::take(&mut self.in_hand);
        self.level.took(messages, bytes);
        let (known, mut bytes) = (into.len(), 0);
        let Some(first) = ready!(self.arrived.poll_recv(cx)) else {
            return Poll::Ready(Ok(false));
        };
        let rest = std::iter::from_fn(|| self.arrived.try_recv().ok());
        for message in std::iter::once(first).chain(rest).take(TURN_MESSAGES) {
            bytes += message.len();
            into.push_back(message);
        }
        self.in_hand = (into.len() - known, bytes);
        Poll::Ready(Ok(true))
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        let socket = Shared::Switch(Arc::clone(&self.switch));
        self.blocked.send(cx, &socket, Some(self.to), from)
    }

    fn message_bytes_max(&self) -> usize {
        bytes_max(self.to.peer)
    }

    fn retire(&mut self) -> bool {
        let mut peers = self.switch.peers();
        // Nothing is put into the queue or passes it while the lock is held.
        let empty = self.level.messages.load(Ordering::Acquire) == self.in_hand.0;
        let queue = peers.queues.get(&self.to);
        let shortcut = queue.and_then(|queue| queue.shortcut.as_ref());
        let quiet = empty && !shortcut.is_some_and(|shortcut| shortcut.has_news());
        if quiet {
            self.switch.leave(&mut peers, &self.to);
        }
        quiet
    }

    fn open_shortcut(&mut self, shortcut: &Arc<Shortcut>) -> bool {
        let mut peers = self.switch.peers();
        let queue = peers.queues.get_mut(&self.to);
        let Some(queue) = queue.filter(|queue| self.is_mine(queue)) else {
            return false;
        };
        let opened = self.switch.answers.add(shortcut, self.to);
        queue.shortcut = opened.then(|| Arc::clone(shortcut));
        opened
    }

    fn close_shortcut(&mut self) {
        let mut peers = self.switch.peers();
        let queue = peers.queues.get_mut(&self.to);
        if let Some(shortcut) = queue
            .filter(|queue| self.is_mine(queue))
            .and_then(|queue| queue.shortcut.take())
        {
            self.switch.answers.remove(&shortcut);
        }
    }

    fn bytes_dropped(&self) -> u64 {
        self.level.bytes_dropped.load(Ordering::Relaxed)
    }
}

impl PeerMessages {
    /// Tells whether a queue is this session's: after it has retired, the peer may have a new one.
    fn is_mine(&self, queue: &Queue) -> bool {
        Arc::ptr_eq(&queue.level, &self.level)
    }
}

impl Drop for PeerMessages {
    fn drop(&mut self) {
        let mut peers = self.switch.peers();
        if peers
            .queues
            .get(&self.to)
            .is_some_and(|queue| self.is_mine(queue))
        {
            self.switch.leave(&mut peers, &self.to);
        }
        drop(peers);
        self.switch.changed.notify_one();
    }
}

/// Returns the largest message to `peer`, bytes: what an IP packet holds without the headers.
fn bytes_max(peer: SocketAddr) -> usize {
    match unmapped(peer).is_ipv4() {
        true => BYTES_MAX_V4,
        false => BYTES_MAX_V6,
    }
}

/// How long a peer may be silent before its session ends.
const IDLE: Duration = Duration::from_secs(60);
/// New peers that may wait to be accepted.
const BACKLOG: usize = 1024;
/// What is asked of the system for a socket's receive buffer, bytes.
const SOCKET_BYTES: usize = 4 * 1024 * 1024;
/// What a session takes at once, messages.
const TURN_MESSAGES: usize = 64;
/// How long the pump waits after a failure that may last.
const PAUSE: Duration = Duration::from_millis(50);
/// 65,535 less 20 and 8 bytes of headers (RFC 791 section 3.1, RFC 768).
const BYTES_MAX_V4: usize = 65_507;
/// 65,535 less 8 bytes of header (RFC 8200 section 3, RFC 768).
const BYTES_MAX_V6: usize = 65_527;

#[cfg(test)]
mod tests;
