//! UDP: services, forwarding, standard input and output.

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::*;

#[test]
fn datagrams_of_every_size_stay_whole() {
    let (_echo, at) = listening(&["echo:"]);
    let (_forward, through) = listening(&[&format!("udp://{at}")]);
    for to in [at, through] {
        let socket = peer(to);
        for size in [0, 1, 8_193, 65_507] {
            let message: Vec<u8> = (0..size).map(|i| i as u8).collect();
            socket.send(&message).unwrap();
            assert!(receive(&socket) == message, "{size} bytes to {to}");
        }
    }
}

#[test]
fn a_burst_from_a_new_peer_arrives_in_order() {
    let (_upper, at) = listening(&["upper:"]);
    let (_forward, through) = listening(&[&format!("udp://{at}")]);
    let socket = peer(through);
    for i in 0..BURST {
        socket.send(format!("message {i}").as_bytes()).unwrap();
    }
    for i in 0..BURST {
        assert_eq!(receive(&socket), format!("MESSAGE {i}").into_bytes());
    }
}

#[test]
fn three_peers_at_once_have_a_session_each() {
    let (_echo, at) = listening(&["echo:"]);
    let (_forward, through) = listening(&[&format!("udp://{at}")]);
    let peers = [(); 3].map(|()| peer(through));
    for i in 0..20 {
        for (n, socket) in peers.iter().enumerate() {
            socket.send(format!("{n}-{i}").as_bytes()).unwrap();
        }
    }
    for (n, socket) in peers.iter().enumerate() {
        for i in 0..20 {
            assert_eq!(receive(socket), format!("{n}-{i}").into_bytes());
        }
    }
}

#[test]
fn hello_greets_each_message() {
    let (_hello, at) = listening(&["hello:"]);
    let socket = peer(at);
    let greeting = format!("hello {}\n", socket.local_addr().unwrap());
    for _ in 0..2 {
        socket.send(b"").unwrap();
        assert_eq!(receive(&socket), greeting.as_bytes());
    }
}

#[test]
fn connect_sends_what_it_reads_and_leaves_after_the_answer() {
    let (_upper, at) = listening(&["upper:"]);
    let mut command = sockeye(&["connect", &format!("udp://{at}")]);
    let mut connect = Program::start(command.stdin(Stdio::piped()));
    connect.stdin().write_all(b"a question\n").unwrap();
    connect.stdout.wait_for_text("A QUESTION");
    assert!(connect.wait().success());
}

#[test]
fn connect_waits_two_seconds_for_answers_where_input_is_no_terminal() {
    let mute = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = format!("udp://{}", mute.local_addr().unwrap());
    let mut command = sockeye(&["connect", &to]);
    let mut connect = Program::start(command.stdin(Stdio::piped()));
    let mut input = connect.stdin();
    input.write_all(b"anybody?\n").unwrap();
    mute.set_read_timeout(Some(DEADLINE)).unwrap();
    receive(&mute);
    let ended = Instant::now();
    drop(input);
    assert!(connect.wait().success());
    let waited = ended.elapsed();
    let promised = Duration::from_secs(2);
    assert!(waited >= promised && waited < 3 * promised, "{waited:?}");
}

#[test]
fn a_forwarder_on_every_interface_answers_from_the_address_that_was_asked() {
    let (_upper, at) = listening(&["upper:"]);
    let forward = Program::ready(&["listen", "udp://:0", &format!("udp://{at}")]);
    let port = forward.stderr.wait_for("a UDP listener", |line| {
        line.strip_prefix("listening on udp://")?
            .rsplit_once(':')?
            .1
            .parse()
            .ok()
    });
    // A connected socket hears its peer only.
    for last in [2, 1] {
        let socket = peer(SocketAddr::from(([127, 0, 0, last], port)));
        socket.send(b"from here").unwrap();
        assert_eq!(receive(&socket), b"FROM HERE");
    }
}

#[test]
fn a_datagram_that_does_not_fit_is_an_error() {
    let (_echo, at) = listening(&["echo:"]);
    // Where there is no IPv6 nothing larger can arrive.
    if UdpSocket::bind("[::1]:0").is_err() {
        return;
    }
    let to = format!("udp://{at}");
    let mut forward = Program::ready(&["listen", "--once", "udp://[::1]:0", &to]);
    let through = forward.stderr.wait_for("a UDP listener", |line| {
        line.strip_prefix("listening on udp://")?.parse().ok()
    });
    peer(through).send(&[0; 65_527]).unwrap();
    assert_eq!(forward.wait().code(), Some(18));
    forward
        .stderr
        .wait_for_text("a message of 65527 bytes, where 65507 are the most");
}

#[test]
fn a_datagram_that_the_system_finds_too_large_is_an_error() {
    let (_echo, at) = listening(&["echo:"]);
    // IP_OPTIONS of four no-operations (RFC 791 section 3.1): so much less has room behind the header.
    let to = format!("udp://{at}");
    let options = "+udp,opt=0:4:16843009";
    let (mut forward, through) = listening(&["--once", &to, options]);
    let socket = peer(through);
    socket.send(&[7; 65_503]).unwrap();
    assert!(receive(&socket) == [7; 65_503]);
    socket.send(&[7; 65_504]).unwrap();
    assert_eq!(forward.wait().code(), Some(18));
    forward
        .stderr
        .wait_for_text("message too long; 65504 bytes did not arrive");
}

#[test]
fn nobody_there_is_said() {
    let gone = peer("127.0.0.1:9".parse().unwrap()).local_addr().unwrap();
    let mut command = sockeye(&["connect", &format!("udp://{gone}")]);
    let mut connect = Program::start(command.stdin(Stdio::piped()));
    connect.stdin().write_all(b"anybody?").unwrap();
    connect.stderr.wait_for_text("connection refused");
    assert_eq!(connect.wait().code(), Some(56));
}

#[test]
fn a_forwarder_says_that_nobody_is_there() {
    let gone = peer("127.0.0.1:9".parse().unwrap()).local_addr().unwrap();
    let (mut forward, through) = listening(&["--once", &format!("udp://{gone}")]);
    peer(through).send(b"anybody?").unwrap();
    assert_eq!(forward.wait().code(), Some(56));
    forward.stderr.wait_for_text("connection refused");
}

#[test]
fn bytes_do_not_become_messages_by_chance() {
    for (served, hint) in [
        ("exec:cat", "+line or +frame on it"),
        ("tcp://127.0.0.1:9", "+line or +frame on it"),
    ] {
        let mut refused = Program::start(&mut sockeye(&["listen", "udp://127.0.0.1:0", served]));
        assert_eq!(refused.wait().code(), Some(2), "{served}");
        refused.stderr.wait_for_text(hint);
    }
}

/// Datagrams that a new peer sends at once.
const BURST: usize = 200;
