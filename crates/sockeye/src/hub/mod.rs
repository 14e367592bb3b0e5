//! The hub: `serve` and what belongs to it.

pub mod config;
pub mod control;
mod data;
mod first_run;
pub mod status;

pub use data::DataDir;
pub use first_run::Page;
