//! The example file and the reference, written from the key tables.

use std::fmt::Write;

use super::balance;
use super::gateway::GATEWAY;
use super::keys::{CHAT, Effect, HUB, Key, PAGE, Slot};
use super::listen::{LISTEN, ListenDraft};
use super::proxy::{PROXY, PROXY_LISTEN, RULE, RuleDraft};
use super::{Config, Gateway};

/// Returns a commented file that `serve --check` accepts: every key with its default, commented
/// out, and one listener.
pub fn example() -> String {
    let defaults = Config::default();
    let mut out = String::from(HEAD);
    out.push_str("\n[hub]\n");
    write_section(&mut out, HUB, &defaults.hub);
    out.push_str("\n[chat]\n");
    write_section(&mut out, CHAT, &defaults.chat);
    out.push_str("\n[page]\n");
    write_section(&mut out, PAGE, &defaults.page);
    out.push_str("\n# One [[listen]] for each listener.\n[[listen]]\n");
    for key in LISTEN {
        let value = match key.name {
            "at" => "6667",
            _ => "chat",
        };
        let _ = writeln!(
            out,
            "# {}.\n{} = {}",
            key.doc,
            key.name,
            toml::Value::from(value)
        );
    }
    out.push_str(MORE_LISTENERS);
    out.push_str(A_PROXY);
    out.push_str(A_GATEWAY);
    out
}

/// Returns the reference of all keys, as Markdown.
pub fn reference() -> String {
    let defaults = Config::default();
    let mut out = String::from(REFERENCE_HEAD);
    write_table(&mut out, "[hub]", HUB, &defaults.hub);
    write_table(&mut out, "[chat]", CHAT, &defaults.chat);
    write_table(&mut out, "[page]", PAGE, &defaults.page);
    write_table(&mut out, "[[listen]]", LISTEN, &ListenDraft::default());
    balance::write_tables(&mut out);
    write_table(
        &mut out,
        "[[listen]] of a proxy",
        PROXY_LISTEN,
        &ListenDraft::default(),
    );
    write_table(&mut out, "[proxy]", PROXY, &defaults.proxy);
    write_table(&mut out, "[[proxy.rule]]", RULE, &RuleDraft::default());
    write_table(&mut out, "[[gateway]]", GATEWAY, &Gateway::default());
    out
}

pub(super) fn write_table<T: Clone>(out: &mut String, title: &str, keys: &[Key<T>], defaults: &T) {
    let _ = write!(out, "\n## `{title}`\n\n");
    out.push_str("| Key | Takes | Default | What it does | Change |\n|---|---|---|---|---|\n");
    for key in keys {
        let Key {
            name, slot, doc, ..
        } = key;
        let default = key
            .value(defaults)
            .map_or(String::new(), |value| format!("`{value}`"));
        let effect = match key.effect {
            Effect::Reload => "reload",
            Effect::Restart => "restart",
        };
        let _ = writeln!(out, "| `{name}` | {slot} | {default} | {doc} | {effect} |");
    }
}

fn write_section<T: Clone>(out: &mut String, keys: &[Key<T>], defaults: &T) {
    for key in keys {
        let note = match key.effect {
            Effect::Reload => "",
            Effect::Restart => " A change needs a restart.",
        };
        let value = key.value(defaults).unwrap_or_else(|| match key.slot {
            Slot::Count(..) => 10_000.into(),
            _ => "/var/lib/sockeye".into(),
        });
        let _ = writeln!(out, "# {}.{note}\n# {} = {value}", key.doc, key.name);
    }
}

const HEAD: &str = "\
# Configuration of `sockeye serve --config FILE`. Check it with `--check`; SIGHUP reloads it.
# A key behind `#` shows its default.
";

const REFERENCE_HEAD: &str = "\
# The configuration of a hub

Written from the tables that the program itself reads; a test keeps this file equal to them.
";

const A_PROXY: &str = r#"
# A proxy; accounts with the permission `proxy` log in to it.
# [[listen]]
# at = ":1080"
# serve = "proxy"

# Who may go where by way of it: the first rule that fits decides, and what none fits is allowed.
# [[proxy.rule]]
# action = "deny"
# to = ["*.example.org", "203.0.113.0/24"]
# ports = ["25", "6000-6063"]

# [[proxy.rule]]
# action = "allow"
# accounts = ["ali"]
# to = ["*.corp.example"]
# via = ["socks5h://10.0.0.1:1080"]
"#;

const A_GATEWAY: &str = r#"
# A web chat or bouncer whose WEBIRC is believed: its clients count, are shown and banned by their own
# address.
# [[gateway]]
# name = "web chat"
# password = "@/etc/sockeye/gateway-password"
# from = ["192.0.2.10"]
"#;

const MORE_LISTENERS: &str = r#"
# An address is written as on the command line: a bare port is loopback, `:PORT` every interface.
# [[listen]]
# at = ":6667"
# serve = "chat"

# A balancer joins each connection with one of several backends; `docs/guide/balance.md` tells more.
# [[listen]]
# at = "5432"
# serve = "balance"
# to = ["tcp://10.0.0.1:5432", { to = "tcp://10.0.0.2:5432", weight = 2 }]
# method = "least-connections"
# check = { every = "2s", fall = 3, rise = 2 }

# Anything that `sockeye listen` can have on its right can answer.
# [[listen]]
# at = "8080"
# serve = "tcp://127.0.0.1:80"
"#;
