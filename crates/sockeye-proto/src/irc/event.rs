//! What happens on a network: intents in their order, and what of them is stored.
//!
//! What a client wants to happen is an *intent*: the order of the log decides which of two clients
//! gets a nick, and `plan` refuses what no longer holds when its turn comes. Intents name sessions,
//! channels and accounts by id, so that a rename in between cannot misdirect them. A [`Record`] is
//! the durable part: it stands alone, because sessions do not survive a restart.

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::id::{AccountId, ChannelId, ClientId, Number};

/// What is fixed once, when an event gets its place; `apply` reads no clock and no random source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The place in the order.
    pub number: Number,
    /// Milliseconds since 1970; never less than that of an earlier number.
    pub wall_ms: u64,
    /// Makes message ids hard to guess.
    pub random: u64,
}

/// A stored fact: one row of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Place, time, randomness.
    pub stamp: Stamp,
    /// Which channel it belongs to; [`ChannelId::NONE`] for what belongs to clients.
    pub channel: ChannelId,
    /// What is stored.
    pub fact: Fact,
}

/// The durable kinds. The order of the variants is part of the stored format: append only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact {
    /// A message; it changes no state but the history.
    Message(StoredMessage),
    /// The channel got stored state.
    Found(Found),
    /// The topic was set, or cleared by an empty text.
    Topic {
        /// Full source of who set it, `nick!user@host`.
        by: String,
        /// The new topic.
        topic: String,
    },
    /// Channel modes changed; member prefixes (`+o`, `+v`) are not stored.
    Mode {
        /// Full source of who changed them.
        by: String,
        /// The changes in order.
        changes: Vec<StoredMode>,
    },
    /// A message from one client to another.
    Direct(StoredDirect),
    /// Somebody came to the channel, left it or got another nick; history only.
    Presence(StoredPresence),
    /// An account has read a channel or what somebody wrote.
    ReadMark {
        /// Which account.
        account: AccountId,
        /// The channel, account or nick, folded.
        target: String,
        /// Up to when, milliseconds since 1970.
        read_ms: u64,
    },
    /// A message was taken back.
    Redact {
        /// Full source of who did it, `nick!user@host`.
        by: String,
        /// The account name, if logged in.
        account: Option<String>,
        /// Which message.
        number: Number,
        /// Its id, as its readers know it.
        msgid: String,
        /// As given.
        reason: Option<String>,
    },
    /// The channel got another name.
    Rename {
        /// Full source of who gave it, `nick!user@host`.
        by: String,
        /// The new name.
        name: String,
        /// As given; may be empty.
        reason: String,
    },
    /// Whose the channel is, or what accounts are in it, has changed.
    Registry {
        /// Full source of who did it, `nick!user@host`.
        by: String,
        /// What is so from now on.
        change: StoredRegistry,
    },
    /// An account wants something of its clients' presence.
    Prefer {
        /// Which account.
        account: AccountId,
        /// All that it wants.
        wanted: Preferences,
    },
    /// What a restart has to know of the client that stays for an account.
    Stay {
        /// Which account.
        account: AccountId,
        /// All there is to know; `None`: no client stays any more.
        stay: Option<StoredStay>,
    },
    /// What the channel, or an account, says of itself has changed.
    Metadata {
        /// Which account; `None`: it is the channel.
        account: Option<AccountId>,
        /// What is so from now on.
        change: StoredKeys,
    },
}

impl Fact {
    /// Returns whether a restart needs it; all else is history only.
    pub const fn is_state(&self) -> bool {
        match self {
            Self::Found(_)
            | Self::Topic { .. }
            | Self::Mode { .. }
            | Self::ReadMark { .. }
            | Self::Rename { .. }
            | Self::Registry { .. }
            | Self::Prefer { .. }
            | Self::Stay { .. }
            | Self::Metadata { .. } => true,
            Self::Message(_) | Self::Direct(_) | Self::Presence(_) | Self::Redact { .. } => false,
        }
    }
}

/// A channel at the moment when it first got stored state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its name as its creator wrote it.
    pub name: String,
    /// When the channel was created, milliseconds since 1970.
    pub created_ms: u64,
    /// The creator's account.
    pub founder: Option<AccountId>,
    /// The modes that it had then.
    pub modes: Vec<StoredMode>,
}

/// One mode change as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMode {
    /// Set or cleared.
    pub add: bool,
    /// The mode letter.
    pub letter: char,
    /// Its parameter, in canonical form.
    pub value: Option<String>,
}

/// A change of whose a channel is. The order of the variants is part of the stored format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredRegistry {
    /// It is registered, and this account is its founder.
    Belongs(Holder),
    /// It is not registered any more.
    Free,
    /// The account keeps a rank in it.
    Rank {
        /// Which account.
        holder: Holder,
        /// The mode letter of the rank; none: it keeps none any more.
        letter: Option<char>,
    },
    /// There is no such channel any more.
    Ended,
}

/// An account as a channel remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Which account.
    pub account: AccountId,
    /// Its name as displayed.
    pub name: String,
}

/// A change of metadata. The order of the variants is part of the stored format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredKeys {
    /// A key has this value.
    Set {
        /// Which key.
        key: String,
        /// Its value.
        value: String,
    },
    /// A key has no value any more.
    Remove {
        /// Which key.
        key: String,
    },
    /// No key has a value any more.
    Clear,
}

/// A direct message as stored, once for both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDirect {
    /// Who sent it.
    pub from: Party,
    /// Who received it.
    pub to: Party,
    /// What was said.
    pub message: StoredMessage,
}

/// One side of a direct message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The nick at that time.
    pub nick: String,
    /// What the other side finds the conversation by: the name of the account, or the nick of a
    /// client without one; folded.
    pub key: String,
    /// The account; only with one can this side read the message later.
    pub account: Option<AccountId>,
}

/// What changed about who is on a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPresence {
    /// Full source of who did it, `nick!user@host`.
    pub source: String,
    /// The account name, if logged in.
    pub account: Option<String>,
    /// What happened.
    pub change: PresenceChange,
}

/// The ways of coming and going. The order of the variants is part of the stored format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PresenceChange {
    /// `JOIN`
    Join {
        /// For clients with `extended-join`.
        realname: String,
    },
    /// `PART`
    Part {
        /// As given.
        reason: Option<String>,
    },
    /// `QUIT`
    Quit {
        /// What the others read.
        reason: String,
    },
    /// `KICK` by the source.
    Kick {
        /// Who had to go.
        nick: String,
        /// Why.
        reason: String,
    },
    /// `NICK`
    Nick {
        /// The new nick.
        nick: String,
    },
}

/// What an account wants of its clients' presence; `None`: as the hub has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// Whether its client stays when its last connection goes.
    pub always_on: Option<bool>,
    /// Whether its connections may share a nick.
    pub multiclient: Option<bool>,
}

/// A client that stays without connections. The order of the fields is part of the stored format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredStay {
    /// The name of its account.
    pub account: String,
    /// Its nick.
    pub nick: String,
    /// Its user name.
    pub user: String,
    /// Its host, as others see it.
    pub host: String,
    /// Its real name.
    pub realname: String,
    /// The letters of its modes.
    pub modes: String,
    /// Why it is away, as its last connection has said.
    pub away: Option<String>,
    /// Since when it is on the network, milliseconds since 1970.
    pub signed_on_ms: u64,
    /// When a connection has come or gone last, milliseconds since 1970.
    pub seen_ms: u64,
    /// Where it is, in the order of joining.
    pub channels: Vec<StoredMembership>,
}

/// Being on a channel, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMembership {
    /// Which channel.
    pub channel: ChannelId,
    /// How the channel began, if it has no stored state of its own.
    pub found: Option<Found>,
    /// The letters of its prefixes there.
    pub ranks: String,
}

/// A channel message as stored: all that a later reader is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMessage {
    /// Full source, `nick!user@host`, at the time of sending.
    pub source: String,
    /// The sender's account name, if logged in.
    pub account: Option<String>,
    /// PRIVMSG, NOTICE or TAGMSG.
    pub kind: MessageKind,
    /// Client-only tags (`+name`), unescaped.
    pub tags: Vec<(String, String)>,
    /// The text; [`pieces`](super::multiline::pieces) are its lines.
    pub text: String,
}

/// The three commands that carry a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MessageKind {
    /// `PRIVMSG`
    Privmsg,
    /// `NOTICE`
    Notice,
    /// `TAGMSG`: tags only.
    Tagmsg,
}

impl MessageKind {
    /// Returns the command.
    pub const fn command(self) -> &'static str {
        match self {
            Self::Privmsg => "PRIVMSG",
            Self::Notice => "NOTICE",
            Self::Tagmsg => "TAGMSG",
        }
    }
}

/// Where a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// To the members of a channel.
    Channel(ChannelId),
    /// To one client.
    Client(ClientId),
}
