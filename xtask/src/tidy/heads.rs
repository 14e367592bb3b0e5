//! Every file of Rust begins by saying what it is; `foo/tests.rs` says it by its name.

use super::Complaint;
use super::source::Source;

/// Complains of a file whose first line is not `//!`.
pub(super) fn check(source: &Source) -> Vec<Complaint> {
    let first = source.lines.first().map_or("", String::as_str);
    let head = first
        .strip_prefix("//!")
        .is_some_and(|text| !text.trim().is_empty());
    if head || source.path.ends_with("/tests.rs") {
        return Vec::new();
    }
    let todo = "begin with `//! What it is, its place in the flow, its source.`";
    vec![Complaint::new(&source.path, 1, "no module head", todo)]
}

#[cfg(test)]
mod tests {
    use super::super::lines_of;
    use super::check;

    #[test]
    fn a_file_needs_a_head() {
        assert_eq!(lines_of(check, "a.rs", "//! Answers.\nfn a() {}\n"), []);
        assert_eq!(lines_of(check, "a.rs", "fn a() {}\n"), [1]);
        assert_eq!(lines_of(check, "a.rs", "//!\nfn a() {}\n"), [1]);
        assert_eq!(lines_of(check, "a.rs", "// Answers.\n"), [1]);
        assert_eq!(lines_of(check, "a/tests.rs", "fn a() {}\n"), []);
    }
}
