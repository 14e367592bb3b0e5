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
use super::channel::{Channel, Topic};
use super::metadata::{Owner, StoredMetadata};
use super::modes::{Entry, List};
use super::rank::Prefix;
use super::read_marks::StoredMarks;
use super::registration::{Kept, Registration};
use crate::irc::event::{Fact, Found, Preferences, Record, StoredMode, StoredStay};
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
    bans: Vec<StoredEntry>,
}

/// Mask, author, time.
type StoredEntry = (String, String, u64);

/// All of a snapshot.
type State = (
    Vec<StoredChannelWithFounder>,
    Vec<StoredMarks>,
    StoredPresence,
    StoredMetadata,
);

/// What accounts want, and the clients that stay for them.
type StoredPresence = (Vec<(AccountId, Preferences)>, Vec<(AccountId, StoredStay)>);

/// A channel in a snapshot of the second format: the other lists by letter came along.
type StoredChannelWithLists = (StoredChannel, StoredLists);

type StoredLists = Vec<(char, Vec<StoredEntry>)>;

/// A channel in a snapshot of the fourth format: the registration came along.
type StoredChannelWithFounder = (StoredChannel, StoredLists, Option<StoredRegistration>);

/// Since when a channel is registered, its founder's name, and accounts with their names and the
/// letters of the ranks that they keep.
type StoredRegistration = (u64, String, Vec<(AccountId, String, char)>);

impl Network {
    /// Writes the channels with stored state and what is known of accounts.
    pub(crate) fn snapshot(&self) -> Vec<u8> {
        let stored = self.channels.iter().filter(|channel| channel.stored);
        let channels: Vec<StoredChannelWithFounder> = stored.map(StoredChannel::of).collect();
        let format = Vec::from([FORMAT]);
        let presence = (self.stays.stored_preferences(), self.stored_stays());
        let metadata = self.stored_metadata();
        let state = (channels, self.read_marks.stored(), presence, metadata);
        // Into memory, lists of plain values cannot fail to be written.
        postcard::to_extend(&state, format).unwrap_or_default()
    }

    /// Adds what is in a snapshot.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn restore_snapshot(&mut self, snapshot: &[u8]) -> Result<(), String> {
        let (format, state) = snapshot.split_first().ok_or("snapshot: empty")?;
        let (channels, marks, (preferences, stays), metadata) =
            read_snapshot(*format, state).map_err(|error| format!("snapshot: {error}"))?;
        for (account, wanted) in preferences {
            self.stays.prefer(account, wanted);
        }
        for (account, stay) in stays {
            self.stays.read(account, Some(stay));
        }
        self.read_marks.restore(marks);
        for (channel, lists, registration) in channels {
            let mut channel = channel.into_channel(lists)?;
            channel.registration = registration.map(into_registration).transpose()?;
            self.restore_channel(channel)?;
        }
        self.restore_metadata(metadata);
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
        if let Fact::ReadMark {
            account,
            target,
            read_ms,
        } = &record.fact
        {
            let read_ms = (*read_ms).min(record.stamp.wall_ms);
            self.read_marks.raise(*account, target, read_ms);
            return Ok(());
        }
        match &record.fact {
            Fact::Prefer { account, wanted } => self.stays.prefer(*account, *wanted),
            Fact::Stay { account, stay } => self.stays.read(*account, stay.clone()),
            Fact::Metadata { account, change } => {
                let owner = account.map_or(Owner::Channel(record.channel), Owner::Account);
                self.change_keys(owner, change);
            }
            _ => {}
        }
        // A channel that is not known has been succeeded: see `restore_channel`.
        let Some(channel) = self.channels.find_mut(record.channel) else {
            return Ok(());
        };
        if let Fact::Rename { name, .. } = &record.fact {
            return self.restore_rename(record.channel, name);
        }
        if let Fact::Registry { change, .. } = &record.fact {
            self.change_registry(record.channel, change, record.stamp.wall_ms);
            return Ok(());
        }
        match &record.fact {
            Fact::Topic { by, topic } => channel.set_topic(topic, by, record.stamp.wall_ms),
            Fact::Mode { by, changes } => {
                for change in changes {
                    channel.modes.change(change, by, record.stamp.wall_ms);
                }
            }
            Fact::Message(_)
            | Fact::Found(_)
            | Fact::Direct(_)
            | Fact::Presence(_)
            | Fact::Redact { .. }
            | Fact::Rename { .. }
            | Fact::Registry { .. }
            | Fact::ReadMark { .. }
            | Fact::Prefer { .. }
            | Fact::Stay { .. }
            | Fact::Metadata { .. } => {}
        }
        Ok(())
    }

    /// The name was free; if a channel seems to have it, that one had ended.
    fn restore_rename(&mut self, channel: ChannelId, name: &str) -> Result<(), String> {
        let folded = self.settings.casemapping.fold(name);
        let folded = folded.ok_or_else(|| format!("channel name {name:?}"))?;
        let holder = self.channels.by_folded_name(&folded).map(|known| known.id);
        if let Some(ended) = holder.filter(|&id| id != channel) {
            self.channels.remove(ended);
        }
        self.rename_channel(channel, name.into(), folded);
        Ok(())
    }

    /// Of two channels of one name the younger is there. The older had ended when the younger
    /// began, but a row of it may have been on its way into the log, and if the hub died before
    /// that row was voided, it is still there.
    pub(super) fn restore_channel(&mut self, channel: Channel) -> Result<(), String> {
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

/// Reads what follows the first byte of a snapshot, in whatever format that says it has.
fn read_snapshot(format: u8, state: &[u8]) -> Result<State, String> {
    let with_lists = |all: Vec<StoredChannelWithLists>| {
        let all = all.into_iter();
        all.map(|(channel, lists)| (channel, lists, None)).collect()
    };
    let nothing = StoredPresence::default;
    let read = match format {
        FORMAT => return postcard::from_bytes(state).map_err(|error| format!("{error}")),
        FORMAT_WITHOUT_METADATA => postcard::from_bytes(state),
        FORMAT_WITHOUT_PRESENCE => {
            postcard::from_bytes(state).map(|(channels, marks)| (channels, marks, nothing()))
        }
        FORMAT_WITHOUT_REGISTRATIONS => postcard::from_bytes(state)
            .map(|(channels, marks)| (with_lists(channels), marks, nothing())),
        FORMAT_WITHOUT_MARKS => postcard::from_bytes(state)
            .map(|channels| (with_lists(channels), Vec::new(), nothing())),
        FORMAT_WITHOUT_LISTS => postcard::from_bytes(state).map(|all: Vec<StoredChannel>| {
            let all = all.into_iter();
            let channels = all.map(|channel| (channel, Vec::new(), None));
            (channels.collect(), Vec::new(), nothing())
        }),
        other => return Err(format!("format {other} is not known")),
    };
    let read = read.map_err(|error| format!("{error}"));
    read.map(|(channels, marks, presence)| (channels, marks, presence, StoredMetadata::default()))
}

fn into_registration(
    (since_ms, founder, ranks): StoredRegistration,
) -> Result<Registration, String> {
    let mut registration = Registration::new(since_ms, founder);
    for (account, name, letter) in ranks {
        let prefix = Prefix::of_letter(letter);
        let prefix = prefix.ok_or_else(|| format!("snapshot: rank {letter} is not known"))?;
        registration.ranks.insert(account, Kept { name, prefix });
    }
    Ok(registration)
}

pub(super) fn found_channel(id: ChannelId, found: &Found) -> Channel {
    let mut channel = Channel::new(id, found.name.clone(), found.created_ms);
    channel.founder = found.founder;
    channel.stored = true;
    for mode in &found.modes {
        channel.modes.change(mode, "", found.created_ms);
    }
    channel
}

impl StoredChannel {
    fn of(channel: &Channel) -> StoredChannelWithFounder {
        let topic = channel.topic.clone();
        let entries = |list| {
            let entries = channel.modes.list(list).iter().cloned();
            let entries = entries.map(|entry| (entry.mask, entry.by, entry.set_ms));
            entries.collect::<Vec<StoredEntry>>()
        };
        let lists =
            [List::Exceptions, List::Invitations].map(|list| (list.letter(), entries(list)));
        let lists = lists.into_iter().filter(|(_, entries)| !entries.is_empty());
        let stored = Self {
            id: channel.id,
            name: channel.name.clone(),
            created_ms: channel.created_ms,
            founder: channel.founder,
            topic: topic.map(|topic| (topic.text, topic.by, topic.set_ms)),
            modes: channel.modes.settings(),
            bans: entries(List::Bans),
        };
        let registration = channel.registration.as_ref().map(|known| {
            let ranks = known.ranks.iter();
            let ranks =
                ranks.map(|(&account, kept)| (account, kept.name.clone(), kept.prefix.letter()));
            (known.since_ms, known.founder.clone(), ranks.collect())
        });
        (stored, lists.collect(), registration)
    }

    fn into_channel(self, lists: StoredLists) -> Result<Channel, String> {
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
        for (letter, entries) in [(List::Bans.letter(), self.bans)].into_iter().chain(lists) {
            let list = List::of_letter(letter);
            let list = list.ok_or_else(|| format!("snapshot: list {letter} is not known"))?;
            let entries = entries.into_iter();
            let entries = entries.map(|(mask, by, set_ms)| Entry { mask, by, set_ms });
            channel.modes.list_mut(list).extend(entries);
        }
        Ok(channel)
    }
}

/// The first byte of a snapshot.
const FORMAT: u8 = 6;

/// A snapshot from before there was metadata.
const FORMAT_WITHOUT_METADATA: u8 = 5;

/// A snapshot from before clients could stay.
const FORMAT_WITHOUT_PRESENCE: u8 = 4;

/// A snapshot from before channels could be registered.
const FORMAT_WITHOUT_REGISTRATIONS: u8 = 3;

/// A snapshot from before there were read markers.
const FORMAT_WITHOUT_MARKS: u8 = 2;

/// The first byte of a snapshot that knows no lists but bans.
const FORMAT_WITHOUT_LISTS: u8 = 1;
