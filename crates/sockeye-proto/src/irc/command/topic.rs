//! TOPIC (Modern IRC, section TOPIC message).

use alloc::string::String;

use super::{Asked, Request, shortened};
use crate::irc::event::Stamp;
use crate::irc::id::{ChannelId, ClientId};
use crate::irc::network::channel::Topic;
use crate::irc::network::modes::Flag;
use crate::irc::network::rank::Prefix;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay, Replies};
use crate::irc::numeric::{ERR_CHANOPRIVSNEEDED, RPL_NOTOPIC, RPL_TOPIC, RPL_TOPICWHOTIME};

/// Setting a topic; an empty text clears it.
#[derive(Debug)]
pub(crate) struct SetTopic {
    pub(crate) by: ClientId,
    pub(crate) channel: ChannelId,
    /// The channel as the client wrote it.
    name: String,
    pub(crate) text: String,
}

pub(super) fn topic(request: &mut Request<'_>) {
    let Some(text) = request.message.param(1) else {
        return request.ask(current);
    };
    let name = request.param(0).unwrap_or_default();
    let Some(channel) = request.channel(name) else {
        return;
    };
    request.act(Event::Topic(SetTopic {
        by: request.client.id,
        channel: channel.id,
        name: name.into(),
        text: shortened(text, TOPIC_BYTES_MAX),
    }));
}

/// Without a text: what the topic is.
fn current(asked: &Asked<'_>, replies: &mut Replies) {
    let name = asked.param(0).unwrap_or_default();
    let client = asked.client.id;
    let channel = match asked.network.as_viewer(client, name) {
        Ok(channel) => channel,
        Err(refusal) => return replies.lines().push_str(&refusal.0),
    };
    if channel.topic.is_none() {
        asked
            .reply(RPL_NOTOPIC, replies)
            .param(&channel.name)
            .text();
    } else {
        show(client, channel.id, asked.network, replies.lines());
    }
}

/// Writes topic, author and time; nothing if there is no topic.
pub(super) fn show(to: ClientId, channel: ChannelId, network: &Network, lines: &mut String) {
    let Some(channel) = network.channels.find(channel) else {
        return;
    };
    if let Some(topic) = &channel.topic {
        network
            .reply(to, RPL_TOPIC, lines)
            .param(&channel.name)
            .trailing(&topic.text);
        let reply = network.reply(to, RPL_TOPICWHOTIME, lines);
        reply
            .params([&*channel.name, &topic.by])
            .number(topic.set_ms / 1_000)
            .end();
    }
}

impl Intent for SetTopic {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let (channel, rank) = network.as_member(self.by, self.channel, &self.name)?;
        match channel.modes.has(Flag::TopicLocked) && !rank.is_at_least(Prefix::Halfop) {
            true => Err(network.refusal(self.by, ERR_CHANOPRIVSNEEDED, [&channel.name])),
            false => Ok(()),
        }
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let (Some(by), Some(channel)) = (
            network.clients.find(self.by),
            network.channels.find_mut(self.channel),
        ) else {
            return;
        };
        channel.set_topic(&self.text, &by.source, stamp.wall_ms);
        let relay = Relay::new(stamp, |line| {
            let line = line
                .source(&by.source)
                .command("TOPIC")
                .param(&channel.name);
            line.trailing(&self.text);
        });
        let relay = relay.by(by);
        effects.echo(&relay, network);
        network.send_to_channel(self.channel, effects.replies.to(), &relay, effects.outputs);
    }
}

impl crate::irc::network::channel::Channel {
    /// Sets the topic; an empty one clears it.
    pub(crate) fn set_topic(&mut self, text: &str, by: &str, set_ms: u64) {
        let topic = Topic {
            text: text.into(),
            by: by.into(),
            set_ms,
        };
        self.topic = Some(topic).filter(|topic| !topic.text.is_empty());
    }
}

/// Longest topic, bytes. Together with the longest source and channel name it fits a line.
pub(crate) const TOPIC_BYTES_MAX: usize = 300;
