//! What operators do, and what others may not.

use std::string::String;

use super::net::{Net, account_ref, line, only};
use crate::irc::account::{Answer, Question};

#[test]
fn kill_takes_a_client_out_and_tells_everybody_why() {
    let mut net = Net::new();
    let boss = net.enter_with("boss", "", Some("boss"));
    let [ann, bob] = net.enter(["ann", "bob"]);
    for who in [ann, bob] {
        net.says(who, "JOIN #c");
    }
    net.read(ann);
    let refused = line(":hub.test 481 ann :Permission Denied- You're not an IRC operator");
    assert_eq!(net.says(ann, "KILL bob :why"), refused);
    for (said, numeric) in [
        ("KILL bob", "461"),
        ("KILL nobody :x", "401"),
        ("KILL hub.test :x", "483"),
    ] {
        assert_eq!(only(&net.says(boss, said), numeric).len(), 1, "{said}");
    }
    assert!(net.says(boss, "KILL BOB :spam").is_empty());
    assert_eq!(
        net.read(bob),
        [
            ":boss!u@h KILL bob :Killed (boss (spam))",
            "ERROR :Closing link: bob!u@h (Killed (boss (spam)))",
        ]
    );
    assert!(net.is_closed(bob));
    assert_eq!(net.read(ann), line(":bob!u@h QUIT :Killed (boss (spam))"));
    assert_eq!(only(&net.says(ann, "WHOIS bob"), "401").len(), 1);
    let own = net.says(boss, "KILL boss :me");
    assert_eq!(own.len(), 2);
    assert!(net.is_closed(boss));
}

#[test]
fn nothing_that_a_killed_client_had_under_way_takes_place() {
    let mut net = Net::new();
    let boss = net.enter_with("boss", "", Some("boss"));
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.read(ann);
    net.slow_log();
    net.writes(ann, "PRIVMSG #c :first");
    net.writes(boss, "KILL bob :x");
    net.writes(bob, "PRIVMSG #c :too late");
    net.writes(bob, "WHOIS ann");
    net.writes(bob, "QUIT :bye");
    net.commit();
    net.commit();
    assert_eq!(
        net.read(ann),
        line(":bob!u@h QUIT :Killed (boss (x))"),
        "the message came too late"
    );
    assert!(net.is_closed(bob));
    // Its rows, of which one would have made the channel stay, are taken back.
    net.writes(ann, "PRIVMSG #c :next");
    net.commit();
    assert_eq!(net.voids.len(), 2);
}

#[test]
fn wallops_and_rehash_are_for_operators() {
    let mut net = Net::new();
    let boss = net.enter_with("boss", "", Some("boss"));
    let other = net.enter_with("other", "", Some("boss"));
    let [ann] = net.enter(["ann"]);
    for said in ["WALLOPS :x", "REHASH", "STATS o", "STATS m"] {
        assert_eq!(only(&net.says(ann, said), "481").len(), 1, "{said}");
    }
    assert_eq!(only(&net.says(boss, "WALLOPS"), "461").len(), 1);
    let told = line(":boss!u@h WALLOPS :the disk is full");
    assert_eq!(net.says(boss, "WALLOPS :the disk is full"), told);
    assert_eq!(net.read(other), told);
    assert!(net.read(ann).is_empty());
}

#[test]
fn the_answers_to_rehash_come_together_and_before_those_to_later_lines() {
    let mut net = Net::new();
    let boss = net.enter_with("boss", "labeled-response batch", Some("boss"));
    net.done(boss);
    net.writes(boss, "@label=r REHASH");
    net.writes(boss, "PING later");
    assert!(net.read(boss).is_empty());
    assert_eq!(net.asked(boss), Question::Rehash);
    let lines = String::from(":hub.test NOTE REHASH CONFIG_RELOADED :Nothing has changed\r\n");
    assert_eq!(
        net.answers(boss, Ok(Answer::Lines(lines))),
        [
            "@label=r :hub.test BATCH +1 labeled-response",
            "@batch=1 :hub.test 382 boss configuration :Rehashing",
            "@batch=1 :hub.test NOTE REHASH CONFIG_RELOADED :Nothing has changed",
            ":hub.test BATCH -1",
            ":hub.test PONG hub.test :later",
        ]
    );
    assert_eq!(net.done(boss), 2, "one for each line");
    let act = ["rehash", "boss", "", ""].map(String::from);
    assert_eq!(net.deeds().last(), Some(&act));
}

#[test]
fn each_power_is_needed_for_what_it_is_of() {
    let mut net = Net::new();
    let kira = net.enter_with("kira", "", Some("kira"));
    let boss = net.enter_with("boss", "", Some("boss"));
    let [ann] = net.enter(["ann"]);
    for (said, power) in [
        ("KLINE", "ban"),
        ("DLINE 10.0.0.1", "ban"),
        ("UNKLINE x", "ban"),
        ("REHASH", "rehash"),
    ] {
        let refused = alloc::format!(":hub.test 723 kira {power} :Insufficient oper privileges");
        assert_eq!(net.says(kira, said), [refused], "{said}");
        assert!(!net.has_asked(kira));
    }
    assert_eq!(only(&net.says(kira, "WALLOPS :x"), "WALLOPS").len(), 1);
    assert_eq!(only(&net.says(ann, "WHOIS kira"), "313").len(), 1);
    // Addresses are for those with the power to see them, notices included.
    assert!(only(&net.says(kira, "WHOIS ann"), "379").is_empty());
    assert_eq!(only(&net.says(boss, "WHOIS ann"), "379").len(), 1);
    net.says(kira, "MODE kira +s");
    net.says(boss, "MODE boss +s");
    net.enter(["bob"]);
    assert_eq!(
        net.read(kira),
        line(":hub.test NOTICE kira :*** Client connecting: bob!u@h")
    );
    assert_eq!(
        net.read(boss),
        line(":hub.test NOTICE boss :*** Client connecting: bob!u@h (no address)")
    );
    // No channel is hers, and people are.
    net.says(ann, "JOIN #c");
    net.says(ann, "MODE #c +i");
    assert_eq!(only(&net.says(kira, "JOIN #c"), "473").len(), 1);
    net.deeds();
    net.says(kira, "KILL ann :spam");
    assert!(net.is_closed(ann));
    let kill = ["kill", "kira", "ann!u@h", "spam"].map(String::from);
    assert_eq!(net.deeds(), [kill]);
}

#[test]
fn who_comes_as_an_operator_is_recorded() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    net.enter_with("bob", "", Some("bob"));
    assert!(net.deeds().is_empty());
    net.enter_with("boss", "", Some("boss"));
    net.writes(ann, "OPER kira secret");
    net.answers(ann, Ok(Answer::Account(account_ref("kira"))));
    let act = |by: &str, on: &str| ["operator", by, on, ""].map(String::from);
    assert_eq!(
        net.deeds(),
        [act("boss", "boss!u@h"), act("kira", "ann!u@h")]
    );
    let [eve] = net.enter(["eve"]);
    net.writes(eve, "OPER bob secret");
    let refused = net.answers(eve, Ok(Answer::Account(account_ref("bob"))));
    assert_eq!(only(&refused, "491").len(), 1);
    let act = ["operator-refused", "eve", "bob", ""].map(String::from);
    assert_eq!(net.deeds(), [act]);
}

#[test]
fn stats_count_commands_and_tell_the_uptime() {
    let mut net = Net::new();
    let boss = net.enter_with("boss", "", Some("boss"));
    let [ann] = net.enter(["ann"]);
    net.says(ann, "PING x");
    net.says(ann, "PING x");
    net.says(ann, "NONSENSE");
    net.passes_ms(90_061_000);
    assert_eq!(
        net.says(ann, "STATS u"),
        [
            ":hub.test 242 ann :Server Up 1 days 1:01:01",
            ":hub.test 219 ann u :End of /STATS report",
        ]
    );
    assert_eq!(
        net.says(boss, "STATS m"),
        [
            ":hub.test 212 boss PING 2",
            ":hub.test 212 boss STATS 2",
            ":hub.test 219 boss m :End of /STATS report",
        ]
    );
    assert_eq!(
        net.says(boss, "STATS o"),
        [
            ":hub.test 243 boss O *@h * boss",
            ":hub.test 219 boss o :End of /STATS report",
        ]
    );
    assert_eq!(net.says(ann, "STATS z").len(), 1);
    assert_eq!(only(&net.says(ann, "STATS"), "461").len(), 1);
    assert_eq!(only(&net.says(ann, "STATS u other"), "402").len(), 1);
}

#[test]
fn operators_ask_for_bans_and_others_may_not() {
    let mut net = Net::new();
    let boss = net.enter_with("boss", "", Some("boss"));
    let [ann] = net.enter(["ann"]);
    for said in ["KLINE", "DLINE 10.0.0.1", "UNKLINE x", "UNDLINE x"] {
        assert_eq!(only(&net.says(ann, said), "481").len(), 1, "{said}");
    }
    for (said, asked) in [
        ("KLINE", "List"),
        (
            "KLINE 2h bad!*@* :spam and more",
            r#"Add { target: "bad!*@*", span_s: Some(7200), reason: "spam and more" }"#,
        ),
        (
            "DLINE 10.0.0.0/8",
            r#"Add { target: "10.0.0.0/8", span_s: None, reason: "No reason given" }"#,
        ),
        ("UNDLINE 10.0.0.0/8", r#"Remove { target: "10.0.0.0/8" }"#),
    ] {
        assert!(net.says(boss, said).is_empty());
        let Question::Bans(order) = net.asked(boss) else {
            panic!("{said}")
        };
        assert_eq!(std::format!("{:?}", order.request), asked, "{said}");
        let command = said.split(' ').next().unwrap();
        assert_eq!((&*order.command, &*order.account), (command, "boss"));
        let line = std::format!(":hub.test NOTE {command} DONE x :y\r\n");
        assert_eq!(net.answers(boss, Ok(Answer::Lines(line))).len(), 1);
    }
    for said in ["KLINE 10", "UNKLINE"] {
        assert_eq!(only(&net.says(boss, said), "461").len(), 1, "{said}");
    }
}
