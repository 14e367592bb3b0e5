//! Messages between two bare sockets that pass a relay by.

use std::sync::atomic::AtomicU64;

use crate::io::{Ending, RelayReport, RelaySettings, Way, join};

use super::*;

/// A relay between a session of a listening socket and a far end, with who talks through it.
struct Relayed {
    listener: super::super::super::Listener,
    peer: UdpSocket,
    far: UdpSocket,
    from_a: Arc<AtomicU64>,
    to_a: Arc<AtomicU64>,
}

impl Relayed {
    async fn new() -> (Self, impl Future<Output = ()>) {
        let (mut listener, at) = listening("udp://127.0.0.1:0").await;
        let pump = listener.companion().unwrap();
        let [peer, far] = [
            UdpSocket::bind("127.0.0.1:0").await.unwrap(),
            UdpSocket::bind("127.0.0.1:0").await.unwrap(),
        ];
        peer.connect(at).await.unwrap();
        let relayed = Self {
            listener,
            peer,
            far,
            from_a: Arc::default(),
            to_a: Arc::default(),
        };
        (relayed, pump)
    }

    /// Joins the next session with the far end.
    async fn join(&self) -> RelayReport {
        let (near, _) = accept(&self.listener).await;
        let to = Endpoint::parse(&format!("udp://{}", self.far.local_addr().unwrap())).unwrap();
        let rooms = super::super::super::Rooms::default();
        let far = super::super::super::connect(&to, &rooms, None).await;
        let settings = RelaySettings::counting(&self.from_a, &self.to_a);
        join(
            near.into(),
            far.unwrap().0,
            settings,
            std::future::pending(),
        )
        .await
    }

    fn switch(&self) -> &Switch {
        match &self.listener {
            super::super::super::Listener::Udp(udp) => &udp.switch,
            _ => panic!("a UDP listener"),
        }
    }

    /// Waits until the session's shortcut is open and nothing is in its queue or its hands.
    async fn open(&self) {
        let is_free = |queue: &Queue| {
            queue.shortcut.is_some() && queue.level.messages.load(Ordering::Acquire) == 0
        };
        while !self.switch().peers().queues.values().any(is_free) {
            tokio::task::yield_now().await;
        }
    }

    async fn receive(socket: &UdpSocket) -> (String, SocketAddr) {
        let mut message = [0; 64];
        let (count, from) = socket.recv_from(&mut message).await.unwrap();
        (
            String::from_utf8_lossy(&message[..count]).into_owned(),
            from,
        )
    }
}

#[tokio::test]
async fn they_pass_in_order_both_ways_and_are_counted_while_the_relay_sleeps() {
    let (relayed, pump) = Relayed::new().await;
    let talk = async {
        let Relayed { peer, far, .. } = &relayed;
        peer.send(b"first").await.unwrap();
        let (_, session) = Relayed::receive(far).await;
        relayed.open().await;
        let before = relayed.from_a.load(Ordering::Relaxed);
        for i in 0..ROUNDS {
            for j in 0..3 {
                peer.send(format!("{i:03} {j}").as_bytes()).await.unwrap();
            }
            for j in 0..3 {
                let message = format!("{i:03} {j}");
                assert_eq!(Relayed::receive(far).await, (message.clone(), session));
                far.send_to(message.as_bytes(), session).await.unwrap();
            }
            for j in 0..3 {
                assert_eq!(Relayed::receive(peer).await.0, format!("{i:03} {j}"));
            }
        }
        // Nothing of it was in the queue, and none was received by the session.
        let bytes = (ROUNDS * 3 * 5) as u64;
        assert_eq!(relayed.from_a.load(Ordering::Relaxed), before + bytes);
        while relayed.to_a.load(Ordering::Relaxed) < bytes {
            tokio::task::yield_now().await;
        }
        assert_eq!(relayed.to_a.load(Ordering::Relaxed), bytes);
    };
    tokio::select! {
        () = talk => {}
        report = relayed.join() => panic!("{report:?}"),
        () = pump => panic!("the pump runs while the listener lives"),
    }
}

#[tokio::test]
async fn that_nobody_is_there_any_more_ends_the_relay() {
    let (mut relayed, pump) = Relayed::new().await;
    let gone = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let far = std::mem::replace(&mut relayed.far, gone);
    let far_at = far.local_addr().unwrap();
    let reports = async {
        let (near, _) = accept(&relayed.listener).await;
        let (conversation, _) = connect(
            &Endpoint::parse(&format!("udp://{far_at}")).unwrap(),
            &Host::Ip(far_at.ip()),
            far_at.port(),
            Family::Any,
        )
        .await
        .unwrap();
        let settings = RelaySettings::counting(&relayed.from_a, &relayed.to_a);
        join(near.into(), conversation, settings, std::future::pending()).await
    };
    let talk = async {
        relayed.peer.send(b"first").await.unwrap();
        Relayed::receive(&far).await;
        relayed.open().await;
        drop(far);
        relayed.peer.send(b"second").await.unwrap();
        std::future::pending::<()>().await;
    };
    let report = tokio::select! {
        report = reports => report,
        () = talk => panic!("it waits"),
        () = pump => panic!("the pump runs while the listener lives"),
    };
    let Ending::SourceFailed(error) = &report.back.ending else {
        panic!("{report:?}");
    };
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    assert_eq!(report.forth.bytes_read, 11);
}

#[tokio::test]
async fn a_session_stays_while_something_has_passed_that_its_relay_does_not_know_of() {
    let (relayed, pump) = Relayed::new().await;
    let session = async {
        relayed.peer.send(b"first").await.unwrap();
        let (mut near, _) = accept(&relayed.listener).await;
        assert_eq!(near.receive().await.unwrap().unwrap(), "first");
        near
    };
    let mut near = tokio::select! {
        near = session => near,
        () = pump => panic!("the pump runs while the listener lives"),
    };
    let to = Endpoint::parse(&format!("udp://{}", relayed.far.local_addr().unwrap())).unwrap();
    let rooms = super::super::super::Rooms::default();
    let Ok((Conversation::Datagram(far), _)) =
        super::super::super::connect(&to, &rooms, None).await
    else {
        panic!("messages");
    };
    let settings = RelaySettings::counting(&relayed.from_a, &relayed.to_a);
    let shortcut = near.shortcut_to(&far, &settings).unwrap();
    shortcut.count(Way::Back, 1, 5, Instant::now());
    assert!(!near.carrier().retire());
    shortcut.moved();
    assert!(near.carrier().retire());
    assert!(relayed.switch().peers().queues.is_empty());
}

/// Rounds of three messages each way: more than a batch.
const ROUNDS: usize = 100;
