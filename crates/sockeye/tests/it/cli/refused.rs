//! Command lines that are refused: exit 2, a caret under the culprit, what was meant.

use super::*;

/// Runs each command line and returns what it said.
fn said(lines: &[&[&str]]) -> String {
    let mut all = String::new();
    for words in lines {
        let output = run(words, b"");
        assert_eq!(
            output.status.code(),
            Some(2),
            "{words:?}: {}",
            stderr(&output)
        );
        assert!(output.stdout.is_empty(), "{words:?}");
        all += &format!("$ sockeye {}\n{}\n", words.join(" "), stderr(&output));
    }
    all
}

#[test]
fn endpoints_with_mistakes() {
    let said = said(&[
        &["connect", "example.org", "80"],
        &["connect", "tpc://example.org:80"],
        &["connect", "example.org:99999"],
        &["connect", "fe80::1"],
        &["connect", "echo"],
        &["connect", "/run/app.sock"],
        &["connect", "db:5432", "+tpc,nodelay"],
        &["connect", "db:5432", "+tcp,nodealy"],
        &["connect", "db:5432", "+tcp,nodelay=maybe"],
        &["connect", "db:5432", "+idle,30"],
        &["connect", "db:5432", "+tcp", "sndbuf=lots"],
        &["connect", "+tcp", "db:5432"],
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn what_cannot_act_where_it_stands() {
    let said = said(&[
        &["connect", "echo:"],
        &["connect", "db:5432", "+limit,conns=5"],
        &["connect", "db:5432", "+limit,burst=4M"],
        &["listen", "8080", "echo:", "+limit,rate=1M"],
        &["listen", "8080", "+retry,5"],
        &["connect", "db:5432", "+tcp,resolve=other:5432:10.0.0.5"],
        &["connect", "db:5432", "+tcp,opt=1:2"],
        &["connect", "db:5432", "+limit,rate=0"],
        &["connect", "db:5432", "+deny,10.0.0.0/8"],
        &["listen", "unix:/run/app.sock", "+allow,10.0.0.0/8"],
        &["listen", "8080", "+allow,10.0.0.0/8,10.1.0.0/40"],
        &["listen", "8080", "+allow"],
        &["connect", "db:5432", "+tcp,backlog=5"],
        &["connect", "unix:/run/app.sock", "+tcp,nodelay"],
        &["connect", "tcp-l://:9000"],
        &["connect", "-4", "exec:cat"],
        &["connect", "-6", "127.0.0.1:80"],
        &["connect", "80", "81"],
        &["listen", "exec:cat", "8080"],
        &["listen", "-"],
        &["listen", "8080", "echo:", "hello:"],
        &[
            "listen",
            "8080",
            "+limit,conns=5",
            "echo:",
            "--max-conns",
            "5",
        ],
        &["listen", "8080", "+idle,30s", "echo:"],
        &["listen", "8080", "chat:"],
        &["listen", "8080", "echo:", "--keep"],
        &["relay", "8080"],
        &["relay", "-", "-"],
        &["relay", "8080", "8081", "--keep"],
        &["relay", "8080", "echo:"],
        &["probe", "exec:cat"],
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn what_is_to_come() {
    let said = said(&[
        &["watch", "db:5432"],
        &["connect", "quic://example.org:443"],
        &["connect", "db:5432", "+fault,latency=5ms"],
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn flags_with_mistakes() {
    let output = run(&["listen", "0", "echo:", "--drain", "10"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("takes a time such as 250ms"),
        "{}",
        stderr(&output)
    );
    let output = run(&["conect", "80"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("similar subcommand exists: 'connect'"));
    let output = run(&["listen", "0", "echo:", "--ready-fd", "77"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "error: start --ready-fd: descriptor 77 is not open\n"
    );
}

#[test]
fn errors_are_objects_for_programs() {
    let output = run(&["connect", "--json", "example.org", "80"], b"");
    let object: serde_json::Value = serde_json::from_str(&stderr(&output)).unwrap();
    assert_eq!(object["event"], "error");
    assert_eq!(object["exit_code"], 2);
    assert_eq!(object["hint"], "did you mean example.org:80?");
}
