//! Handshakes as browsers and servers write them, wrong ones; frames in every cut.

use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};

use proptest::prelude::*;

use super::*;

/// The example of RFC 6455 section 1.3.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

fn request(fields: &str) -> Request {
    let head = format!("GET /chat?a=b HTTP/1.1\r\n{fields}\r\n");
    for cut in 0..head.len() {
        assert_eq!(Request::decode(&head.as_bytes()[..cut]), Ok(None), "{cut}");
    }
    let (request, used) = Request::decode(head.as_bytes()).unwrap().unwrap();
    assert_eq!(used, head.len());
    request
}

fn good(more: &str) -> Request {
    request(&format!(
        "Host: h\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n{more}"
    ))
}

#[test]
fn the_example_of_the_standard_is_accepted() {
    let offer = Offer {
        subprotocols: &["superchat", "chat"],
        ..Offer::default()
    };
    let accepted = good("Sec-WebSocket-Protocol: chat, superchat\r\n")
        .judge(&offer)
        .unwrap();
    assert_eq!(
        accepted.subprotocol.as_deref(),
        Some("chat"),
        "the client's order counts"
    );
    let written = accepted.encode();
    let text = String::from_utf8(written.clone()).unwrap();
    assert!(
        text.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"),
        "{text}"
    );
    let (response, used) = Response::decode(&written).unwrap().unwrap();
    assert_eq!(used, written.len());
    assert_eq!(response.check(KEY, &["chat"]), Ok(()));
    assert_eq!(
        response.check(KEY, &["other"]),
        Err(HandshakeError::NotOffered)
    );
    assert_eq!(
        response.check("x", &["chat"]),
        Err(HandshakeError::NoWebSocket)
    );
}

#[test]
fn extensions_are_not_agreed_on() {
    let offered = good("Sec-WebSocket-Extensions: permessage-deflate\r\n");
    let accepted = offered.judge(&Offer::default()).unwrap().encode();
    assert!(!String::from_utf8(accepted).unwrap().contains("deflate"));
}

#[test]
fn a_refusal_says_what_is_wrong() {
    let status = |request: &Request, offer: &Offer<'_>| request.judge(offer).unwrap_err().status;
    let any = Offer::default();
    let elsewhere = Offer {
        path: Some("/"),
        ..Offer::default()
    };
    assert_eq!(status(&good(""), &elsewhere), Status::NotFound);
    let open = Offer {
        origins: &["https://page.example"],
        ..Offer::default()
    };
    assert!(
        good("Origin: https://PAGE.example\r\n")
            .judge(&open)
            .is_ok()
    );
    assert_eq!(
        status(&good("Origin: https://evil.example\r\n"), &open),
        Status::Forbidden
    );
    assert_eq!(status(&good("Origin: null\r\n"), &any), Status::Forbidden);
    assert_eq!(status(&good("Host: two\r\n"), &any), Status::BadRequest);
    assert_eq!(
        status(&good("Sec-WebSocket-Key: two\r\n"), &any),
        Status::BadRequest
    );
    assert_eq!(
        status(&request("Host: h\r\n"), &any),
        Status::UpgradeRequired
    );
    let old = request(&format!(
        "Host: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\n\
         Sec-WebSocket-Version: 8\r\n"
    ));
    let refusal = old.judge(&any).unwrap_err();
    assert_eq!(refusal.status, Status::UpgradeRequired);
    let text = String::from_utf8(refusal.encode()).unwrap();
    assert!(text.starts_with("HTTP/1.1 426 ") && text.contains("Sec-WebSocket-Version: 13\r\n"));
}

#[test]
fn a_head_has_limits() {
    let endless = format!("GET / HTTP/1.1\r\nCookie: {}", "x".repeat(16 * 1024));
    assert_eq!(
        Request::decode(endless.as_bytes()),
        Err(HandshakeError::TooLarge)
    );
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(65));
    assert_eq!(
        Request::decode(many.as_bytes()),
        Err(HandshakeError::TooLarge)
    );
    assert_eq!(Request::decode(b"\x16\x03\x01"), Err(HandshakeError::Http));
}

/// Receives in pieces of `size` bytes until an error; data of a message is put together.
fn received(bytes: &[u8], size: usize) -> (Vec<Incoming>, Option<WebSocketError>) {
    let mut receiver = Receiver::new(false, 1000);
    let mut all: Vec<Incoming> = Vec::new();
    for mut piece in bytes.chunks(size) {
        loop {
            match receiver.receive(&mut piece) {
                Ok(None) => break,
                Ok(Some(incoming)) => all.push(incoming),
                Err(error) => return (joined(all), Some(error)),
            }
        }
    }
    (joined(all), None)
}

fn joined(all: Vec<Incoming>) -> Vec<Incoming> {
    let mut whole = Vec::new();
    let mut message = Vec::new();
    for incoming in all {
        match incoming {
            Incoming::Data { kind, bytes, last } => {
                message.extend(bytes);
                if last {
                    let bytes = core::mem::take(&mut message);
                    whole.push(Incoming::Data { kind, bytes, last });
                }
            }
            other => whole.push(other),
        }
    }
    whole
}

fn text(bytes: &[u8]) -> Incoming {
    Incoming::Data {
        kind: Kind::Text,
        bytes: bytes.into(),
        last: true,
    }
}

#[test]
fn control_frames_may_stand_within_a_message() {
    let bytes = b"\x01\x03h\xc3\xa9\x89\x02hi\x00\x01l\x8a\x00\x80\x02lo\x88\x02\x03\xe8\x81\x01x";
    for size in 1..=bytes.len() {
        let (all, error) = received(bytes, size);
        let expected = [
            Incoming::Ping(b"hi".to_vec()),
            Incoming::Pong,
            text("h\u{e9}llo".as_bytes()),
            Incoming::Close(Some(1000)),
        ];
        assert_eq!((all.as_slice(), error), (&expected[..], None), "{size}");
    }
}

#[test]
fn what_breaks_the_protocol_is_refused() {
    for (bytes, error) in [
        (&b"\xc1\x00"[..], WebSocketError::Reserved),
        (b"\x83\x00", WebSocketError::Opcode),
        (b"\x8b\x00", WebSocketError::Opcode),
        (b"\x09\x00", WebSocketError::Length),
        (b"\x89\x7e\x00\x7e", WebSocketError::Length),
        (b"\x82\x7e\x00\x01", WebSocketError::Length),
        (b"\x82\x7f\x80\0\0\0\0\0\0\0", WebSocketError::Length),
        (b"\x82\x7f\0\0\0\0\0\0\xff\xff", WebSocketError::Length),
        (b"\x82\x80abcd", WebSocketError::Mask),
        (b"\x80\x00", WebSocketError::Order),
        (b"\x01\x00\x81\x00", WebSocketError::Order),
        (b"\x82\x7e\x03\xe9", WebSocketError::TooLong(1000)),
        (b"\x02\x01x\x80\x7e\x03\xe8", WebSocketError::TooLong(1000)),
        (b"\x81\x01\xff", WebSocketError::Text),
        (b"\x81\x01\xc3", WebSocketError::Text),
        (b"\x01\x01\xc3\x80\x01x", WebSocketError::Text),
        (b"\x88\x01\x03", WebSocketError::CloseCode),
        (b"\x88\x02\x03\xed", WebSocketError::CloseCode),
        (b"\x88\x03\x03\xe8\xff", WebSocketError::Text),
    ] {
        for size in 1..=bytes.len() {
            assert_eq!(received(bytes, size).1, Some(error), "{bytes:?} by {size}");
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        message in prop::collection::vec(any::<u8>(), 0..70_000),
        mask: Option<[u8; 4]>,
        size in 1_usize..5_000,
    ) {
        let mut bytes = Vec::new();
        encode(Opcode::Binary, &message, mask, &mut bytes);
        let mut receiver = Receiver::new(mask.is_some(), u64::MAX);
        let mut read = vec![];
        for mut piece in bytes.chunks(size) {
            while let Some(incoming) = receiver.receive(&mut piece).unwrap() {
                read.push(incoming);
            }
        }
        let whole = Incoming::Data { kind: Kind::Binary, bytes: message, last: true };
        prop_assert_eq!(joined(read), [whole]);
    }
}
