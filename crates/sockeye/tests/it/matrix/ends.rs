//! Ends that only a process has: its standard streams, a descriptor of its parent, a peer that is
//! played. Each is joined with every door, on either side.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;

use tempfile::TempDir;

use super::net::noise;
use super::program::{NUMBER, connect, listening};
use super::rows::{ENDS, End, Leg, shared};
use crate::support::program::Program;

/// `sockeye` with one of these ends, and its other side.
struct Joined {
    process: Program,
    /// Who is at the other side of a descriptor.
    peer: Option<UnixStream>,
}

impl Joined {
    /// Starts `sockeye` with `words`, in which `{end}` stands for the end.
    fn start(end: End, words: &[&str], script: &str) -> Self {
        let mut command = Command::new("sh");
        let (redirect, written) = match end {
            End::Standard => ("", "-"),
            End::Descriptor => ("3<&0 <&-", "fd:3"),
            End::Mock => ("<&-", script),
        };
        let line = format!("exec \"$0\" \"$@\" {redirect}");
        command.args(["-c", &line, env!("CARGO_BIN_EXE_sockeye")]);
        let word = |word: &&str| match *word {
            "{end}" => written.to_owned(),
            other => other.to_owned(),
        };
        command.args(words.iter().map(word));
        let mut peer = None;
        match end {
            End::Standard => {
                command.stdin(Stdio::piped());
            }
            End::Descriptor => {
                let (ours, theirs) = UnixStream::pair().unwrap();
                command.stdin(OwnedFd::from(theirs));
                peer = Some(ours);
            }
            End::Mock => {}
        }
        let process = Program::start(&mut command);
        Self { process, peer }
    }

    /// Sends `said` to the end, ends that direction, and returns what came out of it until its end.
    fn talk(&mut self, end: End, said: &str) -> String {
        match (end, &mut self.peer) {
            (End::Standard, _) => {
                self.process.stdin().write_all(said.as_bytes()).unwrap();
                self.process.stdout.all().join("\n") + "\n"
            }
            (End::Descriptor, Some(peer)) => {
                if let Err(e) = peer.write_all(said.as_bytes()) {
                    panic!("{e} {:?}", self.process.stderr.all());
                }
                peer.shutdown(Shutdown::Write).unwrap();
                let mut heard = String::new();
                peer.read_to_string(&mut heard).unwrap();
                heard
            }
            _ => String::new(),
        }
    }
}

/// Lines, more than pass at once; a script has fewer.
fn lines(end: End) -> String {
    let (lines, bytes) = match end {
        End::Mock => (3, 10),
        _ => (2_000, 100),
    };
    let hex = |piece: &[u8]| piece.iter().map(|byte| format!("{byte:02x}")).collect();
    let noise = noise(lines * bytes);
    let lines: Vec<String> = noise.chunks(bytes).map(hex).collect();
    lines.join("\n") + "\n"
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\n', "\\n"))
}

#[test]
fn each_end_is_joined_with_what_is_accepted() {
    let dir = TempDir::new().unwrap();
    for (end, leg) in ENDS.iter().flat_map(|end| shared().map(|leg| (*end, leg))) {
        let (asked, answered) = (lines(end), lines(end).to_uppercase());
        let script = format!(
            "mock:expect {}; expect end; send {}",
            quoted(&asked),
            quoted(&answered)
        );
        let at = leg.listens(dir.path(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut words = vec!["listen"];
        words.extend(at.split_whitespace());
        words.extend(["{end}", "--once"]);
        let mut listen = Joined::start(end, &words, &script);
        let to = opened(leg, &listen.process);
        let mut client = Program::start(&mut connect(&to));
        client.stdin().write_all(asked.as_bytes()).unwrap();
        if end != End::Mock {
            assert!(listen.talk(end, &answered) == asked, "{end:?} {leg:?}");
        }
        assert!(
            client.stdout.all().join("\n") + "\n" == answered,
            "{end:?} {leg:?}"
        );
        assert!(client.wait().success(), "{end:?} {leg:?}");
        assert!(listen.process.wait().success(), "{end:?} {leg:?}");
    }
}

#[test]
fn each_end_is_joined_with_what_is_opened() {
    let dir = TempDir::new().unwrap();
    for (end, leg) in ENDS.iter().flat_map(|end| shared().map(|leg| (*end, leg))) {
        let (asked, answered) = (lines(end), lines(end).to_uppercase());
        let script = format!(
            "mock:send {}; send end; expect {}; expect end",
            quoted(&asked),
            quoted(&answered)
        );
        let (_upper, to) = far(leg, dir.path());
        let mut words = vec!["relay", "{end}"];
        words.extend(to.iter().map(String::as_str));
        let mut relay = Joined::start(end, &words, &script);
        if end != End::Mock {
            assert!(relay.talk(end, &asked) == answered, "{end:?} {leg:?}");
        }
        assert!(relay.process.wait().success(), "{end:?} {leg:?}");
    }
}

/// Starts what answers in upper case at a leg.
fn far(leg: &Leg, dir: &Path) -> (Program, Vec<String>) {
    listening(leg, dir, &["sh:tr a-z A-Z"])
}

/// Returns what opens the first address that a listener says.
fn opened(leg: &Leg, listen: &Program) -> Vec<String> {
    let said = listen.stderr.wait_for_text("listening on ");
    let address = said.split(' ').nth(2).unwrap();
    let words = [address].into_iter().chain(leg.opens.split_whitespace());
    words.map(str::to_owned).collect()
}
