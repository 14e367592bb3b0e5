//! Bans, exceptions, invitation exceptions, extended bans, and what keeps clients out or silent.

use std::format;

use super::net::{Net, Who, line, only};

/// ann, operator, and bob, logged in as `rob`, in #c, with all read.
fn room() -> (Net, Who, Who) {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    let bob = net.enter_with("bob", "", Some("rob"));
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.read(ann);
    (net, ann, bob)
}

fn joins(net: &mut Net, who: Who) -> bool {
    net.says(who, "PART #c");
    !only(&net.says(who, "JOIN #c"), "JOIN").is_empty()
}

fn is_refused(net: &mut Net, who: Who, said: &str) -> bool {
    net.read(who);
    !only(&net.says(who, said), "404").is_empty()
}

#[test]
fn each_list_is_shown_with_its_numerics() {
    let (mut net, ann, bob) = room();
    net.says(ann, "MODE #c +bbe a:rob m:bad *@home");
    net.says(ann, "MODE #c +I guest");
    net.read(bob);
    let shown = net.says(bob, "MODE #c bb");
    assert_eq!(
        shown,
        [
            ":hub.test 367 bob #c a:rob ann!u@h 1767225600",
            ":hub.test 367 bob #c m:bad!*@* ann!u@h 1767225600",
            ":hub.test 368 bob #c :End of channel ban list",
        ]
    );
    let shown = net.says(bob, "MODE #c +eI");
    assert_eq!(
        shown,
        [
            ":hub.test 348 bob #c *!*@home ann!u@h 1767225600",
            ":hub.test 349 bob #c :End of channel exception list",
            ":hub.test 346 bob #c guest!*@* ann!u@h 1767225600",
            ":hub.test 347 bob #c :End of channel invite exception list",
        ]
    );
    for (letter, end) in [("b", "368"), ("e", "349"), ("I", "347")] {
        let [cid] = net.enter([&*format!("cid{letter}")]);
        net.says(ann, "MODE #c +s");
        let refused = net.says(cid, &format!("MODE #c {letter}"));
        assert!(only(&refused, "442").len() == 1 && only(&refused, end).is_empty());
    }
}

#[test]
fn entries_that_fit_nobody_are_refused() {
    let (mut net, ann, _) = room();
    for (letter, entry) in [('b', "a:"), ('b', "m:"), ('e', "m:a:"), ('I', "m:bad")] {
        let refused = net.says(ann, &format!("MODE #c +{letter} {entry}"));
        let wanted = format!(
            ":hub.test 696 ann #c {letter} {entry} :A mask has no spaces and at most 128 bytes"
        );
        assert_eq!(refused, line(&wanted));
    }
}

#[test]
fn a_ban_of_an_account_fits_under_any_nick() {
    let (mut net, ann, bob) = room();
    net.says(ann, "MODE #c +b a:ROB");
    assert!(is_refused(&mut net, bob, "PRIVMSG #c :x"));
    net.says(bob, "PART #c");
    net.says(bob, "NICK other");
    let refused = line(":hub.test 474 other #c :Cannot join channel (+b)");
    assert_eq!(net.says(bob, "JOIN #c"), refused);
    net.says(ann, "MODE #c +e other");
    assert!(joins(&mut net, bob));
    assert!(!is_refused(&mut net, bob, "PRIVMSG #c :x"));
}

#[test]
fn the_muted_join_and_do_not_speak() {
    let (mut net, ann, bob) = room();
    net.says(ann, "MODE #c +b m:bob");
    assert!(joins(&mut net, bob));
    let refused = line(":hub.test 404 bob #c :Cannot send to channel (+b)");
    assert_eq!(net.says(bob, "PRIVMSG #c :x"), refused);
    assert!(net.says(bob, "NOTICE #c :x").is_empty());
    net.says(ann, "MODE #c +e m:a:rob");
    assert!(!is_refused(&mut net, bob, "PRIVMSG #c :x"));
    net.says(ann, "MODE #c -e+b m:a:rob bob");
    // An exception from the mute alone does not let the banned in.
    net.says(ann, "MODE #c +e m:bob");
    assert!(!joins(&mut net, bob));
}

#[test]
fn who_may_not_speak_keeps_the_nick_of_the_ban() {
    let (mut net, ann, bob) = room();
    net.says(ann, "MODE #c +b m:bob");
    net.read(bob);
    let refused = ":hub.test 435 bob rob #c :Cannot change nickname while banned on channel";
    assert_eq!(net.says(bob, "NICK rob"), line(refused));
    net.says(ann, "MODE #c +v bob");
    net.read(bob);
    assert_eq!(net.says(bob, "NICK rob"), line(":bob!u@h NICK rob"));
}

#[test]
fn the_invitation_list_is_a_standing_invitation() {
    let (mut net, ann, bob) = room();
    let [cid] = net.enter(["cid"]);
    net.says(ann, "MODE #c +iI a:rob");
    assert!(joins(&mut net, bob));
    assert!(!joins(&mut net, cid));
    net.says(ann, "MODE #c +I cid");
    assert!(joins(&mut net, cid));
}

#[test]
fn a_channel_may_be_for_who_is_logged_in() {
    let (mut net, ann, bob) = room();
    let [cid] = net.enter(["cid"]);
    net.says(ann, "MODE #c +R");
    let refused = line(":hub.test 477 cid #c :Cannot join channel (+R)");
    assert_eq!(net.says(cid, "JOIN #c"), refused);
    assert!(joins(&mut net, bob));
    net.says(ann, "MODE #c -R+M");
    assert!(joins(&mut net, cid));
    let refused = line(":hub.test 404 cid #c :Cannot send to channel (+M)");
    assert_eq!(net.says(cid, "PRIVMSG #c :x"), refused);
    assert!(!is_refused(&mut net, bob, "PRIVMSG #c :x"));
    net.says(ann, "MODE #c +v cid");
    assert!(!is_refused(&mut net, cid, "PRIVMSG #c :x"));
}

#[test]
fn without_ctcp_there_are_actions_only() {
    let (mut net, ann, bob) = room();
    net.says(ann, "MODE #c +C");
    let refused = line(":hub.test 404 ann #c :Cannot send to channel (+C)");
    assert_eq!(net.says(ann, "PRIVMSG #c :\u{1}VERSION\u{1}"), refused);
    net.read(bob);
    assert!(!is_refused(
        &mut net,
        ann,
        "PRIVMSG #c :\u{1}ACTION waves\u{1}"
    ));
    assert_eq!(net.read(bob).len(), 1);
    net.says(ann, "NOTICE #c :\u{1}VERSION none\u{1}");
    assert!(net.read(bob).is_empty());
}

#[test]
fn who_may_not_join_is_sent_on_one_step() {
    let (mut net, ann, bob) = room();
    net.says(ann, "JOIN #over");
    let [cid] = net.enter(["cid"]);
    let refused = ":hub.test 696 ann #c f #none :There is no such other channel";
    assert_eq!(net.says(ann, "MODE #c +f #none"), line(refused));
    assert_eq!(only(&net.says(ann, "MODE #c +f #C"), "696").len(), 1);
    net.says(bob, "JOIN #bobs");
    let refused = ":hub.test 482 ann #bobs :You're not channel operator";
    assert_eq!(net.says(ann, "MODE #c +f #bobs"), line(refused));
    let changed = net.says(ann, "MODE #c +if #OVER");
    assert_eq!(changed, line(":ann!u@h MODE #c +if #over"));
    let joined = net.says(cid, "JOIN #c");
    assert_eq!(
        joined[..2],
        [
            ":hub.test 470 cid #c #over :Forwarding to another channel",
            ":cid!u@h JOIN #over"
        ]
    );
    // Who is there already, or may not join there either, reads why.
    let refused = line(":hub.test 473 cid #c :Cannot join channel (+i)");
    assert_eq!(net.says(cid, "JOIN #c"), refused);
    net.says(cid, "PART #over");
    net.says(ann, "MODE #over +k key");
    assert_eq!(net.says(cid, "JOIN #c"), refused);
    assert_eq!(
        only(&net.says(ann, "MODE #c"), "324"),
        line(":hub.test 324 ann #c +intf #over")
    );
    assert_eq!(net.says(ann, "MODE #c -f"), line(":ann!u@h MODE #c -f"));
}
