//! Certificates as they are made, by hand and byte by byte.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;

fn item(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    let header: &[u8] = match length {
        0..=0x7f => &[tag, length],
        _ => &[tag, 0x81, length],
    };
    [header, content].concat()
}

/// One attribute of a name.
fn attribute_of(kind: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
    let pair = [item(OBJECT_IDENTIFIER, kind), item(tag, value)].concat();
    item(SET, &item(SEQUENCE, &pair))
}

/// A certificate with these names and this end, its other fields empty.
fn certificate(issuer: &[u8], subject: &[u8], not_after: &[u8]) -> Vec<u8> {
    let validity = [item(UTC_TIME, b"200101000000Z"), not_after.to_vec()].concat();
    let fields = [
        item(VERSION, &item(INTEGER, &[2])),
        item(INTEGER, &[7]),
        item(SEQUENCE, &[]),
        item(SEQUENCE, issuer),
        item(SEQUENCE, &validity),
        item(SEQUENCE, subject),
    ];
    item(SEQUENCE, &item(SEQUENCE, &fields.concat()))
}

#[test]
fn names_of_every_kind_are_written() {
    let issuer = [
        attribute_of(&[0x55, 4, 6], PRINTABLE_STRING, b"DE"),
        attribute_of(&[0x55, 4, 10], TELETEX_STRING, b"K\xfcste"),
        attribute_of(&[0x55, 4, 3], BMP_STRING, b"\0A\x20\xac"),
    ];
    let subject = [
        attribute_of(&[0x55, 4, 3], UTF8_STRING, "f\u{1b}[2Jé".as_bytes()),
        attribute_of(
            &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1],
            IA5_STRING,
            b"a@b",
        ),
    ];
    let end = item(UTC_TIME, b"491231235959Z");
    let read = Certificate::read(&certificate(&issuer.concat(), &subject.concat(), &end)).unwrap();
    assert_eq!(read.issuer, "C=DE, O=Küste, CN=A€");
    assert_eq!(read.subject, r"CN=f\u{1b}[2Jé, 1.2.840.113549.1.9.1=a@b");
    assert_eq!(read.not_after, "2049-12-31T23:59:59Z");
}

#[test]
fn an_end_may_be_in_either_century_or_never() {
    for (tag, written, expected) in [
        (UTC_TIME, "500101000000Z", "1950-01-01T00:00:00Z"),
        (GENERALIZED_TIME, "99991231235959Z", "9999-12-31T23:59:59Z"),
    ] {
        let read = Certificate::read(&certificate(&[], &[], &item(tag, written.as_bytes())));
        assert_eq!(read.unwrap().not_after, expected);
    }
    for (tag, written) in [
        (UTC_TIME, "20500101000000Z"),
        (UTC_TIME, "49123123595"),
        (INTEGER, "1"),
    ] {
        let end = item(tag, written.as_bytes());
        assert_eq!(Certificate::read(&certificate(&[], &[], &end)), None);
    }
}

#[test]
fn purposes_stand_among_the_extensions() {
    let extension = |kind: &[u8], critical: bool, value: &[u8]| {
        let critical = if critical {
            item(1, &[0xff])
        } else {
            Vec::new()
        };
        let parts = [
            item(OBJECT_IDENTIFIER, kind),
            critical,
            item(OCTET_STRING, value),
        ];
        item(SEQUENCE, &parts.concat())
    };
    let server = item(OBJECT_IDENTIFIER, &[0x2b, 6, 1, 5, 5, 7, 3, 1]);
    let any = item(OBJECT_IDENTIFIER, &[0x55, 0x1d, 37, 0]);
    let usage = item(SEQUENCE, &[server, any].concat());
    let names = extension(&[0x55, 0x1d, 17], false, &item(SEQUENCE, &[]));
    let with = |extensions: &[u8]| {
        let plain = certificate(&[], &[], &item(UTC_TIME, b"491231235959Z"));
        let mut outer = Items(&plain);
        let mut whole = Items(outer.of_tag(SEQUENCE).unwrap());
        let fields = [
            whole.of_tag(SEQUENCE).unwrap(),
            &item(SEQUENCE, b"the key"),
            &item(EXTENSIONS, &item(SEQUENCE, extensions)),
        ];
        item(SEQUENCE, &item(SEQUENCE, &fields.concat()))
    };
    for critical in [false, true] {
        let usage = extension(EXTENDED_KEY_USAGE, critical, &usage);
        let read = Certificate::read(&with(&[names.clone(), usage].concat())).unwrap();
        assert_eq!(read.purposes, ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"]);
    }
    assert!(
        Certificate::read(&with(&names))
            .unwrap()
            .purposes
            .is_empty()
    );
    let broken = extension(EXTENDED_KEY_USAGE, true, &[SEQUENCE, 9]);
    assert_eq!(Certificate::read(&with(&broken)), None);
}

#[test]
fn long_names_are_cut() {
    let subject = attribute_of(&[0x55, 4, 3], UTF8_STRING, &[b'x'; 100]);
    let subject = [
        subject.clone(),
        attribute_of(&[0x55, 4, 3], UTF8_STRING, &[b'y'; 1]),
    ]
    .concat();
    let read = Certificate::read(&certificate(
        &[],
        &subject,
        &item(UTC_TIME, b"491231235959Z"),
    ));
    assert!(read.unwrap().subject.ends_with("x, CN=y"));
    let part = attribute_of(&[0x55, 4, 3], UTF8_STRING, &[b'z'; 210 - 128]);
    assert!(name(&part.repeat(4)).unwrap().ends_with('…'));
    assert_eq!(
        name(&part.repeat(4)).unwrap().chars().count(),
        NAME_CHARS_MAX + 1
    );
}

proptest! {
    #[test]
    fn any_bytes_are_a_certificate_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Certificate::read(&bytes);
        let _ = name(&bytes);
        let _ = numbers(&bytes);
    }

    #[test]
    fn a_certificate_may_be_cut_or_changed_anywhere(at in 0usize..80, byte in any::<u8>()) {
        let end = item(UTC_TIME, b"491231235959Z");
        let subject = attribute_of(&[0x55, 4, 3], UTF8_STRING, b"ferry");
        let mut der = certificate(&subject, &subject, &end);
        prop_assert_eq!(Certificate::read(&der[..at.min(der.len() - 1)]), None);
        if let Some(changed) = der.get_mut(at) {
            *changed = byte;
        }
        let _ = Certificate::read(&der);
    }
}
