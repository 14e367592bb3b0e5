//! The dependencies of each package are what we agreed on, and no others.
//!
//! The agreed names stand in `xtask/dependencies/PACKAGE`, direct ones first. Versions are not
//! part of it: an update changes the lock file, a new name changes this.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::Complaint;
use crate::{Outcome, shell};

/// Compares what cargo resolves with what was agreed.
pub(super) fn check(root: &Path) -> Result<Vec<Complaint>, String> {
    let mut found = Vec::new();
    for package in PACKAGES {
        let agreed = fs::read_to_string(file(root, package)).unwrap_or_default();
        found.extend(differences(package, &agreed, &present(root, package)?));
    }
    Ok(found)
}

/// Writes what cargo resolves as agreed.
pub(super) fn bless(root: &Path) -> Outcome {
    for package in PACKAGES {
        let path = file(root, package);
        let complain = |why: std::io::Error| format!("{}: {why}", path.display());
        fs::create_dir_all(root.join(FOLDER)).map_err(complain)?;
        fs::write(&path, present(root, package)?).map_err(complain)?;
    }
    Ok(())
}

fn differences(package: &str, agreed: &str, present: &str) -> Vec<Complaint> {
    let path = format!("{FOLDER}/{package}");
    let agreed_lines: BTreeSet<&str> = agreed.lines().collect();
    let present_lines: BTreeSet<&str> = present.lines().collect();
    let new = present_lines.difference(&agreed_lines).map(|line| {
        let todo = "do without it, or say why in the commit and run `cargo xtask tidy --bless`";
        Complaint::new(&path, 1, format!("new: {line}"), todo)
    });
    let gone = agreed_lines.difference(&present_lines).map(|line| {
        let at = agreed.lines().position(|other| other == *line).unwrap_or(0) + 1;
        Complaint::new(
            &path,
            at,
            format!("gone: {line}"),
            "run `cargo xtask tidy --bless`",
        )
    });
    new.chain(gone).collect()
}

/// Returns the names that a package's build takes in on Linux: `direct NAME` and `NAME`, sorted.
fn present(root: &Path, package: &str) -> Result<String, String> {
    let direct = names(root, package, &["--depth", "1"])?;
    let all = names(root, package, &[])?;
    let direct_lines = direct.iter().map(|name| format!("direct {name}\n"));
    let other_lines = all.difference(&direct).map(|name| format!("{name}\n"));
    Ok(direct_lines.chain(other_lines).collect())
}

fn names(root: &Path, package: &str, more: &[&str]) -> Result<BTreeSet<String>, String> {
    let mut cargo = shell::cargo(root);
    cargo.args([
        "tree",
        "--locked",
        "--quiet",
        "--package",
        package,
        "--edges",
        "normal,build",
    ]);
    cargo
        .args(["--target", TARGET, "--prefix", "none", "--format", "{p}"])
        .args(more);
    let text = shell::output(&mut cargo)?;
    let names = text
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    Ok(names
        .filter(|name| *name != package)
        .map(str::to_owned)
        .collect())
}

fn file(root: &Path, package: &str) -> PathBuf {
    root.join(FOLDER).join(package)
}

/// Where the agreed lists are.
const FOLDER: &str = "xtask/dependencies";

/// Packages that have a list.
const PACKAGES: &[&str] = &["sockeye", "sockeye-proto", "xtask"];

/// The platform that lists are made for, so that they are equal on every machine.
const TARGET: &str = "x86_64-unknown-linux-gnu";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_name_and_a_lost_one_are_told() {
        let found = differences("a", "direct bytes\nmemchr\n", "direct bytes\nleft-pad\n");
        let whats: Vec<(usize, &str)> = found
            .iter()
            .map(|complaint| (complaint.line, complaint.what.as_str()))
            .collect();
        assert_eq!(whats, [(1, "new: left-pad"), (2, "gone: memchr")]);
        assert_eq!(differences("a", "direct bytes\n", "direct bytes\n"), []);
    }
}
