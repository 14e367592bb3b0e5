//! WebSockets before services that answer on bytes.

use super::*;

#[test]
fn a_service_of_bytes_answers_on_a_websocket_where_it_has_a_form_for_it() {
    let check = |at, served| {
        parsed(at)
            .check_serving(&parsed(served))
            .map_err(|e| e.place())
    };
    // Chat has a form for it, and none for datagrams.
    for at in [
        "1 +ws",
        "ws://localhost:1",
        "1 +tls,self-signed +ws",
        "1 +proxy,from=::1 +ws",
    ] {
        assert_eq!(check(at, "chat:"), Ok(()), "{at}");
    }
    for at in ["1 +line", "udp://localhost:1"] {
        assert!(check(at, "chat:").is_err(), "{at}");
    }
    assert_eq!(check("1 +ws", "tcp://h:1"), Ok(()));
    assert_eq!(check("1 +ws", "echo:"), Ok(()));
}
