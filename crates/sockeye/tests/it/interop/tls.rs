//! curl and openssl: TLS of both versions with an implementation that is not ours, at either end.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::program::{Program, sockeye};

/// An authority and a certificate of `localhost` and 127.0.0.1 that it signed, made by openssl.
struct Paper(TempDir);

impl Paper {
    fn made() -> Self {
        let paper = Self(TempDir::new().unwrap());
        let subject = ["-nodes", "-subj", "/CN=harbour office", "-keyout", "ca.key"];
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
        paper.openssl(&[&["req", "-x509", "-out", "ca.pem"], &curve[..], &subject].concat());
        let subject = ["-nodes", "-subj", "/CN=ferry", "-keyout", "site.key"];
        let names = [
            "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-addext",
            "basicConstraints=CA:FALSE",
        ];
        let signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-out", "site.pem"];
        let request = [&["req", "-x509"], &curve[..], &subject, &names, &signed];
        paper.openssl(&request.concat());
        paper
    }

    /// Adds a certificate that nobody but itself signed, as the manual of `openssl req` shows it.
    fn home_made(&self, name: &str) {
        let subject = format!("/CN={name}");
        let (cert, key) = (format!("{name}.pem"), format!("{name}.key"));
        self.openssl(
            &[
                &["req", "-x509", "-nodes", "-newkey", "ec"][..],
                &["-pkeyopt", "ec_paramgen_curve:P-256", "-subj", &subject],
                &["-addext", "subjectAltName=DNS:localhost", "-days", "2"],
                &["-keyout", &key, "-out", &cert],
            ]
            .concat(),
        );
    }

    fn openssl(&self, args: &[&str]) {
        let made = Command::new("openssl")
            .args(args)
            .current_dir(self.0.path())
            .output()
            .unwrap();
        let why = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "openssl {args:?}: {why}");
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// Returns what makes an endpoint accept with the certificate.
    fn word(&self) -> String {
        let (cert, key) = (self.path("site.pem"), self.path("site.key"));
        format!("+tls,cert={cert},key={key}")
    }
}

/// Sends a text through `openssl s_client`, and returns all that came back once the peer has ended.
fn s_client(paper: &Paper, to: SocketAddr, version: &str, text: &str) -> (bool, Vec<String>) {
    let mut client = Command::new("openssl");
    client
        .args(["s_client", "-quiet", "-verify_return_error", version])
        .args(["-servername", "localhost", "-verify_hostname", "localhost"])
        .args(["-CAfile", &paper.path("ca.pem")])
        .args(["-connect", &to.to_string()])
        .stdin(Stdio::piped());
    let mut client = Program::start(&mut client);
    let mut stdin = client.stdin();
    stdin.write_all(text.as_bytes()).unwrap();
    let ended = client.wait().success();
    drop(stdin);
    (ended, client.stdout.all())
}

#[test]
#[ignore = "needs openssl"]
fn openssl_talks_to_a_program_in_both_versions() {
    let paper = Paper::made();
    let answer = "sh:read word; echo \"$word back\"";
    let program = Program::ready(&["listen", "127.0.0.1:0", &paper.word(), answer]);
    for version in ["-tls1_2", "-tls1_3"] {
        let (verified, answer) = s_client(&paper, program.listening(), version, "there\n");
        assert!(verified, "{version}");
        assert_eq!(answer, ["there back"], "{version}");
    }
}

#[test]
#[ignore = "needs openssl"]
fn openssl_is_refused_below_the_wanted_version() {
    let paper = Paper::made();
    let word = paper.word() + ",min=1.3";
    let program = Program::ready(&["listen", "127.0.0.1:0", &word, "hello:"]);
    let (agreed, answer) = s_client(&paper, program.listening(), "-tls1_2", "");
    assert!(!agreed && answer.is_empty(), "{answer:?}");
    let (agreed, answer) = s_client(&paper, program.listening(), "-tls1_3", "");
    assert!(agreed && !answer.is_empty());
}

/// Fetches from `localhost` with curl, which knows no authority but the one in `authority`.
fn curl(authority: &Path, to: SocketAddr, version: &str) -> (Option<i32>, Vec<String>) {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--noproxy", "*", version])
        .args(["--tls-max", version.trim_start_matches("--tlsv")])
        .args(["--connect-to", &format!("::127.0.0.1:{}", to.port())])
        .arg("--cacert")
        .arg(authority)
        .arg("https://localhost/")
        .stdin(Stdio::null());
    let mut curl = Program::start(&mut curl);
    (curl.wait().code(), curl.stdout.all())
}

#[test]
#[ignore = "needs curl and openssl"]
fn curl_verifies_and_fetches_in_both_versions() {
    let paper = Paper::made();
    let (known, unknown) = (paper.0.path().join("ca.pem"), Paper::made());
    let answer = "sh:while read line && [ ${#line} -gt 1 ]; do :; done; \
                  printf 'HTTP/1.0 200 OK\\r\\n\\r\\nfish\\n'";
    let program = Program::ready(&["listen", "127.0.0.1:0", &paper.word(), answer]);
    for version in ["--tlsv1.2", "--tlsv1.3"] {
        let fetched = curl(&known, program.listening(), version);
        assert_eq!(fetched, (Some(0), vec!["fish".to_owned()]), "{version}");
    }
    let stranger = unknown.0.path().join("ca.pem");
    let (code, _) = curl(&stranger, program.listening(), "--tlsv1.3");
    assert_eq!(code, Some(60));
}

#[test]
#[ignore = "needs openssl"]
fn connect_verifies_and_talks_to_openssl_in_both_versions() {
    let paper = Paper::made();
    for version in ["-tls1_2", "-tls1_3"] {
        let mut server = Command::new("openssl");
        server
            .args(["s_server", "-accept", "127.0.0.1:0", "-rev", version])
            .args(["-cert", &paper.path("site.pem")])
            .args(["-key", &paper.path("site.key")]);
        let server = Program::start(server.stdin(Stdio::null()));
        let at: SocketAddr = server.stdout.wait_for("openssl's address", |line| {
            line.strip_prefix("ACCEPT ")?.parse().ok()
        });
        let to = format!("tls://localhost:{}", at.port());
        let strict = format!("+tls,cacert={}", paper.path("ca.pem"));
        let mut client = sockeye(&["connect", &to, &strict]);
        let mut client = Program::start(client.stdin(Stdio::piped()));
        // The server answers a line, and ends when its client has.
        client.stdin().write_all(b"drawer\n").unwrap();
        let status = client.wait();
        assert!(status.success(), "{version}: {:?}", client.stderr.all());
        assert_eq!(client.stdout.all(), ["reward"], "{version}");
    }
}

#[test]
#[ignore = "needs curl and openssl"]
fn home_made_certificates_are_enough_for_both_ends() {
    let paper = Paper::made();
    for name in ["nas", "laptop", "stranger"] {
        paper.home_made(name);
    }
    let shows = |name: &str| {
        let file = |kind: &str| paper.path(&format!("{name}.{kind}"));
        format!("cert={},key={}", file("pem"), file("key"))
    };
    let (nas, laptop) = (paper.path("nas.pem"), paper.path("laptop.pem"));
    let word = format!("+tls,{},client=require,client-ca={laptop}", shows("nas"));
    let answer = "sh:read word; printf 'HTTP/1.0 200 OK\r\n\r\nfish\n'";
    let program = Program::ready(&["listen", "127.0.0.1:0", &word, answer]);
    let port = program.listening().port();

    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--noproxy", "*"])
        .args(["--connect-to", &format!("::127.0.0.1:{port}")])
        .args(["--cacert", &nas, "--cert", &laptop])
        .args(["--key", &paper.path("laptop.key"), "https://localhost/"]);
    let mut curl = Program::start(curl.stdin(Stdio::null()));
    assert!(curl.wait().success(), "{:?}", curl.stderr.all());
    assert_eq!(curl.stdout.all(), ["fish"]);

    // Who is to be refused sends nothing: what it had sent would be lost, which is another code.
    let connect = |own: &str, listed: &str, request: &[u8]| {
        let word = format!("+tls,cacert={listed},{}", shows(own));
        let to = format!("tls://localhost:{port}");
        let mut client = sockeye(&["connect", &to, &word]);
        let mut client = Program::start(client.stdin(Stdio::piped()));
        client.stdin().write_all(request).unwrap();
        let code = client.wait().code();
        (code, client.stdout.all(), client.stderr.all().join("\n"))
    };
    let (code, answer, said) = connect("laptop", &nas, b"GET\n");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(answer.last().unwrap(), "fish");
    let (code, _, said) = connect("stranger", &nas, b"");
    assert_eq!(code, Some(56), "{said}");
    let sentence = "the peer does not take the own certificate";
    assert!(said.contains(sentence), "{said}");
    let (code, _, said) = connect("laptop", &laptop, b"");
    assert_eq!(code, Some(60), "{said}");
    assert!(said.contains("is an authority's own"), "{said}");
}
