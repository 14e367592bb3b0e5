//! One chat client, blocking.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection that speaks IRC.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
}

impl Client {
    /// Connects, asks for a capability (may be empty) and registers.
    pub(crate) fn register(to: SocketAddr, nick: &str, cap: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut client = Self { stream };
        if !cap.is_empty() {
            client.send(&format!("CAP REQ :{cap}\r\nCAP END"))?;
        }
        client.send(&format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}"))?;
        client.read_to(&[" 376 ", " 422 "])?;
        Ok(client)
    }

    /// Joins a channel and waits for its names.
    pub(crate) fn join(&mut self, channel: &str) -> io::Result<()> {
        self.send(&format!("JOIN {channel}"))?;
        self.read_to(&[" 366 "])
    }

    /// Sends a line.
    pub(crate) fn send(&mut self, line: &str) -> io::Result<()> {
        self.write(format!("{line}\r\n").as_bytes())
    }

    /// Writes whole lines.
    pub(crate) fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        self.stream.write_all(lines)
    }

    /// Reads to the end of a line with one of these texts; what follows stays unread.
    pub(crate) fn read_to(&mut self, texts: &[&str]) -> io::Result<()> {
        loop {
            let mut line = Vec::new();
            let mut byte = [0];
            while byte != *b"\n" {
                if self.stream.read(&mut byte)? == 0 {
                    let said = String::from_utf8_lossy(&line).into_owned();
                    return Err(io::Error::other(format!("the server closed: {said}")));
                }
                line.extend(byte);
            }
            let line = String::from_utf8_lossy(&line);
            if texts.iter().any(|text| line.contains(text)) {
                return Ok(());
            }
        }
    }
}

/// Counts the lines that end in `bytes` and came from somebody: those that begin with a source or
/// tags. `inside` carries over whether the last one has begun, and whether it counts.
pub(crate) fn lines(bytes: &[u8], inside: &mut Option<bool>) -> usize {
    let mut count = 0;
    let mut start = 0;
    let counts = |at: usize| bytes.get(at).map(|first| matches!(first, b':' | b'@'));
    for end in memchr::memchr_iter(b'\n', bytes) {
        count += usize::from(inside.take().or_else(|| counts(start)) == Some(true));
        start = end + 1;
    }
    *inside = inside.or_else(|| counts(start));
    count
}

/// A server that says nothing for so long has hung.
const PATIENCE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_however_they_are_cut() {
        let text = b":a PRIVMSG #b :c\r\nPING :x\r\n@t=1 :a PRIVMSG #b :PING\r\n:a PART #b\r\n";
        for cut in 0..=text.len() {
            let mut inside = None;
            let (head, tail) = text.split_at(cut);
            assert_eq!(
                lines(head, &mut inside) + lines(tail, &mut inside),
                3,
                "cut at {cut}"
            );
            assert_eq!(inside, None);
        }
    }
}
