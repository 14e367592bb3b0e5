//! What depends on the platform, on a feature, or on `unsafe` stands in few places.

use std::ops::Range;

use super::Complaint;
use super::source::Source;

/// Complains of platform `cfg` and `allow(unsafe_code)` outside `sys/`, and of `cfg(feature)`
/// anywhere but beside a `mod` line or a row of the vocabulary.
pub(super) fn check(source: &Source) -> Vec<Complaint> {
    let mut found = Vec::new();
    for (index, inside) in source.attributes() {
        let complaint = match source.text(inside.start) {
            "cfg" | "cfg_attr" => condition(source, index, &inside),
            "allow" | "expect" | "warn" => allowance(source, &inside),
            _ => None,
        };
        found.extend(complaint.map(|(what, todo)| {
            Complaint::new(&source.path, source.tokens[index].line, what, todo)
        }));
    }
    found.extend(macros(source));
    found
}

/// What is wrong, and what to do about it.
type Wrong = (&'static str, &'static str);

fn condition(source: &Source, index: usize, inside: &Range<usize>) -> Option<Wrong> {
    let words = || inside.clone().map(|at| source.text(at));
    if words().any(|word| PLATFORM.contains(&word)) && !is_sys(source) {
        return Some(PLATFORM_ELSEWHERE);
    }
    let by_feature = words().any(|word| word == "feature");
    (by_feature && !beside_module(source, index) && !is_vocabulary(source))
        .then_some(FEATURE_ELSEWHERE)
}

fn allowance(source: &Source, inside: &Range<usize>) -> Option<Wrong> {
    let names_unsafe = inside.clone().any(|at| source.text(at) == "unsafe_code");
    (names_unsafe && !is_sys(source)).then_some(UNSAFE_ELSEWHERE)
}

/// Finds `cfg!(…)`, which hides a condition in an expression.
fn macros(source: &Source) -> impl Iterator<Item = Complaint> {
    let calls = (0..source.tokens.len()).filter(|&at| source.reads(at, &["cfg", "!", "("]));
    calls.filter_map(|at| {
        let close = source.tokens[at + 2].close?;
        let word = (at + 3..close).map(|at| source.text(at)).find(|word| {
            let platform = PLATFORM.contains(word) && !is_sys(source);
            platform || (*word == "feature" && !is_vocabulary(source))
        })?;
        let (what, todo) = if word == "feature" {
            FEATURE_ELSEWHERE
        } else {
            PLATFORM_ELSEWHERE
        };
        Some(Complaint::new(
            &source.path,
            source.tokens[at].line,
            what,
            todo,
        ))
    })
}

/// Tells whether the item under the attribute at `index` is `mod name;` or a re-export of one.
fn beside_module(source: &Source, index: usize) -> bool {
    let mut at = index;
    while source.text(at) == "#" {
        let Some(close) = source.tokens[at + 1].close else {
            return false;
        };
        at = close + 1;
    }
    if source.text(at) == "pub" {
        at += 1;
        at = source
            .tokens
            .get(at)
            .and_then(|token| token.close)
            .map_or(at, |close| close + 1);
    }
    matches!(source.text(at), "mod" | "use")
}

fn is_sys(source: &Source) -> bool {
    source.path.starts_with("crates/sockeye/src/sys/")
}

fn is_vocabulary(source: &Source) -> bool {
    source.path.starts_with("crates/sockeye/src/endpoint/words")
}

/// Conditions on the platform.
const PLATFORM: &[&str] = &[
    "target_os",
    "target_family",
    "target_env",
    "target_arch",
    "target_vendor",
    "target_pointer_width",
    "target_endian",
    "unix",
    "windows",
];

const PLATFORM_ELSEWHERE: Wrong = (
    "a condition on the platform outside sys/",
    "put what differs behind a function of sys/",
);
const FEATURE_ELSEWHERE: Wrong = (
    "a condition on a feature that is not beside a `mod` or `use` line or a row of the vocabulary",
    "put what it guards into a module of its own",
);
const UNSAFE_ELSEWHERE: Wrong = (
    "unsafe code allowed outside sys/",
    "use a crate that wraps it, or put it into sys/",
);

#[cfg(test)]
mod tests {
    use super::super::lines_of;
    use super::check;

    const IO: &str = "crates/sockeye/src/io/relay.rs";
    const SYS: &str = "crates/sockeye/src/sys/splice.rs";

    #[test]
    fn the_platform_is_asked_in_sys_only() {
        let text = "#[cfg(target_os = \"linux\")]\nfn a() {}\n#[cfg(unix)]\nfn b() {}\n";
        assert_eq!(lines_of(check, IO, text), [1, 3]);
        assert_eq!(lines_of(check, SYS, text), []);
        let text = "fn a() -> bool {\n    cfg!(target_os = \"linux\")\n}\n";
        assert_eq!(lines_of(check, IO, text), [2]);
    }

    #[test]
    fn unsafe_code_is_allowed_in_sys_only() {
        let text = "#![allow(unsafe_code)]\n";
        assert_eq!(lines_of(check, IO, text), [1]);
        assert_eq!(lines_of(check, SYS, text), []);
    }

    #[test]
    fn features_guard_modules_only() {
        let text = "#[cfg(feature = \"tls\")]\n#[doc(hidden)]\npub mod tls;\n\
                    #[cfg(feature = \"tls\")]\npub(crate) use tls::Tls;\n\
                    #[cfg(feature = \"tls\")]\nfn tls() {}\n";
        assert_eq!(lines_of(check, IO, text), [6]);
        assert_eq!(
            lines_of(check, "crates/sockeye/src/endpoint/words/layers.rs", text),
            []
        );
    }
}
