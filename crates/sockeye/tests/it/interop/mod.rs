//! The real program beside real outside clients; `cargo xtask interop` runs these.

mod dig;
mod durable;
mod http_proxy;
mod irssi;
mod libraries;
mod ncat;
mod netcat;
mod proxy_header;
mod python;
mod socat;
mod socks;
mod stunnel;
mod tls;
mod trace;
mod web;
mod websockets;
mod weechat;
mod zstd;
