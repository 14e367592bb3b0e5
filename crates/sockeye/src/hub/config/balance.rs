//! The keys of `serve = "balance"`, and of the tables in them.

mod check;

use std::time::Duration;

use super::example::write_table;
use super::keys::{Count, Effect, Key, Nesting, Reading, Slot};
use super::mistake::did_you_mean;
use super::read::{Reader, Value};
use crate::endpoint::{Address, Endpoint};
use crate::service::balance::{
    BackendOptions, BalanceOptions, CheckOptions, EjectOptions, METHODS, QueueOptions, method_name,
};
use check::CHECK;
use sockeye_proto::balance::WEIGHT_MAX;

pub(super) const BALANCE: &[Key<BalanceOptions>] = &[
    Key {
        name: "to",
        doc: "Backends: endpoints, or tables of an endpoint `to` with its `weight`, `max` (sessions), \
              `backup` and `name`",
        effect: Effect::Reload,
        slot: Slot::Nested(Nesting {
            takes: "a list of endpoints, such as [\"tcp://10.0.0.1:5432\"]",
            read: read_backends,
            value: |balance| {
                let backends = balance.backends.iter().map(shown_backend);
                Some(toml::Value::Array(backends.collect()))
            },
        }),
    },
    Key {
        name: "method",
        doc: "Who is next: round-robin, least-connections, two-choices, random, source-hash, \
              consistent-hash or first-available",
        effect: Effect::Reload,
        slot: Slot::Read(Reading {
            takes: "round-robin, least-connections, two-choices, random, source-hash, \
                    consistent-hash or first-available",
            read: |balance, text| {
                let found = METHODS.into_iter().find(|row| method_name(*row) == text);
                balance.method =
                    found.ok_or_else(|| did_you_mean(text, METHODS.map(method_name)))?;
                Ok(())
            },
            shown: |balance| Some(method_name(balance.method).to_owned()),
        }),
    },
    Key {
        name: "load_percent",
        doc: "With consistent-hash, how many percent of its share of the sessions a backend takes at \
              most; 0: any number",
        effect: Effect::Reload,
        slot: Slot::Count(0..=1_000, Count::Set(|balance| &mut balance.load_percent)),
    },
    Key {
        name: "connect_timeout",
        doc: "How long one attempt to connect to a backend may take",
        effect: Effect::Reload,
        slot: Slot::Time(TIME_MIN, |balance| &mut balance.connect_timeout),
    },
    Key {
        name: "check",
        doc: "How backends are looked at: a table of `every`, `fast`, `timeout`, `fall`, `rise`, `kind` \
              (connect, tls, http or script) and what that needs; without it they are not",
        effect: Effect::Reload,
        slot: Slot::Nested(Nesting {
            takes: "a table, such as { every = \"2s\", fall = 3, rise = 2 }",
            read: |reader, balance, value| {
                let mut check = CheckOptions::default();
                read_table(reader, ("check", CHECK), &mut check, value);
                balance.check = Some(check);
            },
            value: |balance| {
                balance
                    .check
                    .as_ref()
                    .map(|check| shown_table(CHECK, check))
            },
        }),
    },
    Key {
        name: "eject",
        doc: "When a backend that cannot be connected to is left out: a table of `after` (attempts in a \
              row, 0: never) and `for` (at first; longer each time)",
        effect: Effect::Reload,
        slot: Slot::Nested(Nesting {
            takes: "a table, such as { after = 3, for = \"10s\" }",
            read: |reader, balance, value| {
                read_table(reader, ("eject", EJECT), &mut balance.eject, value);
            },
            value: |balance| Some(shown_table(EJECT, &balance.eject)),
        }),
    },
    Key {
        name: "queue",
        doc: "Who waits while all backends are full: a table of `max` (0: nobody) and `wait`",
        effect: Effect::Reload,
        slot: Slot::Nested(Nesting {
            takes: "a table, such as { max = 100, wait = \"10s\" }",
            read: |reader, balance, value| {
                read_table(reader, ("queue", QUEUE), &mut balance.queue, value);
            },
            value: |balance| Some(shown_table(QUEUE, &balance.queue)),
        }),
    },
    Key {
        name: "sticky",
        doc: "How long after its last session began a source comes back to its backend; \"0s\": not at \
              all",
        effect: Effect::Reload,
        slot: Slot::Time(Duration::ZERO, |balance| &mut balance.sticky),
    },
    Key {
        name: "slow_start",
        doc: "How long the weight of a backend grows that has come up again",
        effect: Effect::Reload,
        slot: Slot::Time(Duration::ZERO, |balance| &mut balance.slow_start),
    },
];

const EJECT: &[Key<EjectOptions>] = &[
    Key {
        name: "after",
        doc: "Attempts in a row that fail; 0: never",
        effect: Effect::Reload,
        slot: Slot::Count(0..=1_000, Count::Set(|eject| &mut eject.after)),
    },
    Key {
        name: "for",
        doc: "For how long, where no check tells when it is back; twice as long each time that it fails \
              again at once",
        effect: Effect::Reload,
        slot: Slot::Time(TIME_MIN, |eject| &mut eject.time),
    },
];

const QUEUE: &[Key<QueueOptions>] = &[
    Key {
        name: "max",
        doc: "Most that wait",
        effect: Effect::Reload,
        slot: Slot::Count(0..=100_000, Count::Set(|queue| &mut queue.max)),
    },
    Key {
        name: "wait",
        doc: "The longest wait",
        effect: Effect::Reload,
        slot: Slot::Time(TIME_MIN, |queue| &mut queue.wait),
    },
];

/// A backend while the file is read.
#[derive(Debug, Clone)]
struct BackendDraft {
    to: Option<Endpoint>,
    name: String,
    weight: u32,
    sessions_max: Option<u32>,
    is_backup: bool,
}

const BACKEND: &[Key<BackendDraft>] = &[
    Key {
        name: "to",
        doc: "Where it is: an endpoint",
        effect: Effect::Reload,
        slot: Slot::Connect(|backend| &mut backend.to),
    },
    Key {
        name: "name",
        doc: "What it is called; by default as its endpoint is written",
        effect: Effect::Reload,
        slot: Slot::Line(|backend| &mut backend.name),
    },
    Key {
        name: "weight",
        doc: "Its share of the sessions; 0: none",
        effect: Effect::Reload,
        slot: Slot::Count(
            0..=WEIGHT_MAX as u32,
            Count::Set(|backend| &mut backend.weight),
        ),
    },
    Key {
        name: "max",
        doc: "Most sessions at once; by default any number",
        effect: Effect::Reload,
        slot: Slot::Count(
            1..=1_000_000,
            Count::Found(|backend| &mut backend.sessions_max),
        ),
    },
    Key {
        name: "backup",
        doc: "Whether it is used only while all that are no backups are down",
        effect: Effect::Reload,
        slot: Slot::Flag(|backend| &mut backend.is_backup),
    },
];

/// Writes the tables of the reference.
pub(super) fn write_tables(out: &mut String) {
    let balance = BalanceOptions::default();
    write_table(out, "[[listen]] serve = \"balance\"", BALANCE, &balance);
    write_table(out, "to = [{ … }]", BACKEND, &BackendDraft::default());
    write_table(out, "check = { … }", CHECK, &CheckOptions::default());
    write_table(out, "eject = { … }", EJECT, &balance.eject);
    write_table(out, "queue = { … }", QUEUE, &balance.queue);
}

/// Reads a table in a key.
fn read_table<T>(
    reader: &mut Reader<'_>,
    (name, keys): (&str, &[Key<T>]),
    target: &mut T,
    value: &Value<'_>,
) {
    match value.get_ref().is_table() {
        true => reader.section(name, keys, target, value.span(), value),
        false => {
            let hint = format!("write {name} = {{ {} = … }}", keys[0].name);
            reader.wrong(value.span(), format!("`{name}` is not a table"), Some(hint));
        }
    }
}

fn read_backends(reader: &mut Reader<'_>, balance: &mut BalanceOptions, value: &Value<'_>) {
    let Some(items) = value.get_ref().as_array() else {
        let hint = "a list stands in brackets, also one of a single endpoint".to_owned();
        return reader.wrong(value.span(), "`to` is not a list of endpoints", Some(hint));
    };
    for item in items {
        let mut draft = BackendDraft::default();
        match item.get_ref().as_table() {
            Some(table) => {
                reader.section("to", BACKEND, &mut draft, item.span(), item);
                if !table.keys().any(|name| name.get_ref() == "to") {
                    reader.wrong(item.span(), "this backend has no `to`", None);
                }
            }
            None => reader.set(&BACKEND[0], &mut draft, item),
        }
        let Some(backend) = draft.finished() else {
            continue;
        };
        match backend.mistake(&balance.backends) {
            Some((what, hint)) => reader.wrong(item.span(), what, Some(hint.to_owned())),
            None => balance.backends.push(backend),
        }
    }
}

/// Says what is wrong with a balancer as a whole that accepts at `at`, and what to write instead.
pub(super) fn mistakes(
    at: &Endpoint,
    serve: &Endpoint,
    balance: &mut BalanceOptions,
) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    let Address::Service { text, .. } = serve.address() else {
        return found;
    };
    match (balance.backends.is_empty(), text.is_empty()) {
        (true, true) => {
            let hint = "write to = [\"tcp://10.0.0.1:5432\"]".to_owned();
            found.push(("this balancer has no backends".to_owned(), Some(hint)));
        }
        (false, false) => {
            let what = "`to` and what stands behind balance: say the same".to_owned();
            found.push((what, Some("write serve = \"balance\"".to_owned())));
        }
        (false, true) => {}
        (true, false) => match BackendOptions::read_list(text) {
            Ok(backends) => balance.backends = backends,
            Err((what, hint)) => found.push((what, hint)),
        },
    }
    for backend in &balance.backends {
        if let Err(error) = at.check_serving(&backend.to) {
            found.push((error.problem().to_owned(), error.hint().map(str::to_owned)));
        }
    }
    let check = balance.check.iter();
    found.extend(check.flat_map(|check| check.mistake()));
    found
}

impl BackendDraft {
    fn finished(self) -> Option<BackendOptions> {
        let mut backend = BackendOptions::new(self.to?);
        if !self.name.is_empty() {
            backend.name = self.name;
        }
        Some(BackendOptions {
            weight: self.weight,
            sessions_max: self.sessions_max,
            is_backup: self.is_backup,
            ..backend
        })
    }
}

impl Default for BackendDraft {
    fn default() -> Self {
        Self {
            to: None,
            name: String::new(),
            weight: 1,
            sessions_max: None,
            is_backup: false,
        }
    }
}

fn shown_backend(backend: &BackendOptions) -> toml::Value {
    let draft = BackendDraft {
        to: Some(backend.to.clone()),
        name: backend.name.clone(),
        weight: backend.weight,
        sessions_max: backend.sessions_max,
        is_backup: backend.is_backup,
    };
    let plain = BackendOptions::new(backend.to.clone());
    match *backend == plain {
        true => plain.name.into(),
        false => shown_table(BACKEND, &draft),
    }
}

fn shown_table<T: Clone>(keys: &[Key<T>], table: &T) -> toml::Value {
    let set = keys.iter().filter_map(|key| {
        let value = key.value(table)?;
        (value.as_str() != Some("")).then(|| (key.name.to_owned(), value))
    });
    toml::Value::Table(set.collect())
}

/// Shortest time that somebody may be given.
const TIME_MIN: Duration = Duration::from_millis(1);
