//! Help texts, as snapshots.

use super::*;

fn help(args: &[&str]) -> String {
    let mut command = sockeye(args);
    command.env("COLUMNS", "100");
    let output = run_command(command, b"");
    assert_eq!(output.status.code(), Some(0));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn help_of_connect() {
    let help = help(&["connect", "--help"]);
    insta::assert_snapshot!(help);
}

#[test]
fn help_of_listen() {
    let help = help(&["listen", "-h"]);
    insta::assert_snapshot!(help);
}

#[test]
fn help_lists_only_what_is_built() {
    let text = help(&["--help"]);
    assert!(
        text.contains("  connect  ") && text.contains("  listen   "),
        "{text}"
    );
    for later in ["watch", "trace", "send"] {
        assert!(!text.contains(&format!("  {later}")), "{text}");
    }
}
