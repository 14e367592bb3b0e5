//! UDP forwarders beside each other: questions with answers, a stream one way, many clients at once.

mod backend;
mod clients;
mod stream;

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::Outcome;
use crate::args::{Args, Peer};
use crate::process::cpu_s;
use crate::table::{Table, percentile, sorted};

/// Drives every peer in turn, round after round.
pub(crate) fn run(args: &Args) -> Outcome {
    let scale: f64 = args.value("scale")?;
    let base: String = args.value("base")?;
    let swallowed = backend::start(args.value::<SocketAddr>("backend")?)?;
    let mut table = Table::default();
    for round in 0..args.value("rounds")? {
        for peer in args.peers_in_turn(round) {
            eprintln!("round {}: {}", round + 1, peer.name);
            for at_once in [1, 32, 200] {
                questions(&mut table, peer, at_once, scale)?;
            }
            stream(&mut table, peer, &swallowed, scale)?;
        }
    }
    print!("{}", table.show(&base));
    Ok(())
}

fn questions(table: &mut Table, peer: &Peer, at_once: usize, scale: f64) -> Outcome {
    let count = (QUESTIONS * scale) as usize;
    let before = cpu_s(peer.pid);
    let answered = clients::ask(peer.at, at_once, count)?;
    let cpu_us = (cpu_s(peer.pid) - before) * 1e6;
    let title = format!(
        "{}-byte questions, {at_once} clients",
        backend::MESSAGE_BYTES
    );
    let mut add =
        |measure: &str, value| table.add(&format!("{title}: {measure}"), &peer.name, value);
    let latencies_us = sorted(&answered.latencies_us);
    add("p50 µs", percentile(&latencies_us, 50.0));
    add("p99 µs", percentile(&latencies_us, 99.0));
    add("clients served", answered.served as f64);
    add("lost", answered.lost as f64);
    if peer.pid.is_some() {
        // Each question and each answer is a packet that is forwarded.
        let packets = 2 * latencies_us.len();
        add("CPU µs a packet", cpu_us / packets as f64);
    }
    Ok(())
}

fn stream(table: &mut Table, peer: &Peer, swallowed: &Arc<AtomicU64>, scale: f64) -> Outcome {
    let count = (STREAM * scale) as u64;
    let before = cpu_s(peer.pid);
    let arrived = stream::run(peer.at, count, swallowed)?;
    let cpu_us = (cpu_s(peer.pid) - before) * 1e6;
    let title = format!("one way, {} packets/s", stream::PACKETS_A_SECOND);
    let lost = count.saturating_sub(arrived);
    let share = lost as f64 / count as f64 * 100.0;
    table.add(&format!("{title}: lost %"), &peer.name, share);
    if peer.pid.is_some() {
        let cpu = cpu_us / arrived.max(1) as f64;
        table.add(&format!("{title}: CPU µs a packet"), &peer.name, cpu);
    }
    Ok(())
}

/// Sends a message, or loses it where there is no room.
fn send(socket: &UdpSocket, message: &[u8]) -> io::Result<()> {
    // A first error may be what an earlier message met (ICMP, udp(7)), and takes the place of sending.
    match socket.send(message).or_else(|_| socket.send(message)) {
        Err(why) if !is_loss(&why) => Err(why),
        _ => Ok(()),
    }
}

/// Tells whether an error says no more than that a message is lost: nobody was listening for a moment, or
/// there was no room.
fn is_loss(why: &io::Error) -> bool {
    let kinds = [io::ErrorKind::WouldBlock, io::ErrorKind::ConnectionRefused];
    kinds.contains(&why.kind())
}

/// Questions of a run at scale 1.
const QUESTIONS: f64 = 40_000.0;

/// Packets one way at scale 1.
const STREAM: f64 = 80_000.0;
