//! `cargo xtask tidy`: the rules that no compiler checks.
//!
//! A walk over the tree yields [`Tree`]; every file of Rust is cut into tokens once
//! ([`source::Source`]); each rule is a function from those to [`Complaint`]s. A rule lives in a
//! file of its own with tests that plant a violation.

mod dependencies;
mod direction;
mod documented;
mod heads;
mod length;
mod names;
mod packages;
mod placement;
mod sleeping;
mod source;
mod tree;
mod words;

use std::fmt;
use std::path::Path;

use self::source::Source;
use self::tree::Tree;
use crate::{Outcome, say};

/// Checks the tree at `root`; every complaint is printed, and one is enough to fail.
pub(crate) fn run(root: &Path) -> Outcome {
    let tree = Tree::read(root)?;
    let mut complaints = check(&tree);
    complaints.extend(dependencies::check(root)?);
    complaints.sort();
    for complaint in &complaints {
        say(&complaint.to_string());
    }
    match complaints.len() {
        0 => Ok(()),
        n => Err(format!("tidy: {n} to mend")),
    }
}

/// Accepts the present dependencies as the expected ones.
pub(crate) fn bless(root: &Path) -> Outcome {
    dependencies::bless(root)
}

/// Applies every rule that reads the tree alone.
fn check(tree: &Tree) -> Vec<Complaint> {
    let mut found = words::check(tree);
    found.extend(packages::check(tree));
    found.extend(documented::check(tree));
    for file in tree.files.iter().filter(|file| file.path.ends_with(".rs")) {
        match Source::parse(&file.path, &file.text) {
            Ok(source) => RULES.iter().for_each(|rule| found.extend(rule(&source))),
            Err(why) => found.push(Complaint::new(&file.path, 1, why, "make it Rust")),
        }
    }
    found
}

/// One thing to mend.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Complaint {
    path: String,
    line: usize,
    what: String,
    todo: String,
}

impl Complaint {
    fn new(path: &str, line: usize, what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            what: what.into(),
            todo: todo.into(),
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            what,
            todo,
        } = self;
        write!(f, "{path}:{line}: {what}: {todo}")
    }
}

/// The rules that look at one file of Rust.
const RULES: &[fn(&Source) -> Vec<Complaint>] = &[
    heads::check,
    length::check,
    direction::check,
    placement::check,
    names::check,
    sleeping::check,
];

/// Applies one rule to a text, for the rules' tests.
#[cfg(test)]
fn lines_of(rule: fn(&Source) -> Vec<Complaint>, path: &str, text: &str) -> Vec<usize> {
    let source = Source::parse(path, text).expect("the planted text is Rust");
    rule(&source)
        .into_iter()
        .map(|complaint| complaint.line)
        .collect()
}
