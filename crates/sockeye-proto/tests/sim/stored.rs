//! The rooms as the rows tell of them, one fact after the other.

use std::collections::BTreeMap;
use std::rc::Rc;

use sockeye_proto::irc::event::{Fact, MessageKind, Record, StoredKeys, StoredMode};
use sockeye_proto::irc::id::ChannelId;

use crate::metadata::Keys;
use crate::model::Marks;
use crate::room::{Room, fold};
use crate::seen::Seen;

/// Returns what is known after a restart.
pub(crate) fn rooms_from<'a>(records: impl Iterator<Item = &'a Record>) -> BTreeMap<String, Room> {
    let mut rooms: BTreeMap<ChannelId, Room> = BTreeMap::new();
    for Record { channel, fact, .. } in records {
        if *channel == ChannelId::NONE {
            continue;
        }
        let room = rooms.entry(*channel).or_default();
        match fact {
            // Two lines on their way may both have made it last.
            Fact::Found(_) if room.kept => {}
            Fact::Found(found) => {
                (room.name, room.kept) = (found.name.clone(), true);
                room.founder = found.founder.map(|account| account.0);
                change(room, &found.modes);
            }
            Fact::Metadata { change, .. } => apply(&mut room.keys, change),
            Fact::Topic { topic, .. } => room.topic.clone_from(topic),
            Fact::Mode { changes, .. } => change(room, changes),
            Fact::Message(message) if message.kind == MessageKind::Tagmsg => {}
            Fact::Message(message) => {
                let notice = message.kind == MessageKind::Notice;
                let command = if notice { "NOTICE" } else { "PRIVMSG" };
                let mut line = Seen::server(command, &[&room.name, &message.text]);
                (line.source, line.tags) = (message.source.clone(), message.tags.clone());
                (line.time, line.msgid) = (true, true);
                room.said.push(Rc::new(line));
            }
            Fact::Direct(_)
            | Fact::Presence(_)
            | Fact::ReadMark { .. }
            | Fact::Redact { .. }
            | Fact::Rename { .. }
            | Fact::Registry { .. }
            | Fact::Prefer { .. }
            | Fact::Stay { .. } => {}
        }
    }
    rooms
        .into_values()
        .map(|room| (fold(&room.name), room))
        .collect()
}

/// Returns how far the accounts have read.
pub(crate) fn marks_from<'a>(records: impl Iterator<Item = &'a Record>) -> Marks {
    let mut marks = Marks::new();
    for record in records {
        if let Fact::ReadMark {
            account,
            target,
            read_ms,
        } = &record.fact
        {
            let known = marks.entry((account.0, target.clone())).or_default();
            *known = (*read_ms).max(*known);
        }
    }
    marks
}

/// Returns what the accounts say of themselves.
pub(crate) fn keys_from<'a>(records: impl Iterator<Item = &'a Record>) -> BTreeMap<u64, Keys> {
    let mut keys = BTreeMap::<u64, Keys>::new();
    for record in records {
        if let Fact::Metadata {
            account: Some(account),
            change,
        } = &record.fact
        {
            apply(keys.entry(account.0).or_default(), change);
        }
    }
    keys
}

fn apply(keys: &mut Keys, change: &StoredKeys) {
    match change {
        StoredKeys::Set { key, value } => {
            keys.insert(key.clone(), value.clone());
        }
        StoredKeys::Remove { key } => {
            keys.remove(key);
        }
        StoredKeys::Clear => keys.clear(),
    }
}

fn change(room: &mut Room, changes: &[StoredMode]) {
    for mode in changes {
        room.change(
            mode.add,
            mode.letter,
            mode.value.as_deref().unwrap_or_default(),
        );
    }
}
