//! The listeners of a channel: who has got which line, and when.

use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::client::{Client, Protocol, lines};
use crate::poll::Poll;

/// What the speaker says before the first line that counts.
pub(super) const MARKER: &str = "all here";

/// All members of the channel but the speaker.
pub(super) struct Members {
    poll: Poll,
    members: Vec<Member>,
    buffer: Vec<u8>,
}

struct Member {
    stream: TcpStream,
    /// Lines received since the last run began.
    received: usize,
    inside: Option<bool>,
}

impl Members {
    /// Registers `count` clients and has them join.
    pub(super) fn join(
        protocol: Protocol,
        to: SocketAddr,
        channel: &str,
        count: usize,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut members = Vec::with_capacity(count);
        let clients = protocol.members(to, channel, count)?;
        for (token, client) in clients.into_iter().enumerate() {
            poll.add(&client.stream, token)?;
            members.push(Member {
                stream: client.stream,
                received: 0,
                inside: None,
            });
        }
        Ok(Self {
            poll,
            members,
            buffer: vec![0; READ_BYTES],
        })
    }

    /// Reads away what came while the others joined, up to the marker.
    pub(super) fn reach_marker(&mut self) -> io::Result<()> {
        for member in &mut self.members {
            let mut client = Client {
                stream: member.stream.try_clone()?,
            };
            client.read_past(MARKER)?;
            member.stream.set_nonblocking(true)?;
        }
        Ok(())
    }

    pub(super) fn count(&self) -> usize {
        self.members.len()
    }

    /// Waits for deliveries, at most so long; calls `each` with every line's index and the time.
    ///
    /// Indices count from the last [`Members::count_from_here`].
    pub(super) fn receive(
        &mut self,
        wait: Option<Duration>,
        mut each: impl FnMut(usize, Instant),
    ) -> io::Result<()> {
        for token in self.poll.wait(wait.map(|wait| wait.as_nanos() as u64))? {
            let member = &mut self.members[token];
            let n = member.stream.read(&mut self.buffer)?;
            if n == 0 {
                return Err(io::Error::other(format!(
                    "the server closed member {token}"
                )));
            }
            let now = Instant::now();
            for _ in 0..lines(&self.buffer[..n], &mut member.inside) {
                each(member.received, now);
                member.received += 1;
            }
        }
        Ok(())
    }

    /// Counts lines from 0 again; every member has received all that was sent.
    pub(super) fn count_from_here(&mut self) {
        for member in &mut self.members {
            member.received = 0;
        }
    }
}

const READ_BYTES: usize = 256 << 10;
