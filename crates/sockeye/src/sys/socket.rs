//! What a socket's send queue holds, and options that not every system has.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use socket2::Socket;
use tokio::io::unix::AsyncFd;

/// Lets the event loop watch a non-blocking socket of a kind that tokio has no type for.
///
/// # Errors
/// Whatever the event loop says of it.
#[allow(
    unsafe_code,
    reason = "tokio cannot know that the descriptor stays the socket's own"
)]
pub(crate) fn watched(socket: Socket) -> io::Result<AsyncFd<Socket>> {
    // SAFETY: a `Socket` owns its descriptor, names the same one for as long as it lives, and is
    // not taken apart while it is watched.
    Ok(unsafe { AsyncFd::register(socket) }?)
}

/// Returns how many written bytes the peer has not acknowledged (SIOCOUTQ, tcp(7) and unix(7)).
///
/// # Errors
/// Whatever the system says of a descriptor that is no connected socket.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "rustix has no wrapper for SIOCOUTQ")]
pub(crate) fn unacknowledged(socket: BorrowedFd<'_>) -> io::Result<u64> {
    use rustix::ioctl::{Getter, Opcode, ioctl};

    /// SIOCOUTQ, which Linux defines as TIOCOUTQ (asm-generic/ioctls.h).
    const SIOCOUTQ: Opcode = 0x5411;
    // SAFETY: SIOCOUTQ writes one `int` through its argument and touches nothing else.
    let count = unsafe { ioctl(socket, Getter::<SIOCOUTQ, i32>::new()) }?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Returns an error: this system cannot tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn unacknowledged(_socket: BorrowedFd<'_>) -> io::Result<u64> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Sends and receives through one network interface only (SO_BINDTODEVICE, socket(7)).
///
/// # Errors
/// Whatever the system says of the interface; an empty name, which would lift the binding.
#[cfg(target_os = "linux")]
pub(crate) fn bind_device(socket: &Socket, interface: &str) -> io::Result<()> {
    match interface.is_empty() {
        true => Err(io::ErrorKind::InvalidInput.into()),
        false => socket.bind_device(Some(interface.as_bytes())),
    }
}

/// Marks what is sent, for routing and filters (SO_MARK, socket(7)).
///
/// # Errors
/// Where the process lacks CAP_NET_ADMIN.
#[cfg(target_os = "linux")]
pub(crate) fn set_mark(socket: &Socket, mark: u32) -> io::Result<()> {
    socket.set_mark(mark)
}

/// Limits how long sent bytes may stay unacknowledged (TCP_USER_TIMEOUT, RFC 5482).
///
/// # Errors
/// Where the time is longer than the system takes.
#[cfg(target_os = "linux")]
pub(crate) fn set_user_timeout(socket: &Socket, time: Duration) -> io::Result<()> {
    socket.set_tcp_user_timeout(Some(time))
}

/// Chooses the congestion control algorithm (TCP_CONGESTION, tcp(7)).
///
/// # Errors
/// Where the system does not have it or the process may not use it.
#[cfg(target_os = "linux")]
pub(crate) fn set_congestion(socket: &Socket, name: &str) -> io::Result<()> {
    socket.set_tcp_congestion(name.as_bytes())
}

/// Returns an error: this system cannot do that.
#[cfg(not(target_os = "linux"))]
pub(crate) fn bind_device(_socket: &Socket, _interface: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Returns an error: this system cannot do that.
#[cfg(not(target_os = "linux"))]
pub(crate) fn set_mark(_socket: &Socket, _mark: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Returns an error: this system cannot do that.
#[cfg(not(target_os = "linux"))]
pub(crate) fn set_user_timeout(_socket: &Socket, _time: Duration) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Returns an error: this system cannot do that.
#[cfg(not(target_os = "linux"))]
pub(crate) fn set_congestion(_socket: &Socket, _name: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
