//! WebSocket: any bytes are a head, frames, or a refusal, and frames say the same however they are cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye_proto::websocket::{Incoming, Offer, Receiver, Request, Response, WebSocketError};

fuzz_target!(|input: (bool, u8, &[u8])| {
    let (masked, size, bytes) = input;
    if let Ok(Some((request, used))) = Request::decode(bytes) {
        assert!(used <= bytes.len());
        if let Ok(accepted) = request.judge(&Offer::default()) {
            let written = accepted.encode();
            let read = Response::decode(&written).expect("an answer of ours is one");
            assert_eq!(read.expect("it is whole").1, written.len());
        }
    }
    let _ = Response::decode(bytes);
    let whole = received(masked, bytes, bytes.len().max(1));
    assert_eq!(received(masked, bytes, usize::from(size).max(1)), whole);
});

/// What has come: messages and control frames, and why no more of it.
type Received = (Vec<Incoming>, Option<WebSocketError>);

fn received(masked: bool, bytes: &[u8], size: usize) -> Received {
    let mut receiver = Receiver::new(masked, 1000);
    let (mut all, mut message) = (Vec::new(), Vec::new());
    for mut piece in bytes.chunks(size) {
        loop {
            match receiver.receive(&mut piece) {
                Ok(None) => break,
                Ok(Some(Incoming::Data { kind, bytes, last })) => {
                    message.extend(bytes);
                    assert!(message.len() <= 1000);
                    if last {
                        let bytes = std::mem::take(&mut message);
                        all.push(Incoming::Data { kind, bytes, last });
                    }
                }
                Ok(Some(other)) => all.push(other),
                Err(error) => return (all, Some(error)),
            }
        }
    }
    (all, None)
}
