//! The hub's pages, as browsers and Prometheus ask for them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use tempfile::TempDir;

use super::{run, start_with_file, stop};
use crate::support::until::DEADLINE;

/// What was answered.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

/// Sends bytes and reads all that is answered, to the end of the connection.
fn answer_to(to: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect_timeout(&to, DEADLINE).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    // A server that refuses what it has not read to the end may reset.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn ask(to: SocketAddr, method: &str, path: &str, host: &str) -> Answer {
    let request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let answer = answer_to(to, request.as_bytes());
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    }
}

fn config(more: &str) -> String {
    format!(
        "[[listen]]\nat = \"127.0.0.1:0\"\nserve = \"page\"\n\n\
         [[listen]]\nat = \"127.0.0.2:0\"\nserve = \"echo\"\n\n{more}"
    )
}

#[test]
fn prometheus_reads_how_the_hub_is_doing() {
    let dir = TempDir::new().unwrap();
    let hub = start_with_file(dir.path(), &config(""));
    let page = hub.listening();
    let figures = ask(page, "GET", "/metrics", "hub.example");
    assert_eq!(figures.status, 200);
    assert!(
        figures
            .head
            .contains("content-type: application/openmetrics-text;")
    );
    let lines: Vec<&str> = figures.body.lines().collect();
    assert_eq!(lines.last(), Some(&"# EOF"));
    assert!(lines.contains(&"# TYPE sockeye_accepted counter"));
    let accepted = format!("sockeye_accepted_total{{at=\"tcp://{page}\",serve=\"page:\"}} 1");
    assert!(lines.contains(&accepted.as_str()), "{}", figures.body);
    assert!(
        lines.contains(&"sockeye_store_healthy 1.0"),
        "{}",
        figures.body
    );
    // Every line is a comment, or a name with labels and a number.
    for line in lines.iter().filter(|line| !line.starts_with("# ")) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(
            name.starts_with("sockeye_") && value.parse::<f64>().is_ok(),
            "{line}"
        );
    }
    stop(hub);

    let closed = "[page]\nmetrics = [\"192.0.2.0/24\"]\n";
    let hub = start_with_file(dir.path(), &config(closed));
    let refused = ask(hub.listening(), "GET", "/metrics", "hub.example");
    assert_eq!(
        (refused.status, refused.body.contains("[page] metrics")),
        (403, true)
    );
    stop(hub);
}

#[test]
fn what_is_no_page_is_said_so_and_hostile_requests_end_the_connection_at_most() {
    let dir = TempDir::new().unwrap();
    let hub = start_with_file(dir.path(), &config(""));
    let page = hub.listening();
    let front = ask(page, "GET", "/", "hub.example");
    assert_eq!(
        (front.status, front.body.contains("127.0.0.2")),
        (200, true)
    );
    assert!(
        front
            .head
            .contains("content-security-policy: default-src 'none'")
    );
    assert_eq!(ask(page, "HEAD", "/", "hub.example").body, "");
    assert_eq!(ask(page, "GET", "/none", "h").status, 404);
    assert_eq!(ask(page, "POST", "/metrics", "h").status, 405);
    // There is no proxy here.
    assert_eq!(ask(page, "GET", "/proxy.pac", "h").status, 404);
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000));
    for hostile in [
        &b"\x05\x01\x00"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\0\r\n\r\n",
        long.as_bytes(),
    ] {
        let mut stream = TcpStream::connect_timeout(&page, DEADLINE).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let _ = stream.write_all(hostile);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{answer}"
        );
    }
    assert_eq!(ask(page, "GET", "/", "h").status, 200);
    stop(hub);
}

#[test]
fn browsers_and_shells_are_told_of_the_proxy() {
    let dir = TempDir::new().unwrap();
    let more = "[[listen]]\nat = \"127.0.0.1:0\"\nserve = \"proxy\"\n";
    let hub = start_with_file(dir.path(), &config(more));
    let page = hub.listening();
    let proxy = hub.stderr.wait_for("the proxy", |line| {
        let at: SocketAddr = line.strip_prefix("listening on tcp://")?.parse().ok()?;
        (at.ip() == page.ip() && at != page).then_some(at)
    });
    let script = ask(page, "GET", "/proxy.pac", "hub.example:7080");
    assert_eq!(script.status, 200);
    let port = proxy.port();
    let ways = format!("return \"PROXY hub.example:{port}; SOCKS5 hub.example:{port}\";");
    assert!(script.body.contains(&ways), "{}", script.body);
    let hostile = ask(page, "GET", "/proxy.pac", "\"+evil()+\"");
    assert!(
        hostile.status == 400 || hostile.body.contains("PROXY 127.0.0.1:"),
        "{}",
        hostile.body
    );

    let data = dir.path().join("data");
    let printed = run(&["proxy", "env"], &data, "").ok();
    let all = format!("export ALL_PROXY='socks5h://{proxy}'");
    assert!(printed.lines().any(|line| line == all), "{printed}");
    let printed = run(&["proxy", "env", "--account", "bob"], &data, "it's 1\n").ok();
    let http = format!("export http_proxy='http://bob:it%27s%201@{proxy}'");
    assert!(printed.lines().any(|line| line == http), "{printed}");
    stop(hub);
    let refused = run(&["proxy", "env"], &data, "").refused(7);
    assert!(refused.contains("hint: name the proxy"), "{refused}");
}
