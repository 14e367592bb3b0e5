//! Splitting, quoting, and where each part stands.

use super::*;

fn words(text: &str) -> Vec<String> {
    let tokens = split(text).unwrap_or_else(|unfinished| panic!("{text}: {unfinished:?}"));
    tokens.into_iter().map(|token| token.text).collect()
}

#[test]
fn words_are_split_as_a_shell_does() {
    assert_eq!(words("  a\tb\n c\r"), ["a", "b", "c"]);
    assert_eq!(words(r#"a' b'"c d"\ e"#), ["a bc d e"]);
    assert_eq!(words("'' \"\""), ["", ""]);
    assert_eq!(words(r#"'a\b"c'"#), [r#"a\b"c"#]);
    assert_eq!(words(r#""a\b\"\\\$\`""#), [r#"a\b"\$`"#]);
    assert_eq!(words("$HOME *.c ~ `x`"), ["$HOME", "*.c", "~", "`x`"]);
}

#[test]
fn what_is_left_open_is_refused_where_it_opens() {
    assert_eq!(split("a 'b").unwrap_err().at, 2);
    assert_eq!(split("a \"b\\\"").unwrap_err().at, 2);
    assert_eq!(split("a \\").unwrap_err().at, 2);
}

#[test]
fn words_are_quoted_only_where_a_shell_needs_it() {
    assert_eq!(quote("tcp://[::1]:80"), "tcp://[::1]:80");
    assert_eq!(quote("a b"), "'a b'");
    assert_eq!(quote("it's"), r"'it'\''s'");
    assert_eq!(quote(""), "''");
}

#[test]
fn parts_stand_where_they_were_written() {
    let text = "x 'a b',\\c";
    let token = &split(text).unwrap()[1];
    assert_eq!(token.text, "a b,c");
    assert_eq!(&text[token.place(0..3)], "a b");
    assert_eq!(&text[token.place(4..5)], "c");
    assert_eq!(&text[token.place(2..5)], "b',\\c");
    assert_eq!(token.place(5..5), text.len()..text.len());
}

#[test]
fn items_end_at_commas_that_are_not_escaped() {
    let items = |text: &str| -> Vec<String> {
        Token::verbatim(text, 0)
            .items()
            .into_iter()
            .map(|item| item.text)
            .collect()
    };
    assert_eq!(items("a,b"), ["a", "b"]);
    assert_eq!(items(r"a\,b,c\\,d\e"), ["a,b", r"c\", r"d\e"]);
    assert_eq!(items(",a,"), ["", "a", ""]);
    assert_eq!(items(r"a\"), [r"a\"]);
}
