//! How many lines a second are on disk and acknowledged, and what one commit of that disk takes.

use std::error::Error;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::Outcome;
use crate::args::{Args, Peer};
use crate::chat::{Client, lines};
use crate::poll::Poll;
use crate::process::cpu_s;
use crate::table::{Table, percentile, sorted};

/// Drives every hub in turn, round after round.
pub(crate) fn run(args: &Args) -> Outcome {
    let count = (LINES * args.value::<f64>("scale")?) as usize;
    let folder: PathBuf = args.value("folder")?;
    let mut table = Table::default();
    for round in 0..args.value("rounds")? {
        for peer in args.peers_in_turn(round) {
            eprintln!("round {}: {}", round + 1, peer.name);
            let commit_s = commit_s(&folder)?;
            table.add("fdatasync of 4 KiB, median ms", &peer.name, commit_s * 1e3);
            let aim = (0.5 * (WRITERS * IN_FLIGHT) as f64 / commit_s).min(LINES_PER_SECOND_AIM);
            table.add("aim: acknowledged lines/s", &peer.name, aim);
            write(&mut table, peer, count)?;
        }
    }
    print!("{}", table.show(""));
    Ok(())
}

/// Measures the median time of a write of 4 KiB in place with `fdatasync`, seconds.
fn commit_s(folder: &Path) -> io::Result<f64> {
    let path = folder.join("commit");
    let file = File::create(&path)?;
    let page = [0x5a; 4096];
    for index in 0..COMMITS {
        file.write_all_at(&page, index * 4096)?;
    }
    file.sync_all()?;
    let mut times = Vec::new();
    for index in 0..COMMITS {
        let start = Instant::now();
        file.write_all_at(&page, index * 4096)?;
        file.sync_data()?;
        times.push(start.elapsed().as_secs_f64());
    }
    std::fs::remove_file(path)?;
    Ok(percentile(&sorted(&times), 50.0))
}

/// A client that waits for the echo of each line.
struct Writer {
    client: Client,
    channel: String,
    sent: usize,
    /// When each line that has no echo yet was sent, oldest first.
    waiting: std::collections::VecDeque<Instant>,
    inside: Option<bool>,
}

fn write(table: &mut Table, peer: &Peer, count: usize) -> Outcome {
    let poll = Poll::new()?;
    let mut writers = Vec::with_capacity(WRITERS);
    for token in 0..WRITERS {
        let writer = Writer::join(peer, token)?;
        poll.add(&writer.client.stream, token)?;
        writers.push(writer);
    }
    let (start, cpu) = (Instant::now(), cpu_s(peer.pid));
    for writer in &mut writers {
        writer.send(IN_FLIGHT)?;
    }
    let mut latencies_ms = Vec::with_capacity(count);
    let mut buffer = vec![0; 64 << 10];
    while latencies_ms.len() < count {
        for token in poll.wait(None)? {
            writers[token].receive(&mut buffer, &mut latencies_ms)?;
        }
    }
    let (seconds, cpu) = (start.elapsed().as_secs_f64(), cpu_s(peer.pid) - cpu);
    let sorted = sorted(&latencies_ms);
    let title = format!("{WRITERS} writers, {IN_FLIGHT} lines in flight each");
    for (figure, value) in [
        ("acknowledged lines/s", sorted.len() as f64 / seconds),
        ("p50 ms", percentile(&sorted, 50.0)),
        ("p99 ms", percentile(&sorted, 99.0)),
        ("CPU s per million lines", cpu / sorted.len() as f64 * 1e6),
    ] {
        table.add(&format!("{title}: {figure}"), &peer.name, value);
    }
    Ok(())
}

impl Writer {
    /// Registers a client that asks for echoes, alone in a channel.
    fn join(peer: &Peer, index: usize) -> Result<Self, Box<dyn Error>> {
        let mut client = Client::register(peer.at, &format!("w{index}"), "echo-message")?;
        let channel = format!("#bench{index}");
        client.join(&channel)?;
        client.send("PING joined")?;
        client.read_to(&["PONG"])?;
        client.stream.set_nonblocking(true)?;
        let waiting = std::collections::VecDeque::with_capacity(IN_FLIGHT);
        Ok(Self {
            client,
            channel,
            sent: 0,
            waiting,
            inside: None,
        })
    }

    fn send(&mut self, count: usize) -> io::Result<()> {
        let mut text = String::new();
        for _ in 0..count {
            self.sent += 1;
            text += &format!("PRIVMSG {} :{:08} {TEXT}\r\n", self.channel, self.sent);
            self.waiting.push_back(Instant::now());
        }
        self.client.write(text.as_bytes())
    }

    /// Takes echoes, and sends as many new lines.
    fn receive(&mut self, buffer: &mut [u8], latencies_ms: &mut Vec<f64>) -> io::Result<()> {
        let n = self.client.stream.read(buffer)?;
        if n == 0 {
            return Err(io::Error::other("the hub closed a writer"));
        }
        let echoes = lines(&buffer[..n], &mut self.inside);
        let times = self.waiting.drain(..echoes);
        latencies_ms.extend(times.map(|sent| sent.elapsed().as_secs_f64() * 1e3));
        self.send(echoes)
    }
}

const TEXT: &str = "the tide turns at a quarter past four this afternoon";

const WRITERS: usize = 4;

/// Lines of a writer that have no echo yet.
const IN_FLIGHT: usize = 16;

/// Lines of a round at scale 1.
const LINES: f64 = 60_000.0;

/// Commits measured before a round.
const COMMITS: u64 = 200;

/// What we want on any disk, unless half of its commits' rate is less.
const LINES_PER_SECOND_AIM: f64 = 20_000.0;
