//! `[[gateway]]`: who is believed whom it comes for (IRCv3 WebIRC).

use super::keys::{Effect, Key, Slot};
use crate::endpoint::{Network, Secret};

/// A gateway that is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gateway {
    /// How the log calls it.
    pub name: String,
    /// Its password; `None`: it has to have the certificate.
    pub password: Option<Secret>,
    /// The SHA-256 of its certificate.
    pub fingerprint: Option<[u8; 32]>,
    /// Where it is.
    pub from: Vec<Network>,
}

impl Gateway {
    /// Says why it could not be believed.
    pub(super) fn mistake(&self) -> Option<&'static str> {
        if self.name.is_empty() {
            return Some("this gateway has no `name`");
        }
        if self.password.is_none() && self.fingerprint.is_none() {
            return Some("this gateway has neither `password` nor `fingerprint`");
        }
        let nowhere = "this gateway has no `from`: nobody would be believed";
        self.from.is_empty().then_some(nowhere)
    }
}

pub(super) const GATEWAY: &[Key<Gateway>] = &[
    Key {
        name: "name",
        doc: "How the log calls a gateway that says by WEBIRC whom it comes for",
        effect: Effect::Reload,
        slot: Slot::Line(|gateway| &mut gateway.name),
    },
    Key {
        name: "password",
        doc: "What it says with that; \"@FILE\" and \"env:NAME\" name where it stands",
        effect: Effect::Reload,
        slot: Slot::Secret(|gateway| &mut gateway.password),
    },
    Key {
        name: "fingerprint",
        doc: "The SHA-256 of the certificate that it has to have, on a +tls,client=request listener",
        effect: Effect::Reload,
        slot: Slot::Fingerprint(|gateway| &mut gateway.fingerprint),
    },
    Key {
        name: "from",
        doc: "Networks where it is; nobody else is believed",
        effect: Effect::Reload,
        slot: Slot::Networks(|gateway| &mut gateway.from),
    },
];
