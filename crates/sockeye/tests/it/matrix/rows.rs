//! The rows: every way of carrying bytes or messages. A new transport or layer is one more row here
//! and a new number below.

use std::path::Path;

use Carries::{Bytes, Messages};

/// One way to the other end: an address with its layers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leg {
    pub(super) name: &'static str,
    pub(super) carries: Carries,
    /// Where it is listened at, `{dir}` and `{n}` standing for what is nobody else's; or, where
    /// it can be opened only, what is opened.
    pub(super) at: &'static str,
    /// Its words where connections are accepted; `None` where it can be opened only.
    pub(super) accepts: Option<&'static str>,
    /// Its words where it is opened.
    pub(super) opens: &'static str,
}

/// What a leg carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carries {
    Bytes,
    /// Messages of at most so many bytes.
    Messages(usize),
}

/// Two legs and what is between them: the near end is reached by the left one, the far end by the
/// right one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) left: &'static Leg,
    pub(super) right: &'static Leg,
}

/// An end that only a process has, and that is there once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// `-`, its standard input and output.
    Standard,
    /// `fd:3`, a descriptor of its parent.
    Descriptor,
    /// `mock:`, a peer that is played.
    Mock,
}

/// Every such end; each is joined with every leg that two processes can share.
pub(super) const ENDS: &[End] = &[End::Standard, End::Descriptor, End::Mock];

const LEGS: &[Leg] = &[
    accepting("tcp", Bytes, "127.0.0.1:0", "", ""),
    accepting("tcp6", Bytes, "tcp6://[::1]:0", "", ""),
    accepting("unix", Bytes, "unix:{dir}/{n}", "", ""),
    accepting("abstract", Bytes, "unix:@{dir}/{n}", "", ""),
    accepting("mem", Bytes, "mem:{n}", "", ""),
    accepting("tls", Bytes, "127.0.0.1:0", SELF_SIGNED, INSECURE),
    accepting("tls unix", Bytes, "unix:{dir}/{n}", SELF_SIGNED, INSECURE),
    accepting("tls mem", Bytes, "mem:{n}", SELF_SIGNED, INSECURE),
    accepting("zstd", Bytes, "127.0.0.1:0", "+zstd", "+zstd"),
    accepting("proxy", Bytes, "127.0.0.1:0", BELIEVED, "+proxy"),
    accepting(
        "proxy tls",
        Bytes,
        "127.0.0.1:0",
        "+proxy,from=127.0.0.0/8,0.0.0.0 +tls,self-signed",
        "+proxy,version=2 +tls,insecure",
    ),
    accepting("ws", Bytes, "127.0.0.1:0", "+ws", "+ws"),
    accepting(
        "wss",
        Bytes,
        "127.0.0.1:0",
        "+tls,self-signed +ws",
        "+tls,insecure +ws",
    ),
    opened("exec", Bytes, "exec:cat", ""),
    opened("sh", Bytes, "sh:cat", ""),
    accepting("udp", Messages(65_507), "udp://127.0.0.1:0", "", ""),
    accepting("udp6", Messages(65_527), "udp://[::1]:0", "", ""),
    accepting("line", Messages(MAX), "127.0.0.1:0", ESCAPED, ESCAPED),
    accepting(
        "hex mem",
        Messages(MAX),
        "mem:{n}",
        "+line,hex",
        "+line,hex",
    ),
    accepting("frame", Messages(MAX), "127.0.0.1:0", CHECKED, CHECKED),
    accepting(
        "frame unix",
        Messages(MAX),
        "unix:{dir}/{n}",
        "+frame",
        "+frame",
    ),
    accepting(
        "frame tls",
        Messages(MAX),
        "127.0.0.1:0",
        "+tls,self-signed +frame",
        "+tls,insecure +frame",
    ),
    accepting("unix-dgram", Messages(MAX), "unix-dgram:{dir}/{n}", "", ""),
    accepting(
        "unix-seqpacket",
        Messages(MAX),
        "unix-seqpacket:{dir}/{n}",
        "",
        "",
    ),
    accepting("ws messages", Messages(MAX), "127.0.0.1:0", "+ws", "+ws"),
    opened("frame exec", Messages(MAX), "exec:cat", "+frame"),
];

/// Returns every pair of legs, the left one to be listened at.
fn pairs() -> impl Iterator<Item = Pair> {
    let lefts = LEGS.iter().filter(|leg| leg.accepts.is_some());
    lefts.flat_map(|left| LEGS.iter().map(move |right| Pair { left, right }))
}

/// Returns the pairs that carry bytes.
pub(super) fn pairs_of_bytes() -> impl Iterator<Item = Pair> {
    pairs().filter(|pair| pair.left.is_bytes() && pair.right.is_bytes())
}

/// Returns the pairs that carry messages, with the largest that both sides take.
pub(super) fn pairs_of_messages() -> impl Iterator<Item = (Pair, usize)> {
    let largest = |pair: Pair| match (pair.left.carries, pair.right.carries) {
        (Messages(left), Messages(right)) => Some((pair, left.min(right))),
        _ => None,
    };
    pairs().filter_map(largest)
}

/// Returns the legs at which can be listened and that carry bytes.
pub(super) fn doors() -> impl Iterator<Item = &'static Leg> + Clone {
    LEGS.iter()
        .filter(|leg| leg.accepts.is_some() && leg.is_bytes())
}

/// Returns those of them that two processes can share.
pub(super) fn shared() -> impl Iterator<Item = &'static Leg> + Clone {
    doors().filter(|leg| leg.is_here() && !leg.at.starts_with("mem:"))
}

/// Returns the legs at which can be listened, whatever they carry.
pub(super) fn accepted() -> impl Iterator<Item = &'static Leg> {
    LEGS.iter().filter(|leg| leg.accepts.is_some())
}

/// Returns the legs that have layers.
pub(super) fn layered() -> impl Iterator<Item = &'static Leg> {
    LEGS.iter()
        .filter(|leg| leg.accepts.is_some_and(|words| !words.is_empty()))
}

impl Pair {
    /// Tells whether this machine has what it needs.
    pub(super) fn is_here(&self) -> bool {
        self.left.is_here() && self.right.is_here()
    }
}

impl Leg {
    pub(super) fn is_bytes(&self) -> bool {
        self.carries == Bytes
    }

    /// Returns its text where connections are accepted, the `n`-th of those in `dir`.
    pub(super) fn listens(&self, dir: &Path, n: usize) -> String {
        let dir = dir.to_str().unwrap();
        let at = self.at.replace("{dir}", dir).replace("{n}", &n.to_string());
        format!("{at} {}", self.accepts.expect("a leg that accepts"))
    }

    /// Tells whether this machine has what it needs.
    pub(super) fn is_here(&self) -> bool {
        !self.at.contains("[::1]") || std::net::UdpSocket::bind("[::1]:0").is_ok()
    }
}

const fn accepting(
    name: &'static str,
    carries: Carries,
    at: &'static str,
    accepts: &'static str,
    opens: &'static str,
) -> Leg {
    Leg {
        name,
        carries,
        at,
        accepts: Some(accepts),
        opens,
    }
}

const fn opened(
    name: &'static str,
    carries: Carries,
    at: &'static str,
    opens: &'static str,
) -> Leg {
    Leg {
        name,
        carries,
        at,
        accepts: None,
        opens,
    }
}

#[test]
fn no_row_is_missing() {
    assert_eq!(LEGS.len(), 26);
    assert_eq!(pairs_of_bytes().count(), 195);
    assert_eq!(pairs_of_messages().count(), 110);
    let shared = doors().filter(|leg| !leg.at.starts_with("mem:"));
    assert_eq!((ENDS.len(), shared.count()), (3, 11));
}

const SELF_SIGNED: &str = "+tls,self-signed";
const INSECURE: &str = "+tls,insecure";
const ESCAPED: &str = "+line,escape";
/// Memory has no IP address.
const BELIEVED: &str = "+proxy,from=127.0.0.0/8,0.0.0.0";
const CHECKED: &str = "+frame,checksum=crc32";

/// What `+line` and `+frame` take where nothing is set, bytes.
const MAX: usize = 1 << 20;
