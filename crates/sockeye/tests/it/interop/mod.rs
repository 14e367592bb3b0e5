//! The real program beside real outside clients; `cargo xtask interop` runs these.

mod durable;
mod irssi;
mod netcat;
mod socat;
mod tls;
mod trace;
mod weechat;
