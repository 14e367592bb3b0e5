//! As many bytes as go through, in one direction.

use std::io::{self, Read, Write};
use std::thread;
use std::time::Instant;

use super::backend::SWALLOW;
use super::door::Door;

/// Sends `bytes` on each of `streams` connections; returns the seconds until all have arrived.
pub(super) fn send(to: &Door, streams: u64, bytes: u64) -> io::Result<f64> {
    let start = Instant::now();
    let threads: Vec<_> = (0..streams)
        .map(|_| {
            let to = to.clone();
            thread::spawn(move || send_one(&to, bytes))
        })
        .collect();
    for thread in threads {
        thread
            .join()
            .map_err(|_| io::Error::other("a sender panicked"))??;
    }
    Ok(start.elapsed().as_secs_f64())
}

fn send_one(to: &Door, bytes: u64) -> io::Result<()> {
    let mut stream = to.open()?;
    let mut first = vec![SWALLOW];
    first.extend(bytes.to_le_bytes());
    stream.write_all(&first)?;
    let piece = lines();
    let mut left = bytes;
    while left > 0 {
        let n = left.min(WRITE_BYTES as u64) as usize;
        stream.write_all(&piece[..n])?;
        left -= n as u64;
    }
    let mut arrived = [0; 8];
    stream.read_exact(&mut arrived)?;
    match u64::from_le_bytes(arrived) {
        arrived if arrived == bytes => Ok(()),
        arrived => Err(io::Error::other(format!(
            "{arrived} of {bytes} bytes arrived"
        ))),
    }
}

/// Makes lines of hexadecimal digits without a pattern: where layers see the bytes they have something to
/// do, and what compresses gets them to a good half.
fn lines() -> Vec<u8> {
    let mut seed: u64 = 0x9e37_79b9_7f4a_7c15;
    let digit = |at: usize| {
        // xorshift64 (Marsaglia 2003).
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        match at % LINE_BYTES == LINE_BYTES - 1 {
            true => b'\n',
            false => b"0123456789abcdef"[(seed >> 60) as usize],
        }
    };
    (0..WRITE_BYTES).map(digit).collect()
}

/// A line with its end, bytes.
pub(super) const LINE_BYTES: usize = 1024;

const WRITE_BYTES: usize = 256 << 10;
