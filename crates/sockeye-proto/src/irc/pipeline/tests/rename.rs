//! Channels that get another name (IRCv3 draft/channel-rename).

use std::format;

use super::net::{Net, Who, line, only, settings};

/// ann, operator of #old, bob, both of whom know RENAME, and cid, who does not.
fn room() -> (Net, [Who; 3]) {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "draft/channel-rename", Some("ann"));
    let bob = net.enter_with("bob", "draft/channel-rename draft/read-marker", Some("bob"));
    let [cid] = net.enter(["cid"]);
    for who in [ann, bob, cid] {
        net.says(who, "JOIN #old");
    }
    net.says(ann, "TOPIC #old :tea");
    for who in [ann, bob, cid] {
        net.read(who);
    }
    (net, [ann, bob, cid])
}

#[test]
fn who_knows_it_is_told_and_who_does_not_leaves_and_comes() {
    let (mut net, [ann, bob, cid]) = room();
    let renamed = line(":ann!u@h RENAME #old #New :better");
    assert_eq!(net.says(ann, "RENAME #old #New :better"), renamed);
    assert_eq!(net.read(bob), renamed);
    assert_eq!(
        net.read(cid),
        [
            ":cid!u@h PART #old :better",
            ":cid!u@h JOIN #New",
            ":hub.test 332 cid #New :tea",
            ":hub.test 333 cid #New ann!u@h 1767225600",
            ":hub.test 353 cid = #New :~ann bob cid",
            ":hub.test 366 cid #New :End of /NAMES list",
        ]
    );
    net.says(bob, "PRIVMSG #new :all still here");
    for who in [ann, cid] {
        assert_eq!(net.read(who), line(":bob!u@h PRIVMSG #New :all still here"));
    }
    let gone = line(":hub.test 403 bob #old :No such channel");
    assert_eq!(net.says(bob, "TOPIC #old"), gone);
}

#[test]
fn one_that_does_not_know_it_may_rename_all_the_same() {
    let (mut net, [ann, _, cid]) = room();
    net.says(ann, "MODE #old +o cid");
    net.read(cid);
    let lines = net.says(cid, "RENAME #old #new");
    assert_eq!(lines[..2], [":cid!u@h PART #old", ":cid!u@h JOIN #new"]);
    assert_eq!(net.read(ann), line(":cid!u@h RENAME #old #new :"));
}

#[test]
fn another_case_makes_nobody_leave() {
    let (mut net, [ann, bob, cid]) = room();
    net.says(ann, "RENAME #old #OLD");
    assert_eq!(net.read(bob), line(":ann!u@h RENAME #old #OLD :"));
    assert!(net.read(cid).is_empty());
    assert!(net.says(cid, "TOPIC #old")[0].contains(" #OLD "));
}

#[test]
fn what_may_not_be_is_refused() {
    let (mut net, [ann, bob, _]) = room();
    net.says(ann, "JOIN #other");
    for (who, words, refusal) in [
        (bob, "#old #new", "482 bob #old :"),
        (bob, "#other #new", "442 bob #other :"),
        (bob, "#none #new", "403 bob #none :"),
        (ann, "#old", "461 ann RENAME :"),
        (
            ann,
            "#old #OTHER",
            "FAIL RENAME CHANNEL_NAME_IN_USE #old #OTHER :",
        ),
        (ann, "#old #old", "FAIL RENAME CANNOT_RENAME #old #old :"),
        (ann, "#old new", "FAIL RENAME CANNOT_RENAME #old new :"),
    ] {
        let lines = net.says(who, &format!("RENAME {words}"));
        let start = format!(":hub.test {refusal}");
        assert!(
            lines.len() == 1 && lines[0].starts_with(&start),
            "{lines:?}"
        );
    }
}

#[test]
fn so_many_leave_and_come_and_no_more() {
    let (mut net, [ann, ..]) = room();
    for n in 0..200 {
        let [who] = net.enter([&*format!("n{n}")]);
        net.says(who, "JOIN #old");
    }
    let refused = only(&net.says(ann, "RENAME #old #new"), "FAIL");
    assert!(refused[0].contains("CANNOT_RENAME"), "{refused:?}");
    net.read(ann);
    assert_eq!(net.says(ann, "RENAME #old #Old").len(), 1);
}

#[test]
fn the_new_name_and_what_was_read_outlive_a_restart() {
    let (mut net, [ann, bob, _]) = room();
    net.says(ann, "JOIN #passing");
    let time = "timestamp=2026-01-01T00:00:00.000Z";
    net.says(bob, &format!("MARKREAD #old {time}"));
    net.says(ann, "RENAME #old #new");
    net.says(ann, "RENAME #passing #stays");
    let marked = line(&format!(":hub.test MARKREAD #new {time}"));
    net.read(bob);
    assert_eq!(net.says(bob, "MARKREAD #new"), marked);
    let mut again = net.restarted(settings());
    let bob = again.enter_with("bob", "", Some("bob"));
    assert_eq!(again.says(bob, "MARKREAD #new"), marked);
    let topic = again.says(bob, "JOIN #new");
    assert!(only(&topic, "332")[0].ends_with(" #new :tea"));
    assert!(only(&again.says(bob, "JOIN #old"), "332").is_empty());
    assert_eq!(again.pipeline.channels(), 3);
}
