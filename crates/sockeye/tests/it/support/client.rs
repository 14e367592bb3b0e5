//! A bare chat client: lines over TCP, blocking.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};

use super::until::DEADLINE;

/// A connection that speaks IRC line by line.
#[derive(Debug)]
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Connects, without a word.
    pub(crate) fn connect(to: SocketAddr) -> Self {
        Self::over(TcpStream::connect_timeout(&to, DEADLINE).unwrap())
    }

    /// Takes over a connection.
    pub(crate) fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        Self {
            stream: BufReader::new(stream),
        }
    }

    /// Connects, asks for capabilities (parted by spaces, may be none) and registers.
    pub(crate) fn register(to: SocketAddr, nick: &str, caps: &str) -> Self {
        let mut client = Self::connect(to);
        if !caps.is_empty() {
            client.send(&format!("CAP REQ :{caps}\r\nCAP END"));
        }
        client.send(&format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}"));
        client.wait_for(" 001 ");
        client
    }

    /// Sends a line, or several.
    pub(crate) fn send(&mut self, line: &str) {
        assert!(self.try_send(line), "the server is gone");
    }

    /// Sends a line; `false` when the server is gone.
    pub(crate) fn try_send(&mut self, line: &str) -> bool {
        let line = format!("{line}\r\n");
        self.stream.get_mut().write_all(line.as_bytes()).is_ok()
    }

    /// Joins a channel and waits for the end of its names.
    pub(crate) fn join(&mut self, channel: &str) {
        self.send(&format!("JOIN {channel}"));
        self.wait_for(" 366 ");
    }

    /// Returns the next line without its end; `None` when the server has closed or is gone.
    pub(crate) fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line) {
            Err(why) if why.kind() == ErrorKind::ConnectionReset => None,
            read => {
                read.expect("the server to say more or close");
                line.ends_with('\n').then(|| line.trim_end().to_owned())
            }
        }
    }

    /// Reads on to the first line that holds `text`, and returns it.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let mut before = Vec::new();
        while let Some(line) = self.line() {
            if line.contains(text) {
                return line;
            }
            before.push(line);
        }
        panic!("closed before a line with {text:?}: {before:#?}");
    }

    /// Reads on until each of the texts has come, in any order.
    pub(crate) fn wait_for_all(&mut self, texts: &[String]) {
        let mut missing: Vec<&String> = texts.iter().collect();
        while !missing.is_empty() {
            let line = self.line();
            let line = line.unwrap_or_else(|| panic!("closed before {missing:?}"));
            missing.retain(|text| !line.contains(*text));
        }
    }
}
