//! Bytes as clients and proxies send them, wrong ones, and every cut.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use proptest::prelude::*;

use super::*;

/// Decodes at every length, which must say the same as the whole does.
fn decoded<T: Clone + PartialEq + fmt::Debug>(
    decode: impl Fn(&[u8]) -> Decoded<T>,
    bytes: &[u8],
) -> Result<(T, usize), SocksError> {
    let whole = decode(bytes);
    let first = (0..=bytes.len())
        .map(|count| decode(&bytes[..count]))
        .find(|result| !matches!(result, Ok(None)));
    assert_eq!(first, Some(whole.clone()), "{bytes:?}");
    whole.map(|value| value.expect("it is whole"))
}

fn written(encode: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(&mut bytes);
    bytes
}

fn destination(host: &str, port: u16) -> Destination {
    let host = Host::parse(host).expect("a host");
    Destination { host, port }
}

#[test]
fn a_greeting_offers_methods_and_what_follows_is_left() {
    let (greeting, used) = decoded(Greeting::decode, b"\x05\x02\x00\x02\x05\x01").unwrap();
    assert_eq!((greeting.methods.as_slice(), used), (&[0, 2][..], 4));
    let (greeting, used) = decoded(Greeting::decode, b"\x05\x00").unwrap();
    assert_eq!((greeting.methods.len(), used), (0, 2));
    assert_eq!(Greeting::decode(b"\x04"), Err(SocksError::Version(4)));
    let many = Greeting {
        methods: vec![7; 300],
    };
    let bytes = written(|into| many.encode(into));
    assert_eq!(decoded(Greeting::decode, &bytes).unwrap().1, 257);
}

#[test]
fn a_choice_is_a_method_or_none() {
    for (choice, bytes) in [
        (Choice::Method(NO_LOGIN), b"\x05\x00"),
        (Choice::Method(NAME_AND_PASSWORD), b"\x05\x02"),
        (Choice::None, b"\x05\xff"),
    ] {
        assert_eq!(decoded(Choice::decode, bytes), Ok((choice, 2)));
        assert_eq!(written(|into| choice.encode(into)), bytes);
    }
}

#[test]
fn logins_are_read_whole_and_never_shown() {
    let (login, used) = decoded(Login::decode, b"\x01\x03ali\x06secret.").unwrap();
    assert_eq!(
        (&login.name[..], &login.password[..]),
        (&b"ali"[..], &b"secret"[..])
    );
    assert_eq!(used, 12);
    assert!(!format!("{login:?}").contains("115"), "{login:?}");
    assert_eq!(decoded(Login::decode, b"\x01\x00\x00").unwrap().1, 3);
    assert_eq!(Login::decode(b"\x05"), Err(SocksError::Version(5)));
    assert_eq!(written(|into| login.encode(into)), b"\x01\x03ali\x06secret");
}

#[test]
fn a_login_is_answered_in_either_version() {
    assert_eq!(
        decoded(LoginStatus::decode, b"\x01\x00"),
        Ok((LoginStatus::Ok, 2))
    );
    assert_eq!(
        decoded(LoginStatus::decode, b"\x05\x00"),
        Ok((LoginStatus::Ok, 2))
    );
    assert_eq!(
        decoded(LoginStatus::decode, b"\x01\x09"),
        Ok((LoginStatus::Denied, 2))
    );
    assert_eq!(LoginStatus::decode(b"\x02"), Err(SocksError::Version(2)));
}

#[test]
fn requests_name_hosts_in_three_ways() {
    let asked = |bytes: &[u8]| {
        let (request, used) = decoded(Request::decode, bytes).expect("a request");
        assert_eq!(used, bytes.len());
        (request.command, request.destination.to_string())
    };
    let four = asked(b"\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x50");
    assert_eq!(four, (Command::Connect, "192.0.2.1:80".into()));
    let name = asked(b"\x05\x02\x00\x03\x02ab\x01\xbb");
    assert_eq!(name, (Command::Bind, "ab:443".into()));
    let six = asked(b"\x05\x03\xff\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x00\x35");
    assert_eq!(six, (Command::UdpAssociate, "[2001:db8::1]:53".into()));
    let odd = asked(b"\x05\x09\x00\x01\0\0\0\0\0\0");
    assert_eq!(odd, (Command::Unknown(9), "0.0.0.0:0".into()));
}

#[test]
fn an_address_written_as_a_name_is_an_address() {
    let bytes = b"\x05\x01\x00\x03\x09127.0.0.1\x00\x50";
    let (request, _) = decoded(Request::decode, bytes).unwrap();
    assert_eq!(request.destination, destination("127.0.0.1", 80));
    assert!(matches!(request.destination.host, Host::Address(_)));
}

#[test]
fn wrong_requests_are_told_apart() {
    for (bytes, why) in [
        (&b"\x05\x01\x00\x02"[..], SocksError::AddressType(2)),
        (b"\x05\x01\x00\x03\x00\x00\x50", SocksError::Name),
        (b"\x05\x01\x00\x03\x03a b\x00\x50", SocksError::Name),
        (b"\x05\x01\x00\x03\x02a\0\x00\x50", SocksError::Name),
        (b"\x05\x01\x00\x03\x02\xc3\xa4\x00\x50", SocksError::Name),
        (b"\x06\x01", SocksError::Version(6)),
    ] {
        assert_eq!(decoded(Request::decode, bytes), Err(why), "{bytes:?}");
    }
}

#[test]
fn the_longest_name_passes() {
    let longest = "a".repeat(255);
    let request = Request {
        command: Command::Connect,
        destination: destination(&longest, 1),
    };
    let bytes = written(|into| request.encode(into));
    assert_eq!(
        decoded(Request::decode, &bytes),
        Ok((request, 4 + 1 + 255 + 2))
    );
    assert_eq!(Host::parse(&"a".repeat(256)), None);
    assert_eq!(Host::parse(""), None);
}

#[test]
fn version_4_has_addresses_and_4a_names() {
    let bytes = b"\x04\x01\x00\x50\xc0\x00\x02\x01ali\0";
    let (request, used) = decoded(Request4::decode, bytes).unwrap();
    assert_eq!(request.destination, destination("192.0.2.1", 80));
    assert_eq!((&request.user[..], used), (&b"ali"[..], bytes.len()));
    let bytes = b"\x04\x02\x00\x50\x00\x00\x00\x07\0example.org\0rest";
    let (request, used) = decoded(Request4::decode, bytes).unwrap();
    assert_eq!(request.command, Command::Bind);
    assert_eq!(request.destination, destination("example.org", 80));
    assert_eq!(used, bytes.len() - 4);
    let bytes = b"\x04\x02\x00\x00\x00\x00\x00\x00\0";
    let (request, _) = decoded(Request4::decode, bytes).unwrap();
    assert_eq!(request.destination, destination("0.0.0.0", 0));
}

#[test]
fn texts_of_version_4_that_do_not_end_are_cut_short() {
    let long = |user: usize, name: usize| {
        let mut bytes = b"\x04\x01\x00\x50\x00\x00\x00\x01".to_vec();
        bytes.extend(vec![b'u'; user]);
        bytes.push(0);
        bytes.extend(vec![b'n'; name]);
        bytes.push(0);
        bytes
    };
    assert!(decoded(Request4::decode, &long(255, 255)).is_ok());
    for (user, name) in [(256, 3), (3, 256)] {
        let error = decoded(Request4::decode, &long(user, name));
        assert_eq!(error, Err(SocksError::TooLong));
    }
    assert_eq!(
        decoded(Request4::decode, &long(3, 0)),
        Err(SocksError::Name)
    );
}

#[test]
fn version_4_answers_in_eight_bytes() {
    for (code, byte) in [
        (Reply4Code::Granted, 90),
        (Reply4Code::Rejected, 91),
        (Reply4Code::NoIdentd, 92),
        (Reply4Code::OtherUser, 93),
    ] {
        let bytes = [0, byte, 0x12, 0x34, 192, 0, 2, 1];
        let bound = "192.0.2.1:4660".parse().unwrap();
        let reply = Reply4 { code, bound };
        assert_eq!(decoded(Reply4::decode, &bytes), Ok((reply, 8)));
        assert_eq!(written(|into| reply.encode(into)), bytes);
    }
    assert_eq!(Reply4::decode(&[0, 89]), Err(SocksError::Code(89)));
    assert_eq!(Reply4::decode(&[4]), Err(SocksError::Version(4)));
}

#[test]
fn a_datagram_shorter_than_its_header_is_none() {
    let header = DatagramHeader {
        fragment: 0,
        destination: destination("ab", 53),
    };
    let bytes = written(|into| header.encode(into));
    assert_eq!(bytes, b"\0\0\0\x03\x02ab\0\x35");
    assert_eq!(
        decoded(DatagramHeader::decode, &bytes),
        Ok((header, bytes.len()))
    );
    assert_eq!(
        DatagramHeader::decode(b"\0\0\0\x09"),
        Err(SocksError::AddressType(9))
    );
}

fn hosts() -> impl Strategy<Value = Host> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(|ip| Host::Address(core::net::IpAddr::from(ip))),
        any::<[u8; 16]>().prop_map(|ip| Host::Address(core::net::IpAddr::from(ip))),
        "[a-z][a-z0-9.-]{0,60}x".prop_map(Host::Name),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read(host in hosts(), port: u16, command: u8, code: u8, user in "[a-z]{0,20}") {
        let destination = Destination { host, port };
        let command = Command::read(command);
        let request = Request { command, destination: destination.clone() };
        let bytes = written(|into| request.encode(into));
        prop_assert_eq!(decoded(Request::decode, &bytes), Ok((request, bytes.len())));
        let mut reply = written(|into| {
            let code = ReplyCode::Succeeded;
            Reply { code, bound: destination.clone() }.encode(into);
        });
        reply[1] = code;
        let (read, _) = decoded(Reply::decode, &reply).unwrap();
        prop_assert_eq!(written(|into| read.encode(into)), reply);
        let request = Request4 { command, destination, user: user.into_bytes() };
        let bytes = written(|into| request.encode(into));
        let (read, used) = decoded(Request4::decode, &bytes).unwrap();
        prop_assert_eq!(used, bytes.len());
        prop_assert_eq!(read.user, request.user);
    }

    #[test]
    fn nothing_panics(bytes: Vec<u8>) {
        let _ = (Greeting::decode(&bytes), Choice::decode(&bytes), Login::decode(&bytes));
        let _ = (Request::decode(&bytes), Reply::decode(&bytes), LoginStatus::decode(&bytes));
        let _ = (Request4::decode(&bytes), Reply4::decode(&bytes), DatagramHeader::decode(&bytes));
    }
}

#[test]
fn codes_say_what_they_mean() {
    let said: Vec<String> = (0..=9)
        .map(|code| ReplyCode::read(code).to_string())
        .collect();
    assert_eq!(said[5], "connection refused");
    assert_eq!(said[9], "the proxy answers 9");
    for error in [
        SocksError::Version(71),
        SocksError::AddressType(9),
        SocksError::Name,
    ] {
        assert!(!error.to_string().is_empty());
    }
}
