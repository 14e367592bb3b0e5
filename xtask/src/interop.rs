//! `cargo xtask interop`: the ignored tests that drive real outside clients.
//!
//! They are apart because plain `cargo test --workspace` needs Rust and a C compiler only.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Outcome, shell};

/// Runs the interoperation tests, all or those whose name holds a filter.
pub(crate) fn run(root: &Path, filter: &[&str]) -> Outcome {
    let missing: Vec<&Client> = CLIENTS.iter().filter(|client| !client.is_there()).collect();
    if !missing.is_empty() {
        return Err(complain(&missing));
    }
    let missing = libraries_missing(root);
    if !missing.is_empty() {
        return Err(format!(
            "interop: these libraries are not installed: {}\ninstall them: .ci/clients",
            missing.join(", ")
        ));
    }
    let filter = if filter.is_empty() {
        &["interop::"]
    } else {
        filter
    };
    let mut cargo = shell::cargo(root);
    cargo.args([
        "test",
        "--package",
        "sockeye",
        "--test",
        "it",
        "--",
        "--ignored",
    ]);
    shell::run(cargo.args(filter))
}

/// An outside program, and where to get it.
struct Client {
    /// The command that only prints something.
    probe: &'static [&'static str],
    /// What the answer holds; tells the netcats apart.
    says: &'static str,
    /// The package in Debian.
    package: &'static str,
}

impl Client {
    fn is_there(&self) -> bool {
        let Some((program, args)) = self.probe.split_first() else {
            return false;
        };
        let answer = Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .output();
        answer.is_ok_and(|answer| {
            let text = [answer.stdout, answer.stderr].concat();
            String::from_utf8_lossy(&text).contains(self.says)
        })
    }
}

fn complain(missing: &[&Client]) -> String {
    let mut text = String::from("interop: these clients are not installed:\n");
    for client in missing {
        text += &format!(
            "  {} (package {})\n",
            client.probe.join(" "),
            client.package
        );
    }
    let packages: Vec<&str> = missing.iter().map(|client| client.package).collect();
    text + "install them: apt-get install --no-install-recommends " + &packages.join(" ")
}

/// Returns which of the libraries that `.ci/clients` installs cannot be loaded.
fn libraries_missing(root: &Path) -> Vec<&'static str> {
    let clients = root.join("target/clients");
    let loads = |command: &mut Command| {
        let answer = command.stdin(Stdio::null()).output();
        answer.is_ok_and(|answer| answer.status.success())
    };
    let python = |module: &str| {
        let import = format!("import {module}");
        loads(Command::new(clients.join("venv/bin/python")).args(["-c", &import]))
    };
    let node = |module: &str| {
        let require = format!("require('{module}')");
        let mut node = Command::new("node");
        node.env("NODE_PATH", clients.join("node_modules"));
        loads(node.args(["-e", &require]))
    };
    let there = [
        ("irc", python("irc.client")),
        ("pydle", python("pydle")),
        ("websockets", python("websockets")),
        ("irc-framework", node("irc-framework")),
        ("PySocks", python("socks")),
        ("python-socks", python("python_socks.sync")),
        ("socks", node("socks")),
    ];
    let missing = there.into_iter().filter(|(_, there)| !there);
    missing.map(|(name, _)| name).collect()
}

const CLIENTS: &[Client] = &[
    Client {
        probe: &["irssi", "--version"],
        says: "irssi",
        package: "irssi",
    },
    Client {
        probe: &["weechat-headless", "--version"],
        says: "",
        package: "weechat-headless",
    },
    Client {
        probe: &["tmux", "-V"],
        says: "tmux",
        package: "tmux",
    },
    Client {
        probe: &["nc", "-h"],
        says: "OpenBSD",
        package: "netcat-openbsd",
    },
    Client {
        probe: &["socat", "-V"],
        says: "socat",
        package: "socat",
    },
    Client {
        probe: &["strace", "-V"],
        says: "strace",
        package: "strace",
    },
    Client {
        probe: &["curl", "--version"],
        says: "libcurl",
        package: "curl",
    },
    Client {
        probe: &["git", "--version"],
        says: "git version",
        package: "git",
    },
    Client {
        probe: &["openssl", "version"],
        says: "OpenSSL",
        package: "openssl",
    },
    Client {
        probe: &["stunnel4", "-version"],
        says: "stunnel",
        package: "stunnel4",
    },
    Client {
        probe: &["haproxy", "-v"],
        says: "HAProxy",
        package: "haproxy",
    },
    Client {
        probe: &["zstd", "--version"],
        says: "Zstandard",
        package: "zstd",
    },
    Client {
        probe: &["ncat", "--version"],
        says: "Ncat",
        package: "ncat",
    },
    Client {
        probe: &["dig", "-v"],
        says: "DiG",
        package: "bind9-dnsutils",
    },
    Client {
        probe: &["proxychains4"],
        says: "proxychains4",
        package: "proxychains4",
    },
    Client {
        probe: &["which", "socksify"],
        says: "socksify",
        package: "dante-client",
    },
    Client {
        probe: &["chromium", "--no-sandbox", "--version"],
        says: "Chromium",
        package: "chromium",
    },
    Client {
        probe: &["python3", "--version"],
        says: "Python 3",
        package: "python3",
    },
];
