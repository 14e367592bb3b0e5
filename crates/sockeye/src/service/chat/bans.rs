//! Bans in chat: who is refused, who has to go, and what operators want of them.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use sockeye_proto::irc::account::{Answer, AnswerError};
use sockeye_proto::irc::ban::BanRequest;
use sockeye_proto::irc::history::time_text;
use sockeye_proto::irc::id::SessionId;
use sockeye_proto::irc::input::{Candidate, Input};
use sockeye_proto::irc::message::Line;
use sockeye_proto::irc::numeric::{ERR_YOUREBANNEDCREEP, Severity, standard_reply};
use sockeye_proto::irc::pipeline::Pipeline;

use super::Shared;
use super::core::Ask;
use super::staying;
use crate::state::{Ban, BanError, Bans, Suspect, wall_ms};

impl Shared {
    /// Returns the ban that keeps somebody out at this moment.
    pub(super) fn ban_of(&self, whom: &Suspect<'_>) -> Option<Ban> {
        self.bans.as_ref()?.find(whom, wall_ms())
    }

    /// Refuses a login to a banned account. Only who has the right secret learns that it is.
    pub(super) fn unless_banned(&self, answer: Answer) -> Result<Answer, AnswerError> {
        let account = match &answer {
            Answer::Account(account) | Answer::Proven { account, .. } => Some(&*account.name),
            _ => None,
        };
        let whom = Suspect {
            account,
            ..Suspect::default()
        };
        match self.ban_of(&whom) {
            Some(_) => Err(AnswerError::Banned),
            None => Ok(answer),
        }
    }

    /// Returns what sends a client away that was banned while it came in.
    pub(super) fn sends_away(&self, candidate: &Candidate) -> Option<Vec<Input>> {
        let ban = self.ban_of(&Suspect {
            address: address(candidate.link.address.as_deref()),
            account: candidate.account.as_ref().map(|account| &*account.name),
            source: Some((&candidate.nick, &candidate.user, &candidate.host)),
        })?;
        Some(away(candidate.session, &ban, &self.current().settings.server).into())
    }

    /// Returns what sends the clients away that a new ban fits.
    pub(super) fn send_away(&self, ban: &Ban, pipeline: &Pipeline) -> Vec<Input> {
        let Some(bans) = &self.bans else {
            return Vec::new();
        };
        let server = &self.current().settings.server;
        let banned = pipeline.clients().filter(|client| {
            let whom = Suspect {
                address: address(client.address),
                account: client.account,
                source: Some((client.nick, client.user, client.host)),
            };
            bans.fits(ban, &whom)
        });
        let away = banned.flat_map(|client| away(client.session, ban, server));
        let staying = staying::residents(pipeline).into_iter();
        let staying = staying.filter(|resident| bans.fits(ban, &resident.suspect()));
        away.chain(staying.map(|resident| resident.retire(&format!("Banned: {}", ban.reason))))
            .collect()
    }
}

/// Writes what a banned client is told.
pub(super) fn told(ban: &Ban, server: &str, nick: &str) -> Bytes {
    let mut lines = String::new();
    let reply = ERR_YOUREBANNEDCREEP.to(&mut lines, server, nick);
    reply.trailing_fmt(format_args!(
        "You are banned from this server: {}",
        ban.reason
    ));
    lines.into()
}

/// Carries out what an operator wants, beside the core, and tells how it went.
pub(super) fn carry_out(shared: &Arc<Shared>, session: SessionId, by: String, request: BanRequest) {
    let shared = Arc::clone(shared);
    let engine = shared.engine.clone();
    engine.spawn(async move {
        let server = shared.current().settings.server.clone();
        let mut lines = String::new();
        match &shared.bans {
            None => say(
                &mut lines,
                &server,
                Severity::Fail,
                ("UNAVAILABLE", "*"),
                "No bans here",
            ),
            Some(bans) => {
                shared
                    .change(bans, &by, &request, &server, &mut lines)
                    .await
            }
        }
        let lines = lines.into();
        // An operator that has gone needs no answer, nor does anybody after the core has stopped.
        let _ = shared
            .asks
            .send(Ask::Inputs(vec![Input::Reply { session, lines }]))
            .await;
    });
}

impl Shared {
    async fn change(
        &self,
        bans: &Bans,
        by: &str,
        request: &BanRequest,
        server: &str,
        lines: &mut String,
    ) {
        let (target, changed) = match request {
            BanRequest::List => return list(bans, server, lines),
            BanRequest::Add {
                target,
                span_s,
                reason,
            } => {
                let span_ms = span_s.map(|span_s| span_s.saturating_mul(1_000));
                let added = bans.add(target, span_ms, reason, by, wall_ms()).await;
                if let Ok(ban) = &added {
                    self.enforce(ban).await;
                }
                (target, added.map(|ban| ("BAN_SET", ban)))
            }
            BanRequest::Remove { target } => {
                let removed = bans.remove(target).await;
                if let Ok(ban) = &removed {
                    let text = format!("{by} has taken back the ban of {}", ban.target);
                    let _ = self.asks.send(Ask::Tell(text)).await;
                }
                (target, removed.map(|ban| ("BAN_REMOVED", ban)))
            }
        };
        match changed {
            Ok((code, ban)) => {
                let target = ban.target.to_string();
                say(lines, server, Severity::Note, (code, &target), &words(&ban));
            }
            Err(error) => {
                let code = match error {
                    BanError::ConfigTarget(_) => "INVALID_TARGET",
                    BanError::ConfigReason => "INVALID_REASON",
                    BanError::Full => "LIMIT_REACHED",
                    BanError::Unknown => "NO_SUCH_BAN",
                    BanError::Store(_) => "NOT_STORED",
                };
                // A parameter must be a word.
                let is_word =
                    !target.is_empty() && !target.contains(' ') && !target.starts_with(':');
                let target = if is_word { target } else { "*" };
                say(
                    lines,
                    server,
                    Severity::Fail,
                    (code, target),
                    &error.to_string(),
                );
            }
        }
    }

    /// Sends away whom a new ban fits, and tells the operators.
    pub(super) async fn enforce(&self, ban: &Ban) {
        let text = format!("{} is banned {}", ban.target, words(ban));
        let _ = self.asks.send(Ask::Tell(text)).await;
        let _ = self.asks.send(Ask::Banned(Box::new(ban.clone()))).await;
    }
}

fn list(bans: &Bans, server: &str, lines: &mut String) {
    let all = bans.list(wall_ms());
    for ban in all.iter().take(SHOWN_MAX) {
        let target = ban.target.to_string();
        say(lines, server, Severity::Note, ("BAN", &target), &words(ban));
    }
    let mut end = format!("{} bans", all.len());
    if all.len() > SHOWN_MAX {
        let _written = write!(end, ", the first {SHOWN_MAX} are shown");
    }
    say(lines, server, Severity::Note, ("BANS_END", "*"), &end);
}

/// Says by whom a ban is, for how long and why.
fn words(ban: &Ban) -> String {
    let until = match ban.expires_ms {
        Some(expires_ms) => format!("until {}", time_text(expires_ms)),
        None => "until it is taken back".to_owned(),
    };
    format!("{until}, by {}: {}", ban.by, ban.reason)
}

fn say(lines: &mut String, server: &str, severity: Severity, code: (&str, &str), text: &str) {
    let (code, target) = code;
    let line = Line::new(lines);
    standard_reply(line, severity, server, ("KLINE", code), &[target], text);
}

/// Sends one client away.
fn away(session: SessionId, ban: &Ban, server: &str) -> [Input; 2] {
    // The network puts the nick in the place of the star.
    let lines = told(ban, server, "*");
    let reason = format!("Banned: {}", ban.reason);
    [
        Input::Reply { session, lines },
        Input::Leave { session, reason },
    ]
}

fn address(text: Option<&str>) -> Option<IpAddr> {
    text?.parse().ok()
}

/// Bans in one list: they fit the queue of a client.
const SHOWN_MAX: usize = 500;
