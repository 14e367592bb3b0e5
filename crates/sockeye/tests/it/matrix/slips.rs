//! A slip of the finger in any name of the vocabulary is understood.

use sockeye::endpoint::Endpoint;
use sockeye::endpoint::words::{Form, LAYERS, OPTIONS, SCHEMES, WordRow};

/// Returns the name with each letter left out, doubled, replaced, or changed with the next one.
fn slips(name: &str) -> Vec<String> {
    let mut slips = Vec::new();
    for i in 0..name.len() {
        let (before, letter, after) = (&name[..i], &name[i..=i], &name[i + 1..]);
        slips.push(format!("{before}{after}"));
        slips.push(format!("{before}{letter}{letter}{after}"));
        slips.push(format!("{before}q{after}"));
        if let Some(next) = after.chars().next() {
            slips.push(format!(
                "{before}{next}{letter}{}",
                &after[next.len_utf8()..]
            ));
        }
    }
    slips.retain(|slip| slip != name && slip.starts_with(|c: char| c.is_ascii_lowercase()));
    slips
}

/// Tells whether one slip makes the other of one, by trying all that could.
fn are_neighbours(one: &str, other: &str) -> bool {
    let (short, long) = match one.len() <= other.len() {
        true => (one, other),
        false => (other, one),
    };
    let left_out = (0..long.len()).any(|i| format!("{}{}", &long[..i], &long[i + 1..]) == short);
    let differ = one.bytes().zip(other.bytes()).filter(|(a, b)| a != b);
    let replaced = one.len() == other.len() && differ.count() == 1;
    left_out || replaced || slips(one).iter().any(|slip| slip == other)
}

/// Looks whether each slip is refused with the name as its hint, or, where another name is as
/// near, with that one.
fn understood(
    name: &str,
    all: &[&str],
    text: impl Fn(&str) -> String,
    meant: impl Fn(&str) -> String,
) {
    for slip in slips(name)
        .iter()
        .filter(|slip| !all.contains(&slip.as_str()))
    {
        let text = text(slip);
        let refused = Endpoint::parse(&text).expect_err(&text);
        let rivals = all.iter().filter(|other| are_neighbours(other, slip));
        let hints: Vec<_> = rivals
            .map(|name| format!("did you mean {}?", meant(name)))
            .collect();
        let hint = refused.hint().unwrap_or_default();
        assert!(
            hints.iter().any(|meant| meant == hint),
            "{text}: {refused}\n{hint}\n{hints:?}"
        );
    }
}

#[test]
fn schemes() {
    let rows: Vec<_> = SCHEMES
        .iter()
        .filter(|row| row.form != Form::Alone)
        .collect();
    let names: Vec<_> = rows.iter().map(|row| row.name).collect();
    for row in rows {
        let after = match row.form {
            Form::HostPort => "://",
            _ => ":",
        };
        let text = |slip: &str| format!("{slip}{after}host");
        understood(row.name, &names, text, |name| format!("{name}{after}"));
    }
}

#[test]
fn words() {
    let names: Vec<_> = all_words().map(|row| row.name).collect();
    for name in &names {
        let text = |slip: &str| format!("db:5432 +{slip}");
        understood(name, &names, text, |name| format!("+{name}"));
    }
}

#[test]
fn keys() {
    for row in all_words().filter(|row| row.built) {
        let names: Vec<_> = row.keys.iter().map(|key| key.name).collect();
        let on = row.on.first().map_or("tcp", |scheme| scheme);
        let address = match on {
            "unix" | "file" => format!("{on}:/tmp/x"),
            _ => format!("{on}://db:5432"),
        };
        for name in &names {
            let text = |slip: &str| format!("{address} +{} {slip}=1", row.name);
            understood(name, &names, text, str::to_owned);
        }
    }
}

fn all_words() -> impl Iterator<Item = &'static WordRow> {
    OPTIONS.iter().chain(LAYERS)
}
