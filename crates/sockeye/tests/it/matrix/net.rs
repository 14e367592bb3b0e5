//! An engine with listeners and forwarders, and who talks through them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sockeye::endpoint::Endpoint;
use sockeye::engine::{Engine, EngineLimits, Listening};
use sockeye::io::{Conversation, Datagram, Stream};
use sockeye::service::{Echo, Forward, Service};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::rows::{Leg, Pair};
use crate::support::until::DEADLINE;

/// Listeners of one engine; sessions that end badly fail the test.
pub(super) struct Net {
    pub(super) engine: Engine,
    dir: TempDir,
    named: AtomicUsize,
    listening: Mutex<Vec<Listening>>,
    bad_ends: Arc<Mutex<Vec<String>>>,
}

impl Net {
    pub(super) fn new() -> Self {
        let engine = Engine::new(EngineLimits::default()).unwrap();
        let bad_ends = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&bad_ends);
        engine.observe(move |_, result| {
            let why = result.as_ref().err().map(ToString::to_string);
            noted.lock().unwrap().extend(why);
        });
        Self {
            engine,
            dir: TempDir::new().unwrap(),
            named: AtomicUsize::new(0),
            listening: Mutex::default(),
            bad_ends,
        }
    }

    /// Listens at a leg and returns what opens it.
    pub(super) async fn serve(&self, leg: &Leg, service: Arc<dyn Service>) -> String {
        let n = self.named.fetch_add(1, Ordering::Relaxed);
        let at = Endpoint::parse(&leg.listens(self.dir.path(), n)).unwrap();
        let listening = self.engine.listen(&at, service).await.unwrap();
        let to = format!("{} {}", listening.addresses()[0], leg.opens);
        self.listening.lock().unwrap().push(listening);
        to
    }

    /// Listens at a leg and joins what comes with `to`; returns what opens it.
    pub(super) async fn forward(&self, leg: &Leg, to: &str) -> String {
        let to = Endpoint::parse(to).unwrap();
        let forward = Forward::new(&self.engine, to, None).unwrap();
        self.serve(leg, Arc::new(forward)).await
    }

    /// Returns what opens the far end of a leg: there the service answers, or what is opened does.
    pub(super) async fn far_end(&self, leg: &Leg, service: Arc<dyn Service>) -> String {
        match leg.accepts {
            Some(_) => self.serve(leg, service).await,
            None => format!("{} {}", leg.at, leg.opens),
        }
    }

    /// Returns what opens a forwarder of the pair with an echo behind it.
    pub(super) async fn echoing(&self, pair: Pair) -> String {
        let far = self.far_end(pair.right, Arc::new(Echo)).await;
        self.forward(pair.left, &far).await
    }

    pub(super) async fn stream(&self, to: &str) -> Stream {
        match self.open(to).await.into_bytes() {
            Conversation::Stream(stream) => stream,
            _ => panic!("{to} carries messages"),
        }
    }

    pub(super) async fn datagram(&self, to: &str) -> Datagram {
        match self.open(to).await {
            Conversation::Datagram(datagram) => datagram,
            _ => panic!("{to} carries bytes"),
        }
    }

    async fn open(&self, to: &str) -> Conversation {
        let to = Endpoint::parse(to).unwrap();
        self.engine.open(&to).await.unwrap().0
    }

    /// Waits for the end of all conversations, and looks how they ended.
    pub(super) async fn end(&self) {
        let drained = self.engine.drain(DEADLINE).await;
        assert_eq!((drained.cut, drained.bytes_lost), (0, 0));
        assert_eq!(*self.bad_ends.lock().unwrap(), [""; 0]);
    }

    /// Looks how conversations ended, then cuts the others: those that have no end of their own.
    pub(super) async fn cut(&self) {
        assert_eq!(*self.bad_ends.lock().unwrap(), [""; 0]);
        self.engine.drain(Duration::ZERO).await;
    }
}

/// Sends, ends the own direction, and returns what comes back until the other one's end.
pub(super) async fn exchange(stream: Stream, sent: &[u8]) -> Vec<u8> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut received = Vec::with_capacity(sent.len());
    let write = async {
        writer.write_all(sent).await?;
        writer.shutdown().await
    };
    let (written, read) = tokio::join!(write, reader.read_to_end(&mut received));
    written.and(read).unwrap();
    received
}

/// Runs a test that may hang if what it tests is broken; the name says where.
pub(super) async fn in_time<T>(name: impl std::fmt::Debug, test: impl Future<Output = T>) -> T {
    let timed = tokio::time::timeout(DEADLINE, test).await;
    timed.unwrap_or_else(|_| panic!("{name:?} hangs"))
}

/// Makes bytes that repeat nowhere within a pipe's length.
pub(super) fn noise(bytes: usize) -> Vec<u8> {
    let words = (1_u64..).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    words.flatten().take(bytes).collect()
}

/// Sizes about those of buffers, records and length fields, bytes.
pub(super) const ODD_SIZES: &[usize] = &[
    1, 4_095, 4_096, 4_097, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537,
];
