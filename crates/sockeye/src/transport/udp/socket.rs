//! A UDP socket that talks to one peer, and waiting for any UDP socket.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use socket2::Socket;
use tokio::io::Interest;
use tokio::net::UdpSocket;

use super::super::options::{bind_source, is_unset};
use super::super::tcp::{is_family_absent, resolve, unmapped};
use super::{Switch, bytes_max, open};
use crate::endpoint::{Endpoint, Family, Host, IpOptions};
use crate::error::{Error, ErrorKind, words};
use crate::io::{ConnectionInfo, Conversation, Datagram, Messages};
use crate::sys::messages::{self, Ends};

/// Opens a socket that talks to one peer, the first of `host`'s addresses that this machine reaches.
pub(in crate::transport) async fn connect(
    endpoint: &Endpoint,
    host: &Host,
    port: u16,
    family: Family,
) -> Result<(Conversation, ConnectionInfo), Error> {
    let mut failure = None;
    let mut kind = ErrorKind::PeerUnreachable;
    let options = endpoint.udp();
    for at in resolve("connect", endpoint, host, port, family).await? {
        match connect_one(at, &options) {
            Ok(socket) => return Ok(conversation(socket, at)),
            Err(error) if is_family_absent(&error) && failure.is_some() => {}
            Err(error) => {
                if is_unset(&error) {
                    kind = ErrorKind::LocalBind;
                }
                failure = Some(format!("{} ({})", words(&error), at.ip()));
            }
        }
    }
    let why = failure.unwrap_or_default();
    Err(Error::new(kind, "connect", endpoint, why))
}

/// Takes over a socket that is connected to its one peer and does not block.
pub(in crate::transport) fn adopt(
    socket: Socket,
    peer: SocketAddr,
) -> io::Result<(Conversation, ConnectionInfo)> {
    Ok(conversation(UdpSocket::from_std(socket.into())?, peer))
}

fn conversation(socket: UdpSocket, at: SocketAddr) -> (Conversation, ConnectionInfo) {
    let peer = unmapped(at);
    let info = ConnectionInfo {
        peer: Some(peer),
        local: socket.local_addr().ok().map(unmapped),
        peer_text: peer.to_string(),
        ..ConnectionInfo::default()
    };
    let messages = SocketMessages {
        socket: Arc::new(socket),
        peer,
        empty: Waiting::default(),
        blocked: Waiting::default(),
    };
    (Datagram::new(messages).into(), info)
}

fn connect_one(at: SocketAddr, options: &IpOptions) -> io::Result<UdpSocket> {
    let socket = open(at, options)?;
    bind_source(&socket, at, options.local_port)?;
    socket.connect(&at.into())?;
    UdpSocket::from_std(socket.into())
}

/// The messages of a socket that is connected to its one peer.
#[derive(Debug)]
struct SocketMessages {
    socket: Arc<UdpSocket>,
    peer: SocketAddr,
    empty: Waiting,
    blocked: Waiting,
}

impl SocketMessages {
    /// Reports what was heard of earlier messages, such as that nobody listens there (ICMP): it makes
    /// the socket ready in its own way.
    fn failure(&self) -> io::Result<()> {
        let heard = self
            .socket
            .try_io(Interest::ERROR, || match self.socket.take_error()? {
                Some(error) => Err(error),
                None => Err(io::ErrorKind::WouldBlock.into()),
            });
        match heard {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            Err(_) | Ok(()) => Ok(()),
        }
    }
}

impl Messages for SocketMessages {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        loop {
            ready!(self.empty.poll(cx))?;
            self.failure()?;
            let mut take = |message: &[u8]| into.push_back(Bytes::copy_from_slice(message));
            if receive(&self.socket, |socket| messages::receive(socket, &mut take))? {
                return Poll::Ready(Ok(true));
            }
            let shared = Shared::Own(Arc::clone(&self.socket));
            self.empty
                .wait(shared, Interest::READABLE | Interest::ERROR);
        }
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        let socket = Shared::Own(Arc::clone(&self.socket));
        self.blocked.send(cx, &socket, None, from)
    }

    fn message_bytes_max(&self) -> usize {
        bytes_max(self.peer)
    }

    fn own_socket(&self) -> Option<Arc<UdpSocket>> {
        Some(Arc::clone(&self.socket))
    }
}

/// Receives what a socket has by `call`, which tells whether there may be more; returns whether there was
/// anything. A socket that has given all is not asked again until more has come.
pub(crate) fn receive(
    socket: &UdpSocket,
    call: impl FnOnce(BorrowedFd<'_>) -> io::Result<bool>,
) -> io::Result<bool> {
    let mut any = false;
    let received = socket.try_io(Interest::READABLE, || {
        let more = call(socket.as_fd())?;
        any = true;
        // What comes from here on makes the socket ready anew.
        more.then_some(()).ok_or(io::ErrorKind::WouldBlock.into())
    });
    match received {
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        Err(_) | Ok(()) => Ok(any),
    }
}

/// A socket to send through.
#[derive(Clone)]
pub(super) enum Shared {
    Switch(Arc<Switch>),
    Own(Arc<UdpSocket>),
}

impl Shared {
    fn socket(&self) -> &UdpSocket {
        match self {
            Self::Switch(switch) => &switch.socket,
            Self::Own(socket) => socket,
        }
    }
}

/// Waits until a socket is ready; several may wait for the same one.
#[derive(Default)]
pub(super) struct Waiting(Option<Pin<Box<dyn Future<Output = io::Result<()>> + Send>>>);

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Waiting({})", self.0.is_some())
    }
}

impl Waiting {
    /// Sends messages through a socket until none is left.
    pub(super) fn send(
        &mut self,
        cx: &mut Context<'_>,
        shared: &Shared,
        to: Option<Ends>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        while !from.is_empty() {
            ready!(self.poll(cx))?;
            let socket = shared.socket();
            let sent = socket.try_io(Interest::WRITABLE, || {
                messages::send(socket.as_fd(), to, from.iter().map(Bytes::as_ref))
            });
            match sent {
                Ok(count) => drop(from.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.wait(shared.clone(), Interest::WRITABLE);
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Completes when what was waited for has come; at once where nothing was.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(waiting) = &mut self.0 else {
            return Poll::Ready(Ok(()));
        };
        let ready = ready!(waiting.as_mut().poll(cx));
        self.0 = None;
        Poll::Ready(ready)
    }

    fn wait(&mut self, shared: Shared, interest: Interest) {
        self.0 = Some(Box::pin(async move {
            shared.socket().ready(interest).await.map(drop)
        }));
    }
}
