//! Many messages in one system call: recvmmsg(2) and sendmmsg(2).

use std::io;
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;

/// Where messages arrive, several at a time.
pub(crate) struct Inbox {
    space: Box<[u8]>,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbox").finish_non_exhaustive()
    }
}

impl Inbox {
    /// Makes room; the system lends the memory page by page, as it is first written to.
    pub(crate) fn new() -> Self {
        Self {
            space: vec![0; BATCH * MESSAGE_BYTES].into(),
        }
    }

    /// Receives what has arrived, at most [`BATCH`] messages, and passes each to `take`; returns how
    /// many.
    ///
    /// # Errors
    /// `WouldBlock` when nothing has arrived, else what the socket reports.
    pub(crate) fn receive(
        &mut self,
        socket: BorrowedFd<'_>,
        take: impl FnMut(Option<SocketAddr>, &[u8]),
    ) -> io::Result<usize> {
        several::receive(&mut self.space, socket, take)
    }
}

/// Sends messages to `to`, or to the peer that the socket is connected to; returns how many it took.
///
/// # Errors
/// What the socket says of the first message.
pub(crate) fn send<'a>(
    socket: BorrowedFd<'_>,
    to: Option<SocketAddr>,
    messages: impl ExactSizeIterator<Item = &'a [u8]>,
) -> io::Result<usize> {
    several::send(socket, to, messages)
}

#[cfg(target_os = "linux")]
mod several {
    #![allow(unsafe_code, reason = "no crate that we use wraps recvmmsg")]

    use std::io::{self, IoSlice};
    use std::net::SocketAddr;
    use std::os::fd::{AsRawFd, BorrowedFd};

    use rustix::net::addr::SocketAddrArg;
    use rustix::net::{MMsgHdr, SendAncillaryBuffer, SendFlags, sendmmsg};
    use socket2::{SockAddr, SockAddrStorage};

    use super::{BATCH, MESSAGE_BYTES};

    pub(super) fn receive(
        space: &mut [u8],
        socket: BorrowedFd<'_>,
        mut take: impl FnMut(Option<SocketAddr>, &[u8]),
    ) -> io::Result<usize> {
        let mut senders: [SockAddrStorage; BATCH] =
            std::array::from_fn(|_| SockAddrStorage::zeroed());
        let mut pieces: Vec<libc::iovec> = space
            .chunks_exact_mut(MESSAGE_BYTES)
            .map(|piece| libc::iovec {
                iov_base: piece.as_mut_ptr().cast(),
                iov_len: piece.len(),
            })
            .collect();
        let heads = pieces.iter_mut().zip(&mut senders);
        let mut heads: Vec<libc::mmsghdr> =
            heads.map(|(piece, sender)| head(piece, sender)).collect();
        let flags = libc::MSG_DONTWAIT;
        // SAFETY: each head points at one piece of `space` and at one sender, which both outlive
        // the call and are used by nobody else meanwhile; the length is that of `heads`.
        let count = unsafe {
            let length = heads.len() as libc::c_uint;
            let (socket, no_time) = (socket.as_raw_fd(), std::ptr::null_mut());
            libc::recvmmsg(socket, heads.as_mut_ptr(), length, flags as _, no_time)
        };
        let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
        let arrived = heads
            .iter()
            .zip(senders)
            .zip(space.chunks_exact(MESSAGE_BYTES));
        for ((head, sender), piece) in arrived.take(count) {
            // SAFETY: the system wrote an address of that length into the storage, or none, and
            // said so by the length 0, where the zeroed family means no address.
            let sender = unsafe { SockAddr::new(sender, head.msg_hdr.msg_namelen) };
            let message = piece.get(..head.msg_len as usize).unwrap_or_default();
            take(sender.as_socket(), message);
        }
        Ok(count)
    }

    fn head(piece: &mut libc::iovec, sender: &mut SockAddrStorage) -> libc::mmsghdr {
        // SAFETY: all zeroes are a valid `mmsghdr`: null pointers and lengths of 0.
        let mut head: libc::mmsghdr = unsafe { std::mem::zeroed() };
        head.msg_hdr.msg_name = std::ptr::from_mut(sender).cast();
        head.msg_hdr.msg_namelen = size_of::<SockAddrStorage>() as libc::socklen_t;
        head.msg_hdr.msg_iov = piece;
        head.msg_hdr.msg_iovlen = 1;
        head
    }

    pub(super) fn send<'a>(
        socket: BorrowedFd<'_>,
        to: Option<SocketAddr>,
        messages: impl ExactSizeIterator<Item = &'a [u8]>,
    ) -> io::Result<usize> {
        let to = to.map(|to| to.as_any());
        let pieces: Vec<[IoSlice<'_>; 1]> = messages
            .take(BATCH)
            .map(|message| [IoSlice::new(message)])
            .collect();
        let mut controls: Vec<SendAncillaryBuffer<'_, '_, '_>> = pieces
            .iter()
            .map(|_| SendAncillaryBuffer::default())
            .collect();
        let mut heads: Vec<MMsgHdr<'_>> = pieces
            .iter()
            .zip(&mut controls)
            .map(|(piece, control)| match &to {
                Some(to) => MMsgHdr::new_with_addr(to, piece, control),
                None => MMsgHdr::new(piece, control),
            })
            .collect();
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        Ok(sendmmsg(socket, &mut heads, flags)?)
    }
}

#[cfg(not(target_os = "linux"))]
mod several {
    use std::io;
    use std::net::SocketAddr;
    use std::os::fd::BorrowedFd;

    use rustix::net::{RecvFlags, SendFlags, recvfrom, sendto};

    use super::MESSAGE_BYTES;

    pub(super) fn receive(
        space: &mut [u8],
        socket: BorrowedFd<'_>,
        mut take: impl FnMut(Option<SocketAddr>, &[u8]),
    ) -> io::Result<usize> {
        let piece = space.get_mut(..MESSAGE_BYTES).unwrap_or_default();
        let (count, _, from) = recvfrom(socket, &mut *piece, RecvFlags::DONTWAIT)?;
        let from = from.and_then(|from| SocketAddr::try_from(from).ok());
        take(from, piece.get(..count).unwrap_or_default());
        Ok(1)
    }

    pub(super) fn send<'a>(
        socket: BorrowedFd<'_>,
        to: Option<SocketAddr>,
        mut messages: impl ExactSizeIterator<Item = &'a [u8]>,
    ) -> io::Result<usize> {
        let Some(message) = messages.next() else {
            return Ok(0);
        };
        match to {
            Some(to) => sendto(socket, message, SendFlags::DONTWAIT, &to)?,
            None => rustix::net::send(socket, message, SendFlags::DONTWAIT)?,
        };
        Ok(1)
    }
}

/// Messages in one call: enough to make the call cheap beside them.
pub(crate) const BATCH: usize = 16;
/// The largest message, bytes, rounded up: 65,527 of a UDP datagram over IPv6 (RFC 8200 section 4.5).
const MESSAGE_BYTES: usize = 64 * 1024;
