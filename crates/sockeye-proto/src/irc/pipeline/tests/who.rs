//! WHO, WHOX and WHOIS: what is told to whom.

use std::string::String;
use std::vec::Vec;

use super::net::{Net, Who, account_ref, line, only, tag};
use crate::irc::input::Link;

/// An operator with an address and a certificate, and two others, all on `#c`.
fn three(net: &mut Net) -> [Who; 3] {
    let boss = net.enters(|candidate| {
        candidate.nick = "boss".into();
        candidate.account = Some(account_ref("boss"));
        candidate.link = Link {
            address: Some("192.0.2.7".into()),
            secure: true,
            certificate: Some([0xab; 32]),
            gateway: Some(("web".into(), "192.0.2.9".into())),
        };
    });
    let [ann, bob] = net.enter(["ann", "bob"]);
    for who in [boss, ann, bob] {
        net.says(who, "JOIN #c");
    }
    for who in [boss, ann, bob] {
        net.read(who);
    }
    [boss, ann, bob]
}

fn fields(net: &mut Net, who: Who, said: &str) -> Vec<String> {
    let prefix = ":hub.test 354 ";
    let lines = net.says(who, said);
    let found = lines.iter().filter_map(|line| line.strip_prefix(prefix));
    found
        .map(|line| line.split_once(' ').map_or("", |(_, rest)| rest).into())
        .collect()
}

#[test]
fn who_matches_server_and_real_name_and_shows_operators_alone() {
    let mut net = Net::new();
    let [boss, ann, _] = three(&mut net);
    for (said, count) in [
        ("WHO hub.*", 3),
        ("WHO real*", 3),
        ("WHO", 3),
        ("WHO 0", 3),
        ("WHO * o", 1),
        ("WHO #c o", 1),
        ("WHO ann o", 0),
        ("WHO x*", 0),
    ] {
        assert_eq!(only(&net.says(ann, said), "352").len(), count, "{said}");
    }
    assert_eq!(
        net.says(ann, "WHO #c o"),
        [
            ":hub.test 352 ann #c u h hub.test boss H*~ :0 Real Name",
            ":hub.test 315 ann #c :End of WHO list",
        ]
    );
    net.says(boss, "MODE boss +B");
    let seen = net.says(ann, "WHO boss");
    assert!(seen[0].contains(" boss H*~B "), "{seen:?}");
}

#[test]
fn whox_shows_the_fields_asked_for_in_their_order() {
    let mut net = Net::new();
    let [boss, ann, bob] = three(&mut net);
    net.passes_ms(5_000);
    assert_eq!(
        fields(&mut net, ann, "WHO boss %tcuihsnfdlaor,42"),
        ["42 #c u 255.255.255.255 h hub.test boss H*~ 0 5 boss n/a :Real Name"]
    );
    assert_eq!(
        fields(&mut net, boss, "WHO boss %i"),
        ["192.0.2.7"],
        "one's own address"
    );
    // An order of its own, fields that there are not, no token or a wrong one.
    assert_eq!(fields(&mut net, ann, "WHO bob %nxza"), ["bob 0"]);
    assert_eq!(fields(&mut net, ann, "WHO bob %tn"), ["0 bob"]);
    assert_eq!(fields(&mut net, ann, "WHO bob %tn,1234"), ["0 bob"]);
    assert_eq!(fields(&mut net, ann, "WHO bob %tn,1x"), ["0 bob"]);
    assert_eq!(fields(&mut net, ann, "WHO #c o%n"), ["boss"]);
    assert_eq!(fields(&mut net, ann, "WHO #c %n").len(), 3);
    assert_eq!(fields(&mut net, bob, "WHO nobody %n"), [""; 0]);
    let end = net.says(ann, "WHO #c %n");
    assert_eq!(end[3], ":hub.test 315 ann #c :End of WHO list");
}

#[test]
fn whois_tells_a_connection_to_itself_and_to_operators() {
    let mut net = Net::new();
    let [boss, ann, _] = three(&mut net);
    net.says(boss, "MODE boss +iw");
    let seen = net.says(ann, "WHOIS boss");
    assert_eq!(
        only(&seen, "671"),
        line(":hub.test 671 ann boss :is using a secure connection")
    );
    for numeric in ["276", "338", "350", "378", "379"] {
        assert!(only(&seen, numeric).is_empty(), "{numeric}");
    }
    let own = net.says(boss, "WHOIS boss");
    let fingerprint = "ab".repeat(32);
    for expected in [
        [
            ":hub.test 276 boss boss :has client certificate fingerprint ",
            &fingerprint,
        ]
        .concat(),
        ":hub.test 338 boss boss 192.0.2.7 :Is actually using host".into(),
        ":hub.test 378 boss boss :is connecting from *@192.0.2.7 192.0.2.7".into(),
        ":hub.test 350 boss boss * 192.0.2.9 :is connected via the web WebIRC gateway".into(),
        ":hub.test 379 boss boss :is using modes +iwo".into(),
    ] {
        assert!(own.contains(&expected), "{expected}: {own:?}");
    }
    let other = net.says(boss, "WHOIS ann");
    assert_eq!(
        only(&other, "379"),
        line(":hub.test 379 boss ann :is using modes +")
    );
    assert!(only(&other, "671").is_empty());
}

#[test]
fn the_lines_of_a_program_say_so() {
    let mut net = Net::new();
    let [boss, _, bob] = three(&mut net);
    let able = net.enter_with("able", "message-tags", None);
    net.says(able, "JOIN #c");
    net.says(bob, "MODE bob +B");
    net.says(bob, "PRIVMSG #c :beep");
    let seen = net.read(able);
    let tags = seen[0].split_once(' ').unwrap().0;
    assert!(tags.starts_with("@bot;msgid="), "{seen:?}");
    net.says(bob, "PART #c");
    assert_eq!(net.read(able), line("@bot :bob!u@h PART #c"));
    assert!(net.read(boss).iter().all(|line| !line.starts_with('@')));
    net.says(boss, "PRIVMSG #c :hi");
    assert_eq!(tag(&net.read(able)[0], "bot"), None);
}

#[test]
fn operators_hold_their_mode_by_logging_in() {
    let mut net = Net::new();
    let [boss, ann, bob] = three(&mut net);
    assert_eq!(net.says(boss, "MODE boss"), line(":hub.test 221 boss +o"));
    assert!(net.says(ann, "MODE ann +o").is_empty());
    assert_eq!(net.says(ann, "MODE ann"), line(":hub.test 221 ann +"));
    let session = super::net::id(ann);
    for (name, change) in [("boss", Some("+o")), ("boss", None), ("acc", Some("-o"))] {
        let account = account_ref(name);
        net.input(crate::irc::input::Input::Login { session, account });
        let told = only(&net.read(ann), "MODE");
        let told = told.first().and_then(|line| line.rsplit(' ').next());
        assert_eq!(told, change);
    }
    net.says(bob, "MODE bob +w");
    net.says(boss, "WALLOPS :hi");
    assert_eq!(net.read(bob), line(":boss!u@h WALLOPS :hi"));
    assert!(net.read(ann).is_empty());
}
