//! What has to become of an attempt by the clock.

use socket2::{Domain, Socket, Type};

use super::*;
use crate::io::ConnectionInfo;

/// Returns an address whose queue of connections is full, so that the system answers no further one.
fn silent() -> (Vec<Socket>, SocketAddr) {
    let socket = || Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let listener = socket();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    listener.bind(&any.into()).unwrap();
    listener.listen(0).unwrap();
    let at = listener.local_addr().unwrap().as_socket().unwrap();
    let mut sockets = vec![listener];
    for _ in 0..4 {
        let waiting = socket();
        waiting.set_nonblocking(true).unwrap();
        // Under way, or waiting to be under way.
        let _ = waiting.connect(&at.into());
        sockets.push(waiting);
    }
    (sockets, at)
}

#[tokio::test(start_paused = true)]
async fn who_does_not_answer_has_timed_out() {
    let (_sockets, at) = silent();
    let policy = Policy::open();
    let caller = policy.come(&ConnectionInfo::default()).unwrap();
    let began = tokio::time::Instant::now();
    let undialled = dial(&caller, &at.into(), &policy).await.unwrap_err();
    assert_eq!(undialled.code, ReplyCode::TimedOut);
    assert_eq!(began.elapsed(), DIALLING_TIME);
}
