//! What a socket's send queue holds, whether it has hung up, and options that not every system has.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
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

/// Tells whether both directions have ended, or the socket has failed (POLLHUP and POLLERR, poll(2)).
///
/// # Errors
/// Whatever the system says of the descriptor.
pub(crate) fn hung_up(socket: BorrowedFd<'_>) -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let mut polled = [PollFd::from_borrowed_fd(socket, PollFlags::empty())];
    poll(&mut polled, Some(&Timespec::default()))?;
    let gone = PollFlags::HUP | PollFlags::ERR;
    Ok(polled.iter().any(|fd| fd.revents().intersects(gone)))
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

/// Makes a socket of Multipath TCP (RFC 8684).
///
/// # Errors
/// Where the kernel has none, or it is switched off (net.mptcp.enabled).
#[cfg(target_os = "linux")]
pub(crate) fn multipath(domain: Domain, kind: Type) -> io::Result<Socket> {
    use rustix::io::Errno;

    let socket = Socket::new(domain, kind, Some(Protocol::MPTCP));
    socket.map_err(|error| match Errno::from_io_error(&error) {
        Some(Errno::PROTONOSUPPORT | Errno::INVAL | Errno::NOPROTOOPT) => io::Error::new(
            io::ErrorKind::Unsupported,
            "this kernel has no Multipath TCP, or it is switched off (net.mptcp.enabled)",
        ),
        _ => error,
    })
}

/// Lets bytes come with the SYN (TCP_FASTOPEN, RFC 7413), from so many at once before they are
/// accepted.
///
/// # Errors
/// Whatever the system says.
#[cfg(target_os = "linux")]
pub(crate) fn accept_fast(socket: &Socket, queue: u32) -> io::Result<()> {
    let queue = i32::try_from(queue).unwrap_or(i32::MAX).to_ne_bytes();
    set_option(socket, libc::IPPROTO_TCP, libc::TCP_FASTOPEN, &queue)
}

/// Lets connecting wait for the first bytes, which go with the SYN (TCP_FASTOPEN_CONNECT).
///
/// # Errors
/// Where the system has it switched off (net.ipv4.tcp_fastopen).
#[cfg(target_os = "linux")]
pub(crate) fn connect_fast(socket: &Socket) -> io::Result<()> {
    let on = 1i32.to_ne_bytes();
    set_option(socket, libc::IPPROTO_TCP, libc::TCP_FASTOPEN_CONNECT, &on)
}

/// Sets an option by number (setsockopt(2)).
///
/// # Errors
/// Whatever the system says of the option.
#[allow(unsafe_code, reason = "crates wrap options by their names only")]
pub(crate) fn set_option(socket: &Socket, level: i32, name: i32, value: &[u8]) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    let length = libc::socklen_t::try_from(value.len()).unwrap_or(libc::socklen_t::MAX);
    // SAFETY: `value` is readable for its length, and is not kept after the call. What an option
    // does to the socket cannot harm memory: options whose value holds a pointer (SO_ATTACH_FILTER)
    // are checked by the kernel, which reads through it and fails with EFAULT.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            value.as_ptr().cast(),
            length,
        )
    };
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Returns an error: this system cannot do that.
#[cfg(not(target_os = "linux"))]
pub(crate) fn multipath(_domain: Domain, _kind: Type) -> io::Result<Socket> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Returns an error: this system cannot do that.
#[cfg(not(target_os = "linux"))]
pub(crate) fn accept_fast(_socket: &Socket, _queue: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Returns an error: this system cannot do that.
#[cfg(not(target_os = "linux"))]
pub(crate) fn connect_fast(_socket: &Socket) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(unsafe_code, reason = "crates read options by their names only")]

    use std::os::fd::AsRawFd;

    use super::*;

    /// Returns an option that is an `int`.
    fn option(socket: &Socket, level: i32, name: i32) -> i32 {
        let (mut value, mut length) = (0i32, size_of::<i32>() as libc::socklen_t);
        let to = std::ptr::from_mut(&mut value).cast();
        // SAFETY: the value has room for the length that is given.
        let result =
            unsafe { libc::getsockopt(socket.as_raw_fd(), level, name, to, &raw mut length) };
        assert_eq!((result, length), (0, 4));
        value
    }

    #[test]
    fn fast_open_is_set_at_both_ends() {
        let socket = || Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP)).unwrap();
        let (accepts, connects) = (socket(), socket());
        accept_fast(&accepts, 77).unwrap();
        // The queue is that of a listening socket.
        accepts.listen(100).unwrap();
        let tcp = libc::IPPROTO_TCP;
        assert_eq!(option(&accepts, tcp, libc::TCP_FASTOPEN), 77);
        match connect_fast(&connects) {
            Ok(()) => assert_eq!(option(&connects, tcp, libc::TCP_FASTOPEN_CONNECT), 1),
            // net.ipv4.tcp_fastopen has it switched off.
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::Unsupported),
        }
    }
}
