//! One exchange between two ends in memory, and clients that are slow.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::super::Proxy;
use super::*;
use crate::endpoint::{Address, Endpoint};
use crate::engine::{Engine, EngineLimits, Listening, SessionFacts};
use crate::io::Conversation;

fn request(head: &str) -> ForwardRequest {
    let decoded = ProxyRequest::decode(head.as_bytes()).unwrap();
    match decoded.expect("it is whole").0.asks {
        Asks::Forward(request) => request,
        Asks::Tunnel(_) => panic!("it is not CONNECT"),
    }
}

/// What the two ends of an exchange are, and what came of it.
struct Over {
    exchanged: Result<Exchanged, Failed>,
    near: Stream,
    far: Stream,
}

/// Lets a request be exchanged while `said` plays the client behind its head, and the origin.
async fn over<F: Future<Output = ()>>(
    head: &str,
    said: impl FnOnce(DuplexStream, DuplexStream) -> F,
) -> Over {
    let ((client, near), (far, origin)) = (duplex(1024), duplex(1024));
    let (mut near, mut far) = (Stream::layered(near), Stream::layered(far));
    let (facts, closing, request) = (
        SessionFacts::default(),
        AtomicBool::new(false),
        request(head),
    );
    let exchanging = exchange(&mut near, &mut far, &request, &facts, &closing);
    let (exchanged, ()) = tokio::join!(exchanging, said(client, origin));
    Over {
        exchanged,
        near,
        far,
    }
}

async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap().into());
    }
    head
}

async fn read(stream: &mut (impl AsyncRead + Unpin), count: usize) -> String {
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

const GET: &str = "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n";
const POST: &str = "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n";
const NONE: &[u8] = b"HTTP/1.1 200 Ok\r\nContent-Length: 0\r\n\r\n";

#[tokio::test(start_paused = true)]
async fn who_waits_for_100_gets_it_from_the_origin() {
    let expecting = POST.replace("Host: a\r\n", "Host: a\r\nExpect: 100-continue\r\n");
    let over = over(&expecting, |mut client, mut origin| async move {
        assert!(head(&mut origin).await.contains("Expect: 100-continue"));
        let interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
        origin.write_all(interim).await.unwrap();
        assert!(head(&mut client).await.starts_with("HTTP/1.1 100 Continue"));
        assert!(head(&mut client).await.contains("Link: x"));
        client.write_all(b"fish").await.unwrap();
        assert_eq!(read(&mut origin, 4).await, "fish");
        origin.write_all(NONE).await.unwrap();
        assert!(head(&mut client).await.starts_with("HTTP/1.1 200 Ok"));
    })
    .await;
    assert!(matches!(
        over.exchanged,
        Ok(Exchanged::Done {
            client_persists: true,
            origin_persists: true
        })
    ));
}

#[tokio::test(start_paused = true)]
async fn a_client_of_1_0_gets_no_more_than_it_knows() {
    let old = "GET http://a/ HTTP/1.0\r\n\r\n";
    let over = over(old, |mut client, mut origin| async move {
        head(&mut origin).await;
        let answer = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 Ok\r\n\
                      Transfer-Encoding: chunked\r\n\r\n4\r\nfish\r\n0\r\n\r\n";
        origin.write_all(answer.as_bytes()).await.unwrap();
        let told = head(&mut client).await;
        let plain = "HTTP/1.1 200 Ok\r\nVia: 1.1 sockeye\r\nConnection: close\r\n\r\n";
        assert_eq!(told, plain);
        assert_eq!(read(&mut client, 4).await, "fish");
    })
    .await;
    assert!(matches!(
        over.exchanged,
        Ok(Exchanged::Done {
            client_persists: false,
            origin_persists: true
        })
    ));
}

#[tokio::test(start_paused = true)]
async fn an_answer_before_the_request_is_whole_ends_both() {
    let over = over(POST, |mut client, mut origin| async move {
        client.write_all(b"fi").await.unwrap();
        head(&mut origin).await;
        let answer = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno";
        origin.write_all(answer).await.unwrap();
        let told = head(&mut client).await;
        assert!(told.contains("Connection: close"), "{told}");
        assert_eq!(read(&mut client, 2).await, "no");
    })
    .await;
    assert!(matches!(
        over.exchanged,
        Ok(Exchanged::Done {
            client_persists: false,
            origin_persists: false
        })
    ));
}

#[tokio::test(start_paused = true)]
async fn what_breaks_is_told_only_while_that_is_possible() {
    let early = over(POST, |client, mut origin| async move {
        head(&mut origin).await;
        drop(client);
        // Gone at once, it would be the first of the two to break.
        tokio::time::sleep(Duration::from_secs(1)).await;
    });
    let early = early.await.exchanged;
    assert!(
        matches!(early, Err(Failed::Within(ErrorKind::PeerReset, _))),
        "{early:?}"
    );

    let late = over(GET, |mut client, mut origin| async move {
        head(&mut origin).await;
        let answer = b"HTTP/1.1 200 Ok\r\nContent-Length: 9\r\n\r\nfish";
        origin.write_all(answer).await.unwrap();
        drop(origin);
        head(&mut client).await;
        assert_eq!(read(&mut client, 4).await, "fish");
    });
    let late = late.await.exchanged;
    assert!(
        matches!(late, Err(Failed::Within(ErrorKind::PeerReset, _))),
        "{late:?}"
    );

    let garbage = over(GET, |_client, mut origin| async move {
        head(&mut origin).await;
        origin.write_all(b"SSH-2.0-x\r\n").await.unwrap();
    });
    let garbage = garbage.await.exchanged;
    assert!(
        matches!(garbage, Err(Failed::Before(ProxyStatus::BadGateway, ..))),
        "{garbage:?}"
    );

    let gone = over(GET, |_client, mut origin| async move {
        head(&mut origin).await;
    });
    let gone = gone.await.exchanged;
    assert!(matches!(gone, Err(Failed::Unheard)), "{gone:?}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_some_read_differently_is_refused() {
    let chunked = "POST http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let over = over(chunked, |mut client, mut origin| async move {
        client.write_all(b"5\nfish\r\n").await.unwrap();
        head(&mut origin).await;
        let more = timeout(Duration::from_secs(1), origin.read_u8());
        assert!(more.await.is_err(), "nothing of it has passed");
    });
    let exchanged = over.await.exchanged;
    assert!(
        matches!(exchanged, Err(Failed::Before(ProxyStatus::BadRequest, ..))),
        "{exchanged:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_follows_is_given_back() {
    let websocket =
        "GET http://a/ HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    let mut upgraded = over(websocket, |mut client, mut origin| async move {
        assert!(head(&mut origin).await.contains("Upgrade: websocket"));
        let answer = b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\nframes";
        origin.write_all(answer).await.unwrap();
        let told = head(&mut client).await;
        assert!(told.contains("Connection: Upgrade\r\nUpgrade: websocket\r\n"));
    })
    .await;
    assert!(matches!(upgraded.exchanged, Ok(Exchanged::Upgraded)));
    assert_eq!(read(&mut upgraded.far, 6).await, "frames");

    let mut pipelined = over(POST, |mut client, mut origin| async move {
        client.write_all(b"fishGET http").await.unwrap();
        head(&mut origin).await;
        assert_eq!(read(&mut origin, 4).await, "fish");
        origin.write_all(NONE).await.unwrap();
        origin
            .write_all(b"what nobody has asked for")
            .await
            .unwrap();
        head(&mut client).await;
    })
    .await;
    assert_eq!(read(&mut pipelined.near, 8).await, "GET http");
    assert!(matches!(
        pipelined.exchanged,
        Ok(Exchanged::Done {
            client_persists: true,
            origin_persists: false
        })
    ));
}

#[tokio::test(start_paused = true)]
async fn answers_before_the_final_one_have_an_end() {
    let over = over(GET, |mut client, mut origin| async move {
        head(&mut origin).await;
        let interim = "HTTP/1.1 102 Processing\r\n\r\n".repeat(40);
        let mut told = Vec::new();
        let (_, read) = tokio::join!(
            origin.write_all(interim.as_bytes()),
            timeout(Duration::from_secs(1), client.read_to_end(&mut told)),
        );
        assert!(read.is_err(), "the connection is ended by who has made it");
        let text = String::from_utf8(told).unwrap();
        assert_eq!(text.matches("102 Processing").count(), 32);
    });
    let exchanged = over.await.exchanged;
    assert!(
        matches!(exchanged, Err(Failed::Within(..))),
        "{exchanged:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_slow_origin_slows_the_client() {
    let endless = "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n";
    let over = over(endless, |mut client, mut origin| async move {
        head(&mut origin).await;
        let mut taken_bytes = 0;
        let sending = async {
            loop {
                taken_bytes += client.write(&[0; 512]).await.unwrap();
            }
        };
        let pause = Duration::from_secs(5);
        timeout(pause, sending).await.unwrap_err();
        // What the two pipes hold, and one piece on its way.
        assert!((1024..=4096).contains(&taken_bytes), "{taken_bytes}");
        drop(client);
    });
    let exchanged = over.await.exchanged;
    assert!(exchanged.is_err(), "{exchanged:?}");
}

async fn listening(engine: &Engine, proxy: Proxy) -> (Listening, Endpoint) {
    let at = Endpoint::from(Address::Mem {
        name: "proxy".into(),
    });
    let listening = engine.listen(&at, Arc::new(proxy)).await.unwrap();
    (listening, at)
}

async fn open_at(engine: &Engine, at: &Endpoint) -> Stream {
    match engine.open(at).await.unwrap().0 {
        Conversation::Stream(stream) => stream,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_has_10_s_however_it_comes() {
    let engine = Engine::new(EngineLimits::default()).unwrap();
    let policy = Arc::new(Policy::open());
    let (_listening, at) = listening(&engine, Proxy::either(policy)).await;
    let began = Instant::now();
    let mut stream = open_at(&engine, &at).await;
    let mut told = String::new();
    let slowly = async {
        for byte in GET.bytes().cycle() {
            let byte = Bytes::copy_from_slice(&[byte]);
            if stream.write_all(&byte).await.is_err() {
                return;
            }
            tokio::select! {
                _ = stream.read_to_string(&mut told) => return,
                () = tokio::time::sleep(Duration::from_millis(400)) => {}
            }
        }
    };
    slowly.await;
    assert!(told.starts_with("HTTP/1.1 408 "), "{told}");
    assert!(told.contains("no request within 10 s"), "{told}");
    let lasted = began.elapsed();
    assert!((10..12).contains(&lasted.as_secs()), "{lasted:?}");
}

#[tokio::test]
async fn between_requests_there_is_a_minute() {
    let origin = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = origin.local_addr().unwrap();
    let engine = Engine::new(EngineLimits::default()).unwrap();
    let policy = Arc::new(Policy::open());
    let (_listening, at) = listening(&engine, Proxy::http(policy)).await;
    let mut stream = open_at(&engine, &at).await;
    let asked = format!("GET http://{to}/ HTTP/1.1\r\nHost: {to}\r\n\r\n");
    stream.write_all(asked.as_bytes()).await.unwrap();
    let (mut far, _) = origin.accept().await.unwrap();
    head(&mut far).await;
    far.write_all(NONE).await.unwrap();
    head(&mut stream).await;

    tokio::time::pause();
    let began = Instant::now();
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
    assert_eq!(began.elapsed().as_secs(), 60);
}
