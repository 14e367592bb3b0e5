//! One TLS connection without its stream: ciphertext in, plaintext out, and the other way round.
//!
//! rustls works here on buffers that are lent to it, so that a session at rest holds none: bytes
//! pass through a buffer of the thread, and only an unfinished record is kept.

use std::fmt;
use std::sync::Arc;

use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;
use rustls::server::{Acceptor, UnbufferedServerConnection};
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncryptError, InsufficientSizeError, UnbufferedStatus,
};
use rustls::{
    ClientConfig, CommonState, Error as TlsError, HandshakeKind, ProtocolVersion, ServerConfig,
};
use sha2::{Digest, Sha256};

use crate::io::TlsInfo;

/// The state of one connection.
pub(super) struct Session {
    side: Side,
    /// The name that was asked for, once it is known.
    name: Option<String>,
    /// Reads the name that the peer asks for, until it has.
    hello: Option<Box<Acceptor>>,
    /// Ciphertext of a record, or of a handshake message, that is not complete yet.
    pub(super) incoming: Vec<u8>,
    /// Plaintext that nobody has taken yet.
    pub(super) plain: Vec<u8>,
    /// Whether the peer has ended its direction by `close_notify`.
    pub(super) peer_closed: bool,
}

enum Side {
    Connect(UnbufferedClientConnection),
    Accept(UnbufferedServerConnection),
}

/// What is to be done when all that came has been processed.
#[derive(Clone, Copy)]
enum Then<'a> {
    Nothing,
    Encrypt(&'a [u8]),
    Close,
}

/// Runs the same on the connection of either side.
macro_rules! each_side {
    ($side:expr, $connection:ident => $call:expr) => {
        match $side {
            Side::Connect($connection) => $call,
            Side::Accept($connection) => $call,
        }
    };
}

impl Session {
    pub(super) fn connect(
        config: &Arc<ClientConfig>,
        name: &ServerName<'static>,
    ) -> Result<Self, TlsError> {
        let connection = UnbufferedClientConnection::new(Arc::clone(config), name.clone())?;
        let asked = match name {
            ServerName::DnsName(name) if config.enable_sni => Some(name.as_ref().to_owned()),
            _ => None,
        };
        Ok(Self::new(Side::Connect(connection), asked, None))
    }

    pub(super) fn accept(config: &Arc<ServerConfig>) -> Result<Self, TlsError> {
        let connection = UnbufferedServerConnection::new(Arc::clone(config))?;
        let hello = Some(Box::new(Acceptor::default()));
        Ok(Self::new(Side::Accept(connection), None, hello))
    }

    fn new(side: Side, name: Option<String>, hello: Option<Box<Acceptor>>) -> Self {
        Self {
            side,
            name,
            hello,
            incoming: Vec::new(),
            plain: Vec::new(),
            peer_closed: false,
        }
    }

    pub(super) fn is_handshaking(&self) -> bool {
        self.state().is_handshaking()
    }

    /// Tells whether this is the accepting end.
    pub(super) fn accepts(&self) -> bool {
        matches!(self.side, Side::Accept(_))
    }

    fn state(&self) -> &CommonState {
        each_side!(&self.side, connection => connection)
    }

    /// Returns the certificate that the peer has shown, in DER.
    pub(super) fn peer_certificate(&self) -> Option<&[u8]> {
        let shown = self.state().peer_certificates()?.first()?;
        Some(shown)
    }

    /// Returns what the handshake has settled.
    pub(super) fn info(&self) -> TlsInfo {
        let (state, certificate) = (self.state(), self.peer_certificate());
        TlsInfo {
            version: match state.protocol_version() {
                Some(ProtocolVersion::TLSv1_2) => "1.2",
                _ => "1.3",
            },
            cipher: state
                .negotiated_cipher_suite()
                .and_then(|suite| suite.suite().as_str())
                .map(suite_name)
                .unwrap_or_default(),
            resumed: state.handshake_kind() == Some(HandshakeKind::Resumed),
            name: self.name.clone(),
            alpn: state
                .alpn_protocol()
                .map(|name| String::from_utf8_lossy(name).into_owned()),
            peer_certificate_sha256: certificate.map(|der| Sha256::digest(der).into()),
        }
    }

    /// Takes ciphertext that came, all of what was kept before it in front; what it is not done with
    /// is kept. What the peer has to be sent is added to `out`.
    pub(super) fn feed(&mut self, data: &mut [u8], out: &mut Outgoing) -> Result<(), TlsError> {
        self.look_for_name(data);
        let used = self.process(data, out, Then::Nothing)?;
        self.incoming = data.get(used..).unwrap_or_default().to_vec();
        Ok(())
    }

    /// Adds `plain`, encrypted, to `out`.
    pub(super) fn encrypt(&mut self, plain: &[u8], out: &mut Outgoing) -> Result<(), TlsError> {
        self.process_kept(out, Then::Encrypt(plain))
    }

    /// Adds the end of the own direction to `out`.
    pub(super) fn close(&mut self, out: &mut Outgoing) -> Result<(), TlsError> {
        self.process_kept(out, Then::Close)
    }

    fn process_kept(&mut self, out: &mut Outgoing, then: Then<'_>) -> Result<(), TlsError> {
        let mut kept = std::mem::take(&mut self.incoming);
        let used = self.process(&mut kept, out, then)?;
        kept.drain(..used.min(kept.len()));
        self.incoming = kept;
        Ok(())
    }

    /// Processes `data` as far as it goes, then does what is left to do; returns how many bytes of
    /// it are done with.
    ///
    /// A failed session adds to `out` what tells the peer so.
    fn process(
        &mut self,
        data: &mut [u8],
        out: &mut Outgoing,
        then: Then<'_>,
    ) -> Result<usize, TlsError> {
        let mut used = 0;
        loop {
            let rest = data.get_mut(used..).unwrap_or_default();
            let plain = &mut self.plain;
            let (discard, next) = each_side!(&mut self.side, connection => {
                step(connection.process_tls_records(rest), plain, out, then)
            });
            used += discard;
            match next {
                Ok(Next::GoOn) => {}
                Ok(Next::PeerClosed) => self.peer_closed = true,
                Ok(Next::Done) => return Ok(used),
                Err(error) => {
                    self.alert(data.get_mut(used..).unwrap_or_default(), out);
                    return Err(error);
                }
            }
        }
    }

    /// Adds what is left to be sent by a session that has failed with `rest` unprocessed.
    fn alert(&mut self, rest: &mut [u8], out: &mut Outgoing) {
        let plain = &mut self.plain;
        each_side!(&mut self.side, connection => {
            while connection.wants_write() {
                let (_, next) = step(connection.process_tls_records(rest), plain, out, Then::Nothing);
                if next.is_err() {
                    return;
                }
            }
        });
    }

    /// Learns the name that the peer asks for from its first message: rustls tells it only to who
    /// chooses a certificate.
    fn look_for_name(&mut self, data: &[u8]) {
        let Some(acceptor) = &mut self.hello else {
            return;
        };
        // What was kept before is known to the acceptor already.
        let mut news = data.get(self.incoming.len()..).unwrap_or_default();
        while !news.is_empty() && acceptor.read_tls(&mut news).is_ok_and(|count| count > 0) {
            match acceptor.accept() {
                Ok(None) => continue,
                Ok(Some(accepted)) => {
                    self.name = accepted.client_hello().server_name().map(Into::into);
                }
                // The session says what is wrong.
                Err(_) => {}
            }
            self.hello = None;
            return;
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("name", &self.name)
            .field("handshaking", &self.is_handshaking())
            .field("peer_closed", &self.peer_closed)
            .finish_non_exhaustive()
    }
}

/// Writes a suite as its registry does; rustls marks those of TLS 1.3 by `TLS13`.
fn suite_name(name: &str) -> String {
    name.replacen("TLS13_", "TLS_", 1)
}

/// What a step leaves to do.
enum Next {
    GoOn,
    PeerClosed,
    Done,
}

/// Does what rustls asks for; returns how many bytes of its input are done with.
fn step<Side>(
    status: UnbufferedStatus<'_, '_, Side>,
    plain: &mut Vec<u8>,
    out: &mut Outgoing,
    then: Then<'_>,
) -> (usize, Result<Next, TlsError>) {
    let UnbufferedStatus { discard, state } = status;
    let next = state.and_then(|state| follow(state, plain, out, then));
    (discard, next)
}

fn follow<Side>(
    state: ConnectionState<'_, '_, Side>,
    plain: &mut Vec<u8>,
    out: &mut Outgoing,
    then: Then<'_>,
) -> Result<Next, TlsError> {
    match state {
        ConnectionState::ReadTraffic(mut traffic) => {
            while let Some(record) = traffic.next_record() {
                plain.extend_from_slice(record?.payload);
            }
            Ok(Next::GoOn)
        }
        ConnectionState::EncodeTlsData(mut message) => {
            out.add(|room| match message.encode(room) {
                Err(EncodeError::InsufficientSize(size)) => Err(Some(size)),
                other => other.map_err(|_| None),
            })?;
            Ok(Next::GoOn)
        }
        ConnectionState::TransmitTlsData(transmit) => {
            // It stands in `out`, which leaves in order.
            transmit.done();
            Ok(Next::GoOn)
        }
        ConnectionState::PeerClosed => Ok(Next::PeerClosed),
        ConnectionState::WriteTraffic(mut traffic) => {
            out.add(|room| {
                let written = match then {
                    Then::Nothing => Ok(0),
                    Then::Encrypt(plain) => traffic.encrypt(plain, room),
                    Then::Close => traffic.queue_close_notify(room),
                };
                match written {
                    Err(EncryptError::InsufficientSize(size)) => Err(Some(size)),
                    other => other.map_err(|_| None),
                }
            })?;
            Ok(Next::Done)
        }
        // More of the handshake is wanted, both directions have ended, or there is early data,
        // which this end never allows.
        _ => Ok(Next::Done),
    }
}

/// Bytes for the peer, in a buffer that outlives them.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    buffer: Vec<u8>,
    filled: usize,
}

impl Outgoing {
    pub(super) const fn new() -> Self {
        Self {
            buffer: Vec::new(),
            filled: 0,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.filled).unwrap_or_default()
    }

    pub(super) fn clear(&mut self) {
        self.filled = 0;
    }

    /// Adds what `write` writes into the room that it is given: once more with as much as it asks
    /// for, if the first was too little.
    fn add(
        &mut self,
        mut write: impl FnMut(&mut [u8]) -> Result<usize, Option<InsufficientSizeError>>,
    ) -> Result<(), TlsError> {
        let spent = || TlsError::General("the keys of the connection are used up".to_owned());
        let room = |outgoing: &'_ mut Self| outgoing.filled..outgoing.buffer.len();
        let free = room(self);
        let written = match write(&mut self.buffer[free]) {
            Err(Some(InsufficientSizeError { required_size })) => {
                self.buffer.resize(self.filled + required_size, 0);
                let free = room(self);
                write(&mut self.buffer[free])
            }
            other => other,
        };
        self.filled += written.map_err(|_| spent())?;
        Ok(())
    }
}
