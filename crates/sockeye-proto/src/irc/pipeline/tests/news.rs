//! What clients are told of each other by the capabilities that they asked for.

use std::string::String;
use std::vec::Vec;

use super::net::{Net, Who, account_ref, id, line, only, settings, tag, untagged};
use crate::irc::input::Input;
use crate::irc::settings::Settings;

/// A plain client, one with the capabilities, and one more with them, all on `#c`.
fn three(net: &mut Net, caps: &str) -> [Who; 3] {
    let plain = net.enter_with("plain", "", None);
    let [able, also] = ["able", "also"].map(|nick| net.enter_with(nick, caps, None));
    for who in [plain, able, also] {
        net.says(who, "JOIN #c");
    }
    for who in [plain, able, also] {
        net.read(who);
    }
    [plain, able, also]
}

fn logs_in(net: &mut Net, who: Who, name: &str) {
    let (session, account) = (id(who), account_ref(name));
    net.input(Input::Login { session, account });
}

fn moves(net: &mut Net, who: Who, user: &str, host: &str) {
    net.input(Input::Host {
        session: id(who),
        user: user.into(),
        host: host.into(),
    });
}

#[test]
fn account_notify_tells_peers_and_the_client_itself() {
    let mut net = Net::new();
    let [plain, able, also] = three(&mut net, "account-notify account-tag");
    logs_in(&mut net, able, "acc");
    let told = line(":able!u@h ACCOUNT acc");
    let own = ":hub.test 900 able able!u@h acc :You are now logged in as acc";
    assert_eq!(net.read(able), [told[0].as_str(), own]);
    assert_eq!(net.read(also), told);
    assert!(net.read(plain).is_empty());
    // The tag is that of before.
    logs_in(&mut net, able, "other");
    let told = line("@account=acc :able!u@h ACCOUNT other");
    assert_eq!(net.read(also), told);
    assert_eq!(net.read(able)[0], told[0]);
}

#[test]
fn a_reload_tells_what_may_be_had_now() {
    let mut net = Net::new();
    let able = net.enter_with("able", "cap-notify sasl draft/chathistory batch", None);
    let plain = net.enter_with("plain", "draft/chathistory", None);
    let without = || Settings {
        accounts: false,
        history: false,
        ..settings()
    };
    net.pipeline.reload(without());
    assert_eq!(
        net.says(able, "CAP LIST"),
        [
            ":hub.test CAP able DEL :sasl draft/account-registration draft/chathistory \
             draft/event-playback draft/message-redaction draft/read-marker soju.im/search znc.in/playback",
            ":hub.test CAP able LIST :batch cap-notify",
        ]
    );
    assert_eq!(
        net.says(plain, "CAP LIST"),
        line(":hub.test CAP plain LIST :")
    );
    net.pipeline.reload(settings());
    net.says(plain, "PING x");
    assert_eq!(
        net.says(able, "PING x")[0],
        ":hub.test CAP able NEW :sasl draft/account-registration draft/chathistory \
             draft/event-playback draft/message-redaction draft/read-marker soju.im/search znc.in/playback"
    );
}

#[test]
fn account_tag_is_on_all_that_a_client_does() {
    let mut net = Net::new();
    let [plain, able, _] = three(&mut net, "account-tag echo-message");
    let bob = net.enter_with("bob", "account-tag echo-message", Some("acc"));
    for said in [
        "JOIN #c",
        "PRIVMSG #c :hi",
        "NOTICE #c :hi",
        "NICK bo",
        "PRIVMSG able :hi",
        "PART #c :x",
    ] {
        let own = net.says(bob, said);
        let seen = net.read(able);
        assert_eq!(tag(&seen[0], "account"), Some("acc"), "{said}: {seen:?}");
        assert_eq!(tag(&own[0], "account"), Some("acc"), "{said}: {own:?}");
        for line in net.read(plain) {
            assert_eq!(line, untagged(&line), "{said}");
        }
    }
    // The server's own lines have none, nor those of a client without an account.
    net.says(bob, "JOIN #own");
    net.says(able, "JOIN #own");
    net.read(bob);
    assert!(net.says(able, "PRIVMSG #own :hi")[0].starts_with(":able!u@h"));
    assert_eq!(net.read(bob), line(":able!u@h PRIVMSG #own :hi"));
}

#[test]
fn extended_join_says_account_and_real_name() {
    let mut net = Net::new();
    let [plain, able, _] = three(&mut net, "extended-join");
    let bob = net.enter_with("bob", "", Some("acc"));
    assert_eq!(net.says(bob, "JOIN #c")[0], ":bob!u@h JOIN #c");
    assert_eq!(net.read(able), line(":bob!u@h JOIN #c acc :Real Name"));
    assert_eq!(net.read(plain), line(":bob!u@h JOIN #c"));
    let own = net.says(able, "JOIN #other");
    assert_eq!(own[0], ":able!u@h JOIN #other * :Real Name");
}

#[test]
fn away_notify_tells_changes_and_who_joins_away() {
    let mut net = Net::new();
    let [plain, able, also] = three(&mut net, "away-notify");
    let away = ":hub.test 306 able :You have been marked as being away";
    assert_eq!(net.says(able, "AWAY :at lunch"), line(away));
    assert_eq!(net.read(also), line(":able!u@h AWAY :at lunch"));
    // The same once more is no news.
    assert_eq!(net.says(able, "AWAY :at lunch"), line(away));
    assert!(net.read(also).is_empty());
    net.says(able, "AWAY");
    assert_eq!(net.read(also), line(":able!u@h AWAY"));
    assert!(net.read(plain).is_empty());
    let gone = net.enters(|candidate| candidate.away = Some("*".into()));
    net.says(gone, "JOIN #c");
    let seen = [":nick!u@h JOIN #c", ":nick!u@h AWAY :Not here right now"];
    assert_eq!(net.read(able), seen);
    assert_eq!(net.read(plain), seen[..1]);
    assert_eq!(only(&net.says(plain, "WHOIS nick"), "301").len(), 1);
}

#[test]
fn chghost_shows_a_new_host_or_a_return() {
    let mut net = Net::new();
    let [plain, able, also] = three(&mut net, "chghost extended-join");
    let bob = net.enter_with("bob", "chghost", Some("acc"));
    net.says(bob, "JOIN #c,#d");
    net.says(plain, "JOIN #d");
    net.says(plain, "MODE #c +ov bob bob");
    for who in [plain, able, also, bob] {
        net.read(who);
    }
    moves(&mut net, bob, "v", "cloak");
    let changed = ":bob!u@h CHGHOST v cloak";
    assert_eq!(
        net.read(bob),
        [changed, ":hub.test 396 bob cloak :is now your visible host"]
    );
    assert_eq!(net.read(able), line(changed));
    assert_eq!(net.read(also), line(changed));
    assert_eq!(
        net.read(plain),
        [
            ":bob!u@h QUIT :Changing host",
            ":bob!v@cloak JOIN #c",
            ":hub.test MODE #c +ov bob bob",
            ":bob!v@cloak JOIN #d",
            ":hub.test MODE #d +qo bob bob",
        ]
    );
    net.says(bob, "PRIVMSG #c :hi");
    assert_eq!(net.read(able), line(":bob!v@cloak PRIVMSG #c :hi"));
    moves(&mut net, bob, "v", "cloak");
    assert!(net.read(bob).is_empty());
}

#[test]
fn setname_changes_the_real_name_within_its_limit() {
    let mut net = Net::new();
    let [plain, able, also] = three(&mut net, "setname");
    let told = line(":able!u@h SETNAME :Bruce Wayne");
    assert_eq!(net.says(able, "SETNAME :Bruce Wayne"), told);
    assert_eq!(net.read(also), told);
    assert!(net.read(plain).is_empty());
    let user = only(&net.says(plain, "WHOIS able"), "311");
    assert!(user[0].ends_with(":Bruce Wayne"), "{user:?}");
    // Without the capability it works in silence.
    assert!(net.says(plain, "SETNAME x").is_empty());
    assert_eq!(net.read(able), line(":plain!u@h SETNAME :x"));
    let invalid = ":hub.test FAIL SETNAME INVALID_REALNAME :Realname is not valid";
    assert_eq!(net.says(able, "SETNAME :  "), line(invalid));
    let longest = "n".repeat(128);
    assert_eq!(net.says(able, &["SETNAME :", &longest].concat()).len(), 1);
    assert_eq!(
        net.says(able, &["SETNAME :", &longest, "n"].concat()),
        line(invalid)
    );
    assert_eq!(only(&net.says(able, "SETNAME"), "461").len(), 1);
}

#[test]
fn invite_notify_tells_the_others_of_the_channel() {
    let mut net = Net::new();
    let [plain, able, also] = three(&mut net, "invite-notify");
    let [guest] = net.enter(["guest"]);
    let invited = line(":plain!u@h INVITE guest #c");
    assert_eq!(only(&net.says(plain, "INVITE guest #c"), "341").len(), 1);
    assert_eq!(net.read(guest), invited);
    assert_eq!(net.read(able), invited);
    assert_eq!(net.read(also), invited);
}

#[test]
fn names_show_all_ranks_and_sources_to_those_who_asked() {
    let mut net = Net::new();
    let [plain, able, _] = three(&mut net, "multi-prefix userhost-in-names");
    net.says(plain, "MODE #c +v plain");
    let names = |net: &mut Net, who| -> String {
        let lines = only(&net.says(who, "NAMES #c"), "353");
        lines[0].split_once(" :").unwrap().1.into()
    };
    assert_eq!(names(&mut net, plain), "@plain able also");
    assert_eq!(names(&mut net, able), "@+plain!u@h able!u@h also!u@h");
    let flags = |net: &mut Net, who| -> String {
        let lines = only(&net.says(who, "WHO plain"), "352");
        lines[0].split(' ').nth(8).unwrap().into()
    };
    assert_eq!(flags(&mut net, plain), "H@");
    assert_eq!(flags(&mut net, able), "H@+");
}

#[test]
fn names_after_join_can_be_declined() {
    let mut net = Net::new();
    for cap in ["no-implicit-names", "draft/no-implicit-names"] {
        let who = net.enter_with(&cap[..2], cap, None);
        let own = net.says(who, "JOIN #c");
        assert_eq!(own.len(), 1, "{own:?}");
        assert_eq!(only(&net.says(who, "NAMES #c"), "353").len(), 1);
    }
}

#[test]
fn isupport_stands_in_a_batch_for_those_who_know_it() {
    let mut net = Net::new();
    let caps = "batch labeled-response draft/extended-isupport";
    let able = net.candidate("able", caps, None);
    let is_batched = |lines: &[String], from: &str| {
        let first = lines.iter().position(|line| line == from).unwrap();
        let end = ":hub.test BATCH -isupport";
        let last = lines.iter().position(|line| line.ends_with(end)).unwrap();
        let inner = &lines[first + 1..last];
        !inner.is_empty()
            && inner
                .iter()
                .all(|line| line.starts_with("@batch=isupport :hub.test 005 able "))
            && only(lines, "005").len() == inner.len()
    };
    let start = ":hub.test BATCH +isupport draft/isupport";
    assert!(is_batched(&net.read(able), start));
    assert!(is_batched(&net.says(able, "ISUPPORT"), start));
    // Inside a labelled answer it is a batch of the batch.
    let labelled = net.says(able, "@label=l VERSION");
    assert!(is_batched(&labelled, &["@batch=1 ", start].concat()));
    assert_eq!(labelled[0], "@label=l :hub.test BATCH +1 labeled-response");
    let [plain] = net.enter(["plain"]);
    let lines: Vec<_> = net.says(plain, "ISUPPORT");
    assert_eq!(only(&lines, "005").len(), lines.len());
}

#[test]
fn a_line_is_written_once_for_all_who_read_it_alike() {
    let mut net = Net::new();
    let all = "extended-join account-tag message-tags server-time";
    let caps = [
        "",
        "extended-join",
        "account-tag",
        "account-tag extended-join",
        all,
    ];
    // Two of each, for what only one reads is sent to it alone.
    let members: Vec<_> = (0..)
        .zip(caps.into_iter().chain(caps))
        .map(|(n, caps)| net.enter_with(&std::format!("n{n}"), caps, None))
        .collect();
    for &who in &members {
        net.says(who, "JOIN #c");
    }
    net.writes_of_sends();
    net.says(members[0], "PRIVMSG #c :hi");
    // A client without an account: two forms for five sets of capabilities.
    assert_eq!(net.writes_of_sends(), 2);
}
