//! The hub's configuration: one TOML file, read whole or not at all.
//!
//! A file becomes a [`Config`] in three steps, each of which goes on after a mistake so that one
//! run shows them all: TOML syntax, keys and values against the tables in `keys`, and the
//! endpoint strings of `[[listen]]` against the vocabulary. Nothing is opened here.

mod balance;
mod example;
mod gateway;
mod keys;
mod listen;
mod mistake;
mod proxy;
mod read;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use crate::endpoint::{Address, Network};
use crate::engine::ConnectLimits;
use crate::service::chat::{self, AlwaysOn, ChannelModes, Presence, TagsDenied};
use crate::state::{AuditRetention, Retention};

pub use example::{example, reference};
pub use gateway::Gateway;
pub use listen::Listen;
pub use mistake::{ConfigError, Mistake};
pub use proxy::Proxy;

/// Everything that the file sets; [`Config::default`] is what holds without a file, but for
/// listeners.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// `[hub]`
    pub hub: Hub,
    /// `[chat]`
    pub chat: Chat,
    /// `[proxy]`
    pub proxy: Proxy,
    /// `[page]`
    pub page: Page,
    /// `[[listen]]`, in the order of the file.
    pub listen: Vec<Listen>,
    /// `[[gateway]]`, in the order of the file.
    pub gateways: Vec<Gateway>,
}

/// What belongs to the hub as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    /// The server's name, as clients see it.
    pub name: String,
    /// Where the store, the lock and the control socket are; `None`: the user's data directory.
    pub data: Option<PathBuf>,
    /// Sources without connection and flood limits.
    pub exempt: Vec<Network>,
    /// Connections that one source may open at once; 0: any number.
    pub connects_per_source: u32,
    /// Connections that one network may open at once; 0: any number.
    pub connects_per_network: u32,
    /// In which time each may open as many more, seconds.
    pub connects_window_s: u32,
    /// Sessions that the hub holds at most, over all listeners; `None`: what descriptors allow.
    pub sessions: Option<u32>,
    /// Days that the audit log keeps; 0: for good.
    pub audit_days: u32,
    /// Rows that it keeps, twice; 0: all.
    pub audit_rows: u32,
}

/// What belongs to chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    /// The network's name.
    pub network: String,
    /// Message of the day; empty: none.
    pub motd: String,
    /// Whether messages are kept.
    pub history: bool,
    /// Whether it is kept, too, who came to channels and left them.
    pub history_events: bool,
    /// Whether messages that are kept can be searched for words.
    pub search: bool,
    /// Days that messages are kept; 0: for good.
    pub history_days: u32,
    /// Messages that are kept of a channel; 0: all.
    pub history_channel_messages: u32,
    /// Direct messages that an account keeps with each other side; 0: all.
    pub history_direct_messages: u32,
    /// For how long clients can take back what they said, seconds.
    pub redaction_window_s: u32,
    /// Stored messages that a client without `draft/chathistory` gets on JOIN.
    pub replay_on_join: u32,
    /// Modes of a new channel.
    pub channel_modes: ChannelModes,
    /// Client-only tags that are not relayed.
    pub client_tags_denied: TagsDenied,
    /// Whether operators of a channel may relay in the names of others.
    pub channel_relays: bool,
    /// Whether people may make accounts themselves.
    pub register: bool,
    /// Whether the name of an account is a nick that only its owner may have.
    pub reserve_nicks: bool,
    /// Channels that an account may register.
    pub channels_per_account: u32,
    /// Whether connections of an account may share a nick.
    pub multiclient: bool,
    /// Connections of an account that may share nicks.
    pub devices_per_account: u32,
    /// Whose clients stay without a connection.
    pub always_on: AlwaysOn,
    /// Clients that stay so at once.
    pub always_on_clients: u32,
    /// Days after which they leave all the same; 0: never.
    pub always_on_days: u32,
    /// Why somebody is away who has no connection.
    pub away_text: String,
    /// Where clients have to come by TLS (IRCv3 sts); 0: they need not.
    pub sts_port: u32,
    /// For how long after each visit, seconds.
    pub sts_duration_s: u32,
    /// Who runs it, up to three lines; empty: nobody says.
    pub admin: String,
    /// The URL of a picture; empty: none.
    pub icon: String,
    /// How nicks and channel names are compared.
    pub casemapping: CaseMapping,
    /// Networks from which one has to log in to come.
    pub require_sasl: Vec<Network>,
    /// What others see of where a client comes from.
    pub hosts: Hosts,
    /// Connections of one source that are not registered yet.
    pub pending_per_source: u32,
    /// Registered connections of one source.
    pub registered_per_source: u32,
}

/// What belongs to the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Who may read the figures.
    pub metrics: Vec<Network>,
}

/// How nicks and channel names are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CaseMapping {
    /// Only A–Z equal a–z.
    #[default]
    Ascii,
    /// PRECIS UsernameCaseMapped (RFC 8265).
    Precis,
}

/// What others see of where a client comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Hosts {
    /// A keyed cloak of the address.
    #[default]
    Cloak,
    /// The address.
    Address,
}

impl CaseMapping {
    /// Returns its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ascii => "ascii",
            Self::Precis => "precis",
        }
    }

    /// Finds one by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        CASE_MAPPINGS
            .into_iter()
            .find(|mapping| mapping.name() == name)
    }
}

impl Hosts {
    /// Returns its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cloak => "cloak",
            Self::Address => "address",
        }
    }

    /// Finds one by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        HOSTS.into_iter().find(|hosts| hosts.name() == name)
    }
}

impl Config {
    /// Reads a file's text; `file` names it in mistakes.
    ///
    /// # Errors
    /// Every mistake of the file, with its line.
    pub fn parse(text: &str, file: &str) -> Result<Self, ConfigError> {
        read::read(text).map_err(|mistakes| ConfigError::new(file, text, mistakes))
    }

    /// Returns where clients are told to come by TLS: the listener for chat at `sts_port`.
    pub fn sts_listener(&self) -> Option<&Listen> {
        let port = Some(self.chat.sts_port).filter(|&port| port != 0)?;
        let is_there = |listen: &&Listen| {
            let at = listen.at.address();
            let is_at = matches!(at, Address::Tcp { port: at, .. } if u32::from(*at) == port);
            let serves_chat = listen.serve.address().scheme() == "chat";
            let has_tls = listen.at.layers().any(|word| word.row().name == "tls");
            serves_chat && is_at && has_tls
        };
        self.listen.iter().find(is_there)
    }

    /// Returns what a reload from `self` to `new` changes, a line for each key in the reader's
    /// words, listeners aside; keys that hold until a restart are errors.
    pub fn changes(&self, new: &Self) -> Result<Vec<String>, Vec<String>> {
        keys::changes(self, new)
    }
}

impl Hub {
    /// Returns how fast connections may be opened.
    pub fn connect_limits(&self) -> ConnectLimits {
        ConnectLimits {
            per_source: self.connects_per_source,
            per_network: self.connects_per_network,
            window: Duration::from_secs(self.connects_window_s.into()),
        }
    }

    /// Returns how much of the audit log is kept.
    pub fn audit_retention(&self) -> AuditRetention {
        AuditRetention {
            days: self.audit_days,
            rows: self.audit_rows,
        }
    }
}

impl Chat {
    /// Returns how much history is kept.
    pub fn retention(&self) -> Retention {
        Retention {
            days: self.history_days,
            channel_messages: self.history_channel_messages,
            direct_messages: self.history_direct_messages,
        }
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            name: "hub.localhost".to_owned(),
            data: None,
            exempt: Vec::new(),
            connects_per_source: 60,
            connects_per_network: 300,
            connects_window_s: 30,
            sessions: None,
            audit_days: 365,
            audit_rows: 100_000,
        }
    }
}

impl Default for Page {
    fn default() -> Self {
        let loopback = ["127.0.0.0/8", "::1"];
        Self {
            metrics: loopback.iter().flat_map(|text| text.parse()).collect(),
        }
    }
}

impl Default for Chat {
    fn default() -> Self {
        let presence = Presence::default();
        Self {
            network: "Sockeye".to_owned(),
            motd: String::new(),
            history: true,
            history_events: true,
            search: true,
            history_days: 0,
            history_channel_messages: 0,
            history_direct_messages: 0,
            redaction_window_s: 86_400,
            replay_on_join: 50,
            channel_modes: ChannelModes::default(),
            client_tags_denied: TagsDenied::default(),
            channel_relays: true,
            register: true,
            reserve_nicks: false,
            channels_per_account: 15,
            multiclient: presence.multiclient,
            devices_per_account: presence.devices_max as u32,
            always_on: presence.always_on,
            always_on_clients: presence.always_on_max as u32,
            always_on_days: presence.always_on_days,
            away_text: presence.away_text,
            sts_port: 0,
            sts_duration_s: STS_DURATION_S,
            admin: String::new(),
            icon: String::new(),
            casemapping: CaseMapping::default(),
            require_sasl: Vec::new(),
            hosts: Hosts::default(),
            pending_per_source: chat::SOURCE_PENDING_MAX,
            registered_per_source: chat::SOURCE_ESTABLISHED_MAX,
        }
    }
}

/// A month: long enough to protect who comes every week, short enough to undo a mistake.
const STS_DURATION_S: u32 = 30 * 24 * 60 * 60;

/// Every case mapping.
const CASE_MAPPINGS: [CaseMapping; 2] = [CaseMapping::Ascii, CaseMapping::Precis];

/// Everything that may be shown of where a client comes from.
const HOSTS: [Hosts; 2] = [Hosts::Cloak, Hosts::Address];
