//! Kept names are what writing them now gives.

use alloc::format;
use alloc::string::{String, ToString as _};

use super::*;
use crate::irc::id::ChannelId;
use crate::irc::metadata::{Keys, Pace};
use crate::irc::network::Typing;
use crate::irc::network::client::UserModes;
use crate::irc::network::rank::Prefix;

/// Returns a client that is nowhere yet.
pub(crate) fn client(slot: u32) -> Client {
    let nick = format!("nick{slot}");
    Client {
        id: ClientId::new(slot, 1),
        source: format!("{nick}!user@host"),
        folded: nick.clone(),
        nick,
        user: "user".into(),
        host: "host".into(),
        realname: String::new(),
        account: None,
        away: None,
        modes: UserModes::default(),
        channels: Vec::new(),
        invites: Vec::new(),
        sessions: Default::default(),
        away_left: None,
        seen_ms: 0,
        signed_on_ms: 0,
        last_spoke_ms: 0,
        keys: Keys::default(),
        keys_pace: Pace::default(),
        typing: Typing::default(),
        mark: 0,
    }
}

/// Returns the kept names, one each, and checks that no line is too long.
fn kept(channel: &Channel, style: Style, clients: &Clients) -> Vec<String> {
    let mut names = Vec::new();
    for lines in channel.names(style, clients) {
        for line in lines.iter() {
            assert!(line.len() <= LINE_NAMES_BYTES_MAX);
            names.extend(line.split(' ').map(String::from));
        }
    }
    names
}

#[test]
fn kept_names_are_those_that_would_be_written_now() {
    let mut clients = Clients::default();
    for slot in 0..SLOTS {
        clients.insert(client(slot));
    }
    let mut channel = Channel::new(ChannelId(1), "#c".into(), 0);
    let mut random = 1_u64;
    let mut below = |limit: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (random >> 33) % limit
    };
    for step in 0..6_000 {
        let id = ClientId::new(below(SLOTS.into()) as u32, 1);
        let client = clients.find(id).unwrap();
        match below(10) {
            0..6 if channel.rank(id).is_none() => channel.add_member(client, Rank::default()),
            0..3 => {}
            3..6 => channel.remove_member(id),
            6..8 => {
                let prefix = Prefix::ALL[below(5) as usize];
                channel.set_rank(id, prefix, below(2) == 0);
            }
            8 => {
                let nick = format!("{}-{step}", &client.nick[..5]);
                clients.rename(id, nick.clone(), nick);
                channel.roll.rewrite(id);
            }
            _ => channel.write_names(Style::ALL[below(4) as usize], &clients),
        }
    }
    let held: usize = channel
        .roll
        .pieces
        .iter()
        .map(|piece| piece.members.len())
        .sum();
    assert_eq!(held, channel.members.len());
    for style in Style::ALL {
        let expected: Vec<String> = channel
            .roll
            .members()
            .map(|id| {
                let (client, rank) = (clients.find(id).unwrap(), channel.rank(id).unwrap());
                let name = if style.userhost {
                    &client.source
                } else {
                    &client.nick
                };
                [rank.prefixes(style.all_prefixes), name].concat()
            })
            .collect();
        assert_eq!(kept(&channel, style, &clients), expected);
    }
}

#[test]
fn a_piece_that_became_small_is_joined_to_the_next() {
    let mut clients = Clients::default();
    let mut channel = Channel::new(ChannelId(1), "#c".into(), 0);
    for slot in 0..400 {
        clients.insert(client(slot));
        channel.add_member(
            clients.find(ClientId::new(slot, 1)).unwrap(),
            Rank::default(),
        );
    }
    assert_eq!(channel.roll.pieces.len(), 4);
    for slot in (0..400).filter(|slot| slot % 8 != 0) {
        channel.remove_member(ClientId::new(slot, 1));
    }
    assert!(
        channel.roll.pieces.len() <= 2,
        "{}",
        channel.roll.pieces.len()
    );
    let names = kept(&channel, Style::ALL[0], &clients);
    assert_eq!(
        names.first().map(|name| name.to_string()).as_deref(),
        Some("nick0")
    );
    assert_eq!(names.len(), 50);
}

const SLOTS: u32 = 600;
