//! SUB, UNSUB and SYNC: which keys a connection is told, and being told all of them.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use crate::irc::command::Request;
use crate::irc::event::{Stamp, Target};
use crate::irc::id::SessionId;
use crate::irc::metadata::words::{Fault, Words};
use crate::irc::metadata::{Dialect, SYNCS};
use crate::irc::network::metadata::Scope;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal};
use crate::irc::numeric::Severity;

/// Changing what a connection is told, or being told it.
#[derive(Debug)]
pub(crate) struct Subscribe {
    session: SessionId,
    what: What,
}

#[derive(Debug)]
enum What {
    Sub(Vec<String>),
    Unsub(Vec<String>),
    Sync {
        /// The target as the client wrote it.
        shown: String,
        /// `None`: all that there are.
        of: Option<Target>,
    },
}

pub(super) fn subscribe(request: &mut Request<'_>, keys: &[String]) {
    act(request, What::Sub(keys.into()));
}

pub(super) fn unsubscribe(request: &mut Request<'_>, keys: &[String]) {
    act(request, What::Unsub(keys.into()));
}

pub(super) fn sync(request: &mut Request<'_>, shown: &str, of: Option<Target>) {
    let wait_s = request.session.syncs_pace.wait_s(request.now_ms, &SYNCS);
    match (wait_s, request.network.words(request.session)) {
        (Some(wait_s), Some(words)) => words.later(shown, wait_s, request.lines()),
        _ => {
            let shown = shown.into();
            act(request, What::Sync { shown, of });
        }
    }
}

fn act(request: &mut Request<'_>, what: What) {
    let session = request.session.id;
    request.act(Event::Subscribe(Subscribe { session, what }));
}

impl Intent for Subscribe {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let lines = effects.replies.lines();
        match self.what {
            What::Sub(keys) => {
                let Some((words, known)) = subscriptions(self.session, network) else {
                    return;
                };
                let new = words.subscribe(&keys, known, lines);
                let session = network.sessions.find(self.session);
                if let Some(session) = session.filter(|_| !new.is_empty()) {
                    network.show_subscribed(session, &new, lines);
                }
            }
            What::Unsub(keys) => {
                if let Some((words, known)) = subscriptions(self.session, network) {
                    words.unsubscribe(&keys, known, lines);
                }
            }
            What::Sync { shown, of } => {
                if let Some(session) = network.sessions.find_mut(self.session) {
                    session.syncs_pace.take(stamp.wall_ms, &SYNCS);
                }
                write_all(self.session, (&shown, of), network, lines);
            }
        }
    }
}

/// Returns who answers a session, and its subscriptions.
fn subscriptions(
    id: SessionId,
    network: &mut Network,
) -> Option<(Words<'_>, &mut BTreeSet<String>)> {
    let session = network.sessions.find_mut(id)?;
    let words = Words {
        dialect: Dialect::of(session.caps)?,
        server: &network.settings.server,
        client: &network.clients.find(session.client)?.nick,
    };
    Some((words, &mut session.subscriptions))
}

/// Answers SYNC. Who is on a channel only those are told who are on it, too.
fn write_all(
    id: SessionId,
    (shown, of): (&str, Option<Target>),
    network: &Network,
    lines: &mut String,
) {
    let session = network.sessions.find(id);
    let words = session.and_then(|session| network.words(session));
    let (Some(session), Some(words)) = (session, words) else {
        return;
    };
    let is_on = |channel| {
        let channel = network.channels.find(channel);
        channel.is_some_and(|channel| channel.rank(session.client).is_some())
    };
    let (name, scope) = match of {
        None => (Some(shown), Scope::All),
        Some(Target::Channel(id)) if is_on(id) => {
            (network.name_of(Target::Channel(id)), Scope::Channel(id))
        }
        Some(of) => (network.name_of(of), Scope::Only(of)),
    };
    match name {
        Some(name) => network.sync(session, (name, scope), &session.subscriptions, words, lines),
        None => words.fault(&Fault::Target(shown), Severity::Fail, lines),
    }
}
