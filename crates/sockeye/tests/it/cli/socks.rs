//! `socks:` as clients meet it, byte for byte, and by way of `+via`.

mod bind;
mod datagrams;

use super::*;
use crate::support::program::Program;

struct Proxy(Program);

impl Proxy {
    fn start() -> Self {
        Self(Program::ready(&["listen", "127.0.0.1:0", "socks:"]))
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.0.listening()).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    /// Sends all that a client has to say at once, and returns all that comes until the end.
    fn told(&self, said: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        stream.write_all(said).unwrap();
        read_all(stream)
    }
}

fn read_all(mut stream: TcpStream) -> Vec<u8> {
    let mut told = Vec::new();
    stream.read_to_end(&mut told).unwrap();
    told
}

fn read<const N: usize>(stream: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// A request of version 5 to connect there, behind its greeting.
fn five(to: SocketAddr) -> Vec<u8> {
    let mut said = vec![5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1];
    said.extend_from_slice(&to.port().to_be_bytes());
    said
}

#[test]
fn bytes_go_both_ways_and_ends_are_passed_on() {
    let proxy = Proxy::start();
    let (there, served) = peer(b"and back");
    let mut stream = proxy.connect();
    stream.write_all(&[5, 3, 1, 2, 0]).unwrap();
    assert_eq!(read(&mut stream), [5, 0]);
    stream.write_all(&five(there)[3..]).unwrap();
    let [version, code, _, kind, a, _, _, d, ..] = read::<10>(&mut stream);
    assert_eq!([version, code, kind, a, d], [5, 0, 1, 127, 1]);
    stream.write_all(b"there").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_all(stream), b"and back");
    assert_eq!(served.join().unwrap(), b"there");
}

#[test]
fn what_is_sent_before_the_answer_arrives_and_pieces_of_one_byte_do() {
    let proxy = Proxy::start();
    for piece_bytes in [1, 1000] {
        let (there, served) = peer(b"ok");
        let mut stream = proxy.connect();
        let said = [&five(there)[..], b"early"].concat();
        for piece in said.chunks(piece_bytes) {
            stream.write_all(piece).unwrap();
        }
        stream.shutdown(Shutdown::Write).unwrap();
        let told = read_all(stream);
        assert_eq!((told.len(), &told[12..]), (14, &b"ok"[..]));
        assert_eq!(served.join().unwrap(), b"early");
    }
}

#[test]
fn version_4_and_4a_connect() {
    let proxy = Proxy::start();
    for rest in [
        &b"\x7f\x00\x00\x01ali\0"[..],
        b"\x00\x00\x00\x01\0localhost\0",
    ] {
        let (there, served) = peer(b"ok");
        let port = there.port().to_be_bytes();
        let mut stream = proxy.connect();
        stream
            .write_all(&[&[4, 1][..], &port, rest].concat())
            .unwrap();
        assert_eq!(read::<8>(&mut stream)[..2], [0, 90]);
        stream.write_all(b"hi").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(read_all(stream), b"ok");
        assert_eq!(served.join().unwrap(), b"hi");
    }
}

#[test]
fn each_refusal_has_its_code() {
    let proxy = Proxy::start();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = closed.local_addr().unwrap();
    drop(closed);
    let reply = |code: u8| vec![5, 0, 5, code, 0, 1, 0, 0, 0, 0, 0, 0];
    let ask = |request: &[u8]| proxy.told(&[&[5, 1, 0][..], request].concat());
    assert_eq!(proxy.told(&five(nobody)), reply(5), "refused");
    let metadata = b"\x05\x01\x00\x01\xa9\xfe\xa9\xfe\x00\x50";
    assert_eq!(ask(metadata), reply(2), "link-local");
    let hidden = b"\x05\x01\x00\x04\0\0\0\0\0\0\0\0\0\0\xff\xff\xa9\xfe\xa9\xfe\x00\x50";
    assert_eq!(ask(hidden), reply(2), "link-local, as IPv6");
    assert_eq!(
        ask(b"\x05\x01\x00\x01\0\0\0\0\x00\x50"),
        reply(2),
        "no address"
    );
    let unknown = [&b"\x05\x01\x00\x03\x0fno-such.invalid"[..], b"\x00\x50"].concat();
    assert_eq!(ask(&unknown), reply(4), "does not resolve");
    let longest = [&b"\x05\x01\x00\x03\xff"[..], &[b'a'; 255], b"\x00\x50"].concat();
    assert_eq!(ask(&longest), reply(4), "no name of the DNS");
    assert_eq!(ask(b"\x05\x01\x00\x03\x00\x00\x50"), reply(4), "no name");
    assert_eq!(
        ask(b"\x05\x09\x00\x01\x7f\0\0\x01\x00\x50"),
        reply(7),
        "unknown"
    );
    assert_eq!(
        ask(b"\x05\x01\x00\x02\x7f\0\0\x01\x00\x50"),
        reply(8),
        "address type"
    );
    assert_eq!(
        proxy.told(b"\x05\x01\x02"),
        [5, 0xff],
        "no method in common"
    );
    assert_eq!(proxy.told(b"\x05\x00"), [5, 0xff], "no method");
    assert_eq!(
        proxy.told(b"GET / HTTP/1.1\r\n\r\n"),
        b"",
        "another protocol"
    );
    let rejected = [0, 91, 0, 0, 0, 0, 0, 0];
    assert_eq!(
        proxy.told(b"\x04\x03\x00\x50\x7f\0\0\x01\0"),
        rejected,
        "UDP ASSOCIATE, which 4 does not have"
    );
    let endless = [&b"\x04\x01\x00\x50\x7f\0\0\x01"[..], &[b'u'; 300]].concat();
    assert_eq!(proxy.told(&endless), rejected, "a user without an end");
}

#[test]
fn a_client_that_leaves_midway_costs_nothing() {
    let proxy = Proxy::start();
    for said in [
        &b""[..],
        b"\x05",
        b"\x05\x01\x00",
        b"\x05\x01\x00\x05\x01\x00\x03\x09exa",
    ] {
        let mut stream = proxy.connect();
        stream.write_all(said).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let told = read_all(stream);
        assert!(told.is_empty() || told == [5, 0], "{told:?}");
    }
}

#[test]
fn a_reset_is_passed_on() {
    let proxy = Proxy::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut stream = proxy.connect();
    stream
        .write_all(&five(listener.local_addr().unwrap()))
        .unwrap();
    let far = accept(&listener);
    read::<12>(&mut stream);
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
    let (one, two) = (Proxy::start(), Proxy::start());
    let (there, served) = peer(b"from afar");
    let hop = |proxy: &Proxy, protocol| format!("+via,{protocol}://{}", proxy.0.listening());
    let (first, second) = (hop(&one, "socks5h"), hop(&two, "socks4a"));
    let output = run(&["connect", &there.to_string(), &first, &second], b"hello");
    assert_eq!(output.stdout, b"from afar", "{}", stderr(&output));
    assert_eq!(served.join().unwrap(), b"hello");
    let output = run(&["connect", "169.254.1.1:80", &first], b"");
    assert_eq!(output.status.code(), Some(97), "{}", stderr(&output));
    let said = stderr(&output);
    let why = "169.254.1.1:80: the proxy's rules do not allow it";
    assert!(said.contains(why), "{said}");
}

#[test]
fn thirty_megabytes_go_through() {
    let proxy = Proxy::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut stream = proxy.connect();
    stream
        .write_all(&five(listener.local_addr().unwrap()))
        .unwrap();
    let mut far = accept(&listener);
    read::<12>(&mut stream);
    let bytes: Vec<u8> = (0..30_000_000_u32).map(|n| (n % 251) as u8).collect();
    let sent = bytes.clone();
    let writer = thread::spawn(move || {
        far.write_all(&sent).unwrap();
    });
    assert!(read_all(stream) == bytes, "they differ");
    writer.join().unwrap();
}

#[test]
fn it_is_open_to_this_machine_only_unless_that_is_meant() {
    for at in [
        ":0",
        "0.0.0.0:0",
        "example.org:1080",
        "0 +proxy,from=127.0.0.1",
    ] {
        let at: Vec<_> = at.split(' ').collect();
        let output = run(&[&["listen"], &at[..], &["socks:"]].concat(), b"");
        assert_eq!(output.status.code(), Some(2));
        let said = stderr(&output);
        let why = "socks: would let everybody through who can reach it";
        assert!(said.contains(why), "{said}");
    }
    let output = run(&["listen", "0", "echo:", "--open"], b"");
    assert_eq!(output.status.code(), Some(2));

    // What is meant is said, and does not open this machine's own ports.
    let program = Program::ready(&["listen", "0.0.0.0:0", "socks:", "--open"]);
    let note = "socks: lets everybody through who can reach it";
    program.stderr.wait_for_text(note);
    let port = program.listening().port();
    let proxy = Proxy(program);
    for to in [
        SocketAddr::from(([127, 0, 0, 1], port)),
        SocketAddr::from(([127, 0, 0, 1], 9)),
    ] {
        let stream = TcpStream::connect(("127.0.0.1", port));
        let mut stream = stream.unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.write_all(&five(to)).unwrap();
        assert_eq!(read_all(stream)[..4], [5, 0, 5, 2]);
    }
    drop(proxy);
}

#[test]
fn each_step_is_explained_in_its_order() {
    let proxy = Proxy(Program::ready(&[
        "listen",
        "127.0.0.1:0",
        "socks:",
        "--explain",
    ]));
    let (there, _served) = peer(b"ok");
    let port = there.port().to_be_bytes();
    let named = [&b"\x05\x02\x00\x02\x05\x01\x00\x03\x09localhost"[..], &port].concat();
    let mut stream = proxy.connect();
    stream.write_all(&named).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_all(stream)[..4], [5, 0, 5, 0]);
    let closed = [&b"\x04\x01\x00\x50\xa9\xfe\x01\x01"[..], b"ali\0"].concat();
    assert_eq!(proxy.told(&closed)[..2], [0, 91]);
    let steps = [
        "offers no login (0), a name and a password (2)".to_owned(),
        "is to go on by no login (0)".to_owned(),
        format!("asks for CONNECT to localhost:{}", there.port()),
        "localhost is ".to_owned(),
        format!("made a TCP socket to connect to {there}"),
        format!("{there} accepted the connection"),
        format!("SOCKS 5: reply for localhost:{}: done", there.port()),
        "asks for CONNECT to 169.254.1.1:80".to_owned(),
        "SOCKS 4: reply for 169.254.1.1:80: the proxy's rules do not allow it".to_owned(),
    ];
    proxy.0.stderr.wait_for_text(&steps[steps.len() - 1]);
    let said = proxy.0.stderr.so_far();
    let mut lines = said.iter();
    for step in &steps {
        assert!(lines.any(|line| line.contains(step)), "{step}: {said:#?}");
    }
}
