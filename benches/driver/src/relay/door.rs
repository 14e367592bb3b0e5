//! How a connection to the backend is made: straight, or by way of a SOCKS 5 proxy (RFC 1928).

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// The way in through a peer.
#[derive(Debug, Clone)]
pub(super) struct Door {
    at: SocketAddr,
    socks: Option<Socks>,
}

/// What a proxy is asked for.
#[derive(Debug, Clone)]
struct Socks {
    to: SocketAddr,
    /// Name and password, `NAME:PASSWORD`; empty: without a login.
    login: String,
}

impl Door {
    /// One that is a port to connect to.
    pub(super) fn straight(at: SocketAddr) -> Self {
        Self { at, socks: None }
    }

    /// One that is a proxy, to be asked for the way to `to`.
    pub(super) fn socks(at: SocketAddr, to: SocketAddr, login: &str) -> Self {
        let login = login.to_owned();
        Self {
            at,
            socks: Some(Socks { to, login }),
        }
    }

    /// Opens a connection whose far end is the backend.
    pub(super) fn open(&self) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(self.at)?;
        stream.set_nodelay(true)?;
        if let Some(socks) = &self.socks {
            socks.ask(&mut stream)?;
        }
        Ok(stream)
    }
}

impl Socks {
    /// Speaks as clients do: each message when the one before is answered.
    fn ask(&self, stream: &mut TcpStream) -> io::Result<()> {
        let method = if self.login.is_empty() { 0 } else { 2 };
        stream.write_all(&[5, 1, method])?;
        expect(stream, &[5, method])?;
        if let Some((name, password)) = self.login.split_once(':') {
            let mut login = vec![1, name.len() as u8];
            login.extend(name.as_bytes());
            login.push(password.len() as u8);
            login.extend(password.as_bytes());
            stream.write_all(&login)?;
            expect(stream, &[1, 0])?;
        }
        let SocketAddr::V4(to) = self.to else {
            return Err(io::Error::other("the backend has an IPv4 address"));
        };
        let mut request = vec![5, 1, 0, 1];
        request.extend(to.ip().octets());
        request.extend(to.port().to_be_bytes());
        stream.write_all(&request)?;
        expect(stream, &[5, 0, 0, 1])?;
        stream.read_exact(&mut [0; 6])
    }
}

fn expect(stream: &mut TcpStream, wanted: &[u8]) -> io::Result<()> {
    let mut answer = vec![0; wanted.len()];
    stream.read_exact(&mut answer)?;
    match answer == wanted {
        true => Ok(()),
        false => Err(io::Error::other(format!("the proxy answers {answer:?}"))),
    }
}
