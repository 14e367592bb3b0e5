//! Unix sockets (unix(7)), by path or by a name in Linux's abstract namespace: streams, whole messages
//! of a connection, and datagrams.
//!
//! Invariants: the socket file has its permissions before anybody can connect; only a socket file
//! that no socket is bound to is ever replaced; the file goes when the listener does, if it is still
//! the listener's own.

mod datagram;
mod messages;
mod name;
mod pause;
mod seqpacket;

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use socket2::{SockAddr, SockRef, Socket, Type};
use tokio::net::{UnixListener, UnixStream};

use super::Bound;
use crate::endpoint::{Address, Endpoint, UnixName, UnixOptions};
use crate::error::Error;
use crate::io::{ConnectionInfo, Conversation, Datagram, Stream};
use crate::sys::local;
use name::SocketFile;

pub(crate) use datagram::Listener as DatagramListener;
pub(super) use datagram::{bind as bind_datagram, connect as connect_datagram};
pub(crate) use seqpacket::Listener as SeqpacketListener;
pub(super) use seqpacket::{bind as bind_seqpacket, connect as connect_seqpacket};

/// A bound Unix stream socket.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: UnixListener,
    name: UnixName,
    options: UnixOptions,
    file: Option<SocketFile>,
}

pub(super) fn bind(endpoint: &Endpoint, name: &UnixName) -> Result<Bound, Error> {
    let (socket, file) = name::bound(endpoint, Type::STREAM, name)?;
    let listening = socket.listen(BACKLOG);
    let socket = listening.and_then(|()| UnixListener::from_std(socket.into()));
    let listener = Listener {
        socket: socket.map_err(|error| name::unbindable(endpoint, &error))?,
        name: name.clone(),
        options: endpoint.unix(),
        file,
    };
    Ok(Bound {
        listeners: vec![super::Listener::Unix(listener)],
        skipped: Vec::new(),
    })
}

impl Listener {
    /// Takes over a listening, non-blocking socket.
    pub(super) fn adopt(socket: Socket, name: UnixName, options: UnixOptions) -> io::Result<Self> {
        Ok(Self {
            socket: UnixListener::from_std(socket.into())?,
            name,
            options,
            file: None,
        })
    }

    /// Has the socket's file go with it from now on.
    pub(super) fn own_name(&mut self) {
        self.file = SocketFile::named(&self.name);
    }

    pub(super) fn hand_over(self) -> io::Result<OwnedFd> {
        let socket = self.socket.into_std().map(OwnedFd::from);
        self.file.into_iter().for_each(SocketFile::stay);
        socket
    }

    pub(super) async fn accept(&self) -> io::Result<(Conversation, ConnectionInfo)> {
        let (socket, _) = self.socket.accept().await?;
        name::make_room(&SockRef::from(&socket), Type::STREAM, &self.options)?;
        Ok(conversation(socket, &self.name))
    }

    pub(super) fn local(&self) -> Address {
        Address::Unix(self.name.clone())
    }
}

pub(super) async fn connect(
    endpoint: &Endpoint,
    name: &UnixName,
) -> Result<(Conversation, ConnectionInfo), Error> {
    let open = async {
        let socket = name::socket(Type::STREAM, &endpoint.unix())?;
        name::connected(&socket, name).await?;
        UnixStream::from_std(socket.into())
    };
    let socket = open
        .await
        .map_err(|error| name::unreachable(endpoint, &error))?;
    Ok(conversation(socket, name))
}

/// Takes over a connected, non-blocking socket of any kind.
pub(super) fn adopt(
    socket: Socket,
    kind: Type,
    peer_text: String,
) -> io::Result<(Conversation, ConnectionInfo)> {
    let info = info(socket.as_fd(), peer_text);
    let conversation = match kind {
        Type::STREAM => Stream::from(UnixStream::from_std(socket.into())?).into(),
        _ => Datagram::new(messages::SocketMessages::new(socket, kind)?).into(),
    };
    Ok((conversation, info))
}

/// Returns the name of a socket that somebody else has bound.
pub(super) fn name_of(at: &SockAddr) -> UnixName {
    match (at.as_pathname(), at.as_abstract_namespace()) {
        (Some(path), _) => UnixName::Path(path.to_owned()),
        (None, name) => {
            let name = String::from_utf8_lossy(name.unwrap_or_default());
            UnixName::Abstract(name.into_owned())
        }
    }
}

fn conversation(socket: UnixStream, name: &UnixName) -> (Conversation, ConnectionInfo) {
    let info = info(socket.as_fd(), format!("unix:{name}"));
    (Conversation::Stream(Stream::from(socket)), info)
}

/// Returns what is known of a connection; a system that does not tell who is there is no failure.
fn info(socket: std::os::fd::BorrowedFd<'_>, peer_text: String) -> ConnectionInfo {
    ConnectionInfo {
        peer_text,
        credentials: local::peer_credentials(socket).ok(),
        ..ConnectionInfo::default()
    }
}

/// Connections that may wait to be accepted: as many as for TCP.
const BACKLOG: i32 = 4096;
/// The largest message, bytes: what WebSocket servers take, too, and far above any that is usual.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// What Linux keeps of a send buffer for itself, bytes (net/unix/af_unix.c, `unix_dgram_sendmsg`).
const BUFFER_OVERHEAD_BYTES: usize = 32;

#[cfg(test)]
mod tests;
