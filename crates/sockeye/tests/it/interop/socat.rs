//! socat: much data through a forwarder, and what an unclean end looks like from outside.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::program::Program;

/// Starts a socat that accepts one connection and returns the port that it got.
fn accept(options: &str, other: &str) -> (Program, SocketAddr) {
    let from = format!("TCP-LISTEN:0,bind=127.0.0.1{options}");
    let socat = Program::start(Command::new("socat").args(["-d", "-d", &from, other]));
    let at = socat.stderr.wait_for("socat's address", |line| {
        line.split_once("listening on AF=2 ")?.1.parse().ok()
    });
    (socat, at)
}

/// Writes a file that repeats nowhere within a pipe's length.
fn fill(path: &Path, bytes: usize) {
    let words = (0_u64..).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    let data: Vec<u8> = words.flatten().take(bytes).collect();
    fs::write(path, data).unwrap();
}

#[test]
#[ignore = "needs socat"]
fn a_file_arrives_whole_through_a_forwarder() {
    let folder = TempDir::new().unwrap();
    let (sent, arrived) = (folder.path().join("sent"), folder.path().join("arrived"));
    fill(&sent, 32 << 20);
    let (mut receiver, at) = accept("", &format!("CREATE:{}", arrived.display()));
    let forward = Program::ready(&["listen", "127.0.0.1:0", &at.to_string()]);
    let to = format!("TCP:{}", forward.listening());
    let status = Command::new("socat")
        .args(["-u", &format!("OPEN:{}", sent.display()), &to])
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    assert!(receiver.wait().success());
    assert!(
        fs::read(&sent).unwrap() == fs::read(&arrived).unwrap(),
        "the file changed on the way"
    );
}

#[test]
#[ignore = "needs socat"]
fn a_program_behind_a_port_answers_socat() {
    let cat = Program::ready(&["listen", "127.0.0.1:0", "exec:tr a-z A-Z"]);
    let mut socat = Command::new("socat");
    socat.args([
        "-t",
        "10",
        "SYSTEM:echo whisper; cat >&2",
        &format!("TCP:{}", cat.listening()),
    ]);
    let mut socat = Program::start(socat.stdin(Stdio::null()));
    socat.stderr.wait_for_text("WHISPER");
    assert!(socat.wait().success());
}

#[test]
#[ignore = "needs socat"]
fn a_unix_socket_and_a_port_are_joined() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("echo.sock");
    let echo = Program::ready(&["listen", &format!("unix:{}", path.display()), "upper:"]);
    let mut socat = Command::new("socat");
    socat.args([
        "-t",
        "10",
        "SYSTEM:echo whisper; cat >&2",
        &format!("UNIX:{}", path.display()),
    ]);
    let mut socat = Program::start(socat.stdin(Stdio::null()));
    socat.stderr.wait_for_text("WHISPER");
    assert!(socat.wait().success());
    drop(echo);
}
