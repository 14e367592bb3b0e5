//! Forwarders beside each other: bulk, small requests, connections, idle pairs.

pub(crate) mod backend;
mod bulk;
mod connections;
mod pairs;
pub(crate) mod requests;

use std::net::SocketAddr;

use crate::Outcome;
use crate::args::{Args, Peer};
use crate::process::{cpu_s, memory_bytes};
use crate::table::{Table, percentile, sorted};

/// Drives every peer in turn, round after round.
pub(crate) fn run(args: &Args) -> Outcome {
    let scale: f64 = args.value("scale")?;
    let base: String = args.value("base")?;
    backend::start(args.value::<SocketAddr>("backend")?)?;
    let mut table = Table::default();
    for round in 0..args.value("rounds")? {
        for peer in args.peers_in_turn(round) {
            eprintln!("round {}: {}", round + 1, peer.name);
            if round == 0 {
                idle(&mut table, peer)?;
            }
            for streams in [1, 8] {
                bulk(&mut table, peer, streams, scale)?;
            }
            for at_once in [1, 32] {
                requests(&mut table, peer, at_once, scale)?;
                connections(&mut table, peer, at_once, scale)?;
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
            bulk(&mut table, peer, 1, scale)?;
        }
    }
    print!("{}", table.show(&base));
    Ok(())
}

fn bulk(table: &mut Table, peer: &Peer, streams: u64, scale: f64) -> Outcome {
    // Whole lines on each stream: what reads lines ends the last one, too.
    let lines = (BULK_BYTES * scale) as u64 / (streams * bulk::LINE_BYTES as u64);
    let bytes = lines * streams * bulk::LINE_BYTES as u64;
    let before = peer.cpu_s();
    let seconds = bulk::send(peer.at, streams, bytes / streams)?;
    let gib = bytes as f64 / GIB;
    let title = format!("bulk, {streams} at once");
    table.add(&format!("{title}: GiB/s"), &peer.name, gib / seconds);
    if peer.pid.is_some() {
        let cpu = peer.cpu_s() - before;
        table.add(&format!("{title}: CPU s per GiB"), &peer.name, cpu / gib);
    }
    Ok(())
}

fn requests(table: &mut Table, peer: &Peer, at_once: usize, scale: f64) -> Outcome {
    let count = (REQUESTS * scale) as usize;
    let before = cpu_s(peer.pid);
    let latencies_us = requests::run(peer.at, at_once, count)?;
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

fn connections(table: &mut Table, peer: &Peer, at_once: usize, scale: f64) -> Outcome {
    let count = (CONNECTIONS * scale) as usize;
    let before = cpu_s(peer.pid);
    let latencies_us = connections::run(peer.at, at_once, count)?;
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
fn idle(table: &mut Table, peer: &Peer) -> Outcome {
    if peer.pid.is_none() {
        return Ok(());
    }
    let before = memory_bytes(peer.pid);
    let pairs = pairs::open(peer.at, PAIRS)?;
    let bytes = memory_bytes(peer.pid).saturating_sub(before);
    drop(pairs);
    table.add(
        "idle pairs: KiB each",
        &peer.name,
        bytes as f64 / 1024.0 / PAIRS as f64,
    );
    Ok(())
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
