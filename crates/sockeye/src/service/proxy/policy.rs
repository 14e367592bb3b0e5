//! Who may go where by way of a proxy.
//!
//! ```text
//! log_in() or come() ──▶ Caller ──▶ check(command, destination, each address) ──▶ Way
//! ```
//!
//! Invariant: what is checked is the address that is then connected or sent to, for every command and
//! datagram; a name is looked up once, so that it cannot mean something else afterwards.

mod counts;
mod login;
mod reach;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use sockeye_proto::socks::{Command, Destination};

use crate::io::ConnectionInfo;
use counts::Counts;
pub use counts::{DeniedCount, Reason};
pub use login::{Credentials, Login};

/// Who may go where by way of a proxy.
#[derive(Debug, Default)]
pub struct Policy {
    /// How callers say who they are; `None`: they need not.
    login: Option<Login>,
    counts: Arc<Counts>,
}

/// Who asks, once that is known.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// The account, where the proxy asks for one.
    pub(super) account: Option<Arc<str>>,
    /// The address that it has come from.
    pub(super) from: IpAddr,
}

/// How to get where somebody may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// Straight.
    Direct,
}

/// Why somebody may not go somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// Of which kind.
    pub reason: Reason,
    /// In words.
    pub why: String,
}

impl Denied {
    pub(super) fn new(reason: Reason, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { reason, why }
    }
}

impl Policy {
    /// Returns one that lets everybody through who reaches the proxy.
    pub fn open() -> Self {
        Self::default()
    }

    /// Returns one that lets those through who log in.
    pub fn with_login(login: Login) -> Self {
        Self {
            login: Some(login),
            ..Self::default()
        }
    }

    /// Tells whether callers have to say who they are.
    pub(super) fn wants_login(&self) -> bool {
        self.login.is_some()
    }

    /// Takes in somebody who does not say who they are.
    ///
    /// # Errors
    /// [`Reason::LoginWanted`] where that is asked for.
    pub(super) fn come(&self, info: &ConnectionInfo) -> Result<Caller, Denied> {
        match &self.login {
            None => Ok(Caller::new(None, info)),
            Some(_) => {
                let why = "it does not log in, and this proxy asks for that";
                Err(self.counted(Denied::new(Reason::LoginWanted, why)))
            }
        }
    }

    /// Verifies who somebody says to be. After failures that takes long; where nobody needs to log in,
    /// whoever does is taken in all the same, as nobody in particular.
    ///
    /// # Errors
    /// When name or password is wrong, or the account may not use the proxy.
    pub(super) async fn log_in(
        &self,
        name: &[u8],
        password: &[u8],
        info: &ConnectionInfo,
    ) -> Result<Caller, Denied> {
        let Some(login) = &self.login else {
            return Ok(Caller::new(None, info));
        };
        let credentials = Credentials::new(name, password, info.source());
        match login.verify(credentials).await {
            Ok(account) => Ok(Caller::new(Some(account.into()), info)),
            Err(denied) => Err(self.counted(denied)),
        }
    }

    /// Checks that one may go to an address, as asked for or as a name stands for it: before anything is
    /// connected, accepted, or sent there.
    ///
    /// # Errors
    /// Why not; who refuses because of it tells [`Policy::counted`].
    pub(super) fn check(
        &self,
        _caller: &Caller,
        _command: Command,
        _destination: &Destination,
        at: SocketAddr,
    ) -> Result<Way, Denied> {
        match reach::is_closed(at.ip()) {
            true => {
                let why = "nobody is let through to such an address";
                Err(Denied::new(Reason::Closed, why))
            }
            false => Ok(Way::Direct),
        }
    }

    /// Returns how often somebody was refused since the start, for each reason.
    pub fn denied(&self) -> Vec<DeniedCount> {
        self.counts.snapshot()
    }

    /// Counts that somebody is refused, and returns why as it was.
    pub(super) fn counted(&self, denied: Denied) -> Denied {
        self.counts.add(denied.reason);
        denied
    }
}

impl Caller {
    fn new(account: Option<Arc<str>>, info: &ConnectionInfo) -> Self {
        let peer = info.peer.map(|peer| peer.ip().to_canonical());
        let from = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        Self { account, from }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.account {
            Some(account) => write!(f, "{account} from {}", self.from),
            None => self.from.fmt(f),
        }
    }
}
