//! UDP ASSOCIATE, datagram for datagram.

use std::net::UdpSocket;

use super::*;

/// An association and the socket of its client.
struct Association {
    control: TcpStream,
    socket: UdpSocket,
    to: SocketAddr,
}

impl Association {
    fn open(proxy: &Proxy) -> Self {
        let socket = udp();
        let mut control = proxy.connect();
        control
            .write_all(b"\x05\x01\x00\x05\x03\x00\x01\0\0\0\0\0\0")
            .unwrap();
        let [5, 0, 5, 0, 0, 1, 127, 0, 0, 1, high, low] = read(&mut control) else {
            panic!("no association");
        };
        let to = ([127, 0, 0, 1], u16::from_be_bytes([high, low])).into();
        Self {
            control,
            socket,
            to,
        }
    }

    fn send(&self, to: SocketAddr, payload: &[u8]) {
        let message = [&header(to)[..], payload].concat();
        self.socket.send_to(&message, self.to).unwrap();
    }

    /// Receives a datagram, which has to be from there.
    fn receive(&self, from: SocketAddr) -> Vec<u8> {
        let message = receive(&self.socket).0;
        let payload = message.strip_prefix(&header(from)[..]);
        payload.unwrap_or_else(|| panic!("{message:?}")).to_vec()
    }
}

fn udp() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket
}

fn receive(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut message = vec![0; 65_536];
    let (count, from) = socket.recv_from(&mut message).unwrap();
    message.truncate(count);
    (message, from)
}

/// What stands before a datagram to an IPv4 address, or from there.
fn header(at: SocketAddr) -> Vec<u8> {
    let SocketAddr::V4(at) = at else {
        panic!("no IPv4 address");
    };
    [
        &[0, 0, 0, 1][..],
        &at.ip().octets(),
        &at.port().to_be_bytes(),
    ]
    .concat()
}

#[test]
fn datagrams_go_both_ways_whole() {
    let proxy = Proxy::start();
    let association = Association::open(&proxy);
    let far = udp();
    let there = far.local_addr().unwrap();
    // The longest with a header before it (RFC 768).
    let longest = vec![b'x'; 65_507 - 10];
    for payload in [&b""[..], b"ahoy", &longest] {
        association.send(there, payload);
        let (message, from) = receive(&far);
        assert!(message == payload);
        far.send_to(&message, from).unwrap();
        assert!(association.receive(there) == payload);
    }
    // It asks for several at once, and another socket of the same host may answer.
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    association.send(there, b"who?");
    let (_, from) = receive(&far);
    other.send_to(b"me", from).unwrap();
    assert_eq!(association.receive(other.local_addr().unwrap()), b"me");
}

#[test]
fn names_are_looked_up_and_hold_nobody_up() {
    let proxy = Proxy::start();
    let association = Association::open(&proxy);
    let far = udp();
    let there = far.local_addr().unwrap();
    let named = |name: &str, payload: &[u8]| {
        let length = [u8::try_from(name.len()).unwrap()];
        let port = there.port().to_be_bytes();
        let message = [b"\0\0\0\x03", &length[..], name.as_bytes(), &port, payload].concat();
        association
            .socket
            .send_to(&message, association.to)
            .unwrap();
    };
    named("no-such.invalid", b"nowhere");
    for payload in [&b"one"[..], b"two", b"three"] {
        named("localhost", payload);
    }
    let mut received: Vec<_> = (0..3).map(|_| receive(&far).0).collect();
    received.sort();
    assert_eq!(received, [&b"one"[..], b"three", b"two"]);
    named("127.0.0.1", b"an address as a name");
    assert_eq!(receive(&far).0, b"an address as a name");
}

#[test]
fn what_is_no_datagram_of_the_client_is_dropped_and_ends_nothing() {
    let proxy = Proxy(Program::ready(&[
        "listen",
        "127.0.0.1:0",
        "socks:",
        "--explain",
    ]));
    let association = Association::open(&proxy);
    let far = udp();
    let there = far.local_addr().unwrap();
    // Before the client has sent: another address of this machine, which takes the port of none.
    let other_address = UdpSocket::bind("127.0.0.2:0").unwrap();
    let message = [&header(there)[..], b"spoofed"].concat();
    other_address.send_to(&message, association.to).unwrap();
    association.send(there, b"mine");
    assert_eq!(receive(&far).0, b"mine");
    // Behind it: another port, a part, no header, an unknown type of address, who is closed to all.
    udp().send_to(&message, association.to).unwrap();
    let mut part = message.clone();
    part[2] = 1;
    for wrong in [
        &part[..],
        b"",
        b"\0\0\0",
        b"\0\0\0\x01\x7f\0",
        b"\0\0\0\x02\x7f\0\0\x01\x00\x50",
        b"\0\0\0\x03\x00\x00\x50",
        b"\0\0\0\x01\xa9\xfe\xa9\xfe\x00\x50secrets",
        b"\0\0\0\x04\0\0\0\0\0\0\0\0\0\0\xff\xff\xa9\xfe\xa9\xfe\x00\x50secrets",
    ] {
        association.socket.send_to(wrong, association.to).unwrap();
    }
    // Nobody is there, which the system tells by ICMP.
    let closed = udp().local_addr().unwrap();
    for _ in 0..100 {
        association.send(closed, b"anybody?");
    }
    association.send(there, b"still here");
    let (message, from) = receive(&far);
    assert_eq!(message, b"still here");
    // Who was not sent to does not get in, and nobody waits for that.
    UdpSocket::bind("127.0.0.3:0")
        .unwrap()
        .send_to(b"psst", from)
        .unwrap();
    far.send_to(b"welcome", from).unwrap();
    assert_eq!(association.receive(there), b"welcome");
    drop(association);
    let said = proxy.0.stderr.wait_for_text("is done with datagrams");
    for told in [
        "102 sent, 1 received",
        "2 of others than the client",
        "5 without a whole header",
        "1 in parts",
        "2 to where nobody is let through",
        "1 from where the client has sent nothing",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
}

#[test]
fn it_lives_as_long_as_its_connection() {
    let proxy = Proxy::start();
    for half in [true, false] {
        let association = Association::open(&proxy);
        let Association { control, to, .. } = association;
        match half {
            true => control.shutdown(Shutdown::Write).unwrap(),
            false => drop(control),
        }
        // The port is free once nobody listens there.
        until("the end", || UdpSocket::bind(to).ok());
    }
}

#[test]
fn a_client_may_name_its_own_address_only() {
    let proxy = Proxy::start();
    let (mine, another) = (udp(), udp());
    let port = mine.local_addr().unwrap().port().to_be_bytes();
    let mut control = proxy.connect();
    let said = [b"\x05\x01\x00\x05\x03\x00\x01\x7f\0\0\x01", &port[..]].concat();
    control.write_all(&said).unwrap();
    let [5, 0, 5, 0, 0, 1, 127, 0, 0, 1, high, low] = read(&mut control) else {
        panic!("no association");
    };
    let to = SocketAddr::from(([127, 0, 0, 1], u16::from_be_bytes([high, low])));
    let far = udp();
    let header = header(far.local_addr().unwrap());
    another
        .send_to(&[&header[..], b"not the port"].concat(), to)
        .unwrap();
    mine.send_to(&[&header[..], b"the port"].concat(), to)
        .unwrap();
    assert_eq!(receive(&far).0, b"the port");
    let told =
        |destination: &[u8]| proxy.told(&[b"\x05\x01\x00\x05\x03\x00", destination].concat());
    let not_allowed = [5, 0, 5, 2, 0, 1, 0, 0, 0, 0, 0, 0];
    assert_eq!(told(b"\x01\x7f\0\0\x02\x00\x50"), not_allowed);
    let hidden = b"\x04\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\x02\x00\x50";
    assert_eq!(told(hidden), not_allowed);
}

#[test]
fn endpoints_of_datagrams_go_by_way_of_it() {
    let proxy = Proxy::start();
    let far = udp();
    let there = far.local_addr().unwrap();
    let via = format!("+via,socks5h://{}", proxy.0.listening());
    let forward = Program::ready(&[
        "listen",
        "udp://127.0.0.1:0",
        &format!("udp://{there}"),
        &via,
    ]);
    let (one, two) = (udp(), udp());
    let at = forward.stderr.wait_for_text("listening on ");
    let at: SocketAddr = at
        .split("udp://")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    for (socket, payload) in [(&one, b"one"), (&two, b"two"), (&one, b"and")] {
        socket.send_to(payload, at).unwrap();
        let (message, from) = receive(&far);
        assert_eq!(message, payload);
        far.send_to(&message, from).unwrap();
        assert_eq!(receive(socket), (payload.to_vec(), at));
    }
}

#[test]
fn a_proxy_that_goes_ends_what_goes_by_way_of_it() {
    let proxy = Proxy::start();
    let far = udp();
    let there = format!("udp://{}", far.local_addr().unwrap());
    let via = format!("+via,socks5://{}", proxy.0.listening());
    let mut connect = sockeye(&["connect", &there, &via]);
    let mut connect = Program::start(connect.stdin(Stdio::piped()));
    let mut keyboard = connect.stdin();
    keyboard.write_all(b"ahoy").unwrap();
    assert_eq!(receive(&far).0, b"ahoy");
    drop(proxy);
    assert_eq!(connect.wait().code(), Some(56));
    let said = connect.stderr.all().join("\n");
    let why = "the proxy has ended the association";
    let refused = "connection refused";
    assert!(said.contains(why) || said.contains(refused), "{said}");
}

#[test]
fn hops_that_pass_no_datagrams_are_refused() {
    for (hops, why) in [
        (&["+via,http://h:1"][..], "http:// passes no datagrams"),
        (&["+via,socks4a://h:1"], "socks4a:// passes no datagrams"),
        (
            &["+via,socks5://h:1", "+via,socks5h://h:1"],
            "by way of one proxy, not of a chain",
        ),
    ] {
        let output = run(&[&["connect", "udp://127.0.0.1:53"], hops].concat(), b"");
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
}

#[test]
fn datagrams_count_for_the_limit_of_a_session() {
    let limit = "+limit,bytes=1000";
    let proxy = Proxy(Program::ready(&["listen", "127.0.0.1:0", limit, "socks:"]));
    let mut association = Association::open(&proxy);
    let far = udp();
    let there = far.local_addr().unwrap();
    association.send(there, &[b'x'; 500]);
    let (message, from) = receive(&far);
    // Both ways together.
    far.send_to(&message[..300], from).unwrap();
    assert_eq!(association.receive(there).len(), 300);
    // What was said on the connection counts, too.
    association.send(there, &[b'x'; 200]);
    let ended = association.control.read(&mut [0; 1]);
    assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    let why = "more than the 1000 bytes that +limit allows";
    proxy.0.stderr.wait_for_text(why);
}
