//! Taking back what was said (IRCv3 draft/message-redaction).

use std::string::String;
use std::vec::Vec;

use super::net::{Net, Who, id, line, tag, untagged};
use crate::irc::event::{Fact, Record};
use crate::irc::history::{msgid_text, parse_msgid};
use crate::irc::input::Input;
use crate::irc::message::Message;

const CAPS: &str = "message-tags echo-message draft/message-redaction";

/// ann, operator of #c, bob, who is logged in too, and guest, who is not.
fn room() -> (Net, [Who; 3]) {
    let mut net = Net::new();
    let ann = net.enter_with("ann", CAPS, Some("ann"));
    let bob = net.enter_with("bob", CAPS, Some("bob"));
    let guest = net.enter_with("guest", CAPS, None);
    for who in [ann, bob, guest] {
        net.says(who, "JOIN #c");
    }
    for who in [ann, bob, guest] {
        net.read(who);
    }
    (net, [ann, bob, guest])
}

/// Says something; returns its id. Nobody else has it unread then.
fn said(net: &mut Net, who: Who, text: &str) -> String {
    let echo = net.says(who, text);
    for who in 0..3 {
        net.read(who);
    }
    tag(echo.last().unwrap(), "msgid").unwrap().into()
}

/// Takes a message back, as a connection does: with what the store holds under the id.
fn redacts(net: &mut Net, who: Who, target: &str, msgid: &str, reason: &str) -> Vec<String> {
    writes(net, who, target, msgid, reason);
    net.read(who)
}

fn writes(net: &mut Net, who: Who, target: &str, msgid: &str, reason: &str) {
    let words = ["REDACT ", target, " ", msgid, reason].concat();
    let message = Message::parse(words.as_bytes()).unwrap();
    let found = stored(net, msgid);
    net.input(Input::Naming {
        session: id(who),
        message,
        found,
    });
}

fn stored(net: &Net, msgid: &str) -> Option<Record> {
    let (number, _) = parse_msgid(msgid)?;
    let mut rows = net.log.iter();
    rows.find(|record| record.stamp.number == number).cloned()
}

fn fails(lines: &[String], code: &str, context: &str) {
    let start = [":hub.test FAIL REDACT ", code, " ", context, " :"].concat();
    assert!(
        lines.len() == 1 && lines[0].starts_with(&start),
        "{lines:?}"
    );
}

#[test]
fn own_messages_are_taken_back_and_all_who_can_are_told() {
    let (mut net, [ann, bob, guest]) = room();
    let old = net.enter_with("old", "", None);
    net.says(old, "JOIN #c");
    let msgid = said(&mut net, bob, "PRIVMSG #c :oops");
    net.read(old);
    let echo = redacts(&mut net, bob, "#C", &msgid, " :not meant");
    let expected = [":bob!u@h REDACT #c ", &msgid, " :not meant"].concat();
    assert_eq!(untagged(&echo[0]), expected);
    let own_id = tag(&echo[0], "msgid").unwrap();
    for who in [ann, guest] {
        let lines = net.read(who);
        assert_eq!(untagged(&lines[0]), expected);
        assert_eq!(tag(&lines[0], "msgid"), Some(own_id));
    }
    assert!(net.read(old).is_empty());
    let Record { fact, stamp, .. } = net.log.last().unwrap();
    let Fact::Redact { number, .. } = fact else {
        panic!("{fact:?}");
    };
    assert_eq!(Some(*number), parse_msgid(&msgid).map(|(number, _)| number));
    assert_eq!(msgid_text(stamp), own_id);
}

#[test]
fn operators_take_back_what_others_said_and_others_do_not() {
    let (mut net, [ann, bob, guest]) = room();
    let by_ann = said(&mut net, ann, "PRIVMSG #c :hi");
    let by_guest = said(&mut net, guest, "NOTICE #c :spam");
    let context = |msgid: &str| ["#c ", msgid].concat();
    let refused = redacts(&mut net, bob, "#c", &by_ann, "");
    fails(&refused, "REDACT_FORBIDDEN", &context(&by_ann));
    // Nobody can tell that a guest is the same as before.
    let refused = redacts(&mut net, guest, "#c", &by_guest, "");
    fails(&refused, "REDACT_FORBIDDEN", &context(&by_guest));
    let echo = redacts(&mut net, ann, "#c", &by_guest, "");
    assert_eq!(
        untagged(&echo[0]),
        [":ann!u@h REDACT #c ", &by_guest].concat()
    );
}

#[test]
fn the_window_is_for_own_messages() {
    let (mut net, [ann, bob, _]) = room();
    let msgid = said(&mut net, bob, "PRIVMSG #c :old");
    net.passes_ms(60_001);
    let refused = redacts(&mut net, bob, "#c", &msgid, "");
    fails(
        &refused,
        "REDACT_WINDOW_EXPIRED",
        &["#c ", &msgid, " 60"].concat(),
    );
    assert_eq!(redacts(&mut net, ann, "#c", &msgid, "").len(), 1);
}

#[test]
fn what_is_not_there_is_not_taken_back() {
    let (mut net, [ann, bob, guest]) = room();
    let msgid = said(&mut net, bob, "PRIVMSG #c :hi");
    net.says(ann, "JOIN #d");
    let forged = [&msgid[..20], if msgid.ends_with('0') { "1" } else { "0" }].concat();
    for (target, id) in [
        ("#c", "junk"),
        ("#c", &*forged),
        ("#d", &*msgid),
        ("bob", &*msgid),
    ] {
        let refused = redacts(&mut net, ann, target, id, "");
        fails(&refused, "UNKNOWN_MSGID", &[target, " ", id].concat());
    }
    let refused = redacts(&mut net, bob, "#d", &msgid, "");
    fails(&refused, "INVALID_TARGET", "#d");
    let refused = redacts(&mut net, guest, "bob", &msgid, "");
    fails(&refused, "INVALID_TARGET", "bob");
    let refused = net.says(ann, "REDACT #c");
    assert_eq!(
        refused,
        line(":hub.test 461 ann REDACT :Not enough parameters")
    );
    let [old] = net.enter(["old"]);
    let refused = net.says(old, "REDACT #c x");
    assert_eq!(refused, line(":hub.test 421 old REDACT :Unknown command"));
}

#[test]
fn direct_messages_are_taken_back_by_their_sender() {
    let (mut net, [ann, bob, guest]) = room();
    let msgid = said(&mut net, ann, "PRIVMSG bob :psst");
    let refused = redacts(&mut net, bob, "ann", &msgid, "");
    fails(&refused, "REDACT_FORBIDDEN", &["ann ", &msgid].concat());
    net.says(bob, "NICK robert");
    net.read(ann);
    net.read(guest);
    let echo = redacts(&mut net, ann, "robert", &msgid, "");
    let expected = [":ann!u@h REDACT bob ", &msgid].concat();
    assert_eq!(untagged(&echo[0]), expected);
    assert_eq!(untagged(&net.read(bob)[0]), expected);
    assert!(net.read(guest).is_empty());
}

#[test]
fn who_loses_the_right_on_the_way_is_refused() {
    let (mut net, [ann, bob, _]) = room();
    let msgid = said(&mut net, bob, "PRIVMSG #c :hi");
    net.says(ann, "MODE #c +o bob");
    let other = said(&mut net, ann, "PRIVMSG #c :me");
    net.slow_log();
    net.writes(ann, "PRIVMSG #c :in the log");
    net.writes(ann, "KICK #c bob");
    writes(&mut net, bob, "#c", &other, "");
    net.commit();
    net.commit();
    net.commit();
    let last = net.read(bob).pop().unwrap();
    assert!(
        last.starts_with(":hub.test FAIL REDACT INVALID_TARGET #c"),
        "{last}"
    );
    assert!(!net.voids.is_empty());
    assert!(!msgid.is_empty());
}

#[test]
fn what_was_taken_back_is_emptied_once_that_is_sure() {
    let (mut net, [ann, bob, guest]) = room();
    let msgid = said(&mut net, bob, "PRIVMSG #c :oops");
    let (number, _) = parse_msgid(&msgid).unwrap();
    let kept = said(&mut net, guest, "PRIVMSG #c :stays");
    net.says(ann, "MODE #c +o bob");
    net.slow_log();
    writes(&mut net, bob, "#c", &msgid, "");
    assert_eq!(net.appending.as_ref().unwrap().erased, []);
    net.commit();
    assert_eq!(net.appending.as_ref().unwrap().erased, [number]);
    // It could not be written; the next batch with rows takes it along.
    net.fail();
    assert_eq!((&net.appending, &net.erased), (&None, &Vec::new()));
    net.writes(guest, "PRIVMSG #c :hello");
    net.commit();
    assert_eq!(net.erased, [number]);
    net.writes(guest, "PRIVMSG #c :again");
    net.commit();
    assert_eq!(net.erased, [number]);

    // A refusal empties nothing.
    net.writes(ann, "KICK #c bob");
    writes(&mut net, bob, "#c", &kept, "");
    while net.appending.is_some() {
        net.commit();
    }
    assert_eq!((net.voids.len(), &*net.erased), (1, &[number][..]));
}
