//! HTTP CONNECT: any bytes are a head, none or not whole yet, however they are cut; a tunnel that is
//! read can be asked for again.
#![no_main]

use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use sockeye_proto::connect::{Asks, ConnectError, ProxyRequest, ProxyResponse, encode_request};

fuzz_target!(|bytes: &[u8]| {
    cut(bytes, ProxyResponse::decode);
    let Some(request) = cut(bytes, ProxyRequest::decode) else {
        return;
    };
    let Asks::Tunnel(destination) = &request.asks else {
        return;
    };
    let login = request.login.as_ref();
    let mut written = Vec::new();
    encode_request(destination, login, &mut written);
    let again = ProxyRequest::decode(&written).expect("what was read can be written");
    assert_eq!(again, Some((request, written.len())));
});

fn cut<T: Debug + PartialEq>(
    bytes: &[u8],
    decode: impl Fn(&[u8]) -> Result<Option<(T, usize)>, ConnectError>,
) -> Option<T> {
    let whole = decode(bytes);
    let first = (0..=bytes.len())
        .map(|count| decode(&bytes[..count]))
        .find(|result| !matches!(result, Ok(None)));
    match first {
        None => assert_eq!(whole, Ok(None)),
        Some(first) => assert_eq!(first, whole),
    }
    let (read, used) = whole.ok()??;
    assert!(used <= bytes.len());
    Some(read)
}
