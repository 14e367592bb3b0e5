//! The files of sockets, and streams.

use super::*;

async fn greet(bound: &Bound, endpoint: &Endpoint) {
    let accept = async {
        let (Conversation::Stream(mut stream), info) = bound.listeners[0].accept().await.unwrap()
        else {
            panic!("a byte stream");
        };
        stream.write_all(b"hi").await.unwrap();
        info
    };
    let (connected, accepted) = tokio::join!(connect_to(endpoint), accept);
    let (Conversation::Stream(mut stream), info) = connected.unwrap() else {
        panic!("a byte stream");
    };
    assert!(info.peer_text.starts_with("unix:/"));
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert_eq!(text, "hi");
    for known in [info, accepted] {
        assert_eq!(known.credentials.unwrap().pid, Some(std::process::id()));
    }
}

#[tokio::test]
async fn listener_owns_its_file() {
    let place = Place::new();
    for scheme in SCHEMES {
        let endpoint = place.endpoint(scheme, " +unix,mode=621");
        let bound = bind_at(&endpoint).await.unwrap();
        let found = fs::metadata(&place.path).unwrap();
        assert_eq!(found.permissions().mode() & 0o777, 0o621, "{scheme}");
        if scheme == "unix" {
            greet(&bound, &endpoint).await;
        }
        drop(bound);
        assert!(!place.path.exists(), "{scheme}");
    }
}

#[tokio::test]
async fn stale_socket_is_replaced_only_when_asked_whatever_its_kind_was() {
    for left in [Type::STREAM, Type::DGRAM, Type::SEQPACKET] {
        for scheme in SCHEMES {
            let place = Place::new();
            let dead = Socket::new(socket2::Domain::UNIX, left, None).unwrap();
            let at = SockAddr::unix(&place.path).unwrap();
            dead.bind(&at).unwrap();
            drop(dead);
            let error = bind_at(&place.endpoint(scheme, "")).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::LocalBind);
            assert!(error.hint().unwrap().contains("+unix,unlink"));
            let replacing = place.endpoint(scheme, " +unix,unlink");
            let bound = bind_at(&replacing).await.unwrap();
            if scheme == "unix" {
                greet(&bound, &replacing).await;
            }
        }
    }
}

#[tokio::test]
async fn socket_that_somebody_has_bound_stays_whatever_its_kind() {
    for first_scheme in SCHEMES {
        for scheme in SCHEMES {
            let place = Place::new();
            let endpoint = place.endpoint(first_scheme, "");
            let first = bind_at(&endpoint).await.unwrap();
            let replacing = place.endpoint(scheme, " +unix,unlink");
            let error = bind_at(&replacing).await.unwrap_err();
            assert!(
                error.to_string().ends_with("address already in use"),
                "{error}"
            );
            // The question whether somebody is there was no connection.
            if first_scheme == "unix" {
                greet(&first, &endpoint).await;
            }
        }
    }
}

#[tokio::test]
async fn regular_file_is_never_removed() {
    for scheme in SCHEMES {
        let place = Place::new();
        fs::write(&place.path, "precious").unwrap();
        let error = bind_at(&place.endpoint(scheme, " +unix,unlink"))
            .await
            .unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("there is a file that is no socket"),
            "{error}"
        );
        assert_eq!(fs::read_to_string(&place.path).unwrap(), "precious");
    }
}

#[tokio::test]
async fn file_of_a_successor_stays() {
    let place = Place::new();
    let endpoint = place.endpoint("unix", "");
    let first = bind_at(&endpoint).await.unwrap();
    fs::remove_file(&place.path).unwrap();
    let second = bind_at(&endpoint).await.unwrap();
    drop(first);
    greet(&second, &endpoint).await;
}

#[tokio::test]
async fn abstract_name_has_no_file() {
    for scheme in SCHEMES {
        let name = format!("{scheme}:@sockeye-test-{}", std::process::id());
        let endpoint = Endpoint::parse(&name).unwrap();
        let bound = bind_at(&endpoint).await.unwrap();
        assert_eq!(bound.listeners[0].local().to_string(), name);
        connect_to(&endpoint).await.unwrap();
    }
}

#[tokio::test]
async fn a_socket_of_another_kind_is_named_as_such() {
    let place = Place::new();
    let _bound = bind_at(&place.endpoint("unix-seqpacket", ""))
        .await
        .unwrap();
    for scheme in ["unix", "unix-dgram"] {
        let error = connect_to(&place.endpoint(scheme, "")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PeerUnreachable);
        assert!(error.hint().unwrap().contains("of another kind"), "{error}");
    }
}

#[tokio::test]
async fn the_send_buffer_is_what_is_asked_for_at_both_ends() {
    let place = Place::new();
    let endpoint = place.endpoint("unix", " +unix,sndbuf=64K");
    let bound = bind_at(&endpoint).await.unwrap();
    let (connected, accepted) = tokio::join!(connect_to(&endpoint), bound.listeners[0].accept());
    for (conversation, _) in [connected.unwrap(), accepted.unwrap()] {
        let Conversation::Stream(stream) = conversation else {
            panic!("a byte stream");
        };
        let Some(crate::io::Socket::Unix(socket)) = stream.socket() else {
            panic!("a bare socket");
        };
        // Linux keeps twice what is asked for (socket(7)).
        let size = SockRef::from(socket).send_buffer_size().unwrap();
        assert_eq!(size, 2 * 64 * 1024);
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_of_connections_is_waited_for_then_said() {
    let place = Place::new();
    let full = Socket::new(socket2::Domain::UNIX, Type::STREAM, None).unwrap();
    full.bind(&SockAddr::unix(&place.path).unwrap()).unwrap();
    full.listen(0).unwrap();
    let endpoint = place.endpoint("unix", "");
    let _first = connect_to(&endpoint).await.unwrap();
    let error = connect_to(&endpoint).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PeerTimeout);
    let room = async {
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        full.accept().unwrap()
    };
    let (connected, _) = tokio::join!(connect_to(&endpoint), room);
    connected.unwrap();
}
