//! Stories of clients on a network, told through the pipeline.

mod accounts;
mod auditorium;
mod channels;
mod chat;
mod durability;
mod hostile;
mod labels;
mod lists;
mod lookups;
mod memory;
mod messages;
mod modes;
mod monitor;
mod multiline;
mod net;
mod news;
mod operators;
mod panics;
mod questions;
mod ranks;
mod read_marks;
mod redact;
mod rename;
mod restart;
mod user_modes;
mod who;
