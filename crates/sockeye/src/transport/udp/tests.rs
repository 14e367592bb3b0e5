//! Sessions of a listening UDP socket.

mod shortcut;

use super::queue::QUEUE_MESSAGES;
use super::*;

async fn listening(text: &str) -> (super::super::Listener, SocketAddr) {
    let endpoint = Endpoint::parse(text).unwrap();
    let Address::Udp { host, port, family } = endpoint.address() else {
        panic!("a UDP address");
    };
    let mut bound = bind(&endpoint, host, *port, *family).await.unwrap();
    let listener = bound.listeners.remove(0);
    let super::super::Listener::Udp(udp) = &listener else {
        panic!("a UDP listener");
    };
    let local = udp.switch.local;
    (listener, local)
}

async fn accept(listener: &super::super::Listener) -> (Datagram, SocketAddr) {
    match listener.accept().await.unwrap() {
        (Conversation::Datagram(datagram), info) => (datagram, info.peer.unwrap()),
        _ => panic!("messages"),
    }
}

#[tokio::test]
async fn options_are_set_and_a_busy_source_port_is_fatal() {
    let at = SocketAddr::from(([127, 0, 0, 1], 9));
    let words = "+udp,tos=16,ttl=9,interface=lo,sndbuf=64K,rcvbuf=64K";
    let set = open(
        at,
        &Endpoint::parse(&format!("udp://{at} {words}"))
            .unwrap()
            .udp(),
    )
    .unwrap();
    assert_eq!(set.tos_v4().unwrap(), 16);
    assert_eq!(set.ttl_v4().unwrap(), 9);
    assert!(set.device().unwrap().unwrap().starts_with(b"lo"));
    // Linux keeps twice what is asked for (socket(7)).
    assert_eq!(set.send_buffer_size().unwrap(), 2 * 64 * 1024);
    assert_eq!(set.recv_buffer_size().unwrap(), 2 * 64 * 1024);

    let busy = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = busy.local_addr().unwrap().port();
    let endpoint = Endpoint::parse(&format!("udp://{at} +udp,local-port={port}")).unwrap();
    let error = super::super::connect(&endpoint, &super::super::Rooms::default(), None).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind().exit_code(), 45);
    assert!(
        error.to_string().contains("local-port cannot be set"),
        "{error}"
    );
}

#[tokio::test]
async fn answers_leave_from_the_address_that_was_asked() {
    for listen in ["udp://:0", "udp://0.0.0.0:0"] {
        let (mut listener, at) = listening(listen).await;
        let pump = listener.companion().unwrap();
        let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let talk = async {
            let mut answer = [0; 8];
            for last in [2, 1, 3] {
                let asked = SocketAddr::from(([127, 0, 0, last], at.port()));
                peer.send_to(b"question", asked).await.unwrap();
                let (Conversation::Datagram(mut session), info) = listener.accept().await.unwrap()
                else {
                    panic!("messages");
                };
                assert_eq!(info.local, Some(asked));
                let question = session.receive().await.unwrap().unwrap();
                session.send(question).await.unwrap();
                let (_, from) = peer.recv_from(&mut answer).await.unwrap();
                assert_eq!((&answer, from), (b"question", asked));
            }
        };
        tokio::select! {
            () = talk => {}
            () = pump => panic!("the pump runs while the listener lives"),
        }
    }
}

#[tokio::test]
async fn a_silent_peer_retires_and_its_next_message_begins_a_new_session() {
    let (mut listener, at) = listening("udp://127.0.0.1:0 +idle,10ms").await;
    let pump = listener.companion().unwrap();
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let sessions = async {
        for message in ["first", "second"] {
            peer.send_to(message.as_bytes(), at).await.unwrap();
            let (mut session, from) = accept(&listener).await;
            assert_eq!(from, peer.local_addr().unwrap());
            assert_eq!(session.receive().await.unwrap().unwrap(), message);
            assert_eq!(session.receive().await.unwrap(), None);
        }
    };
    tokio::select! {
        () = sessions => {}
        () = pump => panic!("the pump runs while the listener lives"),
    }
}

#[tokio::test]
async fn the_pump_outlives_the_listener_for_its_sessions_only() {
    let (mut listener, at) = listening("udp://127.0.0.1:0").await;
    let pump = listener.companion().unwrap();
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let session = async {
        peer.send_to(b"first", at).await.unwrap();
        let (mut session, _) = accept(&listener).await;
        drop(listener);
        peer.send_to(b"second", at).await.unwrap();
        assert_eq!(session.receive().await.unwrap().unwrap(), "first");
        assert_eq!(session.receive().await.unwrap().unwrap(), "second");
    };
    tokio::join!(pump, session);
}

#[tokio::test]
async fn what_a_full_queue_does_not_take_is_counted() {
    let (mut listener, at) = listening("udp://127.0.0.1:0").await;
    let pump = listener.companion().unwrap();
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let flood = async {
        peer.send_to(b"first", at).await.unwrap();
        let (session, _) = accept(&listener).await;
        while session.bytes_dropped() == 0 {
            peer.send_to(&[0; 8], at).await.unwrap();
            tokio::task::yield_now().await;
        }
        session
    };
    let mut session = tokio::select! {
        session = flood => session,
        () = pump => panic!("the pump runs while the listener lives"),
    };
    assert_eq!(session.bytes_dropped() % 8, 0);
    for _ in 0..QUEUE_MESSAGES {
        session.receive().await.unwrap().unwrap();
    }
}
