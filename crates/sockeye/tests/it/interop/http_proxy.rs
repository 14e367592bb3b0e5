//! `http-proxy:` and `proxy:` with the clients that people have.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::program::Program;

/// A folder as a web server of Python serves it.
struct Site {
    folder: tempfile::TempDir,
    _server: Program,
    at: String,
}

impl Site {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("fish"), "fish\n").unwrap();
        let serve = "import http.server, sys\n\
                     class Handler(http.server.SimpleHTTPRequestHandler):\n    \
                         protocol_version = 'HTTP/1.1'\n    \
                         def log_message(self, *rest): pass\n    \
                         def do_PUT(self):\n        \
                             size = len(self.rfile.read(int(self.headers['Content-Length'])))\n        \
                             said = str(size).encode()\n        \
                             self.send_response(200)\n        \
                             self.send_header('Content-Length', str(len(said)))\n        \
                             self.end_headers()\n        \
                             self.wfile.write(said)\n\
                     server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)\n\
                     print(server.server_address[1], flush=True)\n\
                     server.serve_forever()\n";
        let mut python = Command::new("python3");
        python.args(["-c", serve]).current_dir(folder.path());
        let server = Program::start(python.stdin(Stdio::null()));
        let port = server
            .stdout
            .wait_for("a port", |line| line.parse::<u16>().ok());
        let at = format!("http://127.0.0.1:{port}");
        Self {
            folder,
            _server: server,
            at,
        }
    }
}

fn proxy(words: &[&str]) -> Program {
    let args: Vec<&str> = ["listen", "127.0.0.1:0"]
        .iter()
        .chain(words)
        .copied()
        .collect();
    Program::ready(&[&args[..], &["proxy:"]].concat())
}

/// Runs curl by way of a proxy, and returns its status and what it has fetched.
fn curl(proxy: &str, args: &[&str]) -> (Option<i32>, Vec<String>) {
    let mut curl = Command::new("curl");
    curl.args([
        "--silent",
        "--show-error",
        "--noproxy",
        "",
        "--proxy",
        proxy,
    ])
    .args(args)
    .stdin(Stdio::null());
    let mut curl = Program::start(&mut curl);
    (curl.wait().code(), curl.stdout.all())
}

#[test]
#[ignore = "needs curl and python3"]
fn curl_fetches_and_sends_by_requests_and_by_tunnels() {
    let (site, proxy) = (Site::start(), proxy(&[]));
    let via = format!("http://{}", proxy.listening());
    let page = format!("{}/fish", site.at);
    let fish = (Some(0), vec!["fish".to_owned(); 2]);
    let counted = "\n%{num_connects}\n";
    for how in [&[][..], &["--proxytunnel"], &["--proxy-user", "ali:secret"]] {
        let args = [how, &[&page, &page]].concat();
        assert_eq!(curl(&via, &args), fish, "{how:?}");
    }
    let again = curl(
        &via,
        &[
            "--write-out",
            counted,
            "-o",
            "/dev/null",
            &page,
            "-o",
            "/dev/null",
            &page,
        ],
    );
    let connects: Vec<_> = again.1.iter().filter(|line| !line.is_empty()).collect();
    assert_eq!(connects, ["1", "0"], "the connection is kept");
    let large = site.folder.path().join("large");
    std::fs::write(&large, vec![7; 3_000_000]).unwrap();
    let sent = curl(
        &via,
        &[
            "--expect100-timeout",
            "60",
            "-H",
            "Expect: 100-continue",
            "-T",
            large.to_str().unwrap(),
            &page,
        ],
    );
    assert_eq!(sent, (Some(0), vec!["3000000".to_owned()]));
    let (code, said) = curl(&via, &["--head", &page]);
    assert_eq!(code, Some(0));
    assert!(
        said.iter()
            .any(|line| line.trim_end() == "Content-Length: 5"),
        "{said:?}"
    );
    let (code, said) = curl(&via, &["http://no-such.invalid/"]);
    assert_eq!(code, Some(0));
    assert!(
        said[0].contains("no-such.invalid does not resolve"),
        "{said:?}"
    );
    let (code, _) = curl(&via, &["--proxytunnel", "http://no-such.invalid/"]);
    assert_eq!(code, Some(56), "CONNECT is refused");
}

#[test]
#[ignore = "needs curl, openssl and python3"]
fn curl_comes_over_tls() {
    let (site, paper) = (Site::start(), tempfile::tempdir().unwrap());
    let file = |name: &str| paper.path().join(name).display().to_string();
    let (cert, key) = (file("a.pem"), file("a.key"));
    let subject = [
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
    ];
    let made = Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt"])
        .args([
            "ec_paramgen_curve:prime256v1",
            "-keyout",
            &key,
            "-out",
            &cert,
        ])
        .args(subject)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let proxy = proxy(&[&format!("+tls,cert={cert},key={key}")]);
    let via = format!("https://localhost:{}", proxy.listening().port());
    let page = format!("{}/fish", site.at);
    for how in [&[][..], &["--proxytunnel"]] {
        let args = [how, &["--proxy-cacert", &cert, &page]].concat();
        assert_eq!(
            curl(&via, &args),
            (Some(0), vec!["fish".to_owned()]),
            "{how:?}"
        );
    }
}

#[test]
#[ignore = "needs git and python3"]
fn git_clones_by_way_of_it() {
    let (site, proxy) = (Site::start(), proxy(&[]));
    let git = |at: &Path, args: &[&str]| {
        let done = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(args)
            .current_dir(at)
            .env("http_proxy", format!("http://{}", proxy.listening()))
            .env_remove("no_proxy")
            .env_remove("NO_PROXY")
            .output()
            .unwrap();
        assert!(done.status.success(), "{args:?}: {done:?}");
    };
    let folder = site.folder.path();
    git(folder, &["init", "-q", "a"]);
    let a = folder.join("a");
    git(&a, &["commit", "-q", "--allow-empty", "-m", "fish"]);
    git(&a, &["update-server-info"]);
    git(
        folder,
        &["clone", "-q", &format!("{}/a/.git", site.at), "b"],
    );
    git(&folder.join("b"), &["log", "--oneline", "HEAD"]);
}
