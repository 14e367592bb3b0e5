//! What stands behind the forwarders: one thread that swallows or echoes.
//!
//! The first byte of a connection says which. Bytes to swallow are thrown away inside the kernel
//! (`MSG_TRUNC`, tcp(7)), so that the backend takes little of the machine; after as many as were
//! announced it answers with their number: not every forwarder passes on the end of one direction alone.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use rustix::net::RecvFlags;

use crate::poll::Poll;

/// First byte of a connection whose bytes are counted and thrown away; how many follow comes next, in 8
/// bytes, the lowest first.
pub(crate) const SWALLOW: u8 = b'S';

/// First byte of a connection whose bytes come back.
pub(crate) const ECHO: u8 = b'E';

/// Listens and starts the thread.
pub(crate) fn start(at: SocketAddr) -> io::Result<()> {
    let listener = TcpListener::bind(at)?;
    rustix::net::listen(&listener, BACKLOG)?;
    listener.set_nonblocking(true)?;
    let mut backend = Backend {
        poll: Poll::new()?,
        listener,
        connections: Vec::new(),
    };
    backend.poll.add(&backend.listener, LISTENER)?;
    thread::spawn(move || {
        if let Err(why) = backend.run() {
            eprintln!("driver: backend: {why}");
            std::process::abort();
        }
    });
    Ok(())
}

struct Backend {
    poll: Poll,
    listener: TcpListener,
    connections: Vec<Option<Connection>>,
}

struct Connection {
    stream: TcpStream,
    mode: Mode,
}

enum Mode {
    Unknown,
    Echo,
    Swallow { bytes: u64, announced: u64 },
}

impl Backend {
    fn run(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; READ_BYTES];
        loop {
            for token in self.poll.wait(None)? {
                if token == LISTENER {
                    self.accept()?;
                } else if let Some(Some(connection)) = self.connections.get_mut(token) {
                    // An error is the peer's reset: the connection has ended either way.
                    if connection.serve(&mut buffer).unwrap_or(true) {
                        self.connections[token] = None;
                    }
                }
            }
        }
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            let stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(why) if why.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(why) => return Err(why),
            };
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
            let free = self.connections.iter().position(Option::is_none);
            let token = free.unwrap_or(self.connections.len());
            self.poll.add(&stream, token)?;
            let connection = Some(Connection {
                stream,
                mode: Mode::Unknown,
            });
            match self.connections.get_mut(token) {
                Some(slot) => *slot = connection,
                None => self.connections.push(connection),
            }
        }
    }
}

impl Connection {
    /// Takes what is there; true at the connection's end.
    fn serve(&mut self, buffer: &mut [u8]) -> io::Result<bool> {
        match &mut self.mode {
            Mode::Unknown => {
                let mut first = [0];
                if self.stream.read(&mut first)? == 0 {
                    return Ok(true);
                }
                self.mode = match first[0] {
                    SWALLOW => {
                        let mut announced = [0; 8];
                        self.stream.set_nonblocking(false)?;
                        self.stream.read_exact(&mut announced)?;
                        self.stream.set_nonblocking(true)?;
                        Mode::Swallow {
                            bytes: 0,
                            announced: u64::from_le_bytes(announced),
                        }
                    }
                    _ => Mode::Echo,
                };
                Ok(false)
            }
            Mode::Echo => {
                let n = self.stream.read(buffer)?;
                self.stream.write_all(&buffer[..n])?;
                Ok(n == 0)
            }
            Mode::Swallow { bytes, announced } => {
                let (_, n) = rustix::net::recv(&self.stream, buffer, RecvFlags::TRUNC)?;
                *bytes += n as u64;
                if n > 0 && *bytes >= *announced {
                    self.stream.write_all(&bytes.to_le_bytes())?;
                }
                Ok(n == 0)
            }
        }
    }
}

const LISTENER: usize = usize::MAX;

/// Connections that wait to be accepted.
const BACKLOG: i32 = 4096;

const READ_BYTES: usize = 1 << 20;
