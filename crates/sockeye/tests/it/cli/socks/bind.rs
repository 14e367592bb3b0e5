//! BIND, as its clients meet it and those who come for them.

use super::*;

/// A request to wait for somebody of 127.0.0.1, in each version, and the address in the reply.
fn bind_five(peer: [u8; 4]) -> Vec<u8> {
    [&[5, 1, 0, 5, 2, 0, 1][..], &peer, &[0, 0]].concat()
}

/// Reads a reply of version 5 with an IPv4 address.
fn reply(stream: &mut TcpStream) -> (u8, SocketAddr) {
    let [5, code, 0, 1, a, b, c, d, high, low] = read(stream) else {
        panic!("no reply with an IPv4 address");
    };
    let port = u16::from_be_bytes([high, low]);
    (code, SocketAddr::from(([a, b, c, d], port)))
}

/// Asks for a connection of that peer and returns where it is awaited.
fn awaiting(proxy: &Proxy, peer: [u8; 4]) -> (TcpStream, SocketAddr) {
    let mut stream = proxy.connect();
    stream.write_all(&bind_five(peer)).unwrap();
    assert_eq!(read(&mut stream), [5, 0]);
    let (code, at) = reply(&mut stream);
    assert_eq!(code, 0);
    (stream, at)
}

#[test]
fn who_comes_is_named_and_joined_and_nobody_can_come_after() {
    let proxy = Proxy::start();
    let (mut stream, at) = awaiting(&proxy, [127, 0, 0, 1]);
    assert!(at.ip().is_loopback(), "{at}");
    // What the client says before is for who comes.
    stream.write_all(b"early ").unwrap();
    let mut far = dial(at);
    assert_eq!(reply(&mut stream), (0, far.local_addr().unwrap()));
    assert!(TcpStream::connect(at).is_err(), "it listens still");
    stream.write_all(b"and late").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    far.write_all(b"from afar").unwrap();
    far.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_all(far), b"early and late");
    assert_eq!(read_all(stream), b"from afar");
}

#[test]
fn version_4_and_4a_await_a_peer() {
    let proxy = Proxy::start();
    for rest in [
        &b"\x7f\x00\x00\x01ali\0"[..],
        b"\x00\x00\x00\x01\0localhost\0",
        b"\x00\x00\x00\x00\0",
    ] {
        let mut stream = proxy.connect();
        stream
            .write_all(&[b"\x04\x02\x00\x00", rest].concat())
            .unwrap();
        let [0, 90, high, low, 127, 0, 0, 1] = read(&mut stream) else {
            panic!("not granted");
        };
        let port = u16::from_be_bytes([high, low]);
        let mut far = dial(([127, 0, 0, 1], port).into());
        let [high, low] = far.local_addr().unwrap().port().to_be_bytes();
        assert_eq!(read(&mut stream), [0, 90, high, low, 127, 0, 0, 1]);
        far.write_all(b"hi").unwrap();
        assert_eq!(read(&mut stream), *b"hi");
    }
}

#[test]
fn a_stranger_is_turned_away_and_does_not_end_the_waiting() {
    let proxy = Proxy::start();
    let (mut stream, at) = awaiting(&proxy, [127, 0, 0, 2]);
    let mut stranger = dial(at);
    let error = stranger.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    let expected =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let from = SocketAddr::from(([127, 0, 0, 2], 0));
    expected.bind(&from.into()).unwrap();
    expected.connect(&at.into()).unwrap();
    let (code, who) = reply(&mut stream);
    assert_eq!((code, who.ip()), (0, from.ip()));
}

#[test]
fn nobody_is_awaited_for_a_client_that_has_left() {
    let proxy = Proxy::start();
    for half in [true, false] {
        let (stream, at) = awaiting(&proxy, [0, 0, 0, 0]);
        match half {
            true => stream.shutdown(Shutdown::Write).unwrap(),
            false => drop(stream),
        }
        until("nobody listens", || TcpStream::connect(at).err());
    }
}

#[test]
fn a_peer_that_may_not_come_is_refused_at_once() {
    let proxy = Proxy::start();
    let told = proxy.told(&bind_five([169, 254, 1, 1]));
    assert_eq!(told, [5, 0, 5, 2, 0, 1, 0, 0, 0, 0, 0, 0]);
    let told = proxy.told(b"\x04\x02\x00\x50\xa9\xfe\x01\x01\0");
    assert_eq!(told, [0, 91, 0, 0, 0, 0, 0, 0]);
    let told = proxy.told(b"\x04\x02\x00\x50\x00\x00\x00\x01\0no-such.invalid\0");
    assert_eq!(told, [0, 91, 0, 0, 0, 0, 0, 0]);
}
