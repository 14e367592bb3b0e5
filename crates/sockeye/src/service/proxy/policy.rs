//! Who may go where by way of a proxy.
//!
//! ```text
//! log_in() or come() ──▶ Caller ──▶ ahead(command, destination) ──▶ check(…, each address) ──▶ Way
//!                                   └── by name alone, where that decides
//! ```
//!
//! Invariant: what is checked is the address that is then connected or sent to, for every command and
//! datagram; a name is looked up once, so that it cannot mean something else afterwards.

mod counts;
mod ledger;
mod login;
mod reach;
mod rule;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use sockeye_proto::socks::{Command, Destination, Host};

use crate::endpoint::Hop;
use crate::io::ConnectionInfo;
pub use counts::{DeniedCount, Reason};
pub use ledger::Ledger;
pub use login::{Credentials, Login};
pub use rule::{Action, COMMANDS, Hours, Ports, Rule, Target, WEEKDAYS, Weekday};
use rule::{Asked, Fit, Moment};

/// Who may go where by way of a proxy.
#[derive(Debug, Default)]
pub struct Policy {
    /// How callers say who they are; `None`: they need not.
    login: Option<Login>,
    /// The first that fits decides; what none fits is allowed.
    rules: Arc<[Rule]>,
    /// Whether this machine and private networks are closed to whom no rule opens them.
    guards_inside: bool,
    ledger: Arc<Ledger>,
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
    /// By way of others, the nearest first.
    Via(Arc<[Hop]>),
}

/// Why somebody may not go somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// Of which kind.
    pub reason: Reason,
    /// In words.
    pub why: String,
    /// The account that was denied it, where that is known.
    pub account: Option<Arc<str>>,
    /// Where it has come from.
    pub from: Option<IpAddr>,
    /// Where it wanted to.
    pub on: Option<String>,
}

impl Denied {
    /// Makes one of nobody in particular.
    pub fn new(reason: Reason, why: impl Into<String>) -> Self {
        Self {
            reason,
            why: why.into(),
            account: None,
            from: None,
            on: None,
        }
    }

    /// Says which account it is.
    #[must_use]
    pub fn of(self, account: &str) -> Self {
        let account = Some(account.into());
        Self { account, ..self }
    }

    fn going(self, caller: &Caller, destination: &Destination) -> Self {
        Self {
            account: caller.account.clone(),
            from: Some(caller.from),
            on: Some(destination.to_string()),
            ..self
        }
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

    /// Holds it to rules, the first that fits deciding.
    #[must_use]
    pub fn with_rules(self, rules: Arc<[Rule]>) -> Self {
        Self { rules, ..self }
    }

    /// Closes this machine and private networks to whom no rule opens them: the proxy can be reached from
    /// elsewhere.
    #[must_use]
    pub fn guarding_inside(self, guards_inside: bool) -> Self {
        Self {
            guards_inside,
            ..self
        }
    }

    /// Keeps what is counted in a book that others share.
    #[must_use]
    pub fn with_ledger(self, ledger: Arc<Ledger>) -> Self {
        Self { ledger, ..self }
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
            Err(denied) => {
                let from = info.peer.map(|peer| peer.ip().to_canonical());
                Err(self.counted(Denied { from, ..denied }))
            }
        }
    }

    /// Tells what rules say of a destination whatever its address; `None` where that depends on it, or it
    /// has to be looked up here all the same, to be checked.
    ///
    /// # Errors
    /// Why one may not go there.
    pub(super) fn ahead(
        &self,
        caller: &Caller,
        command: Command,
        destination: &Destination,
    ) -> Result<Option<Way>, Denied> {
        let Host::Name(name) = &destination.host else {
            return Ok(None);
        };
        let asked = self.asked(caller, command, destination, None);
        match self.first_that_fits(&asked) {
            Some((at, rule, Fit::Yes { .. })) if rule.action == Action::Deny => {
                Err(denied_by(at, command, destination).going(caller, destination))
            }
            // What others would take for an address is looked up here, and checked.
            Some((_, rule, Fit::Yes { .. })) if !rule.via.is_empty() && !rule::is_numeric(name) => {
                Ok(Some(way_of(rule)))
            }
            _ => Ok(None),
        }
    }

    /// Checks that one may go to an address, as asked for or as a name stands for it: before anything is
    /// connected, accepted, or sent there.
    ///
    /// # Errors
    /// Why not; who refuses because of it tells [`Policy::counted`].
    pub(super) fn check(
        &self,
        caller: &Caller,
        command: Command,
        destination: &Destination,
        at: SocketAddr,
    ) -> Result<Way, Denied> {
        let way = self.way(caller, command, destination, at);
        way.map_err(|denied| denied.going(caller, destination))
    }

    fn way(
        &self,
        caller: &Caller,
        command: Command,
        destination: &Destination,
        at: SocketAddr,
    ) -> Result<Way, Denied> {
        let ip = at.ip();
        if reach::is_closed(ip) || self.ledger.is_own(at) {
            let why = "nobody is let through to such an address";
            return Err(Denied::new(Reason::Closed, why));
        }
        let asked = self.asked(caller, command, destination, Some(ip));
        let fitting = self.first_that_fits(&asked);
        let opens = matches!(fitting, Some((.., Fit::Yes { opens: true })));
        let way = match fitting {
            Some((at, rule, _)) if rule.action == Action::Deny => {
                return Err(denied_by(at, command, destination));
            }
            Some((_, rule, _)) => way_of(rule),
            None => Way::Direct,
        };
        match self.guards_inside && !opens && reach::inside(ip).is_some() {
            true => {
                let why =
                    format!("{ip} is of this machine or a private network, and no rule opens it");
                Err(Denied::new(Reason::Inside, why))
            }
            false => Ok(way),
        }
    }

    /// Checks, as [`Policy::check`] does, where nothing goes by way of others.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn allows(
        &self,
        caller: &Caller,
        command: Command,
        destination: &Destination,
        at: SocketAddr,
    ) -> Result<(), Denied> {
        match self.check(caller, command, destination, at)? {
            Way::Direct => Ok(()),
            Way::Via(_) => {
                let command = name_of(command);
                let why = format!(
                    "a rule leads to {destination} by way of others, where {command} is not in this version"
                );
                Err(Denied::new(Reason::Rule, why).going(caller, destination))
            }
        }
    }

    fn asked<'a>(
        &self,
        caller: &'a Caller,
        command: Command,
        destination: &'a Destination,
        at: Option<IpAddr>,
    ) -> Asked<'a> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Asked {
            caller,
            command,
            destination,
            at,
            now: Moment::at_s(now.unwrap_or_default().as_secs()),
        }
    }

    /// Returns the first rule that fits or may fit, and its number.
    fn first_that_fits(&self, asked: &Asked<'_>) -> Option<(usize, &Rule, Fit)> {
        let numbered = self.rules.iter().enumerate();
        let mut fitting = numbered.map(|(at, rule)| (at + 1, rule, rule.fits(asked)));
        fitting.find(|(.., fit)| *fit != Fit::No)
    }

    /// Returns how often somebody was refused since the start, for each reason.
    pub fn denied(&self) -> Vec<DeniedCount> {
        self.ledger.denied()
    }

    /// Counts that somebody is refused, and returns why as it was.
    pub(super) fn counted(&self, denied: Denied) -> Denied {
        self.ledger.count(&denied);
        denied
    }
}

/// Returns where a rule leads that allows something.
fn way_of(rule: &Rule) -> Way {
    match rule.via.is_empty() {
        true => Way::Direct,
        false => Way::Via(Arc::clone(&rule.via)),
    }
}

fn denied_by(at: usize, command: Command, destination: &Destination) -> Denied {
    let command = name_of(command);
    let why = format!("rule {at} denies {command} to {destination}");
    Denied::new(Reason::Rule, why)
}

fn name_of(command: Command) -> &'static str {
    let mut named = COMMANDS.iter();
    let found = named.find(|(_, one)| *one == command);
    found.map_or("this", |(name, _)| name)
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
