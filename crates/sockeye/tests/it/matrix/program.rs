//! What only a process has: standard input and output, exit codes, signals.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rustix::process::Signal;
use tempfile::TempDir;

use super::net::noise;
use super::rows::{Leg, accepted, shared};
use crate::support::program::{Program, sockeye};

/// Starts `sockeye listen` at a leg, without standard input, and returns what opens it.
pub(super) fn listening(leg: &Leg, dir: &Path, more: &[&str]) -> (Program, Vec<String>) {
    let at = leg.listens(dir, NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            "exec \"$0\" \"$@\" <&-",
            env!("CARGO_BIN_EXE_sockeye"),
            "listen",
        ])
        .args(at.split_whitespace())
        .args(more);
    let program = Program::start(&mut command);
    program
        .stderr
        .wait_for("`ready`", |line| (line == "ready").then_some(()));
    let said = program.stderr.wait_for_text("listening on ");
    let address = said.split(' ').nth(2).unwrap();
    let words = [address].into_iter().chain(leg.opens.split_whitespace());
    (program, words.map(str::to_owned).collect())
}

/// What has been named so far.
pub(super) static NUMBER: AtomicUsize = AtomicUsize::new(0);

pub(super) fn connect(to: &[String]) -> Command {
    let mut command = sockeye(&["connect"]);
    command.args(to).stdin(Stdio::piped());
    command
}

#[test]
fn thirty_megabytes_go_each_way_through_listeners_without_standard_input() {
    let dir = TempDir::new().unwrap();
    let sent = noise(30_000_000);
    for leg in shared() {
        let (_echo, far) = listening(leg, dir.path(), &["echo:"]);
        let far: Vec<_> = far.iter().map(String::as_str).collect();
        let (_forward, to) = listening(leg, dir.path(), &far);
        let mut client = connect(&to).stdout(Stdio::piped()).spawn().unwrap();
        let (mut stdin, mut stdout) = (client.stdin.take().unwrap(), client.stdout.take().unwrap());
        let mut received = Vec::with_capacity(sent.len());
        thread::scope(|scope| {
            scope.spawn(|| {
                stdin.write_all(&sent).unwrap();
                drop(stdin);
            });
            stdout.read_to_end(&mut received).unwrap();
        });
        assert!(received == sent, "{leg:?}: {} bytes", received.len());
        assert!(client.wait().unwrap().success(), "{leg:?}");
    }
}

#[test]
fn a_full_disk_is_said_at_both_ends() {
    let dir = TempDir::new().unwrap();
    for leg in shared() {
        let (mut sender, to) = listening(leg, dir.path(), &["exec:yes", "--once"]);
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut receiver = connect(&to)
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        receiver
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert!(said.contains("no space left on device"), "{leg:?}: {said}");
        assert_eq!(receiver.wait().unwrap().code(), Some(23), "{leg:?}");
        assert!(!sender.wait().success(), "{leg:?}");
        sender.stderr.wait_for_text("error: ");
    }
}

#[test]
fn a_full_disk_behind_a_file_is_said_at_both_ends() {
    let dir = TempDir::new().unwrap();
    let framed = ["line", "frame", "frame tls"];
    let framed = accepted().filter(|leg| framed.contains(&leg.name));
    // Lines and frames are written as such, bytes as they are or packed.
    let framed = framed.map(|leg| (leg, leg.opens.split(' ').next_back()));
    let bytes = shared().flat_map(|leg| [(leg, None), (leg, Some("+zstd"))]);
    for (leg, layer) in framed.chain(bytes) {
        let mut full = vec!["--once", "file:/dev/full", "+file,append"];
        full.extend(layer);
        for bytes in [1, 300_000] {
            let (mut receiver, to) = listening(leg, dir.path(), &full);
            let mut sender = Program::start(&mut connect(&to));
            // It may be gone before all is written.
            let _ = sender.stdin().write_all(&noise(bytes));
            assert_eq!(receiver.wait().code(), Some(23), "{leg:?} {layer:?}");
            receiver.stderr.wait_for_text("no space left on device");
            // A bare Unix socket knows no reset: once all was read, its end looks clean.
            if bytes > 1 || !leg.at.starts_with("unix:") || !leg.opens.is_empty() {
                assert!(!sender.wait().success(), "{leg:?} {layer:?}");
                sender.stderr.wait_for_text("error: ");
            }
        }
    }
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let dir = TempDir::new().unwrap();
    for leg in shared() {
        let (_endless, to) = listening(leg, dir.path(), &["exec:yes"]);
        let mut shell = Command::new("bash");
        // PIPESTATUS is what the program said, not what head said.
        let line = "\"$0\" connect \"$@\" | head -c 10; exit ${PIPESTATUS[0]}";
        shell
            .args(["-c", line, env!("CARGO_BIN_EXE_sockeye")])
            .args(&to);
        let output = shell.stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.stdout, b"y\ny\ny\ny\ny\n", "{leg:?}");
        assert_eq!(
            (output.status.code(), &output.stderr[..]),
            (Some(0), &b""[..]),
            "{leg:?}"
        );
    }
}

#[test]
fn a_programs_status_and_signal_are_passed_on() {
    let dir = TempDir::new().unwrap();
    for leg in shared() {
        for (program, status) in [("sh:cat; exit 3", 3), ("sh:cat; kill -KILL $$", 128 + 9)] {
            let (mut listen, to) = listening(leg, dir.path(), &[program, "--once"]);
            let mut client = Program::start(&mut connect(&to));
            client.stdin().write_all(b"to and fro\n").unwrap();
            assert!(client.wait().success(), "{leg:?}");
            assert_eq!(client.stdout.all(), ["to and fro"], "{leg:?}");
            assert_eq!(listen.wait().code(), Some(status), "{leg:?}");
        }
    }
}

#[test]
fn sigterm_ends_conversations_within_the_time_to_drain() {
    let dir = TempDir::new().unwrap();
    for leg in shared() {
        let (mut listen, to) = listening(leg, dir.path(), &["exec:cat", "--drain", "50ms"]);
        let mut client = Program::start(&mut connect(&to));
        let mut keyboard = client.stdin();
        keyboard.write_all(b"there?\n").unwrap();
        client.stdout.wait_for_text("there?");
        listen.signal(Signal::TERM);
        assert_eq!(listen.wait().code(), Some(0), "{leg:?}");
        drop(keyboard);
        client.wait();
    }
}
