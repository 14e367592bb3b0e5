//! Secrets: where they may be, and that nothing shows them.

use super::*;

/// A secret word as its own text, and what is displayed of it.
const WRITTEN: &[(&str, &str)] = &[
    ("header=Authorization: t0p", "'+ws,header=***'"),
    ("header=@/run/token", "+ws,header=@/run/token"),
    ("header=env:TOKEN", "+ws,header=env:TOKEN"),
];

#[test]
fn they_are_written_out_or_somewhere_else() {
    for (word, shown) in WRITTEN {
        let [endpoint] = &Endpoint::from_args(&["db:1", "+ws", word]).unwrap()[..] else {
            panic!("{word}");
        };
        assert_eq!(endpoint.to_string(), format!("tcp://db:1 {shown}"));
        let again = Endpoint::parse(&endpoint.to_text_with_secrets());
        assert_eq!(again.as_ref(), Ok(endpoint));
        assert!(!format!("{endpoint:?}").contains("t0p"));
    }
    for nowhere in ["@", "env:", "env:A=B"] {
        let refused = Endpoint::parse(&format!("db:1 +ws,header={nowhere}")).unwrap_err();
        let why = "header takes a text, or @FILE or env:NAME that holds it";
        assert_eq!(refused.problem(), why);
    }
}

#[test]
fn a_mistake_elsewhere_does_not_show_them() {
    for text in [
        r"db:1 '+ws,header=Cookie: a\,tép,path=/' +bogus",
        "db:1 +ws 'header=Cookie: a,tép' +bogus",
        "db:1 +bogus +ws 'header=Cookie: a,tép' ",
        "db:1 +via,socks5://a:Cookietép@h:1 +bogus",
        "db:1 +bogus +via,http://h:1 +via,url=http://a:Cookie:tép@h:1",
    ] {
        let refused = Endpoint::parse(text).unwrap_err();
        let place = text.find("+bogus").unwrap();
        assert_eq!(refused.place(), place..place + 6);
        let shown = format!("{refused}{refused:?}");
        assert!(
            !shown.contains("Cookie") && !shown.contains("ép"),
            "{shown}"
        );
        let lines: Vec<_> = refused.to_string().lines().map(str::to_owned).collect();
        assert_eq!(lines[1].find("+bogus"), lines[2].find('^'), "{lines:?}");
    }
}
