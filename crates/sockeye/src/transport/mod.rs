//! Transports: one file each; this is the one match over them.
//!
//! A transport opens an address or listens at it and yields conversations with what is known of
//! them. It spawns nothing and counts nothing: the engine does.

mod exec;
mod fd;
mod file;
mod lane;
mod memory;
mod mock;
mod options;
mod stdio;
mod tcp;
mod udp;
mod unix;
mod until;

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::pin::Pin;

pub(crate) use memory::Rooms;
pub(crate) use udp::receive;
pub(crate) use until::Until;

use crate::endpoint::{Address, Endpoint};
use crate::error::{Error, ErrorKind};
use crate::io::{ConnectionInfo, Conversation};

/// What is bound at an address and yields conversations.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(tcp::Listener),
    Udp(udp::Listener),
    Unix(unix::Listener),
    UnixDatagram(unix::DatagramListener),
    UnixSeqpacket(unix::SeqpacketListener),
    Memory(memory::Listener),
}

/// What listening at an endpoint yields.
#[derive(Debug)]
pub(crate) struct Bound {
    /// One for each address that the endpoint stands for.
    pub(crate) listeners: Vec<Listener>,
    /// Addresses that were skipped and why, in words.
    pub(crate) skipped: Vec<String>,
}

/// Binds every address that `endpoint` stands for.
pub(crate) async fn bind(endpoint: &Endpoint, rooms: &Rooms) -> Result<Bound, Error> {
    match endpoint.address() {
        Address::Tcp { host, port, family } => tcp::bind(endpoint, host, *port, *family).await,
        Address::Udp { host, port, family } => udp::bind(endpoint, host, *port, *family).await,
        Address::Unix(name) => unix::bind(endpoint, name),
        Address::UnixDatagram(name) => unix::bind_datagram(endpoint, name),
        Address::UnixSeqpacket(name) => unix::bind_seqpacket(endpoint, name),
        Address::Fd(inherited) => fd::bind(endpoint, inherited),
        Address::Mem { name } => memory::bind(endpoint, name, rooms),
        _ => Err(cannot("listen", endpoint, "nothing can be accepted there")),
    }
}

/// Takes over sockets that were bound for `endpoint` by another process, or by this one before.
///
/// # Errors
/// [`ErrorKind::LocalBind`] when one of them is none at which can be accepted.
pub(crate) fn adopt(endpoint: &Endpoint, sockets: Vec<OwnedFd>) -> Result<Bound, Error> {
    let adopted = sockets
        .into_iter()
        .map(|socket| fd::adopt(endpoint, socket));
    let listeners = adopted.collect::<Result<_, _>>().map_err(|why| {
        let why = format!("a socket that was handed over: {why}");
        Error::new(ErrorKind::LocalBind, "listen", endpoint, why)
    })?;
    Ok(Bound {
        listeners,
        skipped: Vec::new(),
    })
}

/// Opens `endpoint`, within a time.
pub(crate) async fn connect(
    endpoint: &Endpoint,
    rooms: &Rooms,
    until: Option<Until>,
) -> Result<(Conversation, ConnectionInfo), Error> {
    match endpoint.address() {
        // It says itself which of its addresses did not answer in time.
        Address::Tcp { host, port, family } => {
            tcp::connect(endpoint, host, *port, *family, until).await
        }
        _ => Until::hold(until, endpoint, connect_other(endpoint, rooms)).await,
    }
}

/// Connects to the first of these addresses that answers, with the options of `endpoint`.
///
/// # Errors
/// Every address that was tried, and why it did not answer.
pub(crate) async fn connect_to(
    endpoint: &Endpoint,
    addresses: Vec<SocketAddr>,
    until: Option<Until>,
) -> Result<(Conversation, ConnectionInfo), Vec<(SocketAddr, io::Error)>> {
    tcp::connect_to(endpoint, addresses, until).await
}

/// Looks up the addresses of a TCP or UDP endpoint's host.
pub(crate) async fn resolve(endpoint: &Endpoint) -> Result<Vec<SocketAddr>, Error> {
    match endpoint.address() {
        Address::Tcp { host, port, family } | Address::Udp { host, port, family } => {
            tcp::resolve("connect", endpoint, host, *port, *family).await
        }
        _ => Err(cannot("resolve", endpoint, "it has no host")),
    }
}

async fn connect_other(
    endpoint: &Endpoint,
    rooms: &Rooms,
) -> Result<(Conversation, ConnectionInfo), Error> {
    match endpoint.address() {
        Address::Udp { host, port, family } => udp::connect(endpoint, host, *port, *family).await,
        Address::Unix(name) => unix::connect(endpoint, name).await,
        Address::UnixDatagram(name) => unix::connect_datagram(endpoint, name).await,
        Address::UnixSeqpacket(name) => unix::connect_seqpacket(endpoint, name).await,
        Address::Stdio => stdio::connect(endpoint),
        Address::File { path } => file::connect(endpoint, path),
        Address::Fd(inherited) => fd::connect(endpoint, inherited),
        Address::Exec { argv } => exec::connect(endpoint, argv),
        Address::Sh { command } => exec::connect_shell(endpoint, command),
        Address::Mock { script } => mock::connect(endpoint, script),
        Address::Mem { name } => memory::connect(endpoint, name, rooms).await,
        _ => Err(cannot(
            "connect",
            endpoint,
            "it cannot be opened, only served",
        )),
    }
}

impl Listener {
    /// Waits for the next conversation.
    pub(crate) async fn accept(&self) -> io::Result<(Conversation, ConnectionInfo)> {
        match self {
            Self::Tcp(tcp) => tcp.accept().await,
            Self::Udp(udp) => udp.accept().await,
            Self::Unix(unix) => unix.accept().await,
            Self::UnixDatagram(unix) => unix.accept().await,
            Self::UnixSeqpacket(unix) => unix.accept().await,
            Self::Memory(memory) => memory.accept().await,
        }
    }

    /// Takes out what has to run beside it, until it and its conversations have ended.
    pub(crate) fn companion(&mut self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        match self {
            Self::Udp(udp) => udp.take_pump().map(|pump| Box::pin(pump.run()) as _),
            Self::UnixDatagram(unix) => unix.take_pump().map(|pump| Box::pin(pump.run()) as _),
            _ => None,
        }
    }

    /// Gives its socket up for another process: what waits there to be accepted goes on waiting, and
    /// a name in the file system stays. `None` where nobody outside this process can have it.
    ///
    /// Sessions of a datagram socket end with what has come for them; connections live on.
    ///
    /// # Errors
    /// When the system has no descriptor left.
    pub(crate) fn hand_over(self) -> io::Result<Option<OwnedFd>> {
        match self {
            Self::Tcp(tcp) => tcp.hand_over().map(Some),
            Self::Udp(udp) => udp.hand_over().map(Some),
            Self::Unix(unix) => unix.hand_over().map(Some),
            Self::UnixDatagram(unix) => unix.hand_over().map(Some),
            Self::UnixSeqpacket(unix) => unix.hand_over().map(Some),
            Self::Memory(_) => Ok(None),
        }
    }

    /// Returns the address it is bound to, with its real port.
    pub(crate) fn local(&self) -> Address {
        match self {
            Self::Tcp(tcp) => tcp.local(),
            Self::Udp(udp) => udp.local(),
            Self::Unix(unix) => unix.local(),
            Self::UnixDatagram(unix) => unix.local(),
            Self::UnixSeqpacket(unix) => unix.local(),
            Self::Memory(memory) => memory.local(),
        }
    }
}

fn cannot(op: &'static str, endpoint: &Endpoint, why: &str) -> Error {
    Error::new(ErrorKind::ConfigUsage, op, endpoint, why)
}
