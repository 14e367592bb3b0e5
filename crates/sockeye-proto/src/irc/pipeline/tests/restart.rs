//! What outlives the last member and a restart.

use super::net::{Net, START_MS, Who, line, only, settings};
use crate::irc::event::Fact;
use crate::irc::history::{Buffer, Keep, Query};
use crate::irc::input::{Candidate, Input};
use crate::irc::pipeline::Pipeline;
use crate::irc::settings::Settings;

/// A network where ann, logged in, has given #c a topic, modes and a message.
fn furnished() -> (Net, Who) {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "", Some("ann"));
    net.says(ann, "JOIN #C");
    net.says(ann, "TOPIC #c :tea at five");
    net.passes_ms(5_000);
    net.says(ann, "MODE #c +klb-t pass 9 bad!*@*");
    net.says(ann, "PRIVMSG #c :hello");
    (net, ann)
}

#[test]
fn a_channel_with_stored_state_comes_back_as_it_was() {
    let (net, _) = furnished();
    let mut again = net.restarted(settings());
    let [bob] = again.enter(["bob"]);
    let refused = again.says(bob, "JOIN #c");
    assert_eq!(
        refused,
        line(":hub.test 475 bob #c :Cannot join channel (+k)")
    );
    let lines = again.says(bob, "JOIN #c pass");
    assert_eq!(
        lines,
        [
            ":bob!u@h JOIN #C",
            ":hub.test 332 bob #C :tea at five",
            ":hub.test 333 bob #C ann!u@h 1767225600",
            ":hub.test 353 bob = #C :bob",
            ":hub.test 366 bob #C :End of /NAMES list",
            "(history)",
        ]
    );
    let modes = again.says(bob, "MODE #c");
    assert_eq!(modes[0], ":hub.test 324 bob #C +nkl pass 9");
    assert_eq!(modes[1], ":hub.test 329 bob #C 1767225600");
    let bans = again.says(bob, "MODE #c b");
    assert_eq!(bans[0], ":hub.test 367 bob #C bad!*@* ann!u@h 1767225605");
    let [bad] = again.enter(["bad"]);
    let refused = again.says(bad, "JOIN #c pass");
    assert_eq!(
        refused,
        line(":hub.test 474 bad #c :Cannot join channel (+b)")
    );
}

#[test]
fn a_stored_channel_belongs_to_its_founder_and_to_admins() {
    let (net, _) = furnished();
    let mut again = net.restarted(settings());
    let names = |net: &mut Net, who| only(&net.says(who, "JOIN #c pass"), "353");
    let other = again.enter_with("ann", "", Some("other"));
    assert_eq!(
        names(&mut again, other),
        line(":hub.test 353 ann = #C :ann")
    );
    let founder = again.enter_with("x", "", Some("ann"));
    assert_eq!(
        names(&mut again, founder),
        line(":hub.test 353 x = #C :ann ~x")
    );
    assert_eq!(
        again.read(other),
        [":x!u@h JOIN #C", ":hub.test MODE #C +qo x x"]
    );
    let admin = again.enter_with("y", "", Some("boss"));
    assert_eq!(
        names(&mut again, admin),
        line(":hub.test 353 y = #C :ann ~x @y")
    );
}

#[test]
fn founders_and_admins_get_into_what_is_closed_to_others() {
    let (mut net, ann) = furnished();
    net.says(ann, "MODE #c +il 1");
    net.says(ann, "MODE #c +b *!*@*");
    let mut again = net.restarted(settings());
    let other = again.enter_with("other", "", Some("other"));
    let refused = again.says(other, "JOIN #c pass");
    assert_eq!(
        refused,
        line(":hub.test 473 other #c :Cannot join channel (+i)")
    );
    let names = |net: &mut Net, who| only(&net.says(who, "JOIN #c"), "353");
    let founder = again.enter_with("x", "", Some("ann"));
    assert_eq!(names(&mut again, founder), line(":hub.test 353 x = #C :~x"));
    let admin = again.enter_with("y", "", Some("boss"));
    assert_eq!(
        names(&mut again, admin),
        line(":hub.test 353 y = #C :~x @y")
    );
}

/// The snapshot that the first version wrote of the furnished network, and that it must be read
/// forever.
#[test]
fn a_snapshot_without_lists_of_exceptions_is_read() {
    let entry = b"\x01\x07bad!*@*\x07ann!u@h\x88\xf7\xea\xb6\xb73";
    let modes = b"\x03\x01\x01n\x00\x01\x01k\x01\x04pass\x01\x01l\x01\x019";
    let topic = b"\x01\x0btea at five\x07ann!u@h\x80\xd0\xea\xb6\xb73";
    let head = b"\x01\x01\x02\x02#C\x80\xd0\xea\xb6\xb73\x01\xee\xdc\x85\x03";
    let old = [&head[..], topic, modes, entry].concat();
    let read = Pipeline::restore(settings(), Some(&old), &[], 6, START_MS).unwrap();
    let (net, _) = furnished();
    assert_eq!(read.snapshot(), net.pipeline.snapshot());
    assert!(Pipeline::restore(settings(), Some(b"\x03\x00"), &[], 6, START_MS).is_err());
}

#[test]
fn lists_and_modes_of_every_kind_come_back() {
    let (mut net, ann) = furnished();
    net.says(ann, "JOIN #over");
    net.says(ann, "MODE #c +CMRUimstu");
    net.says(ann, "MODE #c +fbeeI #over m:a:x *@one a:two *@three");
    let mut again = net.restarted(settings());
    assert_eq!(again.pipeline.snapshot().1, net.pipeline.snapshot().1);
    let (upto, snapshot) = net.pipeline.snapshot();
    let read = Pipeline::restore(settings(), Some(&snapshot), &[], upto, START_MS).unwrap();
    assert_eq!(read.snapshot().1, snapshot);
    let founder = again.enter_with("x", "", Some("ann"));
    again.says(founder, "JOIN #c");
    let modes = again.says(founder, "MODE #c");
    assert_eq!(modes[0], ":hub.test 324 x #C +CMRUimnstuklf pass 9 #over");
    assert_eq!(only(&again.says(founder, "MODE #c e"), "348").len(), 2);
    assert_eq!(only(&again.says(founder, "MODE #c I"), "346").len(), 1);
    assert_eq!(only(&again.says(founder, "MODE #c b"), "367").len(), 2);
}

#[test]
fn a_snapshot_and_the_records_after_it_equal_all_records() {
    let (mut net, ann) = furnished();
    let (upto, snapshot) = net.pipeline.snapshot();
    net.says(ann, "MODE #c -k+i-b * bad!*@*");
    net.says(ann, "TOPIC #c :");
    net.says(ann, "JOIN #d");
    net.says(ann, "NOTICE #d :note");
    let (last, whole) = net.pipeline.snapshot();
    assert_eq!(last, net.log.last().unwrap().stamp.number);

    let rows = |from| {
        net.log
            .iter()
            .filter(move |record| record.stamp.number > from)
            .cloned()
    };
    let tail: std::vec::Vec<_> = rows(upto).collect();
    let all: std::vec::Vec<_> = rows(0).collect();
    let from_snapshot = Pipeline::restore(settings(), Some(&snapshot), &tail, last, 0).unwrap();
    let from_records = Pipeline::restore(settings(), None, &all, last, 0).unwrap();
    assert_eq!(from_snapshot.snapshot(), (last, whole.clone()));
    assert_eq!(from_records.snapshot(), (last, whole));
}

#[test]
fn a_snapshot_without_read_markers_is_read() {
    let (net, _) = furnished();
    let (upto, snapshot) = net.pipeline.snapshot();
    // No registration: one byte, which ends the one channel. No markers, no wishes, nobody who
    // stays, no metadata of accounts or channels: lists without entries.
    let old = [&[2], &snapshot[1..snapshot.len() - 6]].concat();
    let read = Pipeline::restore(settings(), Some(&old), &[], upto, START_MS).unwrap();
    assert_eq!(read.snapshot().1, snapshot);
}

#[test]
fn a_snapshot_from_before_clients_could_stay_is_read() {
    let (net, _) = furnished();
    let (upto, snapshot) = net.pipeline.snapshot();
    let old = [&[4], &snapshot[1..snapshot.len() - 4]].concat();
    let read = Pipeline::restore(settings(), Some(&old), &[], upto, START_MS).unwrap();
    assert_eq!(read.snapshot().1, snapshot);
}

#[test]
fn a_snapshot_without_metadata_is_read() {
    let (net, _) = furnished();
    let (upto, snapshot) = net.pipeline.snapshot();
    let old = [&[5], &snapshot[1..snapshot.len() - 2]].concat();
    let read = Pipeline::restore(settings(), Some(&old), &[], upto, START_MS).unwrap();
    assert_eq!(read.snapshot().1, snapshot);
}

/// The snapshot that the third version wrote of the furnished network.
#[test]
fn a_snapshot_without_registrations_is_read() {
    let (net, _) = furnished();
    let (upto, snapshot) = net.pipeline.snapshot();
    let entry = b"\x01\x07bad!*@*\x07ann!u@h\x88\xf7\xea\xb6\xb73";
    let modes = b"\x03\x01\x01n\x00\x01\x01k\x01\x04pass\x01\x01l\x01\x019";
    let topic = b"\x01\x0btea at five\x07ann!u@h\x80\xd0\xea\xb6\xb73";
    let head = b"\x03\x01\x02\x02#C\x80\xd0\xea\xb6\xb73\x01\xee\xdc\x85\x03";
    let (lists, marks) = (b"\x00", b"\x01\x09\x01\x02#c\xac\x02");
    let old = [&head[..], topic, modes, entry, lists, marks].concat();
    let read = Pipeline::restore(settings(), Some(&old), &[], upto, START_MS).unwrap();
    let registration = b"\x00";
    let channels = [&[6], &old[1..old.len() - marks.len()], registration].concat();
    let (wishes, stays, metadata) = (b"\x00", b"\x00", b"\x00\x00");
    let new = [&channels[..], marks, wishes, stays, metadata].concat();
    assert_eq!(read.snapshot().1, new);
    assert_eq!(snapshot[..channels.len()], channels);
}

#[test]
fn a_snapshot_of_another_format_is_refused() {
    for snapshot in [&[][..], &[9, 0], &[1, 255, 255]] {
        assert!(Pipeline::restore(settings(), Some(snapshot), &[], 0, 0).is_err());
    }
}

#[test]
fn numbers_and_times_go_on_after_a_restart() {
    let (net, _) = furnished();
    let last = net.log.last().unwrap().stamp;
    let restored = Pipeline::restore(settings(), None, &net.log, last.number, u64::MAX / 2);
    let mut again = Net::around(restored.unwrap());
    let [bob] = again.enter(["bob"]);
    again.says(bob, "JOIN #new");
    again.says(bob, "PRIVMSG #new :hi");
    for record in &again.log {
        assert!(record.stamp.number > last.number);
        assert_eq!(record.stamp.wall_ms, u64::MAX / 2);
    }
}

#[test]
fn a_channel_without_stored_state_ends_with_its_last_member() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    net.says(ann, "PART #c");
    assert_eq!(
        net.says(ann, "TOPIC #c"),
        line(":hub.test 403 ann #c :No such channel")
    );
    let joined = net.says(bob, "JOIN #c");
    assert!(joined.contains(&":hub.test 353 bob = #c :@bob".into()));
}

#[test]
fn a_joiner_gets_the_latest_messages_unless_it_asks_itself() {
    let (mut net, ann) = furnished();
    net.says(ann, "MODE #c -k *");
    let bob = net.enter_with(
        "bob",
        "batch draft/chathistory message-tags server-time",
        None,
    );
    assert!(!net.says(bob, "JOIN #c").contains(&"(history)".into()));
    let cid = net.enter_with("cid", "batch", None);
    assert_eq!(net.says(cid, "JOIN #c").last().unwrap(), "(history)");
    let request = net.histories(cid).remove(0);
    assert!(matches!(
        request.query,
        Query::Messages {
            keep: Keep::Last,
            limit: 50,
            after: None,
            before: None,
            ..
        }
    ));
    assert_eq!(request.reply.target, "#C");
    assert!(request.reply.asked.is_none());
    assert!(request.upto >= net.log.last().unwrap().stamp.number);

    net.pipeline.reload(Settings {
        replay_on_join: 0,
        ..settings()
    });
    let [dan] = net.enter(["dan"]);
    assert!(!net.says(dan, "JOIN #c").contains(&"(history)".into()));
}

#[test]
fn a_slot_may_be_taken_again_by_another_session() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.says(bob, "QUIT");
    net.reopen(bob);
    let session = crate::irc::id::SessionId::new(bob, 2);
    net.input(Input::Enter(Candidate {
        session,
        nick: "eve".into(),
        user: "u".into(),
        host: "h".into(),
        realname: "e".into(),
        caps: Default::default(),
        account: None,
        away: None,
        metadata: None,
        link: Default::default(),
    }));
    net.read(bob);
    net.says(ann, "PRIVMSG #c :not for eve");
    assert!(net.read(bob).is_empty());
    // What the old holder still had under way is not the new one's.
    net.writes(bob, "JOIN #c");
    assert!(net.read(bob).is_empty());
}

#[test]
fn a_row_of_an_ended_channel_does_not_stand_in_the_way_of_its_successor() {
    let mut net = Net::new();
    let [ann, bob, cid, dan] = net.enter(["ann", "bob", "cid", "dan"]);
    net.says(dan, "JOIN #other");
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.says(ann, "MODE #c +o bob");
    net.slow_log();
    net.writes(dan, "PRIVMSG #other :in the log");
    net.writes(ann, "KICK #c bob,ann");
    net.writes(cid, "JOIN #C");
    net.writes(bob, "PRIVMSG #c :of the old channel");
    net.writes(bob, "TOPIC #c :of the old channel");
    net.writes(cid, "PRIVMSG #c :of the new channel");
    net.commit();
    net.commit();
    // Now the hub dies: the old channel's rows are stored, their voids are not.
    assert!(!net.appending.as_ref().unwrap().voids.is_empty());
    let mut again = net.restarted(settings());
    let [eve] = again.enter(["eve"]);
    let joined = again.says(eve, "JOIN #c");
    assert_eq!(joined[0], ":eve!u@h JOIN #C");
    assert!(only(&joined, "332").is_empty());
    let request = again.histories(eve).remove(0);
    let Query::Messages {
        buffer: Buffer::Channel { id, .. },
        ..
    } = request.query
    else {
        panic!("{request:?}")
    };
    let of_new = net.log.iter().rev().find(|record| {
        matches!(&record.fact, Fact::Message(message) if message.text == "of the new channel")
    });
    assert_eq!(of_new.unwrap().channel, id);
}
