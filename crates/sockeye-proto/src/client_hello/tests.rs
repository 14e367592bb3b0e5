use std::vec;

use super::*;

/// Builds a ClientHello with these extensions, `padding` bytes more, and no records yet.
fn message(extensions: &[(u16, Vec<u8>)], padding: usize) -> Vec<u8> {
    let mut hello = vec![3, 3];
    hello.extend([7; RANDOM_BYTES]);
    hello.extend([0, 0, 2, 0x13, 1, 1, 0]);
    let mut list = Vec::new();
    let padding = (21, vec![0; padding]);
    for (kind, value) in extensions.iter().chain([&padding]) {
        list.extend(kind.to_be_bytes());
        list.extend((value.len() as u16).to_be_bytes());
        list.extend(value);
    }
    hello.extend((list.len() as u16).to_be_bytes());
    hello.extend(list);
    let length = (hello.len() as u32).to_be_bytes();
    [&[CLIENT_HELLO][..], &length[1..], &hello].concat()
}

fn records(message: &[u8], bytes: usize) -> Vec<u8> {
    let each = message.chunks(bytes).flat_map(|fragment| {
        let length = (fragment.len() as u16).to_be_bytes();
        [&[HANDSHAKE, 3, 1][..], &length, fragment].concat()
    });
    each.collect()
}

fn name(name: &[u8]) -> (u16, Vec<u8>) {
    let length = |more: usize| (name.len() as u16 + more as u16).to_be_bytes();
    let value = [&length(3)[..], &[0], &length(0), name].concat();
    (0, value)
}

fn alpn(protocols: &[&str]) -> (u16, Vec<u8>) {
    let mut list = Vec::new();
    for protocol in protocols {
        list.push(protocol.len() as u8);
        list.extend(protocol.as_bytes());
    }
    (16, [&(list.len() as u16).to_be_bytes()[..], &list].concat())
}

#[test]
fn a_hello_is_read_however_it_is_cut() {
    let message = message(&[name(b"Hub.Example."), alpn(&["h2", "http/1.1"])], 300);
    let expected = ClientHello {
        server_name: Some("hub.example".into()),
        protocols: vec![b"h2".to_vec(), b"http/1.1".to_vec()],
    };
    for bytes in [1, 2, 3, 4, 5, 100, 1000] {
        let mut records = records(&message, bytes);
        let whole = records.len();
        for cut in 0..whole {
            assert_eq!(
                ClientHello::decode(&records[..cut]),
                Ok(None),
                "{bytes} {cut}"
            );
        }
        records.extend(b"what comes next");
        let read = ClientHello::decode(&records).unwrap();
        assert_eq!(read, Some((expected.clone(), whole)), "records of {bytes}");
    }
}

#[test]
fn the_longest_is_taken_and_a_longer_one_is_not() {
    let overhead = message(&[name(b"a.example")], 0).len() - 4;
    let longest = message(&[name(b"a.example")], MESSAGE_BYTES_MAX - overhead);
    for bytes in [20, 1000, RECORD_BYTES_MAX] {
        let records = records(&longest, bytes);
        let (read, used) = ClientHello::decode(&records).unwrap().unwrap();
        assert_eq!(
            (read.server_name.as_deref(), used),
            (Some("a.example"), records.len())
        );
    }
    let longer = message(&[name(b"a.example")], MESSAGE_BYTES_MAX - overhead + 1);
    let too_long = Err(ClientHelloError::TooLong(MESSAGE_BYTES_MAX));
    assert_eq!(ClientHello::decode(&records(&longer, 20)[..25]), too_long);
    // In tiny records it never ends in time.
    assert_eq!(ClientHello::decode(&records(&longest, 1)), too_long);
}

#[test]
fn without_name_or_protocols_there_are_none() {
    let read = |message: &[u8]| {
        ClientHello::decode(&records(message, 500))
            .unwrap()
            .unwrap()
            .0
    };
    assert_eq!(read(&message(&[], 0)), ClientHello::default());
    // As before TLS 1.2: the message ends behind the compression methods.
    let mut old = vec![CLIENT_HELLO, 0, 0, 41, 3, 1];
    old.extend([0; RANDOM_BYTES]);
    old.extend([0, 0, 2, 0, 5, 1, 0]);
    assert_eq!(read(&old), ClientHello::default());
}

#[test]
fn what_is_none_is_said_so_at_once() {
    use ClientHelloError::*;
    for first in [
        &b"GET / HTTP/1.1"[..],
        b"\x05",
        b"\x80\x2e\x01",
        b"\x16\x02",
        b"\x15\x03\x01",
    ] {
        assert_eq!(ClientHello::decode(first), Err(NotTls), "{first:?}");
    }
    assert_eq!(ClientHello::decode(b"\x16\x03\x01\x00\x00"), Err(Record));
    assert_eq!(ClientHello::decode(b"\x16\x03\x01\x40\x01"), Err(Record));
    assert_eq!(
        ClientHello::decode(b"\x16\x03\x01\x00\x01\x02"),
        Err(NotHello)
    );
    let of = |extension| ClientHello::decode(&records(&message(&[extension], 0), 900));
    let hostile = [
        &b""[..],
        b"a b",
        b"a\0b",
        "h\u{fc}b".as_bytes(),
        b"\xff",
        &[b'a'; 255],
    ];
    for hostile in hostile {
        assert_eq!(of(name(hostile)), Err(Name), "{hostile:?}");
    }
    assert_eq!(of((0, vec![0, 9, 0, 0, 1, b'a'])), Err(Malformed));
    assert_eq!(of((16, vec![0, 1, 0])), Err(Malformed));
    assert_eq!(of((16, vec![0, 3, 9, b'h', b'2'])), Err(Malformed));
    let mut cut = message(&[name(b"a.example")], 0);
    let last = cut.len() - 1;
    cut.truncate(last);
    cut[3] -= 1;
    assert_eq!(ClientHello::decode(&records(&cut, 900)), Err(Malformed));
}
