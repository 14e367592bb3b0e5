//! socat: much data through a forwarder, and what an unclean end looks like from outside.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::program::Program;

/// Starts a socat that accepts one connection, only reads from it, and returns where it listens.
fn accept(options: &str, other: &str) -> (Program, SocketAddr) {
    let from = format!("TCP-LISTEN:0,bind=127.0.0.1{options}");
    let socat = Program::start(Command::new("socat").args(["-u", "-d", "-d", &from, other]));
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

/// Sends a text to an address in socat's words, ends the input, and returns the answer's lines.
fn ask(address: &str, text: &str) -> Vec<String> {
    let mut socat = Command::new("socat");
    socat.args(["-t", "30", "-", address]).stdin(Stdio::piped());
    let mut socat = Program::start(&mut socat);
    socat.stdin().write_all(text.as_bytes()).unwrap();
    assert!(socat.wait().success());
    socat.stdout.all()
}

#[test]
#[ignore = "needs socat"]
fn a_program_behind_a_port_answers() {
    let program = Program::ready(&["listen", "127.0.0.1:0", "exec:tr a-z A-Z"]);
    let address = format!("TCP:{}", program.listening());
    assert_eq!(ask(&address, "whisper\n"), ["WHISPER"]);
}

#[test]
#[ignore = "needs socat"]
fn a_service_behind_a_unix_socket_answers() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("upper.sock");
    let _upper = Program::ready(&["listen", &format!("unix:{}", path.display()), "upper:"]);
    assert_eq!(
        ask(&format!("UNIX:{}", path.display()), "whisper\n"),
        ["WHISPER"]
    );
}

#[test]
#[ignore = "needs socat"]
fn messages_over_udp_and_abstract_names_are_answered() {
    let folder = TempDir::new().unwrap();
    let name = folder.path().join("upper").display().to_string();
    let _upper = Program::ready(&["listen", &format!("unix:@{name}"), "upper:"]);
    assert_eq!(
        ask(&format!("ABSTRACT-CONNECT:{name}"), "whisper\n"),
        ["WHISPER"]
    );

    let upper = Program::ready(&["listen", "udp://127.0.0.1:0", "upper:"]);
    let address = upper.stderr.wait_for("a UDP listener", |line| {
        Some(line.strip_prefix("listening on udp://")?.to_owned())
    });
    let mut socat = Command::new("socat");
    socat.args(["-", &format!("UDP:{address}")]);
    let mut socat = Program::start(socat.stdin(Stdio::piped()));
    let mut keyboard = socat.stdin();
    for (said, answered) in [("one\n", "ONE"), ("two\n", "TWO")] {
        keyboard.write_all(said.as_bytes()).unwrap();
        socat.stdout.wait_for_text(answered);
    }
}

#[test]
#[ignore = "needs socat"]
fn unix_sockets_of_each_kind_answer() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    for (scheme, address) in [
        ("unix", format!("UNIX-CONNECT:{}", path("unix"))),
        // SOCK_SEQPACKET is 5 (unix(7)).
        (
            "unix-seqpacket",
            format!("UNIX-CONNECT:{},type=5", path("unix-seqpacket")),
        ),
        (
            "unix-dgram",
            format!("UNIX-SENDTO:{},bind={}", path("unix-dgram"), path("own")),
        ),
    ] {
        let at = format!("{scheme}:{}", path(scheme));
        let _upper = Program::ready(&["listen", &at, "upper:"]);
        let mut command = Command::new("socat");
        command.args(["-t5", "-", &address]).stdin(Stdio::piped());
        let mut socat = Program::start(&mut command);
        socat.stdin().write_all(b"through socat\n").unwrap();
        socat.stdout.wait_for_text("THROUGH SOCAT");
    }
}
