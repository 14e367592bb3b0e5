//! Few descriptors: who finds no room is refused, who is in stays, and who leaves makes room.

use rustix::process::Signal;

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
fn a_listener_with_64_descriptors_serves_some_and_recovers() {
    let echo = Program::ready(&["listen", "127.0.0.1:0", "echo:"]);
    let far = echo.listening().to_string();
    for far in [&far, "echo:", "exec:cat"] {
        serves_some_and_recovers(far);
    }
}

fn serves_some_and_recovers(far: &str) {
    let args = ["listen", "127.0.0.1:0", far, "--stats"];
    let mut forward = Program::start(&mut with_descriptors(64, &args));
    let there = forward.listening();
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| dial(there)).collect();
    let served: Vec<_> = clients.iter_mut().map(is_served).collect();
    let count = served.iter().filter(|served| **served).count();
    assert!(
        (4..CLIENTS / 2).contains(&count),
        "{far}: {count} are served"
    );
    // Those who are in are still served, and nobody else.
    let again: Vec<_> = clients.iter_mut().map(is_served).collect();
    assert_eq!(again, served);
    drop(clients);
    until("room", || is_served(&mut dial(there)).then_some(()));
    // They were refused, and not let in to fail.
    assert_eq!(errors(&forward), [""; 0], "{far}");
    forward.signal(Signal::TERM);
    assert!(forward.wait().success(), "{far}");
    let stats = forward.stderr.wait_for_text("stats: ");
    let (_, refused) = stats.split_once("; refused ").expect(&stats);
    assert!(
        refused.parse::<usize>().unwrap() >= CLIENTS - count,
        "{stats}"
    );
}

fn errors(program: &Program) -> Vec<String> {
    let mut lines = program.stderr.so_far();
    lines.retain(|line| line.starts_with("error: "));
    lines
}

#[test]
fn descriptors_that_cannot_hold_one_session_are_an_error_at_the_start() {
    let mut listen = with_descriptors(23, &["listen", "127.0.0.1:0", "echo:"]);
    let output = listen.output().unwrap();
    assert_eq!(output.status.code(), Some(71), "{}", stderr(&output));
}

/// Who comes at once: more than find room.
const CLIENTS: usize = 100;
