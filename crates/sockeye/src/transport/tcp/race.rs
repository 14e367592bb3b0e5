//! Connecting to the first of several addresses that answers (RFC 8305), and saying why none did.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep};

use super::super::Until;
use super::super::options::{self, is_unset, named};
use super::{is_family_absent, open};
use crate::endpoint::{Endpoint, TcpOptions, Value};
use crate::error::{Error, ErrorKind, words};
use crate::sys;
use crate::sys::descriptors::ran_out;

/// Begins an attempt at each address, a moment apart or when one has failed, and returns the first
/// that succeeds (RFC 8305 section 5).
pub(super) async fn race(
    addresses: &[SocketAddr],
    options: &TcpOptions,
    until: Option<Until>,
) -> Result<Reached, Vec<Failure>> {
    let mut waiting = addresses.iter().copied();
    let mut open = Vec::new();
    let mut over = pin!(Until::over(until));
    let mut attempts = Vec::new();
    let mut failures = Vec::new();
    loop {
        if let Some(at) = waiting.next() {
            open.push(at);
            attempts.push(Box::pin(
                async move { (at, connect_one(at, options).await) },
            ));
        }
        if attempts.is_empty() {
            return Err(failures);
        }
        tokio::select! {
            (at, result) = first_of(&mut attempts) => match result {
                Ok(socket) => {
                    return Ok(Reached {
                        socket,
                        at,
                        failures,
                    });
                }
                Err(error) => {
                    open.retain(|open| *open != at);
                    failures.push((at, error));
                }
            },
            limit = &mut over => {
                let silent = open.into_iter().map(|at| (at, no_answer(limit)));
                failures.extend(silent);
                return Err(failures);
            }
            () = sleep(STAGGER), if waiting.len() > 0 => {}
        }
    }
}

/// Waits for the first of `attempts` that ends, and takes it out.
async fn first_of<T>(attempts: &mut Vec<Pin<Box<impl Future<Output = T>>>>) -> T {
    poll_fn(|cx| {
        let ended = attempts
            .iter_mut()
            .enumerate()
            .find_map(|(index, attempt)| match attempt.as_mut().poll(cx) {
                Poll::Ready(result) => Some((index, result)),
                Poll::Pending => None,
            });
        let Some((index, result)) = ended else {
            return Poll::Pending;
        };
        attempts.swap_remove(index);
        Poll::Ready(result)
    })
    .await
}

async fn connect_one(at: SocketAddr, options: &TcpOptions) -> io::Result<TcpStream> {
    let socket = open(at, options)?;
    if options.ip.local_port.is_some() {
        // A port whose last connection lingers is free for one to another address.
        socket.set_reuse_address(options.reuseaddr)?;
    }
    if options.fastopen {
        named("fastopen", sys::socket::connect_fast(&socket))?;
    }
    options::bind_source(&socket, at, options.ip.local_port)?;
    tracing::info!(target: "step", "made a TCP socket to connect to {at}");
    let began = Instant::now();
    let connected = TcpSocket::from_std_stream(socket.into()).connect(at).await;
    let ms = began.elapsed().as_millis();
    match &connected {
        Ok(_) => tracing::info!(target: "step", "{at} accepted the connection after {ms} ms"),
        Err(error) => {
            tracing::info!(target: "step", "{at}: {} after {ms} ms", words(error));
        }
    }
    connected
}

/// Lets the two families take turns, beginning with the first address's (RFC 8305 section 4).
pub(super) fn interleaved(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v4 = addresses.first().is_some_and(SocketAddr::is_ipv4);
    let (mut first, mut other): (VecDeque<_>, VecDeque<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv4() == first_is_v4);
    let mut turns = Vec::new();
    while let Some(address) = first.pop_front() {
        turns.push(address);
        turns.extend(other.pop_front());
    }
    turns.extend(other);
    turns
}

/// Says that an address did not answer in time.
fn no_answer(limit: Duration) -> io::Error {
    let why = format!("no answer within {}", Value::Duration(limit));
    io::Error::new(io::ErrorKind::TimedOut, why)
}

/// The address that answered, and those that had failed before.
#[derive(Debug)]
pub(super) struct Reached {
    pub(super) socket: TcpStream,
    pub(super) at: SocketAddr,
    pub(super) failures: Vec<Failure>,
}

/// An address that was tried, and why it did not work.
pub(super) type Failure = (SocketAddr, io::Error);

/// Names every address that was tried, the shared reason once.
pub(super) fn unreachable(endpoint: &Endpoint, failures: &[Failure]) -> Error {
    // An address of a family that this machine lacks was no real attempt if another one was.
    let mut real: Vec<_> = failures
        .iter()
        .filter(|(_, error)| !is_family_absent(error))
        .collect();
    if real.is_empty() {
        real = failures.iter().collect();
    }
    let reasons: Vec<_> = real.iter().map(|(_, error)| words(error)).collect();
    let why = match reasons.iter().all(|reason| *reason == reasons[0]) {
        true => {
            let tried: Vec<_> = real.iter().map(|(at, _)| at.ip().to_string()).collect();
            format!("{} ({})", reasons[0], tried.join(", "))
        }
        false => {
            let each = real.iter().zip(&reasons);
            let each: Vec<_> = each
                .map(|((at, _), why)| format!("{}: {why}", at.ip()))
                .collect();
            each.join(", ")
        }
    };
    let timed_out = real
        .iter()
        .any(|(_, error)| error.kind() == io::ErrorKind::TimedOut);
    let kind = if real.iter().all(|(_, error)| is_unset(error)) {
        ErrorKind::LocalBind
    } else if real.iter().all(|(_, error)| ran_out(error)) {
        ErrorKind::LocalLimits
    } else if timed_out {
        ErrorKind::PeerTimeout
    } else {
        ErrorKind::PeerUnreachable
    };
    Error::new(kind, "connect", endpoint, why)
}

/// How long an attempt is alone before the next address is tried as well (RFC 8305 section 8).
const STAGGER: Duration = Duration::from_millis(250);
