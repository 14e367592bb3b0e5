//! Modules of the `sockeye` package use only what lies below them.
//!
//! ```text
//! bin → hub, workbench → service → engine, state → transport, layer → io → endpoint, sys, error
//! ```

use super::Complaint;
use super::source::Source;

/// Complains of a path to a module at the same height or above; tests may use what they need.
pub(super) fn check(source: &Source) -> Vec<Complaint> {
    let Some(modules) = modules(&source.path) else {
        return Vec::new();
    };
    let Some(here) = modules.first().copied() else {
        return Vec::new();
    };
    let Some(height) = height(here) else {
        let todo = "give it a height in xtask/src/tidy/direction.rs and docs/ARCHITECTURE.md";
        return vec![Complaint::new(
            &source.path,
            1,
            format!("`{here}` has no height"),
            todo,
        )];
    };
    let mut found = Vec::new();
    for use_ in uses(source, &modules) {
        let fits = height_below(use_.path[0], height) || use_.path[0] == here;
        if fits || SEAMS.iter().any(|seam| seam.allows(here, &use_.path)) {
            continue;
        }
        let what = format!(
            "`{here}` uses `{}`, which is not below it",
            use_.path.join("::")
        );
        found.push(Complaint::new(
            &source.path,
            use_.line,
            what,
            "turn the dependency round",
        ));
    }
    found
}

/// A path from the crate's root, as far as it is known.
struct Use<'a> {
    path: Vec<&'a str>,
    line: usize,
}

/// Lists the paths outside tests that start at the crate's root or climb to it.
fn uses<'a>(source: &'a Source, modules: &[&str]) -> Vec<Use<'a>> {
    let mut found = Vec::new();
    for at in 0..source.tokens.len() {
        let starts = matches!(source.text(at), "crate" | "super")
            && !source.text(at.wrapping_sub(1)).ends_with(':');
        if !starts || source.is_test(at) {
            continue;
        }
        let mut climbed = if source.text(at) == "super" {
            1
        } else {
            modules.len()
        };
        let mut at = at + 1;
        while source.reads(at, &[":", ":", "super"]) {
            climbed += 1;
            at += 3;
        }
        let rooted = climbed + inline_depth(source, at) <= modules.len();
        if source.reads(at, &[":", ":"]) && climbed >= modules.len() && rooted {
            branches(source, at + 2, &[], &mut found);
        }
    }
    found
}

/// Collects the paths that go on at `at` under `prefix`: one, or each of a `{group}`.
fn branches<'a>(source: &'a Source, at: usize, prefix: &[&'a str], found: &mut Vec<Use<'a>>) {
    if let Some(close) = source.tokens.get(at).and_then(|token| token.close) {
        let mut at = at + 1;
        while at < close {
            branches(source, at, prefix, found);
            while at < close && source.text(at) != "," {
                at = source.tokens[at].close.unwrap_or(at) + 1;
            }
            at += 1;
        }
        return;
    }
    let path = [prefix, &[source.text(at)]].concat();
    let goes_on = source.reads(at + 1, &[":", ":"]) && path.len() < SEAM_DEPTH;
    match goes_on {
        true => branches(source, at + 3, &path, found),
        false => found.push(Use {
            path,
            line: source.tokens.get(at).map_or(1, |token| token.line),
        }),
    }
}

/// Counts the `mod name { … }` around a token: each takes one more `super` to leave.
fn inline_depth(source: &Source, at: usize) -> usize {
    let around = |&start: &usize| {
        source.text(start) == "mod"
            && source.text(start + 2) == "{"
            && source.tokens[start + 2]
                .close
                .is_some_and(|close| close > at)
    };
    (0..at.min(source.tokens.len())).filter(around).count()
}

/// Returns the modules that a file is, from the crate's root; `None` outside the library.
fn modules(path: &str) -> Option<Vec<&str>> {
    let inside = path
        .strip_prefix("crates/sockeye/src/")?
        .strip_suffix(".rs")?;
    let mut modules: Vec<&str> = inside.split('/').collect();
    if matches!(modules.first(), Some(&"bin" | &"lib")) {
        return None;
    }
    if modules.last() == Some(&"mod") {
        modules.pop();
    }
    Some(modules)
}

fn height(module: &str) -> Option<usize> {
    HEIGHTS.iter().position(|level| level.contains(&module))
}

/// Tells whether a path leads below `height`; what is no module of ours is a re-export at the root.
fn height_below(module: &str, limit: usize) -> bool {
    height(module).is_none_or(|height| height < limit)
}

/// A definition that those below its module need as well.
struct Seam {
    users: &'static [&'static str],
    path: &'static [&'static str],
}

impl Seam {
    fn allows(&self, here: &str, path: &[&str]) -> bool {
        self.users.contains(&here) && self.path == path
    }
}

/// The modules from the bottom to the top.
const HEIGHTS: &[&[&str]] = &[
    &["error"],
    &["sys"],
    &["endpoint"],
    &["io"],
    &["transport", "layer"],
    &["engine", "state"],
    &["service"],
    &["cli", "hub", "workbench"],
];

/// How much of a path is looked at: module and name.
const SEAM_DEPTH: usize = 2;

/// What an engine runs is a `Service`: the trait stands with the services, those who hold one below.
const SEAMS: &[Seam] = &[
    Seam {
        users: &["engine"],
        path: &["service", "Service"],
    },
    Seam {
        users: &["engine"],
        path: &["service", "Refusal"],
    },
    Seam {
        users: &["engine", "state"],
        path: &["service", "BoxFuture"],
    },
];

#[cfg(test)]
mod tests {
    use super::super::lines_of;
    use super::check;

    const IO: &str = "crates/sockeye/src/io/relay.rs";

    #[test]
    fn what_lies_below_may_be_used() {
        let text = "use crate::endpoint::Endpoint;\nuse crate::Error;\nuse super::Stream;\n";
        assert_eq!(lines_of(check, IO, text), []);
    }

    #[test]
    fn what_lies_above_may_not() {
        let text = "use crate::engine::Engine;\nfn a() { crate::hub::run() }\n";
        assert_eq!(lines_of(check, IO, text), [1, 2]);
        let text = "use crate::{error::Error,\n    state::Log};\nuse super::super::hub;\n";
        assert_eq!(lines_of(check, IO, text), [2, 3]);
        assert_eq!(
            lines_of(
                check,
                "crates/sockeye/src/io/mod.rs",
                "use super::hub::Hub;"
            ),
            [1]
        );
    }

    #[test]
    fn what_lies_beside_may_not() {
        let text = "use crate::state::Log;\n";
        assert_eq!(
            lines_of(check, "crates/sockeye/src/engine/mod.rs", text),
            [1]
        );
    }

    #[test]
    fn the_trait_is_a_seam_and_the_services_are_not() {
        let text = "use crate::service::{Refusal, Service};\nuse crate::service::echo;\n";
        assert_eq!(
            lines_of(check, "crates/sockeye/src/engine/mod.rs", text),
            [2]
        );
    }

    #[test]
    fn tests_and_programs_may_use_everything() {
        let text = "#[cfg(test)]\nmod tests {\n    use crate::service::echo;\n}\n";
        assert_eq!(lines_of(check, IO, text), []);
        let text = "mod inner {\n    use super::super::Stream;\n}\n";
        assert_eq!(lines_of(check, IO, text), []);
        assert_eq!(
            lines_of(
                check,
                "crates/sockeye/src/bin/sockeye/serve.rs",
                "use crate::x;"
            ),
            []
        );
    }

    #[test]
    fn a_module_without_a_height_is_named() {
        assert_eq!(
            lines_of(check, "crates/sockeye/src/extra/mod.rs", "//! Head.\n"),
            [1]
        );
    }
}
