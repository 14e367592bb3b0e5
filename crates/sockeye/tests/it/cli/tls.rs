//! TLS between two runs of the program, as a shell sees it.

use super::*;
use crate::support::authority::{Authority, Given, Signed};
use crate::support::program::Program;

/// Starts a listener with a certificate.
fn listening(signed: &Signed, service: &str) -> Program {
    Program::ready(&["listen", "127.0.0.1:0", &format!("+tls,{signed}"), service])
}

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

#[test]
fn each_bad_certificate_has_its_own_sentence() {
    let (authority, strangers) = (Authority::new(), Authority::new());
    let (known, unknown) = (authority.file(), strangers.file());
    let years = |years| Given {
        years,
        ..Given::default()
    };
    for (given, name, ca, sentence) in [
        (
            Given::default(),
            "b.example",
            &known,
            "is for a.example, 127.0.0.1, not for b.example",
        ),
        (
            Given::default(),
            "127.0.0.2",
            &known,
            "is for a.example, 127.0.0.1, not for 127.0.0.2",
        ),
        (years((2020, 2021)), "a.example", &known, "expired "),
        (
            years((3000, 3001)),
            "a.example",
            &known,
            "is valid only in ",
        ),
        (
            Given::default(),
            "a.example",
            &unknown,
            "is signed by nobody who is trusted here",
        ),
        (
            Given::client(),
            "a.example",
            &known,
            "is not meant for a server",
        ),
    ] {
        let program = listening(&authority.certificate(given), "hello:");
        let to = format!("tls://{}", program.listening());
        let word = format!("+tls,sni={name},cacert={ca}");
        let output = run(&["connect", &to, &word], b"");
        assert_eq!(output.status.code(), Some(60), "{}", stderr(&output));
        let said = stderr(&output);
        assert!(
            said.contains(&format!("tls: the certificate {sentence}")),
            "{said}"
        );
        assert!(
            output.stdout.is_empty(),
            "nothing passes before the peer is verified"
        );
    }
}

#[test]
fn an_ip_address_in_the_certificate_is_a_name() {
    let authority = Authority::new();
    let program = listening(&authority.certificate(Given::default()), "echo:");
    let to = format!("tls://{}", program.listening());
    let word = format!("+tls,cacert={}", authority.file());
    let output = run(&["connect", &to, &word], b"ahoy");
    let said = stderr(&output);
    assert_eq!(
        (output.status.code(), &output.stdout[..]),
        (Some(0), &b"ahoy"[..]),
        "{said}"
    );
}

#[test]
fn older_versions_are_a_mistake_of_the_command_line() {
    for version in ["1.0", "1.1"] {
        let output = run(
            &[
                "connect",
                "tls://localhost:1",
                &format!("+tls,min={version}"),
            ],
            b"",
        );
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        let said = stderr(&output);
        assert!(
            said.contains("1.2 or 1.3: older ones are not safe and not spoken"),
            "{said}"
        );
    }
}

#[test]
fn a_cut_is_no_end() {
    let authority = Authority::new();
    let server = listening(&authority.certificate(Given::default()), "echo:");
    let to = format!("tls://{}", server.listening());
    let word = format!("+tls,cacert={}", authority.file());
    let mut client = sockeye(&["connect", &to, &word]);
    let mut client = Program::start(client.stdin(Stdio::piped()));
    let mut stdin = client.stdin();
    stdin.write_all(b"ahoy\n").unwrap();
    client.stdout.wait_for_text("ahoy");
    server.kill();
    assert_eq!(client.wait().code(), Some(56));
    client
        .stderr
        .wait_for_text("no close_notify of TLS came before its end");
}

#[test]
fn a_cut_is_a_reset_on_the_far_side() {
    let backend = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("tcp://{}", backend.local_addr().unwrap());
    let relay = Program::ready(&["listen", "0", "+tls,self-signed", &to]);
    let wire = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("tls://{}", wire.local_addr().unwrap());
    let mut client = sockeye(&["connect", &to, "+tls,insecure"]);
    let mut client = Program::start(client.stdin(Stdio::piped()));
    let (near, far) = (accept(&wire), dial(relay.listening()));
    for (from, to) in [(&near, &far), (&far, &near)] {
        let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        thread::spawn(move || io::copy(&mut from, &mut to));
    }
    let wire = far;
    let mut stdin = client.stdin();
    stdin.write_all(b"ahoy").unwrap();
    let mut far = accept(&backend);
    let mut received = [0; 4];
    far.read_exact(&mut received).unwrap();
    wire.shutdown(Shutdown::Both).unwrap();
    let cut = far.read(&mut [0]).unwrap_err();
    assert_eq!(cut.kind(), io::ErrorKind::ConnectionReset);
    relay.stderr.wait_for_text("no close_notify of TLS");
}

#[test]
fn a_mute_client_delays_nobody() {
    let server = Program::ready(&["listen", "0", "+tls,self-signed", "echo:"]);
    let mute = dial(server.listening());
    let to = format!("tls://{}", server.listening());
    let output = run(&["connect", &to, "+tls,insecure"], b"ahoy");
    assert_eq!(output.stdout, b"ahoy", "{}", stderr(&output));
    // It is still there: its own time is not up.
    mute.set_nonblocking(true).unwrap();
    let nothing = (&mute).read(&mut [0]).unwrap_err();
    assert_eq!(nothing.kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn the_handshake_is_explained_in_words_and_for_programs() {
    let authority = Authority::new();
    let signed = authority.certificate(Given::default());
    let word = format!("+tls,{signed},alpn=fish");
    let server = Program::ready(&["listen", "127.0.0.1:0", &word, "echo:", "--explain"]);
    let to = format!("tls://{}", server.listening());
    let trust = format!("+tls,sni=a.example,alpn=fish,cacert={}", authority.file());
    let output = run(&["connect", &to, &trust, "--explain"], b"");
    let said = stderr(&output);
    for part in [
        "tls: both ends are done, full handshake in ",
        "TLS 1.3, TLS_AES_",
        "the name asked for is a.example",
        "they agree on fish",
        "signed by CN=authority ",
        "valid until 4000-01-01T00:00:00Z: sha256:",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    server
        .stderr
        .wait_for_text("the name asked for is a.example");
    server
        .stderr
        .wait_for_text("tls: the peer shows no certificate");

    let output = run(&["connect", &to, &trust, "--explain", "--json"], b"");
    let objects: Vec<serde_json::Value> = stderr(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let settled = objects
        .iter()
        .find(|object| object["tls_version"] == "1.3")
        .unwrap();
    assert_eq!(settled["event"], "step");
    assert_eq!(settled["tls_resumed"], false);
    assert_eq!(settled["tls_alpn"], "fish");
    assert_eq!(settled["tls_name"], "a.example");
    assert!(settled["handshake_ms"].as_f64().unwrap() > 0.0);
    let shown = objects
        .iter()
        .find(|object| !object["certificate_issuer"].is_null())
        .unwrap();
    assert_eq!(shown["certificate_not_after"], "4000-01-01T00:00:00Z");
}

#[test]
fn a_relay_resumes_its_sessions_with_the_far_end() {
    let authority = Authority::new();
    for version in ["1.2", "1.3"] {
        let signed = authority.certificate(Given::default());
        let word = format!("+tls,{signed},max={version}");
        let server = Program::ready(&["listen", "127.0.0.1:0", &word, "echo:"]);
        let to = format!("tls://{}", server.listening());
        let trust = format!("+tls,cacert={}", authority.file());
        let relay = Program::ready(&["listen", "0", &to, &trust, "--explain"]);
        for how in ["full", "resumed"] {
            assert_eq!(exchange(relay.listening(), b"ahoy"), b"ahoy");
            relay.stderr.wait_for_text(&format!("{how} handshake"));
        }
    }
}

/// Answers one connection line by line and tells what it heard.
fn scripted(script: &'static [&'static str]) -> (SocketAddr, JoinHandle<Vec<String>>) {
    use std::io::{BufRead, BufReader};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let served = thread::spawn(move || {
        let mut stream = BufReader::new(accept(&listener));
        let mut heard = Vec::new();
        for said in script {
            stream.get_mut().write_all(said.as_bytes()).unwrap();
            let mut line = String::new();
            // What follows a go-ahead is no text.
            let _ = stream.read_line(&mut line);
            heard.push(line);
        }
        heard
    });
    (address, served)
}

#[test]
fn a_server_that_does_not_switch_to_tls_is_refused() {
    for (script, sentence) in [
        (
            &["220 a\r\n", "250-a\r\n250 SIZE\r\n"] as &[_],
            "does not offer STARTTLS",
        ),
        (
            &["220 a\r\n", "250-a\r\n250 STARTTLS\r\n", "454 later\r\n"],
            "refuses STARTTLS: 454 later",
        ),
        (
            &[
                "220 a\r\n",
                "250-a\r\n250 STARTTLS\r\n",
                "220 go\r\n250 hello\r\n",
            ],
            "came in plain behind the server's go-ahead",
        ),
    ] {
        let (at, served) = scripted(script);
        let word = "+tls,insecure,starttls=smtp";
        let output = run(&["connect", &at.to_string(), word], b"secret");
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(35), "{said}");
        assert!(
            said.contains("starttls: ") && said.contains(sentence),
            "{said}"
        );
        let heard = served.join().unwrap();
        assert_eq!(heard[0], "EHLO [127.0.0.1]\r\n");
        assert!(!heard.concat().contains("secret"));
    }
    let output = run(
        &["listen", "0", "+tls,self-signed,starttls=smtp", "echo:"],
        b"",
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("belongs to the address that is opened"));
}
