//! TLS between two runs of the program, as a shell sees it.

use super::*;
use crate::support::program::Program;

#[test]
fn a_pinned_certificate_of_this_run_carries_bytes_both_ways() {
    let program = Program::ready(&["listen", "0", "+tls,self-signed", "echo:"]);
    let said = program.stderr.wait_for("the fingerprint", |line| {
        Some(line[line.find("sha256:")?..].to_owned())
    });
    let at = program.listening();
    program.stderr.wait_for("the layer", |line| {
        (line == format!("listening on tcp://{at} +tls")).then_some(())
    });
    let to = format!("tls://{at}");
    let output = run(
        &["connect", &to, &format!("+tls,pin={said}")],
        b"to and fro",
    );
    assert_eq!(
        (
            output.status.code(),
            &output.stdout[..],
            stderr(&output).as_str()
        ),
        (Some(0), &b"to and fro"[..], "")
    );
    let other = format!("+tls,pin=sha256:{}", "0".repeat(64));
    let output = run(&["connect", &to, &other], b"");
    assert_eq!(output.status.code(), Some(60), "{}", stderr(&output));
    assert!(stderr(&output).contains(&said), "{}", stderr(&output));
}

#[test]
fn exit_codes_tell_whose_fault_it_was() {
    let plain = Program::ready(&["listen", "0", "hello:"]);
    let to = plain.listening().to_string();
    for (word, code, sentence) in [
        ("+tls,cert=/nonexistent", 58, "/nonexistent: no such file"),
        ("+tls,insecure", 35, "what the peer sends is not TLS"),
    ] {
        let output = run(&["connect", &to, word], b"");
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(stderr(&output).contains(sentence), "{}", stderr(&output));
    }
    let mut nobody_trusted = sockeye(&["connect", "tls://localhost:1"]);
    nobody_trusted.env("SSL_CERT_FILE", "/nonexistent");
    nobody_trusted.env("SSL_CERT_DIR", "/nonexistent");
    let output = run_command(nobody_trusted, b"");
    assert_eq!(output.status.code(), Some(60), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("ca-certificates"),
        "{}",
        stderr(&output)
    );
}
