//! The order of truth and what is kept on disk: the log, the store, the accounts.

mod log;

pub use log::{Health, Log, LogError};
