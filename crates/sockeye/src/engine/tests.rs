//! Engine over memory with paused time, and over real sockets of loopback.

mod room;
mod scarce;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::*;
use crate::endpoint::{Address, Family, Host};
use crate::io::Stream;
use crate::service::{BoxFuture, Echo, Forward, Refusal, Upper};

fn engine() -> Engine {
    Engine::new(EngineLimits::default()).unwrap()
}

fn mem(name: &str) -> Endpoint {
    Address::Mem { name: name.into() }.into()
}

fn loopback() -> Endpoint {
    Address::Tcp {
        host: Host::Loopback,
        port: 0,
        family: Family::Any,
    }
    .into()
}

fn socket_address(address: &Address) -> SocketAddr {
    match address {
        Address::Tcp {
            host: Host::Ip(ip),
            port,
            ..
        } => (*ip, *port).into(),
        other => panic!("{other} is no socket address"),
    }
}

async fn open(engine: &Engine, endpoint: &Endpoint) -> (Stream, Session) {
    let (Conversation::Stream(stream), session) = engine.connect(endpoint).await.unwrap() else {
        panic!("a byte stream");
    };
    (stream, session)
}

async fn read_all(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

/// Holds its sessions until they are cut; says why a connection is refused.
#[derive(Debug)]
struct Holder {
    establishes: bool,
}

impl Service for Holder {
    fn name(&self) -> &'static str {
        "holder"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let Conversation::Stream(mut stream) = conversation else {
                panic!("a byte stream");
            };
            if self.establishes {
                session
                    .establish()
                    .expect("a place for an established session");
            }
            stream.write_all(b"in\n").await.unwrap();
            tokio::select! {
                _ = stream.read_u8() => {}
                () = session.cut() => { session.facts().bytes_lost.fetch_add(7, std::sync::atomic::Ordering::Relaxed); }
            }
            Ok(())
        })
    }

    fn refusal(&self, why: Refusal) -> Option<Bytes> {
        Some(format!("{why:?}\n").into())
    }
}

#[tokio::test(start_paused = true)]
async fn memory_echoes_and_half_closes() {
    let engine = engine();
    let _listening = engine.listen(&mem("room"), Arc::new(Echo)).await.unwrap();
    let (mut stream, _session) = open(&engine, &mem("room")).await;
    stream.write_all(b"hello").await.unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(read_all(&mut stream).await, "hello");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_yet_is_tried_again() {
    let engine = Engine::new(EngineLimits::default()).unwrap();
    let there = Endpoint::parse("mem:room +retry,20,interval=100ms,max=1s").unwrap();
    let later = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        engine.listen(&mem("room"), Arc::new(Echo)).await.unwrap()
    };
    let (opened, _listening) = tokio::join!(engine.open(&there), later);
    opened.unwrap();

    let began = tokio::time::Instant::now();
    let nowhere = Endpoint::parse("mem:nowhere +retry,3,interval=100ms").unwrap();
    let error = engine.open(&nowhere).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PeerUnreachable);
    // 100, 200 and 400 ms, each less up to half of it.
    let lasted = began.elapsed();
    let all = Duration::from_millis(350)..Duration::from_millis(710);
    assert!(all.contains(&lasted), "{lasted:?}");
}

#[tokio::test(start_paused = true)]
async fn memory_name_is_free_again_after_close() {
    let engine = engine();
    let listening = engine.listen(&mem("room"), Arc::new(Echo)).await.unwrap();
    let taken = engine
        .listen(&mem("room"), Arc::new(Echo))
        .await
        .unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::LocalBind);
    listening.close();
    listening.finished().await;
    let absent = engine.connect(&mem("room")).await.unwrap_err();
    assert_eq!(
        absent.to_string(),
        "connect mem:room: nobody listens at that name"
    );
    engine.listen(&mem("room"), Arc::new(Echo)).await.unwrap();
}

#[tokio::test]
async fn tcp_echoes_on_both_loopback_addresses_of_one_port() {
    let engine = engine();
    let listening = engine.listen(&loopback(), Arc::new(Echo)).await.unwrap();
    let addresses: Vec<_> = listening.addresses().iter().map(socket_address).collect();
    assert_eq!(addresses[0].ip(), Ipv4Addr::LOCALHOST);
    assert_eq!(addresses.len() + listening.notes().len(), 2);
    for at in &addresses {
        assert_eq!(at.port(), addresses[0].port());
        let mut peer = TcpStream::connect(at).await.unwrap();
        peer.write_all(b"ping").await.unwrap();
        peer.shutdown().await.unwrap();
        assert_eq!(read_all(&mut peer).await, "ping");
    }
}

#[tokio::test]
async fn refused_connect_names_every_address() {
    let engine = engine();
    let listening = engine.listen(&loopback(), Arc::new(Echo)).await.unwrap();
    let port = socket_address(&listening.addresses()[0]).port();
    listening.close();
    listening.finished().await;
    let gone = Address::Tcp {
        host: Host::Ip(Ipv4Addr::LOCALHOST.into()),
        port,
        family: Family::Any,
    };
    let error = engine.connect(&gone.into()).await.unwrap_err();
    let expected = format!("connect tcp://127.0.0.1:{port}: connection refused (127.0.0.1)");
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.kind().exit_code(), 7);
}

#[tokio::test]
async fn source_at_its_limit_is_told_and_others_get_in() {
    let engine = engine();
    let limits = AdmissionLimits {
        source_pending_max: Some(2),
        ..AdmissionLimits::default()
    };
    let service = Arc::new(Holder { establishes: false });
    let listening = engine
        .listen_under(&loopback(), service, Admission::new(limits))
        .await
        .unwrap();
    let at = socket_address(&listening.addresses()[0]);

    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(greeted(connect_from([127, 0, 0, 2], at).await).await);
    }
    let mut refused = connect_from([127, 0, 0, 2], at).await;
    refused.write_all(b"NICK early\r\n").await.unwrap();
    assert_eq!(read_all(&mut refused).await, "SourcePending\n");
    greeted(connect_from([127, 0, 0, 3], at).await).await;

    held.clear();
    engine.inner.table.empty().await;
    greeted(connect_from([127, 0, 0, 2], at).await).await;
}

#[tokio::test]
async fn established_sessions_no_longer_count_as_pending() {
    let engine = engine();
    let limits = AdmissionLimits {
        source_pending_max: Some(1),
        source_established_max: Some(3),
        ..AdmissionLimits::default()
    };
    let service = Arc::new(Holder { establishes: true });
    let listening = engine
        .listen_under(&loopback(), service, Admission::new(limits))
        .await
        .unwrap();
    let at = socket_address(&listening.addresses()[0]);
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(greeted(connect_from([127, 0, 0, 2], at).await).await);
    }
    assert!(
        engine
            .sessions()
            .iter()
            .all(|row| row.state == SessionState::Established)
    );
}

#[tokio::test]
async fn only_allowed_sources_come_in_and_deny_wins() {
    let engine = engine();
    let rules = "tcp://:0 +allow,127.0.0.2,127.0.0.3 +deny,127.0.0.3";
    let listening = engine
        .listen_under(
            &Endpoint::parse(rules).unwrap(),
            Arc::new(Holder { establishes: false }),
            // The rules hold under whatever counts the sessions.
            Admission::new(AdmissionLimits::default()),
        )
        .await
        .unwrap();
    let port = socket_address(&listening.addresses()[0]).port();
    // On a dual-stack socket, IPv4 peers come as mapped addresses.
    let at = (Ipv4Addr::LOCALHOST, port).into();
    let _held = greeted(connect_from([127, 0, 0, 2], at).await).await;
    for source in [[127, 0, 0, 3], [127, 0, 0, 4]] {
        let mut refused = connect_from(source, at).await;
        assert_eq!(read_all(&mut refused).await, "SourceForbidden\n");
    }
    assert_eq!(listening.counts(), (1, 2));
    listening.replace(Arc::new(Upper), Admission::new(AdmissionLimits::default()));
    let mut refused = connect_from([127, 0, 0, 3], at).await;
    assert_eq!(read_all(&mut refused).await, "");
    assert_eq!(listening.counts(), (1, 3));
}

async fn connect_from(source: [u8; 4], to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((source, 0).into()).unwrap();
    socket.connect(to).await.unwrap()
}

async fn greeted(mut peer: TcpStream) -> TcpStream {
    let mut line = [0; 3];
    peer.read_exact(&mut line).await.unwrap();
    assert_eq!(&line, b"in\n");
    peer
}

#[tokio::test(start_paused = true)]
async fn drain_cuts_and_counts_what_is_left_after_its_limit() {
    let engine = engine();
    let listening = engine
        .listen(&mem("room"), Arc::new(Holder { establishes: false }))
        .await
        .unwrap();
    let (mut stays, session) = open(&engine, &mem("room")).await;
    drop(session);
    stays.read_exact(&mut [0; 3]).await.unwrap();
    let started = tokio::time::Instant::now();
    let drained = engine.drain(Duration::from_secs(10)).await;
    assert_eq!(
        drained,
        Drained {
            finished: 0,
            cut: 1,
            bytes_lost: 7
        }
    );
    assert_eq!(started.elapsed(), Duration::from_secs(10));
    listening.finished().await;
    engine.idle().await;
    assert_eq!(
        engine.connect(&mem("room")).await.unwrap_err().kind(),
        ErrorKind::PeerUnreachable
    );
}

#[tokio::test(start_paused = true)]
async fn drain_returns_as_soon_as_the_last_session_ended() {
    let engine = engine();
    let _listening = engine.listen(&mem("room"), Arc::new(Echo)).await.unwrap();
    let (mut stream, session) = open(&engine, &mem("room")).await;
    stream.write_all(b"x").await.unwrap();
    stream.read_u8().await.unwrap();
    drop(session);
    let started = tokio::time::Instant::now();
    let drained = engine.drain(Duration::from_secs(10)).await;
    assert_eq!(
        drained,
        Drained {
            finished: 1,
            cut: 0,
            bytes_lost: 0
        }
    );
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_eq!(read_all(&mut stream).await, "");
}

#[tokio::test(start_paused = true)]
async fn killed_session_is_cut_after_a_moment() {
    let engine = engine();
    let _listening = engine
        .listen(&mem("room"), Arc::new(Holder { establishes: false }))
        .await
        .unwrap();
    let (mut stream, session) = open(&engine, &mem("room")).await;
    stream.read_exact(&mut [0; 3]).await.unwrap();
    let held = engine
        .sessions()
        .into_iter()
        .find(|row| row.service == "holder")
        .unwrap();
    assert_ne!(held.id, session.id());
    assert!(engine.kill(held.id));
    assert_eq!(read_all(&mut stream).await, "");
    assert!(!engine.kill(held.id), "it is gone");
}

#[tokio::test]
async fn full_engine_refuses_and_recovers() {
    let engine = Engine::new(EngineLimits {
        sessions_max: Some(1),
        session_descriptors: 1,
    })
    .unwrap();
    let listening = engine
        .listen(&loopback(), Arc::new(Holder { establishes: false }))
        .await
        .unwrap();
    let at = socket_address(&listening.addresses()[0]);
    let first = greeted(TcpStream::connect(at).await.unwrap()).await;
    assert_eq!(
        read_all(&mut TcpStream::connect(at).await.unwrap()).await,
        "Full\n"
    );
    drop(first);
    engine.inner.table.empty().await;
    greeted(TcpStream::connect(at).await.unwrap()).await;
}

#[test]
fn more_sessions_than_descriptors_is_refused_at_start() {
    let limits = EngineLimits {
        sessions_max: Some(usize::MAX),
        session_descriptors: 2,
    };
    let error = Engine::new(limits).unwrap_err();
    assert_eq!(error.kind().exit_code(), 71);
}

#[tokio::test]
async fn accepted_sockets_inherit_the_options_of_the_listener() {
    #[derive(Debug)]
    struct Probe;
    impl Service for Probe {
        fn name(&self) -> &'static str {
            "probe"
        }
        fn serve<'a>(
            &'a self,
            conversation: Conversation,
            _: &'a Session,
        ) -> BoxFuture<'a, Result<(), Error>> {
            Box::pin(async move {
                let Conversation::Stream(mut stream) = conversation else {
                    panic!("a byte stream");
                };
                let Some(crate::io::Socket::Tcp(tcp)) = stream.socket() else {
                    panic!()
                };
                let keepalive = socket2::SockRef::from(tcp).keepalive().unwrap();
                let facts = format!("{} {keepalive}", tcp.nodelay().unwrap());
                stream.write_all(facts.as_bytes()).await.unwrap();
                Ok(())
            })
        }
    }
    let engine = engine();
    let listening = engine.listen(&loopback(), Arc::new(Probe)).await.unwrap();
    let mut peer = TcpStream::connect(socket_address(&listening.addresses()[0]))
        .await
        .unwrap();
    assert_eq!(read_all(&mut peer).await, "true true");
}

#[tokio::test(start_paused = true)]
async fn panic_costs_its_own_session_only() {
    #[derive(Debug)]
    struct Fragile;
    impl Service for Fragile {
        fn name(&self) -> &'static str {
            "fragile"
        }
        fn serve<'a>(
            &'a self,
            conversation: Conversation,
            _: &'a Session,
        ) -> BoxFuture<'a, Result<(), Error>> {
            Box::pin(async move {
                let Conversation::Stream(mut stream) = conversation else {
                    panic!("a byte stream");
                };
                let byte = stream.read_u8().await.unwrap();
                assert_ne!(byte, b'!');
                stream.write_u8(byte).await.unwrap();
                Ok(())
            })
        }
    }
    let engine = engine();
    let _listening = engine
        .listen(&mem("room"), Arc::new(Fragile))
        .await
        .unwrap();
    let (mut good, good_session) = open(&engine, &mem("room")).await;
    let (mut bad, bad_session) = open(&engine, &mem("room")).await;
    bad.write_u8(b'!').await.unwrap();
    assert_eq!(read_all(&mut bad).await, "");
    good.write_u8(b'.').await.unwrap();
    assert_eq!(read_all(&mut good).await, ".");
    drop((good_session, bad_session));
    engine.inner.table.empty().await;
}

#[tokio::test]
async fn forward_joins_each_connection_with_one_of_its_own() {
    let engine = engine();
    let _echo = engine.listen(&mem("far"), Arc::new(Echo)).await.unwrap();
    let forward = Arc::new(Forward::new(&engine, mem("far"), None).unwrap());
    let listening = engine.listen(&loopback(), forward).await.unwrap();
    let at = socket_address(&listening.addresses()[0]);
    for text in ["one", "two"] {
        let mut peer = TcpStream::connect(at).await.unwrap();
        peer.write_all(text.as_bytes()).await.unwrap();
        let row = loop {
            let forwarded = |row: &SessionRow| row.service == "forward" && row.bytes_in == 3;
            match engine.sessions().into_iter().find(forwarded) {
                Some(row) => break row,
                None => tokio::task::yield_now().await,
            }
        };
        assert_eq!(row.peer, peer.local_addr().unwrap().to_string());
        peer.shutdown().await.unwrap();
        assert_eq!(read_all(&mut peer).await, text);
        engine.inner.table.empty().await;
    }
}

#[tokio::test]
async fn forward_resets_when_the_far_side_does_not_open() {
    let engine = engine();
    let forward = Arc::new(Forward::new(&engine, mem("nobody"), None).unwrap());
    let listening = engine.listen(&loopback(), forward).await.unwrap();
    let (said, mut heard) = tokio::sync::mpsc::channel(1);
    engine.observe(move |_, result| {
        let error = result.as_ref().unwrap_err().to_string();
        said.try_send(error).unwrap();
    });
    let mut peer = TcpStream::connect(socket_address(&listening.addresses()[0]))
        .await
        .unwrap();
    let reset = peer.read_u8().await.unwrap_err();
    assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);
    let error = heard.recv().await.unwrap();
    assert_eq!(error, "connect mem:nobody: nobody listens at that name");
}

#[tokio::test(start_paused = true)]
async fn replaced_service_holds_for_new_sessions() {
    let engine = engine();
    let listening = engine.listen(&mem("room"), Arc::new(Echo)).await.unwrap();
    let (mut before, _before) = open(&engine, &mem("room")).await;
    before.write_all(b"a").await.unwrap();
    before.read_exact(&mut [0]).await.unwrap();
    listening.replace(Arc::new(Upper), Admission::new(AdmissionLimits::default()));
    let (mut after, _after) = open(&engine, &mem("room")).await;
    for (stream, expected) in [(&mut before, "b"), (&mut after, "B")] {
        stream.write_all(b"b").await.unwrap();
        stream.shutdown().await.unwrap();
        assert_eq!(read_all(stream).await, expected);
    }
}
