//! What clients do: random, but only what the model knows.

use std::collections::BTreeSet;

use sockeye_proto::irc::caps::Caps;
use sockeye_proto::irc::history::time_text;
use sockeye_proto::irc::message::Message;

use crate::model::User;
use crate::random::Random;

#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) random: Random,
    /// Modes that this run is about, so that they meet each other.
    modes: &'static [&'static str],
    said: u32,
}

impl Script {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        Self {
            modes: THEMES[random.below(THEMES.len())],
            random,
            said: 0,
        }
    }

    pub(crate) fn user(&mut self) -> User {
        let random = &mut self.random;
        let mut caps = Caps::NONE;
        for cap in [
            Caps::MESSAGE_TAGS,
            Caps::SERVER_TIME,
            Caps::ECHO_MESSAGE,
            Caps::CHATHISTORY,
            Caps::BATCH,
            Caps::READ_MARKER,
            Caps::BATCH | Caps::LABELED_RESPONSE,
            Caps::BATCH | Caps::MULTILINE,
            Caps::BATCH | Caps::METADATA_3,
            Caps::MULTI_PREFIX,
            Caps::USERHOST_IN_NAMES,
        ] {
            if random.percent(50) {
                caps = caps | cap;
            }
        }
        let account = random.percent(30).then(|| random.number() % 3 + 1);
        let user_at_host = format!("u@10.0.0.{}", random.below(3));
        User {
            nick: self.nick(),
            user_at_host,
            caps,
            account,
            modes: BTreeSet::new(),
            joined: Vec::new(),
            keys: Default::default(),
            subscriptions: Default::default(),
            arrived: 0,
        }
    }

    /// Returns a line for a client with this nick and these capabilities.
    pub(crate) fn line(&mut self, nick: &str, caps: Caps) -> Message {
        let mut message = self.unlabelled(nick, caps);
        let is_counted = message.command != "CHATHISTORY";
        if caps.has(Caps::LABELED_RESPONSE) && is_counted && self.random.percent(30) {
            self.said += 1;
            message
                .tags
                .push(("label".into(), format!("l{}", self.said)));
        }
        message
    }

    fn unlabelled(&mut self, own: &str, caps: Caps) -> Message {
        let room = self.room();
        let text = self.text();
        match self.random.below(100) {
            0..6 => {
                let prefix = self.random.pick(&["@", "+", "%", "~", "&%", "@+"]);
                self.message(caps, &[prefix, &room].concat(), &text)
            }
            6..38 => self.message(caps, &room, &text),
            38..40 => {
                let letter = self.random.pick(&["+R", "-R", "+i", "-i", "+B"]);
                line("MODE", &[own, letter])
            }
            40..45 => {
                let nick = self.nick();
                self.message(caps, &nick, &text)
            }
            45..60 if self.random.percent(20) => line("JOIN", &[&room, "key"]),
            45..60 => line("JOIN", &[&room]),
            60..64 => line("PART", &[&room, &text]),
            64..68 => line("KICK", &[&room, &self.nick(), &text]),
            68..72 => line("INVITE", &[&self.nick(), &room]),
            72..76 if self.random.percent(20) => line("TOPIC", &[&room, ""]),
            72..76 => line("TOPIC", &[&room, &text]),
            76..88 => self.mode(&room),
            88..91 => line("NICK", &[&self.nick()]),
            91 => line("PING", &[&text]),
            92 if caps.has(Caps::METADATA_3) => self.metadata(&room, &text),
            92 => line("PING", &[&text]),
            93 => line("NAMES", &[&room]),
            94..96 => {
                let word = [
                    "server-time",
                    "-server-time",
                    "echo-message",
                    "-echo-message",
                ];
                line("CAP", &["REQ", self.random.pick(&word)])
            }
            96..99 if caps.has(Caps::CHATHISTORY) => {
                line("CHATHISTORY", &["LATEST", &room, "*", "5"])
            }
            96..99 => {
                let time = time_text(self.random.number() % 1_000_000);
                line("MARKREAD", &[&room, &format!("timestamp={time}")])
            }
            _ => line("QUIT", &[&text]),
        }
    }

    fn metadata(&mut self, room: &str, text: &str) -> Message {
        let key = self.random.pick(&["url", "mood"]);
        match self.random.below(10) {
            0..3 => line("METADATA", &["*", "SUB", key]),
            3..6 => line("METADATA", &["*", "SET", key, text]),
            6..9 => line("METADATA", &[room, "SET", key, text]),
            _ => line("METADATA", &[room, "LIST"]),
        }
    }

    fn message(&mut self, caps: Caps, target: &str, text: &str) -> Message {
        let tagged = caps.has(Caps::MESSAGE_TAGS);
        let ctcp = format!("\u{1}VERSION {text}\u{1}");
        let text = if self.random.percent(5) { &ctcp } else { text };
        let text = &match caps.has(Caps::BATCH | Caps::MULTILINE) && self.random.percent(30) {
            true => self.several(text),
            false => text.into(),
        };
        let mut message = match self.random.below(10) {
            0 if tagged => line("TAGMSG", &[target]),
            0..3 => line("NOTICE", &[target, text]),
            _ => line("PRIVMSG", &[target, text]),
        };
        if tagged && (message.command == "TAGMSG" || self.random.percent(30)) {
            message.tags.push(("+t".into(), format!("{text}; x")));
        }
        message
    }

    /// A text of several lines; blank ones are among them, and some go on with the one before.
    fn several(&mut self, first: &str) -> String {
        let mut text = String::from(first);
        for _ in 0..=self.random.below(4) {
            match self.random.below(4) {
                0 => text.push('\n'),
                1 => text.extend(['\r'.into(), self.text()]),
                _ => text.extend(['\n'.into(), self.text()]),
            }
        }
        text
    }

    fn mode(&mut self, room: &str) -> Message {
        let sign = self.random.pick(&["+", "+", "-"]);
        let nick = self.nick();
        let (entry, other) = (self.entry(), self.room());
        let letter = match self.random.percent(60) {
            true => self.random.pick(self.modes),
            false => self.random.pick(MODES),
        };
        let value = match letter {
            "b" | "e" => &entry,
            "I" => entry.trim_start_matches("m:"),
            "k" => "key",
            "l" if sign == "+" => self.random.pick(&["1", "2", "4"]),
            "f" if sign == "+" => &other,
            "q" | "a" | "o" | "h" | "v" => &nick,
            _ => "",
        };
        let change = [sign, letter].concat();
        let params: Vec<_> = [room, &change, value]
            .into_iter()
            .filter(|p| !p.is_empty())
            .collect();
        line("MODE", &params)
    }

    /// An entry of a list of masks.
    fn entry(&mut self) -> String {
        let (mute, number) = (self.random.pick(&["", "", "m:"]), self.random.below(3));
        match self.random.percent(30) {
            true => format!("{mute}a:account{}", number + 1),
            false => format!("{mute}*!*@10.0.0.{number}"),
        }
    }

    fn nick(&mut self) -> String {
        self.random
            .pick(&["ali", "Bo", "cem", "Dana", "eli", "FAY", "gus", "Hal"])
            .into()
    }

    fn room(&mut self) -> String {
        self.random
            .pick(&["#a", "#a", "#A", "#A", "#b", "#c"])
            .into()
    }

    /// Every text is said once.
    fn text(&mut self) -> String {
        self.said += 1;
        format!("t{}", self.said)
    }
}

/// Each as often as it is set.
const MODES: &[&str] = &[
    "i", "m", "n", "n", "t", "s", "k", "l", "b", "b", "e", "I", "C", "M", "R", "U", "u", "f", "q",
    "a", "h", "v", "o", "o", "o",
];

/// What a run may be about.
const THEMES: &[&[&str]] = &[
    MODES,
    &["u", "v", "h", "v"],
    &["U", "v", "h", "M"],
    &["b", "e"],
    &["i", "I"],
    &["f", "i", "k", "o"],
    &["q", "a", "o", "h", "v"],
];

fn line(command: &str, params: &[&str]) -> Message {
    Message {
        command: command.into(),
        params: params.iter().map(|&param| param.into()).collect(),
        ..Message::default()
    }
}
