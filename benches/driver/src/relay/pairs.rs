//! Connections that have said something once and now say nothing.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use super::backend::ECHO;
use super::door::Door;
use super::requests::REQUEST;

/// Opens connections and makes one request on each.
pub(super) fn open(to: &Door, count: usize) -> io::Result<Vec<TcpStream>> {
    let mut pairs = Vec::with_capacity(count);
    for _ in 0..count {
        let mut stream = to.open()?;
        stream.write_all(&[ECHO])?;
        stream.write_all(&REQUEST)?;
        let mut answer = REQUEST;
        stream.read_exact(&mut answer)?;
        pairs.push(stream);
    }
    Ok(pairs)
}
