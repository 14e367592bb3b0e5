//! MODE of channels and of clients.

use std::format;
use std::vec::Vec;

use super::net::{Net, Who, line, only, settings};
use crate::irc::event::Fact;
use crate::irc::settings::{ChannelModes, Settings};

/// ann, operator, and bob in #c, with all read.
fn room() -> (Net, Who, Who) {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.read(ann);
    (net, ann, bob)
}

#[test]
fn modes_are_set_and_shown() {
    let (mut net, ann, bob) = room();
    let shown = net.says(bob, "MODE #C");
    assert_eq!(
        shown,
        [
            ":hub.test 324 bob #c +nt",
            ":hub.test 329 bob #c 1767225600"
        ]
    );
    let changed = line(":ann!u@h MODE #c +ims-t+kl key 12");
    assert_eq!(net.says(ann, "MODE #C +ims-t+kl key 12"), changed);
    assert_eq!(net.read(bob), changed);
    assert_eq!(
        net.says(bob, "MODE #c")[0],
        ":hub.test 324 bob #c +imnskl key 12"
    );
    let [cid] = net.enter(["cid"]);
    let refused = ":hub.test 442 cid #c :You're not on that channel";
    assert_eq!(net.says(cid, "MODE #c"), line(refused));
    net.says(ann, "MODE #c -s");
    assert_eq!(
        net.says(cid, "MODE #c")[0],
        ":hub.test 324 cid #c +imnkl * 12"
    );
}

#[test]
fn a_change_that_changes_nothing_is_not_announced() {
    let (mut net, ann, bob) = room();
    assert!(net.says(ann, "MODE #c +nt-ikl").is_empty());
    assert!(net.says(ann, "MODE #c +o ann").is_empty());
    assert!(net.read(bob).is_empty());
    assert_eq!(net.done(ann), 4);
}

#[test]
fn only_operators_change_modes() {
    let (mut net, ann, bob) = room();
    let refused = line(":hub.test 482 bob #c :You're not channel operator");
    assert_eq!(net.says(bob, "MODE #c +m"), refused);
    assert_eq!(
        net.says(ann, "MODE #c +o BOB"),
        line(":ann!u@h MODE #c +o bob")
    );
    assert_eq!(net.read(bob), line(":ann!u@h MODE #c +o bob"));
    assert_eq!(
        net.says(bob, "MODE #c -o+v ann ann"),
        line(":bob!u@h MODE #c -o+v ann ann")
    );
    assert_eq!(
        only(&net.says(bob, "NAMES #c"), "353"),
        line(":hub.test 353 bob = #c :+ann @bob")
    );
    let [cid] = net.enter(["cid"]);
    let refused = line(":hub.test 442 cid #c :You're not on that channel");
    assert_eq!(net.says(cid, "MODE #c +m"), refused);
}

#[test]
fn ranks_are_not_stored_and_the_rest_is() {
    let (mut net, ann, _) = room();
    net.says(ann, "MODE #c +v bob");
    assert!(net.log.is_empty());
    net.says(ann, "MODE #c +mv bob");
    let Fact::Mode { by, changes } = &net.log[1].fact else {
        panic!("{:?}", net.log)
    };
    assert_eq!(by, "ann!u@h");
    assert_eq!(
        changes.iter().map(|mode| mode.letter).collect::<Vec<_>>(),
        ['m']
    );
}

#[test]
fn wrong_modes_are_named_and_the_others_take_effect() {
    let (mut net, ann, bob) = room();
    let lines = net.says(ann, "MODE #c +xolkm nobody 0 bad,key");
    assert_eq!(
        lines,
        [
            ":hub.test 472 ann x :is unknown mode char to me",
            ":hub.test 401 ann nobody :No such nick/channel",
            ":hub.test 696 ann #c l 0 :A limit is a number of members, at least 1",
            ":hub.test 525 ann #c :Key is not well-formed",
            ":ann!u@h MODE #c +m",
        ]
    );
    assert_eq!(net.read(bob), line(":ann!u@h MODE #c +m"));
    let lines = net.says(ann, "MODE #c +ok");
    assert_eq!(only(&lines, "696").len(), 2);
    let [_cid] = net.enter(["cid"]);
    let refused = line(":hub.test 441 ann cid #c :They aren't on that channel");
    assert_eq!(net.says(ann, "MODE #c +v cid"), refused);
    let mask = format!("MODE #c +b {}", "m".repeat(129));
    assert_eq!(only(&net.says(ann, &mask), "696").len(), 1);
}

#[test]
fn bans_are_completed_listed_and_limited() {
    let (mut net, ann, bob) = room();
    assert_eq!(
        net.says(ann, "MODE #c +b bad"),
        line(":ann!u@h MODE #c +b bad!*@*")
    );
    net.read(bob);
    let list = net.says(bob, "MODE #c +b");
    assert_eq!(list[0], ":hub.test 367 bob #c bad!*@* ann!u@h 1767225600");
    assert_eq!(list[1], ":hub.test 368 bob #c :End of channel ban list");
    for number in 1..64 {
        assert_eq!(
            only(&net.says(ann, &format!("MODE #c +b {number}")), "MODE").len(),
            1
        );
    }
    let full = line(":hub.test 478 ann #c b :Channel list is full");
    assert_eq!(net.says(ann, "MODE #c +b more"), full);
    assert_eq!(
        net.says(ann, "MODE #c -b bad"),
        line(":ann!u@h MODE #c -b bad!*@*")
    );
    assert_eq!(only(&net.says(ann, "MODE #c +b more"), "MODE").len(), 1);
}

#[test]
fn a_key_is_taken_away_with_or_without_naming_it() {
    let (mut net, ann, _) = room();
    for without in ["-k", "-k *", "-k key"] {
        net.says(ann, "MODE #c +k key");
        let gone = net.says(ann, &format!("MODE #c {without}"));
        assert_eq!(gone, line(":ann!u@h MODE #c -k key"), "{without}");
    }
}

#[test]
fn long_changes_are_announced_on_several_lines() {
    let (mut net, ann, bob) = room();
    let masks: Vec<_> = (0..12)
        .map(|number| format!("{number}{}", "m".repeat(36)))
        .collect();
    let lines = net.says(
        ann,
        &format!("MODE #c +{} {}", "b".repeat(12), masks.join(" ")),
    );
    assert!(
        lines.len() > 1 && lines.iter().all(|line| line.len() <= 510),
        "{lines:?}"
    );
    assert_eq!(lines.join(" ").matches("!*@*").count(), 12);
    assert_eq!(net.read(bob), lines);
}

#[test]
fn a_new_channel_has_the_modes_that_are_set_for_it() {
    let channel_modes = ChannelModes::from_letters("Cs").unwrap();
    let mut net = Net::with(Settings {
        channel_modes,
        ..settings()
    });
    let [ann] = net.enter(["ann"]);
    net.says(ann, "JOIN #c");
    assert_eq!(net.says(ann, "MODE #c")[0], ":hub.test 324 ann #c +Cs");
    net.says(ann, "TOPIC #c :stays");
    // They are part of what is stored.
    let mut again = net.restarted(settings());
    let admin = again.enter_with("oda", "", Some("boss"));
    again.says(admin, "JOIN #c");
    assert_eq!(again.says(admin, "MODE #c")[0], ":hub.test 324 oda #c +Cs");
    assert_eq!(ChannelModes::default().letters(), "nt");
    assert_eq!(ChannelModes::ALL.letters(), "CMRUimnstu");
    for letters in ["k", "+nt", "n t", "o"] {
        assert_eq!(ChannelModes::from_letters(letters), None, "{letters}");
    }
}
