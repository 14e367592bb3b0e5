//! The order of truth and what is kept on disk: the log, the store, the accounts.

mod accounts;
mod audit;
mod bans;
#[cfg(test)]
mod conformance;
mod faulty;
mod log;
mod memory;
mod sqlite;

pub use accounts::{
    Account, AccountError, Accounts, Challenge, HashCost, LoginError, Password, Permissions,
    Proven, RegisterError, UnknownPermission,
};
pub(crate) use accounts::{mac, wall_ms};
pub use audit::{Act, Actor, Audit, AuditEntry, AuditPage, AuditQuery, AuditRetention, AuditRow};
pub use bans::{Ban, BanError, BanTarget, Bans, Suspect};
pub use faulty::{Fault, FaultyLog};
pub use log::{Answer, Health, History, Log, LogError, Snapshot, Tail};
pub use memory::MemoryLog;
pub use sqlite::{Forgotten, Pass, Retention, Store, StoreOptions, back_up};

/// Ends the process where going on could break what was promised; the next start rebuilds from the
/// store.
pub(crate) fn end_process(why: &str) -> ! {
    tracing::error!("{why}");
    std::process::exit(i32::from(crate::ErrorKind::Internal.exit_code()))
}
