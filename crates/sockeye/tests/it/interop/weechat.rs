//! WeeChat without a screen: told what to do through its fifo, read from its logs.

use std::fs;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::client::Client;
use crate::support::hub::Hub;
use crate::support::program::Program;
use crate::support::until::until;

/// One person at WeeChat, in one channel.
struct Weechat {
    _program: Program,
    home: TempDir,
    channel: String,
}

impl Weechat {
    fn join(nick: &str, chat: SocketAddr, channel: &str) -> Self {
        let home = TempDir::new().unwrap();
        let fifo = home.path().join("fifo");
        let commands = [
            format!("/set fifo.file.path {}", fifo.display()),
            "/set fifo.file.enabled on".to_owned(),
            "/set logger.file.flush_delay 0".to_owned(),
            format!(
                "/server add hub {}/{} -nicks={nick} -autojoin={channel}",
                chat.ip(),
                chat.port()
            ),
            "/connect hub".to_owned(),
        ];
        let mut weechat = Command::new("weechat-headless");
        weechat
            .arg("--stdout")
            .arg("--dir")
            .arg(home.path())
            .stdin(Stdio::null());
        weechat.args(["--run-command", &commands.join(";")]);
        let program = Program::start(&mut weechat);
        let weechat = Self {
            _program: program,
            home,
            channel: channel.to_owned(),
        };
        weechat.logs("has joined");
        until("WeeChat's fifo", || fifo.exists().then_some(()));
        weechat
    }

    fn say(&self, text: &str) {
        let line = format!("irc.hub.{} *{text}\n", self.channel);
        fs::write(self.home.path().join("fifo"), line).unwrap();
    }

    /// Waits until the channel's log holds a text.
    fn logs(&self, text: &str) {
        let name = format!("irc.hub.{}.weechatlog", self.channel);
        let path = self.home.path().join("logs").join(name);
        until(&format!("{text:?} in WeeChat's log"), || {
            fs::read_to_string(&path).ok()?.contains(text).then_some(())
        });
    }
}

#[test]
#[ignore = "needs weechat-headless"]
fn two_people_talk_and_the_history_is_there_after_kill_9() {
    let data = TempDir::new().unwrap();
    let hub = Hub::start(data.path());
    let ali = Weechat::join("ali", hub.chat, "#harbour");
    let bo = Weechat::join("bo", hub.chat, "#harbour");
    ali.say("the ferry leaves at nine");
    bo.logs("\tthe ferry leaves at nine");
    bo.say("then I shall run");
    ali.logs("bo\tthen I shall run");
    drop(bo);
    ali.logs("has quit");
    ali.say("it left early");
    let mut witness = Client::register(hub.chat, "eve", "");
    witness.send("JOIN #harbour");
    witness.wait_for("it left early");

    hub.kill();
    let hub = Hub::start(data.path());
    let bo = Weechat::join("bo", hub.chat, "#harbour");
    for said in [
        "the ferry leaves at nine",
        "then I shall run",
        "it left early",
    ] {
        bo.logs(said);
    }
}

#[test]
#[ignore = "needs weechat-headless"]
fn prefixes_bans_and_silence_look_right() {
    let data = TempDir::new().unwrap();
    let hub = Hub::start(data.path());
    let ali = Weechat::join("ali", hub.chat, "#harbour");
    let bo = Weechat::join("bo", hub.chat, "#harbour");
    ali.say("/mode #harbour +m");
    bo.logs("Mode #harbour [+m] by ali");
    bo.say("may I?");
    bo.logs("Cannot send to channel (+m)");
    ali.say("/voice bo");
    bo.logs("Mode #harbour [+v bo] by ali");
    bo.say("thank you");
    ali.logs("+bo\tthank you");
    ali.say("/halfop bo");
    bo.logs("Mode #harbour [+h bo] by ali");
    bo.say("thank you very much");
    ali.logs("%bo\tthank you very much");
    bo.say("/msg @#harbour the mate drinks");
    ali.logs("the mate drinks");
    bo.say("/ban eve!*@*");
    ali.logs("Mode #harbour [+b eve!*@*] by bo");
    let mut stranger = Client::register(hub.chat, "eve", "");
    stranger.send("JOIN #harbour");
    stranger.wait_for(" 474 ");
    bo.say("/kick ali");
    bo.logs("You're not channel operator");
}
