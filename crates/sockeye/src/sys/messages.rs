//! Many messages in one system call: recvmmsg(2) and sendmmsg(2).

mod bundle;
#[cfg(target_os = "linux")]
mod control;

use std::cell::Cell;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::BorrowedFd;

use socket2::Socket;

pub(crate) use bundle::{Bundle, with_bundle};

/// Who is at the other end of a message, and which of this machine's addresses is at this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Ends {
    pub(crate) peer: SocketAddr,
    /// Known where the socket tells it ([`tell_destination`]).
    pub(crate) ours: Option<IpAddr>,
}

/// Receives what has arrived, at most [`BATCH`] messages, and passes them to `take`, each with who sent
/// it; tells whether there may be more.
///
/// # Errors
/// `WouldBlock` when nothing has arrived, else what the socket reports.
pub(crate) fn receive_from(
    socket: BorrowedFd<'_>,
    take: impl FnOnce(&[(Ends, &[u8])]),
) -> io::Result<bool> {
    with_space(|space| several::receive_from(space, socket, take))
}

/// Does as [`receive_from`] does with a socket that is connected to its one peer.
///
/// # Errors
/// As [`receive_from`].
pub(crate) fn receive(socket: BorrowedFd<'_>, take: impl FnMut(&[u8])) -> io::Result<bool> {
    with_space(|space| several::receive(space, socket, take))
}

/// Lends the thread's space for messages: who waits for some holds none.
fn with_space<T>(lend: impl FnOnce(&mut [u8]) -> T) -> T {
    // The system gives the memory page by page, as it is first written to.
    let mut space = SPACE
        .take()
        .unwrap_or_else(|| vec![0; BATCH * MESSAGE_BYTES].into());
    let result = lend(&mut space);
    SPACE.set(Some(space));
    result
}

thread_local! {
    /// Taken out while in use, so that nobody can meet it half used.
    static SPACE: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}

/// Sends messages to `to`, or to the peer that the socket is connected to; returns how many it took.
///
/// # Errors
/// What the socket says of the first message.
pub(crate) fn send<'a>(
    socket: BorrowedFd<'_>,
    to: Option<Ends>,
    messages: impl ExactSizeIterator<Item = &'a [u8]>,
) -> io::Result<usize> {
    several::send(socket, to, messages)
}

/// Makes a socket tell to which address of this machine each message was sent, so that answers can
/// leave from there (IP_PKTINFO of ip(7); RFC 3542 section 6.2).
///
/// # Errors
/// Where the system cannot.
pub(crate) fn tell_destination(socket: &Socket, v6: bool) -> io::Result<()> {
    several::tell_destination(socket, v6)
}

#[cfg(target_os = "linux")]
mod several {
    #![allow(
        unsafe_code,
        reason = "no crate that we use wraps recvmmsg and IP_PKTINFO"
    )]

    use std::array::from_fn;
    use std::io;
    use std::mem::zeroed;
    use std::os::fd::{AsRawFd, BorrowedFd};
    use std::ptr;

    use socket2::{SockAddr, SockAddrStorage, Socket};

    use super::super::socket::set_option;
    use super::control::{Control, destination, source};
    use super::{BATCH, Ends, MESSAGE_BYTES};

    pub(super) fn tell_destination(socket: &Socket, v6: bool) -> io::Result<()> {
        let on = 1i32.to_ne_bytes();
        if v6 {
            set_option(socket, libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO, &on)?;
        }
        // A dual-stack socket has IPv4 messages, too.
        set_option(socket, libc::IPPROTO_IP, libc::IP_PKTINFO, &on)
    }

    pub(super) fn receive_from(
        space: &mut [u8],
        socket: BorrowedFd<'_>,
        take: impl FnOnce(&[(Ends, &[u8])]),
    ) -> io::Result<bool> {
        let mut senders: [SockAddrStorage; BATCH] = from_fn(|_| SockAddrStorage::zeroed());
        let mut controls = [Control::default(); BATCH];
        let mut pieces = pieces(space);
        let mut heads: [libc::mmsghdr; BATCH] = from_fn(|i| {
            let mut head = head(&mut pieces[i]);
            head.msg_hdr.msg_name = ptr::from_mut(&mut senders[i]).cast();
            head.msg_hdr.msg_namelen = size_of::<SockAddrStorage>() as libc::socklen_t;
            head.msg_hdr.msg_control = ptr::from_mut(&mut controls[i]).cast();
            head.msg_hdr.msg_controllen = size_of::<Control>() as _;
            head
        });
        // SAFETY: each head points at one piece of `space`, one sender and one control buffer, with
        // their lengths; all outlive the call and are used by nobody else meanwhile.
        let count = unsafe { arrived(socket, &mut heads)? };
        let arrived = heads.iter().zip(senders).zip(each(space)).take(count);
        let told = arrived.filter_map(|((head, sender), piece)| {
            // SAFETY: the system wrote an address of that length into the storage, or none, and
            // said so by the length 0, where the zeroed family means no address.
            let sender = unsafe { SockAddr::new(sender, head.msg_hdr.msg_namelen) };
            let ends = Ends {
                peer: sender.as_socket()?,
                ours: destination(&head.msg_hdr),
            };
            Some((ends, message(head, piece)))
        });
        take(&told.collect::<Vec<_>>());
        Ok(count == BATCH)
    }

    pub(super) fn receive(
        space: &mut [u8],
        socket: BorrowedFd<'_>,
        mut take: impl FnMut(&[u8]),
    ) -> io::Result<bool> {
        let mut pieces = pieces(space);
        let mut heads: [libc::mmsghdr; BATCH] = from_fn(|i| head(&mut pieces[i]));
        // SAFETY: each head points at one piece of `space`, with its length, and at nothing else;
        // both outlive the call and are used by nobody else meanwhile.
        let count = unsafe { arrived(socket, &mut heads)? };
        let arrived = heads.iter().zip(each(space)).take(count);
        arrived.for_each(|(head, piece)| take(message(head, piece)));
        Ok(count == BATCH)
    }

    /// Receives a few messages, each into a room of its own, and writes down how long they are; returns
    /// how many, and whether there may be more.
    pub(super) fn receive_few<'a>(
        socket: BorrowedFd<'_>,
        rooms: &mut impl Iterator<Item = &'a mut [u8]>,
        lengths: &mut [usize],
    ) -> io::Result<(usize, bool)> {
        let most = FEW.min(lengths.len());
        // A room for each: those that stay empty are the next call's.
        let mut pieces: [libc::iovec; FEW] = from_fn(|i| {
            let room = if i < most { rooms.next() } else { None };
            piece(room.unwrap_or_default())
        });
        let mut heads: [libc::mmsghdr; FEW] = from_fn(|i| head(&mut pieces[i]));
        // SAFETY: each head points at one room, with its length, and at nothing else; all outlive the call
        // and are used by nobody else meanwhile.
        let count = unsafe { arrived(socket, &mut heads[..most])? };
        for (length, head) in lengths.iter_mut().zip(&heads).take(count) {
            *length = head.msg_len as usize;
        }
        Ok((count, count == most))
    }

    /// Receives into what the heads point at; returns how many messages.
    ///
    /// # Safety
    /// All that the heads point at is as long as they say, and nobody else uses it meanwhile.
    unsafe fn arrived(socket: BorrowedFd<'_>, heads: &mut [libc::mmsghdr]) -> io::Result<usize> {
        let (socket, no_time) = (socket.as_raw_fd(), ptr::null_mut());
        let (first, count) = (heads.as_mut_ptr(), heads.len() as libc::c_uint);
        let flags = libc::MSG_DONTWAIT as _;
        // SAFETY: the caller's promise; there are as many heads as the call is told.
        let count = unsafe { libc::recvmmsg(socket, first, count, flags, no_time) };
        usize::try_from(count).map_err(|_| io::Error::last_os_error())
    }

    fn pieces(space: &mut [u8]) -> [libc::iovec; BATCH] {
        let mut rooms = space.chunks_exact_mut(MESSAGE_BYTES);
        from_fn(|_| piece(rooms.next().unwrap_or_default()))
    }

    fn each(space: &[u8]) -> impl Iterator<Item = &[u8]> {
        space.chunks_exact(MESSAGE_BYTES)
    }

    fn message<'a>(head: &libc::mmsghdr, piece: &'a [u8]) -> &'a [u8] {
        piece.get(..head.msg_len as usize).unwrap_or_default()
    }

    pub(super) fn send<'a>(
        socket: BorrowedFd<'_>,
        to: Option<Ends>,
        messages: impl ExactSizeIterator<Item = &'a [u8]>,
    ) -> io::Result<usize> {
        match messages.len() {
            1 => send_at_most::<1>(socket, to, messages),
            _ => send_at_most::<BATCH>(socket, to, messages),
        }
    }

    fn send_at_most<'a, const MOST: usize>(
        socket: BorrowedFd<'_>,
        to: Option<Ends>,
        messages: impl ExactSizeIterator<Item = &'a [u8]>,
    ) -> io::Result<usize> {
        let address = to.map(|to| SockAddr::from(to.peer));
        let source = to.and_then(|to| source(to.peer, to.ours?));
        let count = messages.len().min(MOST);
        let mut messages = messages;
        let mut pieces: [libc::iovec; MOST] = from_fn(|_| {
            let message = messages.next().unwrap_or_default();
            libc::iovec {
                iov_base: message.as_ptr().cast_mut().cast(),
                iov_len: message.len(),
            }
        });
        let mut heads: [libc::mmsghdr; MOST] = from_fn(|i| {
            let mut head = head(&mut pieces[i]);
            if let Some(address) = &address {
                head.msg_hdr.msg_name = address.as_ptr().cast_mut().cast();
                head.msg_hdr.msg_namelen = address.len();
            }
            if let Some((control, length)) = &source {
                head.msg_hdr.msg_control = ptr::from_ref(control).cast_mut().cast();
                head.msg_hdr.msg_controllen = *length as _;
            }
            head
        });
        let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
        let (socket, first) = (socket.as_raw_fd(), heads.as_mut_ptr());
        // SAFETY: each head points at one message, and all at one address and one control message,
        // with their lengths; all outlive the call, which only reads them. There are `MOST` heads,
        // and `count` is at most that.
        let sent = unsafe {
            match MOST {
                // sendmmsg(2) gives up the processor between messages, to whoever has just been woken
                // by one: twice the time for a single one.
                1 => match libc::sendmsg(socket, &raw const (*first).msg_hdr, flags) {
                    error @ ..0 => error,
                    _bytes => 1,
                },
                _ => libc::sendmmsg(socket, first, count as libc::c_uint, flags as _) as isize,
            }
        };
        usize::try_from(sent).map_err(|_| io::Error::last_os_error())
    }

    pub(super) fn send_each<'a>(
        socket: BorrowedFd<'_>,
        mut messages: impl ExactSizeIterator<Item = (Ends, &'a [u8])>,
    ) -> io::Result<usize> {
        if messages.len() == 1 {
            let Some((to, message)) = messages.next() else {
                return Ok(0);
            };
            return send(socket, Some(to), std::iter::once(message));
        }
        let mut parcels: Vec<Parcel> = messages.map(Parcel::new).collect();
        let mut heads: Vec<libc::mmsghdr> = parcels.iter_mut().map(Parcel::head).collect();
        let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
        let (socket, first) = (socket.as_raw_fd(), heads.as_mut_ptr());
        let count = heads.len() as libc::c_uint;
        // SAFETY: each head points at one message and at its parcel's address and control message, with
        // their lengths; all outlive the call, which only reads them. There are `count` heads.
        let sent = unsafe { libc::sendmmsg(socket, first, count, flags as _) };
        usize::try_from(sent).map_err(|_| io::Error::last_os_error())
    }

    /// A message with the address on it, and that of the sender where it matters.
    struct Parcel {
        address: SockAddr,
        source: Option<(Control, usize)>,
        piece: libc::iovec,
    }

    impl Parcel {
        fn new((to, message): (Ends, &[u8])) -> Self {
            Self {
                address: to.peer.into(),
                source: to.ours.and_then(|ours| source(to.peer, ours)),
                piece: libc::iovec {
                    iov_base: message.as_ptr().cast_mut().cast(),
                    iov_len: message.len(),
                },
            }
        }

        fn head(&mut self) -> libc::mmsghdr {
            let mut head = head(&mut self.piece);
            head.msg_hdr.msg_name = self.address.as_ptr().cast_mut().cast();
            head.msg_hdr.msg_namelen = self.address.len();
            if let Some((control, length)) = &mut self.source {
                head.msg_hdr.msg_control = ptr::from_mut(control).cast();
                head.msg_hdr.msg_controllen = *length as _;
            }
            head
        }
    }

    fn piece(room: &mut [u8]) -> libc::iovec {
        libc::iovec {
            iov_base: room.as_mut_ptr().cast(),
            iov_len: room.len(),
        }
    }

    fn head(piece: &mut libc::iovec) -> libc::mmsghdr {
        // SAFETY: all zeroes are a valid `mmsghdr`: null pointers and lengths of 0.
        let mut head: libc::mmsghdr = unsafe { zeroed() };
        head.msg_hdr.msg_iov = piece;
        head.msg_hdr.msg_iovlen = 1;
        head
    }

    /// Messages that one of many sockets is asked for at once: mostly it has one.
    const FEW: usize = 4;
}

#[cfg(not(target_os = "linux"))]
mod several {
    use std::io;
    use std::net::SocketAddr;
    use std::os::fd::BorrowedFd;

    use rustix::net::{RecvFlags, SendFlags, recvfrom, sendto};
    use socket2::Socket;

    use super::{Ends, MESSAGE_BYTES};

    pub(super) fn tell_destination(_socket: &Socket, _v6: bool) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn receive_from(
        space: &mut [u8],
        socket: BorrowedFd<'_>,
        take: impl FnOnce(&[(Ends, &[u8])]),
    ) -> io::Result<bool> {
        let piece = space.get_mut(..MESSAGE_BYTES).unwrap_or_default();
        let (count, _, from) = recvfrom(socket, &mut *piece, RecvFlags::DONTWAIT)?;
        let from = from.and_then(|from| SocketAddr::try_from(from).ok());
        let message = piece.get(..count).unwrap_or_default();
        let told = from.map(|peer| (Ends { peer, ours: None }, message));
        take(told.as_slice());
        Ok(true)
    }

    pub(super) fn receive(
        space: &mut [u8],
        socket: BorrowedFd<'_>,
        mut take: impl FnMut(&[u8]),
    ) -> io::Result<bool> {
        let piece = space.get_mut(..MESSAGE_BYTES).unwrap_or_default();
        let (count, _) = rustix::net::recv(socket, &mut *piece, RecvFlags::DONTWAIT)?;
        take(piece.get(..count).unwrap_or_default());
        Ok(true)
    }

    pub(super) fn send<'a>(
        socket: BorrowedFd<'_>,
        to: Option<Ends>,
        mut messages: impl ExactSizeIterator<Item = &'a [u8]>,
    ) -> io::Result<usize> {
        let Some(message) = messages.next() else {
            return Ok(0);
        };
        match to {
            Some(to) => sendto(socket, message, SendFlags::DONTWAIT, &to.peer)?,
            None => rustix::net::send(socket, message, SendFlags::DONTWAIT)?,
        };
        Ok(1)
    }

    pub(super) fn receive_few<'a>(
        socket: BorrowedFd<'_>,
        rooms: &mut impl Iterator<Item = &'a mut [u8]>,
        lengths: &mut [usize],
    ) -> io::Result<(usize, bool)> {
        let (Some(room), Some(length)) = (rooms.next(), lengths.first_mut()) else {
            return Ok((0, true));
        };
        *length = rustix::net::recv(socket, room, RecvFlags::DONTWAIT)?.0;
        Ok((1, true))
    }

    pub(super) fn send_each<'a>(
        socket: BorrowedFd<'_>,
        mut messages: impl ExactSizeIterator<Item = (Ends, &'a [u8])>,
    ) -> io::Result<usize> {
        match messages.next() {
            Some((to, message)) => send(socket, Some(to), std::iter::once(message)),
            None => Ok(0),
        }
    }
}

/// Messages in one call: enough to make the call cheap beside them.
pub(crate) const BATCH: usize = 16;
/// The largest message, bytes, rounded up: 65,527 of a UDP datagram over IPv6 (RFC 8200 section 4.5).
const MESSAGE_BYTES: usize = 64 * 1024;
