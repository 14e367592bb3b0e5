//! Nothing is shown before it is stored; what could not be stored or may not be is refused.

use std::vec::Vec;

use super::net::{Net, Who, id, line, only, settings};
use crate::irc::event::Fact;
use crate::irc::input::Input;
use crate::irc::settings::Settings;

/// ann, who is operator, and bob in #c, with all read; the log is slow from now on.
fn slow_room() -> (Net, Who, Who) {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.read(ann);
    net.done(ann);
    net.done(bob);
    net.slow_log();
    (net, ann, bob)
}

#[test]
fn a_message_is_seen_only_when_it_is_stored() {
    let (mut net, ann, bob) = slow_room();
    assert!(net.says(ann, "PRIVMSG #c :one").is_empty());
    assert!(net.read(bob).is_empty());
    assert_eq!(net.done(ann), 0);
    net.commit();
    assert_eq!(net.read(bob), line(":ann!u@h PRIVMSG #c :one"));
    assert_eq!(net.done(ann), 1);
}

#[test]
fn the_first_row_of_a_channel_is_preceded_by_its_foundation() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "", Some("boss"));
    net.says(ann, "JOIN #C");
    net.says(ann, "PRIVMSG #c :one");
    net.says(ann, "PRIVMSG #c :two");
    let facts: Vec<_> = net.log.iter().map(|record| &record.fact).collect();
    let [Fact::Found(found), Fact::Message(one), Fact::Message(two)] = facts[..] else {
        panic!("{facts:?}");
    };
    assert_eq!(found.name, "#C");
    assert!(found.founder.is_some());
    let modes: Vec<_> = found.modes.iter().map(|mode| mode.letter).collect();
    assert_eq!(modes, ['n', 't']);
    assert_eq!((&*one.text, &*two.text), ("one", "two"));
    assert_eq!(one.source, "ann!u@h");
    assert_eq!(one.account.as_deref(), Some("boss"));
    assert!(
        net.log
            .iter()
            .all(|record| record.channel == net.log[0].channel)
    );
}

#[test]
fn a_batch_grows_while_another_is_written() {
    let (mut net, ann, bob) = slow_room();
    net.writes(ann, "PRIVMSG #c :one");
    net.writes(ann, "PRIVMSG #c :two");
    net.writes(bob, "PRIVMSG #c :three");
    assert_eq!(net.appending.as_ref().unwrap().records.len(), 2);
    net.commit();
    assert_eq!(net.read(bob).len(), 1);
    // Each brings the foundation along, because it did not know that the first would succeed.
    assert_eq!(net.appending.as_ref().unwrap().records.len(), 4);
    net.commit();
    assert_eq!(net.read(bob), line(":ann!u@h PRIVMSG #c :two"));
    assert_eq!(net.read(ann), line(":bob!u@h PRIVMSG #c :three"));
    assert!(net.appending.is_none());
}

#[test]
fn what_is_not_stored_keeps_its_place_behind_what_is() {
    let (mut net, ann, bob) = slow_room();
    net.writes(ann, "PRIVMSG #c :one");
    net.writes(ann, "PING x");
    net.writes(ann, "FROB");
    net.writes(bob, "PING y");
    assert!(net.read(ann).is_empty());
    net.commit();
    assert_eq!(
        net.read(ann),
        [
            ":hub.test PONG hub.test :x",
            ":hub.test 421 ann FROB :Unknown command"
        ]
    );
    assert_eq!(
        net.read(bob),
        [":ann!u@h PRIVMSG #c :one", ":hub.test PONG hub.test :y"]
    );
}

#[test]
fn nothing_waits_where_nothing_is_stored() {
    let mut net = Net::with(Settings {
        history: false,
        ..settings()
    });
    net.slow_log();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.says(ann, "PRIVMSG #c :one");
    net.says(ann, "PRIVMSG bob :two");
    assert_eq!(
        net.read(bob),
        [":ann!u@h PRIVMSG #c :one", ":ann!u@h PRIVMSG bob :two"]
    );
    assert!(net.appending.is_none());
}

#[test]
fn a_line_waits_for_the_sessions_own_change_before_it() {
    let (mut net, ann, bob) = slow_room();
    net.writes(bob, "PRIVMSG #c :first");
    net.writes(ann, "NICK anna");
    net.writes(ann, "JOIN #d");
    net.writes(ann, "PRIVMSG #d :in there");
    net.writes(ann, "PRIVMSG #c :as anna");
    net.commit();
    let lines = net.read(ann);
    assert_eq!(lines[0], ":bob!u@h PRIVMSG #c :first");
    assert_eq!(lines[1], ":ann!u@h NICK anna");
    assert_eq!(lines[2], ":anna!u@h JOIN #d");
    assert!(only(&lines, "403").is_empty());
    net.commit();
    assert_eq!(
        net.read(bob),
        [":ann!u@h NICK anna", ":anna!u@h PRIVMSG #c :as anna"]
    );
    assert_eq!(net.done(ann), 4);
    let sources = net.log.iter().filter_map(|record| match &record.fact {
        Fact::Message(message) => Some(message.source.as_str()),
        _ => None,
    });
    assert_eq!(
        sources.collect::<Vec<_>>(),
        ["bob!u@h", "anna!u@h", "anna!u@h"]
    );
}

#[test]
fn what_a_kick_made_wrong_is_voided_and_refused_after_that() {
    let (mut net, ann, bob) = slow_room();
    net.writes(ann, "PRIVMSG #c :one");
    net.writes(ann, "KICK #c bob");
    net.writes(bob, "PRIVMSG #c :too late");
    net.writes(bob, "PING x");
    net.writes(ann, "PRIVMSG #c :two");
    net.commit();
    net.commit();
    // The row of bob's message is stored but voided; nothing behind it happens yet.
    assert_eq!(
        net.read(bob),
        [":ann!u@h PRIVMSG #c :one", ":ann!u@h KICK #c bob :ann"]
    );
    let late = net.log.iter().find(
        |record| matches!(&record.fact, Fact::Message(message) if message.text == "too late"),
    );
    let late = late.unwrap().stamp.number;
    assert!(net.appending.as_ref().unwrap().voids.contains(&late));
    assert!(!net.voids.contains(&late));
    net.commit();
    assert!(net.voids.contains(&late));
    assert_eq!(
        net.read(bob),
        [
            ":hub.test 404 bob #c :Cannot send to channel (+n)",
            ":hub.test PONG hub.test :x"
        ]
    );
    assert_eq!(net.done(bob), 2);
    assert!(!net.read(ann).iter().any(|line| line.contains("too late")));
    assert_eq!(net.done(ann), 3);
}

#[test]
fn one_batch_takes_back_whatever_one_change_made_wrong() {
    let (mut net, ann, bob) = slow_room();
    net.writes(ann, "PRIVMSG #c :one");
    net.writes(ann, "MODE #c +m");
    for _ in 0..20 {
        net.writes(bob, "PRIVMSG #c :too late");
        net.writes(ann, "PRIVMSG #c :good");
    }
    net.commit();
    net.commit();
    assert_eq!(net.read(bob).len(), 2);
    let batch = net.appending.as_ref().unwrap();
    assert_eq!(batch.voids.len(), 2 * 20);
    net.commit();
    let lines = net.read(bob);
    assert_eq!(only(&lines[..20], "404").len(), 20);
    assert_eq!(only(&lines[20..], "PRIVMSG").len(), 20);
    assert!(net.appending.is_none());
}

#[test]
fn a_void_that_cannot_be_written_is_owed_but_not_waited_for() {
    let (mut net, ann, bob) = slow_room();
    net.writes(ann, "PRIVMSG #c :one");
    net.writes(ann, "KICK #c bob");
    net.writes(bob, "PRIVMSG #c :too late");
    net.commit();
    net.commit();
    net.read(bob);
    let owed = net.appending.as_ref().unwrap().voids.clone();
    assert!(!owed.is_empty());
    net.fail();
    assert_eq!(
        net.read(bob),
        line(":hub.test 404 bob #c :Cannot send to channel (+n)")
    );
    assert!(
        net.appending.is_none(),
        "a failing log is not asked again and again"
    );
    net.writes(ann, "PRIVMSG #c :two");
    assert_eq!(net.appending.as_ref().unwrap().voids, owed);
    net.commit();
    assert_eq!(net.voids, owed);
}

#[test]
fn a_void_that_is_owed_at_the_end_is_the_last_batch() {
    let (mut net, ann, bob) = slow_room();
    assert!(net.pipeline.closing_batch().is_none());
    net.writes(ann, "PRIVMSG #c :one");
    net.writes(ann, "KICK #c bob");
    net.writes(bob, "PRIVMSG #c :too late");
    net.commit();
    net.commit();
    let owed = net.appending.as_ref().unwrap().voids.clone();
    net.fail();
    let last = net.pipeline.closing_batch().unwrap();
    assert_eq!((last.records.len(), last.voids), (0, owed));
    assert!(net.pipeline.closing_batch().is_none());
}

#[test]
fn a_failed_batch_refuses_what_was_to_be_stored_and_nothing_else() {
    let (mut net, ann, bob) = slow_room();
    net.writes(ann, "PRIVMSG #c :one");
    net.writes(ann, "PING x");
    net.fail();
    let full = ":hub.test 404 ann #c :Cannot send to channel: not stored: no space left";
    assert_eq!(net.read(ann), [full, ":hub.test PONG hub.test :x"]);
    assert!(net.read(bob).is_empty());
    net.writes(ann, "NOTICE #c :two");
    net.writes(ann, "TOPIC #c :three");
    net.fail();
    net.fail();
    let notice =
        ":hub.test 400 ann TOPIC :Not carried out, because it cannot be stored: no space left";
    assert_eq!(net.read(ann), [full, notice]);
    net.writes(ann, "PRIVMSG #c :four");
    net.commit();
    assert_eq!(net.read(bob), line(":ann!u@h PRIVMSG #c :four"));
    assert_eq!(net.done(ann), 5);
    // The channel was founded by the first row that was stored.
    assert_eq!(net.log.len(), 2);
    assert!(matches!(net.log[0].fact, Fact::Found(_)));
}

#[test]
fn a_change_after_a_failed_batch_is_still_waited_for() {
    let (mut net, ann, bob) = slow_room();
    net.writes(ann, "TOPIC #c :one");
    net.writes(ann, "PRIVMSG #c :two");
    net.fail();
    assert_eq!(net.read(ann).len(), 1);
    net.commit();
    assert_eq!(net.read(bob), line(":ann!u@h PRIVMSG #c :two"));
}

#[test]
fn a_full_batch_takes_no_input_until_the_log_takes_it() {
    let (mut net, ann, _) = slow_room();
    net.writes(ann, "PRIVMSG #c :first");
    let mut taken = 0;
    while net.pipeline.takes_input() {
        net.writes(ann, "PRIVMSG #c :more");
        taken += 1;
    }
    assert_eq!(taken, 1_024);
    net.commit();
    assert!(net.pipeline.takes_input());
    assert_eq!(net.appending.as_ref().unwrap().records.len(), 2 * 1_024);
    net.commit();
    assert_eq!(net.done(ann), 1_025);
}

#[test]
fn leaving_waits_for_what_was_said_before() {
    let (mut net, ann, bob) = slow_room();
    net.writes(bob, "PRIVMSG #c :one");
    net.input(Input::Leave {
        session: id(bob),
        reason: "Connection reset".into(),
    });
    net.writes(bob, "PRIVMSG #c :never");
    assert!(!net.is_closed(bob));
    net.commit();
    assert!(net.is_closed(bob));
    assert_eq!(
        net.read(ann),
        [
            ":bob!u@h PRIVMSG #c :one",
            ":bob!u@h QUIT :Connection reset"
        ]
    );
    assert!(net.appending.is_none());
}

#[test]
fn leaving_before_the_answer_to_entering_closes() {
    let (mut net, ann, _) = slow_room();
    net.writes(ann, "PRIVMSG #c :one");
    let late = net.candidate("late", "", None);
    let double = net.candidate("ann", "", None);
    for who in [late, double] {
        net.input(Input::Leave {
            session: id(who),
            reason: "gone".into(),
        });
    }
    net.commit();
    assert!(net.is_closed(late));
    assert!(net.is_closed(double));
    assert!(
        net.says(ann, "ISON late")
            .contains(&":hub.test 303 ann :".into())
    );
}
