//! Names of Unix sockets: binding one, connecting to one, and the file that one leaves behind.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{Mode, fchmod};
use rustix::io::Errno;
use socket2::{Domain, SockAddr, Socket, Type};
use tokio::time::{Instant, sleep};

use super::super::options::{named, set_each};
use super::MESSAGE_BYTES_MAX;
use crate::endpoint::{Endpoint, UnixName, UnixOptions};
use crate::error::{Error, ErrorKind, words};

/// Binds a socket of a kind to a name, with the permissions that are asked for from the first moment
/// on.
pub(super) fn bound(
    endpoint: &Endpoint,
    kind: Type,
    name: &UnixName,
) -> Result<(Socket, Option<SocketFile>), Error> {
    let options = endpoint.unix();
    if let UnixName::Path(path) = name
        && options.unlink
    {
        remove_stale(endpoint, path)?;
    }
    let bound = bind(kind, name, &options).map_err(|error| unbindable(endpoint, &error))?;
    tracing::info!(target: "step", "bound a Unix socket to {name}");
    Ok(bound)
}

fn bind(
    kind: Type,
    name: &UnixName,
    options: &UnixOptions,
) -> io::Result<(Socket, Option<SocketFile>)> {
    let socket = socket(kind, options)?;
    if let Some(mode) = options.mode {
        // Linux gives the file what the socket has, less the umask; where a system refuses, the file
        // gets its permissions below all the same.
        let _ = fchmod(&socket, Mode::from_raw_mode(mode));
    }
    socket.bind(&SockAddr::unix(system_name(name))?)?;
    let UnixName::Path(path) = name else {
        return Ok((socket, None));
    };
    let file = SocketFile::of(path)?;
    if let Some(mode) = options.mode {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    Ok((socket, Some(file)))
}

/// Makes a non-blocking socket with room for the largest message.
pub(super) fn socket(kind: Type, options: &UnixOptions) -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, kind.nonblocking(), None)?;
    make_room(&socket, kind, options)?;
    set_each(&socket, &options.opts)?;
    Ok(socket)
}

/// Sets a socket's send buffer: what is asked for, else enough for the largest message, as far as
/// the system gives it (net.core.wmem_max).
pub(super) fn make_room(socket: &Socket, kind: Type, options: &UnixOptions) -> io::Result<()> {
    match options.sndbuf_bytes {
        Some(bytes) => {
            let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
            named("sndbuf", socket.set_send_buffer_size(bytes))
        }
        None if kind == Type::STREAM => Ok(()),
        None => socket.set_send_buffer_size(MESSAGE_BYTES_MAX),
    }
}

/// Connects a socket to a name, waiting for a while where too many wait to be accepted there.
pub(super) async fn connected(socket: &Socket, name: &UnixName) -> io::Result<()> {
    let at = SockAddr::unix(system_name(name))?;
    let give_up = Instant::now() + CONNECT_PATIENCE;
    let mut pause = CONNECT_PAUSE_MIN;
    loop {
        match socket.connect(&at) {
            // No event tells when there is room in the queue of a listener.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < give_up => {
                sleep(pause).await;
                pause = (pause * 2).min(CONNECT_PAUSE_MAX);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let why = "too many connections wait to be accepted there";
                return Err(io::Error::new(io::ErrorKind::TimedOut, why));
            }
            Ok(()) => {
                tracing::info!(target: "step", "connected a Unix socket to {name}");
                return Ok(());
            }
            Err(error) => return Err(error),
        }
    }
}

/// Makes the error of connecting.
pub(super) fn unreachable(endpoint: &Endpoint, error: &io::Error) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::TimedOut => ErrorKind::PeerTimeout,
        _ if super::super::options::is_unset(error) => ErrorKind::LocalBind,
        _ => ErrorKind::PeerUnreachable,
    };
    let unreachable = Error::new(kind, "connect", endpoint, words(error));
    match Errno::from_io_error(error) {
        Some(Errno::PROTOTYPE) => unreachable.with_hint(
            "there is a Unix socket of another kind: unix:, unix-dgram: or unix-seqpacket:",
        ),
        _ => unreachable,
    }
}

/// Removes a socket file that no socket is bound to; anything else stays where it is.
fn remove_stale(endpoint: &Endpoint, path: &Path) -> Result<(), Error> {
    let is_socket = match fs::symlink_metadata(path) {
        Ok(found) => found.file_type().is_socket(),
        Err(_) => return Ok(()),
    };
    if !is_socket {
        let why = "there is a file that is no socket";
        return Err(Error::new(ErrorKind::LocalBind, "listen", endpoint, why));
    }
    match is_stale(path) {
        Ok(true) => fs::remove_file(path).map_err(|error| unbindable(endpoint, &error)),
        // Somebody is there, or may be: binding says so.
        _ => Ok(()),
    }
}

/// Tells whether no socket is bound to a socket file, whatever its kind was.
///
/// A datagram socket asks: it never stands in anybody's queue, and one of another kind there is an
/// error of its own.
fn is_stale(path: &Path) -> io::Result<bool> {
    let asking = Socket::new(Domain::UNIX, Type::DGRAM.nonblocking(), None)?;
    let asked = asking.connect(&SockAddr::unix(path)?);
    Ok(asked.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused))
}

/// Makes the error of listening.
pub(super) fn unbindable(endpoint: &Endpoint, error: &io::Error) -> Error {
    let unbindable = Error::new(ErrorKind::LocalBind, "listen", endpoint, words(error));
    match error.kind() {
        io::ErrorKind::AddrInUse if !endpoint.unix().unlink => unbindable
            .with_hint("+unix,unlink removes a socket file that nobody listens at any more"),
        _ => unbindable,
    }
}

/// Returns the name as the system takes it: an abstract one begins with a zero byte.
fn system_name(name: &UnixName) -> PathBuf {
    match name {
        UnixName::Path(path) => path.clone(),
        UnixName::Abstract(name) => format!("\0{name}").into(),
    }
}

/// Returns the name of a socket that somebody else has bound, if it has one, with everything escaped
/// that could act on a terminal or pass for another part of a line.
pub(super) fn shown(name: &SockAddr) -> Option<String> {
    let (mark, bytes) = match (name.as_pathname(), name.as_abstract_namespace()) {
        (Some(path), _) => ("", path.as_os_str().as_encoded_bytes()),
        (None, Some(name)) => ("@", name),
        (None, None) => return None,
    };
    let mut text = String::from(mark);
    for letter in String::from_utf8_lossy(bytes).chars() {
        match letter.is_control() || letter.is_whitespace() {
            true => text.extend(letter.escape_unicode()),
            false => text.push(letter),
        }
    }
    Some(text)
}

/// The file of a socket, removed when dropped.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl SocketFile {
    /// Returns the file of a name that has one.
    pub(super) fn named(name: &UnixName) -> Option<Self> {
        match name {
            UnixName::Path(path) => Self::of(path).ok(),
            UnixName::Abstract(_) => None,
        }
    }

    /// Leaves the file where it is, for whoever has the socket now.
    pub(super) fn stay(self) {
        std::mem::forget(self);
    }

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

/// How long connecting waits for room in a listener's queue: as long as for a handshake.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// First and longest pause between two attempts.
const CONNECT_PAUSE_MIN: Duration = Duration::from_millis(1);
const CONNECT_PAUSE_MAX: Duration = Duration::from_millis(64);
