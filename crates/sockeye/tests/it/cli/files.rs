//! `file:`: read, written, and full.

use std::fs;

use super::*;
use crate::support::program::Program;

#[test]
fn a_file_is_served_whole_to_each_connection() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("page");
    let content: Vec<u8> = (0..300_000).map(|i| (i * 7 / 3) as u8).collect();
    fs::write(&path, &content).unwrap();
    let from = format!("file:{}", path.display());
    let listen = Program::ready(&["listen", "127.0.0.1:0", &from]);
    for _ in 0..2 {
        assert!(exchange(listen.listening(), b"") == content);
    }
    let rest = Program::ready(&["listen", "127.0.0.1:0", &from, "+file,offset=299990"]);
    assert_eq!(exchange(rest.listening(), b""), &content[299_990..]);
}

#[test]
fn a_file_is_written_only_as_it_was_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    let to = format!("file:{}", path.display());
    let connect = |words: &str, input: &[u8]| run(&["connect", &to, words], input);

    let missing = connect("+file,append", b"x");
    assert_eq!(missing.status.code(), Some(23), "{}", stderr(&missing));
    assert!(connect("+file,create", b"one\n").status.success());
    let again = connect("+file,create", b"lost?");
    assert_eq!(again.status.code(), Some(23), "{}", stderr(&again));
    assert!(connect("+file,append", b"two\n").status.success());
    assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\n");
    assert!(connect("+file,truncate", b"three\n").status.success());
    assert_eq!(fs::read(&path).unwrap(), b"three\n");
}

#[test]
fn bytes_for_a_file_that_is_only_read_are_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("page");
    fs::write(&path, "content").unwrap();
    let refused = run(
        &["connect", &format!("file:{}", path.display())],
        b"a change",
    );
    assert_eq!(refused.status.code(), Some(23), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("open for reading only"));
    assert_eq!(fs::read(&path).unwrap(), b"content");

    let gone = run(
        &["connect", &format!("file:{}/gone", dir.path().display())],
        b"",
    );
    assert_eq!(gone.status.code(), Some(26), "{}", stderr(&gone));
}

#[test]
fn a_full_disk_is_said_on_both_ends() {
    let mut listen = Program::ready(&[
        "listen",
        "--once",
        "127.0.0.1:0",
        "file:/dev/full",
        "+file,append",
    ]);
    let to = listen.listening().to_string();
    let mut sender = Program::start(sockeye(&["connect", &to]).stdin(Stdio::piped()));
    let mut input = sender.stdin();
    input.write_all(b"bytes that have no place").unwrap();
    assert_eq!(listen.wait().code(), Some(23));
    listen.stderr.wait_for_text("no space left on device");
    assert!(!sender.wait().success());
    sender.stderr.wait_for_text("connection reset by peer");
}

#[test]
fn a_file_size_limit_is_an_error_of_the_write() {
    let dir = tempfile::tempdir().unwrap();
    let to = format!("file:{}", dir.path().join("small").display());
    let mut limited = Command::new("bash");
    // In units of 1024 bytes.
    limited.args(["-c", "ulimit -f 1; exec \"$0\" \"$@\""]);
    limited.args([
        env!("CARGO_BIN_EXE_sockeye"),
        "connect",
        &to,
        "+file,create",
    ]);
    let output = run_command(limited, &[b'x'; 4_000]);
    assert_eq!(output.status.code(), Some(23), "{}", stderr(&output));
    assert!(stderr(&output).contains("file too large"), "{output:?}");
    assert_eq!(fs::metadata(dir.path().join("small")).unwrap().len(), 1_024);
}
