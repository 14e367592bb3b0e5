//! NickServ's `SET` and `GET` of what an account wants: `ALWAYS-ON` and `MULTICLIENT`.

use alloc::format;
use alloc::string::String;

use super::super::Request;
use super::super::stay::Prefer;
use super::nickserv::{NICK, say_now};
use crate::irc::event::Preferences;
use crate::irc::id::{AccountId, SessionId};
use crate::irc::network::{Effects, Event, Network};
use crate::irc::settings::AlwaysOn;

/// `SET what true|false|default`; returns whether there is such a thing.
pub(super) fn set(request: &mut Request<'_>, what: &str, value: &str) -> bool {
    let what = what.to_ascii_uppercase();
    if !matches!(what.as_str(), ALWAYS_ON | MULTICLIENT) {
        return false;
    }
    let Some(account) = request.client.account.as_ref().map(|account| account.id) else {
        say_now(request, "You are not logged in.");
        return true;
    };
    let wanted = match value.to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" => Some(true),
        "false" | "off" | "no" => Some(false),
        "default" => None,
        _ => {
            say_now(request, "That is true, false or default.");
            return true;
        }
    };
    let before = request.network.stays.preferences(account);
    let wanted = match what.as_str() {
        ALWAYS_ON => Preferences {
            always_on: wanted,
            ..before
        },
        _ => Preferences {
            multiclient: wanted,
            ..before
        },
    };
    let session = request.session.id;
    request.act(Event::Prefer(Prefer {
        session,
        account,
        wanted,
    }));
    true
}

/// `GET`: all that is known.
pub(super) fn show(request: &mut Request<'_>) {
    let Some(account) = request.client.account.as_ref().map(|account| account.id) else {
        return say_now(request, "You are not logged in.");
    };
    for line in words(account, request.network) {
        say_now(request, &line);
    }
}

impl Network {
    /// Tells a session what its account wants and what comes of it.
    pub(crate) fn say_presence(
        &self,
        session: SessionId,
        account: AccountId,
        effects: &mut Effects<'_>,
    ) {
        let mut lines = String::new();
        if let Some(client) = self.client_of(session) {
            for line in words(account, self) {
                super::say(NICK, client.id, self, &mut lines, &line);
            }
        }
        effects.say(session, lines);
    }
}

fn words(account: AccountId, network: &Network) -> [String; 2] {
    let wanted = network.stays.preferences(account);
    let text = |wanted: Option<bool>| match wanted {
        Some(true) => "true",
        Some(false) => "false",
        None => "default",
    };
    let stays = network.stays.holder(account).is_some();
    let why = match (network.wants_to_stay(account), stays) {
        (true, true) => "you stay when your last connection goes",
        (true, false) => "but there is no room for one more client that stays",
        (false, _) if network.settings.presence.always_on == AlwaysOn::Disabled => {
            "clients do not stay here"
        }
        (false, _) => "you leave with your last connection",
    };
    let shares = match network.shares_nicks(account) {
        true => "your connections may share a nick",
        false => "each of your connections needs a nick",
    };
    [
        format!("{ALWAYS_ON} is {}: {why}.", text(wanted.always_on)),
        format!("{MULTICLIENT} is {}: {shares}.", text(wanted.multiclient)),
    ]
}

const ALWAYS_ON: &str = "ALWAYS-ON";
const MULTICLIENT: &str = "MULTICLIENT";
