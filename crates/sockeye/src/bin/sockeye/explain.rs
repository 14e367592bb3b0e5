//! `explain`: what an endpoint means, with every default; opens nothing.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use sockeye::Error;
use sockeye::endpoint::words::{self, KeyRow, OPTIONS, Stands, WordKind, WordRow};
use sockeye::endpoint::{Address, Endpoint, Host};

use crate::output::Output;
use crate::vocabulary;

/// Show what endpoints mean, with every default; opens nothing.
#[derive(Debug, Args)]
#[command(after_long_help = vocabulary::help())]
pub(crate) struct Explain {
    /// The endpoints, each with +words after it.
    #[arg(required = true, value_name = "ENDPOINT")]
    words: Vec<String>,
}

impl Explain {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Error> {
        for endpoint in Endpoint::from_args(&self.words)? {
            let stack = Stack::of(&endpoint);
            output.answer(stack.in_words().trim_end(), &stack.to_json())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// An endpoint's address, the options that act on it and its layers, bottom-up.
struct Stack<'a> {
    endpoint: &'a Endpoint,
    words: Vec<Meaning>,
}

/// A word with the keys that have a value.
struct Meaning {
    row: &'static WordRow,
    keys: Vec<Setting>,
}

struct Setting {
    row: &'static KeyRow,
    value: String,
    is_default: bool,
}

impl<'a> Stack<'a> {
    fn of(endpoint: &'a Endpoint) -> Self {
        let written = |row: &'static WordRow| {
            let words = endpoint.words().iter();
            words.filter(move |word| word.row() == row)
        };
        let scheme = endpoint.address().scheme();
        let acts = |row: &&WordRow| row.on.is_empty() || row.on.contains(&scheme);
        let options = OPTIONS
            .iter()
            .filter(|row| row.built)
            .filter(acts)
            .flat_map(|row| {
                // Defaults say something of an option that acts anyway; of any other, what is written does.
                let unwritten = Some(Meaning::of(row, &[])).filter(|word| {
                    let acts_anyway = !row.on.is_empty() && !word.keys.is_empty();
                    acts_anyway && written(row).next().is_none()
                });
                let words = written(row).map(|word| Meaning::of(row, word.settings()));
                words.chain(unwritten)
            });
        let layers = endpoint
            .layers()
            .map(|word| Meaning::of(word.row(), word.settings()));
        Self {
            endpoint,
            words: options.chain(layers).collect(),
        }
    }

    fn in_words(&self) -> String {
        let address = self.endpoint.address();
        let mut text = format!("{}\n", self.endpoint);
        let doc = words::scheme(address.scheme()).map_or("", |row| row.doc);
        line(
            &mut text,
            2,
            &address.to_string(),
            &(doc.to_owned() + where_is(address)),
        );
        for word in &self.words {
            line(&mut text, 2, &format!("+{}", word.row.name), word.row.doc);
            for key in &word.keys {
                let setting = format!("{}={}", key.row.name, key.value);
                line(&mut text, 4, &setting, &key.meaning());
            }
        }
        text
    }

    fn to_json(&self) -> Value {
        let address = self.endpoint.address();
        let words: Vec<_> = self.words.iter().map(Meaning::to_json).collect();
        json!({
            "event": "endpoint",
            "endpoint": self.endpoint.to_string(),
            "scheme": address.scheme(),
            "address": address.to_string(),
            "listening": self.endpoint.is_listening(),
            "words": words,
        })
    }
}

impl Meaning {
    fn of(row: &'static WordRow, written: &[(&'static KeyRow, sockeye::endpoint::Value)]) -> Self {
        let settings = |key: &'static KeyRow| {
            let own = written.iter().filter(move |(row, _)| *row == key);
            let own = own.map(|(row, value)| Setting {
                row,
                value: value.to_string(),
                is_default: false,
            });
            let default = Setting {
                row: key,
                value: key.default.to_owned(),
                is_default: true,
            };
            let is_written = written.iter().any(|(row, _)| *row == key);
            let default = Some(default).filter(|default| !is_written && !default.value.is_empty());
            own.chain(default)
        };
        let keys = row.keys.iter().filter(|key| key.built);
        Self {
            row,
            keys: keys.flat_map(settings).collect(),
        }
    }

    fn to_json(&self) -> Value {
        let kind = match self.row.is {
            WordKind::Option => "option",
            WordKind::Layer => "layer",
        };
        let keys = self.keys.iter().map(|key| {
            let Setting {
                row,
                value,
                is_default,
            } = key;
            json!({"key": row.name, "value": value, "default": is_default})
        });
        json!({"word": self.row.name, "kind": kind, "settings": keys.collect::<Vec<_>>()})
    }
}

impl Setting {
    fn meaning(&self) -> String {
        let place = match self.row.stands {
            Stands::Anywhere => "",
            Stands::Accepting => ", when accepting",
            Stands::Opening => ", when opening",
        };
        let default = if self.is_default { " (default)" } else { "" };
        format!("{}{place}{default}", self.row.doc)
    }
}

/// Says what a host that is no name and no number stands for.
fn where_is(address: &Address) -> &'static str {
    match address {
        Address::Tcp {
            host: Host::Loopback,
            ..
        } => ": 127.0.0.1 first, then [::1]",
        Address::Tcp {
            host: Host::Any, ..
        } => ": every interface when accepting, this machine when opening",
        _ => "",
    }
}

/// Writes two columns.
fn line(text: &mut String, indent: usize, left: &str, right: &str) {
    let width = COLUMN.saturating_sub(indent);
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{:indent$}{left:<width$} {right}", "");
}

/// Where the right column begins, characters.
const COLUMN: usize = 28;
