//! Layers: they change bytes or look at them, bottom-up in written order.

use super::super::value::Kind;
use super::{KeyRow, Stands, WordKind, WordRow, key, later};

/// Every layer.
pub static LAYERS: &[WordRow] = &[
    WordRow {
        on: &["tcp", "tcp4", "tcp6", "unix", "exec", "mem"],
        built: cfg!(feature = "tls"),
        ..layer("tls", None, TLS, "encrypts and verifies (TLS, RFC 8446)")
    },
    WordRow {
        on: &["tcp", "tcp4", "tcp6", "unix", "exec", "mem"],
        built: true,
        ..layer("ws", None, WS, "WebSocket (RFC 6455)")
    },
    WordRow {
        on: &["tcp", "tcp4", "tcp6", "unix", "mem"],
        built: true,
        ..layer(
            "proxy",
            None,
            PROXY,
            "tells or learns the peer's address by the PROXY protocol",
        )
    },
    WordRow {
        built: true,
        ..layer("line", None, LINE, "one message a line")
    },
    WordRow {
        built: true,
        ..layer(
            "frame",
            None,
            FRAME,
            "one message a frame with its length in front",
        )
    },
    WordRow {
        built: cfg!(feature = "zstd"),
        ..layer("zstd", None, ZSTD, "compresses (Zstandard, RFC 8878)")
    },
    layer(
        "noise",
        None,
        NOISE,
        "encrypts with a shared key by the Noise protocol",
    ),
    layer("rec", Some("file"), REC, "records what passes"),
    layer("fault", None, FAULT, "breaks what passes, on purpose"),
];

const TLS: &[KeyRow] = &[
    key(
        "sni",
        Kind::Text,
        "the name to ask for and verify, if it is not the host's",
    )
    .opening(),
    key(
        "cacert",
        Kind::Text,
        "file of the authorities to trust in place of the system's",
    )
    .opening(),
    key(
        "cert",
        Kind::Text,
        "file with the own certificate and its chain",
    ),
    key(
        "key",
        Kind::Text,
        "file with the own private key, if it is not in the same one",
    ),
    key(
        "client",
        Kind::OneOf(&["none", "request", "require"]),
        "whether the peer shows a certificate",
    )
    .default("none")
    .accepting(),
    key(
        "client-ca",
        Kind::Text,
        "file of the authorities that sign peers' certificates",
    )
    .accepting(),
    key("alpn", Kind::Text, "protocols to agree on, best first"),
    key("min", Kind::TlsVersion, "the lowest version").default("1.2"),
    key("max", Kind::TlsVersion, "the highest version").default("1.3"),
    key(
        "pin",
        Kind::Sha256,
        "trusts this certificate, or this public key, and no other",
    )
    .opening(),
    key(
        "starttls",
        Kind::OneOf(&["smtp", "imap", "pop3", "ftp", "postgres"]),
        "the protocol that switches to TLS",
    )
    .opening(),
    key("insecure", Kind::Flag, "verifies nothing")
        .default("off")
        .opening(),
    key(
        "self-signed",
        Kind::Flag,
        "makes a certificate for this run and says its SHA-256",
    )
    .default("off")
    .accepting(),
];

const WS: &[KeyRow] = &[
    key(
        "path",
        Kind::Text,
        "the path to ask for, / if none is written; or the only one to accept",
    ),
    key(
        "header",
        Kind::Secret,
        "one more line of the request, NAME: VALUE",
    )
    .opening(),
    key(
        "subprotocol",
        Kind::Text,
        "the subprotocols to offer or to accept, best first",
    ),
    key(
        "ping",
        Kind::Duration,
        "silence after which the peer is pinged, and then given up",
    ),
    key("text", Kind::Flag, "sends text messages").default("off"),
    key("binary", Kind::Flag, "sends binary messages").default("off"),
    key(
        "origins",
        Kind::Text,
        "the pages from which browsers may connect, or *",
    )
    .accepting(),
    key(
        "from",
        Kind::Networks,
        "the networks of gateways whose X-Forwarded-For is believed; 0.0.0.0 is who has no IP address",
    )
    .accepting(),
];

const PROXY: &[KeyRow] = &[
    key("version", Kind::OneOf(&["1", "2"]), "the version to send")
        .default("1")
        .opening(),
    key(
        "from",
        Kind::Networks,
        "the networks whose header is believed; 0.0.0.0 is who has no IP address",
    )
    .accepting(),
];

const LINE: &[KeyRow] = &[
    key(
        "delimiter",
        Kind::Text,
        r"what ends a line, with \n, \0, \x1e and the like",
    )
    .default(r"\n"),
    key("crlf", Kind::Flag, "CR belongs to the end of a line").default("off"),
    key("escape", Kind::Flag, "what is not printable is escaped").default("off"),
    key("hex", Kind::Flag, "lines are hexadecimal").default("off"),
    key("max", Kind::SomeBytes, "the longest line").default("1M"),
];

const FRAME: &[KeyRow] = &[
    key(
        "size",
        Kind::OneOf(&["1", "2", "4", "8"]),
        "bytes of the length",
    )
    .default("4"),
    key(
        "order",
        Kind::OneOf(&["big", "little"]),
        "which byte of the length comes first",
    )
    .default("big"),
    key("max", Kind::SomeBytes, "the longest message").default("1M"),
    key(
        "checksum",
        Kind::OneOf(&["none", "crc32", "sum8", "crc16-modbus"]),
        "what follows the message",
    )
    .default("none"),
];

const ZSTD: &[KeyRow] = &[
    key("level", Kind::Within(1, 19), "how much work is put into it").default("3"),
    key(
        "window",
        Kind::PowerOfTwo(1 << 10, 8 << 20),
        "how far back it looks for the same, and so its memory",
    )
    .default("256K"),
];

const NOISE: &[KeyRow] = &[later("psk", "the shared key").secret()];

const REC: &[KeyRow] = &[
    later("file", "the pcapng file to write"),
    later("secrets", "writes TLS secrets with it"),
];

const FAULT: &[KeyRow] = &[
    later("latency", "delays everything"),
    later("jitter", "varies the delay"),
    later("rate", "bytes a second"),
    later("slice", "cuts writes into pieces"),
    later("reset", "resets the connection"),
    later("drop", "drops messages"),
    later("dup", "doubles messages"),
    later("reorder", "reorders messages"),
    later("corrupt", "flips bits"),
    later("seed", "makes the faults repeatable"),
];

const fn layer(
    name: &'static str,
    bare: Option<&'static str>,
    keys: &'static [KeyRow],
    doc: &'static str,
) -> WordRow {
    let stands = Stands::Anywhere;
    WordRow {
        name,
        is: WordKind::Layer,
        on: &[],
        stands,
        bare,
        keys,
        built: false,
        doc,
    }
}
