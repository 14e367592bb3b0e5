//! What operators do, and what others may not.

use super::net::{Net, line, only};

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
    assert_eq!(
        net.says(boss, "REHASH"),
        ["(rehash)", ":hub.test 382 boss configuration :Rehashing",]
    );
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
        let asked = alloc::format!("(bans of boss: {asked})");
        assert_eq!(net.says(boss, said), [asked], "{said}");
    }
    for said in ["KLINE 10", "UNKLINE"] {
        assert_eq!(only(&net.says(boss, said), "461").len(), 1, "{said}");
    }
}
