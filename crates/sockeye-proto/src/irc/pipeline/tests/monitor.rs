//! MONITOR and extended-monitor.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::net::{Net, account_ref, id, line, only, settings, untagged};
use crate::irc::input::Input;
use crate::irc::settings::Settings;

#[test]
fn a_list_is_kept_shown_and_cleared() {
    let mut net = Net::new();
    let [ann, _] = net.enter(["ann", "bob"]);
    assert_eq!(
        net.says(ann, "MONITOR + BOB,cid,b*d,cid"),
        [
            ":hub.test 432 ann b*d :Erroneus nickname",
            ":hub.test 730 ann :bob!u@h",
            ":hub.test 731 ann :cid,cid",
        ]
    );
    assert_eq!(
        net.says(ann, "MONITOR L"),
        [
            ":hub.test 732 ann :BOB,cid",
            ":hub.test 733 ann :End of MONITOR list"
        ]
    );
    assert_eq!(
        net.says(ann, "MONITOR S"),
        [":hub.test 730 ann :bob!u@h", ":hub.test 731 ann :cid"]
    );
    assert!(net.says(ann, "MONITOR - bob,nobody").is_empty());
    assert_eq!(net.says(ann, "MONITOR L")[0], ":hub.test 732 ann :cid");
    assert!(net.says(ann, "MONITOR C").is_empty());
    assert_eq!(net.says(ann, "MONITOR L").len(), 1);
    assert!(net.says(ann, "MONITOR S").is_empty());
    for (wrong, numeric) in [
        ("MONITOR", "461"),
        ("MONITOR +", "461"),
        ("MONITOR - :", "461"),
        ("MONITOR X", "400"),
    ] {
        assert_eq!(only(&net.says(ann, wrong), numeric).len(), 1, "{wrong}");
    }
}

#[test]
fn services_are_always_there() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    let there = ":hub.test 730 ann :bob!u@h,NickServ!NickServ@hub.test,ChanServ!ChanServ@hub.test";
    net.enter(["bob"]);
    assert_eq!(
        net.says(ann, "MONITOR + nickserv,bob,chanserv,memoserv"),
        [there, ":hub.test 731 ann :memoserv"]
    );
    assert_eq!(only(&net.says(ann, "MONITOR S"), "730").len(), 1);
    // Where there are no accounts there is none of them.
    let mut net = Net::with(Settings {
        accounts: false,
        ..settings()
    });
    let [ann] = net.enter(["ann"]);
    let gone = line(":hub.test 731 ann :nickserv");
    assert_eq!(net.says(ann, "MONITOR + nickserv"), gone);
}

#[test]
fn coming_going_and_renaming_are_told() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "server-time", None);
    net.says(ann, "MONITOR + bob,cid");
    let [bob] = net.enter(["Bob"]);
    let told = net.read(ann);
    assert!(told[0].starts_with("@time="), "{told:?}");
    assert_eq!(untagged(&told[0]), ":hub.test 730 * :Bob!u@h");
    net.says(bob, "NICK BOB");
    assert!(net.read(ann).is_empty());
    net.says(bob, "NICK cid");
    let told = net.read(ann);
    let told: Vec<_> = told.iter().map(|line| untagged(line)).collect();
    assert_eq!(told, [":hub.test 731 * :BOB", ":hub.test 730 * :cid!u@h"]);
    net.says(bob, "QUIT");
    assert_eq!(untagged(&net.read(ann)[0]), ":hub.test 731 * :cid");
    // Who has left is told nothing any more, nor is there anything left of its list.
    net.says(ann, "QUIT");
    net.enter(["bob"]);
}

#[test]
fn a_list_has_a_limit_and_long_answers_have_more_lines() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    let nicks: Vec<String> = (0..101).map(|n| format!("somebody-{n:03}")).collect();
    for some in nicks[..100].chunks(25) {
        let offline = net.says(ann, &["MONITOR + ", &some.join(",")].concat());
        assert_eq!(only(&offline, "731").len(), 1);
    }
    assert_eq!(
        net.says(ann, "MONITOR + somebody-100,SOMEBODY-001,x"),
        [
            ":hub.test 731 ann :SOMEBODY-001",
            ":hub.test 734 ann 100 somebody-100,x :Monitor list is full.",
        ]
    );
    let listed = only(&net.says(ann, "MONITOR L"), "732");
    assert!(listed.len() > 1);
    assert!(listed.iter().all(|line| line.len() <= 510));
    let all: Vec<_> = listed
        .iter()
        .flat_map(|line| line.split_once(" :").unwrap().1.split(','))
        .collect();
    assert_eq!(all, nicks[..100]);
}

#[test]
fn extended_monitor_tells_what_peers_are_told() {
    let mut net = Net::new();
    let caps = "extended-monitor away-notify account-notify chghost setname";
    let ann = net.enter_with("ann", caps, None);
    let some = net.enter_with("some", "extended-monitor setname", None);
    let without = net.enter_with("without", "away-notify setname", None);
    for who in [ann, some, without] {
        net.says(who, "MONITOR + bob");
    }
    let [bob] = net.enter(["bob"]);
    for who in [ann, some, without] {
        net.read(who);
    }
    let session = id(bob);
    net.says(bob, "AWAY :x");
    let account = account_ref("acc");
    net.input(Input::Login { session, account });
    net.says(bob, "SETNAME :New");
    let (user, host) = ("v".into(), "w".into());
    net.input(Input::Host {
        session,
        user,
        host,
    });
    assert_eq!(
        net.read(ann),
        [
            ":bob!u@h AWAY :x",
            ":bob!u@h ACCOUNT acc",
            ":bob!u@h SETNAME :New",
            ":bob!u@h CHGHOST v w",
        ]
    );
    assert_eq!(net.read(some), line(":bob!u@h SETNAME :New"));
    assert!(net.read(without).is_empty());
    // Once only to who also shares a channel.
    net.says(bob, "JOIN #c");
    net.says(ann, "JOIN #c");
    net.read(ann);
    net.says(bob, "AWAY");
    assert_eq!(net.read(ann), line(":bob!v@w AWAY"));
}
