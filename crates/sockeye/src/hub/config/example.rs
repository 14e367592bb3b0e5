//! The example file and the reference, written from the key tables.

use std::fmt::Write;

use super::Config;
use super::keys::{CHAT, Effect, HUB, Key, LISTEN, Slot};

/// Returns a commented file that `serve --check` accepts: every key with its default, commented
/// out, and one listener.
pub fn example() -> String {
    let defaults = Config::default();
    let mut out = String::from(HEAD);
    out.push_str("\n[hub]\n");
    write_section(&mut out, HUB, &defaults.hub);
    out.push_str("\n[chat]\n");
    write_section(&mut out, CHAT, &defaults.chat);
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
    out
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

const MORE_LISTENERS: &str = r#"
# An address is written as on the command line: a bare port is loopback, `:PORT` every interface.
# [[listen]]
# at = ":6667"
# serve = "chat"

# Anything that `sockeye listen` can have on its right can answer.
# [[listen]]
# at = "8080"
# serve = "tcp://127.0.0.1:80"
"#;
