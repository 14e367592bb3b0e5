//! Framing: any bytes are messages, a refusal or not whole yet, and what is read is written back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye_proto::framing::{Checksum, Frame, Line, LineText, Order};

fuzz_target!(|input: (u8, &[u8])| {
    let (kind, bytes) = input;
    lines(kind, bytes);
    frames(kind, bytes);
});

fn lines(kind: u8, bytes: &[u8]) {
    let line = Line {
        delimiter: if kind & 1 == 0 {
            b"\n".to_vec()
        } else {
            b"||".to_vec()
        },
        crlf: kind & 2 != 0,
        text: [LineText::Plain, LineText::Escaped, LineText::Hex][usize::from(kind >> 2) % 3],
        bytes_max: 100,
    };
    let mut rest = bytes;
    while let Ok(Some((message, count))) = line.decode(rest) {
        assert!(count > 0 && message.len() <= line.bytes_max);
        rest = &rest[count..];
        let mut written = Vec::new();
        if line.text == LineText::Escaped && line.encode(&message, &mut written).is_ok() {
            assert_eq!(line.decode(&written), Ok(Some((message, written.len()))));
        }
    }
    let _ = line.finish(rest);
}

fn frames(kind: u8, bytes: &[u8]) {
    let frame = Frame {
        size_bytes: [1, 2, 4, 8][usize::from(kind) % 4],
        order: if kind & 4 == 0 {
            Order::Big
        } else {
            Order::Little
        },
        bytes_max: 100,
        checksum: [
            None,
            Some(Checksum::Crc32),
            Some(Checksum::Sum8),
            Some(Checksum::Crc16Modbus),
        ][usize::from(kind >> 4) % 4],
    };
    let mut rest = bytes;
    while let Ok(Some((message, count))) = frame.decode(rest) {
        let mut written = Vec::new();
        frame
            .encode(&message, &mut written)
            .expect("what was read fits");
        assert_eq!(written, rest[..count]);
        rest = &rest[count..];
    }
    let _ = frame.finish(rest);
}
