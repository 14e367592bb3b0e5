//! No test waits by sleeping: it is slow on a fast machine and fails on a slow one.

use super::Complaint;
use super::source::Source;

/// Complains of `sleep(…)` in tests, but for those that run under paused time.
pub(super) fn check(source: &Source) -> Vec<Complaint> {
    if source.path == THE_ONE_PLACE {
        return Vec::new();
    }
    let paused = paused(source);
    let calls = (0..source.tokens.len()).filter(|&index| {
        let called = matches!(source.text(index), "sleep" | "sleep_ms")
            && source.text(index + 1) == "("
            && source.text(index.wrapping_sub(1)) != "fn";
        called && source.is_test(index) && !paused.iter().any(|range| range.contains(&index))
    });
    let todo = "wait for what is to happen (an event, a line, `until`), or pause the time";
    let complain = |index: usize| {
        Complaint::new(
            &source.path,
            source.tokens[index].line,
            "a test sleeps",
            todo,
        )
    };
    calls.map(complain).collect()
}

/// Finds the tests whose time is tokio's and stands still: sleeping there takes no time.
fn paused(source: &Source) -> Vec<std::ops::Range<usize>> {
    let marks = source
        .attributes()
        .filter(|(_, inside)| inside.clone().any(|at| source.text(at) == "start_paused"));
    marks
        .filter_map(|(start, _)| Some(start..source.item_end(start)?))
        .collect()
}

/// Outside programs tell nobody when their screen has changed: the pause between two looks.
const THE_ONE_PLACE: &str = "crates/sockeye/tests/it/support/until.rs";

#[cfg(test)]
mod tests {
    use super::super::lines_of;
    use super::check;

    #[test]
    fn sleeping_is_found_in_tests_only() {
        let text = "fn a() { sleep(one()); }\n#[test]\nfn t() {\n    thread::sleep(one());\n}\n";
        assert_eq!(lines_of(check, "crates/a/src/b.rs", text), [4]);
        assert_eq!(lines_of(check, "crates/a/tests/it/b.rs", text), [1, 4]);
    }

    #[test]
    fn paused_time_may_pass() {
        let text =
            "#[tokio::test(start_paused = true)]\nasync fn t() {\n    sleep(hour()).await;\n}\n";
        assert_eq!(lines_of(check, "crates/a/tests/it/b.rs", text), []);
    }
}
