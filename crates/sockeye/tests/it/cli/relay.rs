//! `relay`: any two ends, each opened or waited for.

use rustix::process::Signal;
use socket2::{Domain, Socket, Type};

use super::*;
use crate::support::program::Program;

/// Returns the addresses that a relay listens at.
fn doors(relay: &Program) -> Vec<SocketAddr> {
    relay
        .stderr
        .wait_for("`ready`", |line| (line == "ready").then_some(()));
    let lines = relay.stderr.so_far();
    let address = |line: &String| line.strip_prefix("listening on tcp://")?.parse().ok();
    lines.iter().filter_map(address).collect()
}

#[test]
fn two_that_come_are_joined() {
    let mut relay = Program::start(&mut sockeye(&[
        "relay",
        "tcp-l://127.0.0.1:0",
        "tcp-l://127.0.0.1:0",
        "--stats",
    ]));
    let doors = doors(&relay);
    let mut alice = dial(doors[0]);
    // What is said before the other one comes is not lost.
    alice.write_all(b"is anybody there?").unwrap();
    alice.shutdown(Shutdown::Write).unwrap();
    assert_eq!(exchange(doors[1], b"yes"), b"is anybody there?");
    let mut answer = String::new();
    alice.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "yes");
    assert_eq!(relay.wait().code(), Some(0));
    relay
        .stderr
        .wait_for_text("stats: sessions 1 (0 open), bytes in 17, out 3, lost 0, ");
}

#[test]
fn who_comes_is_joined_with_what_is_opened() {
    let (there, served) = peer(b"after your end");
    let mut relay = Program::ready(&["relay", "tcp-l://127.0.0.1:0", &there.to_string()]);
    assert_eq!(exchange(relay.listening(), b"all of it"), b"after your end");
    assert_eq!(served.join().unwrap(), b"all of it");
    assert_eq!(relay.wait().code(), Some(0));
    assert!(TcpStream::connect(relay.listening()).is_err());
}

#[test]
fn who_may_not_come_in_is_passed_over() {
    let (there, served) = peer(b"after your end");
    let mut relay = Program::ready(&[
        "relay",
        "tcp-l://127.0.0.1:0",
        "+deny,127.0.0.2",
        &there.to_string(),
    ]);
    let at = relay.listening();
    let mut refused = dial_from("127.0.0.2", at);
    let mut answer = String::new();
    refused.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "");
    assert_eq!(exchange(at, b"all of it"), b"after your end");
    assert_eq!(served.join().unwrap(), b"all of it");
    assert_eq!(relay.wait().code(), Some(0));
}

/// Connects from one of the addresses of this machine.
fn dial_from(source: &str, to: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let source: SocketAddr = format!("{source}:0").parse().unwrap();
    socket.bind(&source.into()).unwrap();
    socket.connect(&to.into()).unwrap();
    socket.into()
}

#[test]
fn kept_it_joins_the_next_ones() {
    let mut relay = Program::ready(&["relay", "--keep", "tcp-l://127.0.0.1:0", "exec:sort"]);
    for _ in 0..2 {
        assert_eq!(exchange(relay.listening(), b"b\na\n"), b"a\nb\n");
    }
    relay.signal(Signal::TERM);
    assert_eq!(relay.wait().code(), Some(0));
}

#[test]
fn programs_are_joined_and_their_status_is_the_runs() {
    let output = run(&["relay", "-", "exec:sh -c 'cat; exit 3'"], b"to and fro");
    assert_eq!(
        (output.status.code(), &output.stdout[..]),
        (Some(3), &b"to and fro"[..])
    );
}

#[test]
fn what_cannot_be_opened_resets_who_came() {
    let (_socket, there) = refusing();
    let mut relay = Program::ready(&["relay", "tcp-l://127.0.0.1:0", &there.to_string()]);
    let read = TcpStream::connect(relay.listening()).and_then(|mut stream| stream.read(&mut [0]));
    assert_eq!(read.unwrap_or(0), 0);
    assert_eq!(relay.wait().code(), Some(7));
    relay.stderr.wait_for_text("connection refused");
}

/// Starts a relay that waits for the next ones, and joins the first two.
fn joined(more: &[&str]) -> (Program, TcpStream, TcpStream) {
    let there = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = there.local_addr().unwrap().to_string();
    let args = ["relay", "--keep", "tcp-l://127.0.0.1:0", &to];
    let relay = Program::ready(&[&args, more].concat());
    let near = dial(relay.listening());
    let far = accept(&there);
    (relay, near, far)
}

#[test]
fn the_first_signal_lets_the_two_finish_and_takes_no_more() {
    let (mut relay, mut near, mut far) = joined(&["--drain", "60s"]);
    relay.signal(Signal::TERM);
    let note = "ending, for 1m at most; a second signal cuts";
    relay.stderr.wait_for_text(note);
    until("the listener's end", || {
        TcpStream::connect(relay.listening()).err()
    });
    near.write_all(b"still").unwrap();
    let mut received = [0; 5];
    far.read_exact(&mut received).unwrap();
    assert_eq!(&received, b"still");
    drop((near, far));
    assert_eq!(relay.wait().code(), Some(0));
}

#[test]
fn the_second_signal_cuts_and_so_does_the_time_to_drain() {
    let (mut relay, mut near, _far) = joined(&["--drain", "60s"]);
    relay.signal(Signal::INT);
    relay.stderr.wait_for_text("a second signal cuts");
    relay.signal(Signal::TERM);
    assert_eq!(relay.wait().code(), Some(0));
    assert_eq!(near.read(&mut [0]).unwrap_or(0), 0);

    let (mut relay, mut near, _far) = joined(&["--drain", "1ms"]);
    relay.signal(Signal::TERM);
    assert_eq!(relay.wait().code(), Some(0));
    assert_eq!(near.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn a_signal_asks_how_much_has_moved() {
    let (relay, mut near, mut far) = joined(&[]);
    near.write_all(b"four").unwrap();
    far.read_exact(&mut [0; 4]).unwrap();
    relay.signal(Signal::USR1);
    relay
        .stderr
        .wait_for_text("stats: sessions 1 (1 open), bytes in 4, out 0, lost 0, ");
}
