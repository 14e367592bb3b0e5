//! Unix sockets of messages: services, forwarding, who is there, names.

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::Stdio;

use rustix::process::Signal;
use socket2::{Domain, SockAddr, Socket, Type};
use tempfile::{TempDir, tempdir};

use super::*;

/// A directory for sockets.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn endpoint(&self, scheme: &str, name: &str) -> String {
        format!("{scheme}:{}", self.path(name).display())
    }
}

/// Makes a socket with a name that talks to `to`.
fn talking(place: &Place, name: &str, to: &str) -> UnixDatagram {
    let socket = UnixDatagram::bind(place.path(name)).unwrap();
    socket.connect(place.path(to)).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket
}

fn connected(place: &Place, to: &str) -> Socket {
    let socket = Socket::new(Domain::UNIX, Type::SEQPACKET, None).unwrap();
    socket
        .connect(&SockAddr::unix(place.path(to)).unwrap())
        .unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket
}

#[test]
fn datagrams_pass_through_and_come_back_whole() {
    let place = Place::new();
    let (near, far) = (
        place.endpoint("unix-dgram", "near"),
        place.endpoint("unix-dgram", "far"),
    );
    let _echo = Program::ready(&["listen", &far, "echo:"]);
    let _forward = Program::ready(&["listen", &near, &far]);
    for to in ["far", "near"] {
        let socket = talking(&place, &format!("peer-{to}"), to);
        for size in [0, 1, 8_193, 65_507, 65_508] {
            let message: Vec<u8> = (0..size).map(|i| i as u8).collect();
            socket.send(&message).unwrap();
            let mut answer = vec![0; 65_600];
            let count = socket.recv(&mut answer).unwrap();
            assert!(answer[..count] == message, "{size} bytes to {to}");
        }
    }
}

#[test]
fn connections_of_messages_end_one_way_after_the_other_through_a_forwarder() {
    let place = Place::new();
    let (near, far) = (
        place.endpoint("unix-seqpacket", "near"),
        place.endpoint("unix-seqpacket", "far"),
    );
    let _upper = Program::ready(&["listen", &far, "upper:"]);
    let _forward = Program::ready(&["listen", &near, &far]);
    let mut socket = connected(&place, "near");
    for message in [&b"one"[..], b"", b"three"] {
        assert_eq!(socket.send(message).unwrap(), message.len());
    }
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = [0; 9];
    for expected in [&b"ONE"[..], b"", b"THREE", b""] {
        let count = std::io::Read::read(&mut socket, &mut answer).unwrap();
        assert_eq!(&answer[..count], expected);
    }
}

#[test]
fn a_message_too_large_for_the_far_side_is_an_error() {
    let place = Place::new();
    let (_echo, at) = listening(&["echo:"]);
    let near = place.endpoint("unix-dgram", "near");
    let to = format!("udp://{at}");
    let mut forward = Program::ready(&["listen", "--once", &near, &to]);
    talking(&place, "peer", "near").send(&[0; 65_508]).unwrap();
    assert_eq!(forward.wait().code(), Some(18));
    forward
        .stderr
        .wait_for_text("a message of 65508 bytes, where 65507 are the most");
}

#[test]
fn a_peer_that_cannot_be_answered_is_said() {
    let place = Place::new();
    let near = place.endpoint("unix-dgram", "near");
    let echo = Program::start(&mut sockeye(&["listen", &near, "echo:", "--json"]));
    echo.stderr.wait_for_text(r#"{"event":"ready"}"#);
    let unnamed = UnixDatagram::unbound().unwrap();
    unnamed.send_to(b"hello?", place.path("near")).unwrap();
    let line = echo.stderr.wait_for_text("session_error");
    let said: serde_json::Value = serde_json::from_str(&line).unwrap();
    let pid = std::process::id();
    assert_eq!(said["pid"], pid);
    assert_eq!(said["uid"], rustix::process::getuid().as_raw());
    assert_eq!(said["peer"], format!("unix-dgram:(unnamed, pid {pid})"));
    let error = said["error"].as_str().unwrap();
    assert!(
        error.ends_with("its socket has no name, so that it cannot be answered"),
        "{error}"
    );
}

#[test]
fn unnamed_peers_are_heard() {
    let place = Place::new();
    let near = place.endpoint("unix-dgram", "log");
    let file = place.path("lines");
    let to = format!("file:{}", file.display());
    let _log = Program::ready(&["listen", &near, &to, "+file,create,append"]);
    let unnamed = UnixDatagram::unbound().unwrap();
    for line in ["one\n", "two\n"] {
        unnamed.send_to(line.as_bytes(), place.path("log")).unwrap();
    }
    crate::support::until::until("both lines", || {
        (std::fs::read_to_string(&file).ok()? == "one\ntwo\n").then_some(())
    });
}

#[test]
fn connect_has_a_name_and_is_answered() {
    let place = Place::new();
    let at = place.endpoint("unix-dgram", "upper");
    let upper = Program::ready(&["listen", &at, "upper:", "--explain"]);
    let mut command = sockeye(&["connect", &at]);
    let mut connect = Program::start(command.stdin(Stdio::piped()));
    std::io::Write::write_all(&mut connect.stdin(), b"a question\n").unwrap();
    connect.stdout.wait_for_text("A QUESTION");
    let pid = connect.pid().as_raw_nonzero();
    assert!(connect.wait().success());
    upper.stderr.wait_for_text(&format!("(pid {pid}, uid "));
}

#[test]
fn what_a_kill_leaves_behind_is_replaced() {
    let place = Place::new();
    for scheme in ["unix", "unix-dgram", "unix-seqpacket"] {
        let at = place.endpoint(scheme, scheme);
        Program::ready(&["listen", &at, "echo:"]).kill();
        assert!(place.path(scheme).exists());
        let mut refused = Program::start(&mut sockeye(&["listen", &at, "echo:"]));
        assert_eq!(refused.wait().code(), Some(45));
        let mut again = Program::ready(&["listen", &at, "+unix,unlink", "echo:"]);
        again.signal(Signal::TERM);
        assert!(again.wait().success());
        assert!(!place.path(scheme).exists());
    }
}

#[test]
fn a_name_that_is_too_long_is_pointed_at() {
    let at = format!("unix-dgram:/{}", "l".repeat(107));
    let mut refused = Program::start(&mut sockeye(&["listen", &at, "echo:"]));
    assert_eq!(refused.wait().code(), Some(2));
    refused
        .stderr
        .wait_for_text("the path of a Unix socket has at most 107 bytes, and this one 108");
}
