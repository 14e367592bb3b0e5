//! IRCv3 labeled-response.

use super::net::{Net, line, only, tag, untagged};
use crate::irc::input::Input;

#[test]
fn an_answer_carries_the_label_of_its_line() {
    let mut net = Net::new();
    let ann = net.enter_with(
        "ann",
        "batch labeled-response echo-message message-tags",
        None,
    );
    assert_eq!(
        net.says(ann, "@label=1 PONG x"),
        line("@label=1 :hub.test ACK")
    );
    let pong = net.says(ann, "@label=2 PING x");
    assert_eq!(pong, line("@label=2 :hub.test PONG hub.test :x"));
    let joined = net.says(ann, "@label=3 JOIN #c");
    assert_eq!(
        joined,
        [
            "@label=3 :hub.test BATCH +1 labeled-response",
            "@batch=1 :ann!u@h JOIN #c",
            "@batch=1 :hub.test 353 ann = #c :@ann",
            "@batch=1 :hub.test 366 ann #c :End of /NAMES list",
            ":hub.test BATCH -1",
        ]
    );
    let echo = net.says(ann, "@label=4;+x=y PRIVMSG #c :hi");
    assert_eq!(echo.len(), 1);
    assert_eq!(tag(&echo[0], "label"), Some("4"));
    assert_eq!(tag(&echo[0], "+x"), Some("y"));
    assert!(tag(&echo[0], "msgid").is_some());
    let refused = net.says(ann, "@label=5 PRIVMSG #none :hi");
    assert_eq!(
        refused,
        line("@label=5 :hub.test 403 ann #none :No such channel")
    );
    let quit = net.says(ann, "@label=6 QUIT");
    assert_eq!(quit, line("@label=6 ERROR :Closing link: ann!u@h (Quit)"));
}

#[test]
fn a_label_counts_only_with_the_capability_and_when_valid() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    assert_eq!(
        net.says(ann, "@label=1 PING x"),
        line(":hub.test PONG hub.test :x")
    );
    let bob = net.enter_with("bob", "batch labeled-response", None);
    let long = ["@label=", &"x".repeat(65), " PING x"].concat();
    assert_eq!(net.says(bob, &long), line(":hub.test PONG hub.test :x"));
    assert_eq!(
        net.says(bob, "@label PING x"),
        line(":hub.test PONG hub.test :x")
    );
}

#[test]
fn others_do_not_see_a_label() {
    let mut net = Net::new();
    let ann = net.enter_with(
        "ann",
        "batch labeled-response message-tags echo-message",
        None,
    );
    let bob = net.enter_with("bob", "batch labeled-response message-tags", None);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.read(ann);
    net.says(ann, "@label=1 PRIVMSG #c :hi");
    let seen = net.read(bob);
    assert_eq!(untagged(&seen[0]), ":ann!u@h PRIVMSG #c :hi");
    assert_eq!(tag(&seen[0], "label"), None);
    // To oneself: what is received has no label, what comes back as echo has.
    let own = net.says(ann, "@label=2 PRIVMSG ann :me");
    assert_eq!(only(&own, "PRIVMSG").len(), 2);
    assert_eq!(tag(&own[0], "label"), None);
    assert_eq!(tag(&own[1], "label"), Some("2"));
}

#[test]
fn lines_of_the_connection_keep_their_place() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    net.says(ann, "JOIN #c");
    net.slow_log();
    net.writes(ann, "PRIVMSG #c :one");
    let session = super::net::id(ann);
    net.input(Input::Login {
        session,
        account: super::net::account_ref("acc"),
    });
    net.input(Input::Reply {
        session,
        lines: ":hub.test 903 * :done\r\nsecond\r\n".into(),
    });
    net.writes(ann, "PING x");
    assert!(net.read(ann).is_empty());
    net.commit();
    assert_eq!(
        net.read(ann),
        [
            ":hub.test 900 ann ann!u@h acc :You are now logged in as acc",
            ":hub.test 903 ann :done",
            "second",
            ":hub.test PONG hub.test :x"
        ]
    );
    assert_eq!(only(&net.says(ann, "WHOIS ann"), "330").len(), 1);
}
