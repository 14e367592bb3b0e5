//! `+u`: members without a prefix are shown to halfops and above only.

use std::string::String;
use std::vec::Vec;

use super::net::{Net, Who, line, only};

/// ann, operator, vic, voice, and bob and cid, who have no prefix, in the auditorium #c.
fn auditorium() -> (Net, [Who; 4]) {
    let mut net = Net::new();
    let all = net.enter(["ann", "vic", "bob", "cid"]);
    let [ann, _, bob, cid] = all;
    net.says(ann, "JOIN #c");
    net.says(ann, "MODE #c +u");
    for who in &all[1..] {
        net.says(*who, "JOIN #c");
    }
    net.says(ann, "MODE #c +v vic");
    for who in [ann, bob, cid] {
        net.read(who);
    }
    net.read(all[1]);
    (net, all)
}

#[test]
fn names_and_who_show_whom_one_may_see() {
    let (mut net, [ann, vic, bob, _]) = auditorium();
    let mut names = |who| -> String {
        let lines = only(&net.says(who, "NAMES #c"), "353");
        lines[0].rsplit(':').next().unwrap().into()
    };
    assert_eq!(names(ann), "@ann +vic bob cid");
    assert_eq!(names(vic), "@ann +vic");
    assert_eq!(names(bob), "@ann +vic bob");
    assert_eq!(only(&net.says(bob, "WHO #c"), "352").len(), 3);
    assert_eq!(only(&net.says(ann, "WHO #c"), "352").len(), 4);
    net.says(bob, "MODE bob +i");
    let [out] = net.enter(["out"]);
    assert_eq!(only(&net.says(out, "NAMES #c"), "353").len(), 1);
    assert!(only(&net.says(vic, "WHOIS cid"), "319").is_empty());
    assert_eq!(only(&net.says(ann, "WHOIS cid"), "319").len(), 1);
}

#[test]
fn coming_and_going_is_seen_by_who_may_see_it() {
    let (mut net, [ann, vic, bob, cid]) = auditorium();
    let [dan] = net.enter(["dan"]);
    net.says(dan, "JOIN #c");
    assert_eq!(net.read(ann), line(":dan!u@h JOIN #c"));
    net.says(dan, "NICK don");
    net.says(dan, "PART #c");
    assert_eq!(net.read(ann), [":dan!u@h NICK don", ":don!u@h PART #c"]);
    net.says(ann, "KICK #c cid :out");
    assert_eq!(net.read(cid), line(":ann!u@h KICK #c cid :out"));
    net.says(bob, "QUIT");
    assert_eq!(net.read(ann), line(":bob!u@h QUIT :Quit"));
    assert!(net.read(vic).is_empty());
    net.says(vic, "PART #c");
    assert_eq!(net.read(ann).len(), 1);
}

#[test]
fn what_is_said_is_heard_by_all() {
    let (mut net, [ann, vic, bob, cid]) = auditorium();
    net.says(bob, "PRIVMSG #c :hi");
    for who in [ann, vic, cid] {
        assert_eq!(net.read(who), line(":bob!u@h PRIVMSG #c :hi"));
    }
}

#[test]
fn a_prefix_lets_a_member_appear_and_vanish() {
    let (mut net, [ann, vic, bob, cid]) = auditorium();
    let given = net.says(ann, "MODE #c +v bob");
    assert_eq!(given, line(":ann!u@h MODE #c +v bob"));
    assert_eq!(net.read(bob), given);
    for who in [vic, cid] {
        assert_eq!(
            net.read(who),
            [":bob!u@h JOIN #c", ":ann!u@h MODE #c +v bob"]
        );
    }
    net.says(ann, "MODE #c -v bob");
    assert_eq!(
        net.read(cid),
        [":ann!u@h MODE #c -v bob", ":bob!u@h PART #c"]
    );
    assert_eq!(net.read(bob), line(":ann!u@h MODE #c -v bob"));
    // Given and taken in one, it makes no difference.
    net.says(ann, "MODE #c +v-v bob bob");
    let seen: Vec<String> = net.read(cid);
    assert!(only(&seen, "JOIN").is_empty() && only(&seen, "PART").is_empty());
}
