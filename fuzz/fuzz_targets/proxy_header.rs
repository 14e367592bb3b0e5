//! PROXY headers: any bytes are one, none or not whole yet, however they are cut; what is read can be
//! written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye_proto::proxy_header::{ProxyHeader, ProxyVersion};

fuzz_target!(|bytes: &[u8]| {
    let whole = ProxyHeader::decode(bytes);
    let first = (0..=bytes.len())
        .map(|count| ProxyHeader::decode(&bytes[..count]))
        .find(|result| !matches!(result, Ok(None)));
    match first {
        None => assert_eq!(whole, Ok(None)),
        Some(first) => assert_eq!(first, whole),
    }
    let Ok(Some((header, used))) = whole else {
        return;
    };
    assert!(used <= bytes.len());
    let mut written = Vec::new();
    header.encode(ProxyVersion::V2, &mut written);
    let read = ProxyHeader::decode(&written).expect("what was read can be written");
    let (again, used) = read.expect("it is whole");
    assert_eq!((again.addresses, used), (header.addresses, written.len()));
});
