//! Every kind of change, in one place.

use super::{Effects, Intent, Network, Refusal};
use crate::irc::command::{
    audit::AskAudit,
    away::SetAway,
    ban::ChangeBans,
    capabilities::SetCaps,
    errand::{Answered, Errand},
    host::ChangeHost,
    invite::Invite,
    join::Join,
    kick::Kick,
    login::LogIn,
    markread::MarkRead,
    message::Speech,
    metadata::{ChangeKeys, Subscribe},
    mode::ChangeModes,
    monitor::ChangeMonitors,
    nick::ChangeNick,
    operator::{Kill, Rehash, Wallops},
    part::Part,
    playback::Play,
    quit::Leave,
    redact::Redact,
    rename::Rename,
    services::chanserv::{ChangeRegistry, ClearMember, Offer, SetRank},
    services::nickserv::FreeNick,
    setname::SetName,
    stay::{Expire, Prefer, Retire},
    topic::SetTopic,
    user_mode::ChangeUserModes,
};
use crate::irc::event::Stamp;
use crate::irc::id::Number;

/// An intent of any kind.
#[derive(Debug)]
pub(crate) enum Event {
    Answered(Answered),
    Audit(AskAudit),
    Away(SetAway),
    Bans(ChangeBans),
    Caps(SetCaps),
    ClearMember(ClearMember),
    Errand(Errand),
    Expire(Expire),
    FreeNick(FreeNick),
    Host(ChangeHost),
    Invite(Invite),
    Join(Join),
    Keys(ChangeKeys),
    Kick(Kick),
    Kill(Kill),
    Leave(Leave),
    LogIn(LogIn),
    MarkRead(MarkRead),
    Message(Speech),
    Mode(ChangeModes),
    Monitor(ChangeMonitors),
    Nick(ChangeNick),
    Offer(Offer),
    Part(Part),
    Play(Play),
    Prefer(Prefer),
    Redact(Redact),
    Registry(ChangeRegistry),
    Rehash(Rehash),
    Rename(Rename),
    Retire(Retire),
    SetName(SetName),
    SetRank(SetRank),
    Subscribe(Subscribe),
    Topic(SetTopic),
    UserMode(ChangeUserModes),
    Wallops(Wallops),
}

/// Calls the same for an event of any kind.
macro_rules! each {
    ($event:expr, $intent:ident => $call:expr) => {
        match $event {
            Event::Answered($intent) => $call,
            Event::Audit($intent) => $call,
            Event::Away($intent) => $call,
            Event::Bans($intent) => $call,
            Event::Caps($intent) => $call,
            Event::ClearMember($intent) => $call,
            Event::Errand($intent) => $call,
            Event::Expire($intent) => $call,
            Event::FreeNick($intent) => $call,
            Event::Host($intent) => $call,
            Event::Invite($intent) => $call,
            Event::Join($intent) => $call,
            Event::Keys($intent) => $call,
            Event::Kick($intent) => $call,
            Event::Kill($intent) => $call,
            Event::Leave($intent) => $call,
            Event::LogIn($intent) => $call,
            Event::MarkRead($intent) => $call,
            Event::Message($intent) => $call,
            Event::Mode($intent) => $call,
            Event::Monitor($intent) => $call,
            Event::Nick($intent) => $call,
            Event::Offer($intent) => $call,
            Event::Part($intent) => $call,
            Event::Play($intent) => $call,
            Event::Prefer($intent) => $call,
            Event::Redact($intent) => $call,
            Event::Registry($intent) => $call,
            Event::Rehash($intent) => $call,
            Event::Rename($intent) => $call,
            Event::Retire($intent) => $call,
            Event::SetName($intent) => $call,
            Event::SetRank($intent) => $call,
            Event::Subscribe($intent) => $call,
            Event::Topic($intent) => $call,
            Event::UserMode($intent) => $call,
            Event::Wallops($intent) => $call,
        }
    };
}

impl Event {
    /// Refuses what is plainly wrong now: a dry run of `plan`.
    ///
    /// # Errors
    /// The lines for its sender.
    pub(crate) fn check(&self, network: &Network) -> Result<(), Refusal> {
        each!(self, intent => intent.plan(network).map(drop))
    }

    /// Carries it out, now that its turn has come.
    ///
    /// # Errors
    /// The lines for its sender when it may not happen any more.
    pub(crate) fn apply(
        self,
        stamp: &Stamp,
        network: &mut Network,
        effects: &mut Effects<'_>,
    ) -> Result<(), Refusal> {
        each!(self, intent => network.apply(intent, stamp, effects))
    }

    /// Returns whether later lines of the same client must wait for it, because what they mean
    /// depends on it. A message changes nothing that they could depend on.
    pub(crate) fn changes_state(&self) -> bool {
        !matches!(self, Self::Message(_))
    }

    /// Returns the message that nobody may read any more once it is carried out.
    pub(crate) fn takes_back(&self) -> Option<Number> {
        match self {
            Self::Redact(redact) => Some(redact.number),
            _ => None,
        }
    }
}
