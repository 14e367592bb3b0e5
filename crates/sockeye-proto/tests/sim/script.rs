//! What clients do: random, but only what the model knows.

use sockeye_proto::irc::caps::Caps;
use sockeye_proto::irc::history::time_text;
use sockeye_proto::irc::message::Message;

use crate::model::User;
use crate::random::Random;

#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) random: Random,
    said: u32,
}

impl Script {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
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
        }
    }

    /// Returns a line for a client with these capabilities.
    pub(crate) fn line(&mut self, caps: Caps) -> Message {
        let mut message = self.unlabelled(caps);
        let is_counted = message.command != "CHATHISTORY";
        if caps.has(Caps::LABELED_RESPONSE) && is_counted && self.random.percent(30) {
            self.said += 1;
            message
                .tags
                .push(("label".into(), format!("l{}", self.said)));
        }
        message
    }

    fn unlabelled(&mut self, caps: Caps) -> Message {
        let room = self.room();
        let text = self.text();
        match self.random.below(100) {
            0..40 => self.message(caps, &room, &text),
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
            91..94 => line("PING", &[&text]),
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

    fn message(&mut self, caps: Caps, target: &str, text: &str) -> Message {
        let tagged = caps.has(Caps::MESSAGE_TAGS);
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

    fn mode(&mut self, room: &str) -> Message {
        let sign = self.random.pick(&["+", "+", "-"]);
        let nick = self.nick();
        let host = format!("*!*@10.0.0.{}", self.random.below(3));
        let (letter, value) = match self.random.below(12) {
            0 => ("i", ""),
            1 => ("m", ""),
            2..4 => ("n", ""),
            4 => ("t", ""),
            5 => ("s", ""),
            6 => ("k", "key"),
            7 if sign == "-" => ("l", ""),
            7 => ("l", self.random.pick(&["1", "2", "4"])),
            8 => ("b", host.as_str()),
            9 => (self.random.pick(&["v", "h", "a", "q"]), nick.as_str()),
            _ => ("o", nick.as_str()),
        };
        let change = [sign, letter].concat();
        let params: Vec<_> = [room, &change, value]
            .into_iter()
            .filter(|p| !p.is_empty())
            .collect();
        line("MODE", &params)
    }

    fn nick(&mut self) -> String {
        self.random
            .pick(&["ali", "Bo", "cem", "Dana", "eli", "FAY", "gus", "Hal"])
            .into()
    }

    fn room(&mut self) -> String {
        self.random.pick(&["#a", "#A", "#b", "#c"]).into()
    }

    /// Every text is said once.
    fn text(&mut self) -> String {
        self.said += 1;
        format!("t{}", self.said)
    }
}

fn line(command: &str, params: &[&str]) -> Message {
    Message {
        command: command.into(),
        params: params.iter().map(|&param| param.into()).collect(),
        ..Message::default()
    }
}
