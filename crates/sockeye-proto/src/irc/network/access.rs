//! Who may do what on a channel: the one step that commands ask before they act.
//!
//! The refusals name the channel as its members know it; a name that nobody has is named as the
//! client wrote it.

use super::channel::Channel;
use super::rank::{Prefix, Rank};
use super::{Network, Refusal};
use crate::irc::id::{ChannelId, ClientId};
use crate::irc::numeric::{ERR_CHANOPRIVSNEEDED, ERR_NOSUCHCHANNEL, ERR_NOTONCHANNEL};

impl Network {
    /// Returns a channel and the rank that `who` has on it; `name` is what the client called it.
    ///
    /// # Errors
    /// 403 if it has ended, 442 if `who` is not on it.
    pub(crate) fn as_member(
        &self,
        who: ClientId,
        channel: ChannelId,
        name: &str,
    ) -> Result<(&Channel, Rank), Refusal> {
        let Some(channel) = self.channels.find(channel) else {
            return Err(self.refusal(who, ERR_NOSUCHCHANNEL, [name]));
        };
        match channel.rank(who) {
            Some(rank) => Ok((channel, rank)),
            None => Err(self.refusal(who, ERR_NOTONCHANNEL, [&channel.name])),
        }
    }

    /// Returns a channel and the rank that `who` has on it, if that is high enough.
    ///
    /// # Errors
    /// Those of [`Network::as_member`], and 482 if the rank is lower than `least`.
    pub(crate) fn as_ranked(
        &self,
        who: ClientId,
        channel: ChannelId,
        name: &str,
        least: Prefix,
    ) -> Result<(&Channel, Rank), Refusal> {
        let (channel, rank) = self.as_member(who, channel, name)?;
        match rank.is_at_least(least) {
            true => Ok((channel, rank)),
            false => Err(self.refusal(who, ERR_CHANOPRIVSNEEDED, [&channel.name])),
        }
    }

    /// Returns a channel that `who` may look at: its topic, its modes, its lists.
    ///
    /// # Errors
    /// 403 if there is none of this name, 442 if it is secret and `who` is not on it.
    pub(crate) fn as_viewer(&self, who: ClientId, name: &str) -> Result<&Channel, Refusal> {
        match self.channel_by_name(name) {
            None => Err(self.refusal(who, ERR_NOSUCHCHANNEL, [name])),
            Some(channel) if !channel.is_visible_to(who) => {
                Err(self.refusal(who, ERR_NOTONCHANNEL, [name]))
            }
            Some(channel) => Ok(channel),
        }
    }
}
