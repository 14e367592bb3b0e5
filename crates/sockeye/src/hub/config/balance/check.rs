//! The keys of `check` of `serve = "balance"`.

use std::time::Duration;

use super::TIME_MIN;
use crate::endpoint::script;
use crate::hub::config::keys::{Count, Effect, Key, Reading, Slot};
use crate::hub::config::mistake::did_you_mean;
use crate::service::balance::{CheckKind, CheckOptions, read_statuses, shown_statuses};

pub(super) const CHECK: &[Key<CheckOptions>] = &[
    Key {
        name: "kind",
        doc: "What is done once it has connected: connect (nothing), tls (a handshake), http (a \
              request) or script",
        effect: Effect::Reload,
        slot: Slot::Read(Reading {
            takes: "connect, tls, http or script",
            read: |check, text| {
                let found = CheckKind::ALL.into_iter().find(|kind| kind.name() == text);
                let meant = || did_you_mean(text, CheckKind::ALL.map(CheckKind::name));
                check.kind = found.ok_or_else(meant)?;
                Ok(())
            },
            shown: |check| Some(check.kind.name().to_owned()),
        }),
    },
    Key {
        name: "every",
        doc: "Time between two checks",
        effect: Effect::Reload,
        slot: Slot::Time(CHECK_MIN, |check| &mut check.every),
    },
    Key {
        name: "fast",
        doc: "The same while results speak against the state",
        effect: Effect::Reload,
        slot: Slot::Time(CHECK_MIN, |check| &mut check.fast),
    },
    Key {
        name: "timeout",
        doc: "How long one may take",
        effect: Effect::Reload,
        slot: Slot::Time(TIME_MIN, |check| &mut check.timeout),
    },
    Key {
        name: "fall",
        doc: "Failures in a row until it is down",
        effect: Effect::Reload,
        slot: Slot::Count(1..=1_000, Count::Set(|check| &mut check.fall)),
    },
    Key {
        name: "rise",
        doc: "Successes in a row until it is up",
        effect: Effect::Reload,
        slot: Slot::Count(1..=1_000, Count::Set(|check| &mut check.rise)),
    },
    Key {
        name: "sni",
        doc: "For tls: the name that is asked for; by default that of the endpoint",
        effect: Effect::Reload,
        slot: Slot::Read(Reading {
            takes: "the name of a host",
            read: |check, text| store(&mut check.sni, text, is_token),
            shown: |check| Some(check.sni.clone()),
        }),
    },
    Key {
        name: "path",
        doc: "For http: what is asked for",
        effect: Effect::Reload,
        slot: Slot::Read(Reading {
            takes: "a path, such as \"/health\"",
            read: |check, text| store(&mut check.path, text, is_path),
            shown: |check| Some(check.path.clone()),
        }),
    },
    Key {
        name: "host",
        doc: "For http: of which host; by default that of the endpoint",
        effect: Effect::Reload,
        slot: Slot::Read(Reading {
            takes: "the name of a host",
            read: |check, text| store(&mut check.host, text, is_token),
            shown: |check| Some(check.host.clone()),
        }),
    },
    Key {
        name: "status",
        doc: "For http: answers that are good",
        effect: Effect::Reload,
        slot: Slot::Read(Reading {
            takes: "statuses, such as \"200\" or \"200-299,401\"",
            read: |check, text| {
                check.status = read_statuses(text).ok_or(None)?;
                Ok(())
            },
            shown: |check| Some(shown_statuses(&check.status)),
        }),
    },
    Key {
        name: "script",
        doc: "For script: what is sent and has to come, written as for mock:",
        effect: Effect::Reload,
        slot: Slot::Read(Reading {
            takes: "a script, such as 'send \"PING\\r\\n\"; expect \"+PONG\"'",
            read: |check, text| {
                script::steps(text).map_err(|mistake| Some(mistake.problem))?;
                store(&mut check.script, text, |text| !text.is_empty())
            },
            shown: |check| Some(check.script.clone()),
        }),
    },
];

fn store(place: &mut String, text: &str, fits: fn(&str) -> bool) -> Result<(), Option<String>> {
    match fits(text) {
        true => place.replace_range(.., text),
        false => return Err(None),
    }
    Ok(())
}

/// Tells whether a text is a word that can stand in a line of HTTP.
fn is_token(text: &str) -> bool {
    (1..=TOKEN_BYTES_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_path(text: &str) -> bool {
    text.starts_with('/') && is_token(text)
}

/// Shortest time between two checks of a backend: more of them are a load of their own.
const CHECK_MIN: Duration = Duration::from_millis(100);
/// Longest path or host of a check, bytes: longer ones are no checks.
const TOKEN_BYTES_MAX: usize = 1024;
