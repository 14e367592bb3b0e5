//! `balance:`: each connection is joined with one of several backends.

mod options;

pub use options::{
    BackendOptions, BalanceOptions, CheckKind, CheckOptions, EjectOptions, METHODS, QueueOptions,
    method_name, read_statuses, shown_statuses,
};
