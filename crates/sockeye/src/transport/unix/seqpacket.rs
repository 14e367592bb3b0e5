//! `unix-seqpacket:`: connections that carry whole messages in order, and that end.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use socket2::{Socket, Type};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::super::Bound;
use super::messages::SocketMessages;
use super::name::{self, SocketFile};
use super::{BACKLOG, info};
use crate::endpoint::{Address, Endpoint, UnixName, UnixOptions};
use crate::error::Error;
use crate::io::{ConnectionInfo, Conversation, Datagram};
use crate::sys::socket::watched;

/// A bound socket of connections that carry messages.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: AsyncFd<Socket>,
    name: UnixName,
    options: UnixOptions,
    file: Option<SocketFile>,
}

pub(in crate::transport) fn bind(endpoint: &Endpoint, name: &UnixName) -> Result<Bound, Error> {
    let (socket, file) = name::bound(endpoint, Type::SEQPACKET, name)?;
    let listening = socket.listen(BACKLOG);
    let socket = listening.and_then(|()| watched(socket));
    let listener = Listener {
        socket: socket.map_err(|error| name::unbindable(endpoint, &error))?,
        name: name.clone(),
        options: endpoint.unix(),
        file,
    };
    Ok(Bound {
        listeners: vec![super::super::Listener::UnixSeqpacket(listener)],
        skipped: Vec::new(),
    })
}

impl Listener {
    /// Takes over a listening, non-blocking socket.
    pub(in crate::transport) fn adopt(
        socket: Socket,
        name: UnixName,
        options: UnixOptions,
    ) -> io::Result<Self> {
        Ok(Self {
            socket: watched(socket)?,
            name,
            options,
            file: None,
        })
    }

    /// Has the socket's file go with it from now on.
    pub(in crate::transport) fn own_name(&mut self) {
        self.file = SocketFile::named(&self.name);
    }

    pub(in crate::transport) fn hand_over(self) -> io::Result<OwnedFd> {
        self.file.into_iter().for_each(SocketFile::stay);
        Ok(self.socket.into_inner().into())
    }

    pub(in crate::transport) async fn accept(&self) -> io::Result<(Conversation, ConnectionInfo)> {
        let accept = |socket: &Socket| socket.accept();
        let (socket, _) = self.socket.async_io(Interest::READABLE, accept).await?;
        socket.set_nonblocking(true)?;
        name::make_room(&socket, Type::SEQPACKET, &self.options)?;
        conversation(socket, &self.name)
    }

    pub(in crate::transport) fn local(&self) -> Address {
        Address::UnixSeqpacket(self.name.clone())
    }
}

pub(in crate::transport) async fn connect(
    endpoint: &Endpoint,
    name: &UnixName,
) -> Result<(Conversation, ConnectionInfo), Error> {
    let open = async {
        let socket = name::socket(Type::SEQPACKET, &endpoint.unix())?;
        name::connected(&socket, name).await?;
        conversation(socket, name)
    };
    open.await
        .map_err(|error| name::unreachable(endpoint, &error))
}

fn conversation(socket: Socket, name: &UnixName) -> io::Result<(Conversation, ConnectionInfo)> {
    let info = info(socket.as_fd(), format!("unix-seqpacket:{name}"));
    let messages = SocketMessages::new(socket, Type::SEQPACKET)?;
    Ok((Datagram::new(messages).into(), info))
}
