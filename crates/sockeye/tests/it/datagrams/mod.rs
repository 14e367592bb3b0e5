//! Messages through the real program: whole, in order, each peer apart.

mod framing;
mod udp;
mod unix;

use std::net::{SocketAddr, UdpSocket};

use crate::support::program::{Program, sockeye};
use crate::support::until::DEADLINE;

/// Starts `sockeye listen` on a UDP port of the system's choice and returns where it listens.
fn listening(args: &[&str]) -> (Program, SocketAddr) {
    let listen = Program::ready(&[&["listen", "udp://127.0.0.1:0"], args].concat());
    let at = listen.stderr.wait_for("a UDP listener", |line| {
        line.strip_prefix("listening on udp://")?.parse().ok()
    });
    (listen, at)
}

/// Makes a socket that talks to `to`.
fn peer(to: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind((to.ip(), 0)).unwrap();
    socket.connect(to).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket
}

fn receive(socket: &UdpSocket) -> Vec<u8> {
    let mut message = vec![0; 65_536];
    let count = socket.recv(&mut message).unwrap();
    message.truncate(count);
    message
}
