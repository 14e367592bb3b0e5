//! Packets one way at a fixed rate.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::backend::{MESSAGE_BYTES, SWALLOW};
use super::send;

/// Sends `count` packets one way and returns how many have arrived.
pub(super) fn run(to: SocketAddr, count: u64, swallowed: &Arc<AtomicU64>) -> io::Result<u64> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(to)?;
    let before = swallowed.load(Ordering::Relaxed);
    let began = Instant::now();
    let mut sent = 0;
    while sent < count {
        let due = began.elapsed().as_micros() as u64 * PACKETS_A_SECOND / 1_000_000;
        while sent < due.min(count) {
            send(&socket, &[SWALLOW; MESSAGE_BYTES])?;
            sent += 1;
        }
        thread::sleep(TICK);
    }
    // Those on the way arrive, or never will.
    let mut arrived = swallowed.load(Ordering::Relaxed);
    loop {
        thread::sleep(SETTLE);
        let now = swallowed.load(Ordering::Relaxed);
        if now == arrived {
            return Ok(arrived - before);
        }
        arrived = now;
    }
}

/// What a forwarder on one core manages, and not much less.
pub(super) const PACKETS_A_SECOND: u64 = 40_000;

/// How often the sender looks what is due.
const TICK: Duration = Duration::from_millis(1);

/// After so long without a packet none is on the way.
const SETTLE: Duration = Duration::from_millis(300);
