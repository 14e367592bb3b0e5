//! The PROXY protocol beside HAProxy, which defines it, and curl.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::Command;

use tempfile::TempDir;

use crate::support::program::{Program, sockeye};
use crate::support::until::DEADLINE;

/// An HAProxy whose front is a socket that listens already.
struct HaProxy {
    front: String,
    _program: Program,
    _dir: TempDir,
}

impl HaProxy {
    fn start(bind: &str, rest: &str) -> Self {
        let dir = TempDir::new().unwrap();
        let file = dir.path().join("haproxy.cfg");
        let config = format!("{DEFAULTS}frontend front\n  bind fd@3 {bind}\n{rest}");
        std::fs::write(&file, config).unwrap();
        let front = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = front.local_addr().unwrap().to_string();
        let mut command = Command::new("sh");
        command.args(["-c", "exec haproxy -db -q -f \"$0\" 3<&0 </dev/null"]);
        command.arg(&file).stdin(OwnedFd::from(front));
        Self {
            front: address,
            _program: Program::start(&mut command),
            _dir: dir,
        }
    }
}

const DEFAULTS: &str = "\
defaults
  timeout connect 10s
  timeout client 10s
  timeout server 10s
";

#[test]
#[ignore = "needs haproxy"]
fn a_server_behind_haproxy_knows_the_client() {
    for version in ["send-proxy", "send-proxy-v2"] {
        let server = Program::ready(&["listen", "127.0.0.1:0", "+proxy,from=127.0.0.1", "hello:"]);
        let rest = format!(
            "  default_backend back\nbackend back\n  server s {} {version}\n",
            server.listening()
        );
        let haproxy = HaProxy::start("", &rest);
        let mut client = TcpStream::connect(&haproxy.front).unwrap();
        client.set_read_timeout(Some(DEADLINE)).unwrap();
        let mut heard = String::new();
        client.read_to_string(&mut heard).unwrap();
        let expected = format!("hello {}\n", client.local_addr().unwrap());
        assert_eq!(heard, expected, "{version}");
    }
}

#[test]
#[ignore = "needs haproxy and curl"]
fn haproxy_behind_a_forwarder_knows_the_client() {
    let answer = "  mode http\n  http-request return status 200 \
                  content-type text/plain lf-string \"%ci:%cp\"\n";
    let haproxy = HaProxy::start("accept-proxy", answer);
    for word in ["+proxy", "+proxy,version=2"] {
        let forward = Program::ready(&["listen", "127.0.0.1:0", &haproxy.front, word]);
        let mut curl = Command::new("curl");
        curl.args(["-s", "-w", " %{local_ip}:%{local_port}"]);
        curl.arg(format!("http://{}/", forward.listening()));
        let output = curl.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (seen, own) = text.split_once(' ').expect("two addresses");
        assert_eq!(seen, own, "{word}");
    }
}

#[test]
#[ignore = "needs curl"]
fn curl_says_for_whom_it_comes() {
    let server = Program::ready(&["listen", "127.0.0.1:0", "+proxy,from=127.0.0.1", "hello:"]);
    let url = format!("http://{}/", server.listening());
    let curl = |more: &[&str]| {
        let mut curl = Command::new("curl");
        curl.args(["-s", "--http0.9", "-w", "%{local_ip}:%{local_port}"]);
        let output = curl.args(more).arg(&url).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let told = curl(&["--haproxy-protocol"]);
    let (seen, own) = told.split_once('\n').expect("two lines");
    assert_eq!(seen, format!("hello {own}"));
    // Without the header it is not let in.
    assert!(!curl(&[]).contains("hello"));
    server.stderr.wait_for_text("PROXY");
}

#[test]
#[ignore = "needs haproxy"]
fn what_haproxy_checks_is_not_taken_for_a_client() {
    let server = Program::ready(&["listen", "127.0.0.1:0", "+proxy,from=127.0.0.1", "hello:"]);
    let rest = format!(
        "  default_backend back\nbackend back\n  server s {} send-proxy-v2 check inter 100ms\n",
        server.listening()
    );
    let haproxy = HaProxy::start("", &rest);
    let client = sockeye(&["connect", &haproxy.front]).output().unwrap();
    let heard = String::from_utf8(client.stdout).unwrap();
    assert!(heard.starts_with("hello 127.0.0.1:"), "{heard}");
    let complaints = server.stderr.so_far();
    assert!(
        !complaints.iter().any(|line| line.contains("PROXY")),
        "{complaints:#?}"
    );
}
