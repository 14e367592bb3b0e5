//! `[proxy]`: who may go where by way of the hub.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use super::keys::{Effect, Key, Nesting, Reading, Slot};
use super::listen::ListenDraft;
use super::mistake::did_you_mean;
use super::read::{Reader, Value};
use crate::endpoint::Hop;
use crate::service::proxy::{Action, COMMANDS, Rule, WEEKDAYS};

/// What belongs to the proxies of a hub.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxy {
    /// `[[proxy.rule]]`, in the order of the file.
    pub rules: Vec<Rule>,
}

/// A rule while the file is read.
#[derive(Debug, Clone, Default)]
pub(super) struct RuleDraft {
    action: Option<Action>,
    rule: Rule,
    via: Vec<Hop>,
}

pub(super) const PROXY: &[Key<Proxy>] = &[Key {
    name: "rule",
    doc: "Who may go where, a `[[proxy.rule]]` each: the first that fits decides, and what none fits is \
          allowed",
    effect: Effect::Reload,
    slot: Slot::Nested(Nesting {
        takes: "a list of rules, written [[proxy.rule]]",
        read: |reader, proxy, value| proxy.rules = reader.rules(value),
        // Without what they say, for a hop may have a password.
        value: |proxy| match proxy.rules.len() {
            0 => None,
            rules => Some(format!("{rules} rules").into()),
        },
    }),
}];

/// The keys that a proxy has in `[[listen]]`.
pub(super) const PROXY_LISTEN: &[Key<ListenDraft>] = &[Key {
    name: "open",
    doc: "With a proxy, whether everybody is let through who can reach it; else it asks for an account \
          with the permission `proxy`",
    effect: Effect::Reload,
    slot: Slot::Flag(|listen| &mut listen.open),
}];

pub(super) const RULE: &[Key<RuleDraft>] = &[
    Key {
        name: "action",
        doc: "What it does: allow or deny",
        effect: Effect::Reload,
        slot: Slot::Read(Reading {
            takes: "\"allow\" or \"deny\"",
            read: |draft, text| {
                let found = Action::ALL.into_iter().find(|action| action.name() == text);
                let meant = || did_you_mean(text, Action::ALL.map(Action::name));
                draft.action = Some(found.ok_or_else(meant)?);
                Ok(())
            },
            shown: |draft| draft.action.map(|action| action.name().to_owned()),
        }),
    },
    Key {
        name: "accounts",
        doc: "The accounts that it is for; each key that is left out is for all",
        effect: Effect::Reload,
        slot: list("a list of names of accounts", |reader, draft, value| {
            draft.rule.accounts = reader.parsed(value, "a name of an account", |text| {
                let is_name = !text.is_empty() && !text.contains([' ', ',']);
                is_name.then(|| text.to_owned()).ok_or(None)
            });
        }),
    },
    Key {
        name: "from",
        doc: "Networks that callers come from",
        effect: Effect::Reload,
        slot: Slot::Networks(|draft| &mut draft.rule.from),
    },
    Key {
        name: "to",
        doc: "Where they want to: names, `*.name` for all below one, networks, which also fit what names \
              stand for",
        effect: Effect::Reload,
        slot: list(
            "a list of names and networks, such as [\"*.example.org\", \"10.0.0.0/8\"]",
            |reader, draft, value| {
                draft.rule.to = reader.parsed(value, "a destination", |text| {
                    text.parse().map_err(|why: String| Some(why))
                });
            },
        ),
    },
    Key {
        name: "ports",
        doc: "Ports there, such as \"443\" or \"8000-8999\"",
        effect: Effect::Reload,
        slot: list(
            "a list of ports, such as [\"443\", \"8000-8999\"]",
            |reader, draft, value| {
                let takes = "a port or two with a hyphen between";
                draft.rule.ports =
                    reader.parsed(value, takes, |text| text.parse().map_err(|()| None));
            },
        ),
    },
    Key {
        name: "commands",
        doc: "What they want there: connect, bind, udp",
        effect: Effect::Reload,
        slot: list(
            "a list of commands, such as [\"connect\"]",
            |reader, draft, value| {
                draft.rule.commands = reader.parsed(value, "connect, bind or udp", |text| {
                    let found = COMMANDS.iter().find(|(name, _)| *name == text);
                    let meant = || did_you_mean(text, COMMANDS.map(|(name, _)| name));
                    found.map(|(_, command)| *command).ok_or_else(meant)
                });
            },
        ),
    },
    Key {
        name: "hours_utc",
        doc: "Hours of the day, such as \"08:00-18:00\", in UTC; over midnight where they end before they \
              begin",
        effect: Effect::Reload,
        slot: Slot::Read(Reading {
            takes: "hours, such as \"08:00-18:00\"",
            read: |draft, text| {
                draft.rule.hours = Some(text.parse().map_err(|()| None)?);
                Ok(())
            },
            shown: |draft| draft.rule.hours.map(|hours| hours.to_string()),
        }),
    },
    Key {
        name: "weekdays_utc",
        doc: "Days of the week, mon to sun, in UTC",
        effect: Effect::Reload,
        slot: list(
            "a list of days, such as [\"mon\", \"fri\"]",
            |reader, draft, value| {
                draft.rule.weekdays = reader.parsed(value, "a day, mon to sun", |text| {
                    text.parse().map_err(|()| did_you_mean(text, WEEKDAYS))
                });
            },
        ),
    },
    Key {
        name: "via",
        doc: "Other proxies by way of which what it fits goes, the nearest first, written as `+via` has \
              them; they look names up",
        effect: Effect::Reload,
        slot: list(
            "a list of proxies, such as [\"socks5h://10.0.0.1:1080\"]",
            |reader, draft, value| {
                draft.via =
                    reader.parsed(value, "a proxy, such as socks5h://10.0.0.1:1080", |text| {
                        Hop::from_str(text).map_err(|()| None)
                    });
            },
        ),
    },
];

/// Makes the slot of a list that a function reads.
const fn list(
    takes: &'static str,
    read: fn(&mut Reader<'_>, &mut RuleDraft, &Value<'_>),
) -> Slot<RuleDraft> {
    Slot::Nested(Nesting {
        takes,
        read,
        value: |_| None,
    })
}

impl Reader<'_> {
    fn rules(&mut self, value: &Value<'_>) -> Vec<Rule> {
        let Some(entries) = value.get_ref().as_array() else {
            let hint = "write [[proxy.rule]] with two brackets".to_owned();
            self.wrong(value.span(), "`rule` is not a list of rules", Some(hint));
            return Vec::new();
        };
        let mut rules = Vec::with_capacity(entries.len());
        for entry in entries {
            let (mut draft, before) = (RuleDraft::default(), self.mistakes());
            self.section("[proxy.rule]", RULE, &mut draft, entry.span(), entry);
            if let (true, Some((what, hint))) = (self.mistakes() == before, draft.mistake()) {
                self.wrong(entry.span(), what, hint);
            }
            let RuleDraft { action, rule, via } = draft;
            rules.push(Rule {
                action: action.unwrap_or_default(),
                via: Arc::from(via),
                ..rule
            });
        }
        rules
    }

    /// Reads a list of texts; one that cannot be read is a mistake of its own.
    fn parsed<V>(
        &mut self,
        value: &Value<'_>,
        takes: impl Display,
        read: impl Fn(&str) -> Result<V, Option<String>>,
    ) -> Vec<V> {
        let Some(items) = value.get_ref().as_array() else {
            let hint = "write it as a list, in square brackets".to_owned();
            self.wrong(
                value.span(),
                format!("this is no list: each is {takes}"),
                Some(hint),
            );
            return Vec::new();
        };
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            match item.get_ref().as_str().ok_or(None).and_then(&read) {
                Ok(read) => values.push(read),
                Err(hint) => self.wrong(item.span(), format!("not {takes}"), hint),
            }
        }
        if items.is_empty() {
            let hint = "leave it out to fit all".to_owned();
            self.wrong(value.span(), "an empty list fits nothing", Some(hint));
        }
        values
    }
}

impl RuleDraft {
    /// Says what it lacks, and what to write.
    fn mistake(&self) -> Option<(&'static str, Option<String>)> {
        match self.action {
            None => {
                let hint = "action = \"allow\" or action = \"deny\"".to_owned();
                Some(("this rule has no `action`", Some(hint)))
            }
            Some(Action::Deny) if !self.via.is_empty() => Some((
                "a rule that denies leads nowhere: `via` has no effect",
                None,
            )),
            _ => None,
        }
    }
}
