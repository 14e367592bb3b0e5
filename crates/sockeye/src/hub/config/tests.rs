mod balance;
mod proxy;

use super::*;
use crate::endpoint::{Endpoint, Secret};

fn mistakes(text: &str) -> String {
    Config::parse(text, "hub.toml").unwrap_err().to_string()
}

fn listen(at: &str, serve: &str) -> Listen {
    Listen {
        at: Endpoint::parse(at).unwrap(),
        serve: Endpoint::parse_served(serve).unwrap(),
        balance: None,
        open: false,
    }
}

#[test]
fn an_empty_file_is_the_defaults_without_listeners() {
    assert_eq!(Config::parse("", "hub.toml").unwrap(), Config::default());
}

#[test]
fn every_key_reaches_its_place() {
    let text = r#"
        [hub]
        name = "hub.example"
        data = "/var/lib/sockeye"
        exempt = ["10.0.0.0/8", "::1"]
        connects_per_source = 10
        connects_per_network = 0
        connects_window_s = 60
        sessions = 500
        audit_days = 30
        audit_rows = 0

        [chat]
        network = "Example"
        motd = """
        Hello.
        Be kind."""
        history = false
        history_events = false
        search = false
        history_days = 30
        history_channel_messages = 100
        history_direct_messages = 10
        redaction_window_s = 60
        replay_on_join = 0
        channel_modes = "Cnt"
        client_tags_denied = ["*", "-typing"]
        channel_relays = false
        register = false
        reserve_nicks = true
        channels_per_account = 3
        multiclient = false
        devices_per_account = 3
        always_on = "opt-out"
        always_on_clients = 50
        always_on_days = 90
        away_text = "Gone"
        admin = "Here\nThere"
        icon = "https://hub.example/i.png"
        sts_port = 6697
        sts_duration_s = 60
        casemapping = "precis"
        require_sasl = ["198.51.100.0/24"]
        hosts = "address"
        pending_per_source = 8
        registered_per_source = 0x10

        [page]
        metrics = ["198.51.100.7"]

        [[listen]]
        at = ":6697 +limit,per-ip=20 +tls,cert=a.pem,key=a.key"
        serve = "chat"

        [[listen]]
        at = "8081"
        serve = "tcp://10.0.0.9:80"
    "#;
    let expected = Config {
        proxy: Proxy::default(),
        hub: Hub {
            name: "hub.example".into(),
            data: Some("/var/lib/sockeye".into()),
            exempt: vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()],
            connects_per_source: 10,
            connects_per_network: 0,
            connects_window_s: 60,
            sessions: Some(500),
            audit_days: 30,
            audit_rows: 0,
        },
        chat: Chat {
            network: "Example".into(),
            motd: "        Hello.\n        Be kind.".into(),
            history: false,
            history_events: false,
            search: false,
            history_days: 30,
            history_channel_messages: 100,
            history_direct_messages: 10,
            redaction_window_s: 60,
            replay_on_join: 0,
            channel_modes: ChannelModes::from_letters("ntC").unwrap(),
            client_tags_denied: TagsDenied::from_entries(["*", "-typing"]).unwrap(),
            channel_relays: false,
            register: false,
            reserve_nicks: true,
            channels_per_account: 3,
            multiclient: false,
            devices_per_account: 3,
            always_on: AlwaysOn::OptOut,
            always_on_clients: 50,
            always_on_days: 90,
            away_text: "Gone".into(),
            admin: "Here\nThere".into(),
            icon: "https://hub.example/i.png".into(),
            sts_port: 6_697,
            sts_duration_s: 60,
            casemapping: CaseMapping::Precis,
            require_sasl: vec!["198.51.100.0/24".parse().unwrap()],
            hosts: Hosts::Address,
            pending_per_source: 8,
            registered_per_source: 16,
        },
        page: Page {
            metrics: vec!["198.51.100.7".parse().unwrap()],
        },
        gateways: Vec::new(),
        listen: vec![
            listen(":6697 +limit,per-ip=20 +tls,cert=a.pem,key=a.key", "chat"),
            listen("8081", "tcp://10.0.0.9:80"),
        ],
    };
    assert_eq!(Config::parse(text, "hub.toml").unwrap(), expected);
}

#[test]
fn every_mistake_of_a_file_is_shown() {
    insta::assert_snapshot!(mistakes(
        r#"
name = "lost"

[hubb]
[hub]
nmae = "hub.example"
exempt = ["10.0.0.0/8", "10.0.0.0/40", 7]
sessions = 0
data = ""

[chat]
histroy = true
history = "yes"
replay_on_join = -1
channel_modes = "ntk"
casemapping = "asci"
hosts = "cloaked"
wholly = "foreign"

[[listen]]
at = ":6667"
serv = "chat"

[[listen]]
at = 6667
serve = "chatt"

[[listen]]
at = "tpc://10.0.0.5:80"
serve = "tcp://10.0.0.5:80 +ildle,30s"

[[listen]]
at = "exec:cat"
serve = "quic://db:5432"

[[listen]]
at = "8080"
serve = "echo"

[[listen]]
at = "8080 +limit,conns=5"
serve = "hello"

[[listen]]
at = "8081 +idle,30s"
serve = "chat"
"#
    ));
}

#[test]
fn broken_syntax_is_shown_beside_wrong_keys() {
    insta::assert_snapshot!(mistakes("[hub]\nname = hub.example\nnmae = \"x\"\n"), @r#"
    hub.toml:2:8: string values must be quoted, expected literal string
        2 | name = hub.example
          |        ^^^^^^^^^^^
    hub.toml:3:1: unknown key `nmae`
        3 | nmae = "x"
          | ^^^^
          = did you mean `name`?
    "#);
}

#[test]
fn a_key_in_the_wrong_place_is_sent_home() {
    insta::assert_snapshot!(mistakes("motd = \"hi\"\nlisten = \"6667\"\nchat = 3\n"), @r#"
    hub.toml:1:1: unknown section or key `motd`
        1 | motd = "hi"
          | ^^^^
          = `motd` belongs under [chat]
    hub.toml:2:1: `listen` is not a list of listeners
        2 | listen = "6667"
          | ^^^^^^
          = write [[listen]] with two brackets
    hub.toml:3:1: `chat` is not a section
        3 | chat = 3
          | ^^^^
          = write [chat] on a line of its own
    "#);
}

#[test]
fn what_would_break_a_line_of_chat_is_refused() {
    for text in [
        "hub.name = \"two words\"",
        "hub.name = \"\"",
        "hub.name = \":colon\"",
        "chat.network = \"two\\nlines\"",
        "chat.motd = \"a\\rQUIT\"",
        "chat.motd = \"a\\u0000b\"",
        &format!("chat.motd = \"{}\"", "x".repeat(401)),
        &format!("hub.name = \"{}\"", "x".repeat(64)),
    ] {
        assert!(Config::parse(text, "hub.toml").is_err(), "{text}");
    }
    let fine = "hub.name = \"hub-1.example\"\nchat.network = \"Two words\"\nchat.motd = \"a\\n\\nb\\r\\n\"";
    assert!(Config::parse(fine, "hub.toml").is_ok());
}

#[test]
fn what_is_no_tag_is_shown_where_it_stands() {
    let shown = mistakes("[chat]\nclient_tags_denied = [\"typing\", \"*\", 7, \"-x\"]\n");
    for place in [
        "hub.toml:2:33: no tag",
        "hub.toml:2:38: no tag",
        "hub.toml:2:41: no tag",
    ] {
        assert!(shown.contains(place), "{shown}");
    }
    assert!(mistakes("[chat]\nclient_tags_denied = \"*\"").contains("without quotes"));
}

#[test]
fn a_gateway_has_a_name_a_proof_and_a_place() {
    let digits = "0f".repeat(32);
    let text = format!(
        "[[gateway]]\nname = \"web\"\npassword = \"@/etc/s/p\"\nfrom = [\"192.0.2.1\"]\n\
         [[gateway]]\nname = \"b\"\nfingerprint = \"{digits}\"\nfrom = [\"::1\"]\n"
    );
    let config = Config::parse(&text, "hub.toml").unwrap();
    let [web, bouncer] = &config.gateways[..] else {
        panic!("{config:?}");
    };
    assert_eq!(web.password, Some(Secret::File("/etc/s/p".into())));
    assert_eq!((&*web.name, web.fingerprint), ("web", None));
    assert_eq!(
        (bouncer.fingerprint, &bouncer.password),
        (Some([0x0f; 32]), &None)
    );
    for (text, what) in [
        ("[[gateway]]", "1:1: this gateway has no `name`"),
        (
            "[[gateway]]\nname = \"a\"",
            "neither `password` nor `fingerprint`",
        ),
        (
            "[[gateway]]\nname = \"a\"\npassword = \"x\"",
            "has no `from`",
        ),
        (
            "[[gateway]]\nname = \"a\"\npassword = \"\"",
            "3:12: `password` is not a secret",
        ),
        (
            "[[gateway]]\nfingerprint = \"abc\"",
            "`fingerprint` is not a SHA-256",
        ),
        ("[[gateway]]\npasword = \"x\"", "did you mean `password`?"),
        (
            "[gateway]\nname = \"a\"",
            "write [[gateway]] with two brackets",
        ),
    ] {
        let shown = mistakes(text);
        assert!(shown.contains(what), "{what} in {shown}");
    }
    // What is written out is shown nowhere.
    let written = text.replace("@/etc/s/p", "hunter2");
    let changed = Config::parse(&written, "hub.toml").unwrap();
    let changes = config.changes(&changed).unwrap();
    assert_eq!(changes, ["gateway: changed"]);
    assert!(!format!("{changed:?}").contains("hunter2"));
}

#[test]
fn long_lines_tabs_and_wide_characters_do_not_shift_the_caret() {
    let long = format!("hub = {{ motd = \"{}\", x = 1 }}", "é".repeat(500));
    let shown = mistakes(&long);
    assert!(
        shown.starts_with("hub.toml:1:9: unknown key `motd`"),
        "{shown}"
    );
    assert!(shown.contains("hub.toml:1:520: unknown key `x`"), "{shown}");
    assert!(
        shown.lines().all(|line| line.chars().count() < 140),
        "{shown}"
    );

    insta::assert_snapshot!(mistakes("[hub]\n\t\"é\" = 1\n"), @r#"
    hub.toml:2:2: unknown key `é`
        2 | 	"é" = 1
          | 	^^^
          = [hub] takes name, data, exempt, connects_per_source, connects_per_network, connects_window_s, sessions, audit_days, audit_rows
    "#);
}

#[test]
fn a_foreign_file_does_not_flood_the_terminal() {
    let text: String = (0..500).map(|n| format!("key{n} = {n}\n")).collect();
    let shown = mistakes(&text);
    assert!(shown.ends_with("… and 470 more"), "{shown}");
}

#[test]
fn the_example_is_valid_and_holds_every_key_at_its_default() {
    let text = example();
    let listen = vec![listen("6667", "chat")];
    let expected = Config {
        proxy: Proxy::default(),
        listen,
        ..Config::default()
    };
    assert_eq!(Config::parse(&text, "example.toml").unwrap(), expected);

    // With its keys uncommented it says the same, but for the two that are found where not set.
    let uncommented: String = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.contains(" = ") || rest.starts_with("[[") => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let config = Config::parse(&uncommented, "example.toml").unwrap();
    let (data, sessions) = (Some("/var/lib/sockeye".into()), Some(10_000));
    let expected = Hub {
        data,
        sessions,
        ..Hub::default()
    };
    assert_eq!(config.hub, expected);
    assert_eq!(config.gateways.len(), 1);
    assert_eq!(config.chat, Chat::default());
    assert_eq!(config.listen.len(), 5);
    assert_eq!(config.proxy.rules.len(), 2);
}

#[test]
fn a_reload_tells_what_changes_and_what_cannot() {
    let old = Config::parse("", "hub.toml").unwrap();
    let live = Config::parse("[chat]\nmotd = \"Hi\"\nreplay_on_join = 5\n", "hub.toml").unwrap();
    let fixed = Config::parse(
        "[hub]\ndata = \"/srv\"\n[chat]\nmotd = \"Hi\"\n",
        "hub.toml",
    )
    .unwrap();

    assert_eq!(
        old.changes(&live).unwrap(),
        ["chat.motd: \"\" → \"Hi\"", "chat.replay_on_join: 50 → 5"]
    );
    assert_eq!(
        old.changes(&fixed).unwrap_err(),
        ["hub.data: unset → \"/srv\""]
    );
    assert_eq!(live.changes(&live).unwrap(), Vec::<String>::new());
}

#[test]
fn the_reference_is_what_the_program_reads() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/guide/hub-config.md"
    );
    if std::env::var_os("SOCKEYE_BLESS").is_some() {
        std::fs::write(path, reference()).unwrap();
    }
    let file = std::fs::read_to_string(path).unwrap();
    assert!(
        file == reference(),
        "run this test once with SOCKEYE_BLESS=1"
    );
}

#[test]
fn sts_needs_a_listener_that_clients_can_verify() {
    let file = |at: &str, serve: &str| {
        format!("[chat]\nsts_port = 6697\n[[listen]]\nat = \"{at}\"\nserve = \"{serve}\"\n")
    };
    let good = file(":6697 +tls,cert=a.pem,key=a.key", "chat");
    assert!(Config::parse(&good, "hub.toml").is_ok());
    assert!(Config::parse(&good.replace("6697\n", "0\n"), "hub.toml").is_ok());
    for (at, serve, why) in [
        (":6697 +tls,self-signed", "chat", "self-signed"),
        (":6697", "chat", "no [[listen]]"),
        (":6698 +tls,cert=a.pem,key=a.key", "chat", "no [[listen]]"),
        (":6697 +tls,cert=a.pem,key=a.key", "echo", "no [[listen]]"),
    ] {
        let error = Config::parse(&file(at, serve), "hub.toml").unwrap_err();
        let shown = error.to_string();
        assert!(shown.contains("sts_port") && shown.contains(why), "{shown}");
    }
}
