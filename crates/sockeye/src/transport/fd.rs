//! `fd:`: a descriptor that the parent process handed over, by its number or by the name that the
//! service manager gave it (sd_listen_fds(3)).
//!
//! What it is the system says: a socket that listens, is connected or only bound, a pipe, a terminal,
//! a file. It is taken once, and no child inherits it. A socket is made non-blocking, as the event
//! loop wants it; what may be shared with other processes in another way (pipes, terminals, files)
//! keeps its flags.

use std::fs::File;
use std::io;
use std::os::fd::{OwnedFd, RawFd};
use std::pin::Pin;
use std::task::{Context, Poll};

use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat};
use rustix::io::Errno;
use socket2::{SockAddr, Socket, Type};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::file::FileStream;
use super::{Bound, Listener, tcp, udp, unix};
use crate::endpoint::{Address, Endpoint, Inherited};
use crate::error::{Error, ErrorKind, words};
use crate::io::{ConnectionInfo, Conversation, Layered, Stream};
use crate::sys::inherited;

/// Accepts at every descriptor that is meant.
pub(super) fn bind(endpoint: &Endpoint, which: &Inherited) -> Result<Bound, Error> {
    let wrong = |why| Error::new(ErrorKind::ConfigUsage, "listen", endpoint, why);
    let mut listeners = Vec::new();
    for number in numbers(which).map_err(wrong)? {
        let descriptor = take(number).map_err(wrong)?;
        let listener = listener(endpoint, descriptor);
        listeners.push(listener.map_err(|why| wrong(format!("descriptor {number} {why}")))?);
    }
    Ok(Bound {
        listeners,
        skipped: Vec::new(),
    })
}

/// Takes over a socket that was bound for an endpoint, and the name that it has in the file system.
pub(super) fn adopt(endpoint: &Endpoint, descriptor: OwnedFd) -> Result<Listener, String> {
    let mut listener = listener(endpoint, descriptor)?;
    // Of a socket that somebody else has bound the name is somebody else's.
    if !matches!(endpoint.address(), Address::Fd(_)) {
        match &mut listener {
            Listener::Unix(unix) => unix.own_name(),
            Listener::UnixDatagram(unix) => unix.own_name(),
            Listener::UnixSeqpacket(unix) => unix.own_name(),
            Listener::Tcp(_) | Listener::Udp(_) | Listener::Memory(_) => {}
        }
    }
    Ok(listener)
}

/// Opens the one descriptor that is meant.
pub(super) fn connect(
    endpoint: &Endpoint,
    which: &Inherited,
) -> Result<(Conversation, ConnectionInfo), Error> {
    let wrong = |why| Error::new(ErrorKind::ConfigUsage, "open", endpoint, why);
    let numbers = numbers(which).map_err(wrong)?;
    let [number] = numbers.as_slice() else {
        let count = numbers.len();
        return Err(wrong(format!("{count} descriptors have that name")));
    };
    take(*number)
        .and_then(|descriptor| open(*number, descriptor))
        .map_err(wrong)
}

/// Returns what is meant, at least one.
fn numbers(which: &Inherited) -> Result<Vec<RawFd>, String> {
    let name = match which {
        Inherited::Number(number) => return Ok(vec![*number]),
        Inherited::Named(name) => name,
    };
    match inherited::named(name) {
        (_, false) => Err(NONE.to_owned()),
        (numbers, true) if numbers.is_empty() => {
            Err(format!("no descriptor was handed over as {name}"))
        }
        (numbers, true) => Ok(numbers),
    }
}

fn take(number: RawFd) -> Result<OwnedFd, String> {
    inherited::take(number).map_err(|error| match Errno::from_io_error(&error) {
        Some(Errno::BADF) => format!("descriptor {number} is not open"),
        Some(Errno::BUSY) => {
            format!("descriptor {number} was not handed over, or is in use already")
        }
        _ => words(&error),
    })
}

/// Makes a listener of a socket that listens, or of one that takes messages from anybody.
fn listener(endpoint: &Endpoint, descriptor: OwnedFd) -> Result<Listener, String> {
    let what = describe(&descriptor)?;
    if what != FileType::Socket {
        return Err(format!("is {}", is(what)));
    }
    let socket = Socket::from(descriptor);
    let said = |error: io::Error| words(&error);
    let Known { kind, listens, at } = Known::of(&socket).map_err(said)?;
    let takes_all = kind == Type::DGRAM && socket.peer_addr().is_err();
    if !listens && !takes_all {
        return Err("is a socket that does not listen".to_owned());
    }
    socket.set_nonblocking(true).map_err(said)?;
    let (name, idle) = (unix::name_of(&at), endpoint.idle());
    let adopted = match (at.as_socket(), kind) {
        (Some(at), Type::STREAM) => {
            tcp::Listener::adopt(socket, at, &endpoint.tcp()).map(Listener::Tcp)
        }
        (Some(at), Type::DGRAM) => udp::Listener::adopt(socket, at, idle).map(Listener::Udp),
        (None, Type::STREAM) if at.is_unix() => {
            unix::Listener::adopt(socket, name, endpoint.unix()).map(Listener::Unix)
        }
        (None, Type::DGRAM) if at.is_unix() => {
            unix::DatagramListener::adopt(socket, name, idle).map(Listener::UnixDatagram)
        }
        (None, Type::SEQPACKET) if at.is_unix() => {
            let options = endpoint.unix();
            unix::SeqpacketListener::adopt(socket, name, options).map(Listener::UnixSeqpacket)
        }
        _ => return Err(UNKNOWN.to_owned()),
    };
    adopted.map_err(said)
}

/// Makes a conversation of whatever a descriptor is.
fn open(number: RawFd, descriptor: OwnedFd) -> Result<(Conversation, ConnectionInfo), String> {
    let what = describe(&descriptor)?;
    let said = |error: io::Error| words(&error);
    match what {
        FileType::Socket => return open_socket(number, Socket::from(descriptor)),
        FileType::Fifo | FileType::CharacterDevice | FileType::RegularFile => {}
        FileType::BlockDevice => {}
        _ => return Err(format!("descriptor {number} is {}", is(what))),
    }
    let access = fcntl_getfl(&descriptor).map_err(|error| said(error.into()))?;
    let stream = open_file(File::from(descriptor), access).map_err(said)?;
    let info = ConnectionInfo {
        peer_text: format!("fd:{number}"),
        ..ConnectionInfo::default()
    };
    Ok((Conversation::Stream(stream), info))
}

fn open_socket(number: RawFd, socket: Socket) -> Result<(Conversation, ConnectionInfo), String> {
    let said = |error: io::Error| words(&error);
    let Known { kind, listens, at } = Known::of(&socket).map_err(said)?;
    if listens {
        let why = "is a socket that listens: write it first, listen fd:";
        return Err(format!("descriptor {number} {why}{number} …"));
    }
    let Ok(peer) = socket.peer_addr() else {
        return Err(format!("descriptor {number} is a socket without a peer"));
    };
    socket.set_nonblocking(true).map_err(said)?;
    let adopted = match (peer.as_socket(), at.as_socket(), kind) {
        (Some(peer), Some(at), Type::STREAM) => tcp::adopt(socket, peer, at),
        (Some(peer), _, Type::DGRAM) => udp::adopt(socket, peer),
        (None, None, Type::STREAM | Type::SEQPACKET | Type::DGRAM) if at.is_unix() => {
            unix::adopt(socket, kind, format!("fd:{number}"))
        }
        _ => return Err(format!("descriptor {number} {UNKNOWN}")),
    };
    adopted.map_err(said)
}

/// Opens a file in the directions that its descriptor allows.
fn open_file(file: File, access: OFlags) -> io::Result<Stream> {
    Ok(match access & OFlags::RWMODE {
        OFlags::RDONLY => Stream::layered(FileStream::reading(file, READ_ONLY)?),
        OFlags::WRONLY => Stream::layered(FileStream::writing(file)?),
        _ => Stream::layered(BothWays {
            input: FileStream::reading(file.try_clone()?, READ_ONLY)?,
            output: FileStream::writing(file)?,
        }),
    })
}

/// What a socket is.
struct Known {
    kind: Type,
    listens: bool,
    at: SockAddr,
}

impl Known {
    fn of(socket: &Socket) -> io::Result<Self> {
        Ok(Self {
            kind: socket.r#type()?,
            listens: socket.is_listener()?,
            at: socket.local_addr()?,
        })
    }
}

fn describe(descriptor: &OwnedFd) -> Result<FileType, String> {
    let found = fstat(descriptor).map_err(|error| words(&error.into()))?;
    Ok(FileType::from_raw_mode(found.st_mode))
}

fn is(what: FileType) -> &'static str {
    match what {
        FileType::Directory => "a directory",
        FileType::RegularFile | FileType::BlockDevice => "a file, which accepts nothing",
        FileType::Fifo => "a pipe, which accepts nothing",
        FileType::CharacterDevice => "a device, which accepts nothing",
        _ => "nothing that bytes pass through",
    }
}

/// What can be read and written, such as a terminal.
#[derive(Debug)]
struct BothWays {
    input: FileStream,
    output: FileStream,
}

impl Layered for BothWays {}

impl AsyncRead for BothWays {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.input).poll_read(cx, buf)
    }
}

impl AsyncWrite for BothWays {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.output).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// It has no half-close: the end is that of the file, when it is closed.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Why there are no names.
const NONE: &str = "no descriptors were handed over by name to this process \
                    (LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES)";
/// What is said of a socket of another family or kind.
const UNKNOWN: &str = "is a kind of socket that is not in this version";
/// Why a descriptor takes no bytes.
const READ_ONLY: &str = "it is open for reading only";
