//! Few descriptors: who finds no room is refused, who is in stays, and who leaves makes room.

use super::*;
use crate::support::program::Program;

/// Starts `sockeye` with at most so many descriptors.
fn with_descriptors(count: usize, args: &[&str]) -> Command {
    let mut shell = Command::new("sh");
    let script = format!("ulimit -n {count}; exec \"$0\" \"$@\"");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_sockeye")]);
    shell.args(args).stdin(Stdio::null()).env("NO_COLOR", "1");
    shell
}

/// Sends a byte and tells whether it comes back.
fn is_served(stream: &mut TcpStream) -> bool {
    let mut answer = [0];
    stream.write_all(b"x").is_ok() && matches!(stream.read(&mut answer), Ok(1))
}

#[test]
fn a_forwarder_with_64_descriptors_serves_some_and_recovers() {
    let echo = Program::ready(&["listen", "127.0.0.1:0", "echo:"]);
    let far = echo.listening().to_string();
    let args = ["listen", "127.0.0.1:0", far.as_str()];
    let forward = Program::start(&mut with_descriptors(64, &args));
    let there = forward.listening();
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| dial(there)).collect();
    let served: Vec<_> = clients.iter_mut().map(is_served).collect();
    let count = served.iter().filter(|served| **served).count();
    assert!((10..CLIENTS / 2).contains(&count), "{count} are served");
    // Those who are in are still served, and nobody else.
    let again: Vec<_> = clients.iter_mut().map(is_served).collect();
    assert_eq!(again, served);
    drop(clients);
    until("room", || is_served(&mut dial(there)).then_some(()));
}

#[test]
fn descriptors_that_cannot_hold_one_session_are_an_error_at_the_start() {
    let mut listen = with_descriptors(23, &["listen", "127.0.0.1:0", "echo:"]);
    let output = listen.output().unwrap();
    assert_eq!(output.status.code(), Some(71), "{}", stderr(&output));
}

/// Who comes at once: more than find room.
const CLIENTS: usize = 100;
