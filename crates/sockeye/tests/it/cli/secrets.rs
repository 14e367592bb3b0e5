//! Secrets of a command line: written out, in a file, in a variable.

use super::*;

/// Connects with a secret to a peer that hears it and says nothing; returns what each has got.
fn asked(words: &[&str], set: Option<(&str, &str)>) -> (Output, String) {
    let (address, heard) = peer(b"");
    let to = format!("ws://{address}");
    let mut command = sockeye(&[&["connect", &to], words].concat());
    command.envs(set);
    let output = run_command(command, b"");
    (output, String::from_utf8(heard.join().unwrap()).unwrap())
}

#[test]
fn they_come_from_a_file_or_a_variable_and_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "X-Token: t0p s3cret\n").unwrap();
    let from_file = format!("header=@{}", file.display());
    let ways = [
        (&from_file[..], None),
        ("header=env:TOKEN", Some(("TOKEN", "X-Token: t0p s3cret"))),
        ("header=X-Token: t0p s3cret", None),
    ];
    for (way, set) in ways {
        let words = ["+ws", way, "--explain", "-v"];
        let (output, heard) = asked(&words, set);
        assert!(heard.contains("\r\nX-Token: t0p s3cret\r\n"), "{heard}");
        let said = stderr(&output);
        assert!(!said.contains("s3cret"), "{said}");
        let warned = said.contains("@FILE and env:NAME keep it out");
        assert_eq!(warned, way.contains("s3cret"), "{said}");
    }
}

#[test]
fn a_secret_that_is_not_there_is_named_with_its_place() {
    for (way, code, why) in [
        ("header=@/no/such/file", 26, "/no/such/file: no such file"),
        ("header=env:NO_SUCH_ONE", 2, "env:NO_SUCH_ONE: "),
        ("header=@/dev/zero", 26, "/dev/zero: more than"),
    ] {
        let output = run(&["connect", "ws://127.0.0.1:9", "+ws", way], b"");
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
}
