//! One person talks in a channel and many listen.

mod client;
mod members;
mod storm;

use std::time::{Duration, Instant};

use client::Protocol;
pub(crate) use client::{Client, lines};
use members::Members;
use storm::Storm;

use crate::Outcome;
use crate::args::{Args, Peer};
use crate::process::cpu_s;
use crate::table::{Table, percentile, sorted};

/// Drives every server in turn, round after round.
pub(crate) fn run(args: &Args) -> Outcome {
    let (scale, base): (f64, String) = (args.value("scale")?, args.value("base")?);
    let members: usize = args.value("members")?;
    let mut table = Table::default();
    for round in 0..args.value("rounds")? {
        for peer in args.peers_in_turn(round) {
            eprintln!("round {}: {}", round + 1, peer.name);
            let mut talk = Talk::start(peer, members)?;
            talk.as_fast_as_it_goes(&mut table, (LINES * scale) as usize)?;
            let paced = (PACED_LINES * scale * PACED_MEMBERS / members as f64) as usize;
            talk.at_a_rate(&mut table, paced.max(PACED_LINES_MIN))?;
        }
    }
    print!("{}", table.show(&base));
    Ok(())
}

/// Has many clients join every server at once, round after round.
pub(crate) fn storm(args: &Args) -> Outcome {
    let (base, count): (String, usize) = (args.value("base")?, args.value("members")?);
    let mut table = Table::default();
    for round in 0..args.value("rounds")? {
        for peer in args.peers_in_turn(round) {
            eprintln!("round {}: {}", round + 1, peer.name);
            let mut storm = Storm::gather(peer.at, count)?;
            let cpu = cpu_s(peer.pid);
            let (seen, took) = match storm.join(CHANNEL) {
                Ok(joined) => joined,
                Err(why) => {
                    eprintln!("{} did not come to the end: {why}", peer.name);
                    continue;
                }
            };
            let cpu = (cpu_s(peer.pid) - cpu) / seen as f64 * 1e6;
            let title = format!("{count} join one channel, {seen} deliveries");
            for (figure, value) in [
                ("seconds", took.as_secs_f64()),
                ("CPU s per million deliveries", cpu),
            ] {
                table.add(&format!("{title}: {figure}"), &peer.name, value);
            }
        }
    }
    print!("{}", table.show(&base));
    Ok(())
}

/// A full channel.
struct Talk<'a> {
    peer: &'a Peer,
    protocol: Protocol,
    speaker: Client,
    members: Members,
}

impl<'a> Talk<'a> {
    fn start(peer: &'a Peer, members: usize) -> Result<Self, Box<dyn std::error::Error>> {
        let protocol = Protocol::of(&peer.name);
        let mut speaker = protocol.speaker(peer.at, "speaker", CHANNEL)?;
        let mut members = Members::join(protocol, peer.at, CHANNEL, members)?;
        speaker.write(protocol.said(CHANNEL, members::MARKER).as_bytes())?;
        members.reach_marker()?;
        Ok(Self {
            peer,
            protocol,
            speaker,
            members,
        })
    }

    /// Keeps [`IN_FLIGHT`] lines under way: a line has arrived once every member has it.
    fn as_fast_as_it_goes(&mut self, table: &mut Table, lines: usize) -> Outcome {
        let count = self.members.count();
        self.members.count_from_here();
        let mut got = vec![0; lines];
        let (mut sent, mut arrived) = (0, 0);
        let (start, cpu) = (Instant::now(), cpu_s(self.peer.pid));
        while arrived < lines {
            let free = (IN_FLIGHT + arrived).min(lines);
            let text: String = (sent..free).map(|index| self.line(index)).collect();
            self.speaker.write(text.as_bytes())?;
            sent = free;
            self.members.receive(None, |index, _| {
                got[index] += 1;
                arrived += usize::from(got[index] == count);
            })?;
        }
        let seconds = start.elapsed().as_secs_f64();
        let deliveries = (lines * count) as f64;
        let cpu = cpu_s(self.peer.pid) - cpu;
        let title = format!("{IN_FLIGHT} lines in flight, {count} members");
        table.add(
            &format!("{title}: deliveries/s"),
            &self.peer.name,
            deliveries / seconds,
        );
        let per_million = cpu / deliveries * 1e6;
        table.add(
            &format!("{title}: CPU s per million deliveries"),
            &self.peer.name,
            per_million,
        );
        Ok(())
    }

    /// Returns the `index`-th message: about as long as people's are.
    fn line(&self, index: usize) -> String {
        let text = format!("{index:08} the tide turns at a quarter past four this afternoon");
        self.protocol.said(CHANNEL, &text)
    }

    /// Sends lines at equal distances, and takes the time from when each was due to each arrival.
    fn at_a_rate(&mut self, table: &mut Table, lines: usize) -> Outcome {
        let count = self.members.count();
        self.members.count_from_here();
        let distance = Duration::from_secs(1) * count as u32 / DELIVERIES_PER_SECOND;
        let mut latencies_ms = Vec::with_capacity(lines * count);
        let start = Instant::now();
        let due = |index: usize| start + distance * index as u32;
        let mut sent = 0;
        let cpu = cpu_s(self.peer.pid);
        while latencies_ms.len() < lines * count {
            while sent < lines && due(sent) <= Instant::now() {
                let line = self.line(sent);
                self.speaker.write(line.as_bytes())?;
                sent += 1;
            }
            let wait = (sent < lines).then(|| due(sent).saturating_duration_since(Instant::now()));
            self.members.receive(wait, |index, now| {
                latencies_ms.push(now.saturating_duration_since(due(index)).as_secs_f64() * 1e3);
            })?;
        }
        let cpu = cpu_s(self.peer.pid) - cpu;
        let title = format!("{DELIVERIES_PER_SECOND} deliveries/s, {count} members");
        let sorted = sorted(&latencies_ms);
        table.add(
            &format!("{title}: p50 ms"),
            &self.peer.name,
            percentile(&sorted, 50.0),
        );
        table.add(
            &format!("{title}: p99 ms"),
            &self.peer.name,
            percentile(&sorted, 99.0),
        );
        let per_million = cpu / latencies_ms.len() as f64 * 1e6;
        table.add(
            &format!("{title}: CPU s per million deliveries"),
            &self.peer.name,
            per_million,
        );
        Ok(())
    }
}

const CHANNEL: &str = "#bench";

/// Lines that have not reached every member yet, at most.
const IN_FLIGHT: usize = 32;

/// Lines of a run as fast as it goes, at scale 1.
const LINES: f64 = 10_000.0;

/// Lines of a run at a rate, at scale 1 and with [`PACED_MEMBERS`]: as many deliveries with others.
const PACED_LINES: f64 = 400.0;

const PACED_MEMBERS: f64 = 500.0;

/// Fewer would say nothing of a 99th percentile.
const PACED_LINES_MIN: usize = 20;

const DELIVERIES_PER_SECOND: u32 = 20_000;
