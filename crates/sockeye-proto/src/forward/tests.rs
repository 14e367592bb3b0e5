//! Heads written anew, and bodies however they are cut.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use proptest::prelude::*;

use super::*;
use crate::connect::{Asks, ConnectError, ProxyRequest};

fn asked(head: &str) -> Result<ForwardRequest, ConnectError> {
    let decoded = ProxyRequest::decode(head.as_bytes())?;
    match decoded.expect("it is whole").0.asks {
        Asks::Forward(request) => Ok(request),
        Asks::Tunnel(_) => panic!("it is not CONNECT"),
    }
}

/// Asks for an address with fields.
fn get(target: &str, fields: &str) -> Result<ForwardRequest, ConnectError> {
    asked(&format!("GET {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The fields of a head without its first line, each by itself.
fn fields(head: &[u8]) -> Vec<String> {
    let lines = text(head);
    let lines = lines.strip_suffix("\r\n\r\n").unwrap().split("\r\n");
    lines.skip(1).map(String::from).collect()
}

#[test]
fn an_absolute_address_becomes_a_path_and_a_host() {
    for (target, to, host, path) in [
        (
            "http://example.org/a?b",
            "example.org:80",
            "example.org",
            "/a?b",
        ),
        ("HTTP://Example.org", "Example.org:80", "Example.org", "/"),
        ("http://a:8080?q", "a:8080", "a:8080", "/?q"),
        ("http://a:/", "a:80", "a", "/"),
        (
            "http://[2001:db8::1]/",
            "[2001:db8::1]:80",
            "[2001:db8::1]",
            "/",
        ),
        ("http://[::1]:81/", "[::1]:81", "[::1]:81", "/"),
        ("http://a/http://b/@", "a:80", "a", "/http://b/@"),
    ] {
        let request = get(target, "").unwrap();
        assert_eq!(request.to.to_string(), to, "{target}");
        let head = text(&request.head);
        let expected = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nVia: 1.1 sockeye\r\n\r\n");
        assert_eq!(head, expected, "{target}");
    }
    let options = asked("OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    assert!(text(&options.head).starts_with("OPTIONS * HTTP/1.1\r\n"));
}

#[test]
fn what_is_no_address_of_http_is_refused() {
    for (target, error) in [
        ("/", ConnectError::NotAbsolute),
        ("*", ConnectError::NotAbsolute),
        ("example.org:80", ConnectError::NotAbsolute),
        ("/?u=http://a/", ConnectError::NotAbsolute),
        ("https://a/", ConnectError::Scheme),
        ("ftp://a/", ConnectError::Scheme),
        ("http://", ConnectError::Address),
        ("http:///", ConnectError::Address),
        ("http://ali@a/", ConnectError::Address),
        ("http://ali:secret@a/", ConnectError::Address),
        ("http://a:0/", ConnectError::Address),
        ("http://a:65536/", ConnectError::Address),
        ("http://a:+80/", ConnectError::Address),
        ("http://[fe80::1%25eth0]/", ConnectError::Address),
        ("http://::1/", ConnectError::Address),
        ("http://a/#b", ConnectError::Address),
    ] {
        assert_eq!(get(target, ""), Err(error), "{target}");
    }
}

#[test]
fn what_is_of_a_connection_stays_there() {
    let request = get(
        "http://a/",
        "Accept: x\r\nConnection: keep-alive, X-Mine\r\nKeep-Alive: timeout=5\r\nX-mine: 1\r\n\
         Proxy-Connection: keep-alive\r\nTE: trailers\r\nTrailer: x\r\nUpgrade: h2c\r\n\
         HTTP2-Settings: AAA\r\nProxy-Authorization: Basic YWxpOng=\r\nVia: 1.0 fred\r\n\
         Authorization: Basic eA==\r\n",
    );
    assert_eq!(
        fields(&request.unwrap().head),
        [
            "Host: a",
            "Accept: x",
            "Via: 1.0 fred",
            "Authorization: Basic eA==",
            "Via: 1.1 sockeye"
        ],
    );
}

#[test]
fn a_body_has_one_length() {
    let post = |version: u8, fields: &str| {
        asked(&format!(
            "POST http://a/ HTTP/1.{version}\r\nHost: a\r\n{fields}\r\n"
        ))
    };
    let framed = |fields: &str| post(1, fields).map(|request| request.body);
    assert_eq!(framed(""), Ok(Framing::Empty));
    assert_eq!(framed("Content-Length: 5\r\n"), Ok(Framing::Length(5)));
    assert_eq!(
        framed("Transfer-Encoding: CHUNKED\r\n"),
        Ok(Framing::Chunked)
    );
    for fields in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: -1\r\n",
        "Content-Length:\r\n",
        "Content-Length: 18446744073709551616\r\n",
    ] {
        assert_eq!(framed(fields), Err(ConnectError::Length), "{fields}");
    }
    for coding in [
        "gzip, chunked",
        "chunked, identity",
        "identity",
        "chunked;q=1",
        "\x0bchunked",
    ] {
        let framing = framed(&format!("Transfer-Encoding: {coding}\r\n"));
        assert!(framing.is_err(), "{coding}");
    }
    assert_eq!(
        post(0, "Transfer-Encoding: chunked\r\n"),
        Err(ConnectError::Length)
    );
    let chunked = post(
        1,
        "Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n",
    );
    assert!(fields(&chunked.unwrap().head).contains(&"Transfer-Encoding: chunked".into()));
}

#[test]
fn a_request_has_one_well_written_host() {
    for hosts in [
        "",
        "Host: a\r\nHost: b\r\n",
        "Host: a b\r\n",
        "Host: a/\r\n",
        "Host: u@a\r\n",
    ] {
        let head = format!("GET http://a/ HTTP/1.1\r\n{hosts}\r\n");
        assert_eq!(asked(&head), Err(ConnectError::Hosts), "{hosts}");
    }
    let other = asked("GET http://a/ HTTP/1.1\r\nHost: other\r\n\r\n").unwrap();
    assert_eq!(fields(&other.head)[0], "Host: a", "it is replaced");
}

#[test]
fn the_client_says_whether_it_goes_on() {
    assert!(get("http://a/", "").unwrap().persists);
    assert!(!get("http://a/", "Connection: Close\r\n").unwrap().persists);
    let old =
        asked("GET http://a/ HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n\r\n");
    let old = old.unwrap();
    assert!(!old.persists && !old.is_recent);
    assert_eq!(fields(&old.head), ["Host: a", "Via: 1.0 sockeye"]);
}

#[test]
fn forwards_are_counted_down() {
    let with = |method: &str, hops: &str| {
        let head =
            format!("{method} http://a/ HTTP/1.1\r\nHost: a\r\nMax-Forwards: {hops}\r\n\r\n");
        asked(&head).unwrap()
    };
    assert!(with("TRACE", "0").ends_here && with("OPTIONS", "0").ends_here);
    assert!(!with("GET", "0").ends_here);
    assert_eq!(fields(&with("OPTIONS", "3").head)[1], "Max-Forwards: 2");
    assert_eq!(fields(&with("GET", "3").head)[1], "Max-Forwards: 3");
}

#[test]
fn only_websocket_is_gone_on_as() {
    let upgrade = |value: &str| {
        get(
            "http://a/",
            &format!("Connection: Upgrade\r\nUpgrade: {value}\r\n"),
        )
    };
    let request = upgrade("WebSocket").unwrap();
    assert!(request.upgrades);
    let head = fields(&request.head);
    assert_eq!(head[2..], ["Connection: Upgrade", "Upgrade: websocket"]);
    for other in ["h2c", "websocket, h2c", "TLS/1.0"] {
        assert!(!upgrade(other).unwrap().upgrades, "{other}");
    }
    assert!(!get("http://a/", "Upgrade: websocket\r\n").unwrap().upgrades);
}

fn answered(
    head: &str,
    request: &ForwardRequest,
) -> Result<(ForwardResponse, usize), ConnectError> {
    let bytes = head.as_bytes();
    let whole = ForwardResponse::decode(bytes, request);
    let first = (0..=bytes.len())
        .map(|count| ForwardResponse::decode(&bytes[..count], request))
        .find(|result| !matches!(result, Ok(None)));
    assert_eq!(first, Some(whole.clone()), "{head}");
    whole.map(|response| response.expect("it is whole"))
}

#[test]
fn answers_are_framed_for_whoever_gets_them() {
    let recent = get("http://a/", "").unwrap();
    let old = asked("GET http://a/ HTTP/1.0\r\n\r\n").unwrap();
    let head = asked("HEAD http://a/ HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let (length, chunked) = (Framing::Length(5), Framing::Chunked);
    for (request, status, said, body, onward) in [
        (&recent, 200, "Content-Length: 5\r\n", length, length),
        (&old, 200, "Content-Length: 5\r\n", length, length),
        (
            &recent,
            200,
            "Transfer-Encoding: chunked\r\n",
            chunked,
            chunked,
        ),
        (
            &old,
            200,
            "Transfer-Encoding: chunked\r\n",
            chunked,
            Framing::UntilClose,
        ),
        (&recent, 200, "", Framing::UntilClose, chunked),
        (&old, 200, "", Framing::UntilClose, Framing::UntilClose),
        (
            &head,
            200,
            "Content-Length: 5\r\n",
            Framing::Empty,
            Framing::Empty,
        ),
        (
            &recent,
            304,
            "Content-Length: 5\r\n",
            Framing::Empty,
            Framing::Empty,
        ),
        (&recent, 204, "", Framing::Empty, Framing::Empty),
        (&recent, 103, "", Framing::Empty, Framing::Empty),
    ] {
        let (response, _) =
            answered(&format!("HTTP/1.1 {status} Ok\r\n{said}\r\n"), request).unwrap();
        assert_eq!(
            (response.body, response.onward(request)),
            (body, onward),
            "{status} {said}"
        );
    }
    let told = |request: &ForwardRequest, status: u16| {
        let head = format!(
            "HTTP/1.1 {status} Ok\r\nContent-Length: 5\r\nConnection: x\r\nX: 1\r\nY : 2\r\n\r\n"
        );
        let (response, used) = answered(&head, request).unwrap();
        assert_eq!(used, head.len());
        fields(&response.head(request, true))
    };
    let length = "Content-Length: 5";
    let end = "Connection: close";
    assert_eq!(told(&head, 200), ["Y: 2", "Via: 1.1 sockeye", length, end]);
    assert_eq!(
        told(&recent, 304),
        ["Y: 2", "Via: 1.1 sockeye", length, end]
    );
    assert_eq!(told(&recent, 204), ["Y: 2", "Via: 1.1 sockeye", end]);
    assert_eq!(told(&recent, 103), ["Y: 2", "Via: 1.1 sockeye"]);
}

#[test]
fn answers_that_can_be_read_in_two_ways_are_none() {
    let request = get("http://a/", "").unwrap();
    for head in [
        "HTTP/1.1 200 Ok\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 Ok\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.0 200 Ok\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 Ok\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n",
        "HTTP/1.1 200 Ok\r\nx: y\r\n z\r\n\r\n",
        "HTTP/1.1 099 Ok\r\n\r\n",
        "SSH-2.0-x\r\n",
    ] {
        assert!(answered(head, &request).is_err(), "{head}");
    }
    let long = format!("HTTP/1.1 200 Ok\r\nx: {}\r\n\r\n", "y".repeat(16 * 1024));
    assert_eq!(answered(&long, &request), Err(ConnectError::TooLarge));
}

#[test]
fn the_server_says_whether_it_goes_on() {
    let request = get("http://a/", "").unwrap();
    let goes_on = |head: &str| answered(head, &request).unwrap().0.persists;
    assert!(goes_on("HTTP/1.1 200 Ok\r\nContent-Length: 0\r\n\r\n"));
    assert!(!goes_on("HTTP/1.1 200 Ok\r\nConnection: close\r\n\r\n"));
    assert!(!goes_on(
        "HTTP/1.0 200 Ok\r\nConnection: keep-alive\r\n\r\n"
    ));
}

/// Passes a body on in pieces; returns what came out, and how many bytes it took.
fn passed(
    from: Framing,
    onward: Framing,
    bytes: &[u8],
    piece_bytes: usize,
) -> Result<(Vec<u8>, usize, bool), ConnectError> {
    let mut passage = Passage::new(from, onward);
    let (mut out, mut used) = (Vec::new(), 0);
    for piece in bytes.chunks(piece_bytes) {
        used += passage.feed(piece, &mut out)?;
        if passage.is_over() {
            break;
        }
    }
    Ok((out, used, passage.is_over()))
}

#[test]
fn chunks_are_taken_apart_and_made_anew() {
    let body = b"5;name=\"x\"\r\nhello\r\n0006 \r\n world\r\n0\r\nTrailer: x\r\n\r\nGET";
    for piece_bytes in 1..body.len() {
        let (out, used, over) =
            passed(Framing::Chunked, Framing::UntilClose, body, piece_bytes).unwrap();
        assert_eq!(
            (text(&out).as_str(), used, over),
            ("hello world", body.len() - 3, true)
        );
        let (out, ..) = passed(Framing::Chunked, Framing::Chunked, body, piece_bytes).unwrap();
        let (again, _, over) = passed(Framing::Chunked, Framing::UntilClose, &out, 7).unwrap();
        assert_eq!((text(&again).as_str(), over), ("hello world", true));
    }
    let (out, ..) = passed(Framing::Chunked, Framing::Chunked, body, 1000).unwrap();
    assert_eq!(text(&out), "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
}

#[test]
fn chunks_that_some_read_differently_are_refused() {
    let extension = format!("1;{}\r\na\r\n0\r\n\r\n", "x".repeat(300));
    let trailers = format!("0\r\n{}\r\n", "x: y\r\n".repeat(4000));
    for body in [
        "\r\n",
        ";\r\n",
        "g\r\n",
        "-1\r\n",
        "0x5\r\nhello\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5;a\nhello\r\n0\r\n\r\n",
        "5\rhello\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhellox\r\n",
        "5\r\nhello\r\n0\r\n\n",
        "0\r\nx\ny\r\n\r\n",
        "0\r\n\rx",
        "10000000000000000\r\n",
        "00000000000000000\r\n",
        &extension,
        &trailers,
    ] {
        for piece_bytes in [1, 1000] {
            let passed = passed(
                Framing::Chunked,
                Framing::Chunked,
                body.as_bytes(),
                piece_bytes,
            );
            assert_eq!(passed, Err(ConnectError::Chunks), "{body:?}");
        }
    }
}

#[test]
fn a_body_that_ends_too_soon_is_not_whole() {
    for (from, bytes) in [
        (Framing::Length(5), &b"hell"[..]),
        (Framing::Chunked, b"5\r\nhello\r\n"),
        (Framing::Chunked, b"0\r\n"),
    ] {
        let mut passage = Passage::new(from, from);
        let mut out = vec![];
        passage.feed(bytes, &mut out).unwrap();
        assert!(!passage.is_over());
        assert_eq!(passage.end(&mut out), Err(ConnectError::Length));
    }
    let mut passage = Passage::new(Framing::UntilClose, Framing::Chunked);
    let mut out = vec![];
    passage.feed(b"hello", &mut out).unwrap();
    assert!(!passage.is_over());
    passage.end(&mut out).unwrap();
    assert_eq!(text(&out), "5\r\nhello\r\n0\r\n\r\n");
    let mut empty = Passage::new(Framing::Length(0), Framing::Length(0));
    assert!(empty.is_over());
    assert_eq!(empty.feed(b"next", &mut vec![]), Ok(0));
}

proptest! {
    #[test]
    fn any_body_passes_in_chunks_however_it_is_cut(
        body: Vec<u8>,
        piece_bytes in 1usize..50,
        rest in "[a-z]{0,5}",
    ) {
        let (mut sent, ..) = passed(Framing::UntilClose, Framing::Chunked, &body, piece_bytes).unwrap();
        Passage::new(Framing::UntilClose, Framing::Chunked).end(&mut sent).unwrap();
        let whole = sent.len();
        sent.extend_from_slice(rest.as_bytes());
        let (out, used, over) = passed(Framing::Chunked, Framing::UntilClose, &sent, piece_bytes).unwrap();
        // All pieces of a real reader are taken up to the end of the body.
        prop_assert!(over && used == whole);
        prop_assert_eq!(out, body);
    }

    #[test]
    fn nothing_panics(bytes: Vec<u8>, target in "\\PC{0,40}", body in "[0-9a-f;\\r\\n x]{0,60}") {
        let request = get("http://a/", "").unwrap();
        let _ = ForwardResponse::decode(&bytes, &request);
        let _ = get(&target, "");
        let _ = passed(Framing::Chunked, Framing::Chunked, body.as_bytes(), 3);
    }
}
