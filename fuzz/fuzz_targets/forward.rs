//! HTTP that is passed on: any bytes are a request, an answer or none, however they are cut; what leaves is
//! read again as the same, by the same rules, with the same end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye_proto::connect::{Asks, ConnectError, ProxyRequest};
use sockeye_proto::forward::{ForwardRequest, ForwardResponse, Framing, Passage};

fuzz_target!(|input: (&[u8], &[u8], &[u8], u8)| {
    let (head, answer, body, size) = input;
    let size = usize::from(size).max(1);
    let request = asked(head).unwrap_or_else(|| {
        let plain = b"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n";
        asked(plain).expect("it is well written")
    });
    again(&request);
    answered(answer, &request);
    for onward in [Framing::Chunked, Framing::UntilClose] {
        let whole = passed(body, body.len().max(1), onward);
        assert_eq!(
            passed(body, size, Framing::UntilClose).is_ok(),
            whole.is_ok()
        );
        if onward == Framing::UntilClose {
            assert_eq!(passed(body, size, onward), whole);
        }
        let (Ok((out, _, true)), Framing::Chunked) = (&whole, onward) else {
            continue;
        };
        let plain = passed(body, size, Framing::UntilClose).expect("it passes");
        let read = passed(out, size, Framing::UntilClose).expect("what is written is read");
        assert_eq!((read.0, read.1, read.2), (plain.0, out.len(), true));
    }
});

fn asked(head: &[u8]) -> Option<ForwardRequest> {
    match ProxyRequest::decode(head).ok()??.0.asks {
        Asks::Forward(request) => Some(request),
        Asks::Tunnel(_) => None,
    }
}

/// What goes out is one request with that framing, as a proxy behind this one would read it.
fn again(request: &ForwardRequest) {
    let text = String::from_utf8_lossy(&request.head);
    let (method, rest) = text.split_once(' ').expect("a method");
    let host = request.to.to_string();
    let absolute = match rest.strip_prefix('*') {
        Some(rest) => format!("{method} http://{host}{rest}"),
        None => format!("{method} http://{host}{rest}"),
    };
    let read = ProxyRequest::decode(absolute.as_bytes());
    if let Ok(Some((read, used))) = read {
        assert_eq!(used, absolute.len());
        if let Asks::Forward(read) = read.asks {
            assert_eq!(read.body, request.body);
            assert_eq!(read.upgrades, request.upgrades);
        }
    }
}

fn answered(answer: &[u8], request: &ForwardRequest) {
    let whole = ForwardResponse::decode(answer, request);
    let first = (0..=answer.len())
        .map(|count| ForwardResponse::decode(&answer[..count], request))
        .find(|result| !matches!(result, Ok(None)));
    assert_eq!(first.unwrap_or(Ok(None)), whole);
    let Ok(Some((response, _))) = whole else {
        return;
    };
    let head = response.head(request, false);
    let read = ForwardResponse::decode(&head, request);
    // What was added may be more than a head may have.
    if let Ok(Some((read, used))) = read {
        assert_eq!(used, head.len());
        assert_eq!(read.body, response.onward(request));
    }
}

fn passed(
    body: &[u8],
    size: usize,
    onward: Framing,
) -> Result<(Vec<u8>, usize, bool), ConnectError> {
    let mut passage = Passage::new(Framing::Chunked, onward);
    let (mut out, mut used) = (Vec::new(), 0);
    for piece in body.chunks(size) {
        used += passage.feed(piece, &mut out)?;
    }
    Ok((out, used, passage.is_over()))
}
