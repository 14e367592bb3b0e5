//! Addresses of loopback: several that answer, refuse or stay silent.

use std::net::IpAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::{Rooms, bind as bind_any, connect as connect_any};
use super::*;

fn options() -> TcpOptions {
    Endpoint::parse("127.0.0.1:1").unwrap().tcp()
}

fn loopback(last: u8, port: u16) -> SocketAddr {
    (Ipv4Addr::new(127, 0, 0, last), port).into()
}

/// Makes a listener whose queue is full, so that the next attempt waits for an answer.
async fn silent() -> (Socket, Vec<TcpStream>) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&loopback(2, 0).into()).unwrap();
    listener.listen(0).unwrap();
    let at = listener.local_addr().unwrap().as_socket().unwrap();
    // A queue of length 0 holds one.
    let filling = TcpStream::connect(at).await.unwrap();
    (listener, vec![filling])
}

#[test]
fn each_option_is_set_on_the_socket() {
    let words = "+tcp,user-timeout=7s,congestion=reno,tos=16,ttl=9,interface=lo";
    let endpoint = Endpoint::parse(&format!("127.0.0.1:1 {words}")).unwrap();
    let v4 = open(loopback(1, 1), &endpoint.tcp()).unwrap();
    assert_eq!(v4.tcp_user_timeout().unwrap(), Some(Duration::from_secs(7)));
    assert!(v4.tcp_congestion().unwrap().starts_with(b"reno"));
    assert_eq!(v4.tos_v4().unwrap(), 16);
    assert_eq!(v4.ttl_v4().unwrap(), 9);
    assert!(v4.device().unwrap().unwrap().starts_with(b"lo"));
    match open((Ipv6Addr::LOCALHOST, 1).into(), &endpoint.tcp()) {
        Ok(v6) => {
            assert_eq!(v6.tclass_v6().unwrap(), 16);
            assert_eq!(v6.unicast_hops_v6().unwrap(), 9);
        }
        Err(error) => assert!(is_family_absent(&error), "{error}"),
    }
}

#[test]
fn options_by_number_are_set_too() {
    // TCP_KEEPIDLE as an int, IP_TOS as bytes.
    let bytes: String = 16i32
        .to_ne_bytes()
        .map(|byte| format!("{byte:02x}"))
        .concat();
    let endpoint = format!("127.0.0.1:1 +tcp,opt=6:4:33,opt=0:1:x{bytes}");
    let options = Endpoint::parse(&endpoint).unwrap().tcp();
    let socket = open(loopback(1, 1), &options).unwrap();
    assert_eq!(
        socket.tcp_keepalive_time().unwrap(),
        Duration::from_secs(33)
    );
    assert_eq!(socket.tos_v4().unwrap(), 16);
}

#[tokio::test]
async fn multipath_tcp_is_what_it_says_or_an_error() {
    let on = |at: SocketAddr| Endpoint::parse(&format!("{at} +tcp,mptcp")).unwrap();
    match open(loopback(1, 1), &on(loopback(1, 1)).tcp()) {
        Ok(socket) => assert_eq!(socket.protocol().unwrap(), Some(Protocol::MPTCP)),
        Err(error) => {
            let said = error.to_string();
            assert!(
                said.starts_with("mptcp cannot be set: this kernel has no"),
                "{said}"
            );
            return;
        }
    }
    let rooms = Rooms::default();
    let bound = bind_any(&on(loopback(1, 0)), &rooms).await.unwrap();
    let Address::Tcp { port, .. } = bound.listeners[0].local() else {
        panic!()
    };
    let to = on(loopback(1, port));
    let (connected, accepted) =
        tokio::join!(connect_any(&to, &rooms, None), bound.listeners[0].accept());
    let (Conversation::Stream(mut ours), _) = connected.unwrap() else {
        panic!()
    };
    let (Conversation::Stream(mut theirs), _) = accepted.unwrap() else {
        panic!()
    };
    ours.write_all(b"by any path").await.unwrap();
    let mut received = [0; 11];
    theirs.read_exact(&mut received).await.unwrap();
    assert_eq!(&received, b"by any path");
}

#[tokio::test]
async fn an_option_that_fails_is_fatal_and_named() {
    let listener = std::net::TcpListener::bind(loopback(1, 0)).unwrap();
    let at = listener.local_addr().unwrap();
    for (key, why) in [
        (
            "congestion=none-such",
            "congestion cannot be set: no such file or directory",
        ),
        ("ttl=0", "ttl cannot be set: invalid argument"),
        ("opt=6:4:-1", "opt 6:4:-1 cannot be set: invalid argument"),
        (
            "interface=none-such",
            "interface cannot be set: no such device",
        ),
    ] {
        for endpoint in [
            format!("{at} +tcp,{key}"),
            format!("127.0.0.1:0 +tcp,{key}"),
        ] {
            let endpoint = Endpoint::parse(&endpoint).unwrap();
            let result = match endpoint.to_string().contains(":0 ") {
                true => bind_any(&endpoint, &Rooms::default()).await.map(drop),
                false => connect_any(&endpoint, &Rooms::default(), None)
                    .await
                    .map(drop),
            };
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::LocalBind, "{error}");
            assert!(error.to_string().contains(why), "{error}");
        }
    }
}

#[tokio::test]
async fn the_source_port_is_used_and_a_busy_one_is_fatal() {
    let listener = std::net::TcpListener::bind(loopback(1, 0)).unwrap();
    let at = listener.local_addr().unwrap();
    let busy = std::net::TcpListener::bind(loopback(1, 0)).unwrap();
    let port = busy.local_addr().unwrap().port();
    let endpoint = Endpoint::parse(&format!("{at} +tcp,local-port={port}")).unwrap();
    let error = connect_any(&endpoint, &Rooms::default(), None)
        .await
        .unwrap_err();
    assert_eq!(error.kind().exit_code(), 45);
    assert!(
        error
            .to_string()
            .contains("local-port cannot be set: address already in use"),
        "{error}"
    );
    drop(busy);
    let _open = connect_any(&endpoint, &Rooms::default(), None)
        .await
        .unwrap();
    assert_eq!(listener.accept().unwrap().1.port(), port);
}

#[tokio::test]
async fn silent_address_does_not_hold_up_the_next() {
    let (listener, _filling) = silent().await;
    let silent = listener.local_addr().unwrap().as_socket().unwrap();
    let good = std::net::TcpListener::bind(loopback(3, 0)).unwrap();
    let good = good.local_addr().unwrap();
    let reached = race(&[silent, good], &options(), None).await.unwrap();
    assert_eq!(reached.at, good);
}

#[tokio::test]
async fn silent_address_is_given_up_when_its_time_is_over() {
    let (listener, _filling) = silent().await;
    let silent = listener.local_addr().unwrap().as_socket().unwrap();
    let endpoint = format!("{silent} +timeout,connect-timeout=50ms");
    let engine = crate::engine::Engine::new(crate::engine::EngineLimits::default()).unwrap();
    let opened = engine.open(&Endpoint::parse(&endpoint).unwrap()).await;
    let error = opened.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PeerTimeout);
    assert!(
        error
            .to_string()
            .ends_with(": no answer within 50ms (127.0.0.2)"),
        "{error}"
    );
}

#[tokio::test]
async fn refused_address_gives_way_and_is_named() {
    let bound = std::net::TcpListener::bind(loopback(3, 0)).unwrap();
    let good = bound.local_addr().unwrap();
    let refusing = [loopback(4, good.port()), loopback(5, good.port())];
    let reached = race(&[refusing[0], refusing[1], good], &options(), None)
        .await
        .unwrap();
    assert_eq!(reached.at, good);
    let failed: Vec<_> = reached.failures.iter().map(|(at, _)| *at).collect();
    assert_eq!(failed, refusing);

    let failures = race(&refusing, &options(), None).await.unwrap_err();
    let error = unreachable(&Endpoint::parse("db:5432").unwrap(), &failures);
    let expected = "connect tcp://db:5432: connection refused (127.0.0.4, 127.0.0.5)";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn every_interface_takes_both_families_and_unmaps_peers() {
    let rooms = Rooms::default();
    let bound = bind_any(&Endpoint::parse(":0").unwrap(), &rooms)
        .await
        .unwrap();
    let Address::Tcp { port, .. } = bound.listeners[0].local() else {
        panic!()
    };
    let to = Endpoint::parse(&format!("127.0.0.1:{port}")).unwrap();
    let (connected, accepted) =
        tokio::join!(connect_any(&to, &rooms, None), bound.listeners[0].accept());
    let (ours, theirs) = (connected.unwrap().1, accepted.unwrap().1);
    assert_eq!(theirs.peer, ours.local);
    assert_eq!(theirs.local, ours.peer);
    assert_eq!(theirs.peer.unwrap().ip(), IpAddr::from(Ipv4Addr::LOCALHOST));
}

#[tokio::test]
async fn busy_port_is_named() {
    let taken = std::net::TcpListener::bind(loopback(1, 0)).unwrap();
    let at = taken.local_addr().unwrap();
    let endpoint = Endpoint::parse(&at.to_string()).unwrap();
    let error = bind_any(&endpoint, &Rooms::default()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("listen tcp://{at}: address already in use ({at})")
    );
    assert_eq!(error.kind(), ErrorKind::LocalBind);
}

#[test]
fn families_take_turns() {
    let v4 = |last| loopback(last, 1);
    let v6 = |last| SocketAddr::from((Ipv6Addr::from(last), 1));
    let mixed = vec![v6(1), v6(2), v6(3), v4(1)];
    assert_eq!(interleaved(mixed), [v6(1), v4(1), v6(2), v6(3)]);
    assert_eq!(
        interleaved(vec![v4(1), v6(1), v6(2)]),
        [v4(1), v6(1), v6(2)]
    );
}
