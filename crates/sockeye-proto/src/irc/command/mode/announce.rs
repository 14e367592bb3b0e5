//! What others read of a change of modes.

use alloc::string::String;
use alloc::vec::Vec;

use crate::irc::event::{Stamp, StoredMode};
use crate::irc::message::LINE_BYTES_MAX;
use crate::irc::network::{Client, Relay};

/// Writes what has changed, in as many lines as it takes.
pub(super) fn relays<'a>(
    mut modes: &[StoredMode],
    by: &Client,
    channel: &str,
    stamp: &'a Stamp,
) -> Vec<Relay<'a>> {
    let source = &by.source;
    let room = LINE_BYTES_MAX.saturating_sub(": MODE  \r\n".len() + source.len() + channel.len());
    let mut relays = Vec::new();
    while !modes.is_empty() {
        let (now, later) = modes.split_at(fitting(modes, room));
        let values = now.iter().filter_map(|mode| mode.value.as_deref());
        let relay = Relay::new(stamp, |line| {
            let line = line.source(source).command("MODE").param(channel);
            line.param(&letters(now)).params(values).end();
        });
        relays.push(relay.by(by));
        modes = later;
    }
    relays
}

/// Returns how many of the modes, at least one, fit into `room` bytes.
fn fitting(modes: &[StoredMode], room: usize) -> usize {
    let mut bytes = 0;
    let fits = |mode: &&StoredMode| {
        let value_bytes = mode
            .value
            .as_ref()
            .map_or(0, |value| " ".len() + value.len());
        bytes += "+x".len() + value_bytes;
        bytes <= room
    };
    modes.iter().take_while(fits).count().max(1)
}

/// Writes `+ab-c`.
fn letters(modes: &[StoredMode]) -> String {
    let mut text = String::new();
    let mut sign = None;
    for mode in modes {
        if sign != Some(mode.add) {
            sign = Some(mode.add);
            text.push(if mode.add { '+' } else { '-' });
        }
        text.push(mode.letter);
    }
    text
}
