//! What a proxy makes of those who come, and of where they want to go.

use super::*;

const PEER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)), 50_000);

fn info() -> ConnectionInfo {
    ConnectionInfo {
        peer: Some(PEER),
        ..Default::default()
    }
}

fn of_ali() -> Policy {
    Policy::with_login(Login::by(
        async |Credentials { name, password, .. }: Credentials| match (
            name.as_str(),
            password.as_str(),
        ) {
            ("ali", "secret") => Ok("ali".to_owned()),
            _ => Err(Denied::new(Reason::Login, "name or password is wrong")),
        },
    ))
}

fn count(policy: &Policy, reason: Reason) -> u64 {
    let counts = policy.denied();
    let found = counts.into_iter().find(|count| count.reason == reason);
    found.map_or(0, |count| count.times)
}

#[tokio::test]
async fn who_logs_in_is_known_and_nobody_else_is_taken_in() {
    let policy = of_ali();
    assert!(policy.wants_login());
    let ali = policy.log_in(b"ali", b"secret", &info()).await.unwrap();
    assert_eq!(ali.account.as_deref(), Some("ali"));
    assert_eq!(ali.from, PEER.ip());
    for (name, password) in [
        (b"ali".as_slice(), b"Secret".as_slice()),
        (b"", b""),
        (b"ali", b"secret\xff"),
        (b"ali\xff", b"secret"),
    ] {
        let denied = policy.log_in(name, password, &info()).await.unwrap_err();
        assert_eq!(denied.reason, Reason::Login);
    }
    assert_eq!(
        policy.come(&info()).unwrap_err().reason,
        Reason::LoginWanted
    );
    assert_eq!(count(&policy, Reason::Login), 4);
    assert_eq!(count(&policy, Reason::LoginWanted), 1);
}

#[tokio::test]
async fn an_open_one_asks_nobody_who_they_are() {
    let policy = Policy::open();
    assert!(!policy.wants_login());
    assert!(policy.come(&info()).unwrap().account.is_none());
    let caller = policy.log_in(b"ali", b"wrong", &info()).await.unwrap();
    assert!(caller.account.is_none());
}

fn rule(action: Action, to: &[&str]) -> Rule {
    let to = to.iter().map(|to| to.parse().unwrap());
    Rule {
        action,
        to: to.collect(),
        ..Rule::default()
    }
}

fn allow(to: &[&str]) -> Rule {
    rule(Action::Allow, to)
}

fn deny(to: &[&str]) -> Rule {
    rule(Action::Deny, to)
}

fn via(to: &[&str]) -> Rule {
    let via = Arc::new(["socks5h://up.example:1080".parse().unwrap()]);
    Rule { via, ..allow(to) }
}

fn ruled(rules: impl Into<Arc<[Rule]>>) -> Policy {
    Policy::open().with_rules(rules.into())
}

fn caller(account: Option<&str>, from: &str) -> Caller {
    Caller {
        account: account.map(Arc::from),
        from: from.parse().unwrap(),
    }
}

fn to(text: &str) -> Destination {
    let (host, port) = text.rsplit_once(':').unwrap();
    let host = host.trim_matches(['[', ']']);
    Destination {
        host: Host::parse(host).unwrap(),
        port: port.parse().unwrap(),
    }
}

/// What comes of a request: what is said ahead, else of the address that the name stands for.
fn asked(policy: &Policy, command: Command, destination: &str, at: &str) -> Result<Way, Reason> {
    let (ali, destination) = (caller(Some("ali"), "192.0.2.7"), to(destination));
    let ahead = policy.ahead(&ali, command, &destination);
    let way = ahead.and_then(|ahead| match ahead {
        Some(way) => Ok(way),
        None => {
            let at = SocketAddr::new(at.parse().unwrap(), destination.port);
            policy.check(&ali, command, &destination, at)
        }
    });
    way.map_err(|denied| denied.reason)
}

fn connects(policy: &Policy, destination: &str, at: &str) -> Result<Way, Reason> {
    asked(policy, Command::Connect, destination, at)
}

const ABROAD: &str = "198.51.100.9";

#[test]
fn nobody_gets_to_addresses_of_no_single_machine() {
    let policy = ruled([allow(&["0.0.0.0/0", "::/0", "169.254.0.0/16", "fe80::/10"])]);
    for closed in [
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "fe80::1",
        "ff02::1",
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "64:ff9b::a9fe:a9fe",
        "::169.254.1.1",
        "2002:a9fe:a9fe::1",
        "64:ff9b:1::a9fe:a9fe",
        "2001:0:1:2:3:4:5601:5601",
        "fe80::5efe:a9fe:a9fe",
        "2001:db8::5efe:a9fe:a9fe",
    ] {
        for command in [Command::Connect, Command::Bind, Command::UdpAssociate] {
            let said = asked(&policy, command, "name.example:80", closed);
            assert_eq!(said, Err(Reason::Closed), "{closed}");
        }
    }
    assert_eq!(
        connects(&policy, "name.example:80", ABROAD),
        Ok(Way::Direct)
    );
}

#[test]
fn a_proxy_that_others_reach_lets_nobody_inside_unless_a_rule_names_the_network() {
    let inside = [
        "127.0.0.1",
        "127.9.9.9",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "198.18.0.1",
        "240.0.0.1",
        "::1",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::c633:6409",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "2001:0:1:2:3:4:80ff:fffe",
        "fe00::5efe:a00:1",
    ];
    let guarding = Policy::open().guarding_inside(true);
    let wide = ruled([allow(&["0.0.0.0/0", "::/0", "*.example"])]).guarding_inside(true);
    for at in inside {
        for name in [
            "rebound.example:22",
            "localhost:22",
            "LOCALHOST.:22",
            "0x7f.1:22",
            "127.1:22",
        ] {
            for policy in [&guarding, &wide] {
                assert_eq!(
                    connects(policy, name, at),
                    Err(Reason::Inside),
                    "{name} {at}"
                );
            }
        }
        assert_eq!(
            connects(&Policy::open(), "host.example:22", at),
            Ok(Way::Direct)
        );
    }
    for abroad in [
        ABROAD,
        "172.32.0.1",
        "100.128.0.1",
        "2001:db8::1",
        "2002:c633:6409::1",
    ] {
        assert_eq!(
            connects(&guarding, "host.example:22", abroad),
            Ok(Way::Direct),
            "{abroad}"
        );
    }

    let opened = ruled([allow(&["10.1.0.0/16", "::1", "*.example"])]).guarding_inside(true);
    for (at, said) in [
        ("10.1.2.3", Ok(Way::Direct)),
        ("::ffff:10.1.2.3", Ok(Way::Direct)),
        ("::1", Ok(Way::Direct)),
        ("10.2.0.1", Err(Reason::Inside)),
        ("127.0.0.1", Err(Reason::Inside)),
    ] {
        assert_eq!(connects(&opened, "db.example:22", at), said, "{at}");
    }
}

#[test]
fn the_first_rule_that_fits_decides() {
    let policy = ruled([
        deny(&["bad.example", "*.bad.example", "203.0.113.0/24"]),
        allow(&["good.example"]),
        deny(&["*.example"]),
    ]);
    for (name, at, said) in [
        ("bad.example:80", ABROAD, Err(Reason::Rule)),
        ("BAD.Example.:80", ABROAD, Err(Reason::Rule)),
        ("a.b.bad.example:80", ABROAD, Err(Reason::Rule)),
        ("xbad.example:80", ABROAD, Err(Reason::Rule)),
        ("good.example:80", ABROAD, Ok(Way::Direct)),
        ("good.example:80", "203.0.113.5", Err(Reason::Rule)),
        ("www.good.example:80", ABROAD, Err(Reason::Rule)),
        ("example:80", ABROAD, Ok(Way::Direct)),
        ("other.test:80", ABROAD, Ok(Way::Direct)),
        ("other.test:80", "::ffff:203.0.113.5", Err(Reason::Rule)),
        ("203.0.113.5:80", "203.0.113.5", Err(Reason::Rule)),
    ] {
        assert_eq!(connects(&policy, name, at), said, "{name} at {at}");
    }
}

#[test]
fn a_rule_looks_at_who_from_where_to_what_and_for_what() {
    let from = vec!["192.0.2.0/24".parse().unwrap()];
    let ports = vec!["22".parse().unwrap(), "8000-8999".parse().unwrap()];
    let rule = Rule {
        accounts: vec!["ali".to_owned(), "bo".to_owned()],
        from,
        ports,
        commands: vec![Command::Connect],
        ..deny(&[])
    };
    let policy = ruled([rule]);
    for (account, from, command, port, denied) in [
        (Some("ali"), "192.0.2.7", Command::Connect, 22, true),
        (Some("bo"), "192.0.2.8", Command::Connect, 8080, true),
        (Some("cy"), "192.0.2.7", Command::Connect, 22, false),
        (None, "192.0.2.7", Command::Connect, 22, false),
        (Some("ali"), "192.0.3.7", Command::Connect, 22, false),
        (Some("ali"), "192.0.2.7", Command::Bind, 22, false),
        (Some("ali"), "192.0.2.7", Command::UdpAssociate, 22, false),
        (Some("ali"), "192.0.2.7", Command::Connect, 9000, false),
    ] {
        let at = SocketAddr::new(ABROAD.parse().unwrap(), port);
        let said = policy.check(&caller(account, from), command, &at.into(), at);
        assert_eq!(
            said.is_err(),
            denied,
            "{account:?} {from} {command:?} {port}: {said:?}"
        );
    }
}

#[test]
fn what_goes_by_way_of_others_is_not_looked_up_here() {
    let policy = ruled([
        deny(&["secret.corp"]),
        via(&["*.corp", "203.0.113.0/24"]),
        deny(&["198.51.100.9"]),
        via(&["*.org"]),
    ]);
    let by = Way::Via(policy.rules[1].via.clone());
    let (ali, connect) = (caller(Some("ali"), "192.0.2.7"), Command::Connect);
    let ahead = |name| {
        policy
            .ahead(&ali, connect, &to(name))
            .map_err(|denied| denied.reason)
    };
    assert_eq!(ahead("db.corp:5432"), Ok(Some(by.clone())));
    assert_eq!(ahead("secret.corp:80"), Err(Reason::Rule));
    // Whether the first network has it depends on the address.
    assert_eq!(ahead("db.org:80"), Ok(None));
    assert_eq!(
        connects(&policy, "db.org:80", "203.0.113.5"),
        Ok(by.clone())
    );
    assert_eq!(connects(&policy, "db.org:80", ABROAD), Err(Reason::Rule));
    assert_eq!(connects(&policy, "db.org:80", "192.0.2.1"), Ok(by));
    // Only connections have a way by others.
    let (there, bind) = (to("203.0.113.5:80"), Command::Bind);
    let denied = policy.allows(&ali, bind, &there, "203.0.113.5:80".parse().unwrap());
    assert_eq!(denied.unwrap_err().reason, Reason::Rule);

    let all = ruled([via(&[])]).guarding_inside(true);
    let ahead = |name| {
        all.ahead(&ali, connect, &to(name))
            .map_err(|denied| denied.reason)
    };
    assert!(matches!(ahead("db.corp:80"), Ok(Some(Way::Via(_)))));
    for numeric in [
        "127.1:80",
        "0x7f.1:80",
        "2130706433:80",
        "0x7f000001:80",
        "1.0x7F:80",
        "127.1.:80",
    ] {
        assert_eq!(ahead(numeric), Ok(None), "{numeric}");
        assert_eq!(connects(&all, numeric, "127.0.0.1"), Err(Reason::Inside));
    }
    assert_eq!(
        connects(&all, "10.0.0.1:80", "10.0.0.1"),
        Err(Reason::Inside)
    );
}

#[test]
fn hours_and_days_are_those_of_utc() {
    // Thursday, 1970-01-01 00:00; Tuesday, 2026-11-24 14:53.
    for (at_s, day, minute) in [(0, "thu", 0), (1_795_532_023, "tue", 14 * 60 + 53)] {
        let weekday = day.parse().unwrap();
        assert_eq!(Moment::at_s(at_s), Moment { weekday, minute });
    }
    let (ali, destination) = (caller(Some("ali"), "192.0.2.7"), to("host.example:80"));
    for (hours, weekdays, at_s, fits) in [
        (Some("14:53-14:54"), vec![], 1_795_532_023, true),
        (Some("14:54-14:53"), vec![], 1_795_532_023, false),
        (Some("22:00-06:00"), vec![], 0, true),
        (Some("22:00-06:00"), vec![], 6 * 3600, false),
        (Some("08:00-24:00"), vec![], 86_399, true),
        (None, vec!["mon", "tue"], 1_795_532_023, true),
        (None, vec!["mon", "wed"], 1_795_532_023, false),
    ] {
        let rule = Rule {
            hours: hours.map(|hours: &str| hours.parse().unwrap()),
            weekdays: weekdays
                .iter()
                .map(|day: &&str| day.parse().unwrap())
                .collect(),
            ..deny(&[])
        };
        let asked = Asked {
            caller: &ali,
            command: Command::Connect,
            destination: &destination,
            at: None,
            now: Moment::at_s(at_s),
        };
        assert_eq!(
            rule.fits(&asked) != Fit::No,
            fits,
            "{hours:?} {weekdays:?} {at_s}"
        );
    }
}

#[test]
fn parts_of_rules_are_read_as_they_are_written() {
    for text in [
        "*.example.com",
        "example.com",
        "10.0.0.0/8",
        "fd00::/8",
        "xn--bcher-kva.example",
    ] {
        assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
    }
    assert_eq!(
        "Example.COM.".parse(),
        Ok(Target::Name("example.com".into()))
    );
    assert_eq!("[::1]".parse::<Target>().unwrap().to_string(), "::1/128");
    for wrong in [
        "",
        "*",
        "*.",
        "a..b",
        ".example",
        "a b",
        "bücher.example",
        "10.0.0.0/33",
        "127.1",
        "0x7f.1",
        "http://a",
        "a:80",
        "*.*.a",
    ] {
        assert!(wrong.parse::<Target>().is_err(), "{wrong}");
    }
    for text in ["08:00-18:30", "22:00-06:00", "00:00-24:00"] {
        assert_eq!(text.parse::<Hours>().unwrap().to_string(), text);
    }
    for wrong in [
        "",
        "8:00-9:00",
        "08:00",
        "08:00-08:00",
        "24:00-08:00",
        "08:60-09:00",
        "08:00-25:00",
        "+8:00-09:00",
    ] {
        assert!(wrong.parse::<Hours>().is_err(), "{wrong}");
    }
    for text in ["443", "8000-8999", "0-65535"] {
        assert_eq!(text.parse::<Ports>().unwrap().to_string(), text);
    }
    for wrong in ["", "-", "9-8", "65536", "+1", "a", "1-"] {
        assert!(wrong.parse::<Ports>().is_err(), "{wrong}");
    }
    for day in WEEKDAYS {
        assert_eq!(day.parse::<Weekday>().unwrap().to_string(), day);
    }
}

#[test]
fn the_proxy_itself_is_reached_by_nobody_who_comes_from_it() {
    let policy = ruled([allow(&["127.0.0.0/8"])]);
    policy.ledger.set_own(vec![
        "127.0.0.1:1080".parse().unwrap(),
        "0.0.0.0:1081".parse().unwrap(),
    ]);
    for (at, said) in [
        ("127.0.0.1:1080", Err(Reason::Closed)),
        ("127.0.0.1:1081", Err(Reason::Closed)),
        ("127.0.0.9:1081", Err(Reason::Closed)),
        ("127.0.0.2:1080", Ok(Way::Direct)),
        ("127.0.0.1:1082", Ok(Way::Direct)),
        // Nobody's address, and so none of this machine.
        ("192.0.2.1:1081", Ok(Way::Direct)),
    ] {
        let ip = to(at).host.to_string();
        assert_eq!(connects(&policy, at, &ip), said, "{at}");
    }
}
