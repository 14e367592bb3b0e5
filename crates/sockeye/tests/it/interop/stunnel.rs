//! stunnel: TLS at either end, and what it says in plain before TLS begins.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::process::Stdio;

use tempfile::TempDir;

use crate::support::authority::{Authority, Given};
use crate::support::program::{Program, sockeye};

/// Starts stunnel with one service, which accepts at a port of the system's choice.
fn stunnel(dir: &TempDir, service: &str) -> (Program, SocketAddr) {
    let file = dir.path().join("stunnel.conf");
    let text = format!(
        "foreground = yes\npid =\nsyslog = no\ndebug = 7\n\n[it]\naccept = 127.0.0.1:0\n{service}"
    );
    fs::write(&file, text).unwrap();
    let mut command = Command::new("stunnel4");
    let program = Program::start(command.arg(&file).stdin(Stdio::null()));
    // `… Service [it] (FD=9) bound to 127.0.0.1:40123`
    let at = program.stderr.wait_for("stunnel's address", |line| {
        line.split_once("bound to ")?.1.trim().parse().ok()
    });
    (program, at)
}

/// Sends a line through `connect` and returns what comes back.
fn sent(words: &[&str], text: &str) -> Vec<String> {
    use std::io::Write;
    let mut client = sockeye(&[&["connect"], words].concat());
    let mut client = Program::start(client.stdin(Stdio::piped()));
    client.stdin().write_all(text.as_bytes()).unwrap();
    let status = client.wait();
    assert!(status.success(), "{words:?}: {:?}", client.stderr.all());
    client.stdout.all()
}

#[test]
#[ignore = "needs stunnel4"]
fn a_program_behind_stunnel_and_stunnel_behind_a_program() {
    let (dir, authority) = (TempDir::new().unwrap(), Authority::new());
    let signed = authority.certificate(Given::default());
    let (cert, key) = (signed.cert.display(), signed.key.display());
    let ca = authority.file();

    let echo = Program::ready(&["listen", "127.0.0.1:0", "echo:"]);
    let service = format!(
        "connect = {}\ncert = {cert}\nkey = {key}\n",
        echo.listening()
    );
    let (_server, at) = stunnel(&dir, &service);
    let word = format!("+tls,cacert={ca}");
    assert_eq!(sent(&[&format!("tls://{at}"), &word], "ahoy\n"), ["ahoy"]);

    let secure = Program::ready(&["listen", "127.0.0.1:0", &format!("+tls,{signed}"), "echo:"]);
    let service = format!(
        "client = yes\nconnect = {}\nCAfile = {ca}\nverifyChain = yes\ncheckHost = a.example\n",
        secure.listening()
    );
    let (_client, at) = stunnel(&dir, &service);
    assert_eq!(sent(&[&at.to_string()], "ahoy\n"), ["ahoy"]);
}

#[test]
#[ignore = "needs stunnel4"]
fn stunnel_switches_to_tls_where_it_is_asked_to() {
    let (dir, authority) = (TempDir::new().unwrap(), Authority::new());
    let signed = authority.certificate(Given::default());
    let (cert, key) = (signed.cert.display(), signed.key.display());
    // What the server behind it says in plain before its answers.
    for (protocol, ours, greeting) in [
        ("smtp", "smtp", r"printf '220 office ESMTP\r\n'"),
        (
            "imap",
            "imap",
            r"printf '* OK office\r\n'; read line; printf '* CAPABILITY IMAP4\r\na1 OK\r\n'",
        ),
        ("pop3", "pop3", r"printf '+OK office\r\n'"),
        ("pgsql", "postgres", ":"),
    ] {
        let greet = format!("sh:{greeting}; cat");
        let plain = Program::ready(&["listen", "127.0.0.1:0", &greet]);
        let service = format!(
            "protocol = {protocol}\nconnect = {}\ncert = {cert}\nkey = {key}\n",
            plain.listening()
        );
        let (_server, at) = stunnel(&dir, &service);
        let word = format!("+tls,cacert={},starttls={ours}", authority.file());
        let answer = sent(&[&at.to_string(), &word], "ahoy\n");
        assert_eq!(answer, ["ahoy"], "{protocol}");
    }
}
