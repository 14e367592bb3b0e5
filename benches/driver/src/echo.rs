//! How long a line takes to come back to who said it, at a fixed rate: each is on the disk by then.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::args::Args;
use crate::chat::{Client, lines};
use crate::poll::Poll;
use crate::table::{percentile, sorted};

/// Drives one hub; prints the median and the 99th percentile, milliseconds, for a script to read.
pub(crate) fn run(args: &Args) -> Outcome {
    let peer = args.peers.first().ok_or("a --peer is missing")?;
    let (rate, seconds): (u32, u32) = (args.value("rate")?, args.value("seconds")?);
    let mut client = Client::register(peer.at, "echo", "echo-message")?;
    client.join(CHANNEL)?;
    // What is replayed of earlier runs is no echo.
    client.send("PING joined")?;
    client.read_to(&["PONG"])?;
    client.stream.set_nonblocking(true)?;
    let poll = Poll::new()?;
    poll.add(&client.stream, 0)?;
    let count = (rate * seconds) as usize;
    let (start, distance) = (Instant::now(), Duration::from_secs(1) / rate);
    let due = |index: usize| start + distance * index as u32;
    let mut latencies_ms = Vec::with_capacity(count);
    let mut waiting = VecDeque::new();
    let (mut sent, mut inside, mut buffer) = (0, None, vec![0; 64 << 10]);
    while latencies_ms.len() < count {
        let mut text = String::new();
        while sent < count && due(sent) <= Instant::now() {
            text += &format!("PRIVMSG {CHANNEL} :{sent:08} {TEXT}\r\n");
            waiting.push_back(due(sent));
            sent += 1;
        }
        client.write(text.as_bytes())?;
        let next = (sent < count).then(|| due(sent).saturating_duration_since(Instant::now()));
        poll.wait(next.map(|wait| wait.as_nanos() as u64))?;
        let n = match client.stream.read(&mut buffer) {
            Ok(0) => return Err("the hub closed".into()),
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => continue,
            Err(e) => return Err(e.into()),
        };
        let now = Instant::now();
        let echoes = lines(&buffer[..n], &mut inside);
        let times = waiting.drain(..echoes);
        latencies_ms
            .extend(times.map(|due| now.saturating_duration_since(due).as_secs_f64() * 1e3));
    }
    let sorted = sorted(&latencies_ms);
    println!(
        "{:.2} {:.2}",
        percentile(&sorted, 50.0),
        percentile(&sorted, 99.0)
    );
    Ok(())
}

const CHANNEL: &str = "#echo";

const TEXT: &str = "the tide turns at a quarter past four this afternoon";
