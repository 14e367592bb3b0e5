//! Both ends over `mem:` and paused time, and a bare peer that says what it should not.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;

use super::*;
use crate::engine::{Engine, EngineLimits, Listening};
use crate::io::Conversation;
use crate::service::{Echo, Forward, Hello, Service};

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
        engine.observe(move |_, result| {
            let result = result.as_ref().err();
            let text = result.map_or("ok".to_owned(), ToString::to_string);
            seen.lock().unwrap().push(text);
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

    async fn open(&self, to: &str) -> Result<Conversation, Error> {
        let to = Endpoint::parse(to).unwrap();
        Ok(self.engine.open(&to).await?.0)
    }

    async fn messages(&self, to: &str) -> Datagram {
        match self.open(to).await.unwrap() {
            Conversation::Datagram(datagram) => datagram,
            Conversation::Stream(_) => panic!("{to} carries bytes"),
        }
    }

    async fn bytes(&self, to: &str) -> Stream {
        match self.open(to).await.unwrap().into_bytes() {
            Conversation::Stream(stream) => stream,
            Conversation::Datagram(_) => panic!("{to} carries messages"),
        }
    }

    /// Shakes hands as a bare peer, and returns the stream behind.
    async fn bare(&self, to: &str) -> Stream {
        let mut stream = self.bytes(to).await;
        stream.write_all(&ask("/", "")).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(stream.read_u8().await.unwrap());
        }
        assert!(answer.starts_with(b"HTTP/1.1 101 "));
        stream
    }

    async fn next_end(&self) -> String {
        loop {
            if let Some(end) = self.ended.lock().unwrap().pop() {
                return end;
            }
            self.news.notified().await;
        }
    }
}

fn ask(path: &str, fields: &str) -> Vec<u8> {
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{fields}\r\n"
    );
    head.into_bytes()
}

async fn read_all(stream: &mut Stream) -> Vec<u8> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.unwrap();
    all
}

#[tokio::test(start_paused = true)]
async fn messages_keep_their_edges_and_the_end_is_a_close() {
    let world = World::new();
    let _echo = world.listen("mem:a +ws", Echo).await;
    let mut datagram = world.messages("mem:a +ws").await;
    for message in ["one", "", "three \u{e9}"] {
        datagram.send(message.into()).await.unwrap();
        assert_eq!(datagram.receive().await.unwrap().unwrap(), message);
    }
    datagram.shutdown().await.unwrap();
    assert_eq!(datagram.receive().await.unwrap(), None);
    assert_eq!(world.next_end().await, "ok");
}

#[tokio::test(start_paused = true)]
async fn a_message_is_answered_in_its_kind() {
    let world = World::new();
    let _echo = world.listen("mem:a +ws", Echo).await;
    let mut bare = world.bare("mem:a").await;
    for (sent, answer) in [
        (&b"\x81\x82\0\0\0\0hi"[..], &b"\x81\x02hi"[..]),
        (b"\x82\x82\0\0\0\0hi", b"\x82\x02hi"),
        (b"\x81\x82\0\0\0\0hi", b"\x81\x02hi"),
        (b"\x89\x82\x01\x01\x01\x01hi", b"\x8a\x02ih"),
    ] {
        bare.write_all(sent).await.unwrap();
        let mut got = vec![0; answer.len()];
        bare.read_exact(&mut got).await.unwrap();
        assert_eq!(got[..2], answer[..2]);
    }
    bare.write_all(b"\x88\x80\0\0\0\0").await.unwrap();
    assert_eq!(read_all(&mut bare).await, b"\x88\x02\x03\xe8");
    assert_eq!(world.next_end().await, "ok");
}

#[tokio::test(start_paused = true)]
async fn towards_bytes_it_is_a_stream() {
    let world = World::new();
    let _hello = world.listen("mem:bytes", Echo).await;
    let forward =
        |to: &str| Forward::new(&world.engine, Endpoint::parse(to).unwrap(), None).unwrap();
    let _ws = world.listen("mem:ws +ws", forward("mem:bytes")).await;
    let _back = world.listen("mem:back", forward("mem:ws +ws")).await;
    let sent = vec![7; 300_000];
    let stream = world.bytes("mem:back").await;
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut received = Vec::new();
    let (written, read) = tokio::join!(
        async {
            writer.write_all(&sent).await?;
            writer.shutdown().await
        },
        reader.read_to_end(&mut received)
    );
    written.unwrap();
    read.unwrap();
    assert!(received == sent);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_refused_is_told_why() {
    let world = World::new();
    let at = "mem:a +ws,path=/here,origins=https://page.example";
    let _hello = world.listen(at, Hello).await;
    let endless = vec![b'x'; 17 * 1024];
    for (sent, status) in [
        (ask("/there", ""), "404"),
        (ask("/here", "Origin: https://evil.example\r\n"), "403"),
        (ask("/here", "Host: two\r\n"), "400"),
        (b"GET /here HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(), "426"),
        (b"POST /here HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(), "405"),
        (
            [&b"GET /here HTTP/1.1\r\nA: "[..], &endless].concat(),
            "431",
        ),
        (b"NICK a\r\nUSER a 0 * a\r\n".to_vec(), "400"),
        (ask("/here", "Origin: https://page.example\r\n"), "101"),
    ] {
        let mut stream = world.bytes("mem:a").await;
        stream.write_all(&sent).await.unwrap();
        let mut line = [0; 12];
        stream.read_exact(&mut line).await.unwrap();
        assert_eq!(&line[..], format!("HTTP/1.1 {status}").as_bytes());
    }
    let refused = world.open("mem:a +ws,path=/there").await.unwrap_err();
    assert!(
        refused
            .to_string()
            .ends_with("websocket: the server answers 404"),
        "{refused}"
    );
}

#[tokio::test(start_paused = true)]
async fn who_breaks_the_protocol_is_told_by_a_close() {
    let world = World::new();
    let _echo = world.listen("mem:a +ws", Echo).await;
    for (sent, code, why) in [
        (&b"\x81\x02hi"[..], 1002_u16, "masked"),
        (b"\x81\x81\0\0\0\0\xff", 1007, "not UTF-8"),
        (
            b"\x82\xff\0\0\0\0\0\x10\0\x01\0\0\0\0",
            1009,
            "more than 1048576 bytes",
        ),
        (b"\xc1\x80\0\0\0\0", 1002, "extension"),
    ] {
        let mut bare = world.bare("mem:a").await;
        bare.write_all(sent).await.unwrap();
        let mut close = [0; 4];
        bare.read_exact(&mut close).await.unwrap();
        assert_eq!(close[..2], *b"\x88\x02");
        assert_eq!(u16::from_be_bytes([close[2], close[3]]), code);
        drop(bare);
        let end = world.next_end().await;
        assert!(end.contains(why), "{end}");
    }
    let mut cut = world.bare("mem:a").await;
    cut.shutdown().await.unwrap();
    let end = world.next_end().await;
    assert!(end.contains("without a Close"), "{end}");
}

#[tokio::test(start_paused = true)]
async fn a_close_with_an_error_is_no_end() {
    let world = World::new();
    let _echo = world.listen("mem:a +ws", Echo).await;
    for (code, end) in [
        (1000_u16, "ok"),
        (1001, "ok"),
        (1011, "the peer gave up with status code 1011"),
        (4000, "the peer gave up with status code 4000"),
    ] {
        let mut bare = world.bare("mem:a").await;
        let code = code.to_be_bytes();
        let close = [b"\x88\x82\0\0\0\0", &code[..]].concat();
        bare.write_all(&close).await.unwrap();
        let mut answer = [0; 4];
        bare.read_exact(&mut answer).await.unwrap();
        let told = u16::from_be_bytes([answer[2], answer[3]]);
        let ended_well = end == "ok";
        let code = u16::from_be_bytes(code);
        assert_eq!(
            (told, &answer[..2]),
            (if ended_well { 1000 } else { code }, &b"\x88\x02"[..])
        );
        drop(bare);
        let ended = world.next_end().await;
        assert!(ended.ends_with(end), "{ended}");
    }
}

#[tokio::test(start_paused = true)]
async fn silence_ends_a_handshake_a_close_and_a_ping() {
    let world = World::new();
    let _echo = world.listen("mem:a +ws", Echo).await;
    let mut mute = world.bytes("mem:a").await;
    assert_eq!(read_all(&mut mute).await, b"");
    assert!(world.next_end().await.ends_with("no handshake within 10 s"));

    let _bare = world.listen("mem:raw", Mute).await;
    let _mute = world.listen("mem:b +ws,ping=30s", Echo).await;
    let began = tokio::time::Instant::now();
    let mut bare = world.bare("mem:b").await;
    let mut ping = [0; 2];
    bare.read_exact(&mut ping).await.unwrap();
    assert_eq!(
        (&ping, began.elapsed()),
        (b"\x89\0", Duration::from_secs(30))
    );
    assert!(world.next_end().await.contains("does not answer a ping"));
    assert_eq!(began.elapsed(), Duration::from_secs(60));

    let mut datagram = world.messages("mem:raw +ws").await;
    datagram.shutdown().await.unwrap();
    let began = tokio::time::Instant::now();
    let error = datagram.receive().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    assert_eq!(began.elapsed(), CLOSE_WAIT);
}

/// Accepts the handshake and says nothing any more.
#[derive(Debug)]
struct Mute;

impl Service for Mute {
    fn name(&self) -> &'static str {
        "mute"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a crate::engine::Session,
    ) -> crate::service::BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let Conversation::Stream(mut stream) = conversation else {
                panic!("no stream");
            };
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let (request, _) = sockeye_proto::websocket::Request::decode(&head)
                .unwrap()
                .unwrap();
            let accepted = request.judge(&Default::default()).unwrap();
            stream.write_all(&accepted.encode()).await.unwrap();
            session.cut().await;
            Ok(())
        })
    }
}

const CLOSE_WAIT: Duration = Duration::from_secs(10);
