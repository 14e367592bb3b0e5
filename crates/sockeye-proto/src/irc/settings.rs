//! What an operator sets for the chat network.

use alloc::string::String;
use alloc::vec::Vec;

use super::network::modes::Flag;

/// Settings of a network and of registration; shared by both.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The server's name, source of its lines: `hub.example`.
    pub server: String,
    /// The network's name in ISUPPORT and the welcome.
    pub network: String,
    /// Shown in 002, 004 and VERSION: `sockeye-0.1.0`.
    pub version: String,
    /// When the server was started, milliseconds since 1970 (003).
    pub created_ms: u64,
    /// Message of the day, a line each; empty: 422.
    pub motd: Vec<String>,
    /// Whether messages are stored.
    pub history: bool,
    /// Whether it is stored, too, who came to channels and left them (`draft/event-playback`).
    pub history_events: bool,
    /// How long after it was said a message can be taken back by who said it, seconds; operators
    /// of its channel always can.
    pub redaction_window_s: u32,
    /// How many stored messages a client without `draft/chathistory` gets on JOIN; 0: none.
    pub replay_on_join: u32,
    /// What a new channel is set to.
    pub channel_modes: ChannelModes,
    /// How names are compared.
    pub casemapping: CaseMapping,
    /// Whether accounts exist, so that `sasl` is offered.
    pub accounts: bool,
    /// Whether clients may make accounts themselves.
    pub register: bool,
    /// Whether the name of an account is a nick that nobody else may have. The caller tells which
    /// those are with [`Pipeline::reserve`](super::pipeline::Pipeline::reserve).
    pub reserve_nicks: bool,
    /// Whether clients are told to come by TLS only; off unless an operator has asked for it.
    pub sts: Option<Sts>,
    /// Who runs it and where, a line each: two of place, then how to reach somebody; empty: 423.
    pub admin: Vec<String>,
    /// A picture for the network, an `https` URL in which `{size}` may stand for pixels.
    pub icon: Option<String>,
}

/// Modes without a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelModes(pub(crate) u16);

impl ChannelModes {
    /// All there are.
    pub const ALL: Self = Self((1 << Flag::ALL.len()) - 1);

    /// Reads their letters, such as `nt`; `None` if one of them is no mode without a parameter.
    pub fn from_letters(letters: &str) -> Option<Self> {
        let mut modes = Self(0);
        for letter in letters.chars() {
            modes.0 |= Flag::of_letter(letter)?.bit();
        }
        Some(modes)
    }

    /// Returns their letters, in the order in which clients are shown them.
    pub fn letters(self) -> String {
        let held = Flag::ALL.into_iter();
        let held = held.filter(|flag| self.0 & flag.bit() != 0);
        held.map(Flag::letter).collect()
    }
}

impl Default for ChannelModes {
    /// Only members speak, and operators set the topic.
    fn default() -> Self {
        Self(Flag::NoOutside.bit() | Flag::TopicLocked.bit())
    }
}

/// The policy of IRCv3 Strict Transport Security.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sts {
    /// Where TLS is accepted.
    pub port: u16,
    /// For how long clients hold on to it after each visit, seconds; 0 ends it.
    pub duration_s: u64,
}

/// How nicks and channel names are compared.
#[derive(Debug, Clone, Copy, Default)]
pub enum CaseMapping {
    /// Only A–Z equal a–z; nicks are ASCII.
    #[default]
    Ascii,
    /// PRECIS UsernameCaseMapped (RFC 8265); the function returns `None` for what it refuses.
    /// It is pure: the same everywhere for the same text.
    Precis(fn(&str) -> Option<String>),
}
