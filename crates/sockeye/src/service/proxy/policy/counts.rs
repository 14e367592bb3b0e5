//! How often a proxy has refused, by reason.

use std::sync::atomic::{AtomicU64, Ordering};

/// Why somebody was refused, as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Name or password is wrong.
    Login,
    /// Nobody has logged in, and has to.
    LoginWanted,
    /// Too many logins were tried.
    Busy,
    /// The account may not use the proxy.
    Permission,
    /// Nobody is let through to such an address.
    Closed,
    /// The address is of this machine or a private network, and no rule opens it.
    Inside,
    /// A rule denies it.
    Rule,
    /// The accounts cannot be read.
    Unavailable,
}

/// How often, for each reason.
#[derive(Debug, Default)]
pub(super) struct Counts([AtomicU64; Reason::ALL.len()]);

/// How often somebody was refused for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeniedCount {
    /// Why.
    pub reason: Reason,
    /// How often since the start.
    pub times: u64,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::Login,
        Self::LoginWanted,
        Self::Busy,
        Self::Permission,
        Self::Closed,
        Self::Inside,
        Self::Rule,
        Self::Unavailable,
    ];

    /// Returns its name in figures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::LoginWanted => "login-wanted",
            Self::Busy => "busy",
            Self::Permission => "permission",
            Self::Closed => "closed",
            Self::Inside => "inside",
            Self::Rule => "rule",
            Self::Unavailable => "unavailable",
        }
    }
}

impl Counts {
    pub(super) fn add(&self, reason: Reason) {
        let at = Reason::ALL.iter().position(|one| *one == reason);
        if let Some(count) = at.and_then(|at| self.0.get(at)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns all that has been counted, in the order of the reasons.
    pub(super) fn snapshot(&self) -> Vec<DeniedCount> {
        let counted = Reason::ALL.into_iter().zip(&self.0);
        let count = |(reason, times): (_, &AtomicU64)| DeniedCount {
            reason,
            times: times.load(Ordering::Relaxed),
        };
        counted.map(count).collect()
    }
}
