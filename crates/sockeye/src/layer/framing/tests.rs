//! Messages through `+line` and `+frame`, one byte at a time, and what is no message.

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::*;
use crate::endpoint::Role;
use crate::io::{ConnectionInfo, Conversation};
use crate::layer::Layers;

/// Wraps one end of a pair in the layers of an endpoint.
async fn wrapped(words: &str, buffer_bytes: usize) -> (Datagram, DuplexStream) {
    let (near, far) = duplex(buffer_bytes);
    let endpoint = Endpoint::parse(&format!("tcp://h:1 {words}")).unwrap();
    let layers = Layers::prepare(&endpoint, Role::Connect).unwrap();
    let stream = Conversation::Stream(Stream::layered(near));
    let mut info = ConnectionInfo::default();
    let Conversation::Datagram(datagram) = layers
        .wrap(stream, &mut info, Default::default())
        .await
        .unwrap()
    else {
        panic!("messages");
    };
    (datagram, far)
}

#[tokio::test]
async fn one_byte_at_a_time_through_each() {
    for words in [
        "+line",
        "+line,crlf",
        "+line,hex",
        r"'+line,escape,delimiter=\x1e'",
        "+frame",
        "+frame,size=2,order=little,checksum=crc32",
        "+frame,size=1,checksum=crc16-modbus",
    ] {
        let (mut sender, mut wire) = wrapped(words, 1).await;
        let (mut receiver, mut delivered) = wrapped(words, 1).await;
        let send = async {
            for message in ["one", "", "and a longer one"] {
                sender.send(message.into()).await.unwrap();
            }
            sender.shutdown().await.unwrap();
        };
        let carry = async {
            tokio::io::copy(&mut wire, &mut delivered).await.unwrap();
            delivered.shutdown().await.unwrap();
        };
        let receive = async {
            let mut messages = Vec::new();
            while let Some(message) = receiver.receive().await.unwrap() {
                messages.push(message);
            }
            messages
        };
        let (messages, (), ()) = tokio::join!(receive, send, carry);
        assert_eq!(messages, ["one", "", "and a longer one"], "{words}");
    }
}

#[tokio::test]
async fn the_end_makes_a_line_whole_but_no_frame() {
    let (mut lines, mut far) = wrapped("+line", 64).await;
    far.write_all(b"one\ntwo").await.unwrap();
    far.shutdown().await.unwrap();
    assert_eq!(lines.receive().await.unwrap().unwrap(), "one");
    assert_eq!(lines.receive().await.unwrap().unwrap(), "two");
    assert_eq!(lines.receive().await.unwrap(), None);

    let (mut frames, mut far) = wrapped("+frame,size=1", 64).await;
    far.write_all(b"\x01a\x02b").await.unwrap();
    far.shutdown().await.unwrap();
    assert_eq!(frames.receive().await.unwrap().unwrap(), "a");
    let cut = frames.receive().await.unwrap_err();
    assert_eq!(cut.to_string(), "the stream ended within a message");
}

#[tokio::test]
async fn what_is_too_long_is_an_error_both_ways() {
    let (mut frames, mut far) = wrapped("+frame,size=1,max=3", 64).await;
    assert!(frames.send("four".into()).await.is_err());
    frames.send("abc".into()).await.unwrap();
    let mut sent = [0; 4];
    far.read_exact(&mut sent).await.unwrap();
    assert_eq!(&sent, b"\x03abc");
    far.write_all(b"\x04four").await.unwrap();
    let refused = frames.receive().await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
}

#[test]
fn settings_that_say_nothing_are_refused() {
    for words in [
        "+line,hex,escape",
        "+line,delimiter=",
        r"'+line,delimiter=\q'",
    ] {
        let endpoint = Endpoint::parse(&format!("tcp://h:1 {words}")).unwrap();
        let refused = Layers::prepare(&endpoint, Role::Connect).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConfigUsage, "{words}");
    }
}

/// Sends until all has left or the wire takes no more.
fn send_now(messages: &mut Datagram, from: &mut VecDeque<Bytes>) -> bool {
    let mut cx = Context::from_waker(std::task::Waker::noop());
    match messages.poll_send(&mut cx, from) {
        Poll::Ready(sent) => {
            sent.unwrap();
            true
        }
        Poll::Pending => false,
    }
}

#[tokio::test]
async fn what_is_at_hand_leaves_together_and_arrives_together() {
    let (mut sender, mut wire) = wrapped("+frame,size=1", 4096).await;
    let mut from: VecDeque<Bytes> = (0..100u8).map(|i| vec![i; 3].into()).collect();
    assert!(send_now(&mut sender, &mut from));
    let mut read = [0; 4096];
    assert_eq!(wire.read(&mut read).await.unwrap(), 100 * 4);

    let (mut receiver, mut far) = wrapped("+line", 4096).await;
    far.write_all(b"one\ntwo\nthr").await.unwrap();
    let mut into = VecDeque::new();
    let mut cx = Context::from_waker(std::task::Waker::noop());
    assert!(receiver.poll_receive(&mut cx, &mut into).is_ready());
    assert_eq!(into, ["one", "two"]);
    far.write_all(b"ee\n").await.unwrap();
    assert_eq!(receiver.receive().await.unwrap().unwrap(), "three");
}

#[tokio::test]
async fn a_wire_that_takes_little_gets_all_in_order() {
    let (mut sender, wire) = wrapped("+line", 7).await;
    let mut from: VecDeque<Bytes> = ["one", "two", "three"].map(Bytes::from).into();
    assert!(!send_now(&mut sender, &mut from));
    // Whoever gives up waiting here has still handed them over.
    let (mut receiver, mut far) = wrapped("+line", 64).await;
    let send = async {
        sender.send("four".into()).await.unwrap();
        sender.shutdown().await.unwrap();
    };
    let carry = async {
        let mut wire = wire;
        tokio::io::copy(&mut wire, &mut far).await.unwrap();
        far.shutdown().await.unwrap();
    };
    let receive = async {
        let mut messages = Vec::new();
        while let Some(message) = receiver.receive().await.unwrap() {
            messages.push(message);
        }
        messages
    };
    let (messages, (), ()) = tokio::join!(receive, send, carry);
    assert_eq!(messages, ["one", "two", "three", "four"]);
}

#[tokio::test]
async fn a_mistake_is_told_behind_the_messages_before_it() {
    let (mut frames, mut far) = wrapped("+frame,size=1,max=3", 64).await;
    far.write_all(b"\x01a\x02bc\x04").await.unwrap();
    assert_eq!(frames.receive().await.unwrap().unwrap(), "a");
    assert_eq!(frames.receive().await.unwrap().unwrap(), "bc");
    for _ in 0..2 {
        let refused = frames.receive().await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
    }
    let (mut lines, mut wire) = wrapped("+line", 64).await;
    let mut from: VecDeque<Bytes> = ["one", "t\nwo", "three"].map(Bytes::from).into();
    let mut cx = Context::from_waker(std::task::Waker::noop());
    let refused = lines.poll_send(&mut cx, &mut from);
    assert!(matches!(refused, Poll::Ready(Err(why)) if why.kind() == io::ErrorKind::InvalidInput));
    assert_eq!(from, ["t\nwo", "three"]);
    let mut read = [0; 64];
    let count = wire.read(&mut read).await.unwrap();
    assert_eq!(&read[..count], b"one\n");
}
