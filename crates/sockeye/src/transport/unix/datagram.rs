//! `unix-dgram:`: a session for each peer that sends, whole messages in the order in which they come.
//!
//! ```text
//! socket ──Pump──▶ queue of each peer ──▶ its session          a new peer's session is accepted
//!    ▲                                        │
//!    └────────────────────────────────────────┘  sessions send through the socket themselves
//! ```
//!
//! Unlike UDP nothing is lost on the way: a sender waits while a queue is full. Invariants: a peer has
//! one session at a time, and all that it sends goes there in order; a queue holds at most
//! [`QUEUE_BYTES`]; one that does not move for [`HELD_UP_TIME_MAX`] holds up nobody any more, and what
//! it then drops is counted; a session retires only with an empty queue.
//!
//! A peer is known by its socket's name. Those without one are told apart by their process, and
//! cannot be answered.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use rustix::net::SendFlags;
use socket2::{SockAddr, Socket, Type};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{sleep, timeout};

use super::super::Bound;
use super::MESSAGE_BYTES_MAX;
use super::messages::{SocketMessages, bytes_max, receive, too_large};
use super::name::{self, SocketFile, shown};
use super::pause::{Pause, may_pass};
use crate::endpoint::{Address, Endpoint, UnixName};
use crate::error::Error;
use crate::io::{ConnectionInfo, Conversation, Datagram, Messages, PeerCredentials};
use crate::sys::local::{self, Arrived};
use crate::sys::socket::{unacknowledged, watched};

/// A bound datagram socket.
#[derive(Debug)]
pub(crate) struct Listener {
    switch: Arc<Switch>,
    name: UnixName,
    arrivals: tokio::sync::Mutex<mpsc::Receiver<Arrival>>,
    pump: Option<Pump>,
    /// Gone with the listener, also where sessions live on: nobody new finds the socket.
    file: Option<SocketFile>,
}

type Arrival = (Conversation, ConnectionInfo);

pub(in crate::transport) fn bind(endpoint: &Endpoint, name: &UnixName) -> Result<Bound, Error> {
    let (socket, file) = name::bound(endpoint, Type::DGRAM, name)?;
    let idle = endpoint.idle().unwrap_or(IDLE);
    let listener = Listener::new(socket, file, name.clone(), idle)
        .map_err(|error| name::unbindable(endpoint, &error))?;
    Ok(Bound {
        listeners: vec![super::super::Listener::UnixDatagram(listener)],
        skipped: Vec::new(),
    })
}

/// Opens a socket that talks to one peer, with a name of its own so that it can be answered.
pub(in crate::transport) async fn connect(
    endpoint: &Endpoint,
    name: &UnixName,
) -> Result<(Conversation, ConnectionInfo), Error> {
    let open = async {
        let socket = name::socket(Type::DGRAM, &endpoint.unix())?;
        // Where a system has no such names, it can send all the same.
        let _ = local::name_itself(&socket);
        name::connected(&socket, name).await?;
        SocketMessages::new(socket, Type::DGRAM)
    };
    let messages = open
        .await
        .map_err(|error| name::unreachable(endpoint, &error))?;
    let info = ConnectionInfo {
        peer_text: format!("unix-dgram:{name}"),
        ..ConnectionInfo::default()
    };
    Ok((Datagram::new(messages).into(), info))
}

impl Listener {
    /// Takes over a bound, non-blocking socket.
    pub(in crate::transport) fn adopt(
        socket: Socket,
        name: UnixName,
        idle: Option<Duration>,
    ) -> io::Result<Self> {
        Self::new(socket, None, name, idle.unwrap_or(IDLE))
    }

    fn new(
        socket: Socket,
        file: Option<SocketFile>,
        name: UnixName,
        idle: Duration,
    ) -> io::Result<Self> {
        local::ask_for_credentials(&socket)?;
        let (arrived, arrivals) = mpsc::channel(BACKLOG);
        let switch = Arc::new(Switch {
            bytes_max: bytes_max(&socket)?,
            socket: watched(socket)?,
            idle,
            peers: Mutex::default(),
            changed: Notify::new(),
        });
        Ok(Self {
            pump: Some(Pump {
                switch: Arc::clone(&switch),
                arrived,
            }),
            switch,
            name,
            arrivals: tokio::sync::Mutex::new(arrivals),
            file,
        })
    }

    /// Takes out what has to run for as long as the listener or a session of it lives.
    pub(in crate::transport) fn take_pump(&mut self) -> Option<Pump> {
        self.pump.take()
    }

    pub(in crate::transport) async fn accept(&self) -> io::Result<Arrival> {
        // The pump ends after the listener only.
        let arrival = self.arrivals.lock().await.recv().await;
        arrival.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Has the socket's file go with it from now on.
    pub(in crate::transport) fn own_name(&mut self) {
        self.file = SocketFile::named(&self.name);
    }

    /// Gives the socket up; what its peers send from now on is not for this process.
    pub(in crate::transport) fn hand_over(mut self) -> io::Result<OwnedFd> {
        self.file.take().into_iter().for_each(SocketFile::stay);
        let mut peers = self.switch.peers();
        peers.closed = true;
        peers.queues.clear();
        drop(peers);
        self.switch.socket.as_fd().try_clone_to_owned()
    }

    pub(in crate::transport) fn local(&self) -> Address {
        Address::UnixDatagram(self.name.clone())
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
    socket: AsyncFd<Socket>,
    bytes_max: usize,
    idle: Duration,
    peers: Mutex<Peers>,
    /// The listener was closed, or a peer has left.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Peers {
    queues: HashMap<Peer, Queue>,
    /// Whether no new peer is taken.
    closed: bool,
}

/// Who sends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Peer {
    Named(SockAddr),
    /// A process with a socket that has no name; `None` where it cannot be seen from here.
    Unnamed(Option<u32>),
}

/// The way to a peer's session.
#[derive(Debug, Clone)]
struct Queue {
    letters: mpsc::Sender<Letter>,
    room: Arc<Semaphore>,
    level: Arc<Level>,
}

/// How a queue gets on.
#[derive(Debug, Default)]
struct Level {
    /// Whether nobody waits for room in it, since it did not move for too long.
    stuck: AtomicBool,
    bytes_dropped: AtomicU64,
}

/// A message, or how long one was that is too large, and the room that it takes.
#[derive(Debug)]
struct Letter {
    message: Result<Bytes, usize>,
    _room: OwnedSemaphorePermit,
}

impl Peer {
    fn of(from: SockAddr, credentials: Option<PeerCredentials>) -> Self {
        match from.as_pathname().is_some() || from.as_abstract_namespace().is_some() {
            true => Self::Named(from),
            false => Self::Unnamed(credentials.and_then(|known| known.pid)),
        }
    }

    /// Returns it as a person reads it.
    fn text(&self) -> String {
        match self {
            Self::Named(name) => format!("unix-dgram:{}", shown(name).unwrap_or_default()),
            Self::Unnamed(Some(pid)) => format!("unix-dgram:(unnamed, pid {pid})"),
            Self::Unnamed(None) => "unix-dgram:(unnamed)".to_owned(),
        }
    }
}

impl Switch {
    /// Tells whether the socket itself has room, which all peers share: what one that is connected to
    /// it does not read, the system keeps there.
    fn has_room(&self, bytes: usize) -> bool {
        let socket = self.socket.get_ref();
        let held = unacknowledged(socket.as_fd()).unwrap_or(0);
        let room = socket.send_buffer_size().unwrap_or(usize::MAX) as u64;
        held + bytes as u64 <= room
    }

    fn peers(&self) -> MutexGuard<'_, Peers> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Receives from the socket and hands each message to its peer's queue.
#[derive(Debug)]
pub(crate) struct Pump {
    switch: Arc<Switch>,
    arrived: mpsc::Sender<Arrival>,
}

impl Pump {
    /// Runs until the listener is closed and the last peer has left.
    pub(crate) async fn run(self) {
        while !self.is_over() {
            let socket = &self.switch.socket;
            tokio::select! {
                received = socket.async_io(Interest::READABLE, receive) => match received {
                    Ok((arrived, message)) => self.sort(arrived, message).await,
                    Err(error) => {
                        tracing::warn!(%error, "cannot receive");
                        sleep(PAUSE).await;
                    }
                },
                () = self.switch.changed.notified() => {}
            }
        }
    }

    fn is_over(&self) -> bool {
        let peers = self.switch.peers();
        peers.closed && peers.queues.is_empty()
    }

    /// Puts a message into its peer's queue once there is room.
    async fn sort(&self, arrived: Arrived, message: Result<Bytes, usize>) {
        let bytes = arrived.bytes;
        let peer = Peer::of(arrived.from, arrived.credentials);
        loop {
            let known = self.switch.peers().queues.get(&peer).cloned();
            let queue = match known {
                Some(queue) => queue,
                None => match self.introduce(&peer, arrived.credentials).await {
                    Ok(queue) => queue,
                    Err(why) => {
                        let peer = peer.text();
                        tracing::warn!("a message of {bytes} bytes from {peer} is lost: {why}");
                        return;
                    }
                },
            };
            let Some(room) = queue.room(bytes).await else {
                return;
            };
            // Under this lock no session retires, so that the message is not put behind its back.
            let peers = self.switch.peers();
            let same = |now: &Queue| Arc::ptr_eq(&now.level, &queue.level);
            if peers.queues.get(&peer).is_some_and(same) {
                let letter = Letter {
                    message,
                    _room: room,
                };
                // There is a place for each that has room.
                let _ = queue.letters.try_send(letter);
                return;
            }
        }
    }

    /// Makes the session of a new peer.
    async fn introduce(
        &self,
        peer: &Peer,
        credentials: Option<PeerCredentials>,
    ) -> Result<Queue, &'static str> {
        if self.switch.peers().closed {
            return Err("no new peer is taken any more");
        }
        let place = timeout(HELD_UP_TIME_MAX, self.arrived.reserve()).await;
        let Ok(Ok(place)) = place else {
            return Err("too many new peers wait");
        };
        let (letters, arrived) = mpsc::channel(QUEUE_MESSAGES);
        let queue = Queue {
            letters,
            room: Arc::new(Semaphore::new(QUEUE_BYTES)),
            level: Arc::default(),
        };
        let messages = PeerMessages {
            switch: Arc::clone(&self.switch),
            peer: peer.clone(),
            arrived,
            level: Arc::clone(&queue.level),
            pause: Pause::default(),
        };
        let info = ConnectionInfo {
            peer_text: peer.text(),
            credentials,
            ..ConnectionInfo::default()
        };
        let datagram = Datagram::new(messages).with_idle(Some(self.switch.idle));
        let mut peers = self.switch.peers();
        peers.queues.insert(peer.clone(), queue.clone());
        drop(peers);
        place.send((datagram.into(), info));
        Ok(queue)
    }
}

impl Queue {
    /// Waits for room for a message; `None` when there is none for too long, which is counted.
    async fn room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let cost = bytes.clamp(MESSAGE_COST_BYTES, QUEUE_BYTES) as u32;
        let room = Arc::clone(&self.room);
        let wait = match self.level.stuck.load(Ordering::Relaxed) {
            true => Duration::ZERO,
            false => HELD_UP_TIME_MAX,
        };
        let room = timeout(wait, room.acquire_many_owned(cost)).await;
        // Nobody closes the semaphore.
        let room = room.ok().and_then(Result::ok);
        self.level.stuck.store(room.is_none(), Ordering::Relaxed);
        if room.is_none() {
            let dropped = &self.level.bytes_dropped;
            dropped.fetch_add(bytes as u64, Ordering::Relaxed);
        }
        room
    }
}

/// The messages of one peer of a listening socket.
#[derive(Debug)]
struct PeerMessages {
    switch: Arc<Switch>,
    peer: Peer,
    arrived: mpsc::Receiver<Letter>,
    level: Arc<Level>,
    pause: Pause,
}

impl Messages for PeerMessages {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        let Some(letter) = ready!(self.arrived.poll_recv(cx)) else {
            return Poll::Ready(Ok(false));
        };
        into.push_back(letter.message.map_err(too_large)?);
        Poll::Ready(Ok(true))
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        while let Some(message) = from.front() {
            let Peer::Named(to) = &self.peer else {
                let why = io::Error::new(io::ErrorKind::AddrNotAvailable, UNANSWERABLE);
                return Poll::Ready(Err(why));
            };
            ready!(self.pause.poll(cx));
            let socket = self.switch.socket.get_ref();
            match socket.send_to_with_flags(message, to, flags.bits().cast_signed()) {
                Ok(_) => {
                    self.pause.succeeded();
                    from.pop_front();
                }
                Err(error) if may_pass(&error) => {
                    if !self.pause.begin(Some(self.switch.idle)) {
                        let why = match self.switch.has_room(message.len()) {
                            true => UNREAD,
                            false => FULL,
                        };
                        return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, why)));
                    }
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }

    fn message_bytes_max(&self) -> usize {
        self.switch.bytes_max
    }

    fn retire(&mut self) -> bool {
        let mut peers = self.switch.peers();
        // Nothing is put into the queue while the lock is held.
        let empty = self.arrived.is_empty();
        if empty {
            peers.queues.remove(&self.peer);
        }
        empty
    }

    fn bytes_dropped(&self) -> u64 {
        self.level.bytes_dropped.load(Ordering::Relaxed)
    }
}

impl Drop for PeerMessages {
    fn drop(&mut self) {
        let mut peers = self.switch.peers();
        // After it has retired, the peer may have a new session.
        let ours = |queue: &Queue| Arc::ptr_eq(&queue.level, &self.level);
        if peers.queues.get(&self.peer).is_some_and(ours) {
            peers.queues.remove(&self.peer);
        }
        drop(peers);
        self.switch.changed.notify_one();
        if !self.arrived.is_empty() {
            let (count, peer) = (self.arrived.len(), self.peer.text());
            tracing::warn!("{count} messages from {peer} were not taken: its session has ended");
        }
    }
}

/// Why nothing is sent to a peer without a name.
const UNANSWERABLE: &str = "its socket has no name, so that it cannot be answered";
/// Why nothing is sent to any peer.
const FULL: &str = "the socket is full of what peers have not read for the idle time";
/// Why nothing more is sent to a peer.
const UNREAD: &str = "it has not read for the idle time";
/// How long a peer may be silent before its session ends: as with UDP.
const IDLE: Duration = Duration::from_secs(60);
/// New peers that may wait to be accepted.
const BACKLOG: usize = 1024;
/// Bytes that a peer may be ahead of its session: two of the largest messages.
const QUEUE_BYTES: usize = 2 * MESSAGE_BYTES_MAX;
/// What even the smallest message takes of a queue, bytes, so that their number is limited, too.
const MESSAGE_COST_BYTES: usize = 2 * 1024;
/// Messages that fit into a queue.
const QUEUE_MESSAGES: usize = QUEUE_BYTES / MESSAGE_COST_BYTES;
/// How long a full queue makes all senders wait.
const HELD_UP_TIME_MAX: Duration = Duration::from_secs(1);
/// How long the pump waits after a failure that may last.
const PAUSE: Duration = Duration::from_millis(50);
