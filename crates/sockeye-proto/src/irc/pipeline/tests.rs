//! Stories of clients on a network, told through the pipeline.

mod chat;
mod durability;
mod net;
mod restart;
