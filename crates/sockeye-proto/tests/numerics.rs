//! docs/irc.md lists every numeric that a client can be sent.
#![allow(clippy::unwrap_used, reason = "all of it is a test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sockeye_proto::irc::numeric::ALL;

#[test]
fn the_table_of_numerics_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/irc.md");
    let page = fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once(START).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let wanted = [before, START, &table(), END, after].concat();
    if std::env::var_os("SOCKEYE_BLESS").is_some() {
        fs::write(path, &wanted).unwrap();
    } else {
        assert!(page == wanted, "run this test once with SOCKEYE_BLESS=1");
    }
}

fn table() -> String {
    let mut sources = String::new();
    for package in ["src", "../sockeye/src"] {
        read(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(package),
            &mut sources,
        );
    }
    let mut found = BTreeMap::new();
    for word in sources.split(|c: char| !c.is_alphanumeric() && c != '_') {
        *found.entry(word).or_insert(0) += 1;
    }
    let mut table = String::from("\n| | Name | Layout |\n|---|---|---|\n");
    for numeric in ALL {
        // Once in its row, and where it is sent.
        if found.get(numeric.name).is_some_and(|count| *count > 1) {
            let text = match numeric.text {
                "" => String::new(),
                text => format!(" :{text}"),
            };
            let (code, name, layout) = (numeric.code, numeric.name, numeric.layout);
            writeln!(table, "| {code} | `{name}` | `{layout}{text}` |").unwrap();
        }
    }
    table
}

/// Adds all sources but those of tests.
fn read(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap_or_default();
        if name == "tests" {
            continue;
        }
        if path.is_dir() {
            read(&path, sources);
        } else {
            sources.push_str(&fs::read_to_string(&path).unwrap_or_default());
        }
    }
}

const START: &str = "<!-- numerics: written by crates/sockeye-proto/tests/numerics.rs -->";

const END: &str = "<!-- end of numerics -->";
