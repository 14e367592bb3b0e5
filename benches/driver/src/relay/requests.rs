//! Small requests over connections that stay: each sends the next when its answer is there.

use std::io::{self, Read, Write};
use std::time::Instant;

use super::backend::ECHO;
use super::door::Door;
use crate::poll::Poll;

/// Makes `count` requests over `at_once` connections; returns the latency of each, microseconds.
pub(super) fn run(to: &Door, at_once: usize, count: usize) -> io::Result<Vec<f64>> {
    let poll = Poll::new()?;
    let mut connections = Vec::with_capacity(at_once);
    for token in 0..at_once {
        let mut stream = to.open()?;
        stream.write_all(&[ECHO])?;
        poll.add(&stream, token)?;
        connections.push((stream, Instant::now()));
    }
    for (stream, sent) in &mut connections {
        *sent = Instant::now();
        stream.write_all(&REQUEST)?;
    }
    let mut latencies_us = Vec::with_capacity(count + at_once);
    while latencies_us.len() < count {
        for token in poll.wait(None)? {
            let (stream, sent) = &mut connections[token];
            let mut answer = REQUEST;
            stream.read_exact(&mut answer)?;
            latencies_us.push(sent.elapsed().as_secs_f64() * 1e6);
            *sent = Instant::now();
            stream.write_all(&REQUEST)?;
        }
    }
    Ok(latencies_us)
}

/// What is asked, and what comes back.
pub(crate) const REQUEST: [u8; 64] = [b'r'; 64];
