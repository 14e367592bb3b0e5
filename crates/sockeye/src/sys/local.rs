//! Unix sockets: who is at the other end, and whole messages with their sender.

use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;

use socket2::{SockAddr, Socket};

/// The process at the other end of a Unix socket, as the system vouches for it (SO_PEERCRED and
/// SCM_CREDENTIALS, unix(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PeerCredentials {
    /// Its number when it connected or sent; `None` where it cannot be seen from here.
    pub pid: Option<u32>,
    /// The user that it ran as.
    pub uid: u32,
    /// The group that it ran as.
    pub gid: u32,
}

impl fmt::Display for PeerCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, uid, gid } = self;
        if let Some(pid) = pid {
            write!(f, "pid {pid}, ")?;
        }
        write!(f, "uid {uid}, gid {gid}")
    }
}

/// What is known of a message that was received.
#[derive(Debug)]
pub(crate) struct Arrived {
    /// How long it was, bytes, also where it was longer than the space for it.
    pub(crate) bytes: usize,
    /// The socket that sent it.
    pub(crate) from: SockAddr,
    /// The process that sent it; `None` where there was no message but the end.
    pub(crate) credentials: Option<PeerCredentials>,
}

/// Returns the process at the other end of a connected socket.
///
/// # Errors
/// Whatever the system says of a descriptor that is no Unix socket.
pub(crate) fn peer_credentials(socket: BorrowedFd<'_>) -> io::Result<PeerCredentials> {
    system::peer_credentials(socket)
}

/// Lets each message that arrives tell which process sent it (SO_PASSCRED, unix(7)).
///
/// # Errors
/// Whatever the system says of a descriptor that is no Unix socket.
pub(crate) fn ask_for_credentials(socket: &Socket) -> io::Result<()> {
    system::ask_for_credentials(socket)
}

/// Receives one message; descriptors that were sent along with it stay outside.
///
/// # Errors
/// `WouldBlock` when nothing has arrived, else what the socket reports.
pub(crate) fn receive(socket: BorrowedFd<'_>, space: &mut [u8]) -> io::Result<Arrived> {
    system::receive(socket, space)
}

/// Gives a socket an abstract name of the system's choice, so that it can be answered.
///
/// # Errors
/// Where the system does not have such names.
pub(crate) fn name_itself(socket: &Socket) -> io::Result<()> {
    system::name_itself(socket)
}

#[cfg(target_os = "linux")]
mod system {
    #![allow(
        unsafe_code,
        reason = "rustix takes a process number for one that is never 0, which a message may bring"
    )]

    use std::io;
    use std::os::fd::{AsRawFd, BorrowedFd};

    use rustix::net::SocketAddrUnix;
    use socket2::{SockAddr, SockAddrStorage, Socket};

    use super::{Arrived, PeerCredentials};

    impl From<libc::ucred> for PeerCredentials {
        fn from(ucred: libc::ucred) -> Self {
            let pid = u32::try_from(ucred.pid).ok();
            Self {
                pid: pid.filter(|pid| *pid != 0),
                uid: ucred.uid,
                gid: ucred.gid,
            }
        }
    }

    pub(super) fn peer_credentials(socket: BorrowedFd<'_>) -> io::Result<PeerCredentials> {
        let mut ucred = NOBODY;
        let mut length = size_of::<libc::ucred>() as libc::socklen_t;
        // SAFETY: the option is a `ucred`, which outlives the call, and `length` says its size.
        let failed = unsafe {
            let place = std::ptr::from_mut(&mut ucred).cast();
            let socket = socket.as_raw_fd();
            libc::getsockopt(
                socket,
                libc::SOL_SOCKET,
                libc::SO_PEERCRED,
                place,
                &mut length,
            )
        };
        match failed {
            0 => Ok(ucred.into()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    pub(super) fn ask_for_credentials(socket: &Socket) -> io::Result<()> {
        socket.set_passcred(true)
    }

    pub(super) fn name_itself(socket: &Socket) -> io::Result<()> {
        Ok(rustix::net::bind(socket, &SocketAddrUnix::new_unnamed())?)
    }

    pub(super) fn receive(socket: BorrowedFd<'_>, space: &mut [u8]) -> io::Result<Arrived> {
        let mut from = SockAddrStorage::zeroed();
        let mut control = [0_u64; CONTROL_WORDS];
        let mut piece = libc::iovec {
            iov_base: space.as_mut_ptr().cast(),
            iov_len: space.len(),
        };
        // SAFETY: all zeroes are a valid `msghdr`: null pointers and lengths of 0.
        let mut head: libc::msghdr = unsafe { std::mem::zeroed() };
        head.msg_name = std::ptr::from_mut(&mut from).cast();
        head.msg_namelen = size_of::<SockAddrStorage>() as libc::socklen_t;
        head.msg_iov = &raw mut piece;
        head.msg_iovlen = 1;
        head.msg_control = control.as_mut_ptr().cast();
        head.msg_controllen = size_of_val(&control) as _;
        let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC | libc::MSG_CMSG_CLOEXEC;
        // SAFETY: the head points at the space, the sender and the control buffer with their sizes;
        // all of them outlive the call and are used by nobody else meanwhile.
        let count = unsafe { libc::recvmsg(socket.as_raw_fd(), &mut head, flags) };
        let bytes = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
        // SAFETY: the system wrote an address of that length into the storage, or none, and said so
        // by the length 0, where the zeroed family means no address.
        let from = unsafe { SockAddr::new(from, head.msg_namelen) };
        Ok(Arrived {
            bytes,
            from,
            credentials: credentials_in(&head),
        })
    }

    /// Returns the credentials that came with a message.
    fn credentials_in(head: &libc::msghdr) -> Option<PeerCredentials> {
        // SAFETY: the head is one that recvmsg(2) has filled in, and its control buffer lives.
        let control = unsafe { libc::CMSG_FIRSTHDR(head).as_ref() }?;
        let is_credentials =
            (control.cmsg_level, control.cmsg_type) == (libc::SOL_SOCKET, libc::SCM_CREDENTIALS);
        is_credentials.then(|| {
            // SAFETY: what follows a header of this type is a `ucred`, aligned or not.
            let ucred = unsafe {
                libc::CMSG_DATA(control)
                    .cast::<libc::ucred>()
                    .read_unaligned()
            };
            ucred.into()
        })
    }

    const NOBODY: libc::ucred = libc::ucred {
        pid: 0,
        uid: u32::MAX,
        gid: u32::MAX,
    };
    /// Room for credentials and nothing more (CMSG_SPACE): descriptors that a peer sends along find
    /// none, so that the system closes them instead of giving them to this process.
    const CONTROL_WORDS: usize = {
        // SAFETY: CMSG_SPACE(3) only reckons.
        let bytes = unsafe { libc::CMSG_SPACE(size_of::<libc::ucred>() as u32) };
        bytes as usize / size_of::<u64>()
    };
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;
    use std::os::fd::BorrowedFd;

    use socket2::{SockAddr, SockRef, Socket};

    use super::{Arrived, PeerCredentials};

    pub(super) fn peer_credentials(_: BorrowedFd<'_>) -> io::Result<PeerCredentials> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn ask_for_credentials(_: &Socket) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn name_itself(_: &Socket) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn receive(_: BorrowedFd<'_>, _: &mut [u8]) -> io::Result<Arrived> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
