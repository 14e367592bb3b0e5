//! Lines in plain, to a server and back, each of them bounded.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::handshake::Failure;
use crate::io::Stream;

/// A stream on which somebody speaks in lines.
pub(super) struct Talk<'a> {
    stream: &'a mut Stream,
    /// What has come and was not looked at yet.
    arrived: Vec<u8>,
    /// All that has come.
    came_bytes: usize,
}

impl<'a> Talk<'a> {
    pub(super) fn new(stream: &'a mut Stream) -> Self {
        Self {
            stream,
            arrived: Vec::new(),
            came_bytes: 0,
        }
    }

    /// Sends a line.
    pub(super) async fn say(&mut self, line: &str) -> Result<(), Failure> {
        self.send(format!("{line}\r\n").as_bytes(), line).await
    }

    /// Sends bytes, which are called `name`.
    pub(super) async fn send(&mut self, bytes: &[u8], name: &str) -> Result<(), Failure> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await?;
        tracing::info!(target: "step", "starttls: sent {name}");
        Ok(())
    }

    /// Waits for a line, and returns it without its end.
    pub(super) async fn line(&mut self) -> Result<String, Failure> {
        let mut looked_at = 0;
        let end = loop {
            let news = self.arrived.get(looked_at..).unwrap_or_default();
            if let Some(at) = news.iter().position(|byte| *byte == b'\n') {
                break looked_at + at;
            }
            looked_at = self.arrived.len();
            if looked_at >= LINE_BYTES_MAX {
                let why = format!("a line of the server has more than {LINE_BYTES_MAX} bytes");
                return Err(Failure::Plain(why));
            }
            self.read().await?;
        };
        let line: Vec<u8> = self.arrived.drain(..=end).collect();
        let line = shown(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']));
        tracing::info!(target: "step", "starttls: got {line}");
        Ok(line)
    }

    /// Waits for a single byte.
    pub(super) async fn byte(&mut self) -> Result<u8, Failure> {
        while self.arrived.is_empty() {
            self.read().await?;
        }
        let byte = self.arrived.remove(0);
        tracing::info!(target: "step", "starttls: got {}", byte.escape_ascii());
        Ok(byte)
    }

    /// Ends the part in plain: nothing may be left of it.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match self.arrived.len() {
            0 => Ok(()),
            count => Err(Failure::Plain(format!(
                "{count} bytes came in plain behind the server's go-ahead: somebody may have put \
                 them there"
            ))),
        }
    }

    async fn read(&mut self) -> Result<(), Failure> {
        let mut buffer = [0; READ_BYTES];
        let count = self.stream.read(&mut buffer).await?;
        if count == 0 {
            return Err(Failure::plain(
                "the peer ended the connection before TLS began",
            ));
        }
        self.came_bytes += count;
        if self.came_bytes > TALK_BYTES_MAX {
            let why = format!("the server says more than {TALK_BYTES_MAX} bytes in plain");
            return Err(Failure::Plain(why));
        }
        self.arrived
            .extend_from_slice(buffer.get(..count).unwrap_or_default());
        Ok(())
    }
}

/// Makes a line harmless: nothing of it may act on a terminal.
fn shown(line: &str) -> String {
    line.chars().fold(String::new(), |mut text, letter| {
        match letter.is_control() {
            true => text.extend(letter.escape_default()),
            false => text.push(letter),
        }
        text
    })
}

/// Longest line of a server, bytes: as long as those that an IMAP server is to take (RFC 9051
/// section 4); 512 are allowed for SMTP (RFC 5321 section 4.5.3.1.5).
const LINE_BYTES_MAX: usize = 8 * 1024;
/// All that a server may say in plain, bytes: many lines of the longest kind.
const TALK_BYTES_MAX: usize = 64 * 1024;
/// What is read at once, bytes.
const READ_BYTES: usize = 1024;
