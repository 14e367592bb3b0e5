//! Signals: the first drains, the second cuts.

use rustix::process::Signal;

use super::*;
use crate::support::program::Program;

/// Starts a relay to a peer that answers byte by byte, with one session open.
fn relaying(drain: &str) -> (Program, TcpStream, TcpStream) {
    let there = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("tcp://{}", there.local_addr().unwrap());
    let listen = Program::ready(&["listen", "-4", "0", &to, "--drain", drain, "--stats"]);
    let near = dial(listen.listening());
    let far = accept(&there);
    (listen, near, far)
}

/// Waits until nothing listens any more.
fn no_longer_listening(listen: &Program) {
    let address = listen.listening();
    until("the listener's end", || {
        TcpStream::connect(address).is_err().then_some(())
    });
}

#[test]
fn the_first_signal_lets_sessions_finish() {
    let (mut listen, mut near, mut far) = relaying("60s");
    listen.signal(Signal::TERM);
    no_longer_listening(&listen);
    near.write_all(b"still").unwrap();
    let mut received = [0; 5];
    far.read_exact(&mut received).unwrap();
    assert_eq!(&received, b"still");
    drop((near, far));
    assert_eq!(listen.wait().code(), Some(0));
    listen
        .stderr
        .wait_for_text("(0 open), bytes in 5, out 0, lost 0, ");
}

#[test]
fn the_second_signal_cuts() {
    let (mut listen, mut near, _far) = relaying("60s");
    listen.signal(Signal::INT);
    no_longer_listening(&listen);
    listen.signal(Signal::TERM);
    assert_eq!(listen.wait().code(), Some(0));
    // A reset or an end, but no more bytes.
    assert_eq!(near.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn after_the_time_to_drain_sessions_are_cut() {
    let (mut listen, mut near, _far) = relaying("1ms");
    listen.signal(Signal::TERM);
    assert_eq!(listen.wait().code(), Some(0));
    assert_eq!(near.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn services_end_politely() {
    let mut listen = Program::ready(&["listen", "-4", "0", "echo:"]);
    let mut stream = dial(listen.listening());
    stream.write_all(b"x").unwrap();
    stream.read_exact(&mut [0]).unwrap();
    listen.signal(Signal::TERM);
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    assert_eq!(listen.wait().code(), Some(0));
}
