//! Proxies that are played by a script, byte for byte.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::endpoint::Endpoint;
use crate::engine::{Engine, EngineLimits};
use crate::error::{Error, ErrorKind};
use crate::io::Conversation;

/// What the proxy has to be told, and what it says then.
type Script = Vec<(Vec<u8>, Vec<u8>)>;

/// Plays a proxy for one connection and returns its port, and its connection when the script is over.
async fn proxy(script: Script, piece_bytes: usize) -> (u16, JoinHandle<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    #[allow(clippy::disallowed_methods, reason = "a peer of the engine, not in it")]
    let played = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.set_nodelay(true).unwrap();
        for (expected, answer) in script {
            let mut asked = vec![0; expected.len()];
            socket.read_exact(&mut asked).await.unwrap();
            assert_eq!(asked, expected, "{}", asked.escape_ascii());
            for piece in answer.chunks(piece_bytes) {
                socket.write_all(piece).await.unwrap();
                tokio::task::yield_now().await;
            }
        }
        socket
    });
    (port, played)
}

fn step(asked: &[u8], answer: &[u8]) -> (Vec<u8>, Vec<u8>) {
    (asked.to_vec(), answer.to_vec())
}

async fn open(text: &str) -> Result<(Conversation, String), Error> {
    let engine = Engine::new(EngineLimits::default()).unwrap();
    let endpoint = Endpoint::parse(text).unwrap();
    let (conversation, info) = engine.open(&endpoint).await?;
    Ok((conversation, info.peer_text))
}

/// Opens it and returns the next so many bytes that come.
async fn first_bytes(text: &str, count: usize) -> Vec<u8> {
    let (conversation, _) = open(text).await.unwrap_or_else(|error| panic!("{error}"));
    let Conversation::Stream(mut stream) = conversation else {
        panic!("a proxy passes bytes");
    };
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes).await.unwrap();
    bytes
}

fn asks_for_db() -> Vec<u8> {
    b"\x05\x01\x00\x03\x02db\x15\x38".to_vec()
}

#[tokio::test]
async fn what_comes_behind_the_answer_belongs_to_the_conversation() {
    for piece_bytes in [1, 3, 1000] {
        let script = vec![
            step(b"\x05\x01\x00", b"\x05\x00"),
            (
                asks_for_db(),
                b"\x05\x00\x00\x01\x0a\x00\x00\x01\x10\x00early".to_vec(),
            ),
        ];
        let (port, _played) = proxy(script, piece_bytes).await;
        let text = format!("db:5432 +via,socks5h://127.0.0.1:{port}");
        assert_eq!(first_bytes(&text, 5).await, b"early");
    }
}

#[tokio::test]
async fn who_asks_is_said_where_the_proxy_wants_to_know() {
    let script = vec![
        step(b"\x05\x02\x00\x02", b"\x05\x02"),
        step(b"\x01\x03ali\x03s:,", b"\x01\x00"),
        (asks_for_db(), b"\x05\x00\x00\x03\x02me\x10\x00hi".to_vec()),
    ];
    let (port, _played) = proxy(script, 1000).await;
    let text = format!("db:5432 +via,socks5h://ali:s:%2C@127.0.0.1:{port}");
    assert_eq!(first_bytes(&text, 2).await, b"hi");
}

#[tokio::test]
async fn each_protocol_is_spoken() {
    let five = b"\x05\x01\x00\x01\x7f\x00\x00\x01\x15\x38";
    let http =
        "CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\nProxy-Authorization: Basic YWxpOnA=\r\n\r\n";
    for (protocol, host, script) in [
        (
            "socks4://ali@",
            "127.0.0.1",
            vec![step(
                b"\x04\x01\x15\x38\x7f\x00\x00\x01ali\0",
                b"\x00\x5a\x00\x00\x00\x00\x00\x00hi",
            )],
        ),
        (
            "socks4a://",
            "db",
            vec![step(
                b"\x04\x01\x15\x38\x00\x00\x00\x01\0db\0",
                b"\x00\x5a\x00\x00\x00\x00\x00\x00hi",
            )],
        ),
        (
            "socks5://",
            "localhost",
            vec![
                step(b"\x05\x01\x00", b"\x05\x00"),
                step(five, b"\x05\x00\x00\x01\0\0\0\0\0\0hi"),
            ],
        ),
        (
            "http://ali:p@",
            "db",
            vec![step(http.as_bytes(), b"HTTP/1.1 200 OK\r\n\r\nhi")],
        ),
    ] {
        let (port, _played) = proxy(script, 2).await;
        let text = format!("{host}:5432 +via,{protocol}127.0.0.1:{port}");
        assert_eq!(first_bytes(&text, 2).await, b"hi", "{protocol}");
    }
}

#[tokio::test]
async fn a_chain_asks_each_for_the_next() {
    let script = vec![
        step(b"\x05\x01\x00", b"\x05\x00"),
        step(
            b"\x05\x01\x00\x03\x02p2\x0c\x38",
            b"\x05\x00\x00\x01\0\0\0\0\0\0",
        ),
        step(
            b"CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\n",
            b"HTTP/1.1 200 Connection established\r\n\r\nhi",
        ),
    ];
    let (port, _played) = proxy(script, 1000).await;
    let text = format!("db:5432 +via,socks5h://127.0.0.1:{port} +via,http://p2:3128");
    assert_eq!(first_bytes(&text, 2).await, b"hi");
}

/// Opens it, which does not work, and returns whose fault that is and what is said.
async fn refused(text: &str) -> (ErrorKind, String) {
    match open(text).await {
        Ok(_) => panic!("{text} opened"),
        Err(error) => (error.kind(), error.to_string()),
    }
}

#[tokio::test]
async fn each_refusal_is_named_by_its_hop_and_its_reason() {
    let greeted = || step(b"\x05\x01\x00", b"\x05\x00");
    let reply = |code: u8| (asks_for_db(), vec![5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
    for (script, kind, why) in [
        (
            vec![greeted(), reply(5)],
            ErrorKind::PeerUnreachable,
            "db:5432: connection refused",
        ),
        (
            vec![greeted(), reply(6)],
            ErrorKind::PeerTimeout,
            "db:5432: timed out",
        ),
        (
            vec![greeted(), reply(2)],
            ErrorKind::ProxyRefused,
            "db:5432: the proxy's rules do not allow it",
        ),
        (
            vec![greeted(), reply(77)],
            ErrorKind::ProxyRefused,
            "db:5432: the proxy answers 77",
        ),
        (
            vec![step(b"\x05\x01\x00", b"\x05\xff")],
            ErrorKind::ProxyRefused,
            "it wants a login, and none is given",
        ),
        (
            vec![step(b"\x05\x01\x00", b"\x05\x02")],
            ErrorKind::ProxyRefused,
            "it has chosen method 2, which was not offered",
        ),
        (
            vec![step(b"\x05\x01\x00", b"SSH-2")],
            ErrorKind::ProxyRefused,
            "the first byte is 83, which is no such version",
        ),
        (
            vec![greeted(), (asks_for_db(), Vec::new())],
            ErrorKind::ProxyRefused,
            "closed before its answer",
        ),
        (
            vec![greeted(), (asks_for_db(), vec![5])],
            ErrorKind::ProxyRefused,
            "closed within its answer",
        ),
    ] {
        let (port, played) = proxy(script, 1000).await;
        let hop = format!("socks5h://127.0.0.1:{port}");
        let text = format!("db:5432 +via,{hop}");
        let (asked, _) = tokio::join!(refused(&text), async { drop(played.await) });
        let expected = format!("connect tcp://db:5432 +via,{hop}: {hop}: {why}");
        assert_eq!(asked, (kind, expected));
    }
}

#[tokio::test]
async fn passwords_are_not_shown() {
    let script = vec![
        step(b"\x05\x02\x00\x02", b"\x05\x02"),
        step(b"\x01\x03ali\x06secret", b"\x01\x01"),
    ];
    let (port, _played) = proxy(script, 1000).await;
    let (kind, said) = refused(&format!(
        "db:5432 +via,socks5h://ali:secret@127.0.0.1:{port}"
    ))
    .await;
    assert_eq!(kind, ErrorKind::ProxyRefused);
    assert!(
        said.ends_with("it does not let ali in") && !said.contains("secret"),
        "{said}"
    );
}

#[tokio::test]
async fn a_second_hop_that_does_not_answer_is_said_to_be_the_second() {
    let answer = b"HTTP/1.1 502 Bad Gateway\r\n\r\n";
    let script = vec![step(
        b"CONNECT p2:1080 HTTP/1.1\r\nHost: p2:1080\r\n\r\n",
        answer,
    )];
    let (port, _played) = proxy(script, 1000).await;
    let text = format!("db:5432 +via,http://127.0.0.1:{port} +via,socks5h://p2");
    let (kind, said) = refused(&text).await;
    assert_eq!(kind, ErrorKind::PeerUnreachable);
    assert!(said.contains(": hop 1 of 2, http://127.0.0.1:"), "{said}");
    assert!(said.ends_with(": p2:1080: 502 Bad Gateway"), "{said}");
}

#[tokio::test]
async fn a_first_hop_that_is_not_there_is_no_fault_of_the_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let (kind, said) = refused(&format!("db:5432 +via,socks5h://127.0.0.1:{port}")).await;
    assert_eq!(kind, ErrorKind::PeerUnreachable);
    assert!(said.contains("connection refused"), "{said}");
    let (kind, _) = refused("db:5432 +via,socks5h://no-such-proxy.invalid:1").await;
    assert_eq!(kind, ErrorKind::ProxyUnresolved);
}

#[tokio::test]
async fn a_mute_proxy_is_given_up_on() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let text = format!("db:5432 +via,http://127.0.0.1:{port} +timeout,connect-timeout=50ms");
    let (kind, said) = refused(&text).await;
    assert_eq!(kind, ErrorKind::PeerTimeout);
    assert!(said.ends_with("not open within 50ms"), "{said}");
}

#[tokio::test]
async fn version_4_reaches_no_ipv6() {
    let (port, _played) = proxy(Vec::new(), 1).await;
    let (kind, said) = refused(&format!("[::1]:5432 +via,socks4a://127.0.0.1:{port}")).await;
    assert_eq!(kind, ErrorKind::ConfigUsage);
    assert!(
        said.contains("SOCKS 4 reaches IPv4 addresses only"),
        "{said}"
    );
}
