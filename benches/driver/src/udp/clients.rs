//! Clients that ask, each the next question when its answer is there or has been given up.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::backend::{ECHO, MESSAGE_BYTES};
use super::{is_loss, send};
use crate::poll::Poll;

/// What became of the questions.
#[derive(Debug, Default)]
pub(super) struct Answered {
    pub(super) latencies_us: Vec<f64>,
    /// Questions without an answer in time.
    pub(super) lost: usize,
    /// Clients with one answer at least.
    pub(super) served: usize,
}

/// Asks `count` questions by `at_once` clients, each with a port of its own, and more until each client
/// has been answered or has given a question up: fast ones must not end the run for the rest.
///
/// All have been introduced before, one after the other: a forwarder that makes a process for each new peer
/// (socat) sends those that come meanwhile astray, which says nothing of how many it serves.
pub(super) fn ask(to: SocketAddr, at_once: usize, count: usize) -> io::Result<Answered> {
    let poll = Poll::new()?;
    let mut clients = Vec::with_capacity(at_once);
    for token in 0..at_once {
        let client = Client::new(to, token)?;
        poll.add(&client.socket, token)?;
        clients.push(client);
    }
    for client in &mut clients {
        client.introduce()?;
    }
    let mut answered = Answered::default();
    for client in &mut clients {
        client.served = false;
        client.ask()?;
    }
    while answered.latencies_us.len() + answered.lost < count
        || !clients.iter().all(Client::had_its_turn)
    {
        for token in poll.wait(Some(LOOK_NS))? {
            let client = &mut clients[token];
            if let Some(latency) = client.hear()? {
                answered.latencies_us.push(latency.as_secs_f64() * 1e6);
                client.ask()?;
            }
        }
        for client in &mut clients {
            if client.sent.elapsed() > PATIENCE {
                answered.lost += 1;
                client.gave_up = true;
                client.ask()?;
            }
        }
    }
    answered.served = clients.iter().filter(|client| client.served).count();
    Ok(answered)
}

struct Client {
    socket: UdpSocket,
    /// Which of the clients it is: an answer to another one is none.
    token: usize,
    number: u64,
    sent: Instant,
    served: bool,
    gave_up: bool,
}

impl Client {
    fn new(to: SocketAddr, token: usize) -> io::Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(to)?;
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            token,
            number: 0,
            sent: Instant::now(),
            served: false,
            gave_up: false,
        })
    }

    /// Asks until it has had an answer, a few times.
    fn introduce(&mut self) -> io::Result<()> {
        for _ in 0..INTRODUCTIONS {
            self.ask()?;
            while self.sent.elapsed() < INTRODUCTION_PATIENCE {
                if self.hear()?.is_some() {
                    return Ok(());
                }
                std::thread::yield_now();
            }
        }
        Ok(())
    }

    fn had_its_turn(&self) -> bool {
        self.served || self.gave_up
    }

    fn ask(&mut self) -> io::Result<()> {
        self.number += 1;
        self.sent = Instant::now();
        // It counts as lost when nobody has answered it.
        send(&self.socket, &self.question())
    }

    fn question(&self) -> [u8; MESSAGE_BYTES] {
        let mut message = [ECHO; MESSAGE_BYTES];
        message[1..9].copy_from_slice(&self.number.to_le_bytes());
        message[9..17].copy_from_slice(&(self.token as u64).to_le_bytes());
        message
    }

    /// Returns how long the answer took, if it is to the last question.
    fn hear(&mut self) -> io::Result<Option<Duration>> {
        let mut message = [0; MESSAGE_BYTES];
        match self.socket.recv(&mut message) {
            Ok(MESSAGE_BYTES) if message == self.question() => {
                self.served = true;
                Ok(Some(self.sent.elapsed()))
            }
            Ok(_) => Ok(None),
            Err(why) if is_loss(&why) => Ok(None),
            Err(why) => Err(why),
        }
    }
}

/// After so long a question counts as lost: far above what a loaded machine needs.
const PATIENCE: Duration = Duration::from_secs(2);

/// Questions of a client that nobody knows yet, and how long each waits for its answer: as long as making a
/// process takes on a loaded machine.
const INTRODUCTIONS: usize = 5;
const INTRODUCTION_PATIENCE: Duration = Duration::from_millis(200);

/// How often it is looked for such ones, nanoseconds.
const LOOK_NS: u64 = 100_000_000;
