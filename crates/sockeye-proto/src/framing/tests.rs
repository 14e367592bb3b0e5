//! Codecs of messages: known values, limits, and every message through every codec.

use alloc::vec;
use alloc::vec::Vec;
use std::string::ToString;

use proptest::prelude::*;

use super::*;

fn line(text: LineText, crlf: bool) -> Line {
    Line {
        delimiter: b"\n".to_vec(),
        crlf,
        text,
        bytes_max: 64,
    }
}

/// What decoding gives: a message and how many bytes it took.
fn taken(message: &[u8], count: usize) -> Result<Option<Decoded<'_>>, FramingError> {
    Ok(Some((Cow::Borrowed(message), count)))
}

fn frame(size_bytes: usize, order: Order, checksum: Option<Checksum>) -> Frame {
    Frame {
        size_bytes,
        order,
        bytes_max: 300,
        checksum,
    }
}

#[test]
fn checksums_of_the_usual_example() {
    let of = |checksum: Checksum| checksum.of(b"123456789");
    assert_eq!(of(Checksum::Crc32), 0xCBF4_3926);
    assert_eq!(of(Checksum::Crc16Modbus), 0x4B37);
    assert_eq!(of(Checksum::Sum8), 0xDD);
}

#[test]
fn frames_byte_by_byte() {
    let written = |frame: Frame| {
        let mut bytes = Vec::new();
        frame.encode(b"ab", &mut bytes).unwrap();
        bytes
    };
    assert_eq!(written(frame(2, Order::Big, None)), b"\x00\x02ab");
    assert_eq!(written(frame(2, Order::Little, None)), b"\x02\x00ab");
    let modbus = frame(1, Order::Big, Some(Checksum::Crc16Modbus));
    assert_eq!(written(modbus), b"\x02ab\xA9\xC9");
    let mut wrong = written(modbus);
    wrong[1] = b'x';
    assert_eq!(modbus.decode(&wrong), Err(FramingError::Checksum));
    assert_eq!(modbus.finish(b"\x02a"), Err(FramingError::Cut));
}

#[test]
fn a_length_above_the_limit_is_refused_before_its_bytes_come() {
    let frame = frame(4, Order::Big, None);
    let refused = Err(FramingError::TooLong(300));
    assert_eq!(frame.decode(&[0xFF; 4]), refused);
    assert_eq!(
        frame.encode(&[0; 301], &mut Vec::new()),
        Err(FramingError::TooLong(300))
    );
    let short = Frame {
        size_bytes: 1,
        ..frame
    };
    assert_eq!(short.bytes_max(), 255);
    assert_eq!(
        Frame {
            size_bytes: 8,
            ..frame
        }
        .bytes_max(),
        300
    );
}

#[test]
fn lines_end_where_they_say() {
    let plain = line(LineText::Plain, false);
    assert_eq!(plain.decode(b"a\r\nb"), taken(b"a\r", 3));
    assert_eq!(plain.decode(b"a"), Ok(None));
    assert_eq!(plain.finish(b"a"), Ok(Some(Cow::Borrowed(b"a".as_slice()))));
    assert_eq!(plain.finish(b""), Ok(None));
    let crlf = line(LineText::Plain, true);
    assert_eq!(crlf.decode(b"a\r\nb"), taken(b"a", 3));
    assert_eq!(crlf.decode(b"a\nb"), taken(b"a", 2));
    let mut sent = Vec::new();
    for message in [b"one".as_slice(), b"two\n", b"three\r\n"] {
        crlf.encode(message, &mut sent).unwrap();
    }
    assert_eq!(sent, b"one\r\ntwo\r\nthree\r\n");
    let inside = plain.encode(b"a\nb", &mut sent);
    assert_eq!(inside, Err(FramingError::Delimiter));
}

#[test]
fn a_line_without_end_is_refused_at_the_limit() {
    let plain = line(LineText::Plain, false);
    assert_eq!(plain.decode(&[b'x'; 64]), Ok(None));
    assert_eq!(plain.decode(&[b'x'; 65]), Err(FramingError::TooLong(64)));
    let whole = [vec![b'x'; 64], b"\n".to_vec()].concat();
    assert_eq!(plain.decode(&whole), taken(&[b'x'; 64], 65));
    assert_eq!(
        FramingError::TooLong(64).to_string(),
        "a message of more than 64 bytes"
    );
}

#[test]
fn hexadecimal_and_escapes() {
    let hex = line(LineText::Hex, false);
    let read = hex.decode(b"DE ad\tbe ef\n");
    assert_eq!(read, taken(b"\xDE\xAD\xBE\xEF", 12));
    assert_eq!(hex.decode(b"abc\n"), Err(FramingError::Text));
    assert_eq!(hex.decode(b"xy\n"), Err(FramingError::Text));
    let escaped = line(LineText::Escaped, false);
    let mut sent = Vec::new();
    escaped.encode(b"a\n\\\x1b\xff", &mut sent).unwrap();
    assert_eq!(sent, b"a\\n\\\\\\x1b\\xff\n");
    assert_eq!(escaped.decode(b"\\q\n"), Err(FramingError::Text));
    assert_eq!(unescape(br"\0\t\x41"), Some(b"\0\tA".to_vec()));
}

#[test]
fn a_line_is_found_where_its_beginning_was_searched_before() {
    let of = |delimiter: &[u8]| Line {
        delimiter: delimiter.to_vec(),
        ..line(LineText::Plain, false)
    };
    for (delimiter, whole) in [
        (b"\n".as_slice(), b"one\n".as_slice()),
        (b"||", b"a|b||"),
        (b"aab", b"aaaaab"),
        (b"\r\n", b"\r\r\n"),
    ] {
        let line = of(delimiter);
        for cut in 0..whole.len() {
            assert_eq!(line.decode(&whole[..cut]), Ok(None));
            let searched = line.searched(&whole[..cut]);
            let message = &whole[..whole.len() - delimiter.len()];
            let found = line.decode_searched(whole, searched);
            assert_eq!(found, taken(message, whole.len()), "{cut}");
        }
    }
}

#[test]
fn a_delimiter_of_several_printable_bytes() {
    let of = |text| Line {
        delimiter: b"||".to_vec(),
        ..line(text, false)
    };
    let mut sent = Vec::new();
    let plain = of(LineText::Plain);
    // Its line would end one byte early.
    let refused = plain.encode(b"a|", &mut sent);
    assert_eq!(refused, Err(FramingError::Delimiter));
    assert!(sent.is_empty());
    let escaped = of(LineText::Escaped);
    escaped.encode(b"a||b|", &mut sent).unwrap();
    assert_eq!(escaped.decode(&sent), taken(b"a||b|", sent.len()));
}

/// Feeds one byte after the other and takes each message as soon as it is whole.
fn byte_by_byte(
    bytes: &[u8],
    mut decode: impl FnMut(&[u8]) -> Result<Option<Decoded<'_>>, FramingError>,
) -> Vec<Vec<u8>> {
    let (mut held, mut messages) = (Vec::new(), Vec::new());
    for byte in bytes {
        held.push(*byte);
        while let Some((message, count)) = decode(&held).unwrap() {
            messages.push(message.into_owned());
            held.drain(..count);
        }
    }
    assert!(held.is_empty());
    messages
}

proptest! {
    #[test]
    fn what_is_framed_comes_back(
        messages: Vec<Vec<u8>>,
        size in prop::sample::select(vec![1usize, 2, 4, 8]),
        big: bool,
        checksum in prop::sample::select(vec![
            None,
            Some(Checksum::Crc32),
            Some(Checksum::Sum8),
            Some(Checksum::Crc16Modbus),
        ]),
    ) {
        let frame = frame(size, if big { Order::Big } else { Order::Little }, checksum);
        let mut bytes = Vec::new();
        for message in &messages {
            frame.encode(message, &mut bytes).unwrap();
        }
        prop_assert_eq!(byte_by_byte(&bytes, |held| frame.decode(held)), messages);
    }

    #[test]
    fn any_message_goes_through_a_line_that_encodes_it(
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..16), 0..8),
        hex: bool,
        crlf: bool,
    ) {
        let text = if hex { LineText::Hex } else { LineText::Escaped };
        let line = line(text, crlf);
        let mut bytes = Vec::new();
        for message in &messages {
            line.encode(message, &mut bytes).unwrap();
        }
        prop_assert_eq!(byte_by_byte(&bytes, |held| line.decode(held)), messages);
    }
}
