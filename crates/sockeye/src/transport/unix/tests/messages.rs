//! Messages of both kinds: whole, of every size.

use bytes::Bytes;

use super::*;

/// A listener and one session with both its ends.
struct Pair {
    bound: Bound,
    pump: Option<tokio::task::JoinHandle<()>>,
    near: Datagram,
    far: Datagram,
    _place: Place,
}

impl Pair {
    async fn of(scheme: &str) -> Self {
        let place = Place::new();
        let endpoint = place.endpoint(scheme, "");
        let mut bound = bind_at(&endpoint).await.unwrap();
        #[allow(clippy::disallowed_methods, reason = "there is no engine here")]
        let pump = bound.listeners[0].companion().map(tokio::spawn);
        let mut near = open(&endpoint).await;
        near.send(Bytes::from_static(b"first")).await.unwrap();
        let (mut far, info) = accept(&bound).await;
        assert_eq!(info.credentials.unwrap().pid, Some(std::process::id()));
        assert_eq!(far.receive().await.unwrap().unwrap(), "first");
        Self {
            bound,
            pump,
            near,
            far,
            _place: place,
        }
    }
}

fn message(bytes: usize) -> Bytes {
    (0..bytes).map(|i| (i % 251) as u8).collect()
}

#[tokio::test]
async fn messages_of_every_size_stay_whole_both_ways() {
    for scheme in ["unix-dgram", "unix-seqpacket"] {
        let mut pair = Pair::of(scheme).await;
        assert_eq!(pair.near.message_bytes_max(), MESSAGE_BYTES_MAX);
        for bytes in [0, 1, 8_193, 65_507, 65_536, MESSAGE_BYTES_MAX] {
            let (mut from, mut to) = (&mut pair.near, &mut pair.far);
            for _ in 0..2 {
                let (sent, received) = tokio::join!(from.send(message(bytes)), to.receive());
                sent.unwrap();
                assert!(received.unwrap().unwrap() == message(bytes), "{bytes}");
                (from, to) = (to, from);
            }
            let error = pair.near.send(message(MESSAGE_BYTES_MAX + 1)).await;
            assert_eq!(error.unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_is_an_error_of_its_session_only() {
    for kind in [Type::DGRAM, Type::SEQPACKET] {
        let scheme = if kind == Type::DGRAM {
            SCHEMES[1]
        } else {
            SCHEMES[2]
        };
        let mut pair = Pair::of(scheme).await;
        let socket = name::socket(kind, &pair._place.endpoint(scheme, "").unix()).unwrap();
        socket.set_send_buffer_size(4 * MESSAGE_BYTES_MAX).unwrap();
        let at = SockAddr::unix(&pair._place.path).unwrap();
        socket.connect(&at).unwrap();
        socket.send(b"before").unwrap();
        socket.send(&message(MESSAGE_BYTES_MAX + 1)).unwrap();
        let (mut session, _) = accept(&pair.bound).await;
        assert_eq!(session.receive().await.unwrap().unwrap(), "before");
        let error = session.receive().await.unwrap_err().to_string();
        assert_eq!(
            error,
            "a message of 1048577 bytes, where 1048576 are the most"
        );
        pair.near.send(message(9)).await.unwrap();
        assert_eq!(pair.far.receive().await.unwrap().unwrap(), message(9));
    }
}

#[tokio::test]
async fn a_burst_waits_for_its_reader_and_arrives_in_order() {
    for scheme in ["unix-dgram", "unix-seqpacket"] {
        let mut pair = Pair::of(scheme).await;
        let (mut from, mut to) = (&mut pair.near, &mut pair.far);
        for _ in 0..2 {
            let send = async {
                for i in 0..BURST {
                    from.send(i.to_string().into()).await.unwrap();
                }
            };
            let receive = async {
                for i in 0..BURST {
                    tokio::task::yield_now().await;
                    let message = to.receive().await.unwrap().unwrap();
                    assert_eq!(message, i.to_string());
                }
            };
            tokio::join!(send, receive);
            (from, to) = (to, from);
        }
    }
}

#[tokio::test]
async fn a_connection_ends_one_way_after_the_other_and_empty_messages_are_no_end() {
    let mut pair = Pair::of("unix-seqpacket").await;
    pair.near.send(Bytes::new()).await.unwrap();
    pair.near.shutdown().await.unwrap();
    assert_eq!(pair.far.receive().await.unwrap().unwrap(), "");
    assert_eq!(pair.far.receive().await.unwrap(), None);
    pair.far.send(message(3)).await.unwrap();
    drop(pair.far);
    assert_eq!(pair.near.receive().await.unwrap().unwrap(), message(3));
    assert_eq!(pair.near.receive().await.unwrap(), None);
}

#[tokio::test]
async fn an_empty_message_from_before_the_accept_is_one() {
    let place = Place::new();
    let endpoint = place.endpoint("unix-seqpacket", "");
    let bound = bind_at(&endpoint).await.unwrap();
    let mut early = open(&endpoint).await;
    early.send(Bytes::new()).await.unwrap();
    drop(early);
    let (mut session, _) = accept(&bound).await;
    assert_eq!(session.receive().await.unwrap().unwrap(), "");
    assert_eq!(session.receive().await.unwrap(), None);
}

#[tokio::test]
async fn descriptors_that_a_peer_sends_along_stay_outside() {
    for scheme in ["unix-dgram", "unix-seqpacket"] {
        let mut pair = Pair::of(scheme).await;
        let kind = if scheme == SCHEMES[1] {
            Type::DGRAM
        } else {
            Type::SEQPACKET
        };
        let hostile = name::socket(kind, &pair._place.endpoint(scheme, "").unix()).unwrap();
        let at = SockAddr::unix(&pair._place.path).unwrap();
        hostile.connect(&at).unwrap();
        let (mut reader, writer) = io::pipe().unwrap();
        send_descriptor(&hostile, &writer);
        let (mut session, _) = accept(&pair.bound).await;
        assert_eq!(session.receive().await.unwrap().unwrap(), "gift");
        // Nobody else holds the pipe's end: reading it ends.
        drop(writer);
        drop((hostile, pair.near.shutdown().await));
        let mut rest = Vec::new();
        io::Read::read_to_end(&mut reader, &mut rest).unwrap();
        if let Some(pump) = pair.pump {
            pump.abort();
        }
    }
}

fn send_descriptor(socket: &Socket, descriptor: &impl AsFd) {
    use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let descriptors = [descriptor.as_fd()];
    assert!(control.push(SendAncillaryMessage::ScmRights(&descriptors)));
    let piece = [io::IoSlice::new(b"gift")];
    sendmsg(socket, &piece, &mut control, SendFlags::empty()).unwrap();
}

/// More than a queue of Linux holds (net.unix.max_dgram_qlen, 10).
const BURST: usize = 200;
