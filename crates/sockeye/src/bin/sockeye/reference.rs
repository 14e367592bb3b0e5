//! The reference: every scheme, word, key and verb as a page of Markdown, from the vocabulary and
//! the definitions of the verbs.

use std::fmt::Write;

use clap::{Arg, Command, CommandFactory};
use sockeye::endpoint::Kind;
use sockeye::endpoint::words::{KeyRow, LAYERS, OPTIONS, SCHEMES, SchemeKind, Stands, WordRow};

use crate::args::Arguments;
use crate::vocabulary::{place, setting, written};

/// Returns the page.
pub(crate) fn page() -> String {
    let mut page = String::from(HEAD);
    schemes(&mut page, "Addresses", SchemeKind::Transport);
    schemes(
        &mut page,
        "Short for a transport with layers",
        SchemeKind::Sugar,
    );
    schemes(&mut page, "Services", SchemeKind::Service);
    words(
        &mut page,
        "Options",
        "Their place does not matter.",
        OPTIONS,
    );
    let order = "They are applied bottom-up in written order, as on the wire.";
    words(&mut page, "Layers", order, LAYERS);
    let mut command = Arguments::command();
    command.build();
    line(&mut page, "\n## Verbs");
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        describe(&mut page, verb, "sockeye");
    }
    page
}

fn schemes(page: &mut String, title: &str, kind: SchemeKind) {
    line(
        page,
        &format!("\n## {title}\n\n| Written | Means |\n|---|---|"),
    );
    for row in SCHEMES.iter().filter(|row| row.is == kind) {
        // A service answers what was accepted: it goes without saying where it stands.
        let stands = match row.is {
            SchemeKind::Service => Stands::Anywhere,
            _ => row.stands,
        };
        let doc = meaning(row.doc, row.built, stands);
        line(page, &format!("| `{}` | {doc} |", written(row)));
    }
}

fn words(page: &mut String, title: &str, intro: &str, rows: &[WordRow]) {
    line(page, &format!("\n## {title}\n\n{intro}"));
    for row in rows {
        let doc = meaning(row.doc, row.built, row.stands);
        line(page, &format!("\n### +{}\n\n{}.", row.name, capital(&doc)));
        if !row.on.is_empty() {
            line(page, &format!("It belongs to {}.", row.on.join(", ")));
        }
        if !row.keys.is_empty() {
            line(
                page,
                "\n| Key | Takes | Default | Does |\n|---|---|---|---|",
            );
        }
        for key in row.keys {
            line(page, &key_row(row, key));
        }
    }
}

fn key_row(word: &WordRow, key: &KeyRow) -> String {
    let built = word.built && key.built;
    let stands = match key.stands == word.stands {
        true => Stands::Anywhere,
        false => key.stands,
    };
    let takes = match (key.built, key.kind) {
        (false, _) => String::new(),
        (true, Kind::Count(max)) if max > COUNT_SHOWN_MAX => "a number".to_owned(),
        (true, kind) => kind.to_string(),
    };
    // A row that is not built has no values yet; neither has a key of such a word.
    let key_built = key.built || !word.built;
    let name = match built {
        true => setting(word, key).replace('|', "\\|"),
        false => key.name.to_owned(),
    };
    let doc = meaning(key.doc, key_built, stands);
    format!("| `{name}` | {takes} | {} | {doc} |", key.default)
}

fn meaning(doc: &str, built: bool, stands: Stands) -> String {
    let later = if built { "" } else { " (not in this version)" };
    format!("{doc}{}{later}", place(stands))
}

fn describe(page: &mut String, verb: &Command, parent: &str) {
    let name = format!("{parent} {}", verb.get_name());
    let about = verb.get_long_about().or(verb.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    let about = about.trim_end_matches('.');
    line(page, &format!("\n### {name}\n\n{about}.\n"));
    let shown = |arg: &&Arg| !arg.is_hide_set() && !arg.is_global_set() && arg.get_id() != "help";
    let mut arguments = verb.get_arguments().filter(shown).peekable();
    if arguments.peek().is_some() {
        line(page, "| Argument | Does |\n|---|---|");
    }
    for argument in arguments {
        let help = argument.get_help().map(ToString::to_string);
        let help = help.unwrap_or_default().replace('|', "\\|");
        let default = match argument.get_default_values() {
            _ if !argument.get_action().takes_values() => String::new(),
            [] => String::new(),
            values => format!(" [default: {}]", values[0].to_string_lossy()),
        };
        line(
            page,
            &format!("| `{}` | {help}{default} |", spelled(argument)),
        );
    }
    for inner in verb
        .get_subcommands()
        .filter(|inner| inner.get_name() != "help")
    {
        describe(page, inner, &name);
    }
}

fn spelled(argument: &Arg) -> String {
    let value = match argument.get_action().takes_values() {
        true => argument.get_value_names().unwrap_or_default().join(" "),
        false => String::new(),
    };
    let flags = [
        argument.get_short().map(|short| format!("-{short}")),
        argument.get_long().map(|long| format!("--{long}")),
    ];
    let flags: Vec<_> = flags.into_iter().flatten().collect();
    format!("{} {value}", flags.join(", ")).trim().to_owned()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn line(page: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(page, "{text}");
}

const HEAD: &str = "\
# Reference

Everything that can be written in an endpoint, and every verb. Written by the program itself
(`cargo xtask generate`).

An endpoint is an address, which says where, and `+words` after it, which say how:
`tcp://db:5432 +tcp,nodelay=off +idle,30s`. Keys follow a word after commas; a separate `key=value`
after it belongs to it, too. Times have a unit (`250ms`, `5s`, `2m`, `1h`, `1d`), numbers of bytes may
have one (`64K`, `10M`, `1G`, 1024 each). `sockeye explain ENDPOINT` shows what one means.
";

/// The largest limit of a number that says something to a person.
const COUNT_SHOWN_MAX: u64 = 1 << 20;
