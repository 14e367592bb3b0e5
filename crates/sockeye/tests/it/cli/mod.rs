//! The toolkit's verbs as a person meets them: the real program, on ports of the system's choice.

mod addresses;
mod at_rest;
mod connect;
mod descriptors;
mod explain;
mod files;
mod generated;
mod help;
mod http_forward;
mod http_proxy;
mod limits;
mod listen;
mod mock;
mod one_connection;
mod probe;
mod readiness;
mod refused;
mod relay;
mod scarce;
mod secrets;
mod show;
mod socks;
mod standard;
mod stopping;
mod tls;

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::thread::{self, JoinHandle};

use crate::support::program::sockeye;
use crate::support::until::{DEADLINE, until};

/// Runs `sockeye` to its end with `input` as its standard input.
fn run(args: &[&str], input: &[u8]) -> Output {
    run_command(sockeye(args), input)
}

fn run_command(mut command: Command, input: &[u8]) -> Output {
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A child that does not read all of it may end before it is written.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Accepts one connection, reads it to its end, answers, closes, and returns what it read.
fn peer(answer: &'static [u8]) -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let served = thread::spawn(move || {
        let mut stream = accept(&listener);
        let mut received = Vec::new();
        stream.read_to_end(&mut received).unwrap();
        stream.write_all(answer).unwrap();
        received
    });
    (address, served)
}

/// Accepts a connection that comes before the deadline.
fn accept(listener: &TcpListener) -> TcpStream {
    listener.set_nonblocking(true).unwrap();
    let (stream, _) = until("a connection", || listener.accept().ok());
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

fn dial(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, DEADLINE).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// Sends, ends its own direction, and returns what comes back until the other end.
fn exchange(address: SocketAddr, sent: &[u8]) -> Vec<u8> {
    try_exchange(address, sent).unwrap()
}

fn try_exchange(address: SocketAddr, sent: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&address, DEADLINE)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    stream.write_all(sent)?;
    stream.shutdown(Shutdown::Write)?;
    let mut received = Vec::new();
    stream.read_to_end(&mut received)?;
    Ok(received)
}

/// Returns an address at which connections are refused for as long as the socket lives.
fn refusing() -> (socket2::Socket, SocketAddr) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket
        .bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())
        .unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// Makes a terminal: who types, and what a program has as its standard input.
fn terminal() -> (rustix::fd::OwnedFd, std::fs::File) {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let path = ptsname(&controller, Vec::new()).unwrap();
    let path = path.to_str().unwrap();
    let terminal = std::fs::File::options()
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    (controller, terminal)
}
