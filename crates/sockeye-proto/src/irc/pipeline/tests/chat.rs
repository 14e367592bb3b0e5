//! Coming, talking, leaving.

use std::vec::Vec;

use super::net::{Net, line, only, tag, untagged};

#[test]
fn a_client_is_welcomed() {
    let mut net = Net::new();
    let ann = net.candidate("ann", "", None);
    let lines = net.read(ann);
    assert_eq!(lines[0], "(entered)");
    assert_eq!(
        lines[1],
        ":hub.test 001 ann :Welcome to the Test Net Network, ann!u@h"
    );
    let numerics: Vec<_> = lines[1..]
        .iter()
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    let wanted = [
        "001", "002", "003", "004", "005", "005", "005", "251", "252", "254", "255", "265", "266",
        "375", "372", "376",
    ];
    assert_eq!(numerics, wanted);
    assert_eq!(net.done(ann), 1);
}

#[test]
fn a_nick_belongs_to_one() {
    let mut net = Net::new();
    net.enter(["ann"]);
    let other = net.candidate("Ann", "", None);
    assert_eq!(
        net.read(other),
        line(":hub.test 433 * Ann :Nickname is already in use")
    );
}

#[test]
fn two_clients_talk_in_a_channel() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    let joined = net.says(ann, "JOIN #Tea");
    assert_eq!(
        joined,
        [
            ":ann!u@h JOIN #Tea",
            ":hub.test 353 ann = #Tea :@ann",
            ":hub.test 366 ann #Tea :End of /NAMES list"
        ]
    );
    let joined = net.says(bob, "JOIN #tea");
    assert_eq!(joined[0], ":bob!u@h JOIN #Tea");
    assert_eq!(joined[1], ":hub.test 353 bob = #Tea :@ann bob");
    assert_eq!(net.read(ann), line(":bob!u@h JOIN #Tea"));

    assert!(net.says(ann, "PRIVMSG #TEA :hello  there").is_empty());
    assert_eq!(net.read(bob), line(":ann!u@h PRIVMSG #Tea :hello  there"));
    assert!(net.says(bob, "PRIVMSG ANN hi").is_empty());
    assert_eq!(net.read(ann), line(":bob!u@h PRIVMSG ann :hi"));
}

#[test]
fn what_a_line_carries_depends_on_who_reads_it() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "message-tags echo-message server-time", None);
    let bob = net.enter_with("bob", "server-time", None);
    let cid = net.enter_with("cid", "message-tags", None);
    let [dan] = net.enter(["dan"]);
    for who in [ann, bob, cid, dan] {
        net.says(who, "JOIN #c");
    }
    for who in [ann, bob, cid] {
        net.read(who);
    }
    let echo = net.says(ann, "@+x=1;y=2 PRIVMSG #c :hi");
    let (bob, cid, dan) = (net.read(bob), net.read(cid), net.read(dan));
    for lines in [&echo, &bob, &cid, &dan] {
        assert_eq!(untagged(&lines[0]), ":ann!u@h PRIVMSG #c :hi");
        assert_eq!(lines.len(), 1);
    }
    assert_eq!(
        bob[0].split(' ').next(),
        Some("@time=2026-01-01T00:00:00.000Z")
    );
    assert_eq!(tag(&echo[0], "time"), Some("2026-01-01T00:00:00.000Z"));
    assert_eq!(tag(&cid[0], "time"), None);
    assert!(tag(&echo[0], "msgid").is_some());
    assert_eq!(tag(&echo[0], "msgid"), tag(&cid[0], "msgid"));
    assert_eq!(tag(&cid[0], "+x"), Some("1"));
    assert_eq!(tag(&cid[0], "y"), None);
}

#[test]
fn who_leaves_is_seen_once_by_each() {
    let mut net = Net::new();
    let [ann, bob, cid] = net.enter(["ann", "bob", "cid"]);
    for who in [ann, bob] {
        net.says(who, "JOIN #a,#b");
    }
    net.says(cid, "JOIN #c");
    net.read(ann);
    let lines = net.says(bob, "QUIT :bye");
    assert_eq!(lines, line("ERROR :Closing link: bob!u@h (Quit: bye)"));
    assert!(net.is_closed(bob));
    assert_eq!(net.read(ann), line(":bob!u@h QUIT :Quit: bye"));
    assert!(net.read(cid).is_empty());
    assert_eq!(
        only(&net.says(ann, "NAMES #a"), "353"),
        line(":hub.test 353 ann = #a :@ann")
    );
}
