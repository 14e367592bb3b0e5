//! Names that say nothing are not used.

use super::Complaint;
use super::source::{Source, is_name};

/// Complains of forbidden file names, function prefixes and type suffixes.
pub(super) fn check(source: &Source) -> Vec<Complaint> {
    let mut found = Vec::new();
    let parts = source.path.trim_end_matches(".rs").split('/');
    if let Some(part) = parts.into_iter().find(|part| FILES.contains(part)) {
        let what = format!("a module named `{part}`");
        found.push(Complaint::new(
            &source.path,
            1,
            what,
            "name it after what is in it",
        ));
    }
    for (index, token) in source.tokens.iter().enumerate() {
        let name = source.text(index + 1);
        if !is_name(name) {
            continue;
        }
        let todo = match token.text.as_str() {
            "fn" if name.starts_with("get_") => "leave out `get_`",
            "struct" | "enum" | "trait" | "type" | "union"
                if TYPES.iter().any(|suffix| name.ends_with(suffix)) =>
            {
                "say what it does or holds"
            }
            _ => continue,
        };
        found.push(Complaint::new(
            &source.path,
            token.line,
            format!("the name `{name}`"),
            todo,
        ));
    }
    found
}

/// File and folder names that would collect what has no place.
const FILES: &[&str] = &[
    "util", "utils", "common", "helper", "helpers", "misc", "shared",
];

/// Ends of type names that say nothing.
const TYPES: &[&str] = &["Manager", "Helper", "Helpers", "Util", "Utils"];

#[cfg(test)]
mod tests {
    use super::super::lines_of;
    use super::check;

    #[test]
    fn empty_names_are_found() {
        assert_eq!(lines_of(check, "a/util.rs", ""), [1]);
        assert_eq!(lines_of(check, "a/common/mod.rs", ""), [1]);
        let text = "struct LogManager;\nimpl LogManager {\n    fn get_log(&self) {}\n}\n";
        assert_eq!(lines_of(check, "a.rs", text), [1, 3]);
    }

    #[test]
    fn other_names_pass() {
        let text = "struct Log;\nimpl Log {\n    fn getter(&self) { self.get_mut() }\n}\n";
        assert_eq!(lines_of(check, "a.rs", text), []);
    }
}
