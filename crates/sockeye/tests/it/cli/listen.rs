//! `listen`: what accepted connections are joined with, and what it says of itself.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;

use super::*;
use crate::support::program::Program;

#[test]
fn services_answer() {
    let echo = Program::ready(&["listen", "0", "echo:"]);
    assert_eq!(exchange(echo.listening(), b"Hi\0there"), b"Hi\0there");
    let upper = Program::ready(&["listen", "0", "upper:"]);
    assert_eq!(exchange(upper.listening(), b"Hi there"), b"HI THERE");
    let discard = Program::ready(&["listen", "0", "discard:"]);
    assert_eq!(exchange(discard.listening(), b"into nothing"), b"");
    let daytime = Program::ready(&["listen", "0", "daytime:"]);
    let time = exchange(daytime.listening(), b"");
    assert!(
        time.starts_with(b"20") && time.ends_with(b"Z\r\n"),
        "{time:?}"
    );
    let hello = Program::ready(&["listen", "0", "hello:"]);
    assert!(!exchange(hello.listening(), b"").is_empty());
}

#[test]
fn half_close_goes_through_to_another_endpoint_and_back() {
    let (there, served) = peer(b"after your end");
    let listen = Program::ready(&["listen", "127.0.0.1:0", &format!("tcp://{there}")]);
    assert_eq!(
        exchange(listen.listening(), b"all of it"),
        b"after your end"
    );
    assert_eq!(served.join().unwrap(), b"all of it");
}

#[test]
fn half_close_goes_through_to_a_program_and_back() {
    let sort = Program::ready(&["listen", "0", "exec:sort"]);
    assert_eq!(exchange(sort.listening(), b"b\na\n"), b"a\nb\n");
    assert_eq!(exchange(sort.listening(), b"d\nc\n"), b"c\nd\n");
}

#[test]
fn half_close_goes_through_to_a_shell_command_and_back() {
    let shell = Program::ready(&["listen", "127.0.0.1:0", "sh:sort | tr a-z A-Z"]);
    assert_eq!(exchange(shell.listening(), b"b\na\n"), b"A\nB\n");
    let status = run(&["connect", "sh:kill -9 $$"], b"");
    assert_eq!(status.status.code(), Some(128 + 9));
}

#[test]
fn a_bare_port_is_every_loopback_address_with_one_number() {
    let listen = Program::ready(&["listen", "0", "echo:"]);
    let address = listen.listening();
    assert_eq!(address.ip().to_string(), "127.0.0.1");
    // IPv6 is either listened at on the same port or said to be missing.
    let port = address.port();
    listen.stderr.wait_for("a word on IPv6", |line| {
        (line == format!("listening on tcp://[::1]:{port}") || line.contains("[::1]")).then_some(())
    });
}

#[test]
fn one_family_is_one_line() {
    let listen = Program::ready(&["listen", "-4", "0", "echo:"]);
    assert_eq!(exchange(listen.listening(), b"x"), b"x");
    let mut listen = listen;
    listen.signal(rustix::process::Signal::TERM);
    assert!(listen.wait().success());
    let lines = listen.stderr.all();
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.starts_with("listening on"))
            .count(),
        1
    );
}

#[test]
fn unix_sockets_have_the_mode_asked_for_and_replace_a_dead_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.sock");
    // A socket file whose listener is gone.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let at = format!("unix:{}", path.display());
    let taken = run(&["listen", &at, "echo:"], b"");
    assert_eq!(taken.status.code(), Some(45), "{}", stderr(&taken));

    let _listen = Program::ready(&["listen", &at, "+unix,mode=600,unlink", "echo:"]);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let mut stream = UnixStream::connect(&path).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(b"over a path").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut received = String::new();
    stream.read_to_string(&mut received).unwrap();
    assert_eq!(received, "over a path");
}

#[test]
fn a_port_in_use_is_a_bind_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let output = run(&["listen", &address.to_string(), "echo:"], b"");
    assert_eq!(output.status.code(), Some(45));
    let expected = format!("error: listen tcp://{address}: address already in use");
    assert!(
        stderr(&output).starts_with(&expected),
        "{}",
        stderr(&output)
    );
}

#[test]
fn more_connections_than_asked_for_are_closed() {
    let listen = Program::ready(&["listen", "-4", "0", "echo:", "--max-conns", "1"]);
    let mut first = dial(listen.listening());
    first.write_all(b"a").unwrap();
    first.read_exact(&mut [0]).unwrap();
    assert_eq!(dial(listen.listening()).read(&mut [0]).unwrap(), 0);
    first.write_all(b"b").unwrap();
    first.read_exact(&mut [0]).unwrap();
    drop(first);
    until("room for another", || {
        try_exchange(listen.listening(), b"c")
            .ok()
            .filter(|received| received == b"c")
    });
}

#[test]
fn a_target_that_refuses_is_reported_and_the_listener_lives_on() {
    let (_socket, there) = refusing();
    let listen = Program::ready(&["listen", "-4", "0", &format!("tcp://{there}")]);
    for _ in 0..2 {
        // The reset may come as early as the connection; bytes must never come.
        let read = TcpStream::connect(listen.listening()).and_then(|mut s| s.read(&mut [0]));
        assert_eq!(read.unwrap_or(0), 0);
    }
    let line = listen
        .stderr
        .wait_for_text("error: session 2 from 127.0.0.1:");
    assert!(
        line.contains(&format!("connect tcp://{there}: connection refused")),
        "{line}"
    );
}

#[test]
fn idle_sessions_end_whichever_side_says_so() {
    for words in [
        ["127.0.0.1:0", "+idle,50ms", "exec:cat"].as_slice(),
        ["127.0.0.1:0", "exec:cat", "+idle,50ms"].as_slice(),
    ] {
        let listen = Program::ready(&[&["listen"], words].concat());
        let mut stream = dial(listen.listening());
        stream.write_all(b"x").unwrap();
        stream.read_exact(&mut [0]).unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    }
}

#[test]
fn characters_come_without_end_until_the_peer_has_ended() {
    let chargen = Program::ready(&["listen", "-4", "0", "chargen:"]);
    let mut stream = dial(chargen.listening());
    let mut lines = vec![0; 96 * 74];
    stream.read_exact(&mut lines).unwrap();
    let lines: Vec<_> = lines.chunks(74).collect();
    // The first lines of RFC 864's pattern; after 95 lines it begins again.
    assert!(lines[0].starts_with(b" !\"#$%&'()") && lines[0].ends_with(b"defg\r\n"));
    assert!(lines[1].starts_with(b"!\"#") && lines[94].starts_with(b"~ !"));
    assert_eq!(lines[95], lines[0]);
    stream.shutdown(Shutdown::Write).unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn what_one_says_in_a_room_the_others_hear() {
    let room = Program::ready(&["listen", "-4", "0", "broadcast:room1"]);
    let (mut alice, mut bob) = (dial(room.listening()), dial(room.listening()));
    let heard = until("a word from alice", || {
        alice.write_all(b"hello").unwrap();
        let mut heard = [0; 5];
        bob.set_read_timeout(Some(std::time::Duration::from_millis(50)))
            .unwrap();
        bob.read_exact(&mut heard).ok().map(|()| heard)
    });
    assert_eq!(&heard, b"hello");
}

#[test]
fn characters_over_udp_never_outweigh_the_question() {
    let chargen = Program::ready(&["listen", "-4", "udp://127.0.0.1:0", "chargen:"]);
    let address = chargen.stderr.wait_for("a UDP listener", |line| {
        line.strip_prefix("listening on udp://")?
            .parse::<SocketAddr>()
            .ok()
    });
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket.connect(address).unwrap();
    for (asked, answered) in [(10, 10), (2000, 512), (0, 0)] {
        socket.send(&vec![0; asked]).unwrap();
        let mut answer = [0; 4096];
        assert_eq!(socket.recv(&mut answer).unwrap(), answered);
    }
}
