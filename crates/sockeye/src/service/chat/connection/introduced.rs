//! Whom a gateway comes for: from then on the client is that one, for all limits, bans and cloaks.

use sockeye_proto::irc::registration::Introduction;

use super::Connection;
use super::flood::Flood;
use crate::io::ConnectionInfo;
use crate::service::chat::gateway::info_of;
use crate::service::chat::{ClientRules, address_text, bans, words};

impl Connection<'_> {
    /// Goes on for whom a gateway comes, if it is one that is believed.
    pub(super) fn introduce(&mut self, introduction: &Introduction) {
        let (rules, info) = (self.shared.current().rules, self.session.info());
        let (who, named) = (info.who(), &introduction.gateway);
        let known = rules.gateways.iter().find(|at| at.is(introduction, info));
        let Some(known) = known else {
            tracing::warn!("refused {who}: it is not the gateway {named:?}");
            return self.leave("Invalid WebIRC password");
        };
        let address = introduction.address;
        tracing::info!(target: "step", "gateway {} at {who} comes for {address}", known.name);
        let by = info.peer.map(|peer| peer.ip().to_canonical());
        let by = by.map_or_else(|| "*".to_owned(), address_text);
        self.gateway = Some(Box::new((known.name.clone(), by)));
        if let Err(refusal) = self.session.introduce(info_of(introduction, info)) {
            return self.leave(words(refusal));
        }
        let info = self.session.info();
        let (host, flood) = treatment(&rules, info);
        self.flood = flood;
        self.registration.introduced(host, super::link(info));
        if let Some(ban) = self.shared.ban_of(&self.suspect()) {
            self.refuse(&bans::told(&ban, &self.server(), "*"), &ban.reason);
        }
    }
}

/// Returns the host with which a client is shown, and its flood control, where it has one.
pub(super) fn treatment(
    rules: &ClientRules,
    info: &ConnectionInfo,
) -> (String, Option<Box<Flood>>) {
    let peer = info.peer.map(|peer| peer.ip().to_canonical());
    let is_exempt = rules.exempts(peer.unwrap_or(info.source()));
    let flood = (!is_exempt).then(|| Box::new(Flood::new()));
    (rules.host(peer), flood)
}
