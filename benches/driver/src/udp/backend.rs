//! What stands behind the forwarders: one thread that answers or only counts, as the first byte says.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// First byte of a message that is only counted.
pub(super) const SWALLOW: u8 = b'S';

/// First byte of a message that comes back.
pub(super) const ECHO: u8 = b'E';

/// Starts the thread and returns how many messages it has counted.
pub(super) fn start(at: SocketAddr) -> io::Result<Arc<AtomicU64>> {
    let socket = UdpSocket::bind(at)?;
    rustix::net::sockopt::set_socket_recv_buffer_size(&socket, BUFFER_BYTES)?;
    let swallowed = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&swallowed);
    thread::spawn(move || {
        let mut message = [0; 2048];
        loop {
            // What cannot be received or answered is lost, and is counted as such by who asked.
            let Ok((length, from)) = socket.recv_from(&mut message) else {
                continue;
            };
            match message[..length].first() {
                Some(&SWALLOW) => _ = count.fetch_add(1, Ordering::Relaxed),
                _ => _ = socket.send_to(&message[..length], from),
            }
        }
    });
    Ok(swallowed)
}

/// What a message has, bytes: a question to a name server with its answer, roughly.
pub(super) const MESSAGE_BYTES: usize = 200;

/// The backend shall not be what loses.
const BUFFER_BYTES: usize = 4 << 20;
