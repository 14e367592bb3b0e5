//! What a socket's send queue holds.

use std::io;
use std::os::fd::BorrowedFd;

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
