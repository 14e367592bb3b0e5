//! `socks:` with the clients that people have, in each version that they speak.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use super::dig;
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

/// Runs a client to its end, which has to be a good one, and returns what it says.
fn says(client: &mut Command) -> String {
    let mut client = Program::start(client.stdin(Stdio::null()));
    let status = client.wait();
    let (said, complaints) = (client.stdout.all(), client.stderr.all());
    assert!(status.success(), "{said:#?}{complaints:#?}");
    said.join("\n")
}

/// Starts what answers in upper case, over TCP and over UDP.
fn upper() -> [(Program, SocketAddr); 2] {
    ["127.0.0.1:0", "udp://127.0.0.1:0"].map(|at| {
        let upper = Program::ready(&["listen", at, "upper:"]);
        let said = upper.stderr.wait_for_text("listening on ");
        let at = said.rsplit("://").next().unwrap().split(' ').next();
        let at = at.unwrap().parse().unwrap();
        (upper, at)
    })
}

fn clients() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/clients"))
}

fn scripts() -> &'static Path {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/interop/clients"
    ))
}

#[test]
#[ignore = "needs the Python libraries PySocks and python-socks"]
fn the_libraries_of_pypi_connect_and_send_datagrams() {
    let ([(_tcp, tcp), (_udp, udp)], proxy) = (upper(), proxy());
    let mut python = Command::new(clients().join("venv/bin/python"));
    python.arg(scripts().join("socks_of_pypi.py"));
    for address in [proxy.listening(), tcp, udp] {
        python.args([address.ip().to_string(), address.port().to_string()]);
    }
    let said = says(&mut python);
    let expected = [
        "PySocks 4: AHOY",
        "PySocks 5: AHOY",
        "PySocks UDP: AHOY",
        "python-socks 4: AHOY",
        "python-socks 5: AHOY",
    ];
    assert_eq!(said, expected.join("\n"));
}

#[test]
#[ignore = "needs the JavaScript library socks"]
fn the_library_of_npm_awaits_peers_and_sends_datagrams() {
    let ([_, (_udp, udp)], proxy) = (upper(), proxy());
    let mut node = Command::new("node");
    node.env("NODE_PATH", clients().join("node_modules"))
        .arg(scripts().join("socks_of_npm.js"));
    for address in [proxy.listening(), udp] {
        node.args([address.ip().to_string(), address.port().to_string()]);
    }
    let said = says(&mut node);
    let expected = [
        "5 connected from 127.0.0.1 and 127.0.0.1: hello, welcome",
        "4 connected from 127.0.0.1 and 127.0.0.1: hello, welcome",
        "datagram: AHOY",
    ];
    assert_eq!(said, expected.join("\n"));
}

#[test]
#[ignore = "needs proxychains4"]
fn proxychains_goes_by_way_of_two() {
    let (page, one, two) = (page(), proxy(), proxy());
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("chains");
    let (first, second) = (one.listening().port(), two.listening().port());
    let chain =
        format!("strict_chain\n[ProxyList]\nsocks5 127.0.0.1 {first}\nsocks4 127.0.0.1 {second}\n");
    std::fs::write(&config, chain).unwrap();
    let mut client = Command::new("proxychains4");
    client
        .arg("-q")
        .arg("-f")
        .arg(&config)
        .args(["curl", "--silent", "--noproxy", "*"]);
    let there = page.listening();
    assert_eq!(says(client.arg(format!("http://{there}/"))), "fish");
}

#[test]
#[ignore = "needs dante-client"]
fn socksify_connects_and_sends_datagrams() {
    let ([(_tcp, tcp), (_udp, udp)], proxy) = (upper(), proxy());
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("socks.conf");
    let port = proxy.listening().port();
    let route = format!(
        "route {{\n from: 0.0.0.0/0 to: 0.0.0.0/0 via: 127.0.0.1 port = {port}\n\
         proxyprotocol: socks_v5\n command: bind connect udpassociate\n protocol: tcp udp\n\
         method: none\n}}\n"
    );
    std::fs::write(&config, route).unwrap();
    for (flags, there) in [(&["-N"][..], tcp), (&["-u", "-w", "1"], udp)] {
        let mut client = Command::new("socksify");
        client
            .env("SOCKS_CONF", &config)
            // This machine's own networks, too.
            .env("SOCKS_AUTOADD_LANROUTES", "no")
            .arg("nc")
            .args(flags)
            .args([there.ip().to_string(), there.port().to_string()]);
        let mut client = Program::start(client.stdin(Stdio::piped()));
        let mut keyboard = client.stdin();
        std::io::Write::write_all(&mut keyboard, b"ahoy\n").unwrap();
        client.stdout.wait_for_text("AHOY");
    }
}

#[test]
#[ignore = "needs bind9-dnsutils"]
fn questions_go_by_way_of_it_as_datagrams() {
    let (proxy, responder) = (proxy(), dig::udp_responder());
    let via = format!("+via,socks5://{}", proxy.listening());
    let there = format!("udp://{responder}");
    let (_forward, port) = dig::forwarder(&["udp://127.0.0.1:0", &there, &via]);
    for _ in 0..3 {
        assert_eq!(dig::dig(&port, &[]), ["192.0.2.7"]);
    }
}
