//! The CHATHISTORY command, well and badly formed.

use super::*;
use crate::irc::event::Stamp;
use crate::irc::history::msgid_text;

fn parse(words: &str) -> Result<Request, Invalid> {
    let params: Vec<_> = words.split(' ').map(String::from).collect();
    Request::parse(&params)
}

fn selection(words: &str) -> Selection {
    match parse(words) {
        Ok(Request::Messages { selection, .. }) => selection,
        other => panic!("{words}: {other:?}"),
    }
}

fn code(words: &str) -> String {
    let mut out = String::new();
    parse(words).unwrap_err().write(Line::new(&mut out), "h");
    out
}

fn id(number: u64) -> String {
    [
        "msgid=",
        &msgid_text(&Stamp {
            number,
            wall_ms: 0,
            random: 0,
        }),
    ]
    .concat()
}

#[test]
fn each_subcommand_selects_its_part() {
    let time = "timestamp=1970-01-01T00:00:01.000Z";
    let point = Some(Point::Time(1_000));
    let part = |after, before, keep| Selection::Between {
        after,
        before,
        keep,
    };
    assert_eq!(selection("LATEST #a * 5"), part(None, None, Keep::Last));
    assert_eq!(
        selection(&["latest #a ", time, " 5"].concat()),
        part(point, None, Keep::Last)
    );
    assert_eq!(
        selection(&["BEFORE #a ", time, " 5"].concat()),
        part(None, point, Keep::Last)
    );
    assert_eq!(
        selection(&["AFTER #a ", time, " 5"].concat()),
        part(point, None, Keep::First)
    );
    assert_eq!(
        selection(&["AROUND #a ", &id(7), " 5"].concat()),
        Selection::Around(Point::Message(7))
    );
}

#[test]
fn between_goes_from_its_first_point() {
    let (three, nine) = (Some(Point::Message(3)), Some(Point::Message(9)));
    let words = |from, to| ["BETWEEN #a ", &id(from), " ", &id(to), " 5"].concat();
    assert_eq!(
        selection(&words(3, 9)),
        Selection::Between {
            after: three,
            before: nine,
            keep: Keep::First
        }
    );
    assert_eq!(
        selection(&words(9, 3)),
        Selection::Between {
            after: three,
            before: nine,
            keep: Keep::Last
        }
    );
}

#[test]
fn targets_take_two_times_in_either_order() {
    let (one, two) = (
        "timestamp=1970-01-01T00:00:01Z",
        "timestamp=1970-01-01T00:00:02Z",
    );
    let expected = Request::Targets {
        after_ms: 1_000,
        before_ms: 2_000,
        limit: 5,
    };
    assert_eq!(
        parse(&["TARGETS ", one, " ", two, " 5"].concat()),
        Ok(expected.clone())
    );
    assert_eq!(
        parse(&["TARGETS ", two, " ", one, " 5"].concat()),
        Ok(expected)
    );
}

#[test]
fn the_limit_has_a_limit() {
    let Ok(Request::Messages { limit, .. }) = parse("LATEST #a * 4000000000") else {
        panic!()
    };
    assert_eq!(limit, LIMIT_MAX);
    for limit in ["0", "-1", "x", "4294967296"] {
        let line = code(&["LATEST #a * ", limit].concat());
        assert!(
            line.starts_with(":h FAIL CHATHISTORY INVALID_PARAMS LATEST "),
            "{line}"
        );
    }
}

#[test]
fn refusals_name_what_is_wrong() {
    assert_eq!(
        code("WHEN #a * 5"),
        ":h FAIL CHATHISTORY INVALID_PARAMS WHEN :Unknown command\r\n"
    );
    assert_eq!(
        code(""),
        ":h FAIL CHATHISTORY INVALID_PARAMS * :Unknown command\r\n"
    );
    for words in [
        "LATEST #a *",
        "LATEST",
        "LATEST #a * 5 6",
        "BETWEEN #a * 5",
        "TARGETS a b",
    ] {
        assert!(code(words).contains(" INVALID_PARAMS "), "{words}");
    }
    assert_eq!(
        code("BEFORE #a seq=1 5"),
        ":h FAIL CHATHISTORY INVALID_MSGREFTYPE BEFORE #a seq=1 :Use msgid=… or timestamp=…\r\n"
    );
    assert!(code("BEFORE #a * 5").contains(" INVALID_MSGREFTYPE "));
    assert!(code("BEFORE #a timestamp=now 5").contains(" INVALID_PARAMS "));
    assert!(code("BEFORE #a msgid=abc 5").contains(" INVALID_PARAMS "));
    assert!(code(&["TARGETS ", &id(1), " ", &id(2), " 5"].concat()).contains("MSGREFTYPE"));
}
