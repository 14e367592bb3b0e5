//! Schemes: what an address may start with.

use super::{Carries, Form, SchemeKind, SchemeRow, Stands};

/// Every scheme.
pub static SCHEMES: &[SchemeRow] = &[
    SchemeRow {
        carries: Carries::Either,
        stands: Stands::Opening,
        ..transport("-", Form::Alone, "standard input and output")
    },
    transport("tcp", Form::HostPort, "TCP"),
    transport("tcp4", Form::HostPort, "TCP over IPv4 only"),
    transport("tcp6", Form::HostPort, "TCP over IPv6 only"),
    SchemeRow {
        carries: Carries::Messages,
        ..transport("udp", Form::HostPort, "UDP, a session for each peer")
    },
    transport(
        "unix",
        Form::Text,
        "a Unix stream socket; a leading @ makes its name abstract",
    ),
    SchemeRow {
        carries: Carries::Messages,
        ..transport(
            "unix-dgram",
            Form::Text,
            "a Unix datagram socket, a session for each peer",
        )
    },
    SchemeRow {
        carries: Carries::Messages,
        ..transport(
            "unix-seqpacket",
            Form::Text,
            "a Unix socket of whole messages in order",
        )
    },
    SchemeRow {
        stands: Stands::Opening,
        ..transport(
            "exec",
            Form::TextOrNumber,
            "a program's standard input and output",
        )
    },
    SchemeRow {
        carries: Carries::Either,
        stands: Stands::Opening,
        ..transport(
            "file",
            Form::TextOrNumber,
            "a file, read only without +file",
        )
    },
    SchemeRow {
        stands: Stands::Opening,
        ..transport(
            "sh",
            Form::TextOrNumber,
            "a shell command's standard input and output",
        )
    },
    SchemeRow {
        carries: Carries::Either,
        ..transport(
            "fd",
            Form::TextOrNumber,
            "a descriptor of the parent process, by number or by its name in LISTEN_FDNAMES",
        )
    },
    transport(
        "mem",
        Form::TextOrNumber,
        "a pair of pipes inside this process, met by name",
    ),
    SchemeRow {
        stands: Stands::Opening,
        ..transport(
            "mock",
            Form::Text,
            "a peer played by a script of expect, send, pause, close and reset",
        )
    },
    not_built("quic", Form::HostPort, "a stream of a QUIC connection"),
    not_built("pty", Form::Text, "a new terminal, linked at a path"),
    not_built("serial", Form::Text, "a serial line"),
    not_built(
        "vsock",
        Form::HostPort,
        "a socket between a virtual machine and its host",
    ),
    not_built("ip", Form::HostPort, "raw IP packets"),
    not_built("rfcomm", Form::HostPort, "a Bluetooth serial channel"),
    SchemeRow {
        built: cfg!(feature = "tls"),
        ..sugar("tls", "TLS over TCP, short for tcp:// +tls")
    },
    SchemeRow {
        built: true,
        ..sugar("ws", "WebSocket over TCP, short for tcp:// +ws")
    },
    SchemeRow {
        built: cfg!(feature = "tls"),
        ..sugar("wss", "WebSocket over TLS, short for tcp:// +tls +ws")
    },
    answering("echo", Form::Nothing, "sends back what it gets"),
    answering("upper", Form::Nothing, "sends it back in upper case"),
    answering("hello", Form::Nothing, "greets and closes"),
    SchemeRow {
        built: cfg!(feature = "sqlite"),
        web: true,
        ..service("chat", Form::Nothing, "chat (IRC), in serve only")
    },
    SchemeRow {
        built: cfg!(feature = "web"),
        ..service(
            "page",
            Form::Nothing,
            "the hub's pages (HTTP), in serve only",
        )
    },
    answering(
        "discard",
        Form::Nothing,
        "reads and answers nothing (RFC 863)",
    ),
    answering(
        "chargen",
        Form::Nothing,
        "sends characters without end (RFC 864)",
    ),
    answering("daytime", Form::Nothing, "sends the time (RFC 867)"),
    answering(
        "broadcast",
        Form::TextOrNumber,
        "sends what one sends to all others",
    ),
    SchemeRow {
        built: true,
        ..service(
            "socks",
            Form::Nothing,
            "a SOCKS proxy (RFC 1928), in listen only",
        )
    },
    SchemeRow {
        built: true,
        ..service(
            "http-proxy",
            Form::Nothing,
            "an HTTP proxy (RFC 9110), in listen only",
        )
    },
    SchemeRow {
        built: true,
        ..service(
            "proxy",
            Form::Nothing,
            "a SOCKS and HTTP proxy in one, in listen only",
        )
    },
    service("ssh", Form::Nothing, "remote login and commands"),
    service("files", Form::Text, "files of a folder"),
    SchemeRow {
        built: true,
        web: true,
        joins: true,
        ..service(
            "balance",
            Form::TextOrNothing,
            "joins each connection with one of several endpoints, parted by commas",
        )
    },
    service("wormhole", Form::Nothing, "meets two by a code phrase"),
];

/// Starts the row of a built transport that stands anywhere.
const fn transport(name: &'static str, form: Form, doc: &'static str) -> SchemeRow {
    let (is, stands) = (SchemeKind::Transport, Stands::Anywhere);
    SchemeRow {
        name,
        is,
        form,
        carries: Carries::Bytes,
        stands,
        built: true,
        web: false,
        joins: false,
        doc,
    }
}

const fn not_built(name: &'static str, form: Form, doc: &'static str) -> SchemeRow {
    SchemeRow {
        built: false,
        ..transport(name, form, doc)
    }
}

const fn sugar(name: &'static str, doc: &'static str) -> SchemeRow {
    SchemeRow {
        is: SchemeKind::Sugar,
        ..not_built(name, Form::HostPort, doc)
    }
}

/// Makes the row of a service that answers bytes and messages.
const fn answering(name: &'static str, form: Form, doc: &'static str) -> SchemeRow {
    SchemeRow {
        carries: Carries::Either,
        built: true,
        ..service(name, form, doc)
    }
}

/// Starts the row of a service that is not built yet.
const fn service(name: &'static str, form: Form, doc: &'static str) -> SchemeRow {
    let (is, stands) = (SchemeKind::Service, Stands::Opening);
    SchemeRow {
        name,
        is,
        form,
        carries: Carries::Bytes,
        stands,
        built: false,
        web: false,
        joins: false,
        doc,
    }
}
