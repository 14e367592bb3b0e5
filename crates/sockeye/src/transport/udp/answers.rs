//! The way back of shortcuts: what the sockets at their far ends receive leaves through the listening one.
//!
//! Invariant: answers of one session leave in order. While the listening socket takes none, those in hand
//! are kept, [`BATCH`] at most, and nothing more is received.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::time::Instant;

use crate::io::{Shortcut, Way};
use crate::sys::messages::{self, BATCH, Bundle, Ends, with_bundle};
use crate::sys::ready::ReadySet;

/// The far ends of all shortcuts of a listening socket.
#[derive(Debug)]
pub(super) struct Answers {
    /// Nothing where the system has nothing of the kind; there are no shortcuts then.
    ready: Option<ReadySet>,
    /// By the numbers of their descriptors.
    far_ends: Mutex<HashMap<u64, FarEnd>>,
}

/// Whose answers come from a socket.
#[derive(Debug, Clone)]
pub(super) struct FarEnd {
    to: Ends,
    shortcut: Arc<Shortcut>,
}

/// Answers that the listening socket has not taken yet.
pub(super) type Held = VecDeque<(FarEnd, Bytes)>;

impl Answers {
    pub(super) fn new() -> Self {
        Self {
            ready: ReadySet::new().ok(),
            far_ends: Mutex::default(),
        }
    }

    /// Receives from a far end from now on; `false` where it cannot.
    pub(super) fn add(&self, shortcut: &Arc<Shortcut>, to: Ends) -> bool {
        let Some(ready) = &self.ready else {
            return false;
        };
        let (socket, mut far_ends) = (shortcut.socket(), self.far_ends());
        let added = ready.add(socket, token(shortcut)).is_ok();
        if added {
            let shortcut = Arc::clone(shortcut);
            far_ends.insert(token(&shortcut), FarEnd { to, shortcut });
        }
        added
    }

    pub(super) fn remove(&self, shortcut: &Shortcut) {
        if self.far_ends().remove(&token(shortcut)).is_some() {
            self.forget(shortcut);
        }
    }

    /// Waits for answers and sends them through `socket`, those in `held` first.
    pub(super) async fn pass(&self, socket: &UdpSocket, held: &mut Held) -> io::Result<()> {
        if !held.is_empty() {
            socket.writable().await?;
            send_held(socket, held);
            return Ok(());
        }
        match &self.ready {
            Some(ready) => ready.next(|tokens| self.gather(tokens, socket, held)).await,
            None => std::future::pending().await,
        }
    }

    /// Takes what the sockets have and sends it; tells whether they may have more.
    fn gather(&self, tokens: &[u64], socket: &UdpSocket, held: &mut Held) -> bool {
        let (far_ends, now) = (self.far_ends(), Instant::now());
        let mut more = false;
        with_bundle(|bundle| {
            let mut each = Vec::with_capacity(BATCH);
            for token in tokens {
                let Some(far_end) = far_ends.get(token) else {
                    continue;
                };
                more |= self.receive(far_end, bundle, &mut each);
                if bundle.is_full() {
                    send(bundle, &mut each, socket, held, now);
                    if !held.is_empty() {
                        return;
                    }
                }
            }
            send(bundle, &mut each, socket, held, now);
        });
        more || !held.is_empty()
    }

    /// Adds a far end's answers to the bundle; tells whether it may have more.
    fn receive(&self, far_end: &FarEnd, bundle: &mut Bundle<'_>, each: &mut Vec<FarEnd>) -> bool {
        if !far_end.shortcut.is_open() {
            self.forget(&far_end.shortcut);
            return false;
        }
        match bundle.receive(far_end.shortcut.socket()) {
            Ok((count, more)) => {
                each.extend(std::iter::repeat_n(far_end, count).cloned());
                more
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => false,
            Err(error) => {
                self.forget(&far_end.shortcut);
                far_end.shortcut.source_failed(error);
                false
            }
        }
    }

    fn forget(&self, shortcut: &Shortcut) {
        if let Some(ready) = &self.ready {
            // One that has failed is not there any more.
            let _ = ready.remove(shortcut.socket());
        }
    }

    fn far_ends(&self) -> MutexGuard<'_, HashMap<u64, FarEnd>> {
        self.far_ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends the bundle's messages, each to whose it is, and holds those that the socket does not take.
fn send(
    bundle: &mut Bundle<'_>,
    each: &mut Vec<FarEnd>,
    socket: &UdpSocket,
    held: &mut Held,
    now: Instant,
) {
    let mut first = 0;
    while let Some(rest @ [next, ..]) = each.get(first..) {
        let to = rest.iter().map(|far_end| far_end.to);
        let sent = socket.try_io(Interest::WRITABLE, || {
            bundle.send(socket.as_fd(), first, to)
        });
        match sent {
            Ok(count) => {
                for (i, far_end) in rest.iter().enumerate().take(count) {
                    let bytes = bundle.message(first + i).len();
                    far_end.shortcut.count(Way::Back, 1, bytes, now);
                }
                first += count;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                held.extend(rest.iter().enumerate().map(|(i, far_end)| {
                    let message = Bytes::copy_from_slice(bundle.message(first + i));
                    (far_end.clone(), message)
                }));
                break;
            }
            Err(error) => {
                let bytes = bundle.message(first).len();
                next.shortcut.sink_failed(Way::Back, error, bytes);
                first += 1;
            }
        }
    }
    each.clear();
    bundle.clear();
}

/// Sends held answers until there are none, or the socket takes no more.
fn send_held(socket: &UdpSocket, held: &mut Held) {
    while let Some((FarEnd { to, shortcut }, message)) = held.front() {
        let sent = socket.try_io(Interest::WRITABLE, || {
            messages::send(socket.as_fd(), Some(*to), std::iter::once(message.as_ref()))
        });
        match sent {
            Ok(_) => shortcut.count(Way::Back, 1, message.len(), Instant::now()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            Err(error) => shortcut.sink_failed(Way::Back, error, message.len()),
        }
        held.pop_front();
    }
}

/// Returns what stands for a far end: no other has the number while its socket is open.
fn token(shortcut: &Shortcut) -> u64 {
    u64::from(shortcut.socket().as_raw_fd().unsigned_abs())
}
