//! What options mean, typed: the values as written, else the vocabulary's defaults.

use std::num::NonZeroU64;
use std::time::Duration;

use super::value::Value;
use super::words::{self, KeyRow, WordRow};
use super::{Address, Endpoint, Family, Hop, KnownHost, NetworkEntry, SocketOption, Word};

/// `+tcp`: how a TCP socket is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TcpOptions {
    /// Small writes leave at once (TCP_NODELAY).
    pub nodelay: bool,
    /// After how long a silence the peer is probed; `None` is never (SO_KEEPALIVE).
    pub keepalive: Option<Duration>,
    /// Connections that may wait to be accepted.
    pub backlog: u32,
    /// How long sent bytes may stay unacknowledged (TCP_USER_TIMEOUT).
    pub user_timeout: Option<Duration>,
    /// The congestion control algorithm (TCP_CONGESTION).
    pub congestion: Option<String>,
    /// What UDP sockets have as well.
    pub ip: IpOptions,
    /// A port whose old connections linger may be bound (SO_REUSEADDR).
    pub reuseaddr: bool,
    /// The first bytes go with the SYN (RFC 7413).
    pub fastopen: bool,
    /// Several paths are used at once (RFC 8684).
    pub mptcp: bool,
}

/// What `+tcp` and `+udp` have in common; `None` leaves the system's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpOptions {
    /// The send buffer, bytes (SO_SNDBUF).
    pub sndbuf_bytes: Option<u64>,
    /// The receive buffer, bytes (SO_RCVBUF).
    pub rcvbuf_bytes: Option<u64>,
    /// The port to connect from.
    pub local_port: Option<u16>,
    /// The only network interface to use (SO_BINDTODEVICE).
    pub interface: Option<String>,
    /// The mark of packets that are sent (SO_MARK).
    pub mark: Option<u32>,
    /// The type-of-service byte or traffic class (IP_TOS, IPV6_TCLASS).
    pub tos: Option<u8>,
    /// The hop limit (IP_TTL, IPV6_UNICAST_HOPS).
    pub ttl: Option<u8>,
    /// The addresses of its host, in place of asking for them.
    pub resolve: Option<KnownHost>,
    /// Any options by number.
    pub opts: Vec<SocketOption>,
}

/// `+unix`: how a Unix socket is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnixOptions {
    /// Permissions of the socket file; `None` leaves the umask's.
    pub mode: Option<u32>,
    /// A socket file that nobody listens at is removed before binding.
    pub unlink: bool,
    /// The send buffer, bytes; `None` leaves what Sockeye sets (SO_SNDBUF).
    pub sndbuf_bytes: Option<u64>,
    /// Any options by number.
    pub opts: Vec<SocketOption>,
}

/// `+file`: how a file is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOptions {
    /// It is made where there is none.
    pub create: bool,
    /// It is emptied first.
    pub truncate: bool,
    /// All is written at its end.
    pub append: bool,
    /// Where reading or writing starts, bytes.
    pub offset_bytes: u64,
}

impl FileOptions {
    /// Tells whether it is written; it is read otherwise.
    pub fn writes(&self) -> bool {
        self.create || self.truncate || self.append
    }
}

/// `+limit`: how much a listener holds, and how much a session moves; `None` is no limit of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LimitOptions {
    /// Sessions at once.
    pub conns: Option<usize>,
    /// Sessions at once from one source: an IPv4 address or an IPv6 /64.
    pub per_ip: Option<usize>,
    /// Connections that one source may open at once.
    pub connects: Option<u32>,
    /// In which time it may open as many more; `None` is what suits people.
    pub window: Option<Duration>,
    /// Bytes a second of a session, each way.
    pub rate: Option<NonZeroU64>,
    /// Bytes that may pass at once after a pause, each way; `None` is what suits the rate.
    pub burst: Option<u64>,
    /// Bytes of a session in all, both ways together.
    pub bytes: Option<u64>,
}

/// `+allow` and `+deny`: whom a listener takes in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceRules {
    /// The only ones that come in; empty is everybody.
    pub allow: Vec<NetworkEntry>,
    /// Those that do not come in, allowed or not.
    pub deny: Vec<NetworkEntry>,
}

/// `+retry`: what happens when opening does not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryOptions {
    /// How many times more it is tried; `None` is for ever.
    pub n: Option<u64>,
    /// The first pause.
    pub interval: Duration,
    /// The longest pause.
    pub max: Duration,
}

impl Endpoint {
    /// Returns what `+tcp` says.
    pub fn tcp(&self) -> TcpOptions {
        TcpOptions {
            nodelay: self.flag("tcp", "nodelay"),
            keepalive: self.duration("tcp", "keepalive"),
            backlog: self.number("tcp", "backlog").unwrap_or_default() as u32,
            user_timeout: self.duration("tcp", "user-timeout"),
            congestion: self.text("tcp", "congestion"),
            ip: self.ip("tcp"),
            reuseaddr: self.flag("tcp", "reuseaddr"),
            fastopen: self.flag("tcp", "fastopen"),
            mptcp: self.flag("tcp", "mptcp"),
        }
    }

    /// Returns what `+udp` says.
    pub fn udp(&self) -> IpOptions {
        self.ip("udp")
    }

    /// Returns what `+unix` says.
    pub fn unix(&self) -> UnixOptions {
        let mode = match self.value("unix", "mode") {
            Some(Value::Mode(mode)) => Some(mode),
            _ => None,
        };
        UnixOptions {
            mode,
            unlink: self.flag("unix", "unlink"),
            sndbuf_bytes: self.number("unix", "sndbuf"),
            opts: self.socket_options("unix"),
        }
    }

    /// Returns what `+file` says.
    pub fn file(&self) -> FileOptions {
        FileOptions {
            create: self.flag("file", "create"),
            truncate: self.flag("file", "truncate"),
            append: self.flag("file", "append"),
            offset_bytes: self.number("file", "offset").unwrap_or_default(),
        }
    }

    /// Returns what `+limit` says.
    pub fn limit(&self) -> LimitOptions {
        let count = |key| {
            self.number("limit", key)
                .and_then(|count| usize::try_from(count).ok())
        };
        LimitOptions {
            conns: count("conns"),
            per_ip: count("per-ip"),
            connects: self
                .number("limit", "connects")
                .and_then(|count| u32::try_from(count).ok()),
            window: self.duration("limit", "window"),
            rate: self.number("limit", "rate").and_then(NonZeroU64::new),
            burst: self.number("limit", "burst"),
            bytes: self.number("limit", "bytes"),
        }
    }

    /// Returns what `+allow` and `+deny` say.
    pub fn sources(&self) -> SourceRules {
        SourceRules {
            allow: self.networks("allow"),
            deny: self.networks("deny"),
        }
    }

    /// Returns after how long without a byte in either direction a session ends; `None` is never.
    pub fn idle(&self) -> Option<Duration> {
        self.duration("idle", "after")
    }

    /// Returns what `+retry` says; `None` where it is not written.
    pub fn retry(&self) -> Option<RetryOptions> {
        self.words()
            .iter()
            .find(|word| word.row().name == "retry")?;
        Some(RetryOptions {
            n: self.number("retry", "n"),
            interval: self.duration("retry", "interval").unwrap_or_default(),
            max: self.duration("retry", "max").unwrap_or_default(),
        })
    }

    /// Returns the proxies on the way to it, the first one first.
    pub fn hops(&self) -> impl Iterator<Item = &Hop> {
        self.values("via", "url").filter_map(|value| match value {
            Value::Hop(hop) => Some(hop),
            _ => None,
        })
    }

    /// Returns the same by way of more hops, the nearest first.
    #[must_use]
    pub(crate) fn by_way_of(mut self, hops: &[Hop]) -> Self {
        let via = words::word("via").and_then(|row| Some((row, row.key("url")?)));
        let word = |(row, key): (&'static WordRow, &'static KeyRow), hop: &Hop| Word {
            row,
            settings: vec![(key, Value::Hop(hop.clone()))],
        };
        let hops = hops.iter();
        self.words
            .extend(hops.filter_map(|hop| via.map(|via| word(via, hop))));
        self
    }

    /// Returns the endpoint of a hop, with what this one says of its socket: it is that hop's.
    pub(crate) fn towards(&self, hop: &Hop) -> Self {
        let address = Address::Tcp {
            host: hop.host.clone(),
            port: hop.port,
            family: Family::Any,
        };
        self.socket_towards(address, "tcp")
    }

    /// Returns the endpoint at which a proxy takes this one's datagrams, with what this one says of its
    /// socket.
    pub(crate) fn by_relay(&self, relay: Address) -> Self {
        self.socket_towards(relay, "udp")
    }

    /// Returns the endpoint of an address with what this one's word says of its socket.
    fn socket_towards(&self, address: Address, word: &str) -> Self {
        let mut towards = Self::from(address);
        let socket = self.words.iter().find(|this| this.row().name == word);
        if let Some(socket) = socket {
            let mut socket = socket.clone();
            // What is known of this one's host says nothing of the other's.
            socket.settings.retain(|(key, _)| key.name != "resolve");
            towards.words.push(socket);
        }
        towards
    }

    /// Returns how long one attempt to open it may take; `None` is as long as the system lets it.
    pub fn connect_timeout(&self) -> Option<Duration> {
        self.duration("timeout", "connect-timeout")
    }

    /// Returns how long opening and the session that follows may take together; `None` is for ever.
    pub fn total_timeout(&self) -> Option<Duration> {
        self.duration("timeout", "total")
    }

    fn flag(&self, word: &str, key: &str) -> bool {
        matches!(self.value(word, key), Some(Value::Flag(true)))
    }

    fn number(&self, word: &str, key: &str) -> Option<u64> {
        match self.value(word, key) {
            Some(Value::Count(number) | Value::Bytes(number)) => Some(number),
            _ => None,
        }
    }

    fn ip(&self, word: &str) -> IpOptions {
        // The vocabulary limits each number to what its option takes.
        IpOptions {
            sndbuf_bytes: self.number(word, "sndbuf"),
            rcvbuf_bytes: self.number(word, "rcvbuf"),
            local_port: self.number(word, "local-port").map(|port| port as u16),
            interface: self.text(word, "interface"),
            mark: self.number(word, "mark").map(|mark| mark as u32),
            tos: self.number(word, "tos").map(|tos| tos as u8),
            ttl: self.number(word, "ttl").map(|ttl| ttl as u8),
            resolve: self.known_host(word),
            opts: self.socket_options(word),
        }
    }

    fn known_host(&self, word: &str) -> Option<KnownHost> {
        match self.value(word, "resolve") {
            Some(Value::KnownHost(known)) => Some(known),
            _ => None,
        }
    }

    fn socket_options(&self, word: &str) -> Vec<SocketOption> {
        let option = |value: &Value| match value {
            Value::SocketOption(option) => Some(option.clone()),
            _ => None,
        };
        self.values(word, "opt").filter_map(option).collect()
    }

    fn text(&self, word: &str, key: &str) -> Option<String> {
        match self.value(word, key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    fn networks(&self, word: &str) -> Vec<NetworkEntry> {
        match self.value(word, "networks") {
            Some(Value::Networks(networks)) => networks,
            _ => Vec::new(),
        }
    }

    fn duration(&self, word: &str, key: &str) -> Option<Duration> {
        match self.value(word, key) {
            Some(Value::Duration(time)) => Some(time),
            _ => None,
        }
    }
}
