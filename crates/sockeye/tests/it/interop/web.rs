//! Chat over WebSocket: a browser, and a program behind a balancer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use tempfile::TempDir;

use super::libraries::{clients, python};
use crate::support::authority::{Authority, Given};
use crate::support::client::Client;
use crate::support::program::{Program, sockeye};
use crate::support::until::DEADLINE;

/// Serves one page, and hears what it tells.
struct Page {
    at: SocketAddr,
    told: Receiver<String>,
}

impl Page {
    /// Serves `text` at a port of the kernel's choice.
    fn serve(listener: TcpListener, text: String) -> Self {
        let at = listener.local_addr().unwrap();
        let (tell, told) = sync_channel(TOLD_MAX);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(stream), text, tell) = (stream, text.clone(), tell.clone()) else {
                    return;
                };
                // A browser that goes away in the middle has nobody waiting for an answer.
                thread::spawn(move || answer(stream, &text, &tell));
            }
        });
        Self { at, told }
    }

    /// Waits for something that the page tells.
    fn tells(&self, part: &str) -> String {
        let mut before = Vec::new();
        loop {
            match self.told.recv_timeout(DEADLINE) {
                Ok(told) if told.contains(part) => return told,
                Ok(told) => before.push(told),
                Err(_) => panic!("the page does not tell {part:?}: {before:#?}"),
            }
        }
    }
}

fn answer(stream: TcpStream, page: &str, tell: &SyncSender<String>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok()?;
    loop {
        let mut field = String::new();
        reader.read_line(&mut field).ok()?;
        let field = field.trim_end().to_ascii_lowercase();
        if field.is_empty() {
            break;
        }
        if let Some(value) = field.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let content = match first.starts_with("POST /told ") {
        true => {
            tell.send(String::from_utf8(body).ok()?).ok()?;
            ""
        }
        false => page,
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        content.len()
    );
    let whole = [head.as_bytes(), content.as_bytes()].concat();
    reader.into_inner().write_all(&whole).ok()
}

/// Starts a hub with a bare listener and another one for the web; returns where the latter is.
fn hub_with(dir: &Path, words: &str) -> (Program, SocketAddr) {
    let config = dir.join("hub.toml");
    let listen = |at: &str| format!("[[listen]]\nat = \"{at}\"\nserve = \"chat\"\n");
    let file = listen("127.0.0.1:0") + &listen(&format!("127.0.0.2:0 {words}"));
    std::fs::write(&config, file).unwrap();
    let mut hub = sockeye(&["serve", "--data"]);
    let hub = Program::start(hub.arg(dir.join("data")).arg("--config").arg(&config));
    hub.stderr.wait_for_text("ready");
    let web = hub.stderr.wait_for("the listener of the web", |line| {
        let at = line.strip_prefix("listening on tcp://127.0.0.2:")?;
        format!("127.0.0.2:{}", at.split(' ').next()?).parse().ok()
    });
    (hub, web)
}

#[test]
#[ignore = "needs chromium"]
fn a_page_in_chromium_talks_and_reads_history_in_text_and_in_binary() {
    let dir = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let (hub, web) = hub_with(dir.path(), &format!("+ws,origins={origin}"));
    let mut bo = Client::register(hub.listening(), "bo", "");
    bo.join("#harbour");

    let page = std::fs::read_to_string(clients().join("page.html")).unwrap();
    let page = Page::serve(listener, page.replace("WEBSOCKET", &format!("ws://{web}/")));
    let mut browser = Command::new("chromium");
    browser
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
        ])
        .args(["--disable-dev-shm-usage", "--disable-background-networking"])
        .arg(format!(
            "--user-data-dir={}",
            dir.path().join("browser").display()
        ))
        .arg(format!("http://{}/", page.at))
        .stdin(Stdio::null());
    let browser = Program::start(&mut browser);
    for (nick, kind) in [("ali", "text"), ("eve", "binary")] {
        page.tells(&format!("{nick} open {kind}.ircv3.net"));
        let said = format!("PRIVMSG #harbour :{nick} is aboard, Ærø 🐟");
        bo.wait_for(&said);
        // The echo.
        page.tells(&said);
        bo.send("PRIVMSG #harbour :welcome, Ærø 🐟");
        let heard = page.tells("PRIVMSG #harbour :welcome, Ærø 🐟");
        assert!(heard.starts_with(&format!("{nick} {kind} @")), "{heard}");
        bo.send("PRIVMSG #harbour :history");
        page.tells(" BATCH +");
        let before = page.tells(&said);
        assert!(before.contains("batch="), "{before}");
        page.tells(" BATCH -");
        bo.send("PRIVMSG #harbour :ashore");
        let closed = page.tells(&format!("{nick} closed "));
        assert!(
            closed.starts_with(&format!("{nick} closed 1000 true ")),
            "{closed}"
        );
        assert!(closed.contains("Quit: ashore"), "{closed}");
        bo.wait_for("QUIT :Quit: ashore");
    }
    browser.kill();
}

#[test]
#[ignore = "needs the Python library websockets"]
fn a_program_chats_by_websocket_through_tls_behind_a_balancer() {
    let (dir, authority) = (TempDir::new().unwrap(), Authority::new());
    let signed = authority.certificate(Given {
        names: vec!["127.0.0.2".to_owned()],
        ..Given::default()
    });
    let words = format!("+proxy,from=127.0.0.0/8 +tls,{signed} +ws");
    let (hub, web) = hub_with(dir.path(), &words);
    let mut bo = Client::register(hub.listening(), "bo", "");
    bo.join("#harbour");
    for (version, address) in [("1", "198.51.100.7"), ("2", "203.0.113.9")] {
        let mut script = python("through_proxy.py");
        script
            .args([&web.ip().to_string(), &web.port().to_string()])
            .args([&authority.file(), version, address, "ali"])
            .stdin(Stdio::null());
        let mut script = Program::start(&mut script);
        bo.wait_for("PRIVMSG #harbour :through the proxy");
        bo.send("PRIVMSG #harbour :so you are");
        assert!(script.wait().success(), "{:#?}", script.stderr.all());
        bo.wait_for("QUIT :Quit: home");
    }
}

/// Lines that a page may be ahead of the test; then it waits.
const TOLD_MAX: usize = 1_024;
