//! The real program beside real outside clients; `cargo xtask interop` runs these.

mod durable;
mod irssi;
mod netcat;
mod socat;
mod stunnel;
mod tls;
mod trace;
mod weechat;
mod zstd;
