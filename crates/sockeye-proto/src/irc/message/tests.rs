//! Lines: every part, every limit, any split.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;

fn parse(line: &str) -> Message {
    Message::parse(line.as_bytes()).unwrap()
}

fn decode_all(decoder: &mut LineDecoder, mut bytes: &[u8]) -> Vec<Result<Message, LineError>> {
    let mut lines = Vec::new();
    while let Some(line) = decoder.next_line(&mut bytes) {
        lines.push(line);
    }
    assert!(bytes.is_empty());
    lines
}

fn decode(bytes: &[u8]) -> Vec<Result<Message, LineError>> {
    decode_all(&mut LineDecoder::default(), bytes)
}

#[test]
fn a_full_line_has_all_its_parts() {
    let message = parse("@a=b\\:\\s\\\\;+c;d= :ali!u@h privmsg #a  :two words");
    assert_eq!(message.tag("a"), Some("b; \\"));
    assert_eq!(message.tag("+c"), Some(""));
    assert_eq!(message.tag("d"), Some(""));
    assert_eq!(message.tag("e"), None);
    assert_eq!(message.source.as_deref(), Some("ali!u@h"));
    assert_eq!(message.command, "PRIVMSG");
    assert_eq!(message.params, ["#a", "two words"]);
    assert_eq!(message.client_only_tags().count(), 1);
}

#[test]
fn spaces_between_words_may_be_many() {
    let message = parse("  :src   JOIN   #a   ");
    assert_eq!(
        (message.command.as_str(), message.params.as_slice()),
        ("JOIN", &["#a".into()][..])
    );
}

#[test]
fn an_empty_trailing_parameter_counts() {
    assert_eq!(parse("TOPIC #a :").params, ["#a", ""]);
    assert_eq!(parse("TOPIC #a").params, ["#a"]);
    assert_eq!(parse("X ::)").params, [":)"]);
    assert_eq!(parse("X a:b").params, ["a:b"]);
}

#[test]
fn the_fifteenth_parameter_takes_the_rest() {
    let params = parse("X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 :17").params;
    assert_eq!(params.len(), 15);
    assert_eq!(params.last().unwrap(), "15 16 :17");
}

#[test]
fn of_a_tag_given_twice_the_last_value_counts() {
    let message = parse("@a=1;b=2;a=3 PING x");
    assert_eq!(
        message.tags,
        [("a".into(), "3".into()), ("b".into(), "2".into())]
    );
}

#[test]
fn odd_escapes_are_read_as_the_specification_says() {
    assert_eq!(
        parse("@a=test\\;b=\\b;=x;c\u{7}=1 PING x").tags,
        [
            ("a".to_string(), "test".to_string()),
            ("b".to_string(), "b".to_string()),
        ]
    );
}

#[test]
fn what_is_no_message_is_an_error() {
    assert_eq!(Message::parse(b"@a=b"), Err(LineError::NoCommand));
    assert_eq!(Message::parse(b"@a=b "), Err(LineError::NoCommand));
    assert_eq!(Message::parse(b":source"), Err(LineError::NoCommand));
    assert_eq!(Message::parse(b"#a"), Err(LineError::NoCommand));
    assert_eq!(Message::parse(b"12 a"), Err(LineError::NoCommand));
    assert_eq!(Message::parse(b"X \xff"), Err(LineError::NotUtf8));
    assert_eq!(Message::parse(b"@a=\xff X"), Err(LineError::NotUtf8));
    assert_eq!(Message::parse(b"X a\0b"), Err(LineError::Nul));
    assert_eq!(Message::parse(b"@a=\0 X"), Err(LineError::Nul));
}

#[test]
fn the_line_limit_is_exact() {
    for ending in ["\r\n", "\n"] {
        let fits = alloc::format!("X {}{ending}", "a".repeat(508));
        let over = alloc::format!("X {}{ending}PING x{ending}", "a".repeat(509));
        assert!(decode(fits.as_bytes())[0].is_ok());
        let lines = decode(over.as_bytes());
        assert_eq!(lines[0], Err(LineError::TooLong));
        assert_eq!(lines[1].as_ref().unwrap().command, "PING");
        assert_eq!(lines.len(), 2);
    }
}

#[test]
fn the_tag_limit_is_exact_and_apart_from_the_line_limit() {
    let line = |tag_data: usize, rest: usize| {
        alloc::format!("@{} X {}\r\n", "t".repeat(tag_data), "a".repeat(rest - 2))
    };
    assert!(decode(line(4_094, 510).as_bytes())[0].is_ok());
    assert_eq!(
        decode(line(4_095, 10).as_bytes()),
        [Err(LineError::TagsTooLong)]
    );
    assert_eq!(
        decode(line(4_094, 511).as_bytes()),
        [Err(LineError::TooLong)]
    );
}

#[test]
fn lines_without_end_hold_bounded_memory_and_are_one_error() {
    for start in [&b"@"[..], b"@a ", b"", b"    "] {
        let mut decoder = LineDecoder::default();
        assert_eq!(decode_all(&mut decoder, start), []);
        for _ in 0..1_000 {
            assert_eq!(decode_all(&mut decoder, &[b'a'; 1_000]), []);
            assert!(decoder.held_bytes() <= 4_096 + 512);
        }
        let lines = decode_all(&mut decoder, b"\nPING x\n");
        assert!(lines[0].is_err());
        assert!(lines[1].is_ok());
        assert_eq!(lines.len(), 2);
    }
}

#[test]
fn empty_lines_are_skipped_and_both_endings_taken() {
    let lines = decode(b"\r\n\n  \r\nPING a\nPING b\r\n\r\n");
    let params: Vec<_> = lines.into_iter().map(|line| line.unwrap().params).collect();
    assert_eq!(params, [["a"], ["b"]]);
}

#[test]
fn what_is_written_stays_within_512_bytes_and_whole_characters() {
    let mut out = String::from("before\r\n");
    let text = "ä".repeat(600);
    Line::new(&mut out)
        .tag("time", "t")
        .source("ali")
        .command("PRIVMSG")
        .param("#a")
        .trailing(&text);
    let line = out.strip_prefix("before\r\n@time=t ").unwrap();
    assert!(line.starts_with(":ali PRIVMSG #a :ää"));
    // One byte is left: half a character does not fit.
    assert_eq!(line.len(), 511);
}

#[test]
fn nothing_put_in_breaks_out_of_its_line() {
    let mut out = String::new();
    Line::new(&mut out)
        .tag("a", "1\r\n2; 3")
        .source("a\r\nQUIT")
        .command("X")
        .param(":p q")
        .param("")
        .trailing("t\r\nQUIT\0");
    assert_eq!(out, "@a=1\\r\\n2\\:\\s3 :aQUIT X p * :tQUIT\r\n");
}

#[test]
fn tags_over_their_limit_are_left_out_whole() {
    let mut out = String::new();
    let long = "v".repeat(4_000);
    let tags = [("+a".to_string(), long.clone()), ("+b".to_string(), long)];
    Line::new(&mut out)
        .tag("msgid", "m")
        .tag("big", &"v".repeat(4_090))
        .client_tags(tags.iter())
        .command("X")
        .end();
    let (written, rest) = out.split_once(' ').unwrap();
    assert_eq!(rest, "X\r\n");
    assert!(written.starts_with("@msgid=m;+a=v"));
    assert!(written.contains(";+b="));
    assert!(written.len() < RELAYED_TAGS_BYTES_MAX);
}

fn word() -> impl Strategy<Value = String> {
    "[^\\x00\\r\\n :][^\\x00\\r\\n ]{0,8}"
}

fn tag() -> impl Strategy<Value = (String, String)> {
    ("[+]?[a-z/.-]{1,8}", "[^\\x00]{0,12}")
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        tags in prop::collection::btree_map("[+]?[a-z/.-]{1,8}", "[^\\x00]{0,12}", 0..6),
        source in prop::option::of(word()),
        command in "[A-Z]{1,10}|[0-9]{3}",
        params in prop::collection::vec(word(), 0..8),
        trailing in prop::option::of("[^\\x00\\r\\n]{0,40}"),
    ) {
        let mut out = String::new();
        let mut line = Line::new(&mut out);
        for (key, value) in &tags {
            line = line.tag(key, value);
        }
        let written = match &source {
            Some(source) => line.source(source).command(&command),
            None => line.command(&command),
        };
        let written = written.params(params.iter().map(String::as_str));
        match &trailing {
            Some(text) => written.trailing(text),
            None => written.end(),
        }
        let mut expected = params.clone();
        expected.extend(trailing);
        let message = decode(out.as_bytes()).remove(0).unwrap();
        prop_assert_eq!(message.tags, tags.into_iter().collect::<Vec<_>>());
        prop_assert_eq!(message.source, source);
        prop_assert_eq!(message.command, command);
        prop_assert_eq!(message.params, expected);
    }

    #[test]
    fn any_split_gives_the_same_lines(
        lines in prop::collection::vec(odd_line(), 0..6),
        cuts in prop::collection::vec(0usize..12_000, 0..8),
    ) {
        let bytes = lines.concat();
        let whole = decode(&bytes);

        let mut decoder = LineDecoder::default();
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let parts = cuts.windows(2).flat_map(|cut| decode_all(&mut decoder, &bytes[cut[0]..cut[1]]));
        prop_assert_eq!(&parts.collect::<Vec<_>>(), &whole);

        let mut decoder = LineDecoder::default();
        let single = bytes.iter().flat_map(|byte| decode_all(&mut decoder, &[*byte]));
        prop_assert_eq!(&single.collect::<Vec<_>>(), &whole);
    }

    #[test]
    fn any_bytes_decode_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        decode(&bytes);
    }

    #[test]
    fn tags_survive_being_read_and_written((key, value) in tag()) {
        let mut out = String::new();
        Line::new(&mut out).tag(&key, &value).command("X").end();
        let message = Message::parse(out.trim_end().as_bytes()).unwrap();
        prop_assert_eq!(message.tags, [(key, value)]);
    }
}

/// Lines around every limit.
fn odd_line() -> impl Strategy<Value = Vec<u8>> {
    let ending = prop_oneof![Just("\r\n"), Just("\n"), Just("\r\r\n"), Just(" \n")];
    let rest = prop_oneof![Just(0usize), Just(3), 505..515usize, Just(700), Just(5_000)];
    let tags = prop_oneof![
        Just(None),
        Just(Some(3usize)),
        (4_090..4_100usize).prop_map(Some)
    ];
    let filler = prop_oneof![5 => Just(b'a'), 1 => Just(b' '), 1 => Just(0u8), 1 => Just(0xff)];
    (tags, rest, filler, ending).prop_map(|(tags, rest, filler, ending)| {
        let mut line = Vec::new();
        if let Some(bytes) = tags {
            line.push(b'@');
            line.extend(core::iter::repeat_n(b't', bytes));
            line.push(b' ');
        }
        if rest > 0 {
            line.extend_from_slice(b"X ");
            line.extend(core::iter::repeat_n(filler, rest - 2));
        }
        line.extend_from_slice(ending.as_bytes());
        line
    })
}
