//! One chat client, blocking.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection that speaks IRC, or what NATS speaks.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
}

/// What a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Irc,
    /// A message is a line `MSG` and a line with the text, which counts when it begins with `:`.
    Nats,
}

impl Protocol {
    /// Returns what the server with this name speaks.
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "nats-server" => Self::Nats,
            _ => Self::Irc,
        }
    }

    /// Connects many that listen in the channel.
    pub(crate) fn members(
        self,
        to: SocketAddr,
        channel: &str,
        count: usize,
    ) -> io::Result<Vec<Client>> {
        match self {
            Self::Irc => {
                let mut clients = Client::register_all(to, |n| format!("m{n:05}"), count)?;
                clients
                    .iter_mut()
                    .try_for_each(|client| client.join(channel))?;
                Ok(clients)
            }
            Self::Nats => (0..count).map(|_| subscriber(to, channel)).collect(),
        }
    }

    /// Connects and gets ready to talk in the channel, not to listen.
    pub(crate) fn speaker(self, to: SocketAddr, nick: &str, channel: &str) -> io::Result<Client> {
        match self {
            Self::Irc => {
                let mut client = Client::register(to, nick, "")?;
                client.join(channel)?;
                Ok(client)
            }
            Self::Nats => publisher(to),
        }
    }

    /// Returns what is sent to say something.
    pub(crate) fn said(self, channel: &str, text: &str) -> String {
        match self {
            Self::Irc => format!("PRIVMSG {channel} :{text}\r\n"),
            Self::Nats => format!("PUB {channel} {}\r\n:{text}\r\n", text.len() + 1),
        }
    }
}

/// Connects to NATS.
fn publisher(to: SocketAddr) -> io::Result<Client> {
    let mut client = Client::connect(to)?;
    client.send("CONNECT {\"verbose\":false}\r\nPING")?;
    client.read_to(&["PONG"])?;
    Ok(client)
}

fn subscriber(to: SocketAddr, channel: &str) -> io::Result<Client> {
    let mut client = publisher(to)?;
    client.send(&format!("SUB {channel} 1\r\nPING"))?;
    client.read_to(&["PONG"])?;
    Ok(client)
}

impl Client {
    /// Connects, asks for a capability (may be empty) and registers.
    pub(crate) fn register(to: SocketAddr, nick: &str, cap: &str) -> io::Result<Self> {
        let mut client = Self::begin(to, nick, cap)?;
        client.read_to(WELCOMED)?;
        Ok(client)
    }

    /// Registers many, some of them at once: a server may take a second for each.
    pub(crate) fn register_all(
        to: SocketAddr,
        nick: impl Fn(usize) -> String,
        count: usize,
    ) -> io::Result<Vec<Self>> {
        let mut clients = Vec::with_capacity(count);
        while clients.len() < count {
            let first = clients.len();
            for index in first..count.min(first + AT_ONCE) {
                clients.push(Self::begin(to, &nick(index), "")?);
            }
            for client in &mut clients[first..] {
                client.read_to(WELCOMED)?;
            }
        }
        Ok(clients)
    }

    fn begin(to: SocketAddr, nick: &str, cap: &str) -> io::Result<Self> {
        let mut client = Self::connect(to)?;
        if !cap.is_empty() {
            client.send(&format!("CAP REQ :{cap}\r\nCAP END"))?;
        }
        client.send(&format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}"))?;
        Ok(client)
    }

    fn connect(to: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream })
    }

    /// Joins a channel and waits for its names.
    pub(crate) fn join(&mut self, channel: &str) -> io::Result<()> {
        self.send(&format!("JOIN {channel}"))?;
        self.read_past(" 366 ")
    }

    /// Reads to a text or further: what others have caused meanwhile is thrown away.
    pub(crate) fn read_past(&mut self, text: &str) -> io::Result<()> {
        let mut bytes = Vec::new();
        let mut buffer = vec![0; 64 << 10];
        loop {
            let n = self.stream.read(&mut buffer)?;
            if n == 0 {
                return Err(io::Error::other("the server closed"));
            }
            bytes.extend_from_slice(&buffer[..n]);
            if memchr::memmem::find(&bytes, text.as_bytes()).is_some() {
                return Ok(());
            }
            bytes.drain(..bytes.len() - bytes.len().min(text.len()));
        }
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

/// What ends a registration.
const WELCOMED: &[&str] = &[" 376 ", " 422 "];

/// Clients that register at once: fewer than a server's queue of connections.
const AT_ONCE: usize = 256;

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
