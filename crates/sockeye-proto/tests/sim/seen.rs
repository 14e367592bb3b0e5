//! What a client sees of a line, without what is left to the server: the one form in which model
//! and pipeline are compared.

use std::collections::BTreeMap;

use sockeye_proto::irc::caps::Caps;
use sockeye_proto::irc::message::Message;
use sockeye_proto::irc::multiline::{BATCH_TYPE, CONCAT_TAG, is_multiline, pieces};

/// A line as the model foretells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) label: Option<String>,
    /// Whether it may carry the label of a command.
    pub(crate) is_reply: bool,
    /// Whether it has `time` for those who want it; only of messages.
    pub(crate) time: bool,
    /// Whether it has `msgid` for those who want it.
    pub(crate) msgid: bool,
    /// Whether it is shown again to who did not ask for it.
    pub(crate) is_replay: bool,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) source: String,
    pub(crate) command: String,
    pub(crate) params: Vec<String>,
}

impl Seen {
    /// Makes a line of the server.
    pub(crate) fn server(command: &str, params: &[&str]) -> Self {
        Self {
            label: None,
            is_reply: true,
            time: false,
            msgid: false,
            is_replay: false,
            tags: Vec::new(),
            source: crate::SERVER.into(),
            command: command.into(),
            params: params.iter().map(|&param| param.into()).collect(),
        }
    }

    /// Makes the line that refuses a command; only its number is compared.
    pub(crate) fn refusal(code: &str) -> Self {
        Self::server(code, &[])
    }

    /// Makes it a message with the sender's own tags.
    pub(crate) fn tagged(self, message: &Message) -> Self {
        let tags = message.client_only_tags().cloned().collect();
        Self {
            tags,
            time: true,
            msgid: true,
            ..self
        }
    }

    /// Makes it one that is shown again.
    pub(crate) fn replayed(self) -> Self {
        let is_replay = true;
        Self { is_replay, ..self }
    }

    /// Makes it one that answers nothing.
    pub(crate) fn unasked(&self) -> Self {
        Self {
            is_reply: false,
            ..self.clone()
        }
    }

    /// Returns what a client with these capabilities sees of it: of several lines that do not come
    /// as one all but the blank ones, of which only the first stands for the message.
    pub(crate) fn for_caps(mut self, caps: Caps) -> Vec<Self> {
        let is_dated = self.is_replay && !caps.has(Caps::SERVER_TIME);
        self.is_replay = false;
        let knows_it = caps.has(Caps::MULTILINE | Caps::BATCH) && !is_dated;
        if knows_it || !self.params.last().is_some_and(|text| is_multiline(text)) {
            return vec![self.in_caps(caps)];
        }
        let target = self.params[0].clone();
        let texts = pieces(&self.params[1]).map(|piece| piece.text);
        let texts = texts.filter(|text| !text.is_empty()).enumerate();
        let lines = texts.map(|(place, text)| {
            let mut line = self.clone();
            line.params = vec![target.clone(), text.into()];
            if place > 0 {
                line.msgid = false;
                line.tags.clear();
            }
            line.in_caps(caps)
        });
        lines.collect()
    }

    fn in_caps(mut self, caps: Caps) -> Self {
        self.is_reply = true;
        self.time &= caps.has(Caps::SERVER_TIME);
        self.msgid &= caps.has(Caps::MESSAGE_TAGS);
        if !caps.has(Caps::MESSAGE_TAGS) {
            self.tags.clear();
        }
        self.without_old_key()
    }

    /// Whether the password of a channel is repeated when it goes is left to the server.
    fn without_old_key(mut self) -> Self {
        if self.command == "MODE" && self.params[1] == "-k" {
            self.params.truncate(2);
        }
        self
    }

    /// Returns the number, or FAIL, if it is a refusal.
    pub(crate) fn refused(&self) -> Option<&str> {
        let numeric = self
            .command
            .parse()
            .is_ok_and(|code: u16| (400..700).contains(&code) && code != FORWARDED);
        (numeric || self.command == "FAIL").then_some(self.command.as_str())
    }
}

/// A client's view: resolves batches.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    /// Open batches with the label for their lines.
    batches: BTreeMap<String, Option<String>>,
    /// Messages of several lines, whose end is to come, each with its id.
    several: BTreeMap<String, (Seen, Option<String>)>,
    /// Names of a room, whose end is to come.
    names: Vec<String>,
    /// Keys with their values, whose batch is to end.
    keys: Option<(Option<String>, Vec<String>)>,
}

impl View {
    /// Returns what is to be compared of a line, and the id that a message has.
    pub(crate) fn see(&mut self, line: &Message) -> Option<(Seen, Option<String>)> {
        let mut label = line.tag("label").map(String::from);
        if let Some(batch) = line.tag("batch") {
            if let (KEYS_BATCH, Some((_, keys))) = (batch, &mut self.keys) {
                keys.push(line.params[1..].join(" "));
                return None;
            }
            if let Some((message, _)) = self.several.get_mut(batch) {
                add_line(message, line);
                return None;
            }
            label = self.batches.get(batch).expect("the batch is open").clone();
        }
        if line.command == "BATCH" {
            match line.params[0].split_at(1) {
                ("+", reference) if line.params[1] == BATCH_TYPE => {
                    let seen = Seen {
                        label,
                        source: line.source.clone().unwrap(),
                        time: line.tag("time").is_some(),
                        msgid: line.tag("msgid").is_some(),
                        tags: line.client_only_tags().cloned().collect(),
                        ..Seen::server("", &[&line.params[2]])
                    };
                    let id = line.tag("msgid").map(String::from);
                    self.several.insert(reference.into(), (seen, id));
                }
                (_, reference) if self.several.contains_key(reference) => {
                    return self.several.remove(reference);
                }
                ("+", KEYS_BATCH) => self.keys = Some((label, Vec::new())),
                (_, KEYS_BATCH) => {
                    let (label, mut keys) = self.keys.take().expect("the batch was open");
                    keys.sort();
                    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                    let seen = Seen::server("KEYS", &keys);
                    return Some((Seen { label, ..seen }, None));
                }
                ("+", reference) => {
                    let label = label.filter(|_| line.params[1] == "labeled-response");
                    self.batches.insert(reference.into(), label);
                }
                (_, reference) => {
                    self.batches.remove(reference).expect("the batch was open");
                }
            }
            return None;
        }
        if line.command == "ERROR" {
            return None;
        }
        let source = line.source.clone().unwrap_or_default();
        let mut seen = Seen {
            label,
            source,
            ..Seen::server(&line.command, &[])
        };
        if seen.refused().is_some() {
            return Some((seen, None));
        }
        if let Some(names) = self.see_names(line) {
            (seen.command, seen.params) = ("NAMES".into(), names);
            return Some((seen, None));
        }
        let told = ["341", "761", "766", "770"];
        let is_numeric = line.command.starts_with(|c: char| c.is_ascii_digit());
        if is_numeric && !told.contains(&line.command.as_str()) {
            return None;
        }
        seen.params.clone_from(&line.params);
        if matches!(line.command.as_str(), "PRIVMSG" | "NOTICE" | "TAGMSG") {
            seen.time = line.tag("time").is_some();
            seen.msgid = line.tag("msgid").is_some();
            seen.tags = line.client_only_tags().cloned().collect();
            if let Some(text) = seen.params.get_mut(1) {
                *text = without_date(text).into();
            }
        }
        let seen = seen.without_old_key();
        Some((seen, line.tag("msgid").map(String::from)))
    }
}

impl View {
    /// Returns a room with its names in order, when all have come.
    fn see_names(&mut self, line: &Message) -> Option<Vec<String>> {
        match (line.command.as_str(), &line.params[..]) {
            ("353", [_, _, _, names]) => {
                self.names.extend(names.split(' ').map(String::from));
                None
            }
            ("366", [_, room, _]) => {
                let mut names = std::mem::take(&mut self.names);
                names.sort();
                names.insert(0, room.clone());
                Some(names)
            }
            _ => None,
        }
    }
}

/// Adds a line to a message of several.
fn add_line(message: &mut Seen, line: &Message) {
    assert_eq!(message.params[0], line.params[0], "one target");
    assert_eq!(Some(&message.source), line.source.as_ref(), "one sender");
    let continues = line.tag(CONCAT_TAG).is_some();
    message.command.clone_from(&line.command);
    match message.params.get_mut(1) {
        None => message.params.push(line.params[1].clone()),
        Some(text) => {
            text.push(if continues { '\r' } else { '\n' });
            text.push_str(&line.params[1]);
        }
    }
}

/// The reference of batches of keys.
const KEYS_BATCH: &str = "metadata";

/// Somebody was sent on to another channel: no refusal.
const FORWARDED: u16 = 470;

/// Takes off the `[YYYY-MM-DD HH:MM] ` of a replay.
fn without_date(text: &str) -> &str {
    match text.split_once("] ") {
        Some((date, rest)) if date.len() == "[YYYY-MM-DD HH:MM".len() => rest,
        _ => text,
    }
}
