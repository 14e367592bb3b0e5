//! `explain`: the canonical stack, as a snapshot and as objects.

use super::*;

#[test]
fn stacks_with_every_default() {
    let lines: &[&[&str]] = &[
        &["8080"],
        &[":8080", "+limit,per-ip=20", "+idle,90s", "echo:"],
        &["unix:/run/app.sock", "+unix,mode=660,unlink"],
        &["tcp-l://[::1]:9000", "+tcp,nodelay=off", "exec:cat -n"],
    ];
    let mut all = String::new();
    for words in lines {
        let output = run(&[&["explain"], *words].concat(), b"");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        all += &format!("$ sockeye explain {}\n{text}\n", words.join(" "));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn objects_say_which_values_are_defaults() {
    let output = run(&["explain", "--json", "db:1", "+tcp,nodelay=off"], b"");
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(object["endpoint"], "tcp://db:1 +tcp,nodelay=off");
    assert_eq!(object["words"][0]["word"], "tcp");
    let nodelay = serde_json::json!({"key": "nodelay", "value": "off", "default": false});
    assert_eq!(object["words"][0]["settings"][0], nodelay);
    let keepalive = serde_json::json!({"key": "keepalive", "value": "1m", "default": true});
    assert_eq!(object["words"][0]["settings"][1], keepalive);
}

#[test]
fn what_is_written_twice_is_shown_twice() {
    let words = ["h:1", "+tcp,opt=1:2:3,opt=4:5:6"];
    let hops = ["+via,socks5://first:1", "+via,http://last:2"];
    let output = run(&[&["explain"], &words[..], &hops[..]].concat(), b"");
    let text = String::from_utf8(output.stdout).unwrap();
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
    assert!(at("    opt=1:2:3 ") < at("    opt=4:5:6 "), "{text}");
    let (first, last) = (
        at("    url=socks5://first:1 "),
        at("    url=http://last:2 "),
    );
    assert!(first < last, "{text}");
    assert_eq!(text.matches("\n  +tcp ").count(), 1, "{text}");
}
