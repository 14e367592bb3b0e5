//! Unix stream sockets (unix(7)), by path or by a name in Linux's abstract namespace.
//!
//! Invariants: the socket file has its permissions before anybody can connect; only a socket file
//! that nobody listens at is ever replaced; the file goes when the listener does, if it is still
//! the listener's own.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::{UnixListener, UnixStream};

use super::Bound;
use crate::endpoint::{Address, Endpoint, UnixName};
use crate::error::{Error, ErrorKind, words};
use crate::io::{ConnectionInfo, Conversation, Stream};

/// A bound Unix socket.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: UnixListener,
    name: UnixName,
    _file: Option<SocketFile>,
}

pub(super) async fn bind(endpoint: &Endpoint, name: &UnixName) -> Result<Bound, Error> {
    let options = endpoint.unix();
    if let UnixName::Path(path) = name
        && options.unlink
    {
        remove_stale(endpoint, path).await?;
    }
    let listener = open(name, options.mode).map_err(|error| unbindable(endpoint, &error))?;
    Ok(Bound {
        listeners: vec![super::Listener::Unix(listener)],
        skipped: Vec::new(),
    })
}

fn open(name: &UnixName, mode: Option<u32>) -> io::Result<Listener> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM.nonblocking(), None)?;
    socket.bind(&SockAddr::unix(system_name(name))?)?;
    let file = match name {
        UnixName::Path(path) => Some(SocketFile::of(path)?),
        UnixName::Abstract(_) => None,
    };
    if let (Some(mode), UnixName::Path(path)) = (mode, name) {
        // Before listening: until then every connect is refused.
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    socket.listen(BACKLOG)?;
    let socket = UnixListener::from_std(socket.into())?;
    Ok(Listener {
        socket,
        name: name.clone(),
        _file: file,
    })
}

/// Removes a socket file that nobody listens at; anything else stays where it is.
async fn remove_stale(endpoint: &Endpoint, path: &Path) -> Result<(), Error> {
    let is_socket = match fs::symlink_metadata(path) {
        Ok(found) => found.file_type().is_socket(),
        Err(_) => return Ok(()),
    };
    if !is_socket {
        let why = "there is a file that is no socket";
        return Err(Error::new(ErrorKind::LocalBind, "listen", endpoint, why));
    }
    match UnixStream::connect(path).await {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(|error| unbindable(endpoint, &error))
        }
        // Somebody listens there, or may: binding says so.
        _ => Ok(()),
    }
}

fn unbindable(endpoint: &Endpoint, error: &io::Error) -> Error {
    let unbindable = Error::new(ErrorKind::LocalBind, "listen", endpoint, words(error));
    match error.kind() {
        io::ErrorKind::AddrInUse if !endpoint.unix().unlink => unbindable
            .with_hint("+unix,unlink removes a socket file that nobody listens at any more"),
        _ => unbindable,
    }
}

impl Listener {
    pub(super) async fn accept(&self) -> io::Result<(Conversation, ConnectionInfo)> {
        let (socket, _) = self.socket.accept().await?;
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
    let socket = UnixStream::connect(system_name(name))
        .await
        .map_err(|error| {
            Error::new(
                ErrorKind::PeerUnreachable,
                "connect",
                endpoint,
                words(&error),
            )
        })?;
    Ok(conversation(socket, name))
}

fn conversation(socket: UnixStream, name: &UnixName) -> (Conversation, ConnectionInfo) {
    let info = ConnectionInfo {
        peer_text: format!("unix:{name}"),
        ..ConnectionInfo::default()
    };
    (Conversation::Stream(Stream::from(socket)), info)
}

/// Returns the name as the system takes it: an abstract one begins with a zero byte.
fn system_name(name: &UnixName) -> PathBuf {
    match name {
        UnixName::Path(path) => path.clone(),
        UnixName::Abstract(name) => format!("\0{name}").into(),
    }
}

/// The file of a socket, removed when dropped.
#[derive(Debug)]
struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl SocketFile {
    fn of(path: &Path) -> io::Result<Self> {
        let found = fs::symlink_metadata(path)?;
        Ok(Self {
            path: path.to_owned(),
            device: found.dev(),
            inode: found.ino(),
        })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let ours = |found: &fs::Metadata| (found.dev(), found.ino()) == (self.device, self.inode);
        if fs::symlink_metadata(&self.path).is_ok_and(|found| ours(&found)) {
            // A file that cannot be removed is stale from now on, which the next bind handles.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Connections that may wait to be accepted: as many as for TCP.
const BACKLOG: i32 = 4096;

#[cfg(test)]
mod tests;
