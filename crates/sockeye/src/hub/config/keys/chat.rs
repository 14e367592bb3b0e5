//! The keys of `[chat]`.

use super::{Count, Effect, Key, Slot};
use crate::hub::config::Chat;

pub(in crate::hub::config) const CHAT: &[Key<Chat>] = &[
    Key {
        name: "network",
        doc: "The network's name, as clients show it",
        effect: Effect::Reload,
        slot: Slot::Line(|chat| &mut chat.network),
    },
    Key {
        name: "motd",
        doc: "Message of the day",
        effect: Effect::Reload,
        slot: Slot::Text(|chat| &mut chat.motd),
    },
    Key {
        name: "history",
        doc: "Whether messages are kept: of channels, and of accounts with others",
        effect: Effect::Reload,
        slot: Slot::Flag(|chat| &mut chat.history),
    },
    Key {
        name: "history_events",
        doc: "Whether joins, parts, quits, kicks and new nicks are kept with them",
        effect: Effect::Reload,
        slot: Slot::Flag(|chat| &mut chat.history_events),
    },
    Key {
        name: "search",
        doc: "Whether messages that are kept can be searched for words, which makes the database \
              about two fifths larger",
        effect: Effect::Reload,
        slot: Slot::Flag(|chat| &mut chat.search),
    },
    Key {
        name: "history_days",
        doc: "Days after which messages are deleted; 0: never",
        effect: Effect::Reload,
        slot: Slot::Count(0..=36_500, Count::Set(|chat| &mut chat.history_days)),
    },
    Key {
        name: "history_channel_messages",
        doc: "Messages that are kept of a channel; 0: all",
        effect: Effect::Reload,
        slot: Slot::Count(
            0..=1_000_000_000,
            Count::Set(|chat| &mut chat.history_channel_messages),
        ),
    },
    Key {
        name: "history_direct_messages",
        doc: "Direct messages that an account keeps with each other side; 0: all",
        effect: Effect::Reload,
        slot: Slot::Count(
            0..=1_000_000_000,
            Count::Set(|chat| &mut chat.history_direct_messages),
        ),
    },
    Key {
        name: "redaction_window_s",
        doc: "For how long who said something can take it back, seconds; channel operators always can",
        effect: Effect::Reload,
        slot: Slot::Count(
            0..=31_536_000,
            Count::Set(|chat| &mut chat.redaction_window_s),
        ),
    },
    Key {
        name: "replay_on_join",
        doc: "Kept messages that a client which cannot ask for history gets on JOIN, and of direct ones that came while it was away; 0: none",
        effect: Effect::Reload,
        slot: Slot::Count(0..=1_000, Count::Set(|chat| &mut chat.replay_on_join)),
    },
    Key {
        name: "channel_modes",
        doc: "Modes of a new channel, of those without a parameter",
        effect: Effect::Reload,
        slot: Slot::ChannelModes(|chat| &mut chat.channel_modes),
    },
    Key {
        name: "client_tags_denied",
        doc: "Client-only tags that are not relayed, without their +; or \"*\" for all, and then \
              those that are all the same, behind a -",
        effect: Effect::Reload,
        slot: Slot::Tags(|chat| &mut chat.client_tags_denied),
    },
    Key {
        name: "channel_relays",
        doc: "Whether operators of a channel may relay there what others have said elsewhere, as \
              bridges do; operators of the hub may",
        effect: Effect::Reload,
        slot: Slot::Flag(|chat| &mut chat.channel_relays),
    },
    Key {
        name: "register",
        doc: "Whether people may make accounts themselves, which may chat and nothing else",
        effect: Effect::Reload,
        slot: Slot::Flag(|chat| &mut chat.register),
    },
    Key {
        name: "reserve_nicks",
        doc: "Whether the name of an account is a nick that only its owner may have",
        effect: Effect::Reload,
        slot: Slot::Flag(|chat| &mut chat.reserve_nicks),
    },
    Key {
        name: "channels_per_account",
        doc: "Channels that an account may register with ChanServ",
        effect: Effect::Reload,
        slot: Slot::Count(
            0..=100_000,
            Count::Set(|chat| &mut chat.channels_per_account),
        ),
    },
    Key {
        name: "multiclient",
        doc: "Whether connections of an account may share a nick, unless it wants it otherwise",
        effect: Effect::Reload,
        slot: Slot::Flag(|chat| &mut chat.multiclient),
    },
    Key {
        name: "devices_per_account",
        doc: "Connections of an account that may share nicks",
        effect: Effect::Reload,
        slot: Slot::Count(1..=1_000, Count::Set(|chat| &mut chat.devices_per_account)),
    },
    Key {
        name: "always_on",
        doc: "Whose clients stay on their channels when the last connection goes: of accounts that \
              ask for it, of those that do not say no, of all, or of none",
        effect: Effect::Reload,
        slot: Slot::AlwaysOn(|chat| &mut chat.always_on),
    },
    Key {
        name: "always_on_clients",
        doc: "Clients that stay so at once",
        effect: Effect::Reload,
        slot: Slot::Count(0..=100_000, Count::Set(|chat| &mut chat.always_on_clients)),
    },
    Key {
        name: "always_on_days",
        doc: "Days without a connection after which they leave all the same; 0: never",
        effect: Effect::Reload,
        slot: Slot::Count(0..=36_500, Count::Set(|chat| &mut chat.always_on_days)),
    },
    Key {
        name: "away_text",
        doc: "Why somebody is away who has no connection, or none with a person in front of it",
        effect: Effect::Reload,
        slot: Slot::Line(|chat| &mut chat.away_text),
    },
    Key {
        name: "sts_port",
        doc: "Port of a TLS listener that clients are told to use from then on; 0: they are not",
        effect: Effect::Reload,
        slot: Slot::Count(0..=65_535, Count::Set(|chat| &mut chat.sts_port)),
    },
    Key {
        name: "sts_duration_s",
        doc: "For how long they hold on to it after each visit, seconds; 0 ends it",
        effect: Effect::Reload,
        slot: Slot::Count(0..=63_072_000, Count::Set(|chat| &mut chat.sts_duration_s)),
    },
    Key {
        name: "admin",
        doc: "Who runs the network: two lines of place, a third with how to reach somebody",
        effect: Effect::Reload,
        slot: Slot::Text(|chat| &mut chat.admin),
    },
    Key {
        name: "icon",
        doc: "A picture for the network: an https URL, in which {size} may stand for pixels",
        effect: Effect::Reload,
        slot: Slot::Text(|chat| &mut chat.icon),
    },
    Key {
        name: "casemapping",
        doc: "How nicks and channel names are compared; fixed at the first start on a directory",
        effect: Effect::Restart,
        slot: Slot::CaseMapping(|chat| &mut chat.casemapping),
    },
    Key {
        name: "require_sasl",
        doc: "Networks from which one has to log in (SASL) to come, such as those of anonymisers",
        effect: Effect::Reload,
        slot: Slot::Networks(|chat| &mut chat.require_sasl),
    },
    Key {
        name: "hosts",
        doc: "What others see of where a client comes from: its address, or a cloak of it that \
              tells nothing but who shares a network",
        effect: Effect::Reload,
        slot: Slot::Hosts(|chat| &mut chat.hosts),
    },
    Key {
        name: "pending_per_source",
        doc: "Connections of one address (IPv6: one /64) that have not registered yet",
        effect: Effect::Reload,
        slot: Slot::Count(
            1..=1_000_000,
            Count::Set(|chat| &mut chat.pending_per_source),
        ),
    },
    Key {
        name: "registered_per_source",
        doc: "Registered connections of one address (IPv6: one /64)",
        effect: Effect::Reload,
        slot: Slot::Count(
            1..=1_000_000,
            Count::Set(|chat| &mut chat.registered_per_source),
        ),
    },
];
