//! TLS between two ends of one engine, over `mem:` and paused time; the authorities are made here.

pub(in crate::layer::tls) mod authority;
mod bytes;
mod listed;
mod names;
mod refused;
mod renewed;

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;

use crate::endpoint::Endpoint;
use crate::engine::{Engine, EngineLimits, Listening, Session};
use crate::error::{Error, ErrorKind};
use crate::io::{ConnectionInfo, Conversation, Stream};
use crate::service::{Echo, Service};
use authority::{Authority, Given};

/// What was known of a session, and how it ended.
type Ended = (ConnectionInfo, Result<(), String>);

/// An engine that remembers how its accepted sessions ended.
struct World {
    engine: Engine,
    ended: Arc<Mutex<Vec<Ended>>>,
    news: Arc<Notify>,
}

impl World {
    fn new() -> Self {
        let engine = Engine::new(EngineLimits::default()).unwrap();
        let ended = Arc::new(Mutex::new(Vec::new()));
        let news = Arc::new(Notify::new());
        let (seen, told) = (Arc::clone(&ended), Arc::clone(&news));
        engine.observe(move |session, result| {
            let result = result.as_ref().copied().map_err(Error::to_string);
            seen.lock().unwrap().push((session.info().clone(), result));
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

    async fn connect(&self, to: &str) -> Result<(Stream, Session), Error> {
        let to = Endpoint::parse(to).unwrap();
        match self.engine.connect(&to).await? {
            (Conversation::Stream(stream), session) => Ok((stream, session)),
            (Conversation::Datagram(_), _) => unreachable!("mem: yields streams"),
        }
    }

    /// Waits until so many accepted sessions have ended, and returns the last.
    async fn ended(&self, count: usize) -> Ended {
        loop {
            if let Some(last) = self.ended.lock().unwrap().get(count - 1) {
                return last.clone();
            }
            self.news.notified().await;
        }
    }
}

/// Sends, ends its own direction, and returns what comes back until the other end.
async fn exchange(stream: &mut Stream, sent: &[u8]) -> Vec<u8> {
    stream.write_all(sent).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.unwrap();
    received
}

#[tokio::test(start_paused = true)]
async fn both_ends_know_what_was_settled() {
    let (world, authority) = (World::new(), Authority::new());
    let server = authority.certificate(Given::default());
    let ca = authority.file();
    let _listening = world
        .listen(&format!("mem:a +tls,{server},max=1.2 alpn=b,a"), Echo)
        .await;
    let to = format!("mem:a +tls,sni=a.example,cacert={ca},alpn=a");
    let (mut stream, session) = world.connect(&to).await.unwrap();
    assert_eq!(exchange(&mut stream, b"hello").await, b"hello");
    let (accepted, result) = world.ended(1).await;
    assert_eq!(result, Ok(()));
    for info in [&accepted, session.info()] {
        let tls = info.tls.as_ref().unwrap();
        assert_eq!(
            (tls.version, tls.name.as_deref(), tls.alpn.as_deref()),
            ("1.2", Some("a.example"), Some("a"))
        );
    }
    let shown = session.info().tls.as_ref().unwrap().peer_certificate_sha256;
    assert_eq!(shown, Some(server.sha256));
    assert_eq!(accepted.tls.unwrap().peer_certificate_sha256, None);
}

#[tokio::test(start_paused = true)]
async fn any_certificate_answers_a_request_and_none_does_too() {
    let (world, authority) = (World::new(), Authority::new());
    let (server, ca) = (authority.certificate(Given::default()), authority.file());
    let strangers = Authority::new();
    let stranger = strangers.certificate(Given::client());
    let _listening = world
        .listen(&format!("mem:a +tls,{server},client=request"), Echo)
        .await;
    for (own, expected) in [
        (String::new(), None),
        (format!(",{stranger}"), Some(stranger.sha256)),
    ] {
        let to = format!("mem:a +tls,sni=a.example,cacert={ca}{own}");
        let (mut stream, _session) = world.connect(&to).await.unwrap();
        assert_eq!(exchange(&mut stream, b"hello").await, b"hello");
        let so_far = world.ended.lock().unwrap().len();
        let (accepted, _) = world.ended(so_far.max(1)).await;
        assert_eq!(accepted.tls.unwrap().peer_certificate_sha256, expected);
        world.ended.lock().unwrap().clear();
    }
}

#[tokio::test(start_paused = true)]
async fn a_required_certificate_is_verified() {
    let (world, authority) = (World::new(), Authority::new());
    let (server, ca) = (authority.certificate(Given::default()), authority.file());
    let known = authority.certificate(Given::client());
    let strangers = Authority::new();
    let stranger = strangers.certificate(Given::client());
    let at = format!("mem:a +tls,{server},client=require,client-ca={ca},max=1.2");
    let _listening = world.listen(&at, Echo).await;
    let to = format!("mem:a +tls,sni=a.example,cacert={ca}");
    let (mut stream, _session) = world.connect(&format!("{to},{known}")).await.unwrap();
    assert_eq!(exchange(&mut stream, b"hello").await, b"hello");
    for own in [String::new(), format!(",{stranger}")] {
        let error = world.connect(&format!("{to}{own}")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LocalCertificate, "{error}");
    }
    let (_, result) = world.ended(2).await;
    assert!(
        result
            .unwrap_err()
            .contains("the peer shows no certificate")
    );
}

#[tokio::test(start_paused = true)]
async fn a_mute_peer_delays_nobody_and_ends_in_time() {
    let (world, authority) = (World::new(), Authority::new());
    let (server, ca) = (authority.certificate(Given::default()), authority.file());
    let _listening = world.listen(&format!("mem:a +tls,{server}"), Echo).await;
    let (mut mute, _session) = world.connect("mem:a").await.unwrap();
    let began = tokio::time::Instant::now();
    let to = format!("mem:a +tls,sni=a.example,cacert={ca}");
    let (mut stream, _session) = world.connect(&to).await.unwrap();
    assert_eq!(exchange(&mut stream, b"hello").await, b"hello");
    assert_eq!(began.elapsed().as_secs(), 0);
    assert_eq!(mute.read(&mut [0]).await.unwrap(), 0);
    assert_eq!(began.elapsed().as_secs(), 10);
    let (_, result) = world.ended(2).await;
    assert!(result.unwrap_err().contains("no handshake within 10 s"));
}

#[tokio::test(start_paused = true)]
async fn changed_files_are_read_again_once_they_fit_together() {
    let (world, authority) = (World::new(), Authority::new());
    let (server, ca) = (authority.certificate(Given::default()), authority.file());
    let renewed = authority.certificate(Given::default());
    let _listening = world.listen(&format!("mem:a +tls,{server}"), Echo).await;
    let to = format!("mem:a +tls,sni=a.example,cacert={ca}");
    for (copied, expected) in [
        (None, &server),
        (Some((&renewed.cert, &server.cert)), &server),
        (Some((&renewed.key, &server.key)), &renewed),
    ] {
        if let Some((from, to)) = copied {
            std::fs::copy(from, to).unwrap();
        }
        let (_stream, session) = world.connect(&to).await.unwrap();
        let shown = session.info().tls.as_ref().unwrap().peer_certificate_sha256;
        assert_eq!(shown, Some(expected.sha256));
    }
}

#[tokio::test(start_paused = true)]
async fn a_certificate_of_this_run_is_pinned_by_what_is_said_of_it() {
    let world = World::new();
    let listening = world.listen("mem:a +tls,self-signed", Echo).await;
    let note = &listening.notes()[0];
    let pin = &note[note.find("sha256:").unwrap()..];
    let (mut stream, _session) = world
        .connect(&format!("mem:a +tls,pin={pin}"))
        .await
        .unwrap();
    assert_eq!(exchange(&mut stream, b"hello").await, b"hello");
    let other = format!("mem:a +tls,pin=sha256:{}", "0".repeat(64));
    let error = world.connect(&other).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PeerCertificate);
    assert!(error.to_string().contains(pin), "{error}");
}
