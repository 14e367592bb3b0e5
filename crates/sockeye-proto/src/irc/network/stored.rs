//! What of the network outlives a restart: channels with stored state, as a snapshot and as the
//! records after it.
//!
//! Invariant: restoring a snapshot and the records after it gives the same channels as restoring
//! all records, which are the same channels as were live, less members.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Network;
use super::channel::{Ban, Channel, Modes, Topic};
use crate::irc::event::{Fact, Found, Record, StoredMode};
use crate::irc::id::{AccountId, ChannelId};

/// A channel in a snapshot. The order of the fields is part of the format.
#[derive(Debug, Serialize, Deserialize)]
struct StoredChannel {
    id: ChannelId,
    name: String,
    created_ms: u64,
    founder: Option<AccountId>,
    /// Text, author, time.
    topic: Option<(String, String, u64)>,
    modes: Vec<StoredMode>,
    /// Mask, author, time.
    bans: Vec<(String, String, u64)>,
}

impl Network {
    /// Writes the channels with stored state.
    pub(crate) fn snapshot(&self) -> Vec<u8> {
        let stored = self.channels.iter().filter(|channel| channel.stored);
        let channels: Vec<StoredChannel> = stored.map(StoredChannel::of).collect();
        let format = Vec::from([FORMAT]);
        // Into memory, a list of plain values cannot fail to be written.
        postcard::to_extend(&channels, format).unwrap_or_default()
    }

    /// Adds the channels of a snapshot.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn restore_snapshot(&mut self, snapshot: &[u8]) -> Result<(), String> {
        let (format, channels) = snapshot.split_first().ok_or("snapshot: empty")?;
        if *format != FORMAT {
            return Err(format!(
                "snapshot: format {format} is not known, only {FORMAT}"
            ));
        }
        let channels: Vec<StoredChannel> =
            postcard::from_bytes(channels).map_err(|error| format!("snapshot: {error}"))?;
        for channel in channels {
            self.restore_channel(channel.into_channel())?;
        }
        Ok(())
    }

    /// Repeats what a record says.
    ///
    /// # Errors
    /// When it cannot be understood.
    pub(crate) fn restore_record(&mut self, record: &Record) -> Result<(), String> {
        if let Fact::Found(found) = &record.fact {
            // The first one counts: see `Network::found`.
            return match self.channels.find(record.channel) {
                Some(_) => Ok(()),
                None => self.restore_channel(found_channel(record.channel, found)),
            };
        }
        // A channel that is not known has been succeeded: see `restore_channel`.
        let Some(channel) = self.channels.find_mut(record.channel) else {
            return Ok(());
        };
        match &record.fact {
            Fact::Topic { by, topic } => channel.set_topic(topic, by, record.stamp.wall_ms),
            Fact::Mode { by, changes } => {
                for change in changes {
                    channel.modes.change(change, by, record.stamp.wall_ms);
                }
            }
            Fact::Message(_) | Fact::Found(_) => {}
        }
        Ok(())
    }

    /// Of two channels of one name the younger is there. The older had ended when the younger
    /// began, but a row of it may have been on its way into the log, and if the hub died before
    /// that row was voided, it is still there.
    fn restore_channel(&mut self, channel: Channel) -> Result<(), String> {
        let folded = self.settings.casemapping.fold(&channel.name);
        let folded = folded.ok_or_else(|| format!("channel name {:?}", channel.name))?;
        match self.channels.by_folded_name(&folded).map(|known| known.id) {
            Some(known) if known > channel.id => return Ok(()),
            Some(known) => self.channels.remove(known),
            None => {}
        }
        self.channels.insert(folded, channel);
        Ok(())
    }
}

fn found_channel(id: ChannelId, found: &Found) -> Channel {
    let mut channel = Channel::new(id, found.name.clone(), found.created_ms);
    channel.founder = found.founder;
    channel.stored = true;
    channel.modes = Modes::default();
    for mode in &found.modes {
        channel.modes.change(mode, "", found.created_ms);
    }
    channel
}

impl StoredChannel {
    fn of(channel: &Channel) -> Self {
        let topic = channel.topic.clone();
        let bans = channel.modes.bans.iter().cloned();
        Self {
            id: channel.id,
            name: channel.name.clone(),
            created_ms: channel.created_ms,
            founder: channel.founder,
            topic: topic.map(|topic| (topic.text, topic.by, topic.set_ms)),
            modes: channel.modes.settings(),
            bans: bans.map(|ban| (ban.mask, ban.by, ban.set_ms)).collect(),
        }
    }

    fn into_channel(self) -> Channel {
        let (name, created_ms, founder) = (self.name, self.created_ms, self.founder);
        let found = Found {
            name,
            created_ms,
            founder,
            modes: self.modes,
        };
        let mut channel = found_channel(self.id, &found);
        channel.topic = self
            .topic
            .map(|(text, by, set_ms)| Topic { text, by, set_ms });
        let bans = self.bans.into_iter();
        channel.modes.bans = bans
            .map(|(mask, by, set_ms)| Ban { mask, by, set_ms })
            .collect();
        channel
    }
}

/// The first byte of a snapshot.
const FORMAT: u8 = 1;
