//! Files and functions stay short enough to be read at once.
//!
//! Counted are the lines that are neither blank, nor doc comment, nor test. A function inside
//! another counts for both.

use super::Complaint;
use super::source::Source;

/// Complains of files and functions over the limits.
pub(super) fn check(source: &Source) -> Vec<Complaint> {
    let mut found = Vec::new();
    let file = source.count(1, source.lines.len());
    if file > FILE_LINES_MAX {
        let what = format!("{file} lines, at most {FILE_LINES_MAX}");
        found.push(Complaint::new(&source.path, 1, what, "split it by meaning"));
    }
    for function in source.functions() {
        let first = source.tokens[function.tokens.start].line;
        let last = source.tokens[function.tokens.end - 1].line;
        let lines = source.count(first, last);
        if lines > FUNCTION_LINES_MAX {
            let what = format!(
                "fn {}: {lines} lines, at most {FUNCTION_LINES_MAX}",
                function.name
            );
            found.push(Complaint::new(
                &source.path,
                first,
                what,
                "give its steps names",
            ));
        }
    }
    found
}

/// Longest file, lines that count.
const FILE_LINES_MAX: usize = 400;

/// Longest function from its `fn` to its closing brace, lines that count.
const FUNCTION_LINES_MAX: usize = 70;

#[cfg(test)]
mod tests {
    use super::super::lines_of;
    use super::*;

    fn function(statements: usize) -> String {
        format!(
            "//! Head.\n\nfn f() {{\n{}}}\n",
            "    step();\n".repeat(statements)
        )
    }

    #[test]
    fn a_function_of_70_lines_passes_and_of_71_does_not() {
        assert_eq!(lines_of(check, "a.rs", &function(68)), []);
        assert_eq!(lines_of(check, "a.rs", &function(69)), [3]);
    }

    #[test]
    fn a_file_of_400_lines_passes_and_of_401_does_not() {
        assert_eq!(
            lines_of(check, "a.rs", &"const A: u8 = 1;\n".repeat(400)),
            []
        );
        assert_eq!(
            lines_of(check, "a.rs", &"const A: u8 = 1;\n".repeat(401)),
            [1]
        );
    }

    #[test]
    fn blank_lines_doc_comments_and_tests_do_not_count() {
        let text = "\n/// Doc.\nconst A: u8 = 1;\n".repeat(400);
        let tests = format!(
            "#[cfg(test)]\nmod tests {{\n{}}}\n",
            "    fn t() {}\n".repeat(100)
        );
        assert_eq!(lines_of(check, "a.rs", &(text + &tests)), []);
        assert_eq!(lines_of(check, "a/tests.rs", &function(500)), []);
        assert_eq!(
            lines_of(check, "crates/a/tests/it/b.rs", &function(500)),
            []
        );
    }

    #[test]
    fn ordinary_comments_count() {
        let text = format!("fn f() {{\n{}}}\n", "    // A reason.\n".repeat(69));
        assert_eq!(lines_of(check, "a.rs", &text), [1]);
    }
}
