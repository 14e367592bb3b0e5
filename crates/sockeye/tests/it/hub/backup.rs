//! A copy of all that a hub keeps, and a hub that is started from it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::process::Signal;
use tempfile::TempDir;

use super::{login, run, sockeye_of_ali, start, stop};
use crate::support::client::Client;
use crate::support::program::Program;
use crate::support::until::until;

/// Writes numbered lines until told to stop, each once the one before it has come back; counts them.
fn write(mut client: Client, stop: &AtomicBool, came_back: &AtomicU64) {
    while !stop.load(Ordering::Relaxed) {
        let line = format!("PRIVMSG #kept :line {}", came_back.load(Ordering::Relaxed));
        client.send(&line);
        client.wait_for(&line);
        came_back.fetch_add(1, Ordering::Relaxed);
    }
}

/// Reads the numbers of the lines that a hub started on a backup has.
fn lines_in(file: &Path) -> Vec<u64> {
    let data = TempDir::new().unwrap();
    std::fs::copy(file, data.path().join("sockeye.db")).unwrap();
    let hub = start(data.path());
    assert_eq!(login(hub.listening(), "bob", "one-secret"), "903");
    let mut reader = Client::register(hub.listening(), "reader", "draft/chathistory batch");
    reader.join("#kept");
    reader.send("CHATHISTORY LATEST #kept * 100");
    reader.send("PING all");
    let mut numbers = Vec::new();
    while let Some(line) = reader.line() {
        if let Some((_, number)) = line.split_once(" PRIVMSG #kept :line ") {
            numbers.push(number.parse().unwrap());
        }
        if line.contains("PONG") {
            break;
        }
    }
    stop(hub);
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

#[test]
fn a_backup_of_a_running_hub_starts_as_a_hub() {
    let (data, out) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    run(&["account", "add", "bob"], data.path(), "one-secret\n").ok();
    let hub = start(data.path());
    let mut writer = Client::register(hub.listening(), "writer", "echo-message");
    writer.join("#kept");
    let file = out.path().join("copy.db");
    let name = file.to_str().unwrap();
    let (ended, known) = (AtomicBool::new(false), AtomicU64::new(0));
    let before = std::thread::scope(|scope| {
        scope.spawn(|| write(writer, &ended, &known));
        let before = until("some lines are known", || {
            Some(known.load(Ordering::Relaxed)).filter(|known| *known > 3)
        });
        let said = run(&["backup", name, "--json"], data.path(), "").ok();
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!(said["bytes"], file.metadata().unwrap().len());
        ended.store(true, Ordering::Relaxed);
        before
    });
    let after = known.load(Ordering::Relaxed);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let refused = run(&["backup", name], data.path(), "").refused(2);
    assert!(refused.contains("--replace"), "{refused}");
    let lines = lines_in(&file);
    let last = *lines.last().unwrap();
    assert!((before - 1..after).contains(&last), "{last} of {after}");
    let first = lines[0];
    assert_eq!(lines, (first..=last).collect::<Vec<_>>(), "without a gap");
    stop(hub);
    // Of one that has stopped it holds all.
    run(&["backup", name, "--replace"], data.path(), "").ok();
    assert_eq!(lines_in(&file).last(), Some(&(after - 1)));
}

#[test]
fn a_backup_that_is_killed_hurts_neither_the_hub_nor_the_next_one() {
    let (data, out) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    run(&["account", "add", "bob"], data.path(), "one-secret\n").ok();
    let hub = start(data.path());
    let mut writer = Client::register(hub.listening(), "writer", "echo-message");
    writer.join("#kept");
    let file = out.path().join("copy.db");
    let part = out.path().join("copy.db.part");
    let mut command = sockeye_of_ali(&["backup", file.to_str().unwrap(), "--replace", "--data"]);
    command.arg(data.path());
    for number in 0..8 {
        let mut backup = Program::start(&mut command);
        until("the backup has begun", || {
            (part.exists() || file.exists()).then_some(())
        });
        backup.signal(Signal::KILL);
        backup.wait();
        writer.send(&format!("PRIVMSG #kept :line {number}"));
        writer.wait_for(&format!("PRIVMSG #kept :line {number}"));
    }
    run(
        &["backup", file.to_str().unwrap(), "--replace"],
        data.path(),
        "",
    )
    .ok();
    assert!(!part.exists());
    stop(hub);
    assert_eq!(lines_in(&file), (0..8).collect::<Vec<_>>());
}
