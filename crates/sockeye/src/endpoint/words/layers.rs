//! Layers: they change bytes or look at them, bottom-up in written order.

use super::super::value::Kind;
use super::{KeyRow, Stands, WordKind, WordRow, key, later};

/// Every layer.
pub static LAYERS: &[WordRow] = &[
    layer("tls", None, TLS, "encrypts and verifies (RFC 8446)"),
    layer("ws", None, WS, "WebSocket (RFC 6455)"),
    layer(
        "proxy",
        None,
        PROXY,
        "tells or learns the peer's address by the PROXY protocol",
    ),
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
    layer("zstd", None, ZSTD, "compresses (RFC 8878)"),
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
    later("sni", "the name asked for and verified"),
    later("cacert", "the authorities to trust"),
    later("cert", "the own certificate"),
    later("key", "the own private key"),
    later(
        "client",
        "none, request or require a certificate of the peer",
    ),
    later("client-ca", "the authorities that sign peers' certificates"),
    later("alpn", "the protocols to offer"),
    later("min", "the lowest version"),
    later("max", "the highest version"),
    later("pin", "the peer's key, sha256:…"),
    later("starttls", "the protocol that switches to TLS"),
    later("insecure", "verifies nothing"),
    later("self-signed", "makes a certificate for this run"),
];

const WS: &[KeyRow] = &[
    later("path", "the path to ask for"),
    later("header", "one more request header"),
    later("subprotocol", "the subprotocols to offer"),
    later("ping", "how often to ping"),
    later("text", "sends text messages"),
    later("binary", "sends binary messages"),
    later("origins", "browser origins to accept"),
];

const PROXY: &[KeyRow] = &[
    later("version", "1 or 2"),
    later("from", "the networks whose header is believed"),
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
    key("max", Kind::Bytes, "the longest line").default("1M"),
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
    key("max", Kind::Bytes, "the longest message").default("1M"),
    key(
        "checksum",
        Kind::OneOf(&["none", "crc32", "sum8", "crc16-modbus"]),
        "what follows the message",
    )
    .default("none"),
];

const ZSTD: &[KeyRow] = &[later("level", "1 to 19")];

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
