//! `proxy`: what programs are told of a hub's proxy.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;
use sockeye::endpoint::{Address, Endpoint, Host};
use sockeye::hub::control::{self, Reply, Request};
use sockeye::hub::status::ListenerStatus;
use sockeye::{Error, ErrorKind};

use crate::operator::{self, Which};
use crate::output::Output;
use crate::password;

/// Tell programs of the proxy of a hub.
#[derive(Debug, Args)]
pub(crate) struct Proxy {
    #[command(subcommand)]
    action: Action,

    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print what to paste into a shell: eval "$(sockeye proxy env)".
    Env {
        /// Where the proxy is, for SOCKS and HTTP alike [default: what the running hub has].
        #[arg(value_name = "HOST:PORT")]
        at: Option<String>,

        /// Log in as this account; the password is asked for, or read from standard input, and
        /// stands in what is printed.
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
    },
}

/// Where the proxies are, as URLs have it: `127.0.0.1:1080`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Places {
    http: Option<String>,
    socks: Option<String>,
}

impl Proxy {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Error> {
        let Action::Env { at, account } = &self.action;
        let places = match at {
            Some(at) => Places::both(at)?,
            None => self.ask()?,
        };
        let login = match account {
            Some(name) => login(name, &password::known()?),
            None => String::new(),
        };
        let rows = rows(&places, &login);
        let lines: Vec<String> = match output.json {
            true => rows
                .iter()
                .map(|(k, v)| json!({"name": k, "value": v}).to_string())
                .collect(),
            false => rows
                .iter()
                .map(|(k, v)| format!("export {k}='{v}'"))
                .collect(),
        };
        operator::print(lines)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Asks the hub that runs.
    fn ask(&self) -> Result<Places, Error> {
        let plan = self.which.plan()?;
        let refused = |why: &str| {
            let on = plan.data().path().display();
            let error = Error::new(ErrorKind::PeerUnreachable, "proxy", on, why);
            error.with_hint("name the proxy: sockeye proxy env 127.0.0.1:1080")
        };
        let reply = control::call(&plan.data().control_socket(), &Request::Status)?;
        let reply = reply.ok_or_else(|| refused("no hub runs on this directory"))?;
        let Reply::Status(status) = reply.accepted()? else {
            return Err(refused("the hub answers something else"));
        };
        let places = Places::of(&status.listeners);
        match places {
            Places {
                http: None,
                socks: None,
            } => Err(refused("this hub has no proxy")),
            places => Ok(places),
        }
    }
}

impl Places {
    fn both(at: &str) -> Result<Self, Error> {
        let place = place(at).ok_or_else(|| {
            let why = "host and port are wanted, such as 127.0.0.1:1080";
            Error::new(ErrorKind::ConfigUsage, "proxy", at, why)
        })?;
        Ok(Self {
            http: Some(place.clone()),
            socks: Some(place),
        })
    }

    fn of(listeners: &[ListenerStatus]) -> Self {
        let first = |names: [&str; 2]| {
            let mut serving = listeners
                .iter()
                .filter(|row| names.contains(&row.serve.as_str()));
            serving.find_map(|row| place(&row.at))
        };
        Self {
            http: first(["proxy:", "http-proxy:"]),
            socks: first(["proxy:", "socks:"]),
        }
    }
}

/// Returns host and port of a TCP address, loopback where it listens at all interfaces.
fn place(at: &str) -> Option<String> {
    let endpoint = Endpoint::parse(at).ok()?;
    let Address::Tcp { host, port, .. } = endpoint.address() else {
        return None;
    };
    let host = match host {
        Host::Any | Host::Loopback => "127.0.0.1".to_owned(),
        Host::Ip(ip) if ip.is_unspecified() => "127.0.0.1".to_owned(),
        host => host.to_string(),
    };
    Some(format!("{host}:{port}"))
}

/// Returns the variables that programs read: some know the large names, some the small ones, and curl
/// takes `http_proxy` in small letters only.
fn rows(places: &Places, login: &str) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if let Some(http) = &places.http {
        let url = format!("http://{login}{http}");
        rows.extend(["http_proxy", "https_proxy", "HTTPS_PROXY"].map(|name| (name, url.clone())));
    }
    if let Some(socks) = &places.socks {
        let url = format!("socks5h://{login}{socks}");
        rows.extend(["all_proxy", "ALL_PROXY"].map(|name| (name, url.clone())));
    }
    rows.extend(["no_proxy", "NO_PROXY"].map(|name| (name, NEAR.to_owned())));
    rows
}

/// Writes a login as URLs have it (RFC 3986 section 3.2.1); what a shell would read is encoded, too.
fn login(name: &str, password: &str) -> String {
    let encoded = |text: &str| -> String {
        let each = text.bytes().map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        });
        each.collect()
    };
    format!("{}:{}@", encoded(name), encoded(password))
}

/// What no proxy is asked for.
const NEAR: &str = "localhost,127.0.0.1,::1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_proxy_is_named_to_those_who_can_use_it() {
        let row = |at: &str, serve: &str| ListenerStatus {
            at: at.into(),
            serve: serve.into(),
            accepted: 0,
            refused: 0,
            refused_throttled: 0,
            refused_banned: 0,
        };
        let both = Places::of(&[
            row("tcp://127.0.0.1:6667", "chat:"),
            row("tcp://[::]:1080", "proxy:"),
            row("tcp://[::1]:3128", "http-proxy:"),
        ]);
        assert_eq!(both, Places::both("127.0.0.1:1080").unwrap());
        let one = Places::of(&[row("unix:/run/p", "proxy:"), row("tcp://[::1]:9", "socks:")]);
        assert_eq!(
            (one.http.as_deref(), one.socks.as_deref()),
            (None, Some("[::1]:9"))
        );
        let names: Vec<_> = rows(&one, "").into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"]);
        assert!(Places::both("nowhere").is_err() && Places::both("udp://127.0.0.1:1").is_err());
    }

    #[test]
    fn no_password_leaves_its_quotes() {
        assert_eq!(
            login("ali", "a'b$(c) d:@/%"),
            "ali:a%27b%24%28c%29%20d%3A%40%2F%25@"
        );
        assert_eq!(login("ü", "x"), "%C3%BC:x@");
    }
}
