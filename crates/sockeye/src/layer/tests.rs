//! Hostile peers before the handshake of an accepting end, over `mem:` and paused time.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::*;
use crate::endpoint::words;
use crate::engine::{Engine, EngineLimits, Listening};
use crate::io::Stream;
use crate::service::Echo;

/// Layers with a handshake, what their peer says first, and what they make of other peers.
struct Row {
    accepts: &'static str,
    opens: &'static str,
    /// What a good peer may begin with, not the whole of it.
    opening: &'static [u8],
    /// Said of one that ends there.
    cut: &'static str,
    /// What nobody begins with, and what is said of that.
    garbage: (&'static [u8], &'static str),
    /// What could go on for ever, again and again behind an opening, and what is said of that.
    endless: [(&'static [u8], &'static [u8], &'static str); 2],
}

const ROWS: &[Row] = &[
    Row {
        accepts: "+tls,self-signed",
        opens: "+tls,insecure",
        opening: CLIENT_HELLO,
        cut: "tls: the peer ended the connection during the handshake",
        garbage: (&[0xa5; 997], "tls: what the peer sends is not TLS"),
        endless: [
            // Records without a fragment (RFC 8446 section 5.1).
            (
                CLIENT_HELLO,
                b"\x16\x03\x03\0\0",
                "tls: what the peer sends is not TLS",
            ),
            // A hello of 16 MiB, in small records.
            (
                b"\x16\x03\x01\0\x04\x01\xff\xff\xff",
                b"\x16\x03\x03\0\x01\0",
                "tls: what the peer sends is not TLS",
            ),
        ],
    },
    Row {
        accepts: "+ws",
        opens: "+ws",
        opening: b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n",
        cut: "websocket: closed before the end of its request",
        garbage: (&[0xa5; 997], "websocket: what came is not HTTP"),
        endless: [
            (b"GET /", b"/", "websocket: a head of more than 16 KiB"),
            (
                b"GET / HTTP/1.1\r\n",
                b"A: b\r\n",
                "websocket: a head of more than 16 KiB or 64 fields",
            ),
        ],
    },
    Row {
        accepts: BELIEVED,
        opens: "+proxy",
        opening: b"PROXY TCP4 192.0.2.1 198.51.100.2 46",
        cut: "proxy: closed within its PROXY header",
        garbage: (&[0xa5; 997], "proxy: no PROXY header"),
        endless: [
            (b"PROXY ", b"TCP4 ", "proxy: a PROXY header of"),
            (
                b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff",
                b"\x01\0\0",
                "proxy: a PROXY header of",
            ),
        ],
    },
    Row {
        accepts: "+proxy,from=0.0.0.0 +tls,self-signed +ws",
        opens: "+proxy +tls,insecure +ws",
        opening: BEHIND_PROXY,
        cut: "tls: the peer ended the connection during the handshake",
        garbage: (&[0xa5; 997], "proxy: no PROXY header"),
        endless: [
            (
                BEHIND_PROXY,
                b"\x16\x03\x03\0\0",
                "tls: what the peer sends is not TLS",
            ),
            (b"PROXY ", b"TCP4 ", "proxy: a PROXY header of"),
        ],
    },
];

/// What a peer does.
#[derive(Debug, Clone, Copy)]
enum Peer {
    /// Says so much of its opening and no more.
    Mute(usize),
    /// Says its opening, a byte a second.
    Drips,
    /// Says its opening and is gone.
    Leaves,
    /// Says garbage for as long as that is taken, and reads nothing.
    Floods,
    /// Begins as others do and goes on for as long as that is taken.
    GoesOn(usize),
}

#[tokio::test(start_paused = true)]
async fn no_peer_holds_a_handshake_up_for_long_nor_another_peer_at_all() {
    for row in ROWS.iter().filter(|row| row.is_built()) {
        for peer in [
            Peer::Mute(0),
            Peer::Mute(row.opening.len()),
            Peer::Drips,
            Peer::Leaves,
            Peer::Floods,
            Peer::GoesOn(0),
            Peer::GoesOn(1),
        ] {
            let at = format!("{}, a peer that {peer:?}", row.accepts);
            let world = World::new(row).await;
            let began = Instant::now();
            let hostile = world.open("mem:a").await;
            let (_, (why, took)) = tokio::join!(peer.act(hostile, row), async {
                // It is in the middle of it.
                world.accepted().await;
                let good = world.open(&format!("mem:a {}", row.opens)).await;
                assert_eq!(echoed(good).await, b"and I?", "{at}");
                assert_eq!(began.elapsed(), Duration::ZERO, "{at}");
                (world.bad_end().await, began.elapsed())
            });
            let expected = match peer {
                Peer::Mute(_) | Peer::Drips => "no handshake within 10 s",
                Peer::Leaves => row.cut,
                Peer::Floods => row.garbage.1,
                Peer::GoesOn(which) => row.endless[which].2,
            };
            assert!(why.contains(expected), "{at}: {why}");
            assert!(took <= HANDSHAKE_TIME, "{at}: {took:?}");
            let drained = world.engine.drain(Duration::from_secs(1)).await;
            assert_eq!((drained.cut, drained.bytes_lost), (0, 0), "{at}");
            assert_eq!(world.engine.sessions(), [], "{at}");
        }
    }
}

impl Row {
    fn is_built(&self) -> bool {
        let names = self.accepts.split([' ', ',']);
        let mut layers = names.filter_map(|name| name.strip_prefix('+'));
        layers.all(|name| words::word(name).is_some_and(|row| row.built))
    }
}

impl Peer {
    /// Acts until the other end is gone.
    async fn act(self, mut stream: Stream, row: &Row) {
        match self {
            Self::Mute(count) => {
                stream.write_all(&row.opening[..count]).await.unwrap();
                // What it is answered is of no interest.
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
            Self::Drips => {
                let mut second = tokio::time::interval(Duration::from_secs(1));
                for byte in row.opening {
                    second.tick().await;
                    if stream.write_all(&[*byte]).await.is_err() {
                        return;
                    }
                }
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
            Self::Leaves => stream.write_all(row.opening).await.unwrap(),
            Self::Floods => while stream.write_all(row.garbage.0).await.is_ok() {},
            Self::GoesOn(which) => {
                let (opening, again, _) = row.endless[which];
                stream.write_all(opening).await.unwrap();
                while stream.write_all(again).await.is_ok() {}
            }
        }
    }
}

/// An engine with an echo at `mem:a` that remembers the bad ends of its sessions.
struct World {
    engine: Engine,
    listening: Listening,
    bad_ends: Arc<Mutex<Vec<String>>>,
    news: Arc<Notify>,
}

impl World {
    async fn new(row: &Row) -> Self {
        let engine = Engine::new(EngineLimits::default()).unwrap();
        let (bad_ends, news) = (Arc::default(), Arc::new(Notify::new()));
        let (seen, told) = (Arc::clone(&bad_ends), Arc::clone(&news));
        engine.observe(move |_, result| {
            let seen: &Mutex<Vec<String>> = &seen;
            let why = result.as_ref().err().map(ToString::to_string);
            seen.lock().unwrap().extend(why);
            told.notify_one();
        });
        let at = Endpoint::parse(&format!("mem:a {}", row.accepts)).unwrap();
        let listening = engine.listen(&at, Arc::new(Echo)).await.unwrap();
        Self {
            engine,
            listening,
            bad_ends,
            news,
        }
    }

    async fn open(&self, to: &str) -> Stream {
        let to = Endpoint::parse(to).unwrap();
        match self.engine.open(&to).await.unwrap().0.into_bytes() {
            Conversation::Stream(stream) => stream,
            Conversation::Datagram(_) => panic!("{to} carries messages"),
        }
    }

    /// Waits until the first peer was taken in.
    async fn accepted(&self) {
        while self.listening.counts().0 == 0 {
            tokio::task::yield_now().await;
        }
    }

    async fn bad_end(&self) -> String {
        loop {
            if let Some(why) = self.bad_ends.lock().unwrap().pop() {
                return why;
            }
            self.news.notified().await;
        }
    }
}

async fn echoed(mut stream: Stream) -> Vec<u8> {
    stream.write_all(b"and I?").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.unwrap();
    received
}

/// Memory has no IP address.
const BELIEVED: &str = "+proxy,from=0.0.0.0";
/// The beginning of a ClientHello of 508 bytes (RFC 8446 section 4.1.2).
const CLIENT_HELLO: &[u8] = b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03";
const BEHIND_PROXY: &[u8] =
    b"PROXY TCP4 192.0.2.1 198.51.100.2 4660 443\r\n\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03";
