//! Options of IP sockets: one that cannot be set is fatal, and is named with its cause.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::Socket;

use crate::endpoint::{IpOptions, OptionValue, SocketOption};
use crate::error::words;
use crate::sys::socket;

/// Sets what TCP and UDP sockets have in common, for a socket of the family of `at`.
pub(super) fn set(socket: &Socket, at: SocketAddr, options: &IpOptions) -> io::Result<()> {
    let size = |bytes| usize::try_from(bytes).unwrap_or(usize::MAX);
    if let Some(bytes) = options.sndbuf_bytes {
        named("sndbuf", socket.set_send_buffer_size(size(bytes)))?;
    }
    if let Some(bytes) = options.rcvbuf_bytes {
        named("rcvbuf", socket.set_recv_buffer_size(size(bytes)))?;
    }
    if let Some(interface) = &options.interface {
        named("interface", socket::bind_device(socket, interface))?;
    }
    if let Some(mark) = options.mark {
        named("mark", socket::set_mark(socket, mark))?;
    }
    if let Some(tos) = options.tos {
        // A dual-stack socket sends IPv4 packets, too.
        if at.is_ipv6() {
            named("tos", socket.set_tclass_v6(tos.into()))?;
        }
        named("tos", socket.set_tos_v4(tos.into()))?;
    }
    if let Some(ttl) = options.ttl {
        if at.is_ipv6() {
            named("ttl", socket.set_unicast_hops_v6(ttl.into()))?;
        }
        named("ttl", socket.set_ttl_v4(ttl.into()))?;
    }
    set_each(socket, &options.opts)
}

/// Sets options by number.
pub(super) fn set_each(socket: &Socket, options: &[SocketOption]) -> io::Result<()> {
    for option in options {
        let SocketOption { level, name, value } = option;
        let set = match value {
            OptionValue::Int(value) => {
                socket::set_option(socket, *level, *name, &value.to_ne_bytes())
            }
            OptionValue::Bytes(bytes) => socket::set_option(socket, *level, *name, bytes),
        };
        named_as(|| format!("opt {option}"), set)?;
    }
    Ok(())
}

/// Binds a socket that is to connect to `at` to its port of this machine, if it has one.
pub(super) fn bind_source(socket: &Socket, at: SocketAddr, port: Option<u16>) -> io::Result<()> {
    let Some(port) = port else {
        return Ok(());
    };
    let source: SocketAddr = match at.is_ipv4() {
        true => (Ipv4Addr::UNSPECIFIED, port).into(),
        false => (Ipv6Addr::UNSPECIFIED, port).into(),
    };
    if at.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    named("local-port", socket.bind(&source.into()))
}

/// Puts the option's name into the error.
pub(super) fn named<T>(option: &'static str, result: io::Result<T>) -> io::Result<T> {
    named_as(|| option.to_owned(), result)
}

fn named_as<T>(option: impl FnOnce() -> String, result: io::Result<T>) -> io::Result<T> {
    result.map_err(|cause| {
        let option = option();
        io::Error::other(Unset { option, cause })
    })
}

/// Tells whether an option could not be set.
pub(super) fn is_unset(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|error| error.is::<Unset>())
}

/// An option that could not be set.
#[derive(Debug)]
struct Unset {
    option: String,
    cause: io::Error,
}

impl fmt::Display for Unset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be set: {}", self.option, words(&self.cause))
    }
}

impl std::error::Error for Unset {}
