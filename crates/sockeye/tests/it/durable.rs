//! Acknowledged means on disk: whatever the hub has echoed is there after a kill -9, once and in
//! its order.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

use crate::support::client::Client;
use crate::support::hub::Hub;
use crate::support::program::sockeye;

/// Rounds of write, kill, start, read; `SOCKEYE_KILL_ROUNDS=50` makes more.
const ROUNDS: u64 = 20;
/// Clients that write at once.
const WRITERS: usize = 4;
/// Lines that each writer has in flight.
const IN_FLIGHT: u64 = 16;
/// A round is killed at the latest after so many echoes.
const ECHOES_MAX: u64 = 1_500;
/// Rows of one CHATHISTORY page.
const PAGE: usize = 100;

#[test]
fn nothing_echoed_is_lost_doubled_or_reordered_by_kill_9() {
    let seed = setting("SOCKEYE_SEED", 1);
    let rounds = setting("SOCKEYE_KILL_ROUNDS", ROUNDS);
    println!("SOCKEYE_SEED={seed} SOCKEYE_KILL_ROUNDS={rounds}");
    let mut random = seed;
    let dir = TempDir::new().unwrap();
    let config = dir.path().join("hub.toml");
    std::fs::write(&config, CONFIG).unwrap();

    let mut seen_by_round = Vec::new();
    for round in 0..rounds {
        let kill_at = 1 + next(&mut random) % ECHOES_MAX;
        println!("round {round}: killed at echo {kill_at}");
        let seen = write_until_killed(start(dir.path(), &config), &channel(round), kill_at);
        assert!(
            seen.iter().map(Vec::len).sum::<usize>() > 0,
            "round {round} saw nothing"
        );

        let hub = start(dir.path(), &config);
        check(&history(&hub, &channel(round)), &seen);
        seen_by_round.push(seen);
        hub.kill();
    }
    let hub = start(dir.path(), &config);
    for (round, seen) in (0..).zip(&seen_by_round) {
        check(&history(&hub, &channel(round)), seen);
    }
    assert!(hub.stop().success());
}

/// Returns a number that the environment may set.
fn setting(name: &str, default: u64) -> u64 {
    let set = std::env::var(name).map(|text| text.parse());
    set.map_or(default, |number| number.expect("a number"))
}

fn start(dir: &Path, config: &Path) -> Hub {
    let mut command = sockeye(&["serve", "--data"]);
    Hub::started(command.arg(dir.join("data")).arg("--config").arg(config))
}

fn channel(round: u64) -> String {
    format!("#round{round}")
}

/// Lets all writers write, kills the hub at the `kill_at`-th echo, and returns what each of them
/// has seen, in its order: `writer number`.
fn write_until_killed(hub: Hub, channel: &str, kill_at: u64) -> Vec<Vec<String>> {
    let join = |writer| {
        let mut client = Client::register(hub.chat, &format!("w{writer}"), "echo-message");
        client.join(channel);
        client
    };
    let writers: Vec<Client> = (0..WRITERS).map(join).collect();
    let echoes = AtomicU64::new(0);
    let hub = std::sync::Mutex::new(Some(hub));
    std::thread::scope(|scope| {
        let write = |(writer, client)| {
            let (echoes, hub) = (&echoes, &hub);
            scope.spawn(move || {
                write(client, writer, channel, || {
                    if echoes.fetch_add(1, Ordering::Relaxed) + 1 == kill_at {
                        hub.lock().unwrap().take().unwrap().kill();
                    }
                })
            })
        };
        let threads: Vec<_> = writers.into_iter().enumerate().map(write).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

/// Writes numbered lines, a few in flight, until the hub is gone; returns every line seen.
fn write(mut client: Client, writer: usize, channel: &str, echoed: impl Fn()) -> Vec<String> {
    let send = |client: &mut Client, number| {
        client.try_send(&format!("PRIVMSG {channel} :w{writer} {number}"))
    };
    let mut number = 0;
    while number < IN_FLIGHT && send(&mut client, number) {
        number += 1;
    }
    let (own, said) = (format!("w{writer} "), format!(" PRIVMSG {channel} :"));
    let mut seen = Vec::new();
    while let Some(line) = client.line() {
        let Some((_, text)) = line.split_once(&said) else {
            continue;
        };
        seen.push(text.to_owned());
        if text.starts_with(&own) {
            echoed();
            send(&mut client, number);
            number += 1;
        }
    }
    seen
}

/// Reads a channel's whole history, page by page.
fn history(hub: &Hub, channel: &str) -> Vec<String> {
    let caps = "batch message-tags server-time draft/chathistory";
    // Another nick each time: the reader before may not have left yet.
    let nick = channel.replace('#', "reader-");
    let mut reader = Client::register(hub.chat, &nick, caps);
    reader.join(channel);
    let mut texts = Vec::new();
    let mut after = "timestamp=1970-01-01T00:00:00.000Z".to_owned();
    loop {
        reader.send(&format!("CHATHISTORY AFTER {channel} {after} {PAGE}"));
        reader.wait_for(" BATCH +");
        let before = texts.len();
        loop {
            let line = reader.line().expect("the end of the batch");
            if line.contains(" BATCH -") {
                break;
            }
            let tags = line
                .strip_prefix('@')
                .and_then(|line| line.split(' ').next())
                .unwrap();
            let id = tags
                .split(';')
                .find_map(|tag| tag.strip_prefix("msgid="))
                .unwrap();
            after = format!("msgid={id}");
            let said = format!(" PRIVMSG {channel} :");
            texts.push(line.split_once(&said).expect("a message").1.to_owned());
        }
        if texts.len() - before < PAGE {
            return texts;
        }
    }
}

/// Every writer's view is a part of the history in the same order; a line that nobody saw may stand
/// there too, but each line at most once and each writer's lines in their order.
fn check(history: &[String], seen: &[Vec<String>]) {
    for (writer, view) in seen.iter().enumerate() {
        let mut rows = history.iter();
        for text in view {
            assert!(
                rows.any(|row| row == text),
                "writer {writer} saw {text:?}, which is lost or out of order in {history:#?}"
            );
        }
        let own = format!("w{writer} ");
        let numbers = history
            .iter()
            .filter_map(|row| row.strip_prefix(&own)?.parse::<u64>().ok());
        assert!(
            numbers.is_sorted_by(|a, b| a < b),
            "writer {writer} doubled or out of order"
        );
    }
}

/// The next number of a seeded sequence (SplitMix64).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Exempt, because flood control would make each round a test of patience.
const CONFIG: &str = r#"
[hub]
exempt = ["127.0.0.0/8"]

[[listen]]
at = "127.0.0.1:0"
serve = "chat"
"#;
