//! Nmap's ncat at either end: TCP, TLS, UDP, Unix sockets.

use std::io::Write;
use std::process::{ChildStdin, Command, Stdio};

use tempfile::TempDir;

use crate::support::program::{Program, sockeye};
use crate::support::until::until;

/// Starts a program with a keyboard.
fn start(command: &mut Command) -> (Program, ChildStdin) {
    let mut program = Program::start(command.stdin(Stdio::piped()));
    let keyboard = program.stdin();
    (program, keyboard)
}

fn ncat(args: &[&str]) -> (Program, ChildStdin) {
    start(Command::new("ncat").args(args))
}

/// Starts a listener with `upper:` behind it, and returns the port where it has one.
fn upper(at: &[&str]) -> (Program, String) {
    let program = Program::ready(&[&["listen"], at, &["upper:"]].concat());
    let said = program.stderr.wait_for_text("listening on ");
    let address = said.split(' ').nth(2).unwrap();
    let port = address.rsplit(':').next().unwrap().to_owned();
    (program, port)
}

#[test]
#[ignore = "needs ncat"]
fn ncat_is_answered_over_tcp_tls_and_unix() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("upper.sock").display().to_string();
    let (_tcp, tcp) = upper(&["127.0.0.1:0"]);
    let (_tls, tls) = upper(&["127.0.0.1:0", "+tls,self-signed"]);
    let (_unix, _) = upper(&[&format!("unix:{path}")]);
    for to in [
        vec!["127.0.0.1", &tcp],
        vec!["--ssl", "127.0.0.1", &tls],
        vec!["-U", &path],
    ] {
        let (mut person, mut keyboard) = ncat(&to);
        keyboard.write_all(b"whisper\n").unwrap();
        person.stdout.wait_for_text("WHISPER");
        drop(keyboard);
        assert!(person.wait().success(), "{to:?}");
    }
}

#[test]
#[ignore = "needs ncat"]
fn ncat_is_answered_message_by_message_over_udp() {
    let (_udp, port) = upper(&["udp://127.0.0.1:0"]);
    let (person, mut keyboard) = ncat(&["-u", "127.0.0.1", &port]);
    for (said, answered) in [("one\n", "ONE"), ("two\n", "TWO")] {
        keyboard.write_all(said.as_bytes()).unwrap();
        person.stdout.wait_for_text(answered);
    }
}

#[test]
#[ignore = "needs ncat"]
fn connect_talks_to_a_listening_ncat_both_ways() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ncat.sock").display().to_string();
    let (mut theirs, mut their_keyboard) = ncat(&["-l", "-U", &path]);
    until("ncat's socket", || std::fs::metadata(&path).ok());
    let (mut ours, mut our_keyboard) = start(&mut sockeye(&["connect", &format!("unix:{path}")]));
    our_keyboard.write_all(b"from sockeye\n").unwrap();
    theirs.stdout.wait_for_text("from sockeye");
    their_keyboard.write_all(b"from ncat\n").unwrap();
    ours.stdout.wait_for_text("from ncat");
    drop((our_keyboard, their_keyboard));
    assert!(ours.wait().success());
    assert!(theirs.wait().success());
}
