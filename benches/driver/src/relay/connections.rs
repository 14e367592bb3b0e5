//! Short connections: connect, one request, its answer, close.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use super::backend::ECHO;
use super::door::Door;
use super::requests::REQUEST;
use crate::poll::Poll;

/// Makes `count` connections, `at_once` at a time; returns how long each took, microseconds.
pub(super) fn run(to: &Door, at_once: usize, count: usize) -> io::Result<Vec<f64>> {
    let poll = Poll::new()?;
    let mut connections = Vec::with_capacity(at_once);
    for token in 0..at_once {
        connections.push(open(to, &poll, token)?);
    }
    let mut latencies_us = Vec::with_capacity(count + at_once);
    while latencies_us.len() < count {
        for token in poll.wait(None)? {
            let (stream, started) = &mut connections[token];
            let mut answer = REQUEST;
            stream.read_exact(&mut answer)?;
            latencies_us.push(started.elapsed().as_secs_f64() * 1e6);
            connections[token] = open(to, &poll, token)?;
        }
    }
    Ok(latencies_us)
}

fn open(to: &Door, poll: &Poll, token: usize) -> io::Result<(TcpStream, Instant)> {
    let started = Instant::now();
    let mut stream = to.open()?;
    let mut first = [ECHO; 1 + REQUEST.len()];
    first[1..].copy_from_slice(&REQUEST);
    stream.write_all(&first)?;
    poll.add(&stream, token)?;
    Ok((stream, started))
}
