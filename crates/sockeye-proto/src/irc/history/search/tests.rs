//! What clients look for, and in what.

use alloc::string::ToString;
use alloc::vec;

use super::*;

#[test]
fn all_attributes_are_understood() {
    let text = "in=#c;from=Ann;after=2019-01-04T14:33:26.123Z;before=2019-01-04T14:35:26.123Z;\
                text=two\\swords\\:;limit=7";
    let search = Search {
        from: Some("Ann".into()),
        after_ms: Some(1_546_612_406_123),
        before_ms: Some(1_546_612_526_123),
        words: vec!["two".into(), "words;".into()],
        limit: 7,
        ..Search::default()
    };
    let target = Some("#c".into());
    assert_eq!(Criteria::parse(text), Ok(Criteria { target, search }));
    let none = Criteria::parse("").unwrap();
    assert_eq!((none.target, none.search.limit), (None, LIMIT_LIKELY));
    let many = Criteria::parse("limit=4000000000").unwrap();
    assert_eq!(many.search.limit, SEARCH_LIMIT_MAX);
}

#[test]
fn an_attribute_that_makes_no_sense_is_named() {
    let words = ["text=", &"w\\s".repeat(WORDS_MAX + 1)].concat();
    for (text, attribute) in [
        ("in=", "in"),
        ("from=", "from"),
        ("after=yesterday", "after"),
        ("before", "before"),
        ("text=", "text"),
        ("text=!!\\s?", "text"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=4294967296", "limit"),
        ("regex=.*", "regex"),
        ("in=#c;colour=red", "colour"),
        (&words, "text"),
    ] {
        let (refused, _) = Criteria::parse(text).unwrap_err();
        assert_eq!(refused, attribute, "{text}");
    }
}

#[test]
fn what_people_read_is_searched() {
    for (text, read) in [
        ("plain", "plain"),
        ("\u{1}ACTION waves\u{1}", "waves\u{1}"),
        ("\u{3}04red\u{3} \u{3}4,12both\u{3}1234", "red both34"),
        ("\u{3},no \u{3}5,no", ",no ,no"),
        ("\u{4}ff0000red\u{4}00ff00,0000ffboth", "redboth"),
        ("end\u{3}", "end"),
        ("first\nsec\rond", "first\nsecond"),
        ("\u{3}ü\u{4}", "ü"),
    ] {
        assert_eq!(plain(text), read, "{text:?}");
    }
}

#[test]
fn words_are_letters_and_digits_in_a_row() {
    let text = "Don't  panic—42 日本!";
    let found: Vec<_> = words(text).map(|word| word.to_string()).collect();
    assert_eq!(found, ["Don", "t", "panic", "42", "日本"]);
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "[\\x03\\x04a-f0-9,;=\\\\ü]{0,40}") {
        let _ = Criteria::parse(&text);
        proptest::prop_assert!(plain(&text).len() <= text.len());
    }
}
