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
    /// Whether stored messages can be searched for words (`soju.im/search`).
    pub search: bool,
    /// How long after it was said a message can be taken back by who said it, seconds; operators
    /// of its channel always can.
    pub redaction_window_s: u32,
    /// How many stored messages a client without `draft/chathistory` gets on JOIN, and how many
    /// direct ones that came while it had no connection; 0: none.
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
    /// Most channels that are registered to one account.
    pub registered_channels_max: u32,
    /// Whether clients are told to come by TLS only; off unless an operator has asked for it.
    pub sts: Option<Sts>,
    /// Who runs it and where, a line each: two of place, then how to reach somebody; empty: 423.
    pub admin: Vec<String>,
    /// A picture for the network, an `https` URL in which `{size}` may stand for pixels.
    pub icon: Option<String>,
    /// Whether operators of a channel may relay in the names of others there; operators of the hub
    /// may (`draft/relaymsg`).
    pub channel_relays: bool,
    /// The client-only tags that are not relayed.
    pub tags_denied: TagsDenied,
    /// Whether connections share nicks, and whether clients stay without any.
    pub presence: Presence,
}

/// How clients and their connections belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Whether connections of an account may share a nick, unless it has said what it wants.
    pub multiclient: bool,
    /// Most connections of one account that share nicks.
    pub devices_max: usize,
    /// Whether the client of an account stays when its last connection goes.
    pub always_on: AlwaysOn,
    /// Most clients that stay.
    pub always_on_max: usize,
    /// After how long without a connection they leave all the same, days; 0: never.
    pub always_on_days: u32,
    /// Why a client is away that has no connection, or none with somebody in front of it.
    pub away_text: String,
}

impl Default for Presence {
    fn default() -> Self {
        Self {
            multiclient: true,
            devices_max: 8,
            always_on: AlwaysOn::OptIn,
            always_on_max: 1_000,
            always_on_days: 0,
            away_text: "Not here right now".into(),
        }
    }
}

/// Whose clients stay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AlwaysOn {
    /// Those of accounts that want it.
    #[default]
    OptIn,
    /// Those of accounts that have not said no.
    OptOut,
    /// Those of all accounts.
    Mandatory,
    /// Nobody's.
    Disabled,
}

impl AlwaysOn {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::OptIn, Self::OptOut, Self::Mandatory, Self::Disabled];

    /// Returns its name in the hub's file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OptIn => "opt-in",
            Self::OptOut => "opt-out",
            Self::Mandatory => "mandatory",
            Self::Disabled => "disabled",
        }
    }

    /// Returns the one of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
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

/// Client-only tags that are not relayed (IRCv3 message-tags, `CLIENTTAGDENY`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagsDenied(Vec<String>);

impl TagsDenied {
    /// Reads the entries of the token: names without their `+`, or `*` as the first for all of them,
    /// and then names behind a `-` that are relayed all the same.
    ///
    /// # Errors
    /// The first entry that is none.
    pub fn from_entries<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, &'a str> {
        let mut denied: Vec<String> = Vec::new();
        for entry in entries {
            let all = denied.first().is_some_and(|first| first == ALL_TAGS);
            let name = entry.strip_prefix('-').filter(|_| all).unwrap_or(entry);
            let is_all = entry == ALL_TAGS && denied.is_empty();
            if denied.len() == TAGS_DENIED_MAX || !(is_all || is_tag_name(name)) {
                return Err(entry);
            }
            denied.push(entry.into());
        }
        Ok(Self(denied))
    }

    /// Returns the entries.
    pub fn entries(&self) -> &[String] {
        &self.0
    }

    /// Tells whether a tag, its `+` included, is not relayed.
    pub(crate) fn denies(&self, tag: &str) -> bool {
        let name = tag.strip_prefix('+').unwrap_or(tag);
        match self.0.split_first() {
            Some((first, excepted)) if first == ALL_TAGS => !excepted
                .iter()
                .any(|entry| entry.strip_prefix('-') == Some(name)),
            _ => self.0.iter().any(|entry| entry == name),
        }
    }
}

/// Tells whether a text may be a tag's name in a token, whose list has commas (IRCv3 message-tags).
fn is_tag_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/');
    (1..=TAG_NAME_BYTES_MAX).contains(&name.len())
        && name.chars().all(allowed)
        && !name.starts_with('-')
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

/// Stands for all client-only tags.
const ALL_TAGS: &str = "*";

/// Longest name of a denied tag, bytes, and most of them: the token has to fit on a line.
const TAG_NAME_BYTES_MAX: usize = 40;
const TAGS_DENIED_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::TagsDenied;

    #[test]
    fn a_tag_is_denied_by_name_or_as_one_of_all_but_some() {
        let denies = |entries: &[&str], tag: &str| {
            let denied = TagsDenied::from_entries(entries.iter().copied()).unwrap();
            denied.denies(tag)
        };
        assert!(!denies(&[], "+typing"));
        assert!(denies(&["typing", "example/bar"], "+example/bar"));
        assert!(!denies(&["typing"], "+Typing"), "names have a case");
        assert!(denies(&["*"], "+typing"));
        assert!(denies(&["*", "-typing"], "+draft/react"));
        assert!(!denies(&["*", "-typing"], "+typing"));
    }

    #[test]
    fn what_is_no_entry_is_named() {
        let wrong = |entries: &[&'static str]| {
            TagsDenied::from_entries(entries.iter().copied()).unwrap_err()
        };
        assert_eq!(wrong(&["typing", "*"]), "*");
        assert_eq!(wrong(&["-typing"]), "-typing");
        for name in ["", "+typing", "a,b", "a b", "*,-a", "ä", "--a"] {
            assert_eq!(wrong(&["*", name]), name);
        }
        assert_eq!(wrong(&["a"; 9]), "a");
    }
}
