//! Stories of clients on a network, told through the pipeline.

mod channels;
mod chat;
mod durability;
mod labels;
mod messages;
mod modes;
mod net;
mod panics;
mod questions;
mod restart;
