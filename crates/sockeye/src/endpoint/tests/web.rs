//! WebSockets before services that answer on bytes, as chat does.

use super::*;

#[test]
fn services_of_bytes_do_not_answer_on_a_websocket() {
    let check = |at, served| {
        parsed(at)
            .check_serving(&parsed(served))
            .map_err(|e| e.place())
    };
    let at = "tcp://localhost:1 ".len();
    assert_eq!(check("1 +ws", "chat:"), Err(at..at + "+ws".len()));
    assert_eq!(
        check("ws://localhost:1", "chat:"),
        Err(at..at + "+ws".len())
    );
    assert_eq!(check("1 +ws", "tcp://h:1"), Ok(()));
    assert_eq!(check("1 +ws", "echo:"), Ok(()));
}
