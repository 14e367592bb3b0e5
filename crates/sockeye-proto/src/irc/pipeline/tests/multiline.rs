//! Messages of several lines (IRCv3 draft/multiline).

use std::string::String;
use std::vec::Vec;
use std::{format, vec};

use super::net::{Net, Who, line, tag, untagged};
use crate::irc::event::{Fact, MessageKind, StoredMessage};
use crate::irc::history::{Found, encode};

const CAPS: &str = "batch draft/multiline message-tags echo-message labeled-response account-tag draft/chathistory";

/// ann and bob with everything, and old without anything, all on #c.
fn room() -> (Net, [Who; 3]) {
    let mut net = Net::new();
    let ann = net.enter_with("ann", CAPS, Some("ann"));
    let bob = net.enter_with("bob", CAPS, Some("bob"));
    let old = net.enter_with("old", "", None);
    for who in [ann, bob, old] {
        net.says(who, "JOIN #c");
    }
    for who in [ann, bob, old] {
        net.read(who);
    }
    (net, [ann, bob, old])
}

/// Sends a batch with these lines; one that begins with `\r` goes on with the one before.
fn sends(net: &mut Net, who: Who, head: &str, target: &str, lines: &[&str]) -> Vec<String> {
    net.writes(who, &format!("{head}BATCH +b draft/multiline {target}"));
    for text in lines {
        let (concat, text) = match text.strip_prefix('\r') {
            Some(text) => (";draft/multiline-concat", text),
            None => ("", *text),
        };
        net.writes(who, &format!("@batch=b{concat} PRIVMSG {target} :{text}"));
    }
    net.says(who, "BATCH -b")
}

fn stored(net: &Net) -> Option<&StoredMessage> {
    net.log.iter().rev().find_map(|record| match &record.fact {
        Fact::Message(message) => Some(message),
        Fact::Direct(direct) => Some(&direct.message),
        _ => None,
    })
}

const LINES: [&str; 4] = ["hello", "", "how is ", "\reveryone?"];

#[test]
fn those_who_know_it_get_a_batch_and_the_others_its_lines() {
    let (mut net, [ann, bob, old]) = room();
    let echo = sends(&mut net, ann, "@label=l;+t=1 ", "#c", &LINES);
    let seen = net.read(bob);
    let msgid = tag(&seen[0], "msgid").unwrap();
    assert_eq!(
        seen,
        [
            format!("@account=ann;msgid={msgid};+t=1 :ann!u@h BATCH +{msgid} draft/multiline #c"),
            format!("@batch={msgid} :ann!u@h PRIVMSG #c :hello"),
            format!("@batch={msgid} :ann!u@h PRIVMSG #c :"),
            format!("@batch={msgid} :ann!u@h PRIVMSG #c :how is "),
            format!("@batch={msgid};draft/multiline-concat :ann!u@h PRIVMSG #c :everyone?"),
            format!(":ann!u@h BATCH -{msgid}"),
        ]
    );
    // The label is on the line that opens the batch, and nowhere else.
    assert_eq!(tag(&echo[0], "label"), Some("l"));
    assert_eq!(echo[0].replace("label=l;", ""), seen[0]);
    assert_eq!(echo[1..], seen[1..]);
    assert_eq!(
        net.read(old),
        [
            ":ann!u@h PRIVMSG #c :hello",
            ":ann!u@h PRIVMSG #c :how is ",
            ":ann!u@h PRIVMSG #c :everyone?"
        ]
    );
    let rows = net
        .log
        .iter()
        .filter(|r| matches!(r.fact, Fact::Message(_)));
    assert_eq!(rows.count(), 1);
    assert_eq!(stored(&net).unwrap().text, "hello\n\nhow is \reveryone?");
}

#[test]
fn tags_of_the_message_are_on_its_first_line_only() {
    let (mut net, [ann, ..]) = room();
    let caps = "message-tags account-tag";
    let tags = net.enter_with("tags", caps, None);
    net.says(tags, "JOIN #c");
    sends(&mut net, ann, "@+t=1 ", "#c", &["", "a", "b"]);
    let seen = net.read(tags);
    let msgid = tag(&seen[0], "msgid").unwrap();
    assert_eq!(
        seen,
        [
            format!("@account=ann;msgid={msgid};+t=1 :ann!u@h PRIVMSG #c :a"),
            "@account=ann :ann!u@h PRIVMSG #c :b".into()
        ]
    );
}

#[test]
fn a_batch_of_one_line_is_a_message() {
    let (mut net, [ann, bob, _]) = room();
    let echo = sends(&mut net, ann, "@label=l ", "#c", &["hi"]);
    assert_eq!(untagged(&echo[0]), ":ann!u@h PRIVMSG #c :hi");
    assert_eq!((echo.len(), tag(&echo[0], "label")), (1, Some("l")));
    assert_eq!(untagged(&net.read(bob)[0]), ":ann!u@h PRIVMSG #c :hi");
}

#[test]
fn notices_and_direct_messages_are_of_several_lines_too() {
    let (mut net, [ann, bob, old]) = room();
    net.says(bob, "AWAY :out");
    let echo = sends(&mut net, ann, "@label=l ", "bob", &["a", "b"]);
    // Two answers stand in a batch of their own, and one of them is a batch again.
    assert_eq!(untagged(&echo[0]), ":hub.test BATCH +1 labeled-response");
    assert_eq!(tag(&echo[0], "label"), Some("l"));
    assert!(echo[1].starts_with("@batch=1 :hub.test 301"), "{echo:?}");
    assert!(echo[2].starts_with("@batch=1;") && echo[2].contains("draft/multiline bob"));
    assert!(echo[3].starts_with("@batch=0000"), "{echo:?}");
    assert!(echo[5].starts_with("@batch=1 :ann!u@h BATCH -0000"));
    assert_eq!(echo.len(), 7);
    assert_eq!(net.read(bob).len(), 4);
    net.writes(ann, "BATCH +b draft/multiline old");
    net.writes(ann, "@batch=b NOTICE old :a");
    net.writes(ann, "@batch=b NOTICE old :b");
    net.says(ann, "BATCH -b");
    assert_eq!(
        net.read(old),
        [":ann!u@h NOTICE old :a", ":ann!u@h NOTICE old :b"]
    );
    assert_eq!(stored(&net).unwrap().kind, MessageKind::Notice);
}

#[test]
fn modes_bans_and_prefixes_hold_for_it() {
    for (mode, code) in [
        ("+m", "404"),
        ("+C", "404"),
        ("+b *!*@h", "404"),
        ("+n", ""),
    ] {
        let (mut net, [ann, bob, old]) = room();
        net.says(ann, &format!("MODE #c {mode}"));
        net.read(bob);
        let answer = sends(&mut net, bob, "", "#c", &["a", "\u{1}VERSION\u{1}"]);
        let is_heard = net.read(old).len() > 1;
        assert_eq!(is_heard, code.is_empty(), "{mode}");
        assert_eq!(untagged(&answer[0]).contains(" 404 bob #c "), !is_heard);
        assert_eq!(stored(&net).is_some(), is_heard);
    }
    let (mut net, [ann, bob, old]) = room();
    net.says(ann, "PART #c");
    net.says(ann, "JOIN #c");
    net.says(ann, "MODE #c +o bob");
    for who in [bob, old] {
        net.read(who);
    }
    sends(&mut net, old, "", "@#c", &["a", "b"]);
    // old has not asked for it.
    assert!(net.read(bob).is_empty());
    sends(&mut net, ann, "", "@#c", &["a", "b"]);
    let seen = net.read(bob);
    assert!(untagged(&seen[1]).ends_with("PRIVMSG @#c :a"), "{seen:?}");
    assert!(net.read(old).is_empty() && stored(&net).is_none());
}

#[test]
fn who_has_not_asked_for_it_cannot_send_it() {
    let (mut net, [_, bob, old]) = room();
    let answer = sends(&mut net, old, "", "#c", &["a", "b"]);
    assert_eq!(answer, line(":hub.test 421 old BATCH :Unknown command"));
    assert!(net.read(bob).is_empty());
}

#[test]
fn faults_are_told_with_the_label() {
    let (mut net, [ann, bob, _]) = room();
    let fails = |net: &mut Net, target: &str, texts: &[&str]| {
        let mut said = Vec::new();
        net.writes(ann, &format!("@label=x BATCH +b draft/multiline {target}"));
        for text in texts {
            let text = format!("@batch=b PRIVMSG #c :{text}");
            said.extend(net.says(ann, &text));
        }
        said.extend(net.says(ann, "BATCH -b"));
        said
    };
    let long = "x".repeat(400);
    let start = "@label=x :hub.test FAIL BATCH ";
    for (target, texts, fault) in [
        ("#c", vec![&*long; 30], "MULTILINE_MAX_BYTES 8192 :"),
        ("#c", vec!["x"; 101], "MULTILINE_MAX_LINES 100 :"),
        ("#d", vec!["x"], "MULTILINE_INVALID_TARGET #d #c :"),
        ("#c", vec![""], "MULTILINE_INVALID :A batch with blank"),
        ("#c", vec![], "MULTILINE_INVALID :A batch without"),
    ] {
        let said = fails(&mut net, target, &texts);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with(&[start, fault].concat()), "{said:?}");
    }
    let said = sends(&mut net, ann, "", "NickServ", &["IDENTIFY a", "b"]);
    assert!(said[0].contains("FAIL BATCH MULTILINE_INVALID :Services"));
    assert!(!net.has_asked(ann));
    let said = net.says(ann, "BATCH -nothing");
    assert!(said[0].contains("FAIL BATCH MULTILINE_INVALID :No such"));
    let said = sends(&mut net, ann, "", "#none", &["a", "b"]);
    assert_eq!(said, line(":hub.test 403 ann #none :No such channel"));
    assert!(net.read(bob).is_empty() && stored(&net).is_none());
}

#[test]
fn each_line_fits_or_none_is_sent() {
    let (mut net, [ann, bob, _]) = room();
    // `:ann!u@h PRIVMSG #c :` and CR LF take 23 of 512 bytes.
    let fits = "x".repeat(489);
    assert_eq!(sends(&mut net, ann, "", "#c", &["a", &fits]).len(), 4);
    net.read(bob);
    net.writes(ann, "NICK annann");
    net.read(bob);
    net.read(ann);
    let said = sends(&mut net, ann, "", "#c", &["a", &fits]);
    assert_eq!(said, line(":hub.test 417 annann :Input line was too long"));
    assert!(net.read(bob).is_empty());
}

#[test]
fn what_cannot_be_stored_is_not_sent() {
    let (mut net, [ann, bob, _]) = room();
    net.slow_log();
    assert!(sends(&mut net, ann, "@label=l ", "#c", &["a", "b"]).is_empty());
    assert!(net.read(bob).is_empty());
    net.fail();
    let said = net.read(ann);
    assert!(
        said[0].starts_with("@label=l :hub.test 404 ann #c"),
        "{said:?}"
    );
    assert!(net.read(bob).is_empty());
}

#[test]
fn history_gives_it_back_as_it_was() {
    let (mut net, [ann, bob, old]) = room();
    sends(&mut net, ann, "@+t=1 ", "#c", &LINES);
    let live = net.read(bob);
    let answer = |net: &mut Net, who: Who, line: &str| {
        net.says(who, line);
        let request = net.histories(who).pop().unwrap();
        let record = net
            .log
            .iter()
            .rev()
            .find(|r| matches!(r.fact, Fact::Message(_)));
        let bytes = encode(
            &request.reply,
            &Found::Messages(vec![record.unwrap().clone()]),
        );
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.lines().map(String::from).collect::<Vec<_>>()
    };
    let lines = answer(&mut net, bob, "CHATHISTORY LATEST #c * 10");
    let batch = lines[0]
        .split('+')
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    let outer = format!("@batch={batch}");
    assert_eq!(lines[1], live[0].replacen('@', &format!("{outer};"), 1));
    assert_eq!(lines[2..6], live[1..5]);
    assert_eq!(lines[6], format!("{outer} {}", live[5]));
    assert_eq!(lines.len(), 8);
    net.says(old, "PART #c");
    let lines = answer(&mut net, old, "JOIN #c");
    assert_eq!(
        lines,
        ["hello", "how is ", "everyone?"]
            .map(|text| format!(":ann!u@h PRIVMSG #c :[2026-01-01 00:00] {text}"))
    );
}

#[test]
fn it_lasts_over_a_restart() {
    let (mut net, [ann, ..]) = room();
    sends(&mut net, ann, "", "#c", &LINES);
    let again = net.restarted(super::net::settings());
    assert_eq!(again.pipeline.snapshot().1, net.pipeline.snapshot().1);
}
