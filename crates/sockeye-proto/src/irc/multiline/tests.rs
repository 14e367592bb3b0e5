//! Batches as clients send them, well and badly.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use alloc::{format, vec};

use proptest::prelude::*;

use super::*;
use crate::irc::event::MessageKind;
use crate::irc::message::Message;

fn message(line: &str) -> Message {
    Message::parse(line.as_bytes()).unwrap()
}

/// Takes lines that are all kept but for the last.
fn last(lines: &[&str]) -> (Collector, Taken) {
    let mut collector = Collector::default();
    let (end, lines) = lines.split_last().unwrap();
    for line in lines {
        let taken = collector.take(message(line));
        assert!(matches!(taken, Taken::Kept), "{line}: {taken:?}");
    }
    let taken = collector.take(message(end));
    (collector, taken)
}

fn content(lines: &[&str]) -> Result<Content, Fault> {
    match last(lines).1 {
        Taken::Batch(batch) => batch.content,
        other => panic!("{other:?}"),
    }
}

#[test]
fn lines_become_one_text_and_come_out_again() {
    let content = content(&[
        "@label=x;+t=1 BATCH +1 draft/multiline #c",
        "@batch=1 PRIVMSG #c :hello",
        "@batch=1 PRIVMSG #c :",
        "@batch=1 privmsg #c :how is ",
        "@batch=1;draft/multiline-concat PRIVMSG #c everyone?",
        "BATCH -1",
    ]);
    let content = content.unwrap();
    assert_eq!(content.kind, MessageKind::Privmsg);
    assert_eq!(content.text, "hello\n\nhow is \reveryone?");
    let piece = |text, continues| Piece { text, continues };
    assert_eq!(
        pieces(&content.text).collect::<Vec<_>>(),
        [
            piece("hello", false),
            piece("", false),
            piece("how is ", false),
            piece("everyone?", true)
        ]
    );
    assert!(is_multiline(&content.text) && !is_multiline("hello"));
}

#[test]
fn what_is_wrong_ends_the_batch_and_the_rest_of_it_is_dropped() {
    let opening = "BATCH +1 draft/multiline #c";
    let line = "@batch=1 PRIVMSG #c :x";
    for (lines, fault) in [
        (vec![opening, "@batch=1 PRIVMSG #d :x"], None),
        (vec![opening, line, "@batch=1 NOTICE #c :x"], Some("mixed")),
        (vec![opening, "@batch=1 JOIN #c"], Some("PRIVMSG or NOTICE")),
        (
            vec![opening, "@batch=1 BATCH +2 draft/multiline #c"],
            Some("PRIVMSG or NOTICE"),
        ),
        (vec![opening, "@batch=1 PRIVMSG #c"], Some("and a text")),
        (vec![opening, "@batch=1;+x PRIVMSG #c :x"], Some("Tags")),
        (
            vec![
                opening,
                line,
                "@batch=1;draft/multiline-concat PRIVMSG #c :",
            ],
            Some("blank line"),
        ),
        (vec!["BATCH +1 draft/multiline"], Some("one target")),
        (vec!["BATCH +1 draft/multiline #a,#b"], Some("one target")),
        (vec!["BATCH +1 draft/multiline #a x"], Some("one target")),
        (vec!["BATCH +1 netjoin #a"], Some("this type")),
        (vec!["BATCH +1"], Some("this type")),
    ] {
        let (mut collector, taken) = last(&lines);
        let Taken::Batch(batch) = taken else {
            panic!("{lines:?}: {taken:?}");
        };
        match (batch.content.unwrap_err(), fault) {
            (Fault::OtherTarget(target), None) => assert_eq!(target, "#d"),
            (Fault::Invalid(why), Some(word)) => assert!(why.contains(word), "{why}"),
            (fault, _) => panic!("{lines:?}: {fault:?}"),
        }
        assert_eq!(collector.open(), None);
        for rest in [line, "@batch=1 QUIT", "BATCH -1"] {
            let taken = collector.take(message(rest));
            assert!(matches!(taken, Taken::Kept), "{rest}: {taken:?}");
        }
        let taken = collector.take(message("BATCH -1"));
        assert!(matches!(taken, Taken::Line(_)), "{taken:?}");
    }
}

#[test]
fn a_batch_of_nothing_is_none() {
    let opening = "BATCH +1 draft/multiline #c";
    assert!(content(&[opening, "BATCH -1"]).is_err());
    let blank = "@batch=1 PRIVMSG #c :";
    assert!(content(&[opening, blank, blank, "BATCH -1"]).is_err());
    let first = "@batch=1;draft/multiline-concat PRIVMSG #c :x";
    assert_eq!(content(&[opening, first, "BATCH -1"]).unwrap().text, "x");
}

/// Sends so many lines of so many bytes; returns the text, or the fault and at which line it came.
fn send(count: usize, bytes: usize, tag: &str) -> Result<String, (Fault, usize)> {
    let mut collector = Collector::default();
    collector.take(message("BATCH +1 draft/multiline #c"));
    for n in 1..=count {
        let line = format!("@batch=1{tag} PRIVMSG #c :{}", "x".repeat(bytes));
        match collector.take(message(&line)) {
            Taken::Kept => {}
            Taken::Batch(batch) => return Err((batch.content.unwrap_err(), n)),
            Taken::Line(line) => panic!("{line:?}"),
        }
    }
    match collector.take(message("BATCH -1")) {
        Taken::Batch(batch) => Ok(batch.content.unwrap().text),
        other => panic!("{other:?}"),
    }
}

#[test]
fn limits_are_exact() {
    assert_eq!(
        CAPABILITY_VALUE,
        format!("max-bytes={BYTES_MAX},max-lines={LINES_MAX}")
    );
    assert_eq!(send(100, 2, "").unwrap().len(), 299);
    assert_eq!(send(101, 2, ""), Err((Fault::TooManyLines, 101)));
    // 32 × 255 and 31 line ends are 8,191 bytes, with 256 of them 8,223.
    assert_eq!(send(32, 255, "").unwrap().len(), 8_191);
    assert_eq!(send(32, 256, ""), Err((Fault::TooManyBytes, 32)));
    // Where lines go on with each other nothing stands between them.
    let concat = ";draft/multiline-concat";
    assert!(send(32, 256, concat).is_ok());
    assert_eq!(send(33, 250, concat), Err((Fault::TooManyBytes, 33)));
}

#[test]
fn one_batch_is_open_at_a_time_and_other_lines_pass() {
    let mut collector = Collector::default();
    collector.take(message("BATCH +1 draft/multiline #c"));
    assert_eq!(collector.open(), Some(1));
    let other = collector.take(message("PING x"));
    assert!(matches!(other, Taken::Line(_)));
    let second = collector.take(message("BATCH +2 draft/multiline #d"));
    assert!(matches!(second, Taken::Batch(batch) if batch.content.is_err()));
    let of_second = collector.take(message("@batch=2 PRIVMSG #d :x"));
    assert!(matches!(of_second, Taken::Kept));
    collector.take(message("@batch=1 PRIVMSG #c :x"));
    let end = collector.take(message("BATCH -1"));
    assert!(matches!(end, Taken::Batch(batch) if batch.content.is_ok()));
    let stranger = collector.take(message("@batch=9 PRIVMSG #c :x"));
    assert!(matches!(stranger, Taken::Line(_)), "the tag means nothing");
}

#[test]
fn what_takes_too_long_is_given_up() {
    let mut collector = Collector::default();
    assert!(collector.expire().is_none());
    collector.take(message("BATCH +1 draft/multiline #c"));
    collector.take(message("@batch=1 PRIVMSG #c :x"));
    let batch = collector.expire().unwrap();
    assert_eq!(batch.content, Err(Fault::TimedOut));
    assert_eq!(batch.opening.params[0], "+1");
    let late = collector.take(message("@batch=1 PRIVMSG #c :x"));
    assert!(matches!(late, Taken::Kept));
}

#[test]
fn five_lines_or_512_bytes_are_the_price_of_one() {
    let cost = |lines: &[String]| {
        let mut collector = Collector::default();
        let mut paid = 0;
        for line in lines {
            if !collector.is_paid() {
                collector.paid();
                paid += 1;
            }
            collector.take(message(line));
        }
        paid
    };
    let batch = |bytes: usize, count: usize| {
        let line = format!("@batch=1 PRIVMSG #c :{}", "x".repeat(bytes));
        let mut lines = vec!["BATCH +1 draft/multiline #c".to_string()];
        lines.extend(vec![line; count]);
        lines.push("BATCH -1".into());
        lines
    };
    assert_eq!(cost(&batch(1, 100)), 22);
    assert_eq!(cost(&batch(400, 20)), 12);
    // What is not of the batch has its own price.
    let mut spam = vec!["BATCH +1 draft/multiline #c".to_string()];
    spam.extend(vec!["PRIVMSG #c :spam".to_string(); 50]);
    assert!(cost(&spam) >= 50);
}

proptest! {
    #[test]
    fn no_lines_break_it(lines in proptest::collection::vec(
        "(@batch=[123]?(;draft/multiline-concat)?(;\\+x)? )?\
         (BATCH [+-][123]?( draft/multiline)?( #[cd])?|PRIVMSG #[cd] :.{0,9}|NOTICE #c :|PING x)",
        0..60,
    )) {
        let mut collector = Collector::default();
        for line in &lines {
            let Ok(message) = Message::parse(line.as_bytes()) else { continue };
            if let Taken::Batch(ClientBatch { content: Ok(content), .. }) = collector.take(message) {
                let joined: Vec<_> = pieces(&content.text).collect();
                prop_assert!(joined.len() <= LINES_MAX && content.text.len() <= BYTES_MAX);
                prop_assert!(joined.iter().any(|piece| !piece.text.is_empty()));
                prop_assert!(!joined[0].continues);
            }
        }
    }

    #[test]
    fn texts_come_out_as_they_were_put_in(lines in proptest::collection::vec(("[a-c ]{0,3}", any::<bool>()), 1..9)) {
        let mut text = String::new();
        for (n, (line, continues)) in lines.iter().enumerate() {
            if n > 0 {
                text.push(if *continues { CONCAT } else { LINE_BREAK });
            }
            text.push_str(line);
        }
        let found: Vec<_> = pieces(&text).map(|piece| piece.text).collect();
        let put: Vec<_> = lines.iter().map(|(line, _)| line.as_str()).collect();
        prop_assert_eq!(found, put);
    }
}
