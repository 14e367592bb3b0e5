//! SOCKS: any bytes are a message, none or not whole yet, however they are cut; what is read can be
//! written and read again.
#![no_main]

use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use sockeye_proto::socks::{
    Choice, DatagramHeader, Decoded, Greeting, Login, LoginStatus, Reply, Reply4, Request, Request4,
};

fuzz_target!(|bytes: &[u8]| {
    again(bytes, Greeting::decode, Greeting::encode);
    again(bytes, Choice::decode, |choice, into| choice.encode(into));
    again(bytes, Login::decode, Login::encode);
    again(bytes, LoginStatus::decode, |status, into| {
        status.encode(into)
    });
    again(bytes, Request::decode, Request::encode);
    again(bytes, Reply::decode, Reply::encode);
    again(bytes, DatagramHeader::decode, DatagramHeader::encode);
    again(bytes, Request4::decode, Request4::encode);
    again(bytes, Reply4::decode, Reply4::encode);
});

fn again<T: Debug + PartialEq>(
    bytes: &[u8],
    decode: impl Fn(&[u8]) -> Decoded<T>,
    encode: impl Fn(&T, &mut Vec<u8>),
) {
    let whole = decode(bytes);
    let first = (0..=bytes.len())
        .map(|count| decode(&bytes[..count]))
        .find(|result| !matches!(result, Ok(None)));
    match first {
        None => assert_eq!(whole, Ok(None)),
        Some(first) => assert_eq!(first, whole),
    }
    let Ok(Some((read, used))) = whole else {
        return;
    };
    assert!(used <= bytes.len());
    let mut written = Vec::new();
    encode(&read, &mut written);
    let read_again = decode(&written).expect("what was read can be written");
    assert_eq!(read_again, Some((read, written.len())));
}
