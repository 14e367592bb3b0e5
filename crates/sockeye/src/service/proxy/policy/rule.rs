//! Rules: the first that fits decides.
//!
//! Whether a rule fits may depend on the address that a name stands for. As long as no rule before it
//! does, one decides without a look-up: what is denied by name is not asked for, and what goes by way of
//! others is theirs to look up.

mod text;

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;

use sockeye_proto::socks::{Command, Destination, Host};

use super::{Caller, reach};
use crate::endpoint::{Hop, Network};
pub(super) use text::is_numeric;
pub use text::{COMMANDS, WEEKDAYS};

/// Who may, or may not, go where. What is left out fits everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// Whether it allows or denies.
    pub action: Action,
    /// The accounts, as they are compared.
    pub accounts: Vec<String>,
    /// Where the caller is.
    pub from: Vec<Network>,
    /// Where it wants to.
    pub to: Vec<Target>,
    /// The ports there.
    pub ports: Vec<Ports>,
    /// What it wants there.
    pub commands: Vec<Command>,
    /// When.
    pub hours: Option<Hours>,
    /// On which days.
    pub weekdays: Vec<Weekday>,
    /// By way of whom, the nearest first; empty: straight.
    pub via: Arc<[Hop]>,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Action {
    /// It lets through.
    #[default]
    Allow,
    /// It does not.
    Deny,
}

/// Where somebody wants to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A host by its name, in lower case.
    Name(String),
    /// All hosts below a name, which begins with a dot here.
    Below(String),
    /// An address, asked for or what a name stands for.
    Network(Network),
}

/// Ports in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ports(RangeInclusive<u16>);

/// A span of the day in UTC, over midnight where it ends before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    from_min: u16,
    until_min: u16,
}

/// A day of the week in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekday(u8);

/// A minute of the week in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) weekday: Weekday,
    pub(super) minute: u16,
}

/// What rules look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) caller: &'a Caller,
    pub(super) command: Command,
    pub(super) destination: &'a Destination,
    /// The address, once it is known.
    pub(super) at: Option<IpAddr>,
    pub(super) now: Moment,
}

/// Whether a rule fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    No,
    /// It depends on the address.
    Depends,
    Yes {
        /// It names a network that is no more than one inside: who writes that means it.
        opens: bool,
    },
}

impl Rule {
    pub(super) fn fits(&self, asked: &Asked<'_>) -> Fit {
        let Asked {
            caller,
            command,
            destination,
            now,
            ..
        } = asked;
        let is_of = |account: &String| caller.account.as_deref() == Some(account);
        let fits = among(&self.accounts, is_of)
            && among(&self.from, |network| network.contains(caller.from))
            && among(&self.ports, |Ports(ports)| {
                ports.contains(&destination.port)
            })
            && among(&self.commands, |own| own == command)
            && among(&self.weekdays, |day| *day == now.weekday)
            && self.hours.is_none_or(|hours| hours.has(now.minute));
        match (fits, self.to.is_empty()) {
            (false, _) => Fit::No,
            (true, true) => Fit::Yes { opens: false },
            (true, false) => self.leads_to(asked),
        }
    }

    fn leads_to(
        &self,
        Asked {
            destination, at, ..
        }: &Asked<'_>,
    ) -> Fit {
        let mut fit = Fit::No;
        for target in &self.to {
            let found = match (target, &destination.host, at) {
                (Target::Network(network), _, Some(at)) => network_fit(network, *at),
                (Target::Network(_), _, None) if fit == Fit::No => Fit::Depends,
                (Target::Name(_) | Target::Below(_), Host::Name(name), _) if target.names(name) => {
                    Fit::Yes { opens: false }
                }
                _ => Fit::No,
            };
            match found {
                Fit::Yes { opens: true } => return found,
                Fit::No => {}
                _ => fit = found,
            }
        }
        fit
    }
}

fn network_fit(network: &Network, at: IpAddr) -> Fit {
    match reach::meanings(at).any(|ip| network.contains(ip)) {
        true => Fit::Yes {
            opens: reach::inside(at).is_some_and(|range| range.includes(network)),
        },
        false => Fit::No,
    }
}

/// Tells whether one of `all` fits; where there are none everything does.
fn among<T>(all: &[T], fits: impl Fn(&T) -> bool) -> bool {
    all.is_empty() || all.iter().any(fits)
}

impl Target {
    /// Tells whether it is a host's name, in whatever case and with a dot at its end or without.
    fn names(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        match self {
            Self::Name(name) => host.eq_ignore_ascii_case(name),
            Self::Below(suffix) => host
                .len()
                .checked_sub(suffix.len())
                .filter(|cut| *cut > 0)
                .and_then(|cut| host.get(cut..))
                .is_some_and(|end| end.eq_ignore_ascii_case(suffix)),
            Self::Network(_) => false,
        }
    }
}

impl Hours {
    fn has(self, minute: u16) -> bool {
        let Self {
            from_min,
            until_min,
        } = self;
        match from_min < until_min {
            true => (from_min..until_min).contains(&minute),
            false => minute >= from_min || minute < until_min,
        }
    }
}

impl Moment {
    /// Returns the one that is so long after 1970.
    pub(super) fn at_s(since_1970_s: u64) -> Self {
        let minutes = since_1970_s / 60;
        let day = minutes / MINUTES_A_DAY;
        Self {
            // 1970 began on a Thursday.
            weekday: Weekday(((day + 3) % 7) as u8),
            minute: (minutes % MINUTES_A_DAY) as u16,
        }
    }
}

/// Minutes of a day.
const MINUTES_A_DAY: u64 = 24 * 60;
