//! Forwarders beside each other: bulk, small requests, connections, idle pairs.

pub(crate) mod backend;
mod bulk;
mod connections;
mod door;
mod pairs;
pub(crate) mod requests;

use std::net::SocketAddr;

use crate::Outcome;
use crate::args::{Args, Peer};
use crate::process::{cpu_s, memory_bytes};
use crate::table::{Table, percentile, sorted};
use door::Door;

/// Drives every peer in turn, round after round; with `--login` each is a SOCKS proxy.
pub(crate) fn run(args: &Args) -> Outcome {
    let scale: f64 = args.value("scale")?;
    let base: String = args.value("base")?;
    let backend: SocketAddr = args.value("backend")?;
    backend::start(backend)?;
    let login: Option<String> = args.find("login")?;
    let many: usize = args.find("many")?.unwrap_or(MANY);
    let mut table = Table::default();
    for round in 0..args.value("rounds")? {
        for peer in args.peers_in_turn(round) {
            eprintln!("round {}: {}", round + 1, peer.name);
            let door = match &login {
                Some(login) if peer.pid.is_some() => Door::socks(peer.at, backend, login),
                _ => Door::straight(peer.at),
            };
            let through = Through {
                peer,
                door: &door,
                scale,
            };
            if round == 0 {
                through.idle(&mut table)?;
            }
            for streams in [1, 8] {
                through.bulk(&mut table, streams)?;
            }
            for at_once in [1, many] {
                through.requests(&mut table, at_once)?;
                through.connections(&mut table, at_once.min(MANY))?;
            }
        }
    }
    print!("{}", table.show(&base));
    Ok(())
}

/// Drives bulk only through every peer in turn, round after round.
pub(crate) fn layers(args: &Args) -> Outcome {
    let scale: f64 = args.value("scale")?;
    let base: String = args.value("base")?;
    backend::start(args.value::<SocketAddr>("backend")?)?;
    let mut table = Table::default();
    for round in 0..args.value("rounds")? {
        for peer in args.peers_in_turn(round) {
            eprintln!("round {}: {}", round + 1, peer.name);
            let door = &Door::straight(peer.at);
            Through { peer, door, scale }.bulk(&mut table, 1)?;
        }
    }
    print!("{}", table.show(&base));
    Ok(())
}

/// A peer, and how it is gone through.
#[derive(Clone, Copy)]
struct Through<'a> {
    peer: &'a Peer,
    door: &'a Door,
    scale: f64,
}

impl Through<'_> {
    fn bulk(&self, table: &mut Table, streams: u64) -> Outcome {
        let Self { peer, door, scale } = *self;
        // Whole lines on each stream: what reads lines ends the last one, too.
        let lines = (BULK_BYTES * scale) as u64 / (streams * bulk::LINE_BYTES as u64);
        let bytes = lines * streams * bulk::LINE_BYTES as u64;
        let before = peer.cpu_s();
        let seconds = bulk::send(door, streams, bytes / streams)?;
        let gib = bytes as f64 / GIB;
        let title = format!("bulk, {streams} at once");
        table.add(&format!("{title}: GiB/s"), &peer.name, gib / seconds);
        if peer.pid.is_some() {
            let cpu = peer.cpu_s() - before;
            table.add(&format!("{title}: CPU s per GiB"), &peer.name, cpu / gib);
        }
        Ok(())
    }

    fn requests(&self, table: &mut Table, at_once: usize) -> Outcome {
        let Self { peer, door, scale } = *self;
        let count = (REQUESTS * scale) as usize;
        let before = cpu_s(peer.pid);
        let latencies_us = requests::run(door, at_once, count)?;
        let cpu_us = (cpu_s(peer.pid) - before) * 1e6;
        let title = format!("64-byte requests, {at_once} at once");
        let sorted = sorted(&latencies_us);
        table.add(
            &format!("{title}: p50 µs"),
            &peer.name,
            percentile(&sorted, 50.0),
        );
        table.add(
            &format!("{title}: p99 µs"),
            &peer.name,
            percentile(&sorted, 99.0),
        );
        if peer.pid.is_some() {
            table.add(
                &format!("{title}: CPU µs each"),
                &peer.name,
                cpu_us / count as f64,
            );
        }
        Ok(())
    }

    fn connections(&self, table: &mut Table, at_once: usize) -> Outcome {
        let Self { peer, door, scale } = *self;
        let count = (CONNECTIONS * scale) as usize;
        let before = cpu_s(peer.pid);
        let latencies_us = connections::run(door, at_once, count)?;
        let cpu_us = (cpu_s(peer.pid) - before) * 1e6;
        let title = format!("connections with one request, {at_once} at once");
        let sorted = sorted(&latencies_us);
        table.add(
            &format!("{title}: p50 µs"),
            &peer.name,
            percentile(&sorted, 50.0),
        );
        table.add(
            &format!("{title}: p99 µs"),
            &peer.name,
            percentile(&sorted, 99.0),
        );
        if peer.pid.is_some() {
            table.add(
                &format!("{title}: CPU µs each"),
                &peer.name,
                cpu_us / count as f64,
            );
        }
        Ok(())
    }

    /// Only in a process that has done nothing yet: what a server frees, it often keeps to itself.
    fn idle(&self, table: &mut Table) -> Outcome {
        let Self { peer, door, .. } = *self;
        if peer.pid.is_none() {
            return Ok(());
        }
        let before = memory_bytes(peer.pid);
        let pairs = pairs::open(door, PAIRS)?;
        let bytes = memory_bytes(peer.pid).saturating_sub(before);
        drop(pairs);
        table.add(
            "idle pairs: KiB each",
            &peer.name,
            bytes as f64 / 1024.0 / PAIRS as f64,
        );
        Ok(())
    }
}

/// Bytes of a bulk run at scale 1.
const BULK_BYTES: f64 = 4.0 * GIB;

pub(crate) const GIB: f64 = 1_073_741_824.0;

/// Requests of a run at scale 1.
const REQUESTS: f64 = 200_000.0;

/// Connections of a run at scale 1.
const CONNECTIONS: f64 = 10_000.0;

/// Idle pairs; a process each in socat, so not more.
const PAIRS: usize = 1000;

/// Connections at once, where nobody asks for another number.
const MANY: usize = 32;
