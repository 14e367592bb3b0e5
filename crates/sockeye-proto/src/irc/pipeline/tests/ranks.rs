//! Prefixes: who gives and takes what, kicks whom, and speaks to whom.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::net::{Net, Who, account_ref, id, line, only};
use crate::irc::input::Input;

/// A founder (by account), an operator, a halfop, a voice and a member without a prefix in #c,
/// with all read.
fn ranked() -> (Net, [Who; 5]) {
    let mut net = Net::new();
    let founder = net.enter_with("fay", "", Some("fay"));
    let [op, half, voice, none] = net.enter(["oda", "hal", "vic", "nan"]);
    let all = [founder, op, half, voice, none];
    for who in all {
        net.says(who, "JOIN #c");
    }
    net.says(founder, "MODE #c +ohv oda hal vic");
    for who in all {
        net.read(who);
    }
    (net, all)
}

fn names(net: &mut Net, who: Who) -> String {
    let lines = only(&net.says(who, "NAMES #c"), "353");
    lines[0].rsplit(':').next().unwrap().into()
}

#[test]
fn each_rank_shows_its_highest_prefix() {
    let (mut net, [founder, ..]) = ranked();
    assert_eq!(names(&mut net, founder), "~fay @oda %hal +vic nan");
    let changed = net.says(founder, "MODE #c +av oda oda");
    assert_eq!(changed, line(":fay!u@h MODE #c +av oda oda"));
    assert_eq!(names(&mut net, founder), "~fay &oda %hal +vic nan");
    net.says(founder, "MODE #c -ao oda oda");
    assert_eq!(names(&mut net, founder), "~fay +oda %hal +vic nan");
    net.says(founder, "MODE #c -qo fay fay");
    assert_eq!(names(&mut net, founder), "fay +oda %hal +vic nan");
}

#[test]
fn prefixes_are_given_and_taken_by_who_may() {
    let (mut net, [founder, op, half, voice, none]) = ranked();
    let not_operator = line(":hub.test 482 hal #c :You're not channel operator");
    for refused in ["+o nan", "+h nan", "-h oda", "-o oda"] {
        assert_eq!(net.says(half, &format!("MODE #c {refused}")), not_operator);
    }
    assert_eq!(
        net.says(half, "MODE #c +v nan"),
        line(":hal!u@h MODE #c +v nan")
    );
    net.read(op);
    let not_founder = line(":hub.test 482 oda #c :You're not channel founder");
    for refused in ["+q oda", "+a nan", "-q fay"] {
        assert_eq!(net.says(op, &format!("MODE #c {refused}")), not_founder);
    }
    let higher = line(":hub.test 482 oda #c :They have a higher rank than you");
    assert_eq!(net.says(op, "MODE #c -o fay"), higher);
    assert_eq!(net.says(op, "MODE #c +oh nan nan").len(), 1);
    assert_eq!(net.says(op, "MODE #c -o nan").len(), 1);
    net.read(founder);
    assert_eq!(net.says(founder, "MODE #c +q nan").len(), 1);
    assert_eq!(net.says(founder, "MODE #c -qhv nan nan nan").len(), 1);
    for who in [voice, none] {
        net.read(who);
    }
    // Everybody may give up what they have.
    assert_eq!(net.says(none, "MODE #c -v nan").len(), 0);
    assert_eq!(net.says(voice, "MODE #c -v vic").len(), 1);
    assert_eq!(only(&net.says(voice, "MODE #c +v vic"), "482").len(), 1);
    net.read(half);
    assert_eq!(net.says(half, "MODE #c -h hal").len(), 1);
}

#[test]
fn halfops_moderate_and_operators_decide() {
    let (mut net, [founder, _, half, ..]) = ranked();
    let changed = net.says(half, "MODE #c +imbeI bad a:ann *@home");
    let wanted = ":hal!u@h MODE #c +imbeI bad!*@* a:ann *!*@home";
    assert_eq!(changed, line(wanted));
    let refused = net.says(half, "MODE #c +sk-i key");
    assert_eq!(
        refused,
        [
            ":hub.test 482 hal #c :You're not channel operator",
            ":hal!u@h MODE #c -i"
        ]
    );
    for letter in ["n", "t", "C", "M", "R", "U", "u", "k x", "l 3", "f #c"] {
        let lines = net.says(half, &format!("MODE #c +{letter}"));
        assert!(only(&lines, "MODE").is_empty(), "{letter}");
    }
    assert_eq!(net.says(half, "TOPIC #c :by a halfop").len(), 1);
    net.says(founder, "MODE #c +i");
    let [guest] = net.enter(["guest"]);
    assert_eq!(only(&net.says(half, "INVITE guest #c"), "341").len(), 1);
    assert_eq!(only(&net.says(guest, "JOIN #c"), "JOIN").len(), 1);
}

#[test]
fn a_kick_needs_the_rank_that_takes_the_victims() {
    let (mut net, [founder, op, half, ..]) = ranked();
    let refused = line(":hub.test 482 hal #c :You're not channel operator");
    for victim in ["fay", "oda", "hal"] {
        assert_eq!(net.says(half, &format!("KICK #c {victim}")), refused);
    }
    assert_eq!(net.says(half, "KICK #c nan,vic :out").len(), 2);
    assert_eq!(only(&net.says(op, "KICK #c fay"), "482").len(), 1);
    net.says(founder, "MODE #c +a oda");
    net.read(op);
    let [other] = net.enter(["other"]);
    net.says(other, "JOIN #c");
    net.says(founder, "MODE #c +a other");
    net.read(op);
    assert_eq!(only(&net.says(op, "KICK #c other"), "482").len(), 1);
    assert_eq!(only(&net.says(founder, "KICK #c oda"), "KICK").len(), 1);
}

#[test]
fn a_message_for_a_rank_reaches_it_and_those_above() {
    let (mut net, [founder, op, half, voice, none]) = ranked();
    let mut hears = |said: &str| -> Vec<bool> {
        net.says(none, said);
        [founder, op, half, voice]
            .iter()
            .map(|&who| net.read(who).len() == 1)
            .collect()
    };
    assert_eq!(hears("PRIVMSG ~#c :x"), [true, false, false, false]);
    assert_eq!(hears("PRIVMSG @#C :x"), [true, true, false, false]);
    assert_eq!(hears("NOTICE %#c :x"), [true, true, true, false]);
    assert_eq!(hears("PRIVMSG @+#c :x"), [true, true, true, true]);
    net.says(none, "PRIVMSG &%#c :to halfops");
    let read = net.read(half);
    assert_eq!(read, line(":nan!u@h PRIVMSG %#c :to halfops"));
    assert!(net.log.is_empty(), "all members read the history");
    net.says(founder, "MODE #c +m");
    net.read(none);
    let refused = ":hub.test 404 nan @#c :Cannot send to channel (+m)";
    assert_eq!(net.says(none, "PRIVMSG @#c :x"), line(refused));
    let refused = ":hub.test 403 nan @#none :No such channel";
    assert_eq!(net.says(none, "PRIVMSG @#none :x"), line(refused));
}

#[test]
fn in_an_op_moderated_channel_halfops_hear_who_has_no_prefix() {
    let (mut net, [founder, op, half, voice, none]) = ranked();
    net.says(founder, "MODE #c +U");
    let stored = net.log.len();
    for who in [op, half, voice, none] {
        net.read(who);
    }
    net.says(none, "PRIVMSG #c :help");
    let heard = line(":nan!u@h PRIVMSG #c :help");
    for who in [founder, op, half] {
        assert_eq!(net.read(who), heard);
    }
    assert!(net.read(voice).is_empty());
    assert_eq!(net.log.len(), stored, "all members read the history");
    net.says(voice, "PRIVMSG #c :to all");
    assert_eq!(net.read(none).len(), 1);
    assert_eq!(net.log.len(), stored + 1);
}

#[test]
fn a_line_for_all_is_refused_when_it_has_become_one_for_few() {
    let (mut net, [founder, op, _, _, none]) = ranked();
    net.slow_log();
    net.writes(founder, "MODE #c +U");
    net.writes(none, "PRIVMSG #c :to all");
    net.commit();
    net.commit();
    assert_eq!(only(&net.read(op), "PRIVMSG"), Vec::<String>::new());
    net.commit();
    let refused = ":hub.test 404 nan #c :Cannot send to channel (+U)";
    assert_eq!(only(&net.read(none), "404"), line(refused));
    assert_eq!(
        net.voids.len(),
        2,
        "its row, and the founding that it brought"
    );
}

#[test]
fn who_logs_in_has_what_belongs_to_the_account() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    let founder = net.enter_with("fay", "", Some("fay"));
    net.says(founder, "JOIN #c,#d");
    for who in [ann, bob] {
        net.says(who, "JOIN #c");
    }
    net.says(founder, "MODE #c +ou ann");
    for who in [ann, bob, founder] {
        net.read(who);
    }
    net.input(Input::Login {
        session: id(ann),
        account: account_ref("fay"),
    });
    let given = ":hub.test MODE #c +q ann";
    assert_eq!(only(&net.read(ann), "MODE"), line(given));
    assert_eq!(net.read(founder), line(given));
    net.read(bob);
    net.input(Input::Login {
        session: id(bob),
        account: account_ref("fay"),
    });
    assert_eq!(
        only(&net.read(bob), "MODE"),
        line(":hub.test MODE #c +qo bob bob")
    );
    let [dan] = net.enter(["dan"]);
    net.says(dan, "JOIN #c");
    net.says(founder, "MODE #c -qo bob bob");
    net.read(dan);
    net.input(Input::Login {
        session: id(bob),
        account: account_ref("fay"),
    });
    let appears = [":bob!u@h JOIN #c", ":hub.test MODE #c +qo bob bob"];
    assert_eq!(net.read(dan), appears);
}
