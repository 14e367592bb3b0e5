//! How far accounts have read (IRCv3 draft/read-marker).

use std::string::String;
use std::vec::Vec;

use super::net::{Net, Who, line, only, settings};

const T1: &str = "timestamp=2026-01-01T00:00:00.000Z";
const T2: &str = "timestamp=2026-01-01T00:00:05.000Z";

fn marked(target: &str, time: &str) -> Vec<String> {
    line(&[":hub.test MARKREAD ", target, " ", time].concat())
}

/// Two clients of ann, one that knows read markers and one that does not, and bob.
fn devices() -> (Net, [Who; 4]) {
    let mut net = Net::new();
    let caps = "draft/read-marker";
    let ann = net.enter_with("ann", caps, Some("ann"));
    let phone = net.enter_with("ann_phone", caps, Some("ann"));
    let old = net.enter_with("ann_old", "", Some("ann"));
    let bob = net.enter_with("bob", caps, Some("bob"));
    net.passes_ms(10_000);
    (net, [ann, phone, old, bob])
}

#[test]
fn a_marker_rises_and_all_clients_of_the_account_are_told() {
    let (mut net, [ann, phone, old, bob]) = devices();
    assert_eq!(net.says(ann, "MARKREAD #c"), marked("#c", "*"));
    let set = ["MARKREAD #C ", T2].concat();
    assert_eq!(net.says(ann, &set), marked("#C", T2));
    assert_eq!(net.read(phone), marked("#C", T2));
    for other in [old, bob] {
        assert!(net.read(other).is_empty());
    }
    let rows = net.log.len();
    for time in [T1, T2] {
        let again = ["MARKREAD #c ", time].concat();
        assert_eq!(net.says(phone, &again), marked("#c", T2));
    }
    assert!(net.read(ann).is_empty());
    assert_eq!(net.log.len(), rows, "what is no news is not stored");
    assert_eq!(net.says(bob, "MARKREAD #c"), marked("#c", "*"));
}

#[test]
fn nobody_has_read_what_is_still_to_come() {
    let (mut net, [ann, ..]) = devices();
    let future = "MARKREAD #c timestamp=2030-01-01T00:00:00.000Z";
    let now = "timestamp=2026-01-01T00:00:10.000Z";
    assert_eq!(net.says(ann, future), marked("#c", now));
}

#[test]
fn a_person_has_one_marker_under_any_nick() {
    let (mut net, [ann, phone, _, bob]) = devices();
    net.says(bob, "NICK robert");
    let set = ["MARKREAD robert ", T1].concat();
    assert_eq!(net.says(ann, &set), marked("robert", T1));
    assert_eq!(net.read(phone), marked("robert", T1));
    net.says(bob, "QUIT");
    assert_eq!(net.says(ann, "MARKREAD bob"), marked("bob", T1));
}

#[test]
fn it_comes_between_join_and_the_end_of_names() {
    let (mut net, [ann, _, old, _]) = devices();
    net.says(ann, &["MARKREAD #c ", T1].concat());
    let joined = net.says(ann, "JOIN #C");
    assert_eq!(joined[0], ":ann!u@h JOIN #C");
    assert_eq!(joined[1], marked("#C", T1)[0]);
    assert!(joined[2].contains(" 353 "));
    assert!(only(&net.says(old, "JOIN #C"), "MARKREAD").is_empty());
}

#[test]
fn markers_outlive_a_restart() {
    let (mut net, [ann, ..]) = devices();
    net.says(ann, &["MARKREAD #c ", T2].concat());
    net.says(ann, "MARKREAD bob timestamp=2030-01-01T00:00:00.000Z");
    let mut again = net.restarted(settings());
    let ann = again.enter_with("ann", "", Some("ann"));
    assert_eq!(again.says(ann, "MARKREAD #c"), marked("#c", T2));
    let clamped = "timestamp=2026-01-01T00:00:10.000Z";
    assert_eq!(again.says(ann, "MARKREAD bob"), marked("bob", clamped));
}

#[test]
fn what_is_wrong_is_said() {
    let (mut net, [ann, ..]) = devices();
    let [guest] = net.enter(["guest"]);
    assert_eq!(
        net.says(ann, "MARKREAD"),
        line(":hub.test FAIL MARKREAD NEED_MORE_PARAMS :Missing parameters")
    );
    for (params, context) in [
        ("#c *", "#c *"),
        ("#c 2026-01-01T00:00:00.000Z", "#c 2026-01-01T00:00:00.000Z"),
        ("#a:b", "#a:b"),
        ("a!b", "a!b"),
    ] {
        let refused = net.says(ann, &["MARKREAD ", params].concat());
        let start = [":hub.test FAIL MARKREAD INVALID_PARAMS ", context, " :"].concat();
        assert!(refused[0].starts_with(&start), "{refused:?}");
    }
    let refused = net.says(guest, &["MARKREAD #c ", T1].concat());
    assert!(refused[0].starts_with(":hub.test FAIL MARKREAD INTERNAL_ERROR #c :"));
    assert_eq!(net.says(guest, "MARKREAD #c"), marked("#c", "*"));
}

#[test]
fn a_marker_that_cannot_be_stored_does_not_rise() {
    let (mut net, [ann, phone, ..]) = devices();
    net.slow_log();
    net.writes(ann, &["MARKREAD #c ", T1].concat());
    net.fail();
    let refused = net.read(ann);
    let start = ":hub.test FAIL MARKREAD INTERNAL_ERROR #c :";
    assert!(refused[0].starts_with(start), "{refused:?}");
    assert!(net.read(phone).is_empty());
    assert_eq!(net.says(ann, "MARKREAD #c"), marked("#c", "*"));
}

#[test]
fn an_account_has_so_many_markers_and_no_more() {
    let (mut net, [ann, ..]) = devices();
    net.says(ann, &["MARKREAD #oldest ", T1].concat());
    for n in 0..crate::irc::network::MARKS_MAX {
        net.says(ann, &std::format!("MARKREAD #c{n} {T2}"));
    }
    assert_eq!(net.says(ann, "MARKREAD #oldest"), marked("#oldest", "*"));
    assert_eq!(net.says(ann, "MARKREAD #c0"), marked("#c0", T2));
}
