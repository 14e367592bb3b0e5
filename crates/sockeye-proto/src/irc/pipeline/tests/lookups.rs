//! LIST, WHOWAS, LINKS, HELP and what else looks something up.

use std::string::String;
use std::vec::Vec;

use super::net::{Net, Who, line, only};
use crate::irc::command::{TABLE, help};

fn listed(net: &mut Net, who: Who, said: &str) -> String {
    let names = only(&net.says(who, said), "322");
    let names: Vec<_> = names
        .iter()
        .map(|line| line.split(' ').nth(3).unwrap())
        .collect();
    names.join(" ")
}

#[test]
fn list_takes_names_masks_and_conditions() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #old,#Cats,#secret");
    net.says(ann, "MODE #secret +s");
    net.says(ann, "TOPIC #old :first");
    net.passes_ms(3_600_000);
    net.says(ann, "JOIN #new");
    net.says(bob, "JOIN #cats");
    net.says(ann, "TOPIC #new :second");
    for (said, expected) in [
        ("LIST", "#cats #new #old"),
        ("LIST #OLD,#none,#secret", "#old"),
        ("LIST #C*", "#cats"),
        ("LIST *a*,#new", "#cats #new"),
        ("LIST !*a*", "#new #old"),
        ("LIST >1", "#cats"),
        ("LIST <2,!#old", "#new"),
        ("LIST C>59", "#cats #old"),
        ("LIST C<60", "#new"),
        ("LIST T>59", "#old"),
        ("LIST T<1", "#new"),
        ("LIST U>0", ""),
        ("LIST nonsense", ""),
        ("LIST * hub.test", "#cats #new #old"),
    ] {
        let lower = listed(&mut net, bob, said).to_lowercase();
        assert_eq!(lower, expected, "{said}");
    }
    assert_eq!(
        listed(&mut net, ann, "LIST #secret,#secret"),
        "#secret #secret"
    );
    assert_eq!(only(&net.says(ann, "LIST * other"), "402").len(), 1);
}

#[test]
fn whowas_remembers_who_left_a_nick() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    let bob = net.enter_with("bob", "", Some("acc"));
    net.says(bob, "NICK Bobby");
    net.passes_ms(1_000);
    net.says(bob, "QUIT");
    let [bob] = net.enter(["bob"]);
    net.says(bob, "QUIT");
    assert_eq!(
        net.says(ann, "WHOWAS BOBBY"),
        [
            ":hub.test 314 ann Bobby u h * :Real Name",
            ":hub.test 330 ann Bobby acc :is logged in as",
            ":hub.test 312 ann Bobby hub.test :2026-01-01T00:00:01.000Z",
            ":hub.test 369 ann BOBBY :End of WHOWAS",
        ]
    );
    for (said, count) in [
        ("WHOWAS bob", 2),
        ("WHOWAS bob 1", 1),
        ("WHOWAS bob -1 hub.test", 2),
        ("WHOWAS bob,bobby", 3),
        ("WHOWAS ann", 0),
    ] {
        assert_eq!(only(&net.says(ann, said), "314").len(), count, "{said}");
    }
    assert_eq!(
        net.says(ann, "WHOWAS nobody"),
        [
            ":hub.test 406 ann nobody :There was no such nickname",
            ":hub.test 369 ann nobody :End of WHOWAS",
        ]
    );
    assert_eq!(only(&net.says(ann, "WHOWAS"), "431").len(), 1);
    assert_eq!(only(&net.says(ann, "WHOWAS bob 1 other"), "402").len(), 1);
    for _ in 0..600 {
        net.says(ann, "NICK one");
        net.says(ann, "NICK two");
    }
    assert_eq!(only(&net.says(ann, "WHOWAS one"), "314").len(), 500);
    assert_eq!(only(&net.says(ann, "WHOWAS bob"), "406").len(), 1);
}

#[test]
fn links_users_and_summon() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    let end = ":hub.test 365 ann * :End of /LINKS list";
    let own = ":hub.test 364 ann hub.test hub.test :0 Test Net";
    assert_eq!(net.says(ann, "LINKS"), [own, end]);
    assert_eq!(net.says(ann, "LINKS hub.test *"), [own, end]);
    assert_eq!(net.says(ann, "LINKS x*").len(), 1);
    assert_eq!(only(&net.says(ann, "LINKS x *"), "402").len(), 1);
    assert_eq!(
        net.says(ann, "USERS"),
        line(":hub.test 446 ann :USERS has been disabled")
    );
    assert_eq!(
        net.says(ann, "SUMMON x"),
        line(":hub.test 445 ann :SUMMON has been disabled")
    );
}

#[test]
fn whois_takes_several_nicks() {
    let mut net = Net::new();
    let [ann, _bob] = net.enter(["ann", "bob"]);
    let lines = net.says(ann, "WHOIS ann,bob,nobody");
    assert_eq!(only(&lines, "311").len(), 2);
    assert_eq!(only(&lines, "401").len(), 1);
    assert_eq!(
        only(&lines, "318"),
        line(":hub.test 318 ann ann,bob,nobody :End of /WHOIS list")
    );
}

#[test]
fn help_knows_every_command() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    assert_eq!(
        net.says(ann, "HELP join"),
        [
            ":hub.test 704 ann JOIN :JOIN <channels> [keys]",
            ":hub.test 705 ann JOIN :Joins channels, with commas between; JOIN 0 leaves all",
            ":hub.test 706 ann JOIN :End of /HELP",
        ]
    );
    assert_eq!(
        net.says(ann, "HELPOP nonsense"),
        line(":hub.test 524 ann nonsense :No help available on this topic")
    );
    let index = net.says(ann, "HELP").join(" ");
    assert!(help::TOPICS.is_sorted_by_key(|(name, ..)| name));
    for row in TABLE {
        assert!(index.contains(row.name), "{}", row.name);
    }
    for (name, ..) in help::TOPICS {
        let lines = net.says(ann, &["HELP ", name].concat());
        assert!(lines.iter().all(|line| line.len() < 300), "{lines:?}");
    }
}
