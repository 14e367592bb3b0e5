//! What bridges relay (IRCv3 draft/relaymsg).

use std::string::String;
use std::vec::Vec;
use std::{format, vec};

use super::net::{Net, Who, line, settings, tag, untagged};
use crate::irc::event::Fact;
use crate::irc::history::{Found, encode};
use crate::irc::settings::Settings;

const CAPS: &str = "message-tags echo-message account-tag draft/relaymsg draft/chathistory";

/// ann, operator of #c, whose bridge it is, bob, who knows of relays, and old, who does not.
fn room(settings: Settings) -> (Net, [Who; 3]) {
    let mut net = Net::with(settings);
    let ann = net.enter_with("ann", CAPS, Some("ann"));
    let bob = net.enter_with("bob", CAPS, Some("bob"));
    let old = net.enter_with("old", "message-tags account-tag", None);
    for who in [ann, bob, old] {
        net.says(who, "JOIN #c");
    }
    for who in [ann, bob, old] {
        net.read(who);
    }
    (net, [ann, bob, old])
}

#[test]
fn a_relayed_message_says_by_whom_to_those_who_know_the_tag() {
    let (mut net, [ann, bob, old]) = room(settings());
    net.says(ann, "MODE ann +B");
    let echo = net.says(ann, "@+draft/reply=x RELAYMSG #C zoë/d :hello there");
    let seen = net.read(bob);
    assert_eq!(echo, seen);
    assert_eq!(untagged(&seen[0]), ":zoë/d!u@h PRIVMSG #c :hello there");
    assert_eq!(tag(&seen[0], "draft/relaymsg"), Some("ann"));
    assert_eq!(tag(&seen[0], "+draft/reply"), Some("x"));
    let plain = net.read(old);
    assert_eq!(untagged(&plain[0]), untagged(&seen[0]));
    // Neither an account nor a program has said it.
    for line in [&seen[0], &plain[0]] {
        assert!(
            tag(line, "account").is_none() && !line.contains(";bot"),
            "{line}"
        );
    }
    assert_eq!(tag(&plain[0], "draft/relaymsg"), None);
    assert_eq!(tag(&plain[0], "msgid"), tag(&seen[0], "msgid"));
}

#[test]
fn history_has_it_as_it_was() {
    let (mut net, [ann, bob, old]) = room(settings());
    net.says(ann, "RELAYMSG #c zoe/d :hello");
    let live = [net.read(bob).remove(0), net.read(old).remove(0)];
    let record = net.log.last().unwrap().clone();
    assert!(matches!(&record.fact, Fact::Message(message) if message.account.is_none()));
    for (who, live) in [bob, old].into_iter().zip(live) {
        net.says(who, "CHATHISTORY LATEST #c * 1");
        let request = net.histories(who).pop().unwrap();
        let bytes = encode(&request.reply, &Found::Messages(vec![record.clone()]));
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let mut tags: Vec<_> = text.trim_end().split([' ', ';', '@']).collect();
        let mut expected: Vec<_> = live.split([' ', ';', '@']).collect();
        tags.sort_unstable();
        expected.sort_unstable();
        assert_eq!(tags, expected);
    }
}

#[test]
fn operators_relay_and_nobody_else() {
    let (mut net, [ann, bob, old]) = room(settings());
    let refused = net.says(bob, "RELAYMSG #c zoe/d :hi");
    assert_eq!(
        refused,
        line(":hub.test FAIL RELAYMSG PRIVS_NEEDED #c :You cannot relay messages to this channel")
    );
    let refused = net.says(old, "RELAYMSG #c zoe/d :hi");
    assert_eq!(refused, line(":hub.test 421 old RELAYMSG :Unknown command"));
    let boss = net.enter_with("boss", CAPS, Some("boss"));
    let refused = net.says(boss, "RELAYMSG #c zoe/d :hi");
    assert_eq!(
        refused,
        line(":hub.test 442 boss #c :You're not on that channel")
    );
    net.says(boss, "JOIN #c");
    assert_eq!(net.says(boss, "RELAYMSG #c zoe/d :hi").len(), 1);
    net.says(ann, "MODE #c +h bob");
    net.read(bob);
    assert!(net.says(bob, "RELAYMSG #c zoe/d :hi")[0].contains("PRIVS_NEEDED"));

    let settings = Settings {
        channel_relays: false,
        ..settings()
    };
    let (mut net, [ann, ..]) = room(settings);
    assert!(net.says(ann, "RELAYMSG #c zoe/d :hi")[0].contains("PRIVS_NEEDED"));
}

#[test]
fn who_loses_the_prefix_on_the_way_is_refused() {
    let (mut net, [ann, bob, _]) = room(settings());
    net.says(ann, "MODE #c +o bob");
    net.read(bob);
    net.slow_log();
    net.writes(ann, "PRIVMSG #c :in the log");
    net.writes(ann, "MODE #c -o bob");
    net.writes(bob, "RELAYMSG #c zoe/d :hi");
    net.commit();
    net.commit();
    net.commit();
    let last = net.read(bob).pop().unwrap();
    assert!(last.contains("FAIL RELAYMSG PRIVS_NEEDED #c"), "{last}");
    assert!(!net.voids.is_empty());
    assert!(!net.read(ann).iter().any(|line| line.contains("zoe/d")));
}

#[test]
fn nicks_that_could_be_taken_for_others_are_refused() {
    let (mut net, [ann, bob, _]) = room(settings());
    let long = format!("{}/d", "x".repeat(31));
    for nick in [
        "zoe",
        "/",
        "//",
        "a!b/d",
        "@a/d",
        "+a/d",
        "~a/d",
        "a.b/d",
        "#a/d",
        "a/d*",
        "$a/d",
        "'a/d",
        "a\u{202e}/d",
        "a\u{7}/d",
        &long,
    ] {
        let refused = net.says(ann, &format!("RELAYMSG #c {nick} :hi"));
        assert!(
            refused[0].starts_with(":hub.test FAIL RELAYMSG INVALID_NICK "),
            "{nick}: {refused:?}"
        );
    }
    let blank = net.says(ann, "RELAYMSG #c zoe/d :");
    assert!(blank[0].contains("FAIL RELAYMSG BLANK_MSG #c :"));
    for few in ["RELAYMSG", "RELAYMSG #c", "RELAYMSG #c zoe/d"] {
        assert!(net.says(ann, few)[0].contains(" 461 "), "{few}");
    }
    let none = net.says(ann, "RELAYMSG @#c zoe/d :hi");
    assert!(none[0].contains(" 403 ann @#c "), "{none:?}");
    assert!(net.read(bob).is_empty());
    // Nobody here can have such a nick.
    assert!(net.says(bob, "NICK zoe/d")[0].contains(" 432 "));
}

#[test]
fn it_fits_with_the_nick_that_is_shown() {
    let (mut net, [ann, bob, _]) = room(settings());
    // `:zoe/d!u@h PRIVMSG #c :` and CR LF take 25 of 512 bytes.
    let fits = |bytes: usize| format!("RELAYMSG #c zoe/d :{}", "x".repeat(bytes));
    net.says(ann, &fits(487));
    assert_eq!(untagged(&net.read(bob)[0]).len(), 510);
    let refused = net.says(ann, &fits(488));
    assert!(refused[0].contains(" 417 "), "{refused:?}");
}
