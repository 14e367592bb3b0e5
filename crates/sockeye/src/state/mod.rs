//! The order of truth and what is kept on disk: the log, the store, the accounts.

mod accounts;
#[cfg(test)]
mod conformance;
mod faulty;
mod log;
mod memory;
mod sqlite;

pub use accounts::{
    Account, AccountError, Accounts, HashCost, LoginError, Password, Permissions, UnknownPermission,
};
pub use faulty::{Fault, FaultyLog};
pub use log::{Answer, Health, History, Log, LogError, Snapshot, Tail};
pub use memory::MemoryLog;
pub use sqlite::{Store, StoreOptions};
