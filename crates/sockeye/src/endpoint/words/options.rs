//! Options: they act on opening or on the session, wherever they stand.

use super::super::value::Kind;
use super::{KeyRow, Stands, WordKind, WordRow, key, later};

/// Every option.
pub static OPTIONS: &[WordRow] = &[
    WordRow {
        on: &["tcp", "tcp4", "tcp6"],
        keys: TCP,
        ..option("tcp", "how the TCP socket is set up")
    },
    WordRow {
        on: &["unix", "unix-dgram", "unix-seqpacket"],
        keys: UNIX,
        ..option("unix", "how the Unix socket is made")
    },
    WordRow {
        keys: LIMIT,
        ..option("limit", "how much a listener takes, and a session moves")
    },
    WordRow {
        bare: Some("after"),
        keys: IDLE,
        ..option(
            "idle",
            "ends a session in which no byte has moved for a while",
        )
    },
    WordRow {
        on: &["udp"],
        keys: UDP,
        ..option("udp", "how the UDP socket is set up")
    },
    WordRow {
        on: WITH_PEERS,
        stands: Stands::Opening,
        bare: Some("url"),
        keys: VIA,
        ..option(
            "via",
            "one hop on the way; repeat it for a chain, first hop first",
        )
    },
    WordRow {
        stands: Stands::Opening,
        bare: Some("n"),
        keys: RETRY,
        ..option("retry", "tries again when opening does not succeed")
    },
    WordRow {
        stands: Stands::Opening,
        bare: Some("total"),
        keys: TIMEOUT,
        ..option("timeout", "ends what takes too long")
    },
    WordRow {
        on: WITH_PEERS,
        stands: Stands::Accepting,
        bare: Some("networks"),
        keys: NETWORKS,
        ..option("allow", "takes connections from these networks only")
    },
    WordRow {
        on: WITH_PEERS,
        stands: Stands::Accepting,
        bare: Some("networks"),
        keys: NETWORKS,
        ..option(
            "deny",
            "takes no connections from these networks, allowed or not",
        )
    },
    WordRow {
        on: &["file"],
        keys: FILE,
        ..option("file", "how the file is opened")
    },
    WordRow {
        keys: PTY,
        ..not_built("pty", "gives the child a terminal of its own")
    },
    WordRow {
        on: &["udp"],
        keys: MCAST,
        ..not_built("mcast", "multicast groups")
    },
];

const TCP: &[KeyRow] = &[
    key("nodelay", Kind::Flag, "small writes leave at once").default("on"),
    key(
        "keepalive",
        Kind::DurationOrOff,
        "silence after which the peer is probed",
    )
    .default("1m"),
    key("sndbuf", Kind::Bytes, "the socket's send buffer"),
    key("rcvbuf", Kind::Bytes, "the socket's receive buffer"),
    key(
        "backlog",
        Kind::Count(BACKLOG_MAX),
        "connections that may wait to be accepted",
    )
    .default("4096")
    .accepting(),
    key(
        "reuseaddr",
        Kind::Flag,
        "binds a port whose old connections linger",
    )
    .default("on")
    .accepting(),
    key(
        "user-timeout",
        Kind::Duration,
        "how long sent bytes may stay unacknowledged",
    ),
    key(
        "congestion",
        Kind::Text,
        "the congestion control algorithm, such as cubic",
    ),
    key(
        "local-port",
        Kind::Count(PORT_MAX),
        "the port to connect from",
    )
    .opening(),
    key("interface", Kind::Text, "the only network interface to use"),
    key(
        "mark",
        Kind::Count(MARK_MAX),
        "the mark of packets for routing and filters",
    ),
    key("tos", Kind::Count(BYTE_MAX), "the type-of-service byte"),
    key("ttl", Kind::Count(BYTE_MAX), "the hop limit"),
    key(
        "fastopen",
        Kind::Flag,
        "the first bytes go with the SYN; connecting waits for them",
    )
    .default("off"),
    key(
        "mptcp",
        Kind::Flag,
        "uses several paths at once where the peer does, too",
    )
    .default("off"),
    RESOLVE,
    OPT,
];

const UNIX: &[KeyRow] = &[
    key("mode", Kind::Mode, "permissions of the socket file").accepting(),
    key(
        "unlink",
        Kind::Flag,
        "removes a socket file that nobody listens at",
    )
    .default("off")
    .accepting(),
    key("sndbuf", Kind::Bytes, "the socket's send buffer"),
    later(
        "rcvbuf",
        "the socket's receive buffer, which a Unix socket of Linux does not have",
    ),
    OPT,
    later("pass-fd", "passes descriptors to the peer"),
];

const LIMIT: &[KeyRow] = &[
    key("conns", Kind::Count(CONNS_MAX), "sessions at once").accepting(),
    key(
        "per-ip",
        Kind::Count(CONNS_MAX),
        "sessions at once from one source (IPv4 address, IPv6 /64)",
    )
    .accepting(),
    key(
        "connects",
        Kind::Within(1, CONNECTS_MAX),
        "connections that one source may open at once, and as many more within each window",
    )
    .accepting(),
    key(
        "window",
        Kind::SomeDuration,
        "the time of connects; 30 s if not said",
    )
    .accepting(),
    key(
        "rate",
        Kind::SomeBytes,
        "bytes a second of a session, each way",
    ),
    key(
        "burst",
        Kind::SomeBytes,
        "bytes that may pass at once after a pause; a tenth of the rate if not said",
    ),
    key(
        "bytes",
        Kind::SomeBytes,
        "bytes of a session in all, both ways together; more is an error",
    ),
];

const IDLE: &[KeyRow] = &[key(
    "after",
    Kind::SomeDuration,
    "how long without a byte either way",
)];

const RESOLVE: KeyRow = key(
    "resolve",
    Kind::KnownHost,
    "the addresses of the host, in place of asking for them",
);

const OPT: KeyRow = key("opt", Kind::SocketOption, "any socket option by number");

const UDP: &[KeyRow] = &[
    key("sndbuf", Kind::Bytes, "the socket's send buffer"),
    key("rcvbuf", Kind::Bytes, "the socket's receive buffer"),
    key("local-port", Kind::Count(PORT_MAX), "the port to send from").opening(),
    key("interface", Kind::Text, "the only network interface to use"),
    key(
        "mark",
        Kind::Count(MARK_MAX),
        "the mark of packets for routing and filters",
    ),
    key("tos", Kind::Count(BYTE_MAX), "the type-of-service byte"),
    key("ttl", Kind::Count(BYTE_MAX), "the hop limit"),
    RESOLVE,
    OPT,
];

const VIA: &[KeyRow] = &[key("url", Kind::Hop, "the proxy, and who asks it")];

const RETRY: &[KeyRow] = &[
    key("n", Kind::CountOrForever, "how many times more, or forever").default("5"),
    key(
        "interval",
        Kind::Duration,
        "the first pause; each is twice the one before, less up to half of it by chance",
    )
    .default("250ms"),
    key("max", Kind::Duration, "the longest pause").default("30s"),
];

const TIMEOUT: &[KeyRow] = &[
    key(
        "total",
        Kind::Duration,
        "opening it and the whole session, together",
    ),
    key(
        "connect-timeout",
        Kind::Duration,
        "one attempt to open it, handshakes included",
    ),
];

const NETWORKS: &[KeyRow] = &[key(
    "networks",
    Kind::Networks,
    "addresses and networks, parted by commas; @FILE has one a line",
)];

const FILE: &[KeyRow] = &[
    key(
        "create",
        Kind::Flag,
        "writes, and makes the file where there is none",
    )
    .default("off"),
    key("truncate", Kind::Flag, "writes, and empties the file first").default("off"),
    key("append", Kind::Flag, "writes at the end").default("off"),
    key("offset", Kind::Bytes, "where to start").default("0"),
];

const PTY: &[KeyRow] = &[
    later("size", "columns and rows"),
    later("raw", "passes every byte through"),
    later("login", "makes it the controlling terminal of a session"),
];

const MCAST: &[KeyRow] = &[
    later("group", "the group to join"),
    later("interface", "the interface to join on"),
    later("ttl", "how many hops packets may go"),
    later("source", "the one sender to listen to"),
];

/// Starts the row of a built option that stands anywhere, on everything.
const fn option(name: &'static str, doc: &'static str) -> WordRow {
    WordRow {
        name,
        is: WordKind::Option,
        on: &[],
        stands: Stands::Anywhere,
        bare: None,
        keys: &[],
        built: true,
        doc,
    }
}

const fn not_built(name: &'static str, doc: &'static str) -> WordRow {
    WordRow {
        built: false,
        ..option(name, doc)
    }
}

/// Schemes whose peers have an IP address.
const WITH_PEERS: &[&str] = &["tcp", "tcp4", "tcp6", "udp"];

/// The largest port (RFC 9293 section 3.1, RFC 768).
const PORT_MAX: u64 = u16::MAX as u64;
/// SO_MARK has 32 bits (socket(7)).
const MARK_MAX: u64 = u32::MAX as u64;
/// The service and hop fields of IP have 8 bits (RFC 791 section 3.1, RFC 8200 section 3).
const BYTE_MAX: u64 = u8::MAX as u64;

/// What listen(2) takes: a C `int`.
const BACKLOG_MAX: u64 = i32::MAX as u64;

/// Far more than a machine can accept at once.
const CONNECTS_MAX: u64 = 1_000_000;

/// More sessions than descriptors can exist (Linux `nr_open` at its largest, 2^30).
const CONNS_MAX: u64 = 1 << 30;
