//! Stories of clients on a network, told through the pipeline.

mod channels;
mod chat;
mod durability;
mod labels;
mod messages;
mod modes;
mod monitor;
mod net;
mod news;
mod panics;
mod questions;
mod restart;
