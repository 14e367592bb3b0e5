//! Signals: the first drains, the second cuts.

use std::io::{BufRead, BufReader};

use rustix::process::{Pid, Signal, kill_process};

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
    listen
        .stderr
        .wait_for_text("sessions that had not ended and were cut: 1; 0 bytes did not arrive");
    // A reset or an end, but no more bytes.
    assert_eq!(near.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn after_the_time_to_drain_sessions_are_cut() {
    let (mut listen, mut near, _far) = relaying("1ms");
    listen.signal(Signal::TERM);
    assert_eq!(listen.wait().code(), Some(0));
    listen
        .stderr
        .wait_for_text("sessions that had not ended and were cut: 1; 0 bytes did not arrive");
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

/// A program whose reports nobody reads; it ends with its test.
struct Unread(std::process::Child);

impl Drop for Unread {
    fn drop(&mut self) {
        // Both only fail when it has ended, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A pipe holds 64 KiB: some 600 reports of sessions that end badly.
#[test]
fn reports_that_nobody_reads_hold_nothing_up() {
    let (_dead, nowhere) = refusing();
    let mut command = sockeye(&["listen", "-4", "0", &format!("tcp://{nowhere}")]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut listen = Unread(command.spawn().unwrap());
    let mut stderr = BufReader::new(listen.0.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    let address = line.trim().trim_start_matches("listening on tcp://");
    let address: SocketAddr = address.parse().unwrap();
    for _ in 0..2_500 {
        // Each session ends with a reset, which may come before the first look at it.
        let ended = TcpStream::connect_timeout(&address, DEADLINE).and_then(|mut stream| {
            stream.set_read_timeout(Some(DEADLINE))?;
            stream.read(&mut [0])
        });
        let timed_out = |e: &io::Error| {
            matches!(
                e.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
            )
        };
        assert!(!ended.is_err_and(|e| timed_out(&e)), "a session goes on");
    }
    kill_process(Pid::from_child(&listen.0), Signal::TERM).unwrap();
    let ended = until("the listener's end", || listen.0.try_wait().unwrap());
    assert_eq!(ended.code(), Some(0));
}
