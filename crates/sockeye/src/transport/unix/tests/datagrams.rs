//! Sessions of a listening datagram socket.

use std::time::Duration;

use bytes::Bytes;
use socket2::{SockAddr, Socket};
use tokio::net::UnixDatagram;

use super::*;

/// A listening socket and what runs beside it.
async fn listening(place: &Place, words: &str) -> (Bound, impl Future<Output = ()>) {
    let mut bound = bind_at(&place.endpoint("unix-dgram", words)).await.unwrap();
    let pump = bound.listeners[0].companion().unwrap();
    (bound, pump)
}

/// Runs `test` beside the pump, which is not to end.
async fn beside<T>(pump: impl Future<Output = ()>, test: impl Future<Output = T>) -> T {
    tokio::select! {
        done = test => done,
        () = pump => panic!("the pump runs while the listener lives"),
    }
}

#[tokio::test]
async fn a_named_peer_is_answered_and_an_unnamed_one_is_told_apart() {
    let place = Place::new();
    let (bound, pump) = listening(&place, "").await;
    let path = place.path.with_file_name("peer\n\u{1b}[2J x");
    let named = UnixDatagram::bind(&path).unwrap();
    let unnamed = UnixDatagram::unbound().unwrap();
    beside(pump, async {
        named.send_to(b"named", &place.path).await.unwrap();
        let (mut session, info) = accept(&bound).await;
        let text = info.peer_text;
        assert!(text.ends_with("peer\\u{a}\\u{1b}[2J\\u{20}x"), "{text}");
        session.send(Bytes::from_static(b"answer")).await.unwrap();
        let mut answer = [0; 9];
        assert_eq!(named.recv(&mut answer).await.unwrap(), 6);

        unnamed.send_to(b"unnamed", &place.path).await.unwrap();
        let (mut session, info) = accept(&bound).await;
        let pid = std::process::id();
        assert_eq!(info.peer_text, format!("unix-dgram:(unnamed, pid {pid})"));
        assert_eq!(session.receive().await.unwrap().unwrap(), "unnamed");
        let error = session.send(Bytes::from_static(b"answer")).await;
        let error = error.unwrap_err().to_string();
        assert_eq!(
            error,
            "its socket has no name, so that it cannot be answered"
        );
    })
    .await;
}

#[tokio::test]
async fn a_name_that_fills_all_of_its_space_is_answered() {
    let place = Place::new();
    let (bound, pump) = listening(&place, "").await;
    let room = 107 - place.path.parent().unwrap().as_os_str().len();
    let path = place.path.with_file_name("l".repeat(room - 1));
    assert_eq!(path.as_os_str().len(), 107);
    let named = UnixDatagram::bind(&path).unwrap();
    beside(pump, async {
        named.send_to(b"long", &place.path).await.unwrap();
        let (mut session, _) = accept(&bound).await;
        session.send(Bytes::from_static(b"answer")).await.unwrap();
        assert_eq!(named.recv(&mut [0; 9]).await.unwrap(), 6);
    })
    .await;
}

#[tokio::test]
async fn a_silent_peer_retires_and_its_next_message_begins_a_new_session() {
    let place = Place::new();
    let (bound, pump) = listening(&place, " +idle,10ms").await;
    let peer = UnixDatagram::bind(place.path.with_file_name("peer")).unwrap();
    beside(pump, async {
        for message in ["first", "second"] {
            peer.send_to(message.as_bytes(), &place.path).await.unwrap();
            let (mut session, _) = accept(&bound).await;
            assert_eq!(session.receive().await.unwrap().unwrap(), message);
            assert_eq!(session.receive().await.unwrap(), None);
        }
    })
    .await;
}

#[tokio::test]
async fn the_pump_outlives_the_listener_for_its_sessions_only() {
    let place = Place::new();
    let (mut bound, pump) = listening(&place, "").await;
    let peer = UnixDatagram::bind(place.path.with_file_name("peer")).unwrap();
    peer.connect(&place.path).unwrap();
    let session = async {
        peer.send(b"first").await.unwrap();
        let (mut session, _) = accept(&bound).await;
        bound.listeners.clear();
        assert!(!place.path.exists(), "nobody new finds it");
        peer.send(b"second").await.unwrap();
        assert_eq!(session.receive().await.unwrap().unwrap(), "first");
        assert_eq!(session.receive().await.unwrap().unwrap(), "second");
    };
    tokio::join!(pump, session);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_reads_is_given_up_after_the_idle_time() {
    for (connects, why) in [(false, "it has not read"), (true, "the socket is full")] {
        let place = Place::new();
        let (bound, pump) = listening(&place, " +idle,7s +unix,sndbuf=64K").await;
        let peer = UnixDatagram::bind(place.path.with_file_name("peer")).unwrap();
        // Linux limits the queue of a peer by its length only where it is not connected back.
        if connects {
            peer.connect(&place.path).unwrap();
        }
        peer.send_to(b"first", &place.path).await.unwrap();
        beside(pump, async {
            let (mut session, _) = accept(&bound).await;
            let began = tokio::time::Instant::now();
            let error = loop {
                if let Err(error) = session.send(Bytes::from_static(b"answer")).await {
                    break error;
                }
            };
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            assert!(error.to_string().starts_with(why), "{error}");
            assert!((7..8).contains(&began.elapsed().as_secs()));
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_takes_nothing_holds_others_up_for_a_moment_only_and_its_loss_is_counted() {
    let place = Place::new();
    let (bound, pump) = listening(&place, " +idle,1h").await;
    let bind = |name| UnixDatagram::bind(place.path.with_file_name(name)).unwrap();
    let (greedy, modest) = (bind("greedy"), bind("modest"));
    beside(pump, async {
        let large = vec![7; MESSAGE_BYTES_MAX / 2];
        SockRef::from(&greedy)
            .set_send_buffer_size(MESSAGE_BYTES_MAX)
            .unwrap();
        for _ in 0..7 {
            greedy.send_to(&large, &place.path).await.unwrap();
        }
        let began = tokio::time::Instant::now();
        modest.send_to(b"modest", &place.path).await.unwrap();
        let (mut stuck, _) = accept(&bound).await;
        let (mut session, _) = accept(&bound).await;
        assert_eq!(session.receive().await.unwrap().unwrap(), "modest");
        assert!(began.elapsed() <= Duration::from_secs(1));
        for _ in 0..4 {
            assert_eq!(stuck.receive().await.unwrap().unwrap(), large);
        }
        assert_eq!(stuck.bytes_dropped(), 3 * large.len() as u64);
        // It moves again, so nothing more is lost.
        greedy.send_to(&large, &place.path).await.unwrap();
        assert_eq!(stuck.receive().await.unwrap().unwrap(), large);
        assert_eq!(stuck.bytes_dropped(), 3 * large.len() as u64);
    })
    .await;
}

#[tokio::test]
async fn a_thousand_peers_have_a_session_each() {
    let place = Place::new();
    let (bound, pump) = listening(&place, "").await;
    let at = SockAddr::unix(&place.path).unwrap();
    beside(pump, async {
        let mut sessions = Vec::new();
        for i in 0..PEERS {
            let peer = Socket::new(socket2::Domain::UNIX, Type::DGRAM, None).unwrap();
            local::name_itself(&peer).unwrap();
            peer.send_to(i.to_string().as_bytes(), &at).unwrap();
            sessions.push((peer, accept(&bound).await.0));
        }
        for (i, (peer, session)) in sessions.iter_mut().enumerate().rev() {
            let message = session.receive().await.unwrap().unwrap();
            assert_eq!(message, i.to_string());
            session.send(message).await.unwrap();
            let mut answer = [std::mem::MaybeUninit::uninit(); 9];
            assert_eq!(peer.recv(&mut answer).unwrap(), i.to_string().len());
        }
    })
    .await;
}

const PEERS: usize = 1_000;
