//! As many bytes as go through, in one direction.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Instant;

use super::backend::SWALLOW;

/// Sends `bytes` on each of `streams` connections; returns the seconds until all have arrived.
pub(super) fn send(to: SocketAddr, streams: u64, bytes: u64) -> io::Result<f64> {
    let start = Instant::now();
    let threads: Vec<_> = (0..streams)
        .map(|_| thread::spawn(move || send_one(to, bytes)))
        .collect();
    for thread in threads {
        thread
            .join()
            .map_err(|_| io::Error::other("a sender panicked"))??;
    }
    Ok(start.elapsed().as_secs_f64())
}

fn send_one(to: SocketAddr, bytes: u64) -> io::Result<()> {
    let mut stream = TcpStream::connect(to)?;
    stream.write_all(&[SWALLOW])?;
    let piece = vec![b'x'; WRITE_BYTES];
    let mut left = bytes;
    while left > 0 {
        let n = left.min(WRITE_BYTES as u64) as usize;
        stream.write_all(&piece[..n])?;
        left -= n as u64;
    }
    stream.shutdown(Shutdown::Write)?;
    let mut arrived = [0; 8];
    stream.read_exact(&mut arrived)?;
    match u64::from_le_bytes(arrived) {
        arrived if arrived == bytes => Ok(()),
        arrived => Err(io::Error::other(format!(
            "{arrived} of {bytes} bytes arrived"
        ))),
    }
}

const WRITE_BYTES: usize = 256 << 10;
