//! The hub: `serve` and what belongs to it.
//!
//! A configuration ([`config`]) becomes a [`Plan`], which [`prepare`] makes ready before the first
//! thread runs; [`Prepared::start`] opens everything and yields a [`Hub`]. What runs is asked and
//! changed through the control socket ([`control`]) and by reloading.

mod account;
mod backup;
mod balancers;
mod ban;
mod casemapping;
pub mod config;
pub mod control;
mod data;
mod first_run;
mod life;
mod listeners;
mod notice;
mod operate;
mod plan;
mod proxy;
mod retain;
mod services;
pub mod status;
mod takeover;
mod upkeep;
mod verify;
#[cfg(feature = "web")]
mod web;
#[cfg(not(feature = "web"))]
#[path = "no_web.rs"]
mod web;

pub use account::ask_or_do;
pub use backup::back_up;
pub use data::DataDir;
pub use first_run::Page;
pub use life::{Hub, Prepared, prepare};
pub use notice::{Notice, Notices};
pub use plan::{ConfigSource, Plan, ServeOptions};
pub use takeover::{HandedOver, Retired, Successor};
