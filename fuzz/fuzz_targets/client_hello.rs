//! ClientHello: any bytes are one, none or not whole yet, however they are cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye_proto::client_hello::ClientHello;

fuzz_target!(|bytes: &[u8]| {
    let whole = ClientHello::decode(bytes);
    let first = (0..=bytes.len())
        .map(|count| ClientHello::decode(&bytes[..count]))
        .find(|result| !matches!(result, Ok(None)));
    match first {
        None => assert_eq!(whole, Ok(None)),
        Some(first) => assert_eq!(first, whole),
    }
    if let Ok(Some((_, used))) = whole {
        assert!(used <= bytes.len());
    }
});
