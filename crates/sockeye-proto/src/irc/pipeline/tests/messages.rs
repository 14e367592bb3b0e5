//! PRIVMSG, NOTICE, TAGMSG, AWAY.

use std::format;
use std::vec::Vec;

use super::net::{Net, line, only, settings, untagged};
use crate::irc::event::Fact;
use crate::irc::settings::{Settings, TagsDenied};

#[test]
fn messages_have_their_refusals() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    let cases = [
        ("PRIVMSG", ":hub.test 411 bob :No recipient given (PRIVMSG)"),
        ("PRIVMSG #c", ":hub.test 412 bob :No text to send"),
        ("PRIVMSG #c :", ":hub.test 412 bob :No text to send"),
        (
            "PRIVMSG nobody :x",
            ":hub.test 401 bob nobody :No such nick/channel",
        ),
        (
            "PRIVMSG #none :x",
            ":hub.test 403 bob #none :No such channel",
        ),
        (
            "PRIVMSG #C :x",
            ":hub.test 404 bob #C :Cannot send to channel (+n)",
        ),
        (
            "PRIVMSG a,b,c,d,e :x",
            ":hub.test 407 bob a,b,c,d,e :Too many targets",
        ),
        ("TAGMSG #c", ":hub.test 421 bob TAGMSG :Unknown command"),
    ];
    for (said, refused) in cases {
        assert_eq!(net.says(bob, said), line(refused), "{said}");
    }
    assert!(
        net.log.is_empty(),
        "what is plainly wrong does not reach the log"
    );
}

#[test]
fn a_notice_is_never_answered() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    let long = format!("NOTICE ann :{}", "x".repeat(498));
    for said in [
        "NOTICE",
        "NOTICE x",
        "NOTICE nobody :x",
        "NOTICE #none :x",
        "NOTICE #c :x",
        &long,
    ] {
        assert!(net.says(bob, said).is_empty(), "{said}");
    }
    assert_eq!(net.done(bob), 7);
    net.says(bob, "NOTICE ann :psst");
    assert_eq!(net.read(ann), line(":bob!u@h NOTICE ann :psst"));
}

#[test]
fn several_receivers_get_each_their_own() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.read(ann);
    let lines = net.says(ann, "PRIVMSG #c,BOB,nobody,ann :hi");
    assert_eq!(
        net.read(bob),
        [":ann!u@h PRIVMSG #c :hi", ":ann!u@h PRIVMSG bob :hi"]
    );
    assert_eq!(only(&lines, "PRIVMSG"), line(":ann!u@h PRIVMSG ann :hi"));
    assert_eq!(only(&lines, "401").len(), 1);
}

#[test]
fn a_message_is_relayed_whole_or_refused() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    let room = 510 - ":ann!u@h PRIVMSG bob :".len();
    assert!(
        net.says(ann, &format!("PRIVMSG bob :{}", "x".repeat(room)))
            .is_empty()
    );
    assert_eq!(net.read(bob)[0].len(), 510);
    let refused = net.says(ann, &format!("PRIVMSG bob :{}", "x".repeat(room + 1)));
    assert_eq!(refused, line(":hub.test 417 ann :Input line was too long"));
    assert!(net.read(bob).is_empty());
}

#[test]
fn a_moderated_channel_hears_operators_and_voices() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.says(ann, "MODE #c +m");
    net.read(bob);
    let refused = |mode| {
        let refused = format!(":hub.test 404 bob #c :Cannot send to channel (+{mode})");
        line(&refused)
    };
    assert_eq!(net.says(bob, "PRIVMSG #c :x"), refused('m'));
    net.says(ann, "MODE #c +v bob");
    net.read(bob);
    assert!(net.says(bob, "PRIVMSG #c :x").is_empty());
    net.says(ann, "MODE #c -mv+b bob *!u@h");
    net.read(bob);
    assert_eq!(net.says(bob, "PRIVMSG #c :x"), refused('b'));
    net.read(ann);
    assert!(net.says(ann, "PRIVMSG #c :an operator may").is_empty());
}

#[test]
fn outsiders_speak_only_where_they_may() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    assert_eq!(only(&net.says(bob, "PRIVMSG #c :x"), "404").len(), 1);
    net.says(ann, "MODE #c -n");
    assert!(net.says(bob, "PRIVMSG #c :x").is_empty());
    assert_eq!(net.read(ann), line(":bob!u@h PRIVMSG #c :x"));
}

#[test]
fn the_planted_fault_lets_outsiders_speak() {
    let mut net = Net::new();
    net.pipeline.plant_skipped_membership_check();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    assert!(net.says(bob, "PRIVMSG #c :x").is_empty());
    assert_eq!(net.read(ann), line(":bob!u@h PRIVMSG #c :x"));
}

#[test]
fn tags_alone_go_to_those_who_read_tags() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "message-tags echo-message", None);
    let bob = net.enter_with("bob", "message-tags", None);
    let [cid] = net.enter(["cid"]);
    for who in [ann, bob, cid] {
        net.says(who, "JOIN #c");
    }
    for who in [ann, bob] {
        net.read(who);
    }
    let echo = net.says(ann, "@+typing=active TAGMSG #c");
    assert_eq!(echo.len(), 1);
    let seen = net.read(bob);
    assert_eq!(untagged(&seen[0]), ":ann!u@h TAGMSG #c");
    assert!(seen[0].contains("+typing=active"));
    assert!(net.read(cid).is_empty());
    assert!(net.log.is_empty());
    assert!(net.says(ann, "@+typing=active TAGMSG cid").len() == 1);
    assert!(net.read(cid).is_empty());
}

#[test]
fn that_somebody_types_is_told_a_few_times_a_second() {
    let mut net = Net::new();
    let caps = "batch message-tags labeled-response";
    let [ann, bob] = ["ann", "bob"].map(|nick| net.enter_with(nick, caps, None));
    for who in [ann, bob] {
        net.says(who, "JOIN #c");
        net.says(who, "JOIN #d");
    }
    for who in [ann, bob] {
        net.read(who);
    }
    let types = |net: &mut Net, place: &str| {
        let said = ["@label=1;+typing=active TAGMSG ", place].concat();
        let answer = net.says(ann, &said);
        assert_eq!(answer, line("@label=1 :hub.test ACK"));
        net.read(bob).len()
    };
    let told: Vec<usize> = (0..6).map(|_| types(&mut net, "#c")).collect();
    assert_eq!(told, [1, 1, 1, 0, 0, 0]);
    // Elsewhere it is news, and so is what says more.
    assert_eq!((types(&mut net, "#d"), types(&mut net, "bob")), (1, 1));
    net.says(ann, "@+typing=active;+draft/react=x TAGMSG #c");
    net.says(ann, "@+typing=done PRIVMSG #c :said");
    assert_eq!(net.read(bob).len(), 2);
    net.passes_ms(1_000);
    let told: Vec<usize> = (0..2).map(|_| types(&mut net, "#c")).collect();
    assert_eq!(told, [1, 0]);
}

#[test]
fn denied_tags_are_told_and_not_relayed() {
    let mut net = Net::with(Settings {
        tags_denied: TagsDenied::from_entries(["typing", "example/x"]).unwrap(),
        ..settings()
    });
    let ann = net.enter_with(
        "ann",
        "message-tags echo-message labeled-response batch",
        None,
    );
    let bob = net.enter_with("bob", "message-tags", None);
    for who in [ann, bob] {
        net.says(who, "JOIN #c");
    }
    net.read(ann);
    let tokens = net.says(bob, "ISUPPORT").concat();
    assert!(
        tokens.contains(" CLIENTTAGDENY=typing,example/x "),
        "{tokens}"
    );
    net.says(
        ann,
        "@+typing=done;+draft/reply=x;+example/x=1 PRIVMSG #c :hi",
    );
    let heard = net.read(bob).concat();
    assert!(heard.contains("+draft/reply=x"), "{heard}");
    assert!(
        !heard.contains("typing") && !heard.contains("example"),
        "{heard}"
    );
    let Fact::Message(message) = &net.log.last().unwrap().fact else {
        panic!()
    };
    assert_eq!(message.tags, [("+draft/reply".into(), "x".into())]);

    // Of which nothing is left is not sent, and its label is answered all the same.
    let answer = net.says(ann, "@label=1;+typing=active TAGMSG #c");
    assert_eq!(answer, line("@label=1 :hub.test ACK"));
    assert!(net.read(bob).is_empty());
    net.says(ann, "@+typing=active;+draft/react=y TAGMSG #c");
    assert!(net.read(bob)[0].contains("+draft/react=y"));
    net.says(ann, "TAGMSG #c");
    assert_eq!(net.read(bob).len(), 1);
}

#[test]
fn tags_of_a_message_are_stored_with_it() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "message-tags", None);
    net.says(ann, "JOIN #c");
    net.says(ann, "@+draft/reply=x;junk=1 PRIVMSG #c :hi");
    let Fact::Message(message) = &net.log[1].fact else {
        panic!()
    };
    assert_eq!(message.tags, [("+draft/reply".into(), "x".into())]);
    let [bob] = net.enter(["bob"]);
    net.says(bob, "JOIN #c");
    net.says(bob, "@+x=1 PRIVMSG #c :hi");
    let Fact::Message(message) = &net.log.last().unwrap().fact else {
        panic!()
    };
    assert!(
        message.tags.is_empty(),
        "without message-tags there are no tags"
    );
}

#[test]
fn who_is_away_says_so() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    let away = net.says(ann, "AWAY :at lunch");
    assert_eq!(
        away,
        line(":hub.test 306 ann :You have been marked as being away")
    );
    assert_eq!(
        net.says(bob, "PRIVMSG ann :x"),
        line(":hub.test 301 bob ann :at lunch")
    );
    assert!(net.says(bob, "NOTICE ann :x").is_empty());
    assert_eq!(
        net.says(bob, "USERHOST ann"),
        line(":hub.test 302 bob :ann=-u@h")
    );
    net.read(ann);
    let back = net.says(ann, "AWAY");
    assert_eq!(
        back,
        line(":hub.test 305 ann :You are no longer marked as being away")
    );
    assert!(net.says(bob, "PRIVMSG ann :x").is_empty());
}

#[test]
fn nicks_change_and_are_compared_without_case() {
    let mut net = Net::new();
    let [ann, bob, cid] = net.enter(["ann", "bob", "cid"]);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.read(ann);
    assert_eq!(
        net.says(bob, "NICK"),
        line(":hub.test 431 bob :No nickname given")
    );
    let refused = ":hub.test 432 bob 1b :Erroneus nickname";
    assert_eq!(net.says(bob, "NICK 1b"), line(refused));
    let refused = ":hub.test 433 bob ANN :Nickname is already in use";
    assert_eq!(net.says(bob, "NICK ANN"), line(refused));
    assert!(net.says(bob, "NICK bob").is_empty());
    assert_eq!(net.says(bob, "NICK Bob"), line(":bob!u@h NICK Bob"));
    assert_eq!(net.says(bob, "NICK bert"), line(":Bob!u@h NICK bert"));
    assert_eq!(net.read(ann), [":bob!u@h NICK Bob", ":Bob!u@h NICK bert"]);
    assert!(net.read(cid).is_empty());
    assert_eq!(net.says(cid, "NICK BOB"), line(":cid!u@h NICK BOB"));
    net.says(ann, "PRIVMSG bert :x");
    assert_eq!(net.read(bob), line(":ann!u@h PRIVMSG bert :x"));
}
