//! The line decoder: any bytes, in any pieces.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye_proto::irc::message::{Line, LineDecoder, LineError, Message};

fuzz_target!(|bytes: &[u8]| {
    let whole = decode(bytes.len().max(1), bytes);
    for piece in [1, 2, 7, 511, 4_097] {
        assert_eq!(decode(piece, bytes), whole, "in pieces of {piece}");
    }
    for message in whole.into_iter().flatten() {
        check_written(&message);
    }
});

fn decode(piece: usize, bytes: &[u8]) -> Vec<Result<Message, LineError>> {
    let mut decoder = LineDecoder::default();
    let mut lines = Vec::new();
    for mut piece in bytes.chunks(piece) {
        while let Some(line) = decoder.next_line(&mut piece) {
            lines.push(line);
        }
        assert!(piece.is_empty());
        assert!(decoder.held_bytes() <= HELD_BYTES_MAX);
    }
    lines
}

/// What is written is one line within its limits and, if nothing in it had to be left out, reads
/// back as the same.
fn check_written(message: &Message) {
    let mut out = String::new();
    let mut line = Line::new(&mut out);
    for (key, value) in &message.tags {
        line = line.tag(key, value);
    }
    let line = match &message.source {
        Some(source) => line.source(source).command(&message.command),
        None => line.command(&message.command),
    };
    match message.params.split_last() {
        Some((last, others)) => line
            .params(others.iter().map(String::as_str))
            .trailing(last),
        None => line.end(),
    }

    assert_eq!(out.matches(['\r', '\n', '\0']).count(), 2, "{out:?}");
    assert!(out.ends_with("\r\n"));
    let read = Message::parse(out.trim_end_matches("\r\n").as_bytes());
    let has_cr = |text: &String| text.contains('\r');
    let words = message.source.iter().chain(&message.params);
    // A colon before the last parameter or an unneeded escape make it longer than it was.
    if out.len() < 512 && !words.clone().any(has_cr) && message.source.as_deref() != Some("") {
        assert_eq!(read.as_ref(), Ok(message), "{out:?}");
    }
}

/// The longest line that is not too long, in bytes: tags and the rest.
const HELD_BYTES_MAX: usize = 4_096 + 512;
