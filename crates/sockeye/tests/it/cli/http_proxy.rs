//! `http-proxy:` and `proxy:` as clients meet them, byte for byte, and by way of `+via`.

use super::*;
use crate::support::program::Program;

struct Proxy(Program);

impl Proxy {
    fn start(service: &str) -> Self {
        Self(Program::ready(&["listen", "127.0.0.1:0", service]))
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.0.listening()).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    /// Sends all that a client has to say at once, and returns all that comes until the end.
    fn told(&self, said: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect();
        stream.write_all(said.as_ref()).unwrap();
        read_all(stream)
    }
}

fn read_all(mut stream: TcpStream) -> String {
    let mut told = String::new();
    stream.read_to_string(&mut told).unwrap();
    told
}

/// Reads a head, and not a byte further.
fn head(stream: &mut TcpStream) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0].into());
    }
    head
}

fn connect(to: impl std::fmt::Display) -> String {
    format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n")
}

/// An address where nobody listens.
fn nobody() -> SocketAddr {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    closed.local_addr().unwrap()
}

#[test]
fn a_tunnel_goes_both_ways_and_ends_are_passed_on() {
    let proxy = Proxy::start("http-proxy:");
    let (there, served) = peer(b"and back");
    let mut stream = proxy.connect();
    stream.write_all(connect(there).as_bytes()).unwrap();
    assert_eq!(
        head(&mut stream),
        "HTTP/1.1 200 Connection established\r\n\r\n"
    );
    stream.write_all(b"there").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_all(stream), "and back");
    assert_eq!(served.join().unwrap(), b"there");
}

#[test]
fn what_is_sent_before_the_answer_arrives_and_pieces_of_one_byte_do() {
    let proxy = Proxy::start("proxy:");
    for piece_bytes in [1, 1000] {
        let (there, served) = peer(b"ok");
        let mut stream = proxy.connect();
        let said = connect(there) + "early";
        for piece in said.as_bytes().chunks(piece_bytes) {
            stream.write_all(piece).unwrap();
        }
        stream.shutdown(Shutdown::Write).unwrap();
        let told = read_all(stream);
        assert!(told.starts_with("HTTP/1.1 200 "), "{told}");
        assert!(told.ends_with("\r\n\r\nok"), "{told}");
        assert_eq!(served.join().unwrap(), b"early");
    }
}

#[test]
fn each_refusal_has_its_status_and_says_why() {
    let proxy = Proxy::start("http-proxy:");
    let nobody = nobody();
    let long = format!(
        "CONNECT a:1 HTTP/1.1\r\nHost: a\r\nCookie: {}",
        "c".repeat(17_000)
    );
    for (said, status, why) in [
        (connect(nobody), 502, "connection refused"),
        (
            connect("no-such.invalid:80"),
            502,
            "no-such.invalid does not resolve",
        ),
        (
            connect("169.254.169.254:80"),
            403,
            "nobody is let through to such an address",
        ),
        (
            connect("[::ffff:169.254.169.254]:80"),
            403,
            "nobody is let through",
        ),
        (
            connect("example.org"),
            400,
            "CONNECT needs a host and a port",
        ),
        (connect("example.org:0"), 400, "CONNECT needs a host"),
        (connect("example.org:65536"), 400, "CONNECT needs a host"),
        (connect("ali@example.org:80"), 400, "CONNECT needs a host"),
        (connect("[fe80::1%25eth0]:80"), 400, "CONNECT needs a host"),
        (
            "CONNECT a:1 HTTP/1.1\r\n\r\n".to_owned(),
            400,
            "has one Host",
        ),
        (
            "CONNECT a:1 HTTP/1.1\r\nHost: \0\r\n\r\n".to_owned(),
            400,
            "is not HTTP",
        ),
        (
            "CONNECT a:1 HTTP/3.0\r\n\r\n".to_owned(),
            505,
            "1.0 and 1.1",
        ),
        ("\x16\x03\x01".to_owned(), 400, "is not HTTP"),
        (long, 431, "more than 16 KiB"),
    ] {
        let told = proxy.told(&said);
        assert!(
            told.starts_with(&format!("HTTP/1.1 {status} ")),
            "{said}: {told}"
        );
        let (_, body) = told.split_once("\r\n\r\n").unwrap();
        let (what, advice) = body.trim_end().split_once('\n').unwrap();
        assert!(what.contains(why), "{said}: {what}");
        assert!(advice.ends_with('.'), "{advice}");
    }
}

#[test]
fn a_client_that_leaves_midway_costs_nothing() {
    for service in ["http-proxy:", "proxy:"] {
        let proxy = Proxy::start(service);
        for said in ["", "C", "CONNECT a:1 HTTP/1.1\r\nHost"] {
            let mut stream = proxy.connect();
            stream.write_all(said.as_bytes()).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            assert_eq!(read_all(stream), "");
        }
    }
}

#[test]
fn the_first_byte_tells_what_a_client_speaks() {
    let proxy = Proxy::start("proxy:");
    let to = nobody();
    let port = to.port().to_be_bytes();
    let four = [&[4, 1][..], &port, b"\x7f\0\0\x01\0"].concat();
    let five = [&[5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1][..], &port].concat();
    let told = |said: &[u8]| proxy.told(said).into_bytes();
    assert_eq!(told(&four)[..2], [0, 91]);
    assert_eq!(told(&five)[..4], [5, 0, 5, 5]);
    assert!(told(connect(to).as_bytes()).starts_with(b"HTTP/1.1 502 "));
    for other in [0, 3, 6, b' ', b'5', 22, 255] {
        assert_eq!(told(&[other]), b"", "{other}");
    }
    let said = &proxy.0.stderr;
    said.wait_for_text("it begins with TLS, and +tls is not there");
    said.wait_for_text("its first byte is 255, which begins neither SOCKS nor HTTP");
}

#[test]
fn a_reset_is_passed_on() {
    let proxy = Proxy::start("http-proxy:");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut stream = proxy.connect();
    let to = listener.local_addr().unwrap();
    stream.write_all(connect(to).as_bytes()).unwrap();
    let far = accept(&listener);
    head(&mut stream);
    // What is unread at close makes it a reset.
    stream.write_all(b"unread").unwrap();
    until("the bytes", || {
        far.peek(&mut [0; 6]).ok().filter(|count| *count == 6)
    });
    drop(far);
    let error = stream.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[test]
fn a_chain_of_its_own_passes_on_and_names_who_does_not() {
    let (one, two) = (Proxy::start("http-proxy:"), Proxy::start("proxy:"));
    let (there, served) = peer(b"from afar");
    let hop = |proxy: &Proxy| format!("+via,http://{}", proxy.0.listening());
    let output = run(
        &["connect", &there.to_string(), &hop(&one), &hop(&two)],
        b"hello",
    );
    assert_eq!(output.stdout, b"from afar", "{}", stderr(&output));
    assert_eq!(served.join().unwrap(), b"hello");
    for (to, code, why) in [
        ("169.254.1.1:80", 97, "403 Forbidden"),
        (&nobody().to_string(), 7, "502 Bad Gateway"),
    ] {
        let output = run(&["connect", to, &hop(&two)], b"");
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
}

#[test]
fn they_are_open_to_this_machine_only() {
    for service in ["http-proxy:", "proxy:"] {
        for at in [":0", "0.0.0.0:0", "example.org:1080"] {
            let output = run(&["listen", at, service], b"");
            assert_eq!(output.status.code(), Some(2));
            let said = stderr(&output);
            let why = format!("{service} would let everybody through who can reach it");
            assert!(said.contains(&why), "{said}");
        }
    }
}
