//! Several connections of one account that share a nick.

use std::string::String;
use std::vec::Vec;

use super::net::{Net, Who, line, only, settings, untagged};
use crate::irc::account::Answer;
use crate::irc::event::{Fact, PresenceChange, Record};
use crate::irc::input::Input;
use crate::irc::settings::{Presence, Settings};

/// Ann with two connections, the second with more capabilities, and bob, all on #c.
fn shared() -> (Net, [Who; 3]) {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "", Some("ann"));
    let bob = net.enter_with("bob", "", None);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    let tablet = net.enter_with("ann", "echo-message extended-join", Some("ann"));
    for who in [ann, bob, tablet] {
        net.read(who);
    }
    (net, [ann, tablet, bob])
}

fn without_tags(lines: Vec<String>) -> Vec<String> {
    lines.iter().map(|line| untagged(line).into()).collect()
}

#[test]
fn a_connection_of_the_same_account_gets_all_that_its_client_is() {
    let mut net = Net::new();
    let ann = net.enter_with("Ann", "", Some("ann"));
    let bob = net.enter_with("bob", "", None);
    net.says(ann, "JOIN #c");
    net.says(ann, "TOPIC #c :tea");
    net.says(ann, "MODE Ann +i");
    net.says(bob, "JOIN #c");
    let tablet = net.candidate("ann", "no-implicit-names draft/chathistory", Some("ann"));
    let lines = net.read(tablet);
    assert_eq!(lines[0], "(entered)");
    assert!(lines[1].starts_with(":hub.test 001 Ann :"), "{lines:?}");
    let state: Vec<_> = lines
        .iter()
        .skip_while(|line| !line.contains(" MODE "))
        .collect();
    assert_eq!(state[0], ":Ann!u@h MODE Ann +i");
    assert_eq!(state[1], ":Ann!u@h JOIN #c");
    assert_eq!(state[2], ":hub.test 332 Ann #c :tea");
    assert!(state[3].starts_with(":hub.test 333 Ann #c "));
    assert_eq!(state.len(), 4, "it asks for the names itself");
    assert_eq!(
        net.read(bob),
        Vec::<String>::new(),
        "the others see no difference"
    );
    let phone = net.candidate("ann", "", Some("ann"));
    let names = only(&net.read(phone), "353");
    assert_eq!(names, line(":hub.test 353 Ann = #c :~Ann bob"));
    let users = only(&net.says(bob, "LUSERS"), "251");
    assert!(users[0].contains("1 users and 1 invisible"), "{users:?}");
}

#[test]
fn what_is_said_on_one_shows_on_the_others() {
    let (mut net, [ann, tablet, bob]) = shared();
    assert!(
        net.says(ann, "PRIVMSG #c :hi").is_empty(),
        "no echo without echo-message"
    );
    for who in [tablet, bob] {
        assert_eq!(net.read(who), line(":ann!u@h PRIVMSG #c :hi"));
    }
    assert_eq!(
        net.says(tablet, "NOTICE bob :psst"),
        line(":ann!u@h NOTICE bob :psst")
    );
    for who in [ann, bob] {
        assert_eq!(net.read(who), line(":ann!u@h NOTICE bob :psst"));
    }
    net.says(bob, "PRIVMSG ann :both");
    for who in [ann, tablet] {
        assert_eq!(net.read(who), line(":bob!u@h PRIVMSG ann :both"));
    }
    net.says(ann, "PRIVMSG ann :note");
    assert_eq!(net.read(tablet), line(":ann!u@h PRIVMSG ann :note"), "once");
    net.says(ann, "MODE #c -n");
    net.says(ann, "PART #c :out");
    net.read(bob);
    net.read(tablet);
    net.says(ann, "PRIVMSG #c :outside");
    assert_eq!(net.read(tablet).len(), 1, "also what is said from outside");
}

#[test]
fn what_one_does_is_told_to_all() {
    let (mut net, [ann, tablet, bob]) = shared();
    for said in ["NICK anna", "TOPIC #c :x", "MODE #c +m", "PART #c :bye"] {
        let own = without_tags(net.says(ann, said));
        assert_eq!(own.len(), 1, "{said}");
        assert_eq!(without_tags(net.read(tablet)), own);
        assert_eq!(without_tags(net.read(bob)), own);
    }
    let own = net.says(ann, "JOIN #d");
    let other = net.read(tablet);
    assert_eq!(
        other[0], ":anna!u@h JOIN #d ann :Real Name",
        "in its own way"
    );
    assert_eq!(other[1..], own[1..]);
    net.says(tablet, "MODE anna +B");
    assert_eq!(net.says(ann, "MODE anna"), line(":hub.test 221 anna +B"));
}

#[test]
fn a_connection_leaves_alone_and_the_last_one_takes_the_client_along() {
    let (mut net, [ann, tablet, bob]) = shared();
    let bye = net.says(ann, "QUIT :off");
    assert_eq!(bye, line("ERROR :Closing link: ann!u@h (Quit: off)"));
    assert!(net.is_closed(ann));
    assert!(net.read(tablet).is_empty());
    assert!(net.read(bob).is_empty());
    net.says(bob, "PRIVMSG #c :still there?");
    assert_eq!(net.read(tablet).len(), 1);
    let reason = "Connection lost".into();
    let session = super::net::id(tablet);
    net.input(Input::Leave { session, reason });
    assert_eq!(net.read(bob), line(":ann!u@h QUIT :Connection lost"));
    let is_quit = |row: &&Record| matches!(&row.fact, Fact::Presence(it) if matches!(it.change, PresenceChange::Quit { .. }));
    assert_eq!(
        net.log.iter().filter(is_quit).count(),
        1,
        "one client has gone"
    );
}

#[test]
fn a_kill_and_a_ghost_end_all_connections() {
    let (mut net, [ann, tablet, bob]) = shared();
    let boss = net.enter_with("boss", "", Some("boss"));
    net.says(boss, "KILL ann :enough");
    for who in [ann, tablet] {
        let lines = net.read(who);
        assert_eq!(lines[0], ":boss!u@h KILL ann :Killed (boss (enough))");
        assert!(lines[1].starts_with("ERROR "));
        assert!(net.is_closed(who));
    }
    assert_eq!(net.read(bob), line(":ann!u@h QUIT :Killed (boss (enough))"));

    let (mut net, [ann, tablet, _]) = shared();
    let other = net.enter_with("ann2", "", Some("ann"));
    net.says(other, "NS REGAIN ann");
    assert!(net.is_closed(ann) && net.is_closed(tablet));
    assert_eq!(net.says(other, "MODE ann"), line(":hub.test 221 ann +"));
}

#[test]
fn a_client_is_away_when_all_its_connections_are() {
    let (mut net, [ann, tablet, _]) = shared();
    let watcher = net.enter_with("eve", "away-notify", None);
    net.says(watcher, "JOIN #c");
    net.read(ann);
    assert!(net.says(ann, "AWAY :lunch")[0].contains(" 306 "));
    assert!(net.read(watcher).is_empty(), "the tablet is there");
    net.says(tablet, "AWAY *");
    assert_eq!(net.read(watcher), line(":ann!u@h AWAY :lunch"));
    net.says(ann, "QUIT");
    assert_eq!(net.read(watcher), line(":ann!u@h AWAY :Not here right now"));
    let phone = net.enter_with("ann", "", Some("ann"));
    assert_eq!(net.read(watcher), line(":ann!u@h AWAY"));
    net.says(phone, "QUIT");
    assert_eq!(net.read(watcher), line(":ann!u@h AWAY :Not here right now"));
}

#[test]
fn a_nick_is_shared_with_the_same_account_only_and_while_that_is_wanted() {
    let (mut net, [ann, _, _]) = shared();
    let refused = |lines: &[String]| only(lines, "433").first().cloned();
    let eve = net.candidate("ann", "", Some("eve"));
    assert_eq!(
        refused(&net.read(eve)).as_deref(),
        Some(":hub.test 433 * ann :Nickname is already in use")
    );
    let guest = net.candidate("ann", "", None);
    assert!(refused(&net.read(guest)).is_some());
    let said = net.says(ann, "NS SET MULTICLIENT off");
    assert!(
        said.last().unwrap().contains("MULTICLIENT is false"),
        "{said:?}"
    );
    let third = net.candidate("ann", "", Some("ann"));
    let why = refused(&net.read(third)).unwrap();
    assert!(why.ends_with("your account does not share nicks"), "{why}");
    let mut again = net.restarted(settings());
    again.enter_with("ann", "", Some("ann"));
    let second = again.candidate("ann", "", Some("ann"));
    assert!(
        refused(&again.read(second)).is_some(),
        "what is wanted outlives a restart"
    );
}

#[test]
fn an_account_has_so_many_connections() {
    let presence = Presence {
        devices_max: 2,
        ..Presence::default()
    };
    let mut net = Net::with(Settings {
        presence,
        ..settings()
    });
    for _ in 0..2 {
        net.enter_with("ann", "", Some("ann"));
    }
    let third = net.candidate("ann", "", Some("ann"));
    let why = only(&net.read(third), "433");
    assert!(why[0].ends_with("as many connections as it may"), "{why:?}");
}

#[test]
fn lines_of_one_wait_for_what_another_has_changed() {
    let (mut net, [ann, tablet, bob]) = shared();
    net.slow_log();
    net.writes(bob, "PRIVMSG #c :in the log");
    net.writes(ann, "NICK anna");
    net.writes(tablet, "PRIVMSG #c :as anna");
    net.commit();
    net.commit();
    let said = net.log.iter().filter_map(|row| match &row.fact {
        Fact::Message(message) => Some(&*message.source),
        _ => None,
    });
    let said: Vec<&str> = said.collect();
    assert_eq!(said, ["bob!u@h", "anna!u@h"]);
    assert!(net.voids.is_empty());
}

#[test]
fn who_comes_while_the_last_one_goes_takes_its_goodbye_back() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "", Some("ann"));
    let bob = net.enter_with("bob", "", None);
    net.says(ann, "JOIN #c");
    net.says(ann, "TOPIC #c :lasts");
    net.says(bob, "JOIN #c");
    net.slow_log();
    net.writes(bob, "PRIVMSG #c :in the log");
    let tablet = net.candidate("ann", "", Some("ann"));
    let session = super::net::id(ann);
    net.input(Input::Leave {
        session,
        reason: "lost".into(),
    });
    net.commit();
    net.read(bob);
    net.commit();
    assert!(net.read(bob).is_empty(), "nobody has left");
    net.writes(bob, "PRIVMSG #c :a row, which takes the void along");
    net.commit();
    assert!(net.is_closed(ann) && !net.is_closed(tablet));
    assert_eq!(net.voids.len(), 1, "the QUIT that was stored");
}

#[test]
fn logging_in_later_joins_nothing_together() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "", Some("ann"));
    let guest = net.enter_with("guest", "", None);
    net.says(guest, "NS IDENTIFY ann pw");
    net.asked(guest);
    net.answers(guest, Ok(Answer::Account(super::net::account_ref("ann"))));
    assert_eq!(only(&net.says(guest, "NICK ann"), "433").len(), 1);
    assert!(net.read(ann).is_empty());
}

#[test]
fn a_session_watches_for_itself() {
    let (mut net, [ann, tablet, _]) = shared();
    net.says(ann, "MONITOR + eve");
    net.enter(["eve"]);
    assert_eq!(only(&net.read(ann), "730").len(), 1);
    assert!(net.read(tablet).is_empty());
    assert_eq!(only(&net.says(tablet, "MONITOR L"), "732").len(), 0);
}

#[test]
fn labels_and_batches_are_those_of_a_connection() {
    let mut net = Net::new();
    let caps = "labeled-response batch echo-message";
    let ann = net.enter_with("ann", caps, Some("ann"));
    let tablet = net.enter_with("ann", caps, Some("ann"));
    net.says(ann, "JOIN #c");
    net.read(tablet);
    let own = net.says(ann, "@label=x PRIVMSG #c :hi");
    assert_eq!(own, line("@label=x :ann!u@h PRIVMSG #c :hi"));
    assert_eq!(net.read(tablet), line(":ann!u@h PRIVMSG #c :hi"));
}
