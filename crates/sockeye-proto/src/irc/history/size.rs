//! How long an answer may be.

use alloc::vec::Vec;

use super::Keep;
use crate::irc::event::{Fact, Record, StoredMessage};
use crate::irc::message::LINE_BYTES_MAX;
use crate::irc::multiline::{is_multiline, pieces};

/// Shortens records, ascending, to one answer: at most `limit`, and as many as `bytes_max` holds by
/// their [`size`], but at least one, so that who pages gets on.
pub fn fit(records: &mut Vec<Record>, keep: Keep, limit: u32, bytes_max: usize) {
    let limit = limit as usize;
    match keep {
        Keep::First => {
            let count = fitting(records.iter().take(limit), bytes_max);
            records.truncate(count);
        }
        Keep::Last => {
            let count = fitting(records.iter().rev().take(limit), bytes_max);
            drop(records.drain(..records.len() - count));
        }
    }
}

/// Returns how many bytes of an answer a record takes at most, whatever its reader can do.
pub fn size(record: &Record) -> usize {
    match &record.fact {
        Fact::Message(message) => message_size(message),
        Fact::Direct(direct) => message_size(&direct.message),
        _ => TAGS_BYTES + LINE_BYTES_MAX,
    }
}

fn message_size(message: &StoredMessage) -> usize {
    let tags = message.tags.iter();
    let tags = tags.map(|(key, value)| key.len() + escaped(value) + ";=".len());
    let a_line = TAGS_BYTES + HEAD_BYTES + message.source.len();
    let lines = match is_multiline(&message.text) {
        // Two are of the batch.
        true => pieces(&message.text).count() + 2,
        false => 1,
    };
    tags.sum::<usize>() + lines * a_line + message.text.len()
}

/// How many of the records fit, the first in any case.
fn fitting<'a>(records: impl Iterator<Item = &'a Record>, bytes_max: usize) -> usize {
    let mut bytes = 0;
    let fits = |record: &(usize, &Record)| {
        bytes += size(record.1);
        record.0 == 0 || bytes <= bytes_max
    };
    records.enumerate().take_while(fits).count()
}

/// How long a value of a tag is as it is written (IRCv3 message-tags, section Escaping values).
fn escaped(value: &str) -> usize {
    let is_escaped = |byte: &u8| matches!(byte, b';' | b' ' | b'\\' | b'\r' | b'\n');
    value.len() + value.bytes().filter(is_escaped).count()
}

/// Most bytes of one answer: a client's queue of 1 MiB holds it and more beside it. A thousand
/// ordinary lines take less; tags of clients, of up to 4 KiB a line, can take more.
pub const ANSWER_BYTES_MAX: usize = 768 * 1_024;

/// What `batch`, `time`, `msgid` and `account` take.
const TAGS_BYTES: usize = 128;

/// What stands around source and text: the command, the longest target, spaces, colons, CR LF.
const HEAD_BYTES: usize = 80;

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};

    use super::*;
    use crate::irc::caps::{Caps, Offer};
    use crate::irc::event::{MessageKind, Stamp};
    use crate::irc::history::{Command, Found, Reply, Subcommand, encode};
    use crate::irc::id::ChannelId;
    use crate::irc::input::Link;
    use crate::irc::settings::Settings;

    fn message(number: u64, value: &str, text: &str) -> Record {
        Record {
            stamp: Stamp {
                number,
                wall_ms: u64::MAX,
                random: u64::MAX,
            },
            channel: ChannelId(1),
            fact: Fact::Message(StoredMessage {
                source: "n".repeat(32) + "!u@h",
                account: Some("a".repeat(32)),
                kind: MessageKind::Privmsg,
                tags: [("+x".to_string(), value.to_string())].into(),
                text: text.into(),
            }),
        }
    }

    #[test]
    fn a_record_takes_no_more_than_its_size() {
        let mut all = Caps::NONE;
        for word in [
            "batch",
            "message-tags",
            "server-time",
            "account-tag",
            "draft/multiline",
        ] {
            let (params, offer) = (
                ["REQ".into(), word.into()],
                Offer::new(&Settings::default(), &Link::default()),
            );
            let mut out = String::new();
            crate::irc::caps::command(&params, &mut all, &offer, ("h", "*"), &mut out);
        }
        let short = "\rx".repeat(99);
        for (value, text) in [
            ("", "hi"),
            ("; \\;", "x"),
            (&*"; ".repeat(900), "ä"),
            ("", "a\nb\n\nc"),
            ("", &*short),
        ] {
            let record = message(1, value, text);
            let reply = Reply {
                server: "h".into(),
                caps: all,
                target: "#".to_string() + &"c".repeat(63),
                label: None,
                batch: "18446744073709551615".into(),
                channels: [].into(),
                asked: Some(Command::Chathistory(Subcommand::Latest)),
                hidden: Vec::new(),
            };
            let empty = encode(&reply, &Found::Messages(Vec::new())).len();
            let known = size(&record);
            let bytes = encode(&reply, &Found::Messages([record].into())).len() - empty;
            assert!(bytes <= known, "{value:?}: {bytes} over {known}");
            assert!(value.len() < 99 || known < bytes + 128, "{bytes}: {known}");
        }
    }

    #[test]
    fn what_fits_has_no_gap_and_is_not_empty() {
        let all = || (1..=9).map(|n| message(n, "", &"x".repeat(100)));
        let one = size(&all().next().unwrap());
        let numbers = |keep, limit, bytes_max| {
            let mut records: Vec<_> = all().collect();
            fit(&mut records, keep, limit, bytes_max);
            let numbers = records.iter().map(|record| record.stamp.number);
            numbers.collect::<Vec<_>>()
        };
        assert_eq!(numbers(Keep::First, 100, 3 * one), [1, 2, 3]);
        assert_eq!(numbers(Keep::Last, 100, 4 * one - 1), [7, 8, 9]);
        assert_eq!(numbers(Keep::First, 2, 3 * one), [1, 2]);
        assert_eq!(numbers(Keep::Last, 2, usize::MAX), [8, 9]);
        assert_eq!(numbers(Keep::First, 100, 0), [1]);
        assert_eq!(numbers(Keep::Last, 100, 0), [9]);
        assert_eq!(numbers(Keep::Last, 0, usize::MAX), []);
    }
}
