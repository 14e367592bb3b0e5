//! Processes that are killed or stopped in the middle: who is left is told, and loses nothing else.

use std::io::{Read, Write};
use std::process::Stdio;
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::net::noise;
use super::program::{connect, listening};
use super::rows::{Leg, shared};
use crate::support::program::Program;
use crate::support::until::until;

/// Plain Unix sockets know no reset: the end of a process looks like that of its stream.
fn knows_resets(leg: &Leg) -> bool {
    !leg.at.starts_with("unix:") || leg.accepts.is_some_and(|words| !words.is_empty())
}

/// A client that has sent a line and may send more, a forwarder, and a receiver that has the line.
struct Chain {
    client: Program,
    forwarder: Program,
    receiver: Program,
}

impl Chain {
    fn of(leg: &Leg, dir: &TempDir) -> Self {
        let (receiver, far) = listening(leg, dir.path(), &["sh:cat >&2", "--once"]);
        let mut words: Vec<_> = far.iter().map(String::as_str).collect();
        words.push("--once");
        let (forwarder, to) = listening(leg, dir.path(), &words);
        Self {
            client: Program::start(&mut connect(&to)),
            forwarder,
            receiver,
        }
    }
}

#[test]
fn who_is_killed_is_missed_by_all_others() {
    let dir = TempDir::new().unwrap();
    for leg in shared().filter(|leg| knows_resets(leg)) {
        for killed in ["client", "forwarder", "receiver"] {
            let mut chain = Chain::of(leg, &dir);
            let mut keyboard = chain.client.stdin();
            keyboard.write_all(b"the first of many\n").unwrap();
            chain.receiver.stderr.wait_for_text("the first of many");
            let Chain {
                client,
                forwarder,
                receiver,
            } = &mut chain;
            let mut all = [
                ("client", client),
                ("forwarder", forwarder),
                ("receiver", receiver),
            ];
            for (name, program) in &all {
                if *name == killed {
                    program.signal(Signal::KILL);
                }
            }
            for (name, program) in &mut all {
                let status = program.wait();
                assert!(!status.success(), "{leg:?}: {name} without {killed}");
            }
        }
    }
}

#[test]
fn who_is_stopped_for_a_while_delays_thirty_megabytes_and_loses_none() {
    let dir = TempDir::new().unwrap();
    let sent = noise(30_000_000);
    let some = ["tcp", "unix", "wss", "zstd"];
    for leg in shared().filter(|leg| some.contains(&leg.name)) {
        let (echo, far) = listening(leg, dir.path(), &["echo:"]);
        let far: Vec<_> = far.iter().map(String::as_str).collect();
        let (forwarder, to) = listening(leg, dir.path(), &far);
        let mut client = connect(&to).stdout(Stdio::piped()).spawn().unwrap();
        let (mut stdin, mut stdout) = (client.stdin.take().unwrap(), client.stdout.take().unwrap());
        let stopped = [echo.pid(), forwarder.pid(), Pid::from_child(&client)];
        let mut received = Vec::with_capacity(sent.len());
        thread::scope(|scope| {
            scope.spawn(|| {
                stdin.write_all(&sent).unwrap();
                drop(stdin);
            });
            for process in stopped.into_iter().cycle().take(15) {
                let mut part = (&mut stdout).take(1_000_000);
                part.read_to_end(&mut received).unwrap();
                stop_for_a_moment(process);
            }
            stdout.read_to_end(&mut received).unwrap();
        });
        assert!(received == sent, "{leg:?}: {} bytes", received.len());
        assert!(client.wait().unwrap().success(), "{leg:?}");
    }
}

/// Stops a process, and lets it go on once it has stopped.
fn stop_for_a_moment(process: Pid) {
    kill_process(process, Signal::STOP).unwrap();
    let stat = format!("/proc/{}/stat", process.as_raw_nonzero());
    until("that it has stopped", || {
        let stat = std::fs::read_to_string(&stat).unwrap();
        // The state stands behind the name, which is in parentheses (proc_pid_stat(5)).
        stat.contains(") T ").then_some(())
    });
    kill_process(process, Signal::CONT).unwrap();
}
