//! `mock:`: a peer played by a script, as a lesson or a test has it.

use super::*;
use crate::support::program::Program;

#[test]
fn a_played_server_answers_each_connection_as_its_script_says() {
    let script =
        "mock:send \"220 ready\\r\\n\"; expect \"QUIT\\r\\n\"; pause 1ms; send \"221 bye\\r\\n\"";
    let server = Program::ready(&["listen", "-4", "0", script]);
    for _ in 0..2 {
        let answer = exchange(server.listening(), b"QUIT\r\n");
        assert_eq!(answer, b"220 ready\r\n221 bye\r\n");
    }
    let mut wrong = dial(server.listening());
    wrong.write_all(b"QUIET\r\n").unwrap();
    server
        .stderr
        .wait_for_text(r#"step 2: expected "QUIT\r\n", got "QUIE"#);
}

#[test]
fn a_played_client_tests_a_program() {
    let right = run(
        &[
            "relay",
            "mock:send \"b\\na\\n\" 0x630a; send end; expect \"a\\nb\\nc\\n\"; expect end",
            "exec:sort",
        ],
        b"",
    );
    assert_eq!(right.status.code(), Some(0), "{}", stderr(&right));
    let wrong = run(
        &[
            "relay",
            "mock:send \"b\\n\"; send end; expect \"a\\n\"",
            "exec:sort",
        ],
        b"",
    );
    assert_ne!(wrong.status.code(), Some(0));
    let said = stderr(&wrong);
    assert!(
        said.contains(r#"step 3: expected "a\n", got "b\n""#),
        "{said}"
    );
}

#[test]
fn a_script_that_cannot_be_played_is_pointed_at() {
    let refused = run(&["connect", "mock:send \"a\"; expct end"], b"");
    assert_eq!(refused.status.code(), Some(2));
    let said = stderr(&refused);
    assert!(
        said.contains("did you mean expect?") && said.contains("^^^^^"),
        "{said}"
    );
    let refused = run(&["listen", "mock:close", "echo:"], b"");
    assert_eq!(refused.status.code(), Some(2));
}
