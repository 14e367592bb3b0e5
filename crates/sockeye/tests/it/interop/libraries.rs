//! The libraries that bots and clients are written with, and what none of them does, by hand.
//!
//! Each is driven by a script in `clients/`: it does what it is told and tells what it was shown. A
//! bare client is who it talks with, so that each side is believed only by what the other sees.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};

use tempfile::TempDir;

use crate::support::authority::{Authority, Given};
use crate::support::client::Client;
use crate::support::hub::Hub;
use crate::support::program::{Program, sockeye};

/// A person at a library, under the control of the test.
struct Person {
    program: Program,
    orders: ChildStdin,
}

impl Person {
    /// Starts the command that runs a script, which logs in as `ali`.
    fn start(script: &mut Command, chat: SocketAddr) -> Self {
        script
            .args([&chat.ip().to_string(), &chat.port().to_string()])
            .args(["ali", PASSWORD])
            .stdin(Stdio::piped());
        let mut program = Program::start(script);
        let orders = program.stdin();
        let person = Self { program, orders };
        person.shows("registered");
        person.shows("loggedin");
        person
    }

    fn does(&mut self, order: &str) {
        writeln!(self.orders, "{order}").unwrap();
    }

    fn shows(&self, event: &str) {
        self.program.stdout.wait_for_text(event);
    }

    /// Leaves, and is over.
    fn quits(mut self, why: &str) {
        self.does(&format!("quit {why}"));
        let status = self.program.wait();
        assert!(status.success(), "{:#?}", self.program.stderr.all());
    }
}

#[test]
#[ignore = "needs the Python library irc"]
fn irc_of_pypi_logs_in_talks_and_moderates() {
    let data = TempDir::new().unwrap();
    let hub = hub_with_ali(data.path());
    let person = Person::start(&mut python("irc_of_pypi.py"), hub.chat);
    converse(person, hub.chat);
}

#[test]
#[ignore = "needs the Python library pydle"]
fn pydle_of_pypi_comes_talks_and_goes() {
    let data = TempDir::new().unwrap();
    let hub = Hub::start(data.path());
    let mut bo = Client::register(hub.chat, "bo", "");
    bo.join("#harbour");
    let mut script = python("pydle_of_pypi.py");
    let (host, port) = (hub.chat.ip().to_string(), hub.chat.port().to_string());
    let mut script = Program::start(script.args([&host, &port, "ali"]).stdin(Stdio::null()));
    bo.wait_for("JOIN #harbour");
    bo.send("PRIVMSG #harbour :the ferry to Ærø leaves at nine");
    bo.wait_for("PRIVMSG #harbour :bo said: the ferry to Ærø leaves at nine");
    bo.send("PRIVMSG ali :without me");
    bo.wait_for("PRIVMSG bo :you said: without me");
    bo.send("PRIVMSG #harbour :go");
    bo.wait_for("QUIT :Quit: as you like");
    assert!(script.wait().success(), "{:#?}", script.stderr.all());
}

#[test]
#[ignore = "needs the JavaScript library irc-framework"]
fn irc_framework_logs_in_talks_and_moderates() {
    let data = TempDir::new().unwrap();
    let hub = hub_with_ali(data.path());
    converse(Person::start(&mut framework(), hub.chat), hub.chat);
}

#[test]
#[ignore = "needs the JavaScript library irc-framework"]
fn irc_framework_sees_tags_echoes_accounts_and_labels() {
    let data = TempDir::new().unwrap();
    let hub = hub_with_ali(data.path());
    let mut ali = Person::start(&mut framework(), hub.chat);
    let mut bo = Client::register(hub.chat, "bo", "message-tags draft/account-registration");
    bo.join("#harbour");
    ali.does("join #harbour");
    bo.wait_for("JOIN #harbour");

    ali.does("say #harbour the ferry leaves at nine");
    ali.shows("message ali #harbour the ferry leaves at nine | account=ali msgid time");
    bo.send("PRIVMSG #harbour :then I shall run");
    ali.shows("message bo #harbour then I shall run | msgid time");
    bo.send("REGISTER bo * :a secret of bo");
    ali.shows("account bo bo");
    bo.send("PRIVMSG #harbour :and I did");
    ali.shows("message bo #harbour and I did | account=bo msgid time");
    bo.send("@+typing=active TAGMSG #harbour");
    ali.shows("tagmsg bo #harbour | account=bo msgid time typing=active");
    ali.does("typing #harbour paused");
    let typing = bo.wait_for("TAGMSG #harbour");
    assert!(typing.contains("+typing=paused"), "{typing}");

    ali.does("label one PING tide");
    ali.shows("labelled label=one PONG ");
    ali.does("label many WHOIS bo");
    ali.shows("labelled label=many BATCH ");
    ali.shows("whois bo logged in as bo");
    ali.does("label none PONG tide");
    ali.shows("labelled label=none ACK");
    ali.quits("rowing");
}

/// One conversation in which each does to the other what people do in channels.
fn converse(mut ali: Person, chat: SocketAddr) {
    let mut bo = Client::register(chat, "bo", "extended-join");
    bo.join("#harbour");
    ali.does("join #harbour");
    ali.shows("join ali #harbour");
    // With the account.
    bo.wait_for("JOIN #harbour ali :");

    ali.does("say #harbour the ferry to Ærø leaves at nine");
    bo.wait_for("PRIVMSG #harbour :the ferry to Ærø leaves at nine");
    bo.send("PRIVMSG #harbour :then I shall row to Ærø");
    ali.shows("message bo #harbour then I shall row to Ærø");
    ali.does("say bo without me");
    bo.wait_for("PRIVMSG bo :without me");
    bo.send("PRIVMSG ali :as you like");
    ali.shows("message bo ali as you like");

    bo.send("TOPIC #harbour :tide tables");
    ali.shows("topic bo #harbour tide tables");
    bo.send("MODE #harbour +o ali");
    ali.shows("mode bo #harbour +o ali");
    ali.does("topic #harbour low water at six");
    bo.wait_for("TOPIC #harbour :low water at six");
    ali.does("mode #harbour +v bo");
    bo.wait_for("MODE #harbour +v bo");

    let mut eve = Client::register(chat, "eve", "");
    eve.join("#harbour");
    ali.shows("join eve #harbour");
    ali.does("kick #harbour eve no fishing here");
    eve.wait_for("KICK #harbour eve :no fishing here");
    bo.wait_for("KICK #harbour eve :no fishing here");
    eve.join("#harbour");
    eve.send("PART #harbour :then elsewhere");
    ali.shows("part eve #harbour then elsewhere");
    eve.join("#harbour");
    eve.send("QUIT :nothing bites");
    ali.shows("quit eve Quit: nothing bites");

    bo.send("KICK #harbour ali :all aboard");
    ali.shows("kick bo #harbour ali all aboard");
    ali.does("join #harbour");
    bo.wait_for("JOIN #harbour ali :");
    ali.does("part #harbour until the evening");
    bo.wait_for("PART #harbour :until the evening");
    ali.shows("part ali #harbour until the evening");
    ali.does("join #harbour");
    bo.wait_for("JOIN #harbour ali :");
    ali.quits("the last ferry");
    bo.wait_for("QUIT :Quit: the last ferry");
}

#[test]
#[ignore = "needs python3"]
fn scram_metadata_labels_echoes_and_history_through_tls_are_as_specified() {
    let (dir, authority) = (TempDir::new().unwrap(), Authority::new());
    let (data, config) = (dir.path().join("data"), dir.path().join("hub.toml"));
    let signed = authority.certificate(Given {
        names: vec!["127.0.0.2".to_owned()],
        ..Given::default()
    });
    let listen = |at: &str| format!("[[listen]]\nat = \"{at}\"\nserve = \"chat\"\n");
    let file = listen("127.0.0.1:0") + &listen(&format!("127.0.0.2:0 +tls,{signed}"));
    std::fs::write(&config, file).unwrap();
    let mut hub = sockeye(&["serve", "--data"]);
    let hub = Program::start(hub.arg(&data).arg("--config").arg(&config));
    hub.stderr.wait_for_text("ready");
    let tls: SocketAddr = hub.stderr.wait_for("the TLS listener", |line| {
        line.strip_prefix("listening on tcp://")?
            .strip_suffix(" +tls")?
            .parse()
            .ok()
    });
    add_ali(&data);

    let mut bo = Client::register(hub.listening(), "bo", "batch draft/metadata-2");
    bo.join("#harbour");
    bo.send("METADATA * SUB url");
    bo.wait_for(" 770 bo url");
    let mut script = Command::new("python3");
    script
        .arg(clients().join("by_hand.py"))
        .args([&tls.ip().to_string(), &tls.port().to_string()])
        .args([&authority.file(), "ali", PASSWORD])
        .stdin(Stdio::null());
    let mut script = Program::start(&mut script);
    bo.wait_for("METADATA ali url * :https://ali.example/");
    bo.send("METADATA * SET url :https://bo.example/");
    bo.wait_for("PRIVMSG #harbour :the ferry leaves at nine");
    bo.wait_for("PRIVMSG #harbour :it left early");
    script.stdout.wait_for_text("ready");
    bo.send("PRIVMSG #harbour :is it late?");
    bo.wait_for("PRIVMSG #harbour :you said: is it late?");
    bo.send("PRIVMSG #harbour :goodbye");
    assert!(script.wait().success(), "{:#?}", script.stderr.all());
    bo.wait_for("QUIT :Quit: by hand");
}

fn hub_with_ali(data: &Path) -> Hub {
    let hub = Hub::start(data);
    add_ali(data);
    hub
}

fn add_ali(data: &Path) {
    let mut add = sockeye(&["account", "add", "ali", "--allow", "chat", "--data"]);
    let mut add = Program::start(add.arg(data).stdin(Stdio::piped()));
    writeln!(add.stdin(), "{PASSWORD}").unwrap();
    assert!(add.wait().success(), "{:#?}", add.stderr.all());
}

/// Returns the Python that knows the libraries, about to run a script.
pub(super) fn python(script: &str) -> Command {
    let mut python = Command::new(installed("venv/bin/python"));
    python.arg(clients().join(script));
    python
}

fn framework() -> Command {
    let mut node = Command::new("node");
    node.arg(clients().join("framework_of_npm.js"))
        .env("NODE_PATH", installed("node_modules"));
    node
}

/// Returns the folder of the scripts.
pub(super) fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/interop/clients")
}

/// Returns a path among what `.ci/clients` has installed.
fn installed(path: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("target/clients").join(path)
}

const PASSWORD: &str = "a secret of ali";
