//! What must hold between any two transports.
//!
//! The rows are pairs of ways to the near and to the far end ([`rows`]). Most of them are driven in
//! this process, by the library, on a runtime of one thread; what only a process has (standard
//! input and output, exit codes, signals) by the program ([`program`]).

mod bounds;
mod bytes;
mod ends;
mod killed;
mod messages;
mod net;
mod program;
mod rows;
mod slips;
mod splits;
