//! The sockets towards destinations, and whom the client has sent to.

use std::collections::HashSet;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsFd;
use std::task::Poll;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::{Instant, sleep_until};

use super::drops::Dropped;
use super::near::bind;
use crate::sys::messages::{self, Ends, receive_from};
use crate::transport::receive;

/// A socket for each address family, opened when it is needed and closed when it is idle.
///
/// Answers are taken from addresses to which the client has sent through the socket that is open, whatever
/// their port (RFC 4787 section 5, address-dependent filtering).
#[derive(Default)]
pub(super) struct Far {
    v4: Option<Open>,
    v6: Option<Open>,
}

/// One of them.
struct Open {
    socket: UdpSocket,
    contacts: Contacts,
    used: Instant,
}

/// Who sends what, or why it is not passed on and its length in bytes.
pub(super) type Taken<'a> = Result<(SocketAddr, &'a [u8]), (Dropped, usize)>;

impl Far {
    /// Sends a datagram.
    pub(super) fn send(&mut self, to: SocketAddr, payload: &[u8]) -> io::Result<()> {
        let (open, any): (_, IpAddr) = match to {
            SocketAddr::V4(_) => (&mut self.v4, Ipv4Addr::UNSPECIFIED.into()),
            SocketAddr::V6(_) => (&mut self.v6, Ipv6Addr::UNSPECIFIED.into()),
        };
        let open = match open {
            Some(open) => open,
            None => open.insert(Open {
                socket: bind((any, 0).into())?,
                contacts: Contacts::default(),
                used: Instant::now(),
            }),
        };
        // Before it leaves: the answer may be quick.
        open.contacts.note(to.ip());
        open.used = Instant::now();
        let to = Ends {
            peer: to,
            ours: None,
        };
        let payload = std::iter::once(payload);
        messages::send(open.socket.as_fd(), Some(to), payload).map(drop)
    }

    /// Waits until there is something to receive.
    pub(super) async fn readable(&self) {
        poll_fn(|cx| {
            let mut ready = Poll::Pending;
            for open in self.open() {
                if open.socket.poll_recv_ready(cx).is_ready() {
                    ready = Poll::Ready(());
                }
            }
            ready
        })
        .await;
    }

    /// Receives what has come, a batch of each socket at most.
    pub(super) fn receive(&mut self, mut take: impl FnMut(Taken<'_>)) {
        for open in [&mut self.v4, &mut self.v6].into_iter().flatten() {
            let Open {
                socket,
                contacts,
                used,
            } = open;
            let received = receive(socket, |socket| {
                receive_from(socket, |messages| {
                    for (Ends { peer, .. }, message) in messages {
                        take(match contacts.has(peer.ip()) {
                            true => {
                                *used = Instant::now();
                                Ok((*peer, *message))
                            }
                            false => Err((Dropped::Unasked(*peer), message.len())),
                        });
                    }
                })
            });
            if let Err(error) = received {
                take(Err((Dropped::Unreceived(error), 0)));
            }
        }
    }

    /// Waits until a socket is idle.
    pub(super) async fn idle(&self) {
        match self.open().map(|open| open.used).min() {
            Some(used) => sleep_until(used + IDLE).await,
            None => std::future::pending().await,
        }
    }

    /// Closes what is idle: who answers then comes too late.
    pub(super) fn close_idle(&mut self) {
        for open in [&mut self.v4, &mut self.v6] {
            open.take_if(|open| open.used.elapsed() >= IDLE);
        }
    }

    fn open(&self) -> impl Iterator<Item = &Open> {
        [&self.v4, &self.v6].into_iter().flatten()
    }
}

/// Addresses that were sent to, the latest of them: two sets, of which the older one is forgotten when the
/// newer one is full.
#[derive(Default)]
struct Contacts {
    newer: HashSet<IpAddr>,
    older: HashSet<IpAddr>,
}

impl Contacts {
    fn note(&mut self, ip: IpAddr) {
        if self.newer.len() >= CONTACTS_MAX / 2 && !self.newer.contains(&ip) {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(ip);
    }

    fn has(&self, ip: IpAddr) -> bool {
        self.newer.contains(&ip) || self.older.contains(&ip)
    }
}

/// How long a socket may be without a datagram.
const IDLE: Duration = Duration::from_secs(60);

/// Addresses that may answer at once: at least half of them, the latest. A client of a large swarm talks
/// to a few hundred.
const CONTACTS_MAX: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_socket_is_closed_after_a_minute_without_a_datagram() {
        let mut far = Far::default();
        let sink = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let there = sink.local_addr().unwrap();
        far.send(there, b"one").unwrap();
        tokio::time::advance(IDLE / 2).await;
        far.send(there, b"two").unwrap();
        let began = Instant::now();
        far.close_idle();
        assert!(far.v4.is_some(), "closed while in use");
        far.idle().await;
        assert_eq!(began.elapsed(), IDLE);
        far.close_idle();
        assert!(far.v4.is_none() && far.v6.is_none());
        far.send(there, b"three").unwrap();
        assert!(far.v4.is_some(), "not opened anew");
    }

    #[test]
    fn of_many_contacts_the_latest_are_known() {
        let mut contacts = Contacts::default();
        let ips = (0..3 * CONTACTS_MAX as u32).map(|n| IpAddr::from(Ipv4Addr::from(n)));
        ips.clone().for_each(|ip| contacts.note(ip));
        assert!(contacts.newer.len() + contacts.older.len() <= CONTACTS_MAX);
        let known: Vec<bool> = ips.map(|ip| contacts.has(ip)).collect();
        let latest = known.len() - CONTACTS_MAX / 2;
        assert!(known[latest..].iter().all(|known| *known));
        assert!(!known[0]);
    }
}
