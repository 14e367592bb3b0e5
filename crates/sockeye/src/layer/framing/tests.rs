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
    let Conversation::Datagram(datagram) = layers.wrap(stream, &mut info, None).await.unwrap()
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
