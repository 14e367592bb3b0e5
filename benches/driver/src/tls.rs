//! Who ends TLS in front of a backend: handshakes, bulk, idle pairs.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, HandshakeKind, RootCertStore, StreamOwned};

use crate::Outcome;
use crate::args::{Args, Peer};
use crate::process::{cpu_s, memory_bytes};
use crate::relay::GIB;
use crate::relay::backend::{self, ECHO, SWALLOW};
use crate::relay::requests::REQUEST;
use crate::table::Table;

/// Drives every peer in turn, round after round.
pub(crate) fn run(args: &Args) -> Outcome {
    let scale: f64 = args.value("scale")?;
    let base: String = args.value("base")?;
    let client = Client::trusting(&args.value::<String>("ca")?)?;
    backend::start(args.value::<SocketAddr>("backend")?)?;
    let mut table = Table::default();
    for round in 0..args.value("rounds")? {
        for peer in args.peers_in_turn(round) {
            eprintln!("round {}: {}", round + 1, peer.name);
            if round == 0 {
                idle(&mut table, peer, &client)?;
            }
            for kind in [HandshakeKind::Full, HandshakeKind::Resumed] {
                handshakes(&mut table, peer, &client, kind, scale)?;
            }
            bulk(&mut table, peer, &client, scale)?;
        }
    }
    print!("{}", table.show(&base));
    Ok(())
}

/// A connection to a peer, and through it to the backend.
type Connection = StreamOwned<ClientConnection, TcpStream>;

/// What connects: to be known again, or as a stranger.
struct Client {
    full: Arc<ClientConfig>,
    resuming: Arc<ClientConfig>,
}

impl Client {
    fn trusting(ca: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(ca)?)?;
        let resuming = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut full = resuming.clone();
        full.resumption = Resumption::disabled();
        Ok(Self {
            full: Arc::new(full),
            resuming: Arc::new(resuming),
        })
    }

    fn config(&self, kind: HandshakeKind) -> Arc<ClientConfig> {
        match kind {
            HandshakeKind::Resumed => Arc::clone(&self.resuming),
            _ => Arc::clone(&self.full),
        }
    }
}

/// Connects, and makes one request.
fn open(to: SocketAddr, config: Arc<ClientConfig>) -> io::Result<Connection> {
    let stream = TcpStream::connect(to)?;
    stream.set_nodelay(true)?;
    let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
    let connection = ClientConnection::new(config, name).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let mut request = [ECHO; 1 + REQUEST.len()];
    request[1..].copy_from_slice(&REQUEST);
    stream.write_all(&request)?;
    let mut answer = REQUEST;
    // Tickets come before the answer.
    stream.read_exact(&mut answer)?;
    Ok(stream)
}

fn handshakes(
    table: &mut Table,
    peer: &Peer,
    client: &Client,
    kind: HandshakeKind,
    scale: f64,
) -> Outcome {
    let count = (HANDSHAKES * scale) as usize;
    // The first makes the acquaintance.
    drop(open(peer.at, client.config(kind))?);
    let before = cpu_s(peer.pid);
    for _ in 0..count {
        let mut stream = open(peer.at, client.config(kind))?;
        if stream.conn.handshake_kind() != Some(kind) {
            return Err(format!("{}: no handshake of kind {kind:?}", peer.name).into());
        }
        stream.conn.send_close_notify();
        stream.flush()?;
    }
    let cpu_us = (cpu_s(peer.pid) - before) * 1e6;
    let title = format!("{kind:?} handshake with one request: CPU µs each");
    table.add(&title, &peer.name, cpu_us / count as f64);
    Ok(())
}

fn bulk(table: &mut Table, peer: &Peer, client: &Client, scale: f64) -> Outcome {
    let bytes = (BULK_BYTES * scale) as u64;
    let before = cpu_s(peer.pid);
    let stream = TcpStream::connect(peer.at)?;
    let name = ServerName::try_from("localhost")?;
    let connection = ClientConnection::new(client.config(HandshakeKind::Full), name)?;
    let mut stream = StreamOwned::new(connection, stream);
    stream.write_all(&[SWALLOW])?;
    stream.write_all(&bytes.to_le_bytes())?;
    let piece = vec![b'x'; WRITE_BYTES];
    let mut left = bytes;
    while left > 0 {
        let count = left.min(WRITE_BYTES as u64) as usize;
        stream.write_all(&piece[..count])?;
        left -= count as u64;
    }
    stream.flush()?;
    let mut arrived = [0; 8];
    stream.read_exact(&mut arrived)?;
    if u64::from_le_bytes(arrived) != bytes {
        return Err(format!("{}: not all bytes arrived", peer.name).into());
    }
    let cpu = cpu_s(peer.pid) - before;
    let title = "bulk to the backend: CPU s per GiB";
    table.add(title, &peer.name, cpu / (bytes as f64 / GIB));
    Ok(())
}

/// Only in a process that has done nothing yet: what a server frees, it often keeps to itself.
fn idle(table: &mut Table, peer: &Peer, client: &Client) -> Outcome {
    let before = memory_bytes(peer.pid);
    let mut pairs = Vec::with_capacity(PAIRS);
    for _ in 0..PAIRS {
        pairs.push(open(peer.at, client.config(HandshakeKind::Full))?);
    }
    let bytes = memory_bytes(peer.pid).saturating_sub(before);
    drop(pairs);
    let each = bytes as f64 / 1024.0 / PAIRS as f64;
    table.add("idle pairs: KiB each", &peer.name, each);
    Ok(())
}

/// Handshakes of a run at scale 1.
const HANDSHAKES: f64 = 2000.0;

/// Bytes of a bulk run at scale 1.
const BULK_BYTES: f64 = 2.0 * GIB;

/// Idle pairs.
const PAIRS: usize = 1000;

/// What is encrypted in one call, bytes: many full records.
const WRITE_BYTES: usize = 256 << 10;
