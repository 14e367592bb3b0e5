//! Names that a peer asks for (RFC 6066 section 3): known as they are, or refused with an alert.

use super::bytes::sessions;
use crate::layer::tls::session::Outgoing;
use crate::layer::tls::why;

/// What becomes of a ClientHello.
#[derive(Debug, PartialEq)]
enum Heard {
    /// It is answered, and this is the name.
    Name(Option<String>),
    /// It is refused with this alert and in these words.
    Alert(u8, String),
}

#[test]
fn a_strange_name_is_refused_with_an_alert_or_passed_over() {
    let name = |name: &str| Heard::Name(Some(name.to_owned()));
    let refused = |alert, words: &str| Heard::Alert(alert, words.to_owned());
    let no_name = || {
        refused(
            ILLEGAL,
            "the name that the peer asks for is not a host name",
        )
    };
    let no_tls = || refused(DECODE, "what the peer sends is not TLS");
    let host = |name: &[u8]| names(&[(0, name)]);
    let longest = [
        "a".repeat(63),
        "b".repeat(63),
        "c".repeat(63),
        "d".repeat(61),
    ]
    .join(".");
    for (asked, expected) in [
        (host(b"a.example"), name("a.example")),
        (host(b"A.eXample"), name("a.example")),
        (host(b"a.example."), name("a.example")),
        (host(longest.as_bytes()), name(&longest)),
        // An address is no name (RFC 6066): it asks for nothing.
        (host(b"127.0.0.1"), Heard::Name(None)),
        (host(b"::1"), Heard::Name(None)),
        (host(format!("{longest}dd").as_bytes()), no_name()),
        (host(&[b'a'; 255]), no_name()),
        (host("\u{e9}.example".as_bytes()), no_name()),
        (host(b"\xff\xfe"), no_name()),
        (host(b"a\x1b[31m\r\n"), no_name()),
        (host(b"a\0.example"), no_name()),
        (host(b""), no_tls()),
        (names(&[]), no_tls()),
        (names(&[(0, b"a.example"), (0, b"b.example")]), no_tls()),
        (names(&[(7, b"a.example")]), no_name()),
        (b"".to_vec(), no_tls()),
        (b"\0\x0e\0\0\x09a.exam".to_vec(), no_tls()),
    ] {
        let shown = asked.escape_ascii();
        assert_eq!(hear(&asked), expected, "{shown}");
    }
}

/// Writes a list of names, each with its type.
fn names(names: &[(u8, &[u8])]) -> Vec<u8> {
    let mut list = Vec::new();
    for (kind, name) in names {
        list.push(*kind);
        list.extend((name.len() as u16).to_be_bytes());
        list.extend(*name);
    }
    [&(list.len() as u16).to_be_bytes(), &list[..]].concat()
}

/// Lets an accepting end hear a good ClientHello in which `asked` stands in place of the names.
fn hear(asked: &[u8]) -> Heard {
    let (mut client, mut server) = sessions("+tls,self-signed", "+tls,insecure,sni=a.example");
    let mut out = Outgoing::new();
    client.feed(&mut [], &mut out).unwrap();
    let mut hello = asking(out.bytes(), asked);
    out.clear();
    match server.feed(&mut hello, &mut out) {
        Ok(()) => {
            assert_eq!(out.bytes()[0], HANDSHAKE);
            Heard::Name(server.info().name)
        }
        Err(error) => {
            let [ALERT, _, _, 0, 2, 2, alert] = *out.bytes() else {
                panic!("no fatal alert: {:?}", out.bytes());
            };
            Heard::Alert(alert, why::words(&error))
        }
    }
}

/// Puts `asked` into the extension of names of a ClientHello, and sets the four lengths around it.
fn asking(hello: &[u8], asked: &[u8]) -> Vec<u8> {
    let good = names(&[(0, b"a.example")]);
    let extension = |list: &[u8]| [b"\0\0", &(list.len() as u16).to_be_bytes()[..], list].concat();
    let old = extension(&good);
    let at = hello.windows(old.len()).position(|part| part == old);
    let (before, rest) = hello.split_at(at.expect("it asks for a name"));
    let mut changed = [before, &extension(asked), &rest[old.len()..]].concat();
    let session_id = 43;
    let suites = session_id + 1 + usize::from(hello[session_id]);
    let methods = suites + 2 + usize::from(u16::from_be_bytes([hello[suites], hello[suites + 1]]));
    let extensions = methods + 1 + usize::from(hello[methods]);
    // Of the record, of the message (its last two of three bytes), and of all extensions.
    for (at, begins) in [(3, 5), (7, 9), (extensions, extensions + 2)] {
        let length = (changed.len() - begins) as u16;
        changed[at..at + 2].copy_from_slice(&length.to_be_bytes());
    }
    changed
}

/// Types of records (RFC 8446 section 5.1).
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
/// Alerts (RFC 8446 section 6): illegal_parameter and decode_error.
const ILLEGAL: u8 = 47;
const DECODE: u8 = 50;
