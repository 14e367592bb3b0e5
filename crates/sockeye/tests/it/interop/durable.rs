//! Acknowledged means on disk, as strace sees it.
//!
//! SIGKILL keeps the page cache, so killing a hub cannot show that a line was synced before it was
//! echoed. The order of its system calls can.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::trace::{self, Call};
use crate::support::client::Client;
use crate::support::hub::Hub;
use crate::support::until::until;

#[test]
#[ignore = "needs strace"]
fn every_line_is_synced_before_its_first_echo() {
    let calls = trace_a_talk(&[]);
    for text in said() {
        assert_eq!(order(&calls, &text), Ok(()), "{text}");
    }
}

/// The check itself: with syncing turned off it has to complain.
#[test]
#[ignore = "needs strace"]
fn a_store_that_does_not_sync_is_noticed() {
    let calls = trace_a_talk(&[("SOCKEYE_TEST_NO_SYNC", "1")]);
    for text in said() {
        assert_eq!(order(&calls, &text), Err(Unsafe::Unsynced), "{text}");
    }
}

/// The texts of a talk, each found nowhere else.
fn said() -> impl Iterator<Item = String> {
    (0..LINES).map(|n| format!("sounding {n:03} fathoms"))
}

/// Runs a hub under strace while two people talk, and returns its system calls.
fn trace_a_talk(environment: &[(&str, &str)]) -> Vec<Call> {
    let folder = TempDir::new().unwrap();
    let trace = folder.path().join("trace");
    let hub = Hub::started(&mut strace(
        &trace,
        &folder.path().join("data"),
        environment,
    ));
    let mut ali = Client::register(hub.chat, "ali", "echo-message");
    let mut bo = Client::register(hub.chat, "bo", "echo-message");
    ali.join("#harbour");
    bo.join("#harbour");
    let texts: Vec<String> = said().collect();
    for pair in texts.chunks(2) {
        // At once, so that commits of one line and of two are among them.
        ali.send(&format!("PRIVMSG #harbour :{}", pair[0]));
        bo.send(&format!("PRIVMSG #harbour :{}", pair[1]));
        ali.wait_for_all(pair);
        bo.wait_for_all(pair);
    }
    assert!(hub.stop().success());
    let text = until("the end of the trace", || {
        let text = String::from_utf8_lossy(&fs::read(&trace).ok()?).into_owned();
        text.contains("+++ exited with").then_some(text)
    });
    trace::calls(&text)
}

/// Returns a command that becomes a hub while strace looks on from a process of its own.
fn strace(trace: &Path, data: &Path, environment: &[(&str, &str)]) -> Command {
    let hub = Hub::command(data);
    let mut strace = Command::new("strace");
    strace.args([
        "--daemonize",
        "--follow-forks",
        "--decode-fds=path",
        "--string-limit=65536",
    ]);
    strace.args([
        "--trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg",
        "--output",
    ]);
    strace
        .arg(trace)
        .arg(hub.get_program())
        .args(hub.get_args());
    strace.envs(environment.iter().copied());
    strace
}

/// How a line was echoed before it was safe.
#[derive(Debug, PartialEq, Eq)]
enum Unsafe {
    /// It never reached the write-ahead log.
    Unwritten,
    /// It never reached a socket.
    Unechoed,
    /// Between its last write to the log and its first write to a socket nothing synced the log.
    Unsynced,
}

/// Checks the order for one text: written to the log, synced, echoed.
fn order(calls: &[Call], text: &str) -> Result<(), Unsafe> {
    let with_text = || calls.iter().filter(|call| call.arguments.contains(text));
    let echoed = with_text()
        .filter(|call| {
            call.arguments
                .split(',')
                .next()
                .is_some_and(|fd| fd.contains("<socket:"))
        })
        .map(|call| call.entry)
        .min()
        .ok_or(Unsafe::Unechoed)?;
    let written = with_text()
        .filter(|call| is_log(call) && call.entry < echoed)
        .map(|call| call.exit)
        .min()
        .ok_or(Unsafe::Unwritten)?;
    let synced = calls.iter().any(|call| {
        matches!(call.name.as_str(), "fsync" | "fdatasync")
            && is_log(call)
            && call.entry > written
            && call.returned == "0"
            && call.exit < echoed
    });
    if synced {
        Ok(())
    } else {
        Err(Unsafe::Unsynced)
    }
}

fn is_log(call: &Call) -> bool {
    call.arguments
        .split([',', ' '])
        .next()
        .is_some_and(|fd| fd.trim_end_matches('>').ends_with("-wal"))
}

/// How many lines are said.
const LINES: usize = 40;

#[test]
fn the_order_of_the_calls_decides() {
    let trace = |sync: &str, echo: &str| {
        let write = "7 pwrite64(5</d/x-wal>, \"..deep..\", 4096, 32) = 4096";
        trace::calls(&[write, sync, echo].join("\n"))
    };
    let (sync, echo) = (
        "7 fdatasync(5</d/x-wal>) = 0",
        "8 sendto(9<socket:[1]>, \":a deep\", 7, 0) = 7",
    );
    assert_eq!(order(&trace(sync, echo), "deep"), Ok(()));
    assert_eq!(order(&trace(echo, sync), "deep"), Err(Unsafe::Unsynced));
    assert_eq!(
        order(&trace("7 fdatasync(5</d/x-wal>) = -1 EIO", echo), "deep"),
        Err(Unsafe::Unsynced)
    );
    assert_eq!(
        order(&trace("7 fdatasync(6</d/x>) = 0", echo), "deep"),
        Err(Unsafe::Unsynced)
    );
    assert_eq!(order(&trace(sync, ""), "deep"), Err(Unsafe::Unechoed));
    assert_eq!(order(&trace(sync, echo), "shallow"), Err(Unsafe::Unechoed));
}
