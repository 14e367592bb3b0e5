//! Sockets on their way to another process (SCM_RIGHTS, unix(7)).

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::cmsg_space;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use tokio::io::Interest;
use tokio::net::UnixStream;

/// Sends descriptors, each message with one byte: what carries no byte carries nothing.
pub(super) async fn send(stream: &UnixStream, sockets: &[BorrowedFd<'_>]) -> io::Result<()> {
    for some in sockets.chunks(MESSAGE_SOCKETS) {
        let sending = || {
            let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(MESSAGE_SOCKETS))];
            let mut along = SendAncillaryBuffer::new(&mut space);
            // There is space for as many as are in a message.
            along.push(SendAncillaryMessage::ScmRights(some));
            let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
            Ok(sendmsg(stream, &[IoSlice::new(&[0])], &mut along, flags)?)
        };
        stream.async_io(Interest::WRITABLE, sending).await?;
    }
    Ok(())
}

/// Receives as many descriptors as are to come; no child inherits them.
pub(super) async fn receive(stream: &UnixStream, count: usize) -> io::Result<Vec<OwnedFd>> {
    let mut sockets = Vec::new();
    while sockets.len() < count {
        let receiving = || {
            let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(MESSAGE_SOCKETS))];
            let mut along = RecvAncillaryBuffer::new(&mut space);
            let mut byte = [0];
            let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
            let received = recvmsg(stream, &mut [IoSliceMut::new(&mut byte)], &mut along, flags)?;
            let mut some = Vec::new();
            for message in along.drain() {
                if let RecvAncillaryMessage::ScmRights(sockets) = message {
                    some.extend(sockets);
                }
            }
            Ok((received.bytes, some))
        };
        let (bytes, some) = stream.async_io(Interest::READABLE, receiving).await?;
        // The system leaves out what this process has no descriptors for.
        if bytes == 0 || some.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        sockets.extend(some);
    }
    Ok(sockets)
}

/// Descriptors in one message: below the 253 that Linux takes (SCM_MAX_FD).
const MESSAGE_SOCKETS: usize = 64;

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[tokio::test]
    async fn more_sockets_than_one_message_holds_arrive_in_order() {
        let (here, there) = UnixStream::pair().unwrap();
        let count = 2 * MESSAGE_SOCKETS + 3;
        let listeners: Vec<_> = (0..count)
            .map(|_| std::net::TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let sockets: Vec<_> = listeners.iter().map(AsFd::as_fd).collect();
        let (sent, received) = tokio::join!(send(&here, &sockets), receive(&there, count));
        sent.unwrap();
        let ports = |listener: &std::net::TcpListener| listener.local_addr().unwrap().port();
        let received: Vec<u16> = received
            .unwrap()
            .into_iter()
            .map(|socket| ports(&std::net::TcpListener::from(socket)))
            .collect();
        assert_eq!(received, listeners.iter().map(ports).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn an_end_before_the_last_one_is_an_error() {
        let (here, there) = UnixStream::pair().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        send(&here, &[listener.as_fd()]).await.unwrap();
        drop(here);
        let error = receive(&there, 2).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
