//! Standard streams that are closed: what is written to them does not vanish without a word.

use super::*;

/// Runs the program with streams closed, in the shell's words.
fn without(closed: &str, args: &[&str], input: &[u8]) -> Output {
    let mut shell = Command::new("sh");
    let script = format!("exec \"$0\" \"$@\" {closed}");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_sockeye")]);
    shell.args(args).env("NO_COLOR", "1");
    run_command(shell, input)
}

#[test]
fn bytes_for_a_closed_output_are_lost_with_a_word() {
    for args in [&["connect", "exec:cat"][..], &["relay", "-", "exec:cat"]] {
        let output = without(">&-", args, b"four");
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(23), "{args:?}: {said}");
        let why = "it was closed when the program started; 4 bytes did not arrive";
        assert!(said.contains(why), "{args:?}: {said}");
        assert_eq!(without(">&- 2>&-", args, b"four").status.code(), Some(23));
    }
    let (there, served) = peer(b"");
    let output = without(">&-", &["connect", &there.to_string()], b"only sent");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(served.join().unwrap(), b"only sent");
}

#[test]
fn answers_for_an_output_that_takes_none_are_an_error() {
    let asked: [&[&str]; 4] = [
        &["explain", "8080"],
        &["completions", "bash"],
        &["--help"],
        &["--version"],
    ];
    for args in asked {
        for to in [">&-", ">/dev/full"] {
            let output = without(to, args, b"");
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(23), "{args:?} {to}: {said}");
            assert!(said.starts_with("error: write standard output: "), "{said}");
        }
    }
}

#[test]
fn a_closed_input_has_ended_and_closed_messages_change_nothing() {
    for closed in ["<&-", "<&- 2>&-"] {
        let output = without(closed, &["connect", "exec:echo there"], b"");
        assert_eq!(output.status.code(), Some(0), "{closed}: {output:?}");
        assert_eq!(output.stdout, b"there\n", "{closed}");
    }
    let output = without("2>&-", &["connect", "exec:cat"], b"four");
    assert_eq!(
        (output.status.code(), &output.stdout[..]),
        (Some(0), &b"four"[..])
    );
}
