//! Many join one channel at once: each sees all who come after it.

use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::client::Client;
use crate::poll::Poll;

/// Clients that are about to join.
pub(super) struct Storm {
    poll: Poll,
    joiners: Vec<Joiner>,
    buffer: Vec<u8>,
}

struct Joiner {
    stream: TcpStream,
    /// The last bytes read, as many as a word may be cut after.
    tail: Vec<u8>,
}

impl Storm {
    /// Registers `count` clients.
    pub(super) fn gather(to: SocketAddr, count: usize) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut joiners = Vec::with_capacity(count);
        let clients = Client::register_all(to, |token| format!("j{token:04}"), count)?;
        for (token, Client { stream }) in clients.into_iter().enumerate() {
            poll.add(&stream, token)?;
            let tail = Vec::new();
            joiners.push(Joiner { stream, tail });
        }
        Ok(Self {
            poll,
            joiners,
            buffer: vec![0; READ_BYTES],
        })
    }

    /// Has all of them join; returns how many JOINs they have seen and how long it took.
    pub(super) fn join(&mut self, channel: &str) -> io::Result<(usize, Duration)> {
        let start = Instant::now();
        for joiner in &mut self.joiners {
            let stream = joiner.stream.try_clone()?;
            Client { stream }.send(&format!("JOIN {channel}"))?;
            joiner.stream.set_nonblocking(true)?;
        }
        let count = self.joiners.len();
        let all = count * (count + 1) / 2;
        let mut seen = 0;
        while seen < all {
            let tokens = self.poll.wait(Some(PATIENCE.as_nanos() as u64))?;
            if tokens.is_empty() {
                return Err(io::Error::other(format!("{seen} of {all} JOINs came")));
            }
            for token in tokens {
                let joiner = &mut self.joiners[token];
                let n = joiner.stream.read(&mut self.buffer)?;
                if n == 0 {
                    return Err(io::Error::other(format!(
                        "the server closed joiner {token}"
                    )));
                }
                seen += joiner.count(&self.buffer[..n]);
            }
        }
        Ok((seen, start.elapsed()))
    }
}

impl Joiner {
    /// Counts the JOINs in what was read, also one that was cut.
    fn count(&mut self, bytes: &[u8]) -> usize {
        let before = self.tail.len();
        self.tail.extend(bytes);
        let count = memchr::memmem::find_iter(&self.tail, JOIN).count();
        let keep = self.tail.len().min(JOIN.len() - 1);
        debug_assert!(before < JOIN.len());
        self.tail.drain(..self.tail.len() - keep);
        count
    }
}

const JOIN: &[u8] = b" JOIN ";

/// A server that says nothing for so long has hung.
const PATIENCE: Duration = Duration::from_secs(60);

const READ_BYTES: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_are_counted_however_they_are_cut() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let text = b":a JOIN #b\r\n:x 353 a = #b :JOIN\r\n:c JOIN :#b\r\n";
        for cut in 0..=text.len() {
            let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let tail = Vec::new();
            let mut joiner = Joiner { stream, tail };
            let (first, second) = text.split_at(cut);
            assert_eq!(joiner.count(first) + joiner.count(second), 2, "{cut}");
        }
    }
}
