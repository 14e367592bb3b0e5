//! irssi, on a screen.

use std::net::SocketAddr;

use tempfile::TempDir;

use crate::support::client::Client;
use crate::support::hub::Hub;
use crate::support::terminal::Terminal;

/// One person at irssi.
struct Irssi {
    terminal: Terminal,
    _home: TempDir,
}

impl Irssi {
    /// Connects and joins; `channel` may be followed by its key.
    fn join(nick: &str, chat: SocketAddr, channel: &str) -> Self {
        let home = TempDir::new().unwrap();
        let terminal = Terminal::start(&format!(
            "irssi --home={} --connect={} --port={} --nick={nick}",
            home.path().display(),
            chat.ip(),
            chat.port(),
        ));
        terminal.shows("Welcome to the Sockeye Network");
        terminal.enter(&format!("/join {channel}"));
        let name = channel.split(' ').next().unwrap();
        terminal.shows(&format!("[{name}]"));
        Self {
            terminal,
            _home: home,
        }
    }
}

#[test]
#[ignore = "needs irssi and tmux"]
fn two_people_talk_and_the_history_is_there_after_kill_9() {
    let data = TempDir::new().unwrap();
    let hub = Hub::start(data.path());
    let ali = Irssi::join("ali", hub.chat, "#harbour");
    let bo = Irssi::join("bo", hub.chat, "#harbour");

    ali.terminal.enter("the ferry leaves at nine");
    bo.terminal.shows("ali> the ferry leaves at nine");
    bo.terminal.enter("then I shall run");
    ali.terminal.shows("bo> then I shall run");

    bo.terminal.enter("/quit rowing");
    ali.terminal.shows("has quit");
    ali.terminal.enter("it left early");
    let witness = Irssi::join("eve", hub.chat, "#harbour");
    witness.terminal.shows("it left early");

    hub.kill();
    let hub = Hub::start(data.path());
    let bo = Irssi::join("bo", hub.chat, "#harbour");
    for said in [
        "the ferry leaves at nine",
        "then I shall run",
        "it left early",
    ] {
        bo.terminal.shows(said);
    }
    assert!(hub.stop().success());
}

#[test]
#[ignore = "needs irssi and tmux"]
fn the_topic_and_the_modes_of_a_channel_outlive_the_hub() {
    let data = TempDir::new().unwrap();
    let hub = Hub::start(data.path());
    let ali = Irssi::join("ali", hub.chat, "#harbour");
    ali.terminal.enter("/topic tide tables");
    ali.terminal
        .shows("changed the topic of #harbour to: tide tables");
    ali.terminal.enter("/mode #harbour +k oar");
    ali.terminal.shows("mode/#harbour [+k oar]");

    hub.kill();
    let hub = Hub::start(data.path());
    let mut stranger = Client::register(hub.chat, "eve", "");
    stranger.send("JOIN #harbour");
    stranger.wait_for(" 475 ");
    let bo = Irssi::join("bo", hub.chat, "#harbour oar");
    bo.terminal.shows("Topic for #harbour: tide tables");
}

#[test]
#[ignore = "needs irssi and tmux"]
fn prefixes_bans_and_silence_look_right() {
    let data = TempDir::new().unwrap();
    let hub = Hub::start(data.path());
    let ali = Irssi::join("ali", hub.chat, "#harbour");
    let bo = Irssi::join("bo", hub.chat, "#harbour");
    ali.terminal.shows("] has joined #harbour");
    ali.terminal.enter("/mode #harbour +m");
    bo.terminal.shows("mode/#harbour [+m] by ali");
    bo.terminal.enter("may I?");
    bo.terminal.shows("Cannot send to channel (+m)");
    ali.terminal.enter("/voice bo");
    bo.terminal.shows("mode/#harbour [+v bo] by ali");
    bo.terminal.enter("thank you");
    ali.terminal.shows("+bo> thank you");
    ali.terminal.enter("/mode #harbour +h bo");
    bo.terminal.shows("mode/#harbour [+h bo] by ali");
    bo.terminal.enter("thank you very much");
    ali.terminal.shows("%bo> thank you very much");

    bo.terminal.enter("/msg @#harbour the mate drinks");
    ali.terminal.shows("the mate drinks");
    bo.terminal.enter("/ban eve!*@*");
    ali.terminal.shows("mode/#harbour [+b eve!*@*] by bo");
    let mut stranger = Client::register(hub.chat, "eve", "");
    stranger.send("JOIN #harbour");
    stranger.wait_for(" 474 ");
    ali.terminal.enter("/mode #harbour e");
    ali.terminal.enter("/mode #harbour +e *!*@eves.host");
    bo.terminal.shows("mode/#harbour [+e *!*@eves.host] by ali");
    bo.terminal.enter("/kick ali");
    bo.terminal.shows("You're not channel operator");
    ali.terminal.enter("/names");
    ali.terminal.shows("[@ali] [%bo]");
}
