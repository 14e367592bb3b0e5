//! Datagrams by way of a SOCKS 5 proxy: UDP ASSOCIATE (RFC 1928 sections 4, 6 and 7).
//!
//! ```text
//! control ──TCP── "a way for datagrams" ──▶ proxy         for as long as the conversation lives
//! message ──header, payload──UDP──────────▶ proxy ──▶ address
//! ```

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use sockeye_proto::socks::{DatagramHeader, Destination, Host};

use super::{ask, in_time, login_of, reach, told, wanted};
use crate::endpoint::{self, Address, Endpoint, Family, Hop};
use crate::error::{Error, ErrorKind};
use crate::io::{ConnectionInfo, Conversation, Datagram, Messages, Stream, poll_piece};
use crate::transport::{self, Rooms, Until};

/// Opens a UDP endpoint by way of its one hop.
pub(super) async fn connect(
    endpoint: &Endpoint,
    hop: &Hop,
    rooms: &Rooms,
    until: Option<Until>,
) -> Result<(Conversation, ConnectionInfo), Error> {
    let (login, name) = (login_of(endpoint, hop)?, hop.to_string());
    let (mut control, mut info) = reach(endpoint, hop, &name, rooms, until).await?;
    let opening = async {
        let far = wanted(hop, endpoint).await?;
        let asking = ask::associate(&mut control, login.as_ref());
        let at = in_time(endpoint, &name, asking).await?;
        let proxy = info.peer.map(|peer| peer.ip());
        let relay = endpoint.by_relay(relay_at(at, proxy));
        let (conversation, relayed) = transport::connect(&relay, rooms, until).await?;
        info.local = relayed.local;
        match conversation {
            Conversation::Datagram(relay) => Ok((far, relay)),
            Conversation::Stream(_) => {
                let why = "datagrams are sent to a socket of datagrams";
                Err(Error::new(ErrorKind::Internal, "connect", endpoint, why))
            }
        }
    };
    let (far, relay) = Until::hold(until, endpoint, opening).await?;
    told(&mut info, &far);
    tracing::info!(target: "step", "{name} passes datagrams to {far}");
    let headed = Headed::new(control, relay, far);
    Ok((Datagram::new(headed).into(), info))
}

/// Returns where datagrams are to be sent: proxies that say no address mean their own.
fn relay_at(at: Destination, proxy: Option<IpAddr>) -> Address {
    let host = match (at.host, proxy) {
        (Host::Address(ip), Some(proxy)) if ip.is_unspecified() => endpoint::Host::Ip(proxy),
        (Host::Address(ip), _) => endpoint::Host::Ip(ip),
        (Host::Name(name), _) => endpoint::Host::Name(name),
    };
    Address::Udp {
        host,
        port: at.port,
        family: Family::Any,
    }
}

/// Messages that have a header on their way to a proxy and from there.
#[derive(Debug)]
struct Headed {
    /// When it ends, the proxy passes nothing more.
    control: Stream,
    relay: Datagram,
    far: Destination,
    header: Vec<u8>,
    bytes_dropped: u64,
}

impl Headed {
    fn new(control: Stream, relay: Datagram, far: Destination) -> Self {
        let mut header = Vec::new();
        let destination = far.clone();
        let fragment = 0;
        DatagramHeader {
            fragment,
            destination,
        }
        .encode(&mut header);
        Self {
            control,
            relay,
            far,
            header,
            bytes_dropped: 0,
        }
    }

    /// Fails once the proxy has ended the association. What else it says there means nothing.
    fn poll_ended(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        loop {
            match poll_piece(&mut self.control, cx, |piece| piece.is_empty()) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Ok(false)) => {}
                Poll::Ready(Ok(true)) => {
                    let why = "the proxy has ended the association";
                    return Err(io::Error::new(io::ErrorKind::ConnectionAborted, why));
                }
                Poll::Ready(Err(error)) => return Err(error),
            }
        }
    }

    /// Takes the header off a message that is from the far end, whole.
    fn payload(&self, message: &Bytes) -> Option<Bytes> {
        let (header, used) = DatagramHeader::decode(message).ok()??;
        (header.fragment == 0 && self.is_far(&header.destination)).then(|| message.slice(used..))
    }

    fn is_far(&self, from: &Destination) -> bool {
        let same_host = match (&self.far.host, &from.host) {
            (Host::Address(far), Host::Address(from)) => far.to_canonical() == from.to_canonical(),
            // What a name stands for only the proxy knows.
            (Host::Name(_), Host::Address(_)) => true,
            (Host::Name(far), Host::Name(from)) => far.eq_ignore_ascii_case(from),
            (Host::Address(_), Host::Name(_)) => false,
        };
        same_host && self.far.port == from.port
    }
}

impl Messages for Headed {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        let known = into.len();
        while into.len() == known {
            let mut arrived = VecDeque::new();
            match self.relay.poll_receive(cx, &mut arrived) {
                Poll::Pending => {
                    self.poll_ended(cx)?;
                    return Poll::Pending;
                }
                Poll::Ready(Ok(true)) => {}
                Poll::Ready(other) => return Poll::Ready(other),
            }
            for message in arrived {
                match self.payload(&message) {
                    Some(payload) => into.push_back(payload),
                    None => self.bytes_dropped += message.len() as u64,
                }
            }
        }
        Poll::Ready(Ok(true))
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        while !from.is_empty() {
            let headed = |payload: &Bytes| [&self.header[..], payload].concat().into();
            let mut messages: VecDeque<Bytes> = from.iter().take(TURN).map(headed).collect();
            let count = messages.len();
            let sent = self.relay.poll_send(cx, &mut messages);
            from.drain(..count - messages.len());
            ready!(sent)?;
        }
        Poll::Ready(Ok(()))
    }

    fn message_bytes_max(&self) -> usize {
        let max = self.relay.message_bytes_max();
        max.saturating_sub(self.header.len())
    }

    fn bytes_dropped(&self) -> u64 {
        self.bytes_dropped + self.relay.bytes_dropped()
    }
}

/// Messages that get their headers at once.
const TURN: usize = 16;

#[cfg(test)]
mod tests;
