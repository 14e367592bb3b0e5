//! Headers as other programs write them, wrong ones, and every cut.

use alloc::string::ToString;
use alloc::vec::Vec;
use alloc::{format, vec};

use proptest::prelude::*;

use super::*;

fn v2(family: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = b"\r\n\r\n\0\r\nQUIT\n\x21".to_vec();
    bytes.push(family);
    bytes.extend_from_slice(&(payload.len() as u16).to_be_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

/// 192.0.2.1:4660 to 198.51.100.2:443.
const V4: &[u8] = &[192, 0, 2, 1, 198, 51, 100, 2, 0x12, 0x34, 0x01, 0xbb];

fn value(kind: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend_from_slice(&(value.len() as u16).to_be_bytes());
    bytes.extend_from_slice(value);
    bytes
}

/// Decodes at every length, which must say the same as the whole does.
fn decoded(bytes: &[u8]) -> Result<ProxyHeader, ProxyHeaderError> {
    let whole = ProxyHeader::decode(bytes);
    let first = (0..=bytes.len())
        .map(|count| ProxyHeader::decode(&bytes[..count]))
        .find(|result| !matches!(result, Ok(None)));
    assert_eq!(first, Some(whole.clone()));
    whole.map(|header| header.expect("it is whole").0)
}

fn source(bytes: &[u8]) -> Option<String> {
    let addresses = decoded(bytes).expect("a header").addresses;
    addresses.map(|addresses| addresses.source.to_string())
}

#[test]
fn lines_of_version_1_are_read() {
    let line = |text: &str| source(format!("{text}\r\nGET /").as_bytes());
    let four = line("PROXY TCP4 192.0.2.1 198.51.100.2 4660 443");
    assert_eq!(four.as_deref(), Some("192.0.2.1:4660"));
    let six = line("PROXY TCP6 2001:db8::1 ::1 65535 0");
    assert_eq!(six.as_deref(), Some("[2001:db8::1]:65535"));
    assert_eq!(line("PROXY UNKNOWN"), None);
    assert_eq!(line("PROXY UNKNOWN ffff:f...f:ffff what ever 65535"), None);
}

#[test]
fn lines_that_are_not_well_written_are_refused() {
    for text in [
        "PROXY TCP4 192.0.2.1 198.51.100.2 4660",
        "PROXY TCP4 192.0.2.1 198.51.100.2 4660 443 1",
        "PROXY TCP4 192.0.2.1 198.51.100.2  4660 443",
        "PROXY TCP4 192.0.2.1 198.51.100.2 04660 443",
        "PROXY TCP4 192.0.2.1 198.51.100.2 +466 443",
        "PROXY TCP4 192.0.2.1 198.51.100.2 65536 443",
        "PROXY TCP4 192.0.2.01 198.51.100.2 4660 443",
        "PROXY TCP4 2001:db8::1 ::1 4660 443",
        "PROXY TCP6 192.0.2.1 198.51.100.2 4660 443",
        "PROXY TCP5 192.0.2.1 198.51.100.2 4660 443",
        "PROXY tcp4 192.0.2.1 198.51.100.2 4660 443",
        "PROXY UNKNOWNS",
        "PROXY ",
    ] {
        let bytes = format!("{text}\r\n");
        assert_eq!(
            decoded(bytes.as_bytes()),
            Err(ProxyHeaderError::Line),
            "{text}"
        );
    }
    for other in [
        "PROXY\r\n",
        "GET / HTTP/1.1\r\n",
        "proxy TCP4",
        "\r\n\r\n\0\r\nQUIX",
    ] {
        let refused = decoded(other.as_bytes());
        assert_eq!(refused, Err(ProxyHeaderError::NoHeader), "{other:?}");
    }
}

#[test]
fn a_line_is_107_bytes_at_most() {
    let line = |bytes: usize| format!("{:<1$}\r\n", "PROXY UNKNOWN", bytes - 2);
    assert!(decoded(line(107).as_bytes()).is_ok());
    let refused = decoded(line(108).as_bytes());
    assert_eq!(refused, Err(ProxyHeaderError::TooLong(107)));
}

#[test]
fn version_2_gives_addresses_and_values() {
    let tls = [
        &[1 | 2, 0, 0, 0, 0][..],
        &value(0x21, b"TLSv1.3"),
        &value(0x22, b"ferry"),
        &value(0x23, b"TLS_AES_128_GCM_SHA256"),
        &value(0x25, b"RSA2048"),
    ]
    .concat();
    let payload = [
        V4,
        &value(0x04, &[0; 5]),
        &value(0x02, b"chat.example"),
        &value(0x05, b"\x00\xff"),
        &value(0xe0, b"of somebody's own"),
        &value(0x20, &tls),
    ]
    .concat();
    let header = decoded(&v2(0x11, &payload)).expect("a header");
    let addresses = header.addresses.expect("addresses");
    assert_eq!(addresses.source.to_string(), "192.0.2.1:4660");
    assert_eq!(addresses.destination.to_string(), "198.51.100.2:443");
    assert_eq!(header.authority.as_deref(), Some("chat.example"));
    assert_eq!(header.unique_id.as_deref(), Some(&b"\x00\xff"[..]));
    let tls = header.tls.expect("TLS");
    assert_eq!(tls.version.as_deref(), Some("TLSv1.3"));
    assert_eq!(tls.common_name.as_deref(), Some("ferry"));
    assert_eq!(tls.cipher.as_deref(), Some("TLS_AES_128_GCM_SHA256"));
    assert!(tls.verified);
}

#[test]
fn a_certificate_counts_only_where_it_was_shown_and_verified() {
    let verified = |client, verify: u32| {
        let value = value(0x20, &[&[client][..], &verify.to_be_bytes()].concat());
        let header = decoded(&v2(0x11, &[V4, &value].concat())).expect("a header");
        header.tls.map(|tls| tls.verified)
    };
    assert_eq!(verified(1, 0), Some(false), "none was shown");
    assert_eq!(verified(1 | 2, 1), Some(false));
    assert_eq!(
        verified(1 | 4, 0),
        Some(true),
        "it was shown in an earlier session"
    );
    assert_eq!(verified(2, 0), None, "there was no TLS");
}

#[test]
fn local_and_unspecified_keep_the_address_of_the_socket() {
    let mut local = v2(0x11, V4);
    local[12] = 0x20;
    assert_eq!(source(&local), None);
    local[13] = 0xff;
    assert_eq!(
        source(&local),
        None,
        "the family of LOCAL is for nobody to look at"
    );
    assert_eq!(source(&v2(0x00, b"anything")), None);
    assert_eq!(source(&v2(0x31, &[b'/'; 216])), None);
}

#[test]
fn wrong_headers_of_version_2_are_refused() {
    let with = |at: usize, byte: u8| {
        let mut bytes = v2(0x11, V4);
        bytes[at] = byte;
        decoded(&bytes)
    };
    assert_eq!(with(12, 0x11), Err(ProxyHeaderError::Version));
    assert_eq!(with(12, 0x22), Err(ProxyHeaderError::Command));
    assert_eq!(with(13, 0x41), Err(ProxyHeaderError::Family));
    assert_eq!(with(13, 0x13), Err(ProxyHeaderError::Family));
    assert_eq!(with(13, 0x21), Err(ProxyHeaderError::Addresses));
    assert_eq!(
        decoded(&v2(0x11, &V4[1..])),
        Err(ProxyHeaderError::Addresses)
    );
    assert_eq!(with(14, 0xff), Err(ProxyHeaderError::TooLong(16 + 16_384)));
    for values in [
        &b"\x02"[..],
        b"\x02\x00",
        b"\x02\x00\x02a",
        b"\x20\x00\x04\x01\0\0\0",
        b"\x20\x00\x07\x01\0\0\0\0\x21\0",
        b"\x03\x00\x03abc",
        &value(0x05, &[0; 129]),
    ] {
        let refused = decoded(&v2(0x11, &[V4, values].concat()));
        assert_eq!(refused, Err(ProxyHeaderError::ValueLength), "{values:?}");
    }
    let text = decoded(&v2(0x11, &[V4, &value(0x02, b"\xff")].concat()));
    assert_eq!(text, Err(ProxyHeaderError::Text));
}

#[test]
fn a_checksum_is_compared() {
    // CRC-32C of "123456789" is the check value of its definition.
    assert_eq!(v2::crc32c(b"123456789".iter()), 0xe306_9283);
    let with = |crc: u32| {
        let checksum = value(0x03, &crc.to_be_bytes());
        v2(
            0x11,
            &[V4, &checksum, &value(0x02, b"chat.example")].concat(),
        )
    };
    let right = v2::crc32c(with(0).iter());
    assert!(decoded(&with(right)).is_ok());
    assert_eq!(decoded(&with(right ^ 1)), Err(ProxyHeaderError::Checksum));
}

fn addresses() -> impl Strategy<Value = ProxyAddresses> {
    let ends = (any::<u32>(), any::<u128>(), any::<u16>());
    (any::<bool>(), ends, ends).prop_map(|(is_v4, from, to)| {
        let end = |(v4, v6, port): (u32, u128, u16)| match is_v4 {
            true => SocketAddr::new(core::net::Ipv4Addr::from(v4).into(), port),
            false => SocketAddr::new(core::net::Ipv6Addr::from(v6).into(), port),
        };
        ProxyAddresses {
            source: end(from),
            destination: end(to),
        }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(addresses in addresses(), name in "[a-z.]{0,40}", verified: bool) {
        let header = ProxyHeader {
            addresses: Some(addresses),
            authority: Some(name.clone()),
            unique_id: Some(name.clone().into_bytes()),
            tls: Some(ProxyTls { version: Some(name), verified, ..ProxyTls::default() }),
        };
        let mut bytes = Vec::new();
        header.encode(ProxyVersion::V2, &mut bytes);
        prop_assert_eq!(decoded(&bytes), Ok(header.clone()));
        bytes.clear();
        header.encode(ProxyVersion::V1, &mut bytes);
        let plain = ProxyHeader { addresses: Some(addresses), ..ProxyHeader::default() };
        prop_assert_eq!(decoded(&bytes), Ok(plain));
    }

    #[test]
    fn who_has_no_address_says_so(v2: bool) {
        let mut bytes = Vec::new();
        let version = if v2 { ProxyVersion::V2 } else { ProxyVersion::V1 };
        ProxyHeader::default().encode(version, &mut bytes);
        prop_assert_eq!(decoded(&bytes), Ok(ProxyHeader::default()));
    }
}
