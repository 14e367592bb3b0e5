//! `[proxy]`, and listeners of proxies.

use super::*;
use crate::service::proxy::{Action, Rule};

#[test]
fn a_rule_says_who_may_go_where() {
    let text = r#"
        [[listen]]
        at = ":1080"
        serve = "socks"
        open = true

        [[proxy.rule]]
        action = "deny"
        to = ["*.Bad.example", "203.0.113.0/24"]
        ports = ["25", "6000-6063"]
        commands = ["connect", "udp"]
        hours_utc = "22:00-06:00"
        weekdays_utc = ["sat", "sun"]

        [[proxy.rule]]
        action = "allow"
        accounts = ["ali"]
        from = ["10.0.0.0/8"]
        via = ["socks5h://u:p@up.example:1080", "http://10.0.0.2:3128"]
    "#;
    let config = Config::parse(text, "hub.toml").unwrap();
    assert!(config.listen[0].open);
    let [deny, allow] = &config.proxy.rules[..] else {
        panic!("{:?}", config.proxy)
    };
    let shown = |rule: &Rule| {
        let to = rule.to.iter().map(ToString::to_string);
        let ports = rule.ports.iter().map(ToString::to_string);
        let days = rule.weekdays.iter().map(ToString::to_string);
        to.chain(ports).chain(days).collect::<Vec<_>>()
    };
    assert_eq!(deny.action, Action::Deny);
    assert_eq!(
        shown(deny),
        [
            "*.bad.example",
            "203.0.113.0/24",
            "25",
            "6000-6063",
            "sat",
            "sun"
        ]
    );
    assert_eq!(deny.commands.len(), 2);
    assert_eq!(deny.hours.unwrap().to_string(), "22:00-06:00");
    assert_eq!(
        (allow.action, &allow.accounts[..]),
        (Action::Allow, &["ali".to_owned()][..])
    );
    assert_eq!((allow.from.len(), allow.via.len()), (1, 2));

    let other = Config::parse(&text.replace("sat", "fri"), "hub.toml").unwrap();
    assert_eq!(config.changes(&other).unwrap(), ["proxy.rule: changed"]);
    let secret = Config::parse(&text.replace("u:p@", "u:q@"), "hub.toml").unwrap();
    assert_eq!(config.changes(&secret).unwrap(), ["proxy.rule: changed"]);
}

#[test]
fn every_mistake_in_rules_is_shown() {
    insta::assert_snapshot!(mistakes(
        r#"
open = true

[[listen]]
at = "8080"
serve = "echo"
open = true

[[listen]]
at = "8081"
serve = "socks"
opne = true

[proxy]
rules = 3

[[proxy.rule]]
to = ["a.example"]

[[proxy.rule]]
action = "dney"
acounts = ["ali"]
to = ["a b", "10.0.0.0/40", "127.1", "bücher.example", 7]
ports = ["99999"]
commands = ["conect"]
hours_utc = "8:00-18:00"
weekdays_utc = ["monday"]
via = ["socks9://h:1"]

[[proxy.rule]]
action = "deny"
to = []
via = "socks5://h:1"

[[proxy.rule]]
action = "deny"
via = ["socks5://h:1"]
"#
    ));
}
