//! Addresses: only *where*, never *how*.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use super::split;

/// Where an endpoint is: host and port, path, command, name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address {
    /// The process's own standard input and output, `-`.
    Stdio,
    /// A TCP address.
    Tcp {
        /// The machine.
        host: Host,
        /// The port; 0 lets the system choose one when listening.
        port: u16,
        /// Which of the host's addresses may be used.
        family: Family,
    },
    /// A UDP address.
    Udp {
        /// The machine.
        host: Host,
        /// The port; 0 lets the system choose one when listening.
        port: u16,
        /// Which of the host's addresses may be used.
        family: Family,
    },
    /// A Unix stream socket.
    Unix(UnixName),
    /// A Unix datagram socket.
    UnixDatagram(UnixName),
    /// A Unix socket of whole messages in order.
    UnixSeqpacket(UnixName),
    /// A child process that talks on its standard input and output.
    Exec {
        /// The program and its arguments; never empty.
        argv: Vec<String>,
    },
    /// A shell command that talks on its standard input and output.
    Sh {
        /// The command, as the shell reads it.
        command: String,
    },
    /// A file.
    File {
        /// Where it is.
        path: PathBuf,
    },
    /// A descriptor that the parent process handed over.
    Fd(Inherited),
    /// A pair of pipes inside this process, met by name.
    Mem {
        /// The name both ends use.
        name: String,
    },
    /// A peer that is played by a script.
    Mock {
        /// What it expects and sends.
        script: String,
    },
    /// A service that answers by itself.
    Service {
        /// The service's name in the vocabulary.
        name: &'static str,
        /// What stands after the colon.
        text: String,
    },
}

/// The machine of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// Loopback: 127.0.0.1 first, then ::1 (a bare port, or `localhost`; RFC 6761 section 6.3).
    Loopback,
    /// Every interface, dual stack, when listening; loopback when connecting (`:PORT`).
    Any,
    /// An address written as a number.
    Ip(IpAddr),
    /// A name to resolve, or an IPv6 address with a zone.
    Name(String),
}

/// Which addresses of a host may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Family {
    /// All of them.
    #[default]
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

/// The name of a Unix socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnixName {
    /// A path in the file system.
    Path(PathBuf),
    /// A name in Linux's abstract namespace, without its leading `@`.
    Abstract(String),
}

/// A descriptor that the parent process handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inherited {
    /// By its number, which is not one of the standard streams'.
    Number(i32),
    /// By the name that the service manager gave it (sd_listen_fds(3), LISTEN_FDNAMES).
    Named(String),
}

impl Address {
    /// Returns the name of the vocabulary row that this address belongs to.
    pub fn scheme(&self) -> &'static str {
        match self {
            Self::Stdio => "-",
            Self::Tcp {
                family: Family::Any,
                ..
            } => "tcp",
            Self::Tcp {
                family: Family::V4, ..
            } => "tcp4",
            Self::Tcp {
                family: Family::V6, ..
            } => "tcp6",
            Self::Udp { .. } => "udp",
            Self::Unix(_) => "unix",
            Self::UnixDatagram(_) => "unix-dgram",
            Self::UnixSeqpacket(_) => "unix-seqpacket",
            Self::Exec { .. } => "exec",
            Self::Sh { .. } => "sh",
            Self::File { .. } => "file",
            Self::Fd(_) => "fd",
            Self::Mem { .. } => "mem",
            Self::Mock { .. } => "mock",
            Self::Service { name, .. } => name,
        }
    }

    /// Tells whether it is this machine's own: a file, or standard input and output.
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Stdio | Self::File { .. })
    }

    /// Makes the UDP address of a socket.
    pub(crate) fn udp(socket: SocketAddr) -> Self {
        let (host, port, family) = (Host::of(socket), socket.port(), Family::Any);
        Self::Udp { host, port, family }
    }

    /// Writes the address, with its scheme marked `-l` where it is `listening`.
    pub(super) fn write(&self, f: &mut impl fmt::Write, listening: bool) -> fmt::Result {
        let scheme = self.scheme();
        let l = if listening { "-l" } else { "" };
        match self {
            Self::Stdio => f.write_str("-"),
            Self::Tcp { host, port, .. } | Self::Udp { host, port, .. } => {
                write!(f, "{scheme}{l}://{host}:{port}")
            }
            Self::Unix(name) | Self::UnixDatagram(name) | Self::UnixSeqpacket(name) => {
                let name = name.to_string();
                // A path that begins with two slashes would be read as a URL, so it is one.
                let url = if name.starts_with("//") { "//" } else { "" };
                write!(f, "{scheme}{l}:{url}{name}")
            }
            Self::File { path } => {
                let path = path.display().to_string();
                let url = if path.starts_with("//") { "//" } else { "" };
                write!(f, "{scheme}{l}:{url}{path}")
            }
            Self::Exec { argv } => write!(f, "{scheme}{l}:{}", split::join(argv)),
            Self::Sh { command } => write!(f, "{scheme}{l}:{command}"),
            Self::Fd(inherited) => write!(f, "{scheme}{l}:{inherited}"),
            Self::Mem { name } => write!(f, "{scheme}{l}:{name}"),
            Self::Mock { script } => write!(f, "{scheme}{l}:{script}"),
            Self::Service { text, .. } => write!(f, "{scheme}{l}:{text}"),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, false)
    }
}

impl From<SocketAddr> for Address {
    /// Makes the TCP address of a socket, an IPv4-mapped IPv6 address un-mapped.
    fn from(socket: SocketAddr) -> Self {
        Self::Tcp {
            host: Host::of(socket),
            port: socket.port(),
            family: Family::Any,
        }
    }
}

impl Host {
    fn of(socket: SocketAddr) -> Self {
        match socket {
            SocketAddr::V6(v6) if v6.scope_id() != 0 => {
                Self::Name(format!("{}%{}", v6.ip(), v6.scope_id()))
            }
            other => Self::Ip(other.ip().to_canonical()),
        }
    }

    /// Tells whether it is written as an IPv6 address, with or without a zone.
    pub(super) fn is_ipv6(&self) -> bool {
        match self {
            Self::Ip(ip) => ip.is_ipv6(),
            Self::Name(name) => name.contains(':'),
            Self::Loopback | Self::Any => false,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loopback => f.write_str("localhost"),
            Self::Any => Ok(()),
            Self::Ip(IpAddr::V4(v4)) => write!(f, "{v4}"),
            Self::Ip(IpAddr::V6(v6)) => write!(f, "[{v6}]"),
            // RFC 6874 section 2: the zone's % is %25 in a URL.
            Self::Name(zoned) if self.is_ipv6() => {
                write!(f, "[{}]", zoned.replace('%', "%25"))
            }
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Inherited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Named(name) => name.fmt(f),
        }
    }
}

impl fmt::Display for UnixName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Abstract(name) => write!(f, "@{name}"),
        }
    }
}
