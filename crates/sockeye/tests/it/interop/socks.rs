//! `socks:` with the clients that people have, in each version that they speak.

use std::net::SocketAddr;
use std::process::{Command, Stdio};

use crate::support::program::Program;

/// What a web server of one page says to whoever asks.
fn page() -> Program {
    let answer = "sh:while read line && [ ${#line} -gt 1 ]; do :; done; \
                  printf 'HTTP/1.0 200 OK\\r\\n\\r\\nfish\\n'";
    Program::ready(&["listen", "127.0.0.1:0", answer])
}

fn proxy() -> Program {
    Program::ready(&["listen", "127.0.0.1:0", "socks:"])
}

#[test]
#[ignore = "needs curl"]
fn curl_fetches_in_each_version() {
    let (page, proxy) = (page(), proxy());
    let there = page.listening().port();
    for (protocol, host) in [
        ("socks4", "127.0.0.1"),
        ("socks4a", "localhost"),
        ("socks5", "127.0.0.1"),
        ("socks5h", "localhost"),
    ] {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--noproxy", "", "--proxy"])
            .arg(format!("{protocol}://{}", proxy.listening()))
            .arg(format!("http://{host}:{there}/"))
            .stdin(Stdio::null());
        let mut curl = Program::start(&mut curl);
        let fetched = (curl.wait().code(), curl.stdout.all());
        assert_eq!(fetched, (Some(0), vec!["fish".to_owned()]), "{protocol}");
    }
}

#[test]
#[ignore = "needs curl"]
fn curl_is_told_why_not() {
    let proxy = proxy();
    let mut curl = Command::new("curl");
    curl.args([
        "--silent",
        "--noproxy",
        "",
        "--write-out",
        "%{proxy_ssl_verify_result} %{errormsg}\n",
    ])
    .args(["--proxy", &format!("socks5h://{}", proxy.listening())])
    .arg("http://no-such.invalid/")
    .stdin(Stdio::null());
    let mut curl = Program::start(&mut curl);
    let (code, said) = (curl.wait().code(), curl.stdout.all());
    assert_eq!(code, Some(97), "{said:?}");
    assert!(said.iter().any(|line| line.contains("(4)")), "{said:?}");
}

/// Sends a line by way of the proxy and waits for it to come back.
fn echoes(program: &str, args: &[&str]) {
    let echo = Program::ready(&["listen", "127.0.0.1:0", "upper:"]);
    let (there, proxy) = (echo.listening(), proxy());
    let fill = |arg: &&str| match *arg {
        "PROXY" => proxy.listening().to_string(),
        "HOST" => SocketAddr::ip(&there).to_string(),
        "PORT" => there.port().to_string(),
        arg => arg.to_owned(),
    };
    let args = args.iter().map(fill);
    let mut client = Program::start(Command::new(program).args(args).stdin(Stdio::piped()));
    let mut keyboard = client.stdin();
    std::io::Write::write_all(&mut keyboard, b"ahoy\n").unwrap();
    client.stdout.wait_for_text("AHOY");
}

#[test]
#[ignore = "needs netcat-openbsd"]
fn netcat_talks_in_both_versions() {
    for version in ["5", "4"] {
        echoes("nc", &["-X", version, "-x", "PROXY", "HOST", "PORT"]);
    }
}

#[test]
#[ignore = "needs ncat"]
fn ncat_talks_in_both_versions() {
    for version in ["socks5", "socks4"] {
        echoes(
            "ncat",
            &["--proxy", "PROXY", "--proxy-type", version, "HOST", "PORT"],
        );
    }
}
