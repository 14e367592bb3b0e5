//! Requests that `http-proxy:` passes on, one after the other over one connection.

use std::fmt::Display;

use super::*;
use crate::support::program::Program;

struct Proxy(Program);

impl Proxy {
    fn start() -> Self {
        Self(Program::ready(&["listen", "127.0.0.1:0", "http-proxy:"]))
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.0.listening()).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream
    }
}

fn read_all(mut stream: TcpStream) -> String {
    let mut told = String::new();
    stream.read_to_string(&mut told).unwrap();
    told
}

fn head(stream: &mut TcpStream) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0].into());
    }
    head
}

fn read(stream: &mut TcpStream, count: usize) -> String {
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn get(to: impl Display, path: &str) -> String {
    format!("GET http://{to}{path} HTTP/1.1\r\nHost: elsewhere\r\n\r\n")
}

/// Answers so many requests on one connection, each with its first line; returns their heads.
fn origin(requests: usize) -> (SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let mut stream = accept(&listener);
        let answer = |_| {
            let asked = head(&mut stream);
            let line = asked.lines().next().unwrap();
            let length = line.len();
            let answer = format!("HTTP/1.1 200 Ok\r\nContent-Length: {length}\r\n\r\n{line}");
            stream.write_all(answer.as_bytes()).unwrap();
            asked
        };
        (0..requests).map(answer).collect()
    });
    (at, serving)
}

#[test]
fn a_connection_is_used_again_on_both_sides() {
    let proxy = Proxy::start();
    let ((one, first), (two, second)) = (origin(2), origin(1));
    let mut stream = proxy.connect();
    // All at once: answers come in the order of the requests.
    let asked = get(one, "/a") + &get(one, "/b") + &get(two, "");
    stream.write_all(asked.as_bytes()).unwrap();
    for line in ["GET /a HTTP/1.1", "GET /b HTTP/1.1", "GET / HTTP/1.1"] {
        let told = head(&mut stream);
        assert!(told.contains("\r\nVia: 1.1 sockeye\r\n"), "{told}");
        assert_eq!(read(&mut stream, line.len()), line);
    }
    let first = first.join().unwrap();
    for asked in first.iter().chain(&second.join().unwrap()) {
        assert!(asked.contains("\r\nVia: 1.1 sockeye\r\n"), "{asked}");
    }
    assert!(
        first[1].contains(&format!("\r\nHost: {one}\r\n")),
        "{first:?}"
    );
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_all(stream), "");
}

#[test]
fn an_origin_that_has_left_meanwhile_is_asked_again() {
    let proxy = Proxy::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap();
    let mut stream = proxy.connect();
    for path in ["/a", "/b"] {
        stream.write_all(get(to, path).as_bytes()).unwrap();
        let mut far = accept(&listener);
        assert!(head(&mut far).starts_with(&format!("GET {path} ")));
        far.write_all(b"HTTP/1.1 200 Ok\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
        head(&mut stream);
    }
}

#[test]
fn each_request_is_checked_and_refused_in_words() {
    let proxy = Proxy::start();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = closed.local_addr().unwrap();
    drop(closed);
    let with = |fields: &str| format!("POST http://a/ HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
    for (asked, status, why) in [
        (get("169.254.169.254", "/"), 403, "nobody is let through"),
        (get(nobody, "/"), 502, "connection refused"),
        (get("no-such.invalid", "/"), 502, "does not resolve"),
        (get("ali@a", "/"), 400, "with no user"),
        (get("[fe80::1%25eth0]", "/"), 400, "no zone"),
        (get("a:0", "/"), 400, "perhaps a port"),
        (
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n".into(),
            400,
            "whole addresses",
        ),
        (
            "GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n".into(),
            501,
            "another kind",
        ),
        (
            with("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
            400,
            "said twice",
        ),
        (
            with("Transfer-Encoding: gzip\r\n"),
            501,
            "other than chunked",
        ),
        (
            "TRACE http://a/ HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n".into(),
            405,
            "TRACE",
        ),
    ] {
        // What was asked before makes no difference.
        let (to, serving) = origin(1);
        let mut stream = proxy.connect();
        stream.write_all((get(to, "") + &asked).as_bytes()).unwrap();
        head(&mut stream);
        read(&mut stream, "GET / HTTP/1.1".len());
        let told = read_all(stream);
        assert!(
            told.starts_with(&format!("HTTP/1.1 {status} ")),
            "{asked}: {told}"
        );
        assert!(told.contains(why), "{asked}: {told}");
        serving.join().unwrap();
    }
    let mut stream = proxy.connect();
    let asked = get(nobody, "/").replace("GET", "HEAD");
    stream.write_all(asked.as_bytes()).unwrap();
    assert!(
        read_all(stream).ends_with("\r\n\r\n"),
        "an answer to HEAD has no body"
    );
}

#[test]
fn an_answer_that_breaks_off_is_a_reset() {
    let proxy = Proxy::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut stream = proxy.connect();
    let to = listener.local_addr().unwrap();
    stream.write_all(get(to, "/").as_bytes()).unwrap();
    let mut far = accept(&listener);
    head(&mut far);
    far.write_all(b"HTTP/1.1 200 Ok\r\nContent-Length: 9\r\n\r\nfish")
        .unwrap();
    drop(far);
    head(&mut stream);
    assert_eq!(read(&mut stream, 4), "fish");
    let error = stream.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[test]
fn a_request_that_breaks_off_does_not_look_whole_to_the_origin() {
    let proxy = Proxy::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut stream = proxy.connect();
    let to = listener.local_addr().unwrap();
    let asked = format!("POST http://{to}/ HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nfish");
    stream.write_all(asked.as_bytes()).unwrap();
    let mut far = accept(&listener);
    head(&mut far);
    assert_eq!(read(&mut far, 4), "fish");
    drop(stream);
    let error = far.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[test]
fn thirty_megabytes_go_each_way() {
    let proxy = Proxy::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut stream = proxy.connect();
    let to = listener.local_addr().unwrap();
    let bytes: Vec<u8> = (0..30_000_000_u32).map(|n| (n % 251) as u8).collect();
    let length = bytes.len();
    let asked = format!("PUT http://{to}/ HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(asked.as_bytes()).unwrap();
    let mut far = accept(&listener);
    head(&mut far);
    let pour = |mut into: TcpStream, head: Vec<u8>, bytes: Vec<u8>| {
        thread::spawn(move || {
            into.write_all(&head).unwrap();
            into.write_all(&bytes).unwrap();
        })
    };
    let up = pour(stream.try_clone().unwrap(), Vec::new(), bytes.clone());
    let answer = b"HTTP/1.0 200 Ok\r\n\r\n".to_vec();
    let mut taken = vec![0; length];
    far.read_exact(&mut taken).unwrap();
    assert!(taken == bytes, "they differ on the way there");
    up.join().unwrap();
    let down = pour(far, answer, bytes.clone());
    let told = head(&mut stream);
    assert!(told.contains("Transfer-Encoding: chunked"), "{told}");
    let mut back = Vec::new();
    loop {
        let mut size = String::new();
        while !size.ends_with("\r\n") {
            size += &read(&mut stream, 1);
        }
        let count = usize::from_str_radix(size.trim_end(), 16).unwrap();
        let start = back.len();
        back.resize(start + count, 0);
        stream.read_exact(&mut back[start..]).unwrap();
        assert_eq!(read(&mut stream, 2), "\r\n");
        if count == 0 {
            break;
        }
    }
    assert!(back == bytes, "they differ on the way back");
    down.join().unwrap();
}
