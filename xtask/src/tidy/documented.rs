//! Every IRC command and capability of the code has its row in `docs/irc.md`.

use super::Complaint;
use super::source::Source;
use super::tree::Tree;

/// Complains of rows of the code's tables that the page does not name.
pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let page = tree.files.iter().find(|file| file.path == PAGE);
    let page = page.map_or("", |page| &page.text);
    let mut found = Vec::new();
    for (path, calls) in TABLES {
        let Some(file) = tree.files.iter().find(|file| file.path == *path) else {
            continue;
        };
        let Ok(source) = Source::parse(path, &file.text) else {
            continue;
        };
        for (line, name) in names(&source, calls) {
            if !page.contains(&format!("| `{name}` |")) {
                let todo = format!("add a row to {PAGE}");
                found.push(Complaint::new(
                    path,
                    line,
                    format!("`{name}` is not documented"),
                    todo,
                ));
            }
        }
    }
    found
}

/// Finds the first string in each call of one of `calls`.
fn names<'a>(source: &'a Source, calls: &[&str]) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    for at in 0..source.tokens.len() {
        let called = calls.contains(&source.text(at)) && source.text(at + 1) == "(";
        let Some(close) = source.tokens.get(at + 1).and_then(|open| open.close) else {
            continue;
        };
        let literal = (at + 2..close)
            .map(|at| source.text(at))
            .find(|text| text.starts_with('"'));
        if let (true, Some(literal)) = (called, literal) {
            found.push((source.tokens[at].line, literal.trim_matches('"')));
        }
    }
    found
}

const PAGE: &str = "docs/irc.md";

/// Where the tables are, and the functions that make a row.
const TABLES: &[(&str, &[&str])] = &[
    (
        "crates/sockeye-proto/src/irc/command/mod.rs",
        &["act", "ask"],
    ),
    ("crates/sockeye-proto/src/irc/caps.rs", &["row"]),
];

#[cfg(test)]
mod tests {
    use super::super::tree::File;
    use super::*;

    #[test]
    fn a_row_that_the_page_does_not_name_is_found() {
        let file = |path: &str, text: &str| File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let table =
            "const T: &[Row] = &[\n    act(\"JOIN\", 1, join),\n    ask(\"WHO\", 0, who),\n];\n";
        let tree = Tree {
            files: vec![file(TABLES[0].0, table), file(PAGE, "| `JOIN` | yes |\n")],
        };
        let found = check(&tree);
        let lines: Vec<usize> = found.iter().map(|complaint| complaint.line).collect();
        assert_eq!(lines, [3], "{found:?}");
    }
}
