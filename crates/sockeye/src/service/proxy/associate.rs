//! UDP ASSOCIATE: datagrams for as long as the connection lives that has asked (RFC 1928 section 7).
//!
//! ```text
//! client ──header, payload──▶ Near ──▶ a name? look up ──▶ check the address ──▶ Far, one an address family
//!        ◀─────────────────── Near ◀───── of those only to whom the client has sent
//! ```
//!
//! Invariants: datagrams from the client's address only are taken, and from one port: the one that its
//! request names, or else that of the first. Each destination is checked for each datagram. Nobody waits
//! for another one's name. What is not passed on is counted and said ([`Drops`]), and nothing that happens
//! to a datagram ends the association. All of it runs in the session's own task.

mod drops;
mod far;
mod names;
mod near;

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use sockeye_proto::socks::{Command, Destination, Host, ReplyCode};

use super::policy::{Caller, Policy};
use super::socks::Asked;
use super::{Opened, Proxy, establish, refuse, say};
use crate::engine::{Session, SessionFacts};
use crate::error::{Error, ErrorKind, words};
use crate::io::{Bounds, Gate, Reached, Stream, read_piece};
use drops::{Dropped, Drops};
use far::Far;
use names::{Answer, Names};
use near::Near;

/// A client's datagrams, and the connection for whose life they are passed.
pub(super) struct Association {
    control: Stream,
    near: Near,
    passing: Passing,
}

impl Proxy {
    /// Opens a socket for the client's datagrams, and says where.
    pub(super) async fn associate(
        &self,
        mut stream: Stream,
        caller: Caller,
        asked: Asked,
        session: &Session,
    ) -> Result<Option<Opened>, Error> {
        let peer = &session.info().peer_text;
        let opened = Near::open(asked.destination(), session.info());
        let (near, at) = match opened.and_then(|near| establish(session).map(|()| near)) {
            Ok(opened) => opened,
            Err(why) => return Err(refuse(stream, &asked, "associate", why).await),
        };
        tracing::info!(target: "step", "SOCKS: {caller} may send datagrams to {at}");
        let reply = asked.reply(ReplyCode::Succeeded, &at.into());
        say(&mut stream, &reply)
            .await
            .map_err(|error| Error::new(ErrorKind::PeerReset, "accept", peer, words(&error)))?;
        let bounds = stream.take_bounds();
        let passing = Passing::new(bounds, caller, Arc::clone(&self.policy), session.facts());
        Ok(Some(Opened::Associated(Box::new(Association {
            control: stream,
            near,
            passing,
        }))))
    }
}

impl Association {
    /// Passes datagrams until the client's connection ends.
    pub(super) async fn run(self: Box<Self>, session: &Session) -> Result<(), Error> {
        let Self {
            control,
            mut near,
            mut passing,
        } = *self;
        let (mut over, mut cut) = (pin!(ended(control)), pin!(session.cut()));
        loop {
            let Passing {
                far,
                names,
                received,
                sent,
                ..
            } = &mut passing;
            tokio::select! {
                () = &mut over => break,
                () = &mut cut => break,
                () = once_open(received, near.readable()) => passing.forth(&mut near),
                () = once_open(sent, far.readable()) => passing.back(&near),
                answer = names.next() => passing.found(answer),
                () = far.idle() => passing.far.close_idle(),
            }
            if passing.reached.is_some() {
                break;
            }
        }
        let Passing {
            caller,
            forth,
            back,
            drops,
            reached,
            ..
        } = passing;
        tracing::info!(
            target: "step",
            "SOCKS: {caller} is done with datagrams: {forth} sent, {back} received{drops}"
        );
        let lost = drops.bytes_lost();
        session
            .facts()
            .bytes_lost
            .fetch_add(lost, Ordering::Relaxed);
        let peer = &session.info().peer_text;
        let end = |reached: Reached| Error::new(reached.kind(), "relay", peer, reached);
        reached.map_or(Ok(()), |reached| Err(end(reached)))
    }
}

/// What datagrams pass on their way.
struct Passing {
    far: Far,
    names: Names,
    drops: Drops,
    /// What the listener's `+limit` lets pass each way, if it says so, and what of it was reached.
    received: Option<Gate>,
    sent: Option<Gate>,
    reached: Option<Reached>,
    caller: Caller,
    policy: Arc<Policy>,
    /// Datagrams that were passed on from the client, and to it.
    forth: u64,
    back: u64,
    bytes_in: Arc<AtomicU64>,
    bytes_out: Arc<AtomicU64>,
}

impl Passing {
    fn new(
        bounds: Option<Box<Bounds>>,
        caller: Caller,
        policy: Arc<Policy>,
        facts: &SessionFacts,
    ) -> Self {
        let (received, sent) = bounds.map(|bounds| bounds.into_gates()).unzip();
        Self {
            received,
            sent,
            reached: None,
            far: Far::default(),
            names: Names::default(),
            drops: Drops::default(),
            caller,
            policy,
            forth: 0,
            back: 0,
            bytes_in: Arc::clone(&facts.bytes_in),
            bytes_out: Arc::clone(&facts.bytes_out),
        }
    }

    /// Takes what has come from the client.
    fn forth(&mut self, near: &mut Near) {
        near.receive(|taken| match taken {
            Ok((to, payload)) => match pass(&mut self.received, payload) {
                Ok(()) => self.send(&to, payload),
                Err(reached) => {
                    self.reached = Some(reached);
                    self.drops.note(Dropped::Beyond(reached), payload.len());
                }
            },
            Err((why, bytes)) => self.drops.note(why, bytes),
        });
    }

    fn send(&mut self, to: &Destination, payload: &[u8]) {
        match &to.host {
            Host::Address(ip) => self.send_to(&[*ip], to, payload),
            Host::Name(name) => match self.names.known(name) {
                Some(addresses) => self.send_to(&addresses, to, payload),
                None => {
                    let payload_bytes = payload.len();
                    let waits = self.names.wait(to, Bytes::copy_from_slice(payload));
                    if let Err(why) = waits {
                        self.drops.note(why, payload_bytes);
                    }
                }
            },
        }
    }

    /// Sends to what a name stands for what has waited for it.
    fn found(&mut self, answer: Answer) {
        for (to, payload) in answer.waiting {
            self.send_to(&answer.addresses, &to, &payload);
        }
    }

    /// Sends to the first of a destination's addresses that one may send to.
    fn send_to(&mut self, addresses: &[IpAddr], to: &Destination, payload: &[u8]) {
        let mut why = Dropped::Unresolved(to.to_string());
        for ip in addresses {
            let at = SocketAddr::new(ip.to_canonical(), to.port);
            let Self { caller, policy, .. } = &*self;
            match policy.allows(caller, Command::UdpAssociate, to, at) {
                Ok(()) => match self.far.send(at, payload) {
                    Ok(()) => {
                        self.forth += 1;
                        let bytes = payload.len() as u64;
                        self.bytes_in.fetch_add(bytes, Ordering::Relaxed);
                        return;
                    }
                    Err(error) => why = Dropped::Unsent(at, error),
                },
                Err(denied) => why = Dropped::Denied(at, policy.counted(denied).why),
            }
        }
        self.drops.note(why, payload.len());
    }

    /// Takes what has come for the client.
    fn back(&mut self, near: &Near) {
        let Self {
            far,
            drops,
            sent,
            reached,
            ..
        } = self;
        let (mut count, mut bytes) = (0, 0);
        far.receive(|taken| {
            let passed = taken.and_then(|(from, payload)| {
                let dropped = |why| (why, payload.len());
                pass(sent, payload).map_err(|beyond| {
                    *reached = Some(beyond);
                    dropped(Dropped::Beyond(beyond))
                })?;
                near.send(from, payload).map_err(dropped)?;
                Ok(payload.len() as u64)
            });
            match passed {
                Ok(payload_bytes) => {
                    count += 1;
                    bytes += payload_bytes;
                }
                Err((why, bytes)) => drops.note(why, bytes),
            }
        });
        self.back += count;
        self.bytes_out.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Counts a datagram at a gate, where there is one.
fn pass(gate: &mut Option<Gate>, payload: &[u8]) -> Result<(), Reached> {
    match gate {
        Some(gate) => gate.pass(payload.len()),
        None => Ok(()),
    }
}

/// Waits for a gate, where there is one, and then for what passes through it.
async fn once_open(gate: &mut Option<Gate>, ready: impl Future<Output = ()>) {
    if let Some(gate) = gate {
        gate.open().await;
    }
    ready.await;
}

/// Waits until the client's connection has ended, or one direction of it. What comes there means nothing.
async fn ended(mut control: Stream) {
    while let Ok(false) = read_piece(&mut control, |piece| piece.is_empty()).await {}
}
