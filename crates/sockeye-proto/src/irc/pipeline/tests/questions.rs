//! WHO, WHOIS and what else only asks; CAP; CHATHISTORY.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::net::{Net, line, only, settings, untagged};
use crate::irc::history::{Buffer, Keep, Point, Query};
use crate::irc::settings::{Settings, TagsDenied};

#[test]
fn who_shows_members_one_client_or_those_that_match() {
    let mut net = Net::new();
    let [ann, bob, cid] = net.enter(["ann", "bob", "cid"]);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.says(bob, "AWAY :x");
    let end = ":hub.test 315 ann #c :End of WHO list";
    assert_eq!(
        net.says(ann, "WHO #c")[1..],
        [
            ":hub.test 352 ann #c u h hub.test ann H@ :0 Real Name",
            ":hub.test 352 ann #c u h hub.test bob G :0 Real Name",
            end
        ]
    );
    let one = net.says(ann, "WHO Cid");
    assert_eq!(
        one[0],
        ":hub.test 352 ann * u h hub.test cid H :0 Real Name"
    );
    assert_eq!(one[1], ":hub.test 315 ann Cid :End of WHO list");
    net.says(cid, "MODE cid +i");
    assert_eq!(only(&net.says(ann, "WHO *"), "352").len(), 2);
    assert_eq!(only(&net.says(cid, "WHO ?i?"), "352").len(), 1);
    assert_eq!(only(&net.says(ann, "WHO b*"), "352").len(), 1);
    net.says(ann, "MODE #c +s");
    assert!(only(&net.says(cid, "WHO #c"), "352").is_empty());
}

#[test]
fn whois_tells_what_the_asker_may_know() {
    let mut net = Net::new();
    let boss = net.enter_with("boss", "", Some("boss"));
    let [ann] = net.enter(["ann"]);
    net.says(boss, "JOIN #open,#secret");
    net.says(boss, "MODE #secret +s");
    net.says(boss, "AWAY :at lunch");
    net.passes_ms(61_500);
    assert_eq!(
        net.says(ann, "WHOIS BOSS"),
        [
            ":hub.test 311 ann boss u h * :Real Name",
            ":hub.test 319 ann boss :~#open",
            ":hub.test 312 ann boss hub.test :Test Net",
            ":hub.test 313 ann boss :is an IRC operator",
            ":hub.test 330 ann boss boss :is logged in as",
            ":hub.test 301 ann boss :at lunch",
            ":hub.test 317 ann boss 61 1767225600 :seconds idle, signon time",
            ":hub.test 318 ann BOSS :End of /WHOIS list",
        ]
    );
    assert!(only(&net.says(boss, "WHOIS boss boss"), "319")[0].ends_with(":~#open ~#secret"));
    let nobody = net.says(ann, "WHOIS nobody");
    assert_eq!(nobody[0], ":hub.test 401 ann nobody :No such nick/channel");
    assert_eq!(nobody[1], ":hub.test 318 ann nobody :End of /WHOIS list");
    assert_eq!(
        net.says(ann, "WHOIS"),
        line(":hub.test 431 ann :No nickname given")
    );
    let elsewhere = net.says(ann, "WHOIS other.server ann");
    assert_eq!(
        elsewhere,
        line(":hub.test 402 ann other.server :No such server")
    );
    assert_eq!(net.says(ann, "WHOIS hub.test ann").len(), 5);
}

#[test]
fn the_server_answers_about_itself() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    let numerics = |net: &mut Net, said: &str| -> Vec<String> {
        let lines = net.says(ann, said);
        lines
            .iter()
            .filter_map(|line| line.split(' ').nth(1).map(String::from))
            .collect()
    };
    assert_eq!(numerics(&mut net, "MOTD"), ["375", "372", "376"]);
    assert_eq!(numerics(&mut net, "MOTD hub.*"), ["375", "372", "376"]);
    assert_eq!(numerics(&mut net, "MOTD other"), ["402"]);
    assert_eq!(numerics(&mut net, "VERSION"), ["351", "005", "005", "005"]);
    assert_eq!(
        numerics(&mut net, "LUSERS"),
        ["251", "252", "254", "255", "265", "266"]
    );
    assert_eq!(numerics(&mut net, "ADMIN"), ["423"]);
    assert_eq!(numerics(&mut net, "INFO"), ["371", "371", "374"]);
    assert_eq!(
        net.says(ann, "TIME"),
        line(":hub.test 391 ann hub.test :2026-01-01T00:00:00.000Z")
    );
    assert_eq!(
        net.says(ann, "PING :a b"),
        line(":hub.test PONG hub.test :a b")
    );
    assert!(net.says(ann, "PONG x").is_empty());
    assert_eq!(
        net.says(ann, "ISON ann nobody :ANN bob"),
        line(":hub.test 303 ann :ann ann")
    );
    net.pipeline.reload(Settings {
        motd: Vec::new(),
        admin: ["Here".into(), "There".into(), "ops@hub.test".into()].into(),
        icon: Some("https://hub.test/i.png?size={size}".into()),
        ..settings()
    });
    assert_eq!(numerics(&mut net, "MOTD"), ["422"]);
    assert_eq!(
        net.says(ann, "ADMIN"),
        [
            ":hub.test 256 ann hub.test :Administrative info",
            ":hub.test 257 ann :Here",
            ":hub.test 258 ann :There",
            ":hub.test 259 ann :ops@hub.test",
        ]
    );
    let tokens = net.says(ann, "ISUPPORT").concat();
    let icon = " draft/ICON=https://hub.test/i.png?size\\x3D{size} ";
    assert!(tokens.contains(icon), "{tokens}");
}

/// Each token of 005 is a row of the page, with its value unless that depends on the hub.
#[test]
fn the_page_has_every_token_of_isupport() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/irc.md");
    let page = std::fs::read_to_string(path).unwrap();
    let mut net = Net::with(Settings {
        icon: Some("https://hub.test/i.png".into()),
        tags_denied: TagsDenied::from_entries(["*", "-typing"]).unwrap(),
        ..settings()
    });
    let [ann] = net.enter(["ann"]);
    let lines = only(&net.says(ann, "VERSION"), "005");
    let mut count = 0;
    for line in &lines {
        let tokens = line.split(" :").next().unwrap().split(' ').skip(3);
        for token in tokens {
            let name = token.split('=').next().unwrap();
            let rows = [format!("| `{token}` |"), format!("| `{name}=…` |")];
            assert!(rows.iter().any(|row| page.contains(row)), "{token}");
            count += 1;
        }
    }
    let table = page.split("## ISUPPORT").nth(1).unwrap();
    let table = table.split("## ").next().unwrap();
    assert_eq!(table.matches("\n| `").count(), count, "no row too many");
}

#[test]
fn isupport_tells_the_limits() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    let lines = only(&net.says(ann, "VERSION"), "005");
    assert!(
        lines
            .iter()
            .all(|line| line.split(' ').count() <= 13 + 3 + 5 && line.len() <= 510)
    );
    let all = lines.join(" ");
    for token in [
        "ACCOUNTEXTBAN=a",
        "CASEMAPPING=ascii",
        "CHANLIMIT=#:50",
        "CHANMODES=Ibe,k,fl,CMRUimnstu",
        "CHANTYPES=#",
        "CHATHISTORY=1000",
        "MAXLIST=I:64,b:64,e:64",
        "EXCEPTS=e",
        "EXTBAN=,am",
        "INVEX=I",
        "KEYLEN=23",
        "MODES=13",
        "MSGREFTYPES=timestamp,msgid",
        "NETWORK=Test\\x20Net",
        "NICKLEN=32",
        "PREFIX=(qaohv)~&@%+",
        "TOPICLEN=300",
        "UTF8ONLY",
    ] {
        assert!(all.contains(&[" ", token, " "].concat()), "{token}: {all}");
    }
}

#[test]
fn capabilities_change_how_lines_are_written() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.says(bob, "PRIVMSG #c :plain");
    net.read(ann);
    let acknowledged = net.says(ann, "CAP REQ :server-time echo-message");
    assert_eq!(
        acknowledged,
        line(":hub.test CAP ann ACK :server-time echo-message")
    );
    net.says(bob, "PRIVMSG #c :timed");
    assert!(net.read(ann)[0].starts_with("@time="));
    assert_eq!(
        untagged(&net.says(ann, "PRIVMSG #c :own")[0]),
        ":ann!u@h PRIVMSG #c :own"
    );
    assert!(net.says(ann, "CAP LS 302")[0].contains("draft/chathistory"));
    assert_eq!(
        net.says(ann, "CAP FROB"),
        line(":hub.test 410 ann FROB :Invalid CAP command")
    );
}

#[test]
fn members_read_history_and_others_do_not() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "batch draft/chathistory labeled-response", None);
    let bob = net.enter_with("bob", "batch draft/chathistory", None);
    net.says(ann, "JOIN #C");
    net.says(ann, "PRIVMSG #c :one");
    let number = net.log.last().unwrap().stamp.number;
    assert_eq!(
        net.says(ann, "@label=l CHATHISTORY LATEST #c * 10"),
        line("(history)")
    );
    let request = net.histories(ann).remove(0);
    assert_eq!(request.upto, number + 1);
    assert_eq!(request.reply.label.as_deref(), Some("l"));
    assert_eq!(request.reply.target, "#C");
    assert!(!request.reply.batch.is_empty());
    let Query::Messages {
        buffer: Buffer::Channel { id, events: false },
        keep: Keep::Last,
        limit: 10,
        ..
    } = request.query
    else {
        panic!("{request:?}");
    };
    assert_eq!(id, net.log[0].channel);

    net.says(
        ann,
        "CHATHISTORY AFTER #c timestamp=2026-01-01T00:00:00.000Z 5",
    );
    let request = net.histories(ann).remove(0);
    let Query::Messages {
        after: Some(Point::Time(_)),
        keep: Keep::First,
        ..
    } = request.query
    else {
        panic!("{request:?}");
    };
    for target in ["#c", "#none", "ann"] {
        let refused = net.says(bob, &["CHATHISTORY LATEST ", target, " * 10"].concat());
        assert!(refused[0].starts_with(":hub.test FAIL CHATHISTORY INVALID_TARGET LATEST"));
    }
    assert!(net.says(bob, "CHATHISTORY LATEST #c")[0].contains("FAIL CHATHISTORY"));

    let (from, to) = (
        "timestamp=2020-01-01T00:00:00.000Z",
        "timestamp=2030-01-01T00:00:00.000Z",
    );
    net.says(ann, "JOIN #unstored");
    net.says(
        ann,
        &["CHATHISTORY TARGETS ", from, " ", to, " 10"].concat(),
    );
    let request = net.histories(ann).remove(0);
    let Query::Targets { channels, .. } = request.query else {
        panic!("{request:?}")
    };
    assert_eq!(channels, [(net.log[0].channel, "#C".into())]);
}

#[test]
fn without_history_there_is_no_such_command() {
    let mut net = Net::with(Settings {
        history: false,
        ..settings()
    });
    let [ann] = net.enter(["ann"]);
    let refused = line(":hub.test 421 ann CHATHISTORY :Unknown command");
    assert_eq!(net.says(ann, "CHATHISTORY LATEST #c * 10"), refused);
    assert!(
        !only(&net.says(ann, "VERSION"), "005")
            .join(" ")
            .contains("CHATHISTORY")
    );
}
