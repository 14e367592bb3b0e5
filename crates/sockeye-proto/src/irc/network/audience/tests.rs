//! Kept audiences are what collecting the sessions now gives.

use std::collections::BTreeSet;
use std::string::String;
use std::vec;
use std::vec::Vec;

use super::*;
use crate::irc::caps::Caps;
use crate::irc::id::ChannelId;
use crate::irc::input::{Candidate, Link};
use crate::irc::network::channel::Channel;
use crate::irc::network::rank::Rank;
use crate::irc::network::roll::tests::client;
use crate::irc::network::{Client, Network};
use crate::irc::settings::Settings;

const CHANNEL: ChannelId = ChannelId(1);

fn session(slot: u32, client: ClientId, caps: Caps) -> Session {
    let candidate = Candidate {
        session: SessionId::new(slot, 1),
        nick: String::new(),
        user: String::new(),
        host: String::new(),
        realname: String::new(),
        caps,
        account: None,
        away: None,
        metadata: None,
        link: Link::default(),
    };
    Session::of(&candidate, client)
}

/// A network with clients, each with one session, and an empty channel.
fn network(clients: u32) -> Network {
    let mut network = Network::new(Settings::default());
    let channel = Channel::new(CHANNEL, "#c".into(), 0);
    network.channels.insert("#c".into(), channel);
    for slot in 0..clients {
        network.clients.insert(Client {
            channels: vec![CHANNEL],
            ..client(slot)
        });
        let client = ClientId::new(slot, 1);
        network.attach(session(2 * slot, client, Caps::NONE));
    }
    network
}

fn join(network: &mut Network, slot: u32) {
    let client = network.clients.find(ClientId::new(slot, 1)).unwrap();
    let channel = network.channels.find_mut(CHANNEL).unwrap();
    channel.add_member(client, Rank::default());
}

fn lists(network: &mut Network) -> Vec<(Encoding, Arc<[SessionId]>)> {
    let channel = network.channels.find_mut(CHANNEL).unwrap();
    let audiences = channel.audiences(&network.clients, &network.sessions);
    audiences.flatten().cloned().collect()
}

#[test]
fn who_joins_leaves_the_lists_of_the_others_as_they_are() {
    let mut network = network(1_000);
    (0..999).for_each(|slot| join(&mut network, slot));
    let before = lists(&mut network);
    join(&mut network, 999);
    let after = lists(&mut network);
    let pairs = before.iter().zip(&after);
    let same = pairs.filter(|((_, before), (_, after))| Arc::ptr_eq(before, after));
    assert_eq!((before.len(), after.len(), same.count()), (8, 8, 7));
}

#[test]
fn kept_lists_are_those_that_would_be_made_now() {
    const CLIENTS: u32 = 300;
    let mut network = network(CLIENTS);
    let mut random = 1_u64;
    let mut below = |limit: u32| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (random >> 33) as u32 % limit
    };
    for step in 0..6_000 {
        let slot = below(CLIENTS);
        let id = ClientId::new(slot, 1);
        let second = SessionId::new(2 * slot + 1, 1);
        match below(8) {
            0..3 => join(&mut network, slot),
            3..5 => {
                let channel = network.channels.find_mut(CHANNEL).unwrap();
                channel.remove_member(id);
            }
            5 if network.sessions.find(second).is_some() => network.detach(second),
            5 => network.attach(session(2 * slot + 1, id, Caps::SERVER_TIME)),
            6 => {
                let first = network.sessions.find_mut(SessionId::new(2 * slot, 1));
                first.unwrap().caps = [Caps::NONE, Caps::MESSAGE_TAGS][below(2) as usize];
                network.regroup(id);
            }
            _ => _ = lists(&mut network),
        }
        if step % 100 == 0 {
            let kept: Vec<_> = lists(&mut network)
                .iter()
                .flat_map(|(encoding, list)| list.iter().map(|&id| (*encoding, id)))
                .collect();
            let members = network.channels.find(CHANNEL).unwrap().members.keys();
            let now: BTreeSet<_> = members
                .flat_map(|&member| network.sessions_of(member))
                .map(|session| (session.caps.encoding(), session.id))
                .collect();
            assert_eq!(kept.len(), now.len(), "each once");
            assert_eq!(kept.into_iter().collect::<BTreeSet<_>>(), now);
        }
    }
}
