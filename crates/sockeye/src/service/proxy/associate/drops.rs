//! Datagrams that were not passed on: counted by reason, the first of each said at once.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use crate::error::words;
use crate::io::Reached;

/// Why a datagram is not passed on.
#[derive(Debug)]
pub(super) enum Dropped {
    /// It is not from the client, but from there.
    Stranger(SocketAddr),
    /// It has no whole header, for this reason.
    Headless(String),
    /// It is a part of one; parts are optional (RFC 1928 section 7), and nobody sends them.
    Fragment,
    /// Nobody may send there.
    Denied(SocketAddr, String),
    /// This name does not resolve.
    Unresolved(String),
    /// Too many wait for their names, or are looked up, to take one for this.
    Crowded(String),
    /// The system does not send it there.
    Unsent(SocketAddr, io::Error),
    /// It is from there, where the client has sent nothing.
    Unasked(SocketAddr),
    /// It is beyond what the listener lets pass.
    Beyond(Reached),
    /// The system could not say what has come.
    Unreceived(io::Error),
}

/// What was dropped of one association.
#[derive(Debug, Default)]
pub(super) struct Drops {
    counts: [u64; REASONS.len()],
    bytes_lost: u64,
}

impl Drops {
    /// Counts a datagram of so many bytes.
    pub(super) fn note(&mut self, why: Dropped, bytes: usize) {
        let at = why.at();
        let Some(count) = self.counts.get_mut(at) else {
            return;
        };
        *count += 1;
        if *count == 1 {
            tracing::info!(target: "step", "SOCKS: dropped a datagram of {bytes} bytes: {why}");
        }
        if matches!(
            why,
            Dropped::Crowded(_) | Dropped::Unsent(..) | Dropped::Beyond(_)
        ) {
            self.bytes_lost += bytes as u64;
        }
    }

    /// Returns the bytes that were taken and could not be passed on, by no fault of theirs.
    pub(super) fn bytes_lost(&self) -> u64 {
        self.bytes_lost
    }
}

impl fmt::Display for Drops {
    /// Writes how many were dropped and why; nothing where none was.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.counts.iter().zip(REASONS);
        let mut before = "; dropped ";
        for (count, reason) in counts.filter(|(count, _)| **count > 0) {
            write!(f, "{before}{count} {reason}")?;
            before = ", ";
        }
        Ok(())
    }
}

impl Dropped {
    /// Returns its place among the reasons.
    fn at(&self) -> usize {
        match self {
            Self::Stranger(_) => 0,
            Self::Headless(_) => 1,
            Self::Fragment => 2,
            Self::Denied(..) => 3,
            Self::Unresolved(_) => 4,
            Self::Crowded(_) => 5,
            Self::Unsent(..) => 6,
            Self::Unasked(_) => 7,
            Self::Beyond(_) => 8,
            Self::Unreceived(_) => 9,
        }
    }
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stranger(from) => write!(f, "{from} is not the client"),
            Self::Headless(why) => write!(f, "it has no header: {why}"),
            Self::Fragment => f.write_str("it is a part of one, and parts are not taken"),
            Self::Denied(to, why) => write!(f, "{to}: {why}"),
            Self::Unresolved(name) => write!(f, "{name} does not resolve"),
            Self::Crowded(name) => write!(f, "{name}: too many names are being looked up"),
            Self::Unsent(to, error) => write!(f, "{to}: {}", words(error)),
            Self::Unasked(from) => write!(f, "the client has sent nothing to {from}"),
            Self::Beyond(reached) => reached.fmt(f),
            Self::Unreceived(error) => write!(f, "it could not be received: {}", words(error)),
        }
    }
}

/// What was dropped, in the order of [`Dropped`].
const REASONS: [&str; 10] = [
    "of others than the client",
    "without a whole header",
    "in parts",
    "to where nobody is let through",
    "to names that do not resolve",
    "beyond what may wait for a name",
    "that the system did not send",
    "from where the client has sent nothing",
    "beyond what +limit lets pass",
    "that the system could not receive",
];
