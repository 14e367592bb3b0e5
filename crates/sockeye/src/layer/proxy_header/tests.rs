//! Who is believed, what is learned and what counts by it, over `mem:` and paused time.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;

use super::*;
use crate::engine::{Engine, EngineLimits, Listening};
use crate::io::Conversation;
use crate::service::{Echo, Forward, Hello, Refusal, Service, serve_fn};

/// An engine that remembers how its accepted sessions ended.
struct World {
    engine: Engine,
    ended: Arc<Mutex<Vec<String>>>,
    news: Arc<Notify>,
}

impl World {
    fn new() -> Self {
        let engine = Engine::new(EngineLimits::default()).unwrap();
        let (ended, news) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Notify::new()));
        let (seen, told) = (Arc::clone(&ended), Arc::clone(&news));
        engine.observe(move |session, result| {
            let result = match result {
                Ok(()) => format!("{}: ok", session.info().who()),
                Err(error) => error.to_string(),
            };
            seen.lock().unwrap().push(result);
            told.notify_one();
        });
        Self {
            engine,
            ended,
            news,
        }
    }

    async fn listen(&self, at: &str, service: impl Service + 'static) -> Listening {
        let at = Endpoint::parse(at).unwrap();
        self.engine.listen(&at, Arc::new(service)).await.unwrap()
    }

    async fn open(&self, to: &str) -> Stream {
        match self
            .engine
            .open(&Endpoint::parse(to).unwrap())
            .await
            .unwrap()
            .0
        {
            Conversation::Stream(stream) => stream,
            Conversation::Datagram(_) => unreachable!("mem: yields streams"),
        }
    }

    /// Sends to `to` and returns what comes back until the end.
    async fn answer(&self, to: &str, sent: &[u8]) -> String {
        let mut stream = self.open(to).await;
        stream.write_all(sent).await.unwrap();
        stream.shutdown().await.unwrap();
        read_all(&mut stream).await
    }

    /// Waits until a session has ended, and returns how.
    async fn next_end(&self) -> String {
        loop {
            if let Some(end) = self.ended.lock().unwrap().pop() {
                return end;
            }
            self.news.notified().await;
        }
    }
}

async fn read_all(stream: &mut Stream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

const HEADER: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.2 4660 443\r\n";

#[tokio::test]
async fn the_peer_is_whom_the_header_names_and_the_rest_is_read() {
    let world = World::new();
    let _hello = world.listen("mem:hello +proxy,from=0.0.0.0", Hello).await;
    assert_eq!(
        world.answer("mem:hello", HEADER).await,
        "hello 192.0.2.1:4660\n"
    );
    let _echo = world.listen("mem:echo +proxy,from=0.0.0.0", Echo).await;
    for cut in 0..HEADER.len() + 4 {
        let sent = [HEADER, b"behind"].concat();
        let mut stream = world.open("mem:echo").await;
        stream.write_all(&sent[..cut]).await.unwrap();
        tokio::task::yield_now().await;
        stream.write_all(&sent[cut..]).await.unwrap();
        stream.shutdown().await.unwrap();
        assert_eq!(read_all(&mut stream).await, "behind");
    }
    let end = world.next_end().await;
    assert_eq!(end, "192.0.2.1:4660 (by way of mem:echo): ok");
}

#[tokio::test]
async fn unknown_and_local_keep_the_address_of_the_socket() {
    let world = World::new();
    let _hello = world.listen("mem:a +proxy,from=0.0.0.0", Hello).await;
    for header in [
        &b"PROXY UNKNOWN\r\n"[..],
        b"\r\n\r\n\0\r\nQUIT\n\x20\x11\0\0",
    ] {
        assert_eq!(world.answer("mem:a", header).await, "hello mem:a\n");
    }
}

#[tokio::test]
async fn who_is_not_in_from_is_not_read() {
    let world = World::new();
    let listening = world.listen("mem:a +proxy,from=192.0.2.0/24", Hello).await;
    assert_eq!(world.answer("mem:a", HEADER).await, "");
    assert_eq!(listening.counts(), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_header_ends_the_connection_and_says_why() {
    let world = World::new();
    let _hello = world.listen("mem:a +proxy,from=0.0.0.0", Hello).await;
    for (sent, why) in [
        (&b"GET / HTTP/1.1\r\n\r\n"[..], "no PROXY header"),
        (b"", "closed before its PROXY header"),
        (&HEADER[..20], "closed within its PROXY header"),
        (
            b"PROXY TCP4 1 2 3 4\r\n",
            "a PROXY header of version 1 that is not well written",
        ),
    ] {
        assert_eq!(world.answer("mem:a", sent).await, "");
        assert_eq!(
            world.next_end().await,
            format!("accept mem:a: proxy: {why}")
        );
    }
    let mut mute = world.open("mem:a").await;
    mute.write_all(&HEADER[..20]).await.unwrap();
    assert_eq!(read_all(&mut mute).await, "");
    let end = world.next_end().await;
    assert!(end.ends_with("no handshake within 10 s"), "{end}");
}

/// Holds its sessions until they are cut, and says why others are refused.
#[derive(Debug)]
struct Held;

impl Service for Held {
    fn name(&self) -> &'static str {
        "held"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a crate::engine::Session,
    ) -> crate::service::BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let _held = conversation;
            session.cut().await;
            Ok(())
        })
    }

    fn refusal(&self, why: Refusal) -> Option<Bytes> {
        Some(format!("{why:?}").into())
    }
}

fn header_of(ip: &str) -> Vec<u8> {
    format!("PROXY TCP4 {ip} 198.51.100.2 4660 443\r\n").into_bytes()
}

#[tokio::test]
async fn rules_and_limits_are_those_of_whom_it_comes_for() {
    let world = World::new();
    let at =
        "127.0.0.1:0 +proxy,from=127.0.0.1 +allow,192.0.2.0/24 +deny,192.0.2.9 +limit,per-ip=1";
    let held = world.listen(at, Held).await;
    let to = held.addresses()[0].to_string();
    assert_eq!(
        world.answer(&to, &header_of("203.0.113.1")).await,
        "SourceForbidden"
    );
    let end = world.next_end().await;
    assert!(
        end.contains("203.0.113.1:4660 (by way of 127.0.0.1"),
        "{end}"
    );
    assert_eq!(
        world.answer(&to, &header_of("192.0.2.9")).await,
        "SourceForbidden"
    );
    let mut inside = Vec::new();
    for ip in ["192.0.2.1", "192.0.2.2"] {
        let mut stream = world.open(&to).await;
        stream.write_all(&header_of(ip)).await.unwrap();
        inside.push(stream);
        let counted = || {
            world
                .engine
                .sessions()
                .iter()
                .any(|row| row.peer.starts_with(ip))
        };
        while !counted() {
            tokio::task::yield_now().await;
        }
        assert_eq!(world.answer(&to, &header_of(ip)).await, "SourceEstablished");
    }
    // Those who were refused had been taken in, for the balancer's word had to be heard first.
    assert_eq!(held.counts(), (6, 4));
}

#[tokio::test]
async fn a_forwarder_tells_for_whom_it_opens() {
    let world = World::new();
    let raw = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&raw);
    let listen = serve_fn("hear", move |conversation, _| {
        let heard = Arc::clone(&heard);
        Box::pin(async move {
            if let Conversation::Stream(mut stream) = conversation {
                let mut all = Vec::new();
                stream.read_to_end(&mut all).await.unwrap();
                heard.lock().unwrap().extend(all);
            }
            Ok(())
        })
    });
    let _raw = world.listen("mem:raw", listen).await;
    for (to, expected) in [
        ("mem:raw +proxy", HEADER),
        (
            "mem:raw +proxy,version=2",
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x02\x12\x34\x01\xbb",
        ),
    ] {
        let endpoint = Endpoint::parse(to).unwrap();
        let forward = Forward::new(&world.engine, endpoint, None).unwrap();
        let near = format!("mem:for {to}");
        let _near = world
            .listen(&format!("'{near}' +proxy,from=0.0.0.0"), forward)
            .await;
        world
            .answer(&format!("'{near}'"), &[HEADER, b"text"].concat())
            .await;
        let heard = std::mem::take(&mut *raw.lock().unwrap());
        assert_eq!(heard, [expected, b"text"].concat());
    }
}

#[tokio::test]
async fn accepting_without_networks_is_refused() {
    let endpoint = Endpoint::parse("mem:a +proxy").unwrap();
    let engine = Engine::new(EngineLimits::default()).unwrap();
    let refused = engine.listen(&endpoint, Arc::new(Echo)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConfigUsage);
    assert!(refused.hint().is_some_and(|hint| hint.contains("from=")));
}

#[test]
fn both_ends_of_a_header_are_of_one_family() {
    let end = |text: &str| text.parse::<SocketAddr>().unwrap();
    let mixed = of_one_family(end("192.0.2.1:1"), end("[2001:db8::1]:2"));
    assert_eq!(mixed.source, end("[::ffff:192.0.2.1]:1"));
    assert_eq!(mixed.destination, end("[2001:db8::1]:2"));
}
